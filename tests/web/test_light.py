"""The small queue and the small event do what asyncio's do."""

import asyncio

import pytest

from cobrowse.web.light import LightGate, LightQueue

PATIENCE_SECONDS = 30.0


async def test_a_queue_gives_in_order_and_waits_where_it_is_empty() -> None:
    queue = LightQueue[int]()
    assert queue.empty()
    waiting = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    assert not waiting.done()
    for item in (1, 2, 3):
        queue.put_nowait(item)
    assert await asyncio.wait_for(waiting, PATIENCE_SECONDS) == 1
    assert not queue.empty()
    assert [await queue.get(), await queue.get()] == [2, 3]
    assert queue.empty()


async def test_who_is_cancelled_while_waiting_has_taken_nothing() -> None:
    queue = LightQueue[str]()
    waiting = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.put_nowait("kept")
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await asyncio.wait_for(queue.get(), PATIENCE_SECONDS) == "kept"


async def test_a_gate_is_open_at_first_and_lets_all_through_once_it_is_set_again() -> None:
    gate = LightGate()
    assert gate.is_set() and await gate.wait()
    gate.clear()
    gate.clear()
    assert not gate.is_set()
    waiting = [asyncio.create_task(gate.wait()) for _ in range(2)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    gate.set()
    gate.set()
    assert await asyncio.wait_for(asyncio.gather(*waiting), PATIENCE_SECONDS) == [True, True]
    assert gate.is_set()
