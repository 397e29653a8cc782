"""What every part of a hub shares."""

import asyncio

import pytest

from cobrowse.core.errors import StoreAway
from cobrowse.hub.hub import Hub
from tests.hub.world import World

PATIENCE_SECONDS = 10.0


async def test_a_hub_stops_though_a_cancellation_was_not_heard(world: World, hub: Hub) -> None:
    """Where it falls together with the time limit of a client library, that limit is all that is heard."""
    begun, unheard = asyncio.Event(), 0

    async def look_again_and_again() -> None:
        nonlocal unheard
        while True:
            try:
                begun.set()
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if unheard:
                    raise
                unheard += 1

    async def fail() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise StoreAway("It did not answer.") from None

    house = world.house_of(hub)
    for work in (look_again_and_again(), fail()):
        house.spawn(work)
        begun.clear()
        await begun.wait()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await world.stop(hub)
    assert unheard == 1
    assert hub.stats()["failures"] == 1


@pytest.mark.parametrize(("error", "failures"), [(RuntimeError("a mistake"), 1), (StoreAway("It is away."), 0)])
async def test_who_waits_hears_what_goes_wrong_and_else_it_is_counted(
    world: World, hub: Hub, error: Exception, failures: int
) -> None:
    house, goes_on = world.house_of(hub), asyncio.Event()

    async def fail() -> None:
        await goes_on.wait()
        raise error

    heard, gone = asyncio.create_task(house.finish(fail())), asyncio.create_task(house.finish(fail()))
    await world.settle()
    gone.cancel()
    await world.settle()
    goes_on.set()
    with pytest.raises(type(error)):
        await heard
    await world.settle()
    assert gone.cancelled()
    assert hub.stats().get("failures", 0) == failures
