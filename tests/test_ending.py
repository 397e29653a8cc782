"""Tasks that do not hear a cancellation the first time."""

import asyncio

from cobrowse.ending import ended

WITHIN_SECONDS = 30.0


async def test_redis_py_pitfall_a_cancellation_that_is_taken_for_a_timeout_is_said_again() -> None:
    begun = asyncio.Event()

    async def hard_of_hearing() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.Event().wait()

    task = asyncio.create_task(hard_of_hearing())
    await begun.wait()
    async with asyncio.timeout(WITHIN_SECONDS):
        await ended(task, None)
    assert task.cancelled()


async def test_what_has_ended_is_left_alone() -> None:
    done = asyncio.create_task(asyncio.sleep(0))
    await done
    await ended(done)
    assert not done.cancelled()
