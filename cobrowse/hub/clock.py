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

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


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
