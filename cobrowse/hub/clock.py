"""Time as an argument: wall-clock instants for what others see, monotonic ones for durations in this process."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Clock(Protocol):
    """What the hub knows of time. Tests pass one they move by hand."""

    def now(self) -> float:
        """The instant in Unix seconds; hubs agree on it within 5 s."""
        ...

    def monotonic(self) -> float:
        """Seconds since some instant of this process; never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""
        ...


class SystemClock:
    """The machine's own clocks."""

    monotonic = staticmethod(time.monotonic)

    def now(self) -> float:
        return time.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


# DESIGN section 11: so much between the clocks of two hubs changes nothing.
CLOCK_TOLERANCE_SECONDS = 5.0


class StoreClock:
    """The machine's clock, set right by the store's where the two are further apart than hubs tolerate.

    Hubs judge by absolute instants what others wrote: codes, tokens, leases, deadlines. One whose clock is a minute
    behind would let codes in that have expired and be dead to the others; one that is ahead would take them for dead.
    All hubs of a store have its clock in common, so that is what counts then."""

    def __init__(self, machine: Clock) -> None:
        self._machine = machine
        # Each frame asks three times.
        self.monotonic = machine.monotonic
        # The machine's clock minus the store's, in seconds, as it was last measured; None where it is not.
        self.difference: float | None = None

    @property
    def is_off(self) -> bool:
        """True while the machine's clock is further from the store's than hubs tolerate."""
        return self.difference is not None and abs(self.difference) > CLOCK_TOLERANCE_SECONDS

    def now(self) -> float:
        return self._machine.now() - (self.difference if self.is_off and self.difference else 0.0)

    async def sleep(self, seconds: float) -> None:
        await self._machine.sleep(seconds)

    def compare(self, store_now: float, asked_at: float) -> None:
        """The store said just now that it is `store_now`; it was asked at `asked_at` by `monotonic`."""
        took_seconds = self._machine.monotonic() - asked_at
        self.difference = self._machine.now() - took_seconds / 2 - store_now


async def within(clock: Clock, seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, or `TimeoutError` after `seconds` of `clock`; `work` is then cancelled."""
    doing = asyncio.ensure_future(work)
    timer = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait((doing, timer), return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            return doing.result()
        raise TimeoutError(f"not done within {seconds} s")
    finally:
        doing.cancel()
        timer.cancel()
