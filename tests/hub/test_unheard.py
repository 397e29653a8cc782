"""What the Bus lost with the sender's knowledge is made up for when the other hub hears again, before any tip."""

import pytest

from cobrowse.core import bus_protocol
from cobrowse.core.bus_protocol import CreditBack
from cobrowse.core.protocol import Credit, Resync
from cobrowse.hub.hub import Hub
from cobrowse.hub.unheard import LOOK_SECONDS
from tests.hub.peers import Customer
from tests.hub.world import World

# A frame, its credit, and what a resync may wait for.
AWAY_SECONDS = 3.0


def asked(customer: Customer) -> int:
    """How often it was asked for a picture since this was asked last."""
    heard = customer.hear_waiting()
    count = sum(isinstance(message, Resync) for message in heard)
    heard.clear()
    return count


async def deaf_for(world: World, hub: Hub, seconds: float) -> None:
    """Nobody listens to the inbox of this hub for so long, and both sides find everything as it was."""
    world.bus.gone.add(hub.id)
    await world.pass_time(seconds, step=0.5)
    world.bus.gone.clear()
    await world.pass_time(LOOK_SECONDS, step=LOOK_SECONDS)


async def test_a_change_to_which_nobody_listened_makes_a_new_picture(world: World, hub: Hub) -> None:
    other = await world.hub()
    _, changed = await world.live(hub, other)
    _, still = await world.live(hub, other)
    await world.pass_time(AWAY_SECONDS)
    asked(changed), asked(still)
    world.bus.gone.add(hub.id)
    changed.change("nobody gets this")
    await world.settle()
    # No use in it while nobody would get the picture either.
    assert asked(changed) == 0
    await deaf_for(world, hub, 1)
    assert (asked(changed), asked(still)) == (1, 0)
    await world.pass_time(AWAY_SECONDS)
    assert (asked(changed), asked(still)) == (0, 0)
    assert other.stats()["bus_unheard"] > 0


async def test_a_change_that_could_not_be_sent_does_so_though_nobody_missed_the_store(world: World, hub: Hub) -> None:
    """As with a Redis that stands still for some seconds: all calls but those to the Bus are tried again."""
    _, changed = await world.live(hub, await world.hub())
    await world.pass_time(AWAY_SECONDS)
    asked(changed)
    world.bus.away = True
    changed.change("nobody gets this")
    await world.settle()
    world.bus.away = False
    await world.pass_time(LOOK_SECONDS, step=LOOK_SECONDS)
    assert asked(changed) == 1


async def test_a_request_to_which_nobody_listened_is_made_again(world: World, hub: Hub) -> None:
    other = await world.hub()
    agent, customer = await world.live(hub, other)
    await world.pass_time(AWAY_SECONDS)
    world.bus.gone.add(other.id)
    agent.say(Resync(epoch=customer.epoch))
    await world.settle()
    assert asked(customer) == 0
    await deaf_for(world, other, 1)
    assert asked(customer) == 1


async def test_credit_to_which_nobody_listened_is_told_again(world: World, hub: Hub) -> None:
    other = await world.hub()
    _, customer = await world.live(hub, other)
    world.bus.gone.add(other.id)
    for _ in range(7):
        customer.change()
    await world.settle()
    await deaf_for(world, other, 1)
    assert sum(message.frames for message in customer.hear_waiting() if isinstance(message, Credit)) == 8
    assert asked(customer) == 0


async def test_a_hub_that_is_dead_is_not_waited_for(world: World, hub: Hub) -> None:
    other = await world.hub()
    _, customer = await world.live(hub, other)
    await world.kill(hub)
    customer.change("nobody gets this")
    await world.settle()
    await world.pass_time(30)
    assert asked(customer) == 0
    sent = len(world.bus.sent)
    await world.pass_time(1)
    # An echo to itself, perhaps.
    assert len(world.bus.sent) - sent <= 1


@pytest.mark.parametrize("lost", ["lost", "doubled"])
async def test_what_nobody_knows_to_be_lost_waits_for_the_next_word(world: World, hub: Hub, lost: str) -> None:
    _, customer = await world.live(hub, await world.hub())
    times = 0 if lost == "lost" else 2
    world.bus.fate = lambda _hub, data: 1 if isinstance(bus_protocol.decode(data), CreditBack) else times
    await world.pass_time(AWAY_SECONDS)
    asked(customer)
    customer.change()
    await world.pass_time(4)
    assert asked(customer) == 0
