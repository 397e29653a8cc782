"""Is this hub's clock right? Compared with the store's, which all its hubs have in common; see `StoreClock`."""

import logging

from cobrowse.hub.house import House

log = logging.getLogger("cobrowse.hub")

# An answer that took longer says too little about when it was given.
ANSWER_SECONDS = 2.0
# How often the log hears of a clock that is off.
TOLD_EVERY_SECONDS = 60.0


class Timekeeping:
    """Compares the clocks, and tells the operator."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._told_at = float("-inf")
        self._was_off = False

    async def compare(self) -> None:
        """Ask the store what time it is. Raises `StoreError`."""
        clock = self._house.clock
        asked_at = clock.monotonic()
        store_now = await self._house.store.clock()
        if store_now is None or clock.monotonic() - asked_at > ANSWER_SECONDS:
            return
        clock.compare(store_now, asked_at)
        self._tell()

    def _tell(self) -> None:
        clock = self._house.clock
        seconds, now = clock.difference or 0.0, clock.monotonic()
        if clock.is_off:
            if not self._was_off:
                self._house.counters.add("clock_alarms")
            if now >= self._told_at + TOLD_EVERY_SECONDS:
                self._told_at = now
                log.error("clock_off seconds=%.1f", seconds)
        elif self._was_off:
            self._told_at = float("-inf")
            log.warning("clock_right seconds=%.1f", seconds)
        self._was_off = clock.is_off
