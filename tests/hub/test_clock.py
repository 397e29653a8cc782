import asyncio
import time

import pytest

from cobrowse.hub.clock import SystemClock, within
from tests.hub.clock import HandClock, breathe


async def test_within_gives_the_result_and_the_error_of_the_work() -> None:
    async def work(result: str) -> str:
        if not result:
            raise ValueError("broken")
        return result

    clock = HandClock()
    assert await within(clock, 1, work("done")) == "done"
    with pytest.raises(ValueError, match="broken"):
        await within(clock, 1, work(""))


async def test_within_gives_up_when_the_time_is_over_and_cancels_the_work() -> None:
    clock = HandClock()
    cancelled = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    trying = asyncio.create_task(within(clock, 2, work()))
    await clock.advance(1.9)
    assert not trying.done()
    await clock.advance(0.1)
    with pytest.raises(TimeoutError):
        await trying
    await asyncio.wait_for(cancelled.wait(), 30)


async def test_within_takes_its_work_along_when_it_is_cancelled() -> None:
    clock = HandClock()
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    trying = asyncio.create_task(within(clock, 2, work()))
    await breathe()
    trying.cancel()
    await asyncio.wait_for(ended.wait(), 30)


async def test_the_systems_clock_is_the_machines() -> None:
    clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0.01)
    assert 0.009 < clock.monotonic() - before < 5
    assert abs(clock.now() - time.time()) < 5
