"""What other hubs say: only what is meant for the present holder of a seat is heard."""

from typing import Any

import pytest

from cobrowse.core import bus_protocol
from cobrowse.core.bus_protocol import (
    AssetAsked,
    AssetHere,
    Changed,
    CloseHolder,
    CreditBack,
    Deliver,
    PictureAsked,
    ProbeSeat,
    ProbeSeen,
)
from cobrowse.core.close import DRAIN
from cobrowse.core.protocol import Credit, Ops, Probe
from cobrowse.hub.hub import Hub
from tests.hub.peers import change, text_of
from tests.hub.world import World


async def tell(world: World, hub: Hub, *messages: Any) -> None:
    for message in messages:
        data = message if isinstance(message, bytes) else bus_protocol.encode(message)
        await world.bus.send(hub.id, data)
    await world.settle()


async def test_what_cannot_be_read_is_counted(world: World, hub: Hub) -> None:
    await tell(world, hub, b"garbage", b"")
    assert hub.stats()["bad_bus_messages"] == 2


@pytest.mark.parametrize("seat", ["customer", "agent"])
async def test_an_earlier_generation_hears_nothing(world: World, hub: Hub, seat: Any) -> None:
    agent, customer = await world.live(hub)
    session = customer.joined.session
    for generation in (0, 2):
        await tell(
            world,
            hub,
            Deliver(session=session, seat=seat, generation=generation, data=b'{"k":"pause"}'),
            CloseHolder(session=session, seat=seat, generation=generation, close=DRAIN),
            ProbeSeat(session=session, seat=seat, generation=generation, id=1, reply_to="x"),
        )
    assert agent.wire.closed is customer.wire.closed is None
    assert agent.hear_waiting() == customer.hear_waiting() == []
    assert hub.stats()["bus_too_late"] == 2


async def test_sessions_that_are_not_here_concern_nobody(world: World, hub: Hub) -> None:
    await tell(
        world,
        hub,
        Changed(session="s", version=2),
        Deliver(session="s", seat="agent", generation=1, data=b"{}"),
        CreditBack(session="s", epoch=1, frames=1, bytes=1),
        ProbeSeat(session="s", seat="agent", generation=1, id=1, reply_to="x"),
        ProbeSeen(id=1),
        CloseHolder(session="s", seat="agent", generation=1, close=DRAIN),
        AssetHere(session="s", n=1),
        AssetHere(session="s", n=1, refused="gone"),
        PictureAsked(session="s"),
        AssetAsked(session="s", n=1, ticket="t", reply_to="x"),
    )
    assert hub.stats()["bus_too_late"] == 1
    assert "failures" not in hub.stats()


async def test_a_close_reaches_the_holder(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    await tell(world, hub, CloseHolder(session=customer.joined.session, seat="agent", generation=1, close=DRAIN))
    assert await agent.closed_with() == DRAIN


async def test_frames_and_credit_for_who_is_here(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    session = customer.joined.session
    text = text_of(change(customer.epoch, 1)).encode()
    back = {"epoch": customer.epoch, "credit_bytes": 70_000, "origin": "elsewhere"}
    await tell(
        world,
        hub,
        Deliver(session=session, seat="agent", generation=1, data=text, view=True, **back),  # type: ignore[arg-type] # a dict of mixed values
        CreditBack(session=session, epoch=customer.epoch, frames=2, bytes=99),
    )
    assert (await agent.hear(Ops)).seq == 1
    assert await customer.hear(Credit) == Credit(epoch=customer.epoch, frames=2, bytes=99)
    hub_name, data = world.bus.sent[-1]
    assert hub_name == "elsewhere"
    assert bus_protocol.decode(data) == CreditBack(session=session, epoch=customer.epoch, frames=1, bytes=70_000)


async def test_a_change_that_is_known_is_not_read_again(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    reads = world.store.calls.count("read")
    await tell(world, hub, Changed(session=customer.joined.session, version=1))
    assert world.store.calls.count("read") == reads


async def test_a_flood_of_probes_is_bounded(world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cobrowse.hub.probes.RELAYED_MAX", 2)
    _, customer = await world.live(hub)
    asking = [
        ProbeSeat(session=customer.joined.session, seat="customer", generation=1, id=id_, reply_to="x")
        for id_ in range(5)
    ]
    await tell(world, hub, *asking)
    probes = [m for m in customer.hear_waiting() if isinstance(m, Probe)]
    from cobrowse.core.protocol import ProbeAnswer

    for probe in probes:
        customer.say(ProbeAnswer(id=probe.id))
    await world.settle()
    answered = [bus_protocol.decode(data) for name, data in world.bus.sent if name == "x"]
    assert answered == [ProbeSeen(id=3), ProbeSeen(id=4)]


async def test_credit_is_never_taken_back_where_another_hub_counts_anew(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)

    async def back(frames: int, size: int) -> Credit:
        session, epoch = customer.joined.session, customer.epoch
        await tell(world, hub, CreditBack(session=session, epoch=epoch, frames=frames, bytes=size))
        return await customer.hear(Credit)

    assert await back(2, 99) == Credit(epoch=customer.epoch, frames=2, bytes=99)
    assert await back(3, 10) == Credit(epoch=customer.epoch, frames=1, bytes=0)
    assert await back(3, 100) == Credit(epoch=customer.epoch, frames=0, bytes=1)
