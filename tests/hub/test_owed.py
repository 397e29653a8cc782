"""What must happen and the store could not take yet: none of it gets lost, and what stood still meanwhile goes on."""

import asyncio

import pytest

from cobrowse.core.close import SLOW
from cobrowse.core.errors import StoreAway
from cobrowse.core.protocol import ControlRelease, Pause, Resync, Stop
from cobrowse.core.states import Ended, Paused, Session
from cobrowse.hub.house import LAST_STEPS_SECONDS
from cobrowse.hub.hub import Hub
from cobrowse.hub.pulse import LOOK_SECONDS, STILL_SECONDS
from tests.hub.clock import HandClock
from tests.hub.peers import Customer
from tests.hub.world import World


async def state_of(world: World, customer: Customer) -> object:
    found = await world.store.read(customer.joined.session)
    assert found is not None
    return found.session.state


async def stop_and_vanish(world: World, hub: Hub, customer: Customer) -> None:
    """The customer stops, and the socket that said it breaks."""
    customer.say(Stop())
    await world.settle()
    world.house_of(hub).sessions[customer.joined.session].peers["customer"].abort(SLOW)


async def test_what_was_not_tried_when_paying_was_given_up_is_paid_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = HandClock()
    hub = await world.hub(clock)
    customers = [(await world.live(hub))[1] for _ in range(3)]
    store = world.store_of(hub)
    store.failing.add("replace")
    for customer in customers:
        customer.say(Pause())
    await world.settle()
    assert hub.stats()["owing"] == 3
    store.failing.clear()
    hangs, replace, tries = asyncio.Event(), store.replace, 0

    async def hang(session: Session, version: int, due_at: float, *, nonce: str = "") -> bool:
        nonlocal tries
        tries += 1
        await hangs.wait()
        raise StoreAway("It did not answer.")

    monkeypatch.setattr(store, "replace", hang)
    # The hub stood still: it looks again, which includes paying, for so long and no longer.
    clock.pass_unseen(STILL_SECONDS + 1)
    customers[0].tip()
    await world.settle()
    assert tries == 1
    await clock.advance(LOOK_SECONDS)
    hangs.set()
    await world.settle()
    assert hub.stats()["owing"] == 3

    monkeypatch.setattr(store, "replace", replace)
    await clock.advance(10)
    await world.settle()
    assert hub.stats()["owing"] == 0
    for customer in customers:
        assert isinstance(await state_of(world, customer), Paused)
        assert world.house_of(hub).sessions[customer.joined.session].owed == 0


async def test_a_stop_outlives_the_socket_that_said_it(world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """P6, also where the store fails after the socket has gone."""
    _, customer = await world.live(hub)
    store, answers = world.store_of(hub), asyncio.Event()
    replace = store.replace

    async def fail_late(session: Session, version: int, due_at: float, *, nonce: str = "") -> bool:
        await answers.wait()
        raise StoreAway("It did not answer.")

    monkeypatch.setattr(store, "replace", fail_late)
    await stop_and_vanish(world, hub, customer)
    await world.settle()
    answers.set()
    await world.settle()
    monkeypatch.setattr(store, "replace", replace)
    await world.pass_time(10)
    state = await state_of(world, customer)
    assert isinstance(state, Ended)
    assert state.reason == "customer_stopped"


async def test_what_was_not_passed_on_meanwhile_is_asked_for(world: World, hub: Hub) -> None:
    agent, customer = await world.with_control(hub)
    await world.pass_time(3)
    world.store_of(hub).failing.add("replace")
    customer.say(ControlRelease())
    await world.settle()
    customer.change("not passed on")
    await world.settle()
    assert hub.stats()["view_dropped"] == 1
    customer.heard.clear()
    world.store_of(hub).failing.clear()
    await world.pass_time(5)
    assert hub.stats()["owing"] == 0
    assert [message for message in customer.hear_waiting() if isinstance(message, Resync)]
    assert agent.wire.closed is None


async def test_a_hub_that_stops_finishes_it_first(world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    _, customer = await world.live(hub)
    store, answers = world.store_of(hub), asyncio.Event()
    replace = store.replace

    async def answer_late(session: Session, version: int, due_at: float, *, nonce: str = "") -> bool:
        await answers.wait()
        return await replace(session, version, due_at, nonce=nonce)

    monkeypatch.setattr(store, "replace", answer_late)
    await stop_and_vanish(world, hub, customer)
    stopping = asyncio.create_task(world.stop(hub))
    await world.settle()
    answers.set()
    await stopping
    assert isinstance(await state_of(world, customer), Ended)


async def test_but_not_for_long(world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    _, customer = await world.live(hub)
    never = asyncio.Event()

    async def hang(session: Session, version: int, due_at: float, *, nonce: str = "") -> bool:
        return await never.wait()

    monkeypatch.setattr(world.store_of(hub), "replace", hang)
    customer.say(Stop())
    await world.settle()
    stopping = asyncio.create_task(world.stop(hub))
    await world.settle()
    assert not stopping.done()
    await world.clock.advance(LAST_STEPS_SECONDS)
    await stopping
    # The customer's leaving, which nobody waits for any more.
    never.set()


async def test_a_hub_stops_where_its_last_step_was_done_just_now(world: World, hub: Hub) -> None:
    house, done = world.house_of(hub), asyncio.Event()

    async def step() -> None:
        await done.wait()

    finishing = asyncio.create_task(house.finish(step()))
    await world.settle()
    done.set()
    # The step is over, and the house has not heard of it yet.
    await asyncio.sleep(0)
    await house.stop()
    await finishing
