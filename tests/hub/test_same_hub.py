"""Peers of one hub: between them stand neither store nor Bus, so that sticky balancing pays where there is one."""

from cobrowse.core.protocol import Act, ActResult, Ops, Point
from cobrowse.hub.hub import Hub
from tests.hub.world import World

FRAMES = 1000


async def test_a_thousand_frames_between_peers_of_one_hub_ask_nobody(world: World, hub: Hub) -> None:
    # Other hubs are there, so that it is no matter of having nobody to tell.
    await world.hub()
    agent, customer = await world.with_control(hub)
    await world.settle()
    calls, sent = len(world.store.calls), len(world.bus.sent)
    for number in range(FRAMES):
        customer.change(f"frame {number}")
        assert (await agent.hear(Ops)).texts == [f"frame {number}"]
    assert world.store.calls[calls:] == []
    assert world.bus.sent[sent:] == []

    # An act writes down, at most each 10 s, that somebody is there; the others write nothing.
    for number in range(1, 40):
        agent.act(Point(node=10, x=0.5, y=0.5), id_=number)
        assert (await customer.hear(Act)).id == number
        customer.say(ActResult(id=number, status="done"))
        assert (await agent.hear(ActResult)).id == number
    await world.settle()
    assert world.store.calls[calls:].count("replace") <= 1
    assert world.bus.sent[sent:] == []
