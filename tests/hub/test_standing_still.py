"""A hub that stood still (SIGSTOP, a suspended machine) while others went on: it looks before it passes anything on."""

import asyncio
import logging

import pytest

from cobrowse.core.close import SEAT_LOST, TAKEN_OVER
from cobrowse.core.protocol import Act, Ops, Point
from cobrowse.core.states import Live
from cobrowse.hub.hub import Hub
from cobrowse.hub.pulse import LOOK_SECONDS, STILL_SECONDS
from cobrowse.hub.roll_call import LEASE_SECONDS
from tests.hub.clock import HandClock
from tests.hub.peers import Agent, Customer
from tests.hub.world import World

LONG = LEASE_SECONDS + 10


@pytest.fixture
def still(world: World) -> HandClock:
    """The clock of the hub that stands still: its time does not pass in its rounds."""
    return HandClock()


@pytest.fixture
async def frozen(world: World, still: HandClock) -> Hub:
    return await world.hub(still)


async def again(world: World, hub: Hub, page: Customer | Agent) -> None:
    """The page comes to another hub; it has forgotten its old socket, whose other end stands still."""
    page.hub = hub
    if isinstance(page, Agent):
        page.ticket = world.ticket(world.tickets[page.ticket][0])
    await page.enter()


async def test_a_seat_that_was_given_up_meanwhile_is_taken_again(world: World, frozen: Hub, still: HandClock) -> None:
    hub = await world.hub()
    agent, customer = await world.live(hub, frozen)
    world.bus.deaf.add(frozen.id)
    await world.pass_time(LONG)
    assert (await agent.hear_state("away")).reason is None
    agent.heard.clear()

    still.pass_unseen(LONG)
    customer.change("what lay in the socket")
    assert await customer.closed_with() == SEAT_LOST
    assert [one for one in agent.hear_waiting() if isinstance(one, Ops)] == []
    assert frozen.stats()["stood_still"] == 1

    world.bus.deaf.clear()
    await customer.enter()
    await agent.hear_state("live")
    await customer.begin()


async def test_an_act_that_lay_in_the_socket_goes_nowhere(
    world: World, frozen: Hub, still: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = await world.hub()
    agent, customer = await world.with_control(frozen, frozen)
    # What the hub that stood still asks first is answered when the others are through.
    others_are_through = asyncio.Event()

    async def answer_late() -> None:
        await others_are_through.wait()

    monkeypatch.setattr(world.store_of(frozen), "clock", answer_late)
    still.pass_unseen(LONG)
    agent.act(Point(node=10, x=0.5, y=0.5))
    old = [(page, page.wire) for page in (agent, customer)]
    world.bus.deaf.add(frozen.id)
    await again(world, hub, customer)
    await again(world, hub, agent)
    others_are_through.set()
    await world.settle()
    for page, wire in old:
        assert wire.closed == (TAKEN_OVER.number, TAKEN_OVER.reason)
        while (data := wire.outbound.get_nowait()) is not None:
            page.note(data)
    assert [one for one in customer.hear_waiting() if isinstance(one, Act)] == []
    found = await world.store.read(customer.joined.session)
    assert found is not None
    assert isinstance(found.session.state, Live)


async def test_a_short_stop_is_nothing(world: World, frozen: Hub, still: HandClock) -> None:
    agent, customer = await world.live(frozen)
    calls = len(world.store.calls)
    still.pass_unseen(STILL_SECONDS)
    customer.change("at once")
    assert (await agent.hear(Ops)).texts == ["at once"]
    assert len(world.store.calls) == calls
    assert "stood_still" not in frozen.stats()


@pytest.mark.parametrize("how", ["raises", "hangs"])
async def test_without_a_store_it_goes_on(
    world: World,
    frozen: Hub,
    still: HandClock,
    how: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    agent, customer = await world.live(frozen)

    async def never() -> None:
        await asyncio.Event().wait()

    if how == "hangs":
        monkeypatch.setattr(world.store_of(frozen), "clock", never)
    world.store.away = how == "raises"
    still.pass_unseen(LONG)
    with caplog.at_level(logging.WARNING, "cobrowse.hub"):
        customer.change("nobody can have taken the seat")
        await world.settle()
        await still.advance(LOOK_SECONDS)
        assert (await agent.hear(Ops)).texts == ["nobody can have taken the seat"]
    assert [line for line in caplog.messages if line.startswith("not_looked_again")]
    assert (agent.wire.closed, customer.wire.closed) == (None, None)
