"""P6, consent spam: on however many hubs, sockets and tickets the agent asks, the customer is asked once a minute, and
after two declines not at all."""

import msgspec
import pytest

from cobrowse.core.asks import ASK_AGAIN_SECONDS
from cobrowse.core.protocol import (
    Act,
    ActResult,
    AskControl,
    ControlAnswer,
    ControlAsked,
    ControlRelease,
    Navigate,
    Pause,
    Problem,
    Resume,
)
from cobrowse.hub.hub import Hub
from tests.hub.peers import SHOP, Agent, Customer
from tests.hub.world import World
from tests.hub.world import world as new_world

MINUTE = int(ASK_AGAIN_SECONDS)


@pytest.fixture(params=["one hub", "two hubs"])
async def other(request: pytest.FixtureRequest, world: World, hub: Hub) -> Hub:
    return hub if request.param == "one hub" else await world.hub()


def questions(customer: Customer) -> int:
    """How often the customer was asked since the last look."""
    asked = [message for message in customer.hear_waiting() if isinstance(message, ControlAsked)]
    for message in asked:
        customer.heard.remove(message)
    return len(asked)


async def again(world: World, agent: Agent, hub: Hub, customer: Customer) -> Agent:
    """The agent in a new window, with a new ticket."""
    agent.wire.cut()
    await agent.gone()
    made = world.agent(hub, customer.joined.session)
    await made.enter()
    return made


async def test_asking_and_taking_it_back_asks_once(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    agent.say(AskControl(), ControlRelease(), AskControl())
    problem = await agent.hear(Problem)
    assert (problem.code, problem.retry_after_seconds) == ("asked_too_soon", MINUTE)
    assert str(MINUTE) in problem.message
    for _ in range(20):
        agent.say(AskControl(), ControlRelease())
    # So many steps are not read at once.
    await world.pass_time(MINUTE / 2)
    assert questions(customer) == 1


async def test_a_pause_a_new_window_and_another_hub_are_no_way_round(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    agent.say(AskControl())
    await world.settle()
    customer.say(ControlAnswer(allow=False))
    for _ in range(3):
        customer.say(Pause(), Resume())
        await world.settle()
        agent = await again(world, agent, await world.hub(), customer)
        agent.say(AskControl())
        await world.settle()
    assert questions(customer) == 1
    await world.pass_time(MINUTE)
    agent.say(AskControl())
    await world.settle()
    assert questions(customer) == 1


async def test_a_second_decline_stands_for_the_session(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    for _ in range(2):
        agent.say(AskControl())
        await world.settle()
        customer.say(ControlAnswer(allow=False))
        await world.pass_time(MINUTE)
    assert questions(customer) == 2
    agent = await again(world, agent, other, customer)
    agent.say(AskControl())
    assert (await agent.hear(Problem)).code == "declined_for_good"
    assert questions(customer) == 0


async def test_a_new_page_of_the_customer_changes_nothing(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    agent.say(AskControl())
    await world.settle()
    customer.say(ControlAnswer(allow=False))
    await customer.stop()
    customer.next_page()
    await customer.enter()
    await agent.hear_state("live")
    agent.say(AskControl())
    assert (await agent.hear(Problem)).code == "asked_too_soon"


def addresses(customer: Customer) -> int:
    acts = [message for message in customer.hear_waiting() if isinstance(message, Act)]
    for message in acts:
        customer.heard.remove(message)
    return len(acts)


async def refusals(agent: Agent, count: int) -> set[str]:
    return {(await agent.hear(ActResult)).reason for _ in range(count)}


async def test_typed_addresses_are_asked_for_once_a_minute(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.with_control(hub, other)
    first = agent.act(Navigate(address="/1"))
    for number in range(20):
        agent.act(Navigate(address=f"/{number}"))
    await world.settle()
    assert addresses(customer) == 1
    assert await refusals(agent, 20) == {"asked_too_soon"}
    customer.say(ActResult(id=first.id, status="asking"), ActResult(id=first.id, status="refused", reason="declined"))
    await world.pass_time(MINUTE)
    second = agent.act(Navigate(address="/2"))
    await world.settle()
    customer.say(ActResult(id=second.id, status="refused", reason="declined"))
    await world.pass_time(MINUTE)
    agent.act(Navigate(address="/3"))
    await world.settle()
    assert addresses(customer) == 1
    assert "declined_for_good" in await refusals(agent, 4)


async def test_an_allowed_address_frees_the_next_and_no_other_answer_does(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.with_control(hub, other)
    first = agent.act(Navigate(address="/1"))
    await world.settle()
    # What becomes of another act is no answer to this one.
    customer.say(ActResult(id=first.id + 1, status="started"))
    await world.settle()
    agent.act(Navigate(address="/2"))
    await world.settle()
    assert addresses(customer) == 1
    customer.say(ActResult(id=first.id, status="started"))
    await world.settle()
    agent.act(Navigate(address="/3"))
    await world.settle()
    assert addresses(customer) == 1


async def test_where_the_site_asks_nobody_nothing_is_counted() -> None:
    async with new_world(msgspec.structs.replace(SHOP, typed_navigation="allow")) as world:
        agent, customer = await world.with_control(await world.hub())
        for number in range(5):
            agent.act(Navigate(address=f"/{number}"))
        await world.settle()
        assert addresses(customer) == 5


async def test_where_the_store_is_away_nobody_is_asked(world: World, hub: Hub) -> None:
    agent, customer = await world.with_control(hub)
    world.store.away = True
    agent.act(Navigate(address="/1"))
    assert (await agent.hear(ActResult)).reason == "failed"
    world.store.away = False
    assert addresses(customer) == 0


async def test_an_answer_that_could_not_be_noted_harms_nobody(world: World, hub: Hub) -> None:
    agent, customer = await world.with_control(hub)
    act = agent.act(Navigate(address="/1"))
    await world.settle()
    world.store.away = True
    customer.say(ActResult(id=act.id, status="refused", reason="declined"))
    assert (await agent.hear(ActResult)).reason == "declined"
    await world.settle()
    world.store.away = False
    customer.change("still here")
    await world.settle()
    assert customer.wire.closed is None
