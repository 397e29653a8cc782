"""What the log hears now and then, not each time: what goes wrong for every frame while a store is away."""

from collections.abc import Callable

SELDOM_SECONDS = 10.0


class Seldom:
    """One line of a kind in `SELDOM_SECONDS`. Kinds are few words of ours; what is left out is counted elsewhere."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._said_at: dict[str, float] = {}

    def says(self, kind: str) -> bool:
        """Whether this line is to be written."""
        now = self._monotonic()
        if now - self._said_at.get(kind, float("-inf")) < SELDOM_SECONDS:
            return False
        self._said_at[kind] = now
        return True
