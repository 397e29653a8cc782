"""Turns for assets."""

import asyncio

import pytest

from cobrowse.web.slots import Slots


async def hold(slots: Slots, session: str, holding: list[str], until: asyncio.Event) -> None:
    async with slots.turn(session):
        holding.append(session)
        await until.wait()


async def breathe() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_session_has_so_many_turns_and_others_have_theirs() -> None:
    slots, holding, until = Slots(2, 5), list[str](), asyncio.Event()
    tasks = [asyncio.create_task(hold(slots, "flood", holding, until)) for _ in range(100)]
    await breathe()
    assert holding == ["flood"] * 2
    tasks += [asyncio.create_task(hold(slots, f"s{n}", holding, until)) for n in range(10)]
    await breathe()
    assert holding == ["flood", "flood", "s0", "s1", "s2"]
    until.set()
    await asyncio.gather(*tasks)
    assert len(holding) == 110
    assert len(slots) == 0


async def test_who_goes_away_gives_its_turn_back() -> None:
    slots, holding, until = Slots(1, 1), list[str](), asyncio.Event()
    first = asyncio.create_task(hold(slots, "a", holding, until))
    waiting = asyncio.create_task(hold(slots, "a", holding, until))
    await breathe()
    for task in (waiting, first):
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert len(slots) == 0
    async with slots.turn("b"):
        pass
