"""P2, nothing before consent: what a page sends before Allow and the right digits reaches no agent.

The snippet sends nothing (tests/e2e holds that); here the customer's peer is hostile to its own customer and sends all
it has. The hub must let none of it by, and must not keep it for later."""

import asyncio

import pytest

from cobrowse.core.errors import NotFound
from cobrowse.core.protocol import (
    ActResult,
    AssetWanted,
    Consent,
    Digits,
    Page,
    Pointer,
    Resync,
    Snapshot,
    Tip,
)
from cobrowse.hub.hub import Hub
from tests.hub.peers import Agent, Customer, info, picture
from tests.hub.world import World

CANARY = "canary-7f3a"


@pytest.fixture(params=["one hub", "two hubs"])
async def peers(request: pytest.FixtureRequest, world: World, hub: Hub) -> tuple[Agent, Customer]:
    """Both seats taken, nothing allowed and nothing confirmed yet."""
    return await world.joining(hub, hub if request.param == "one hub" else await world.hub())


def tell_all(customer: Customer) -> None:
    """Everything a page could say of itself."""
    customer.show(CANARY)
    customer.change(CANARY)
    customer.say(Page(epoch=customer.epoch, page=info(f"https://www.shop.example/{CANARY}")))
    customer.say(Pointer(epoch=customer.epoch, x=1, y=1), Tip(epoch=customer.epoch, seq=customer.seq))
    customer.say(ActResult(id=1, status="refused", reason="canary"))


def assert_heard_nothing(agent: Agent) -> None:
    agent.hear_waiting()
    frames = b"".join(frame if isinstance(frame, bytes) else frame.encode() for frame in agent.frames)
    assert CANARY.encode() not in frames
    assert not [message for message in agent.heard if isinstance(message, Snapshot | Page | Pointer | Tip | ActResult)]


async def assert_no_asset(hub: Hub, customer: Customer) -> None:
    with pytest.raises(NotFound) as caught:
        await hub.asset(customer.joined.session, 1, "image")
    assert caught.value.code == "asset_not_shared"
    assert not [message for message in customer.hear_waiting() if isinstance(message, AssetWanted)]


async def test_before_either_half(world: World, peers: tuple[Agent, Customer]) -> None:
    agent, customer = peers
    tell_all(customer)
    await world.settle()
    assert_heard_nothing(agent)
    await assert_no_asset(agent.hub, customer)
    assert customer.hub.stats()["view_dropped"] == 5


@pytest.mark.parametrize("half", ["Allow alone", "the digits alone", "Allow and wrong digits"])
async def test_with_one_half_missing(world: World, peers: tuple[Agent, Customer], half: str) -> None:
    agent, customer = peers
    if half != "the digits alone":
        customer.say(Consent(allow=True))
    if half != "Allow alone":
        wrong = f"{(int(customer.digits) + 1) % 100:02d}"
        agent.say(Digits(value=wrong if half == "Allow and wrong digits" else customer.digits))
    await world.settle()
    tell_all(customer)
    await world.settle()
    assert_heard_nothing(agent)
    await assert_no_asset(agent.hub, customer)
    assert not [message for message in customer.hear_waiting() if isinstance(message, Resync)]


async def test_what_came_too_early_does_not_come_later(world: World, peers: tuple[Agent, Customer]) -> None:
    agent, customer = peers
    tell_all(customer)
    customer.say(Consent(allow=True))
    agent.say(Digits(value=customer.digits))
    await agent.hear_state("live")
    await customer.hear(Resync)
    # Ops of a picture that never went out.
    customer.change(CANARY)
    await world.settle()
    assert_heard_nothing(agent)
    customer.show("public")
    assert (await agent.hear(Snapshot)).texts == ["public"]
    assert_heard_nothing(agent)


async def test_after_declining(world: World, peers: tuple[Agent, Customer]) -> None:
    agent, customer = peers
    customer.say(Consent(allow=False))
    tell_all(customer)
    assert (await agent.hear_state("ended")).reason == "declined"
    await world.settle()
    assert_heard_nothing(agent)


async def test_digits_and_frames_in_one_breath(world: World, hub: Hub) -> None:
    """Allow and a picture in the same array: the state that counts is that of the store, not the peer's word."""
    agent, customer = await world.joining(hub)
    customer.say(Consent(allow=True), picture(customer.epoch + 1, CANARY))
    await asyncio.sleep(0)
    await world.settle()
    assert_heard_nothing(agent)
