"""A clock moved by hand that also tells when somebody begins to sleep."""

import asyncio

from tests.hub.clock import HandClock


class WatchedClock(HandClock):
    """`HandClock`; `slept(seconds)` returns once somebody sleeps for just so long."""

    def __init__(self) -> None:
        super().__init__()
        self._begun: asyncio.Queue[float] = asyncio.Queue()

    async def sleep(self, seconds: float) -> None:
        self._begun.put_nowait(seconds)
        await super().sleep(seconds)

    async def slept(self, seconds: float) -> None:
        """Wait for the next such sleep that was not asked about before."""
        while await self._begun.get() != seconds:
            pass
