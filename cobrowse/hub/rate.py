"""A bucket that fills at a steady rate: how much may be said, and how long to wait where it was too much."""

from cobrowse.hub.clock import Clock


class Bucket:
    """Holds at most `burst`, gains `per_second`. May be overdrawn, so that one large frame is never cut."""

    __slots__ = ("_burst", "_clock", "_filled_at", "_level", "_per_second")

    def __init__(self, clock: Clock, *, per_second: float, burst: float) -> None:
        self._clock = clock
        self._per_second = per_second
        self._burst = burst
        self._level = burst
        self._filled_at = clock.monotonic()

    def draw(self, amount: float, now: float | None = None) -> float:
        """Take `amount` in any case; how many seconds to wait until the level is no longer below zero. `now` is the
        clock's `monotonic`, where it was just read."""
        if now is None:
            now = self._clock.monotonic()
        level = self._level + (now - self._filled_at) * self._per_second
        self._level = level = min(level, self._burst) - amount
        self._filled_at = now
        return 0.0 if level >= 0 else -level / self._per_second

    def try_draw(self, amount: float) -> bool:
        """Take `amount` if it is there; else take nothing."""
        self.draw(0)
        if self._level < amount:
            return False
        self._level -= amount
        return True
