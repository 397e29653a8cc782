"""When a page tries again: as `client_js/src/shared/socket.ts` does, with its numbers."""

import random

FIRST_STEP_SECONDS = 0.25
SOON_CAP_SECONDS = 1.0
SOON_SECONDS = 10.0
LATE_CAP_SECONDS = 30.0


class Backoff:
    """The waits of one outage: the first is none, then a random part of 0.25 s doubling to 1 s, and after 10 s of it
    doubling to 30 s."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._step = FIRST_STEP_SECONDS

    def wait(self, now: float) -> float:
        """How long to wait before the next try."""
        if self._since is None:
            self._since = now
            return 0.0
        cap = SOON_CAP_SECONDS if now - self._since < SOON_SECONDS else LATE_CAP_SECONDS
        chosen = random.uniform(0, min(self._step, cap))  # noqa: S311 - no secret
        self._step = min(self._step * 2, cap)
        return chosen
