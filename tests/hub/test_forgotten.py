"""Who comes to a hub that does not know the session, while the hub that does cannot put it back just now."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from cobrowse.core import close
from cobrowse.core.errors import NotFound, StoreAway
from cobrowse.core.protocol import VERSION, Hello
from cobrowse.core.states import Ended
from cobrowse.core.tokens import CustomerToken
from cobrowse.hub.hub import Hub
from cobrowse.hub.roll_call import DOUBT_SECONDS
from cobrowse.store.base import Versioned
from tests.hub.peers import Agent, Customer, name
from tests.hub.test_store_away import assert_picture_flows, go_back_to, lose_all, read
from tests.hub.world import AGENT_ID, World

Loss = Callable[[World, Versioned], Awaitable[None]]


async def all_is_lost(world: World, _early: Versioned) -> None:
    await lose_all(world)


@asynccontextmanager
async def forgetting(world: World, knows: Hub, loss: Loss, early: Versioned) -> AsyncIterator[None]:
    """The store loses something while the one hub that knows better does not get through to it; at the end it does."""
    world.store_of(knows).away = True
    await loss(world, early)
    yield
    world.store_of(knows).away = False
    world.bus.lose()
    await world.pass_time(1)


async def refusal(page: Customer | Agent, hub: Hub, token: str) -> close.Close:
    """What the hub closes with where the page comes with this token."""
    newcomer = Customer(hub, page.joined) if isinstance(page, Customer) else Agent(hub, token)
    newcomer.page = page.page
    newcomer.connect()
    newcomer.say(Hello(version=VERSION, token=token, page=newcomer.page, nonce=name("nonce")))
    return await newcomer.closed_with()


@pytest.fixture
async def other(world: World, hub: Hub) -> Hub:
    """A hub that knows no session, and is past its first doubts."""
    other = await world.hub()
    await world.pass_time(2 * DOUBT_SECONDS)
    return other


@pytest.mark.parametrize("loss", [all_is_lost, go_back_to])
async def test_the_customer_comes_again_until_the_session_is_put_back(
    world: World, hub: Hub, other: Hub, loss: Loss
) -> None:
    agent, customer = await world.joining(hub)
    early = await read(world, customer)
    await customer.enter()
    async with forgetting(world, hub, loss, early):
        for _ in range(3):
            assert await refusal(customer, other, customer.token) == close.STORE_AWAY
            await world.pass_time(1)
    customer.hub = other
    await customer.enter()
    assert (await read(world, customer)).session.customer.hub == other.id
    assert agent.wire.closed is None


async def test_it_is_live_again(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub)
    async with forgetting(world, hub, all_is_lost, await read(world, customer)):
        assert (await refusal(customer, other, customer.token)).may_retry
    customer.hub = other
    await customer.enter()
    await customer.begin()
    await assert_picture_flows(agent, customer, "here again")


async def test_the_agent_is_told_to_come_again(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub)
    session = customer.joined.session
    async with forgetting(world, hub, all_is_lost, await read(world, customer)):
        with pytest.raises(StoreAway) as away:
            await other.read(session, AGENT_ID)
        assert away.value.retry_after_seconds > 0
        assert await refusal(agent, other, world.ticket(session)) == close.STORE_AWAY
    assert (await other.read(session, AGENT_ID)).name == "live"


async def test_what_nobody_puts_back_is_over(world: World, hub: Hub, other: Hub) -> None:
    _, customer = await world.live(hub)
    await world.kill(hub)
    await lose_all(world)
    assert await refusal(customer, other, customer.token) == close.STORE_AWAY
    await world.pass_time(DOUBT_SECONDS + 1)
    assert await refusal(customer, other, customer.token) == close.ENDED
    with pytest.raises(NotFound):
        await other.read(customer.joined.session, AGENT_ID)


async def test_a_sweep_between_the_loss_and_the_hello_hides_nothing(world: World, hub: Hub, other: Hub) -> None:
    """The other hub says again that it lives, so that its own lease tells nothing any more."""
    _, customer = await world.live(hub)
    async with forgetting(world, hub, all_is_lost, await read(world, customer)):
        await world.pass_time(6)
        assert await refusal(customer, other, customer.token) == close.STORE_AWAY


async def test_a_store_that_lost_nothing_is_believed(world: World, hub: Hub, other: Hub) -> None:
    _, customer = await world.live(hub)
    unknown = world.tokens.sign(CustomerToken(session="never was", rotation=0), world.clock.now() + 60)
    assert await refusal(customer, other, unknown) == close.ENDED
    with pytest.raises(NotFound):
        await other.read("never was", AGENT_ID)


async def test_who_guesses_learns_nothing_of_it(world: World, hub: Hub, other: Hub) -> None:
    """A token that we did not sign is refused as ever, before anybody asks the store; so is one that was used."""
    _, customer = await world.live(hub)
    content, _, signature = customer.token.rpartition(".")
    old = world.tokens.sign(CustomerToken(session=customer.joined.session, rotation=-1), world.clock.now() + 60)
    async with forgetting(world, hub, all_is_lost, await read(world, customer)):
        world.store_of(other).calls.clear()
        assert await refusal(customer, other, f"{content}.{signature[::-1]}") == close.BAD_TOKEN
        assert world.store_of(other).calls == []
    assert await refusal(customer, other, old) == close.BAD_TOKEN


async def test_what_ended_is_over_whatever_the_store_lost(world: World, hub: Hub, other: Hub) -> None:
    _, customer = await world.live(hub)
    await hub.end(customer.joined.session, AGENT_ID)
    assert isinstance((await read(world, customer)).session.state, Ended)
    await world.store.forget("leases")
    assert await refusal(customer, other, customer.token) == close.ENDED
