"""The store goes away and comes back, with its data, without, or with less of it. Nothing sticks, nothing unsafe."""

import logging
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from cobrowse.core.close import ENDED
from cobrowse.core.deadlines import due_at
from cobrowse.core.errors import NotFound, StoreError
from cobrowse.core.protocol import (
    Act,
    Activity,
    ActResult,
    ControlRelease,
    Ops,
    Pause,
    Point,
    Problem,
    Resume,
    Resync,
    Stop,
)
from cobrowse.core.states import Ended, Live, Paused, Session
from cobrowse.hub.hub import Hub
from cobrowse.hub.pulse import LOOK_SECONDS
from cobrowse.hub.restoring import SEEN_SECONDS
from cobrowse.store.base import Versioned
from tests.hub.peers import Agent, Customer, from_hub, name
from tests.hub.world import World


async def away(world: World, seconds: float) -> None:
    """Store and Bus are away for so long, and are back, as after a lost connection."""
    world.store.away = world.bus.away = True
    await world.pass_time(seconds)
    world.store.away = world.bus.away = False
    world.bus.lose()
    await world.settle()


async def assert_picture_flows(agent: Agent, customer: Customer, text: str) -> None:
    """What the customer's page shows now reaches the agent."""
    customer.change(text)
    while text not in (await agent.hear(Ops)).texts:
        pass


async def read(world: World, customer: Customer) -> Versioned:
    found = await world.store.read(customer.joined.session)
    assert found is not None
    return found


# --- away, and back as it was


async def test_a_session_on_one_hub_goes_on(world: World, hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    agent, customer = await world.with_control(hub)
    with caplog.at_level(logging.WARNING, "cobrowse.hub"):
        world.store.away = world.bus.away = True
        for second in range(60):
            await assert_picture_flows(agent, customer, f"picture {second}")
            agent.act(Point(node=10, x=0.5, y=0.5), id_=second)
            assert (await customer.hear(Act)).id == second
            customer.say(ActResult(id=second, status="done"))
            assert (await agent.hear(ActResult)).id == second
            await world.pass_time(1)
        lines = len(caplog.messages)
    assert lines <= 60, caplog.messages
    assert (agent.wire.closed, customer.wire.closed) == (None, None)
    assert hub.stats().get("failures", 0) == 0


async def test_what_happened_meanwhile_is_written_and_puts_off_idle(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    idle = world.sites["shop"].limits.idle_seconds
    world.store.away = world.bus.away = True
    for _ in range(round(idle / 20) + 2):
        customer.say(Activity())
        await world.pass_time(20, step=5)
    world.store.away = world.bus.away = False
    await world.pass_time(10)
    found = await read(world, customer)
    assert isinstance(found.session.state, Live)
    assert found.session.active_at > world.clock.now() - 40
    assert agent.wire.closed is None


async def test_all_recovers_within_five_seconds(world: World, hub: Hub) -> None:
    other = await world.hub()
    agent, customer = await world.live(hub, other)
    world.store.away = world.bus.away = True
    await world.pass_time(30)
    customer.say(Pause())
    await world.settle()
    assert other.stats()["owing"] == 1
    world.store.away = world.bus.away = False
    await world.pass_time(5)
    await agent.hear_state("paused")
    assert other.stats()["owing"] == 0
    customer.say(Resume())
    await agent.hear_state("live")
    for one in (hub, other):
        assert not await world.store.dead_hubs([one.id], world.clock.now())
        assert one.stats()["store_recoveries"] == 1


async def test_what_the_agent_missed_is_asked_for_again(world: World, hub: Hub) -> None:
    """And only that: a page in which nothing changed meanwhile has nothing to say anew."""
    other = await world.hub()
    _, changed = await world.live(hub, other)
    _, still = await world.live(hub, other)
    world.store.away = world.bus.away = True
    changed.change("nobody gets this")
    await world.pass_time(4)
    world.store.away = world.bus.away = False
    await world.pass_time(2)
    await changed.hear(Resync)
    await world.settle()
    for customer in (changed, still):
        while not customer.wire.outbound.empty():
            data = customer.wire.outbound.get_nowait()
            assert data is not None
            assert not any(isinstance(message, Resync) for message in from_hub("customer", data))


async def test_hubs_whose_leases_ran_out_meanwhile_take_no_seats_from_each_other(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub, await world.hub())
    for _ in range(3):
        await away(world, 20)
        # And one that starts just now does not do it either.
        await world.hub()
        await world.pass_time(8)
    found = await read(world, customer)
    assert isinstance(found.session.state, Live)
    assert found.session.customer.generation == found.session.agent_seat.generation == 1
    assert (agent.wire.closed, customer.wire.closed) == (None, None)
    customer.change("still here")
    await agent.hear(Ops)


async def test_a_hub_that_died_while_the_store_was_away_is_dead(world: World, hub: Hub) -> None:
    other = await world.hub()
    agent, _ = await world.live(hub, other)
    world.store.away = world.bus.away = True
    await world.pass_time(20)
    await world.kill(other)
    world.store.away = world.bus.away = False
    world.bus.lose()
    await world.pass_time(20)
    state = await agent.hear_state("away")
    assert state.away is not None
    assert state.away.seat == "customer"


@pytest.mark.parametrize("asking", ["create", "claim", "read", "list", "end"])
async def test_what_needs_the_store_says_so(world: World, hub: Hub, asking: str) -> None:
    created = await world.create(hub)
    asks: dict[str, Callable[[], Awaitable[object]]] = {
        "create": lambda: world.create(hub),
        "claim": lambda: hub.claim("shop", created.code, name("nonce")),
        "read": lambda: hub.read(created.id, "ana"),
        "list": lambda: hub.list("ana"),
        "end": lambda: hub.end(created.id, "ana"),
    }
    world.store.away = True
    with pytest.raises(StoreError):
        await asks[asking]()
    world.store.away = False
    await asks[asking]()


async def test_a_peer_hears_that_what_it_said_must_wait(world: World, hub: Hub) -> None:
    agent, customer = await world.with_control(hub)
    world.store.away = True
    customer.say(ControlRelease())
    for one in (agent, customer):
        problem = await one.hear(Problem)
        assert problem.code == "store_unavailable"
    world.store.away = False
    await world.pass_time(5)
    while (await agent.hear_state("live")).control != "off":
        pass


# --- back without its data


async def lose_all(world: World) -> None:
    """FLUSHALL, or a Redis that starts without its data."""
    await world.store.forget("sessions", "codes", "leases", "trails", "audit")


async def go_back_to(world: World, before: Versioned) -> None:
    """A failover to a replica that was behind: the session stands where it stood."""
    await world.store.forget("sessions")
    assert await world.store.put_back(before.session, 0, before.version, due_at(before.session))


@pytest.mark.parametrize("where", ["one hub", "two hubs"])
async def test_a_live_session_outlives_the_loss_of_all_data(world: World, hub: Hub, where: str) -> None:
    other = hub if where == "one hub" else await world.hub()
    agent, customer = await world.with_control(hub, other)
    before = await read(world, customer)
    await lose_all(world)
    await world.pass_time(5)
    after = await read(world, customer)
    assert msgspec.structs.replace(after.session, attended_at=0) == msgspec.structs.replace(
        before.session, attended_at=0
    )
    assert after.version > before.version
    assert (agent.wire.closed, customer.wire.closed) == (None, None)
    assert sum(one.stats().get("sessions_put_back", 0) for one in {hub, other}) == 1
    await assert_picture_flows(agent, customer, "after")
    customer.say(Pause())
    await agent.hear_state("paused")
    # It is due as before, so it ends as before.
    await world.pass_time(world.sites["shop"].limits.idle_seconds + 10, step=10)
    assert (await agent.hear_state("ended")).reason == "idle"


async def test_a_step_finds_out_by_itself(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    await lose_all(world)
    customer.say(Pause())
    await agent.hear_state("paused")
    assert (await read(world, customer)).session.agent == "ana"


async def test_no_code_comes_back(world: World, hub: Hub) -> None:
    created = await world.create(hub)
    agent = world.agent(hub, created.id)
    await agent.enter()
    await lose_all(world)
    await world.pass_time(3)
    assert (await agent.hear_state("ended")).reason == "code_expired"
    assert await agent.closed_with() == ENDED
    with pytest.raises(NotFound):
        await hub.claim("shop", created.code, name("nonce"))


async def test_a_claimed_code_lets_in_nobody_else(world: World, hub: Hub) -> None:
    created = await world.create(hub)
    agent = world.agent(hub, created.id)
    await agent.enter()
    customer = await world.customer(hub, created.code)
    await customer.enter()
    await lose_all(world)
    await world.pass_time(3)
    with pytest.raises(NotFound):
        await hub.claim("shop", created.code, name("nonce"))
    assert (await read(world, customer)).session.state.__struct_config__.tag == "joining"


async def test_what_ended_stays_ended(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    before = await read(world, customer)
    customer.say(Stop())
    assert await agent.closed_with() == ENDED
    await world.settle()
    # A failover undoes the end …
    await go_back_to(world, before)
    world.bus.lose()
    await world.pass_time(3)
    # … and the hub ends it again.
    assert isinstance((await read(world, customer)).session.state, Ended)
    # Where all is lost there is nothing to end.
    await lose_all(world)
    world.bus.lose()
    await world.pass_time(3)
    assert await world.store.read(customer.joined.session) is None


async def test_who_has_not_seen_a_session_for_long_does_not_put_it_back(world: World, hub: Hub) -> None:
    agent, _ = await world.live(hub)
    # The hub stands still for two hours; the session has ended elsewhere meanwhile and was swept.
    world.clock.pass_unseen(SEEN_SECONDS + LOOK_SECONDS)
    await lose_all(world)
    await world.pass_time(3)
    assert await agent.closed_with() == ENDED
    assert hub.stats().get("sessions_put_back", 0) == 0


# --- back with less


@pytest.mark.parametrize("where", ["one hub", "two hubs"])
async def test_a_failover_that_loses_a_pause_undoes_no_pause(world: World, hub: Hub, where: str) -> None:
    other = hub if where == "one hub" else await world.hub()
    agent, customer = await world.live(hub, other)
    before = await read(world, customer)
    customer.say(Pause())
    await agent.hear_state("paused")
    await world.settle()
    await go_back_to(world, before)
    await world.pass_time(3)
    after = await read(world, customer)
    assert after.session.state.__struct_config__.tag == "paused"
    assert after.version > before.version + 1
    customer.say(Resume())
    await agent.hear_state("live")
    await customer.begin()


async def test_the_end_counts_also_where_it_stands_at_a_lower_version(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    before = await read(world, customer)
    customer.say(Pause())
    await agent.hear_state("paused")
    customer.say(Resume())
    await agent.hear_state("live")
    over: Session = msgspec.structs.replace(before.session, state=Ended(since=world.clock.now(), reason="agent_ended"))
    await go_back_to(world, Versioned(over, before.version))
    await world.pass_time(3)
    assert (await agent.hear_state("ended")).reason == "agent_ended"
    assert await agent.closed_with() == ENDED
    assert await customer.closed_with() == ENDED


async def test_a_seat_the_store_forgot_is_taken_again(world: World, hub: Hub) -> None:
    other = await world.hub()
    _, customer = await world.live(hub, hub)
    before = await read(world, customer)
    # The failover undid that the tab came over to the other hub, and that one was told the older state.
    old = customer.wire
    customer.hub = other
    await customer.enter()
    assert old.closed is not None
    await go_back_to(world, before)
    world.bus.lose()
    await world.pass_time(5)
    # The hub that has the tab knows better.
    after = await read(world, customer)
    assert (after.session.customer.hub, after.session.customer.generation) == (other.id, 2)
    assert customer.wire.closed is None


async def test_what_is_put_back_never_shows_more(world: World, hub: Hub) -> None:
    other = await world.hub()
    agent, customer = await world.with_control(hub, other)
    before = await read(world, customer)
    # The store lost the control that was given; meanwhile somebody paused what it has.
    paused = msgspec.structs.replace(before.session, state=Paused(since=world.clock.now()), control="off")
    await go_back_to(world, Versioned(paused, before.version - 1))
    world.bus.lose()
    await world.pass_time(3)
    after = await read(world, customer)
    assert isinstance(after.session.state, Paused)
    assert after.session.control == "off"
    await agent.hear_state("paused")
    await customer.hear_state("paused")
