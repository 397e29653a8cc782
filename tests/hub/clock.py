"""A clock that tests move by hand. Nobody sleeps for real; who slept long enough is woken in order of time."""

import asyncio
import heapq


class HandClock:
    """`Clock` whose time passes only in `advance`."""

    def __init__(self, start: float = 1_800_000_000.0) -> None:
        self._start = start
        self._passed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    def now(self) -> float:
        return self._start + self._passed

    def monotonic(self) -> float:
        return self._passed

    async def sleep(self, seconds: float) -> None:
        self._count += 1
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._passed + seconds, self._count, woken))
        await woken

    def pass_unseen(self, seconds: float) -> None:
        """Time that passed while something held the loop; who slept is woken at the next `advance`."""
        self._passed += seconds

    async def advance(self, seconds: float) -> None:
        """Let time pass; each sleeper that is due runs before time goes on."""
        until = self._passed + seconds
        await breathe()
        while self._sleepers and self._sleepers[0][0] <= until:
            instant, _, woken = heapq.heappop(self._sleepers)
            self._passed = max(self._passed, instant)
            if not woken.done():
                woken.set_result(None)
                await breathe()
        self._passed = max(self._passed, until)
        await breathe()


class ShiftedClock:
    """Another machine's clock: its wall clock is `seconds` ahead of the one it goes by, and durations are right."""

    def __init__(self, right: HandClock, seconds: float) -> None:
        self._right = right
        self.seconds = seconds

    def now(self) -> float:
        return self._right.now() + self.seconds

    def monotonic(self) -> float:
        return self._right.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self._right.sleep(seconds)


async def breathe(turns: int = 20) -> None:
    """Let everything that is ready run."""
    for _ in range(turns):
        await asyncio.sleep(0)
