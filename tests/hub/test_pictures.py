"""Requests for a new picture merge; one goes out in 2 s, and now and then a second for who just took a seat."""

import pytest

from cobrowse.core import bus_protocol
from cobrowse.core.bus_protocol import PictureAsked
from cobrowse.core.protocol import Pause, Resync
from cobrowse.hub.hub import Hub
from tests.hub.peers import Customer
from tests.hub.world import World


@pytest.fixture(params=["one hub", "two hubs"])
async def other(request: pytest.FixtureRequest, world: World, hub: Hub) -> Hub:
    return hub if request.param == "one hub" else await world.hub()


def asked(customer: Customer) -> int:
    heard = customer.hear_waiting()
    count = len([message for message in heard if isinstance(message, Resync)])
    heard.clear()
    return count


async def test_what_the_agent_asks_while_a_picture_is_on_its_way_merges(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    agent.say(Resync(epoch=0))
    agent.say(Resync(epoch=0))
    await world.settle()
    assert asked(customer) == 0
    await world.clock.advance(2)
    await world.settle()
    assert asked(customer) == 0
    agent.say(Resync(epoch=0))
    await world.settle()
    assert asked(customer) == 1


async def test_a_gap_in_the_newest_epoch_is_asked_for_when_the_two_seconds_are_over(
    world: World, hub: Hub, other: Hub
) -> None:
    agent, customer = await world.live(hub, other)
    for _ in range(3):
        agent.say(Resync(epoch=customer.epoch))
    await world.settle()
    assert asked(customer) == 0
    await world.clock.advance(2)
    await world.settle()
    assert asked(customer) == 1


async def test_the_agent_may_repeat_until_the_epoch_grows(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    epoch = customer.epoch
    count = 0
    for _ in range(4):
        await world.pass_time(2)
        agent.say(Resync(epoch=epoch))
        await world.settle()
        count += asked(customer)
    assert count == 4


async def test_nothing_is_asked_for_that_could_not_be_shown(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    agent.say(Resync(epoch=customer.epoch))
    await world.settle()
    customer.say(Pause())
    await customer.hear_state("paused")
    await world.clock.advance(3)
    agent.say(Resync(epoch=customer.epoch))
    await world.settle()
    assert asked(customer) == 0


async def test_nobody_is_asked_where_nobody_is(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    customer.wire.cut()
    await agent.hear_state("away")
    resyncs = hub.stats()["resyncs"] if hub is other else other.stats()["resyncs"]
    agent.say(Resync(epoch=customer.epoch))
    await world.settle()
    assert other.stats()["resyncs"] == resyncs


async def test_a_request_that_the_bus_lost_is_made_by_the_customers_own_hub(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub, await world.hub())
    agent.wire.cut()
    await customer.hear_state("away")
    await world.pass_time(3)
    assert asked(customer) == 0
    world.bus.fate = lambda _hub, data: 0 if isinstance(bus_protocol.decode(data), PictureAsked) else 1
    await world.agent(hub, customer.joined.session).enter()
    await customer.hear_state("live")
    await world.settle()
    assert asked(customer) == 1


async def test_a_picture_that_is_made_is_asked_for_once(world: World, hub: Hub, other: Hub) -> None:
    _, customer = await world.live(hub, other)
    await world.pass_time(3)
    assert asked(customer) == 0
    assert sum(one.stats().get("resyncs", 0) for one in world.hubs) == 1


async def test_who_takes_a_seat_right_after_a_picture_was_asked_for_need_not_wait(
    world: World, hub: Hub, other: Hub
) -> None:
    agent, customer = await world.live(hub, other)
    await world.pass_time(12)
    asked(customer)
    counts = []
    for _ in range(3):
        agent.wire.cut()
        await customer.hear_state("away")
        agent = world.agent(hub, customer.joined.session)
        await agent.enter()
        await customer.hear_state("live")
        await world.settle()
        counts.append(asked(customer))
        customer.show()
        await world.settle()
    # The first as always, the second by exception; whoever goes on like this waits.
    assert counts == [1, 1, 0]
    await world.clock.advance(2)
    await world.settle()
    assert asked(customer) == 1
