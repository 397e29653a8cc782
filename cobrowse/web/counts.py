"""Where `limits` keeps its counts on the embedded store: in this process, by the hub's own clock, and bounded.

The library's own memory reads the wall clock, which may be set back, and a count would then outlive its window."""

from collections.abc import Callable
from typing import NamedTuple

from limits.aio.storage import Storage

# Counts of every kind. What is counted has a budget itself, so not even a botnet gets near: a site and its 50 failures
# a second make some 120,000 in ten minutes. Beyond it nothing new is let in: who is not counted could guess for ever.
COUNTS = 1_000_000
SWEEP_EVERY_SECONDS = 60.0


class _Count(NamedTuple):
    amount: int
    until: float


class CountsFull(Exception):
    """There are as many counts as there may be."""


class CountsInMemory(Storage):
    """Fixed windows that begin at the first count and end by `monotonic`."""

    STORAGE_SCHEME = None

    def __init__(self, monotonic: Callable[[], float], counts_max: int = COUNTS) -> None:
        super().__init__(wrap_exceptions=True)
        self._monotonic = monotonic
        self._counts_max = counts_max
        self._counts: dict[str, _Count] = {}
        self._sweep_at = monotonic() + SWEEP_EVERY_SECONDS

    def __len__(self) -> int:
        return len(self._counts)

    @property
    def base_exceptions(self) -> type[Exception]:
        return CountsFull

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, and say how many there are now. `CountsFull` where this one would be new and has no room."""
        now = self._monotonic()
        self._sweep(now)
        known = self._known(key, now) or _Count(0, now + expiry)
        self._counts[key] = known._replace(amount=known.amount + amount)
        return known.amount + amount

    async def get(self, key: str) -> int:
        """How many there are. `CountsFull` where one more could not be counted."""
        known = self._known(key, self._monotonic())
        return known.amount if known else 0

    async def get_expiry(self, key: str) -> float:
        """When the window ends, by `monotonic`."""
        now = self._monotonic()
        known = self._known(key, now)
        return known.until if known else now

    async def check(self) -> bool:
        return True

    async def reset(self) -> int:
        gone = len(self._counts)
        self._counts.clear()
        return gone

    async def clear(self, key: str) -> None:
        self._counts.pop(key, None)

    def _known(self, key: str, now: float) -> _Count | None:
        found = self._counts.get(key)
        if found is not None and found.until > now:
            return found
        if found is None and len(self._counts) >= self._counts_max:
            raise CountsFull("There are too many counts.")
        return None

    def _sweep(self, now: float) -> None:
        if now < self._sweep_at:
            return
        self._sweep_at = now + SWEEP_EVERY_SECONDS
        self._counts = {key: count for key, count in self._counts.items() if count.until > now}
