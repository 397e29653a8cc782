import asyncio
from functools import partial
from typing import Any

import pytest

from cobrowse.hub.turn import Turn


async def test_what_several_ask_for_in_one_turn_is_done_at_its_end_in_order() -> None:
    turn, done = Turn(), list[int]()
    for number in range(3):
        turn.ends_with(partial(done.append, number))
    assert done == []
    await asyncio.sleep(0)
    assert done == [0, 1, 2]


async def test_the_loop_is_asked_once_a_turn() -> None:
    turn, done = Turn(), list[int]()
    loop = asyncio.get_running_loop()
    asked = 0
    call_soon = loop.call_soon

    def counted(callback: Any, *args: Any, **more: Any) -> asyncio.Handle:
        nonlocal asked
        asked += 1
        return call_soon(callback, *args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "call_soon", counted)
        for _ in range(5):
            turn.ends_with(lambda: done.append(1))
        assert asked == 1
    await asyncio.sleep(0)
    assert len(done) == 5


async def test_what_is_asked_for_meanwhile_is_done_in_the_next_turn() -> None:
    turn, done = Turn(), list[str]()
    turn.ends_with(lambda: turn.ends_with(lambda: done.append("later")))
    turn.ends_with(lambda: done.append("now"))
    await asyncio.sleep(0)
    assert done == ["now"]
    await asyncio.sleep(0)
    assert done == ["now", "later"]


async def test_a_mistake_in_one_costs_the_others_nothing() -> None:
    turn, done, mistakes = Turn(), list[int](), list[object]()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: mistakes.append(context["exception"]))

    def fail() -> None:
        raise RuntimeError("a mistake of ours")

    for work in (lambda: done.append(1), fail, lambda: done.append(2), fail, lambda: done.append(3)):
        turn.ends_with(work)
    for _ in range(4):
        await asyncio.sleep(0)
    assert done == [1, 2, 3]
    assert len(mistakes) == 2
    turn.ends_with(lambda: done.append(4))
    await asyncio.sleep(0)
    assert done == [1, 2, 3, 4]
