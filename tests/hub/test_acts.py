"""Acts: who may, what, when, how often; and that each is answered once."""

import msgspec
import pytest

from cobrowse.core.policy import Limits
from cobrowse.core.protocol import (
    Act,
    Activity,
    ActResult,
    Click,
    ControlRelease,
    Highlight,
    Navigate,
    Pause,
    Point,
    Type,
)
from cobrowse.core.states import Session
from cobrowse.hub.hub import Hub
from cobrowse.hub.local import ACTS_PER_SECOND
from tests.hub.peers import SHOP, Agent, Customer
from tests.hub.world import World
from tests.hub.world import world as new_world

POINT = Point(node=10, x=0.5, y=0.5)
CLICK = Click(node=10, x=0.5, y=0.5)


@pytest.fixture(params=["one hub", "two hubs"])
async def other(request: pytest.FixtureRequest, world: World, hub: Hub) -> Hub:
    return hub if request.param == "one hub" else await world.hub()


async def assert_refused(agent: Agent, act: Act, reason: str) -> None:
    assert await agent.hear(ActResult) == ActResult(id=act.id, status="refused", reason=reason)


def acts_at(customer: Customer) -> list[int]:
    return [message.id for message in customer.hear_waiting() if isinstance(message, Act)]


async def session_of(world: World, customer: Customer) -> Session:
    found = await world.store.read(customer.joined.session)
    assert found is not None
    return found.session


async def test_pointing_needs_no_control(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    act = agent.act(POINT)
    assert await customer.hear(Act) == act
    click = agent.act(CLICK)
    await assert_refused(agent, click, "no_control")
    assert acts_at(customer) == []


async def test_with_control_an_act_arrives_as_it_was_sent(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.with_control(hub, other)
    act = agent.act(CLICK)
    assert await customer.hear(Act) == act
    customer.say(ControlRelease())
    while (await agent.hear_state("live")).control != "off":
        pass
    await assert_refused(agent, agent.act(CLICK), "no_control")


async def test_an_act_happens_at_most_once(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    agent.act(POINT, id_=5)
    assert (await customer.hear(Act)).id == 5
    for id_ in (5, 4, 0):
        await assert_refused(agent, agent.act(POINT, id_=id_), "stale")
    agent.act(POINT, id_=6)
    assert (await customer.hear(Act)).id == 6
    assert acts_at(customer) == []


async def test_a_refused_id_is_used_up_too(world: World, hub: Hub) -> None:
    agent, _ = await world.live(hub)
    await assert_refused(agent, agent.act(CLICK, id_=5), "no_control")
    await assert_refused(agent, agent.act(POINT, id_=5), "stale")


async def test_the_highest_id_is_the_sessions_not_the_sockets(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    agent.act(POINT, id_=5)
    agent.wire.cut()
    await customer.hear_state("away")
    back = world.agent(hub, customer.joined.session)
    await back.enter()
    await assert_refused(back, back.act(POINT, id_=5), "stale")


async def test_nothing_happens_outside_live(world: World, hub: Hub) -> None:
    agent, customer = await world.joining(hub)
    await assert_refused(agent, agent.act(POINT), "wrong_state")
    live_agent, live_customer = await world.live(hub)
    live_customer.say(Pause())
    await live_agent.hear_state("paused")
    await assert_refused(live_agent, live_agent.act(POINT), "wrong_state")
    assert acts_at(customer) == acts_at(live_customer) == []


async def test_fifty_acts_a_second_and_no_more(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    for _ in range(int(ACTS_PER_SECOND)):
        agent.act(POINT)
    too_fast = agent.act(POINT)
    await assert_refused(agent, too_fast, "too_fast")
    await world.clock.advance(1 / ACTS_PER_SECOND)
    agent.act(POINT)
    await world.settle()
    assert len(acts_at(customer)) == ACTS_PER_SECOND + 1


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("/catalogue?page=2", ""),
        ("https://www.shop.example/", ""),
        ("https://evil.example/", "leaves_site"),
        ("//evil.example/", "leaves_site"),
        ("/checkout/payment/card", "denied_path"),
        ("/checkout/payment", "denied_path"),
        ("/CHECKOUT/%70ayment/card", "denied_path"),
        ("/reset/abc", "denied_path"),
        ("javascript:alert(1)", "bad_address"),
        ("/\\evil.example", "bad_address"),
        ("https://user:pass@www.shop.example/", "bad_address"),
        ("/a%2fb", "bad_address"),
        ("http://[", "bad_address"),
    ],
)
async def test_a_typed_address_stays_on_the_site(world: World, hub: Hub, address: str, reason: str) -> None:
    agent, customer = await world.with_control(hub)
    act = agent.act(Navigate(address=address))
    if reason:
        await assert_refused(agent, act, reason)
        assert acts_at(customer) == []
    else:
        assert await customer.hear(Act) == act


async def test_the_site_says_which_acts_there_are() -> None:
    plain = msgspec.structs.replace(SHOP, typed_navigation="never")
    typing = msgspec.structs.replace(SHOP, id="typing", field_acts=("type",))
    guide = msgspec.structs.replace(SHOP, id="guide", max_scope="guide")
    async with new_world(plain, typing, guide) as world:
        hub = await world.hub()
        agent, customer = await world.with_control(hub)
        await assert_refused(agent, agent.act(Navigate(address="/")), "not_allowed")
        await assert_refused(agent, agent.act(Type(node=1, text="x")), "not_allowed")
        world.sites["shop"] = guide
        follower, _ = await world.live(hub)
        follower.act(Highlight(node=10))
        await assert_refused(follower, follower.act(CLICK), "scope_too_low")
        world.sites["shop"] = typing
        typist, typed = await world.with_control(hub)
        act = typist.act(Type(node=1, text="x"))
        assert await typed.hear(Act) == act
        assert acts_at(customer) == []


async def test_an_act_for_a_customer_who_just_left_is_answered(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    world.store.failing.add("replace")
    customer.wire.cut()
    await customer.gone()
    await assert_refused(agent, agent.act(POINT), "wrong_state")
    world.store.failing.clear()


async def test_acts_and_the_customers_input_put_off_idle_at_most_once_in_ten_seconds() -> None:
    site = msgspec.structs.replace(SHOP, limits=Limits(idle_seconds=30))
    async with new_world(site) as world:
        hub = await world.hub()
        agent, customer = await world.live(hub)
        await world.pass_time(20)
        before = (await session_of(world, customer)).active_at
        agent.act(POINT)
        customer.say(Activity())
        await world.settle()
        after = (await session_of(world, customer)).active_at
        assert after > before
        writes = world.store.calls.count("replace")
        await world.pass_time(5)
        agent.act(POINT)
        customer.say(Activity())
        await world.settle()
        assert world.store.calls.count("replace") == writes
        await world.pass_time(31)
        assert (await agent.hear_state("ended")).reason == "idle"


async def test_activity_that_could_not_be_noted_is_noted_when_the_store_is_back(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    await world.pass_time(11)
    before = (await session_of(world, customer)).active_at
    world.store.away = True
    agent.act(POINT)
    await world.settle()
    world.store.away = False
    await world.pass_time(5)
    assert (await session_of(world, customer)).active_at > before
