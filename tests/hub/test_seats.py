"""Hello, seats, probes, takeovers, leaving."""

import asyncio
from typing import Any

import msgspec
import pytest

from cobrowse.core import close
from cobrowse.core.errors import StoreError
from cobrowse.core.protocol import (
    HELLO_MAX_BYTES,
    HELLO_TIMEOUT_SECONDS,
    VERSION,
    AskControl,
    Bye,
    ComeAgain,
    CustomerWelcome,
    Hello,
    Pause,
    Probe,
    ProbeAnswer,
    Problem,
    Resync,
    Snapshot,
    Stop,
)
from cobrowse.core.tokens import CustomerToken, MirrorToken
from cobrowse.hub.hub import Hub
from cobrowse.hub.roll_call import DOUBT_SECONDS
from cobrowse.hub.steps import Steps
from tests.hub.peers import SHOP, Agent, Customer, name, packed, text_of
from tests.hub.world import World
from tests.hub.world import world as new_world


@pytest.fixture(params=["one hub", "two hubs"])
async def other(request: pytest.FixtureRequest, world: World, hub: Hub) -> Hub:
    """Where the newcomer connects: the same hub, or another."""
    return hub if request.param == "one hub" else await world.hub()


def again(customer: Customer, hub: Hub) -> Customer:
    """Another tab with a copy of this one's token."""
    copy = Customer(hub, customer.joined)
    copy.token = customer.token
    return copy


async def assert_turned_away(newcomer: Customer | Agent, why: close.Close, first: str | bytes | None = None) -> None:
    newcomer.connect()
    newcomer.wire.say(first if first is not None else text_of(hello_of(newcomer)))
    assert await newcomer.closed_with() == why


def hello_of(newcomer: Customer | Agent, **fields: Any) -> Hello:
    token = newcomer.token if isinstance(newcomer, Customer) else newcomer.ticket
    values = {"version": VERSION, "token": token, "page": newcomer.page, "nonce": name("nonce"), **fields}
    return Hello(**values)


# --- hello


async def test_a_hello_must_come_in_time(world: World, hub: Hub) -> None:
    agent = world.agent(hub, "s")
    agent.connect()
    await world.clock.advance(HELLO_TIMEOUT_SECONDS - 0.1)
    assert agent.wire.closed is None
    await world.clock.advance(0.1)
    assert await agent.closed_with() == close.HELLO_TIMEOUT
    # In a storm it is the hub that was slow: who comes again finds room.
    assert close.HELLO_TIMEOUT.may_retry


@pytest.mark.parametrize(
    "first",
    [
        "",
        "garbage",
        "[]",
        '{"k":"stop"}',
        '{"k":"hello"}',
        " " * (HELLO_MAX_BYTES + 1),
        packed('{"k":"hello"}'),
        "[" * 4000,
        text_of(Hello(version=VERSION, token="x", page="p" * 16, nonce="n" * 16))[:-1] + ',"extra":1}',
        text_of(*[Hello(version=VERSION, token="x", page="p" * 16, nonce="n" * 16)] * 2),
    ],
    ids=lambda first: str(first)[:30],
)
async def test_what_is_not_one_hello_is_refused(world: World, hub: Hub, first: str | bytes) -> None:
    await assert_turned_away(world.agent(hub, "s"), close.BAD_HELLO, first)


async def test_another_version_is_told_so_even_where_its_hello_looks_different(world: World, hub: Hub) -> None:
    agent = world.agent(hub, "s")
    await assert_turned_away(agent, close.VERSION_MISMATCH, text_of(hello_of(agent, version=VERSION + 1)))
    await assert_turned_away(agent, close.VERSION_MISMATCH, '{"k":"hello","version":99,"seat":"customer"}')


async def test_a_socket_that_goes_before_its_hello_leaves_nothing(world: World, hub: Hub) -> None:
    agent = world.agent(hub, "s")
    agent.connect()
    agent.wire.cut()
    await agent.gone()
    assert hub.stats()["peers"] == 0


async def test_a_forged_or_expired_token_is_refused(world: World, hub: Hub) -> None:
    _, customer = await world.joining(hub)
    forged = again(customer, hub)
    content, _, signature = customer.token.rpartition(".")
    forged.token = f"{content}.{signature[::-1]}"
    await assert_turned_away(forged, close.BAD_TOKEN)
    forged.token = world.tokens.sign(MirrorToken(session=customer.joined.session), world.clock.now() + 60)
    await assert_turned_away(forged, close.BAD_TOKEN)
    forged.token = world.tokens.sign(CustomerToken(session=customer.joined.session, rotation=1), world.clock.now() - 61)
    await assert_turned_away(forged, close.BAD_TOKEN)


async def test_a_ticket_works_once(world: World, hub: Hub) -> None:
    created = await world.create(hub)
    agent = world.agent(hub, created.id)
    await agent.enter()
    await assert_turned_away(Agent(hub, agent.ticket), close.BAD_TOKEN)
    await assert_turned_away(Agent(hub, "no such ticket"), close.BAD_TOKEN)


async def test_an_unknown_session_is_an_ended_one(world: World, hub: Hub) -> None:
    await assert_turned_away(world.agent(hub, "never was"), close.ENDED)


async def test_an_ended_session_lets_nobody_in(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    customer.say(Stop())
    await customer.closed_with()
    await agent.closed_with()
    await assert_turned_away(again(customer, hub), close.ENDED)
    await assert_turned_away(world.agent(hub, customer.joined.session), close.ENDED)


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "https://www.shop.example.evil.example"])
async def test_a_customer_comes_from_its_own_site(world: World, hub: Hub, origin: str | None) -> None:
    created = await world.create(hub)
    customer = await world.customer(hub, created.code)
    customer.origin = origin
    await assert_turned_away(customer, close.WRONG_ORIGIN)


async def test_the_origin_of_another_site_is_wrong_too() -> None:
    bank = msgspec.structs.replace(SHOP, id="bank", origins=("https://bank.example",))
    async with new_world(SHOP, bank) as world:
        hub = await world.hub()
        customer = await world.customer(hub, (await world.create(hub)).code)
        customer.origin = "https://bank.example"
        await assert_turned_away(customer, close.WRONG_ORIGIN)


async def test_a_site_that_is_no_longer_configured_ends_its_sessions(world: World, hub: Hub) -> None:
    agent, customer = await world.joining(hub)
    del world.sites["shop"]
    await assert_turned_away(again(customer, hub), close.ENDED)
    assert (await agent.hear_state("ended")).reason == "policy"


async def test_a_customer_before_any_claim_is_refused(world: World, hub: Hub) -> None:
    _, customer = await world.joining(hub)
    created = await world.create(hub)
    early = again(customer, hub)
    early.token = world.tokens.sign(CustomerToken(session=created.id, rotation=0), world.clock.now() + 60)
    await assert_turned_away(early, close.BAD_TOKEN)


async def test_a_session_that_is_over_is_ended_by_who_looks(world: World, hub: Hub) -> None:
    created = await world.create(hub)
    agent = world.agent(hub, created.id)
    world.store.failing.add("due")
    await world.clock.advance(SHOP.limits.code_seconds)
    await assert_turned_away(agent, close.ENDED)
    assert (await hub.read(created.id, "ana")).reason == "code_expired"
    assert hub.stats()["sessions"] == 0


async def test_a_second_hello_is_a_problem_and_nothing_more(world: World, hub: Hub) -> None:
    agent, _ = await world.joining(hub)
    agent.say(hello_of(agent))
    assert (await agent.hear(Problem)).code == "not_allowed"


# --- welcome


async def test_the_customers_welcome_brings_the_next_token_and_a_new_epoch(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    customer.next_page()
    customer.say(Bye(reason="navigating"))
    welcome = await customer.enter()
    token = world.tokens.verify(CustomerToken, welcome.token, world.clock.now())
    assert (welcome.generation, token.rotation, welcome.first_epoch, welcome.digits) == (2, 2, 20_000, "")
    assert welcome.policy.deny_paths[0] == "/checkout/payment/*"


async def test_the_agents_welcome_brings_the_mirror_and_the_acts(world: World, hub: Hub) -> None:
    created = await world.create(hub)
    welcome = await world.agent(hub, created.id).enter()
    token = welcome.mirror.removeprefix("https://mirror.example/m/").removesuffix("/")
    assert world.tokens.verify(MirrorToken, token, world.clock.now()).session == created.id
    assert ("click" in welcome.acts, "type" in welcome.acts, welcome.typed_navigation) == (True, False, "ask")


# --- one tab


async def test_a_second_tab_is_refused_while_the_first_is_alive(world: World, hub: Hub, other: Hub) -> None:
    _, customer = await world.live(hub)
    second = again(customer, other)
    second.connect()
    second.say(second.hello())
    customer.say(ProbeAnswer(id=(await customer.hear(Probe)).id))
    assert await second.closed_with() == close.SEAT_HELD
    customer.change("still here")
    assert customer.wire.closed is None
    assert hub.stats().get("turned_away.seat_held", 0) + other.stats().get("turned_away.seat_held", 0) >= 1


async def test_a_holder_that_does_not_answer_is_taken_over(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub)
    second = again(customer, other)
    second.connect()
    second.say(second.hello())
    await customer.hear(Probe)
    await world.clock.advance(1.0)
    welcome = await second.hear(CustomerWelcome)
    assert welcome.generation == 2
    assert await customer.closed_with() == close.TAKEN_OVER
    await second.hear(Resync)
    second.epoch = welcome.first_epoch
    shown = second.show("The new tab")
    while (await agent.hear(Snapshot)) != shown:
        pass
    await second.stop()


async def test_only_the_holder_itself_can_answer_its_probe(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    bystander_agent, _bystander = await world.live(hub)
    second = again(customer, hub)
    second.connect()
    second.say(second.hello())
    probe = await customer.hear(Probe)
    bystander_agent.say(ProbeAnswer(id=probe.id))
    await world.settle()
    await world.clock.advance(1.0)
    await second.hear(CustomerWelcome)
    await second.stop()


async def test_the_same_page_takes_its_seat_back_at_once(world: World, hub: Hub, other: Hub) -> None:
    _, customer = await world.live(hub)
    old = customer.wire
    customer.hub = other
    welcome = await customer.enter()
    assert welcome.generation == 2
    await customer.hear(Resync)
    await world.settle()
    assert old.closed == close.TAKEN_OVER


async def test_the_next_page_takes_the_seat_at_once_after_bye(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub)
    customer.say(Bye(reason="navigating"))
    state = await agent.hear_state("away")
    assert state.away is not None
    assert (state.away.seat, state.away.reason, state.away.back_to) == ("customer", "navigating", "live")
    customer.wire.cut()
    customer.hub = other
    customer.next_page()
    await customer.enter()
    await agent.hear_state("live")
    sent = await customer.begin()
    assert await agent.hear(Snapshot) == sent


async def test_a_bye_while_the_newcomer_waits_lets_it_in(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    newcomer = again(customer, hub)
    newcomer.connect()
    newcomer.say(newcomer.hello())
    await customer.hear(Probe)
    customer.say(Bye(reason="navigating"))
    customer.wire.cut()
    assert (await newcomer.hear(CustomerWelcome)).generation == 2
    await newcomer.stop()


async def test_a_bye_on_another_hub_lets_the_newcomer_in_without_waiting(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    newcomer = again(customer, await world.hub())
    newcomer.connect()
    newcomer.say(newcomer.hello())
    await customer.hear(Probe)
    customer.say(Bye(reason="navigating"))
    assert (await newcomer.hear(CustomerWelcome)).generation == 2
    await newcomer.stop()


async def test_of_two_newcomers_one_comes_again(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    rivals = [again(customer, hub), again(customer, hub)]
    for rival in rivals:
        rival.connect()
        rival.say(rival.hello())
    await customer.hear(Probe)
    await world.settle()
    await world.clock.advance(1.0)
    await world.settle()
    closed = [rival for rival in rivals if rival.wire.closed is not None]
    assert [rival.wire.closed for rival in closed] == [close.SEAT_BUSY]
    assert close.SEAT_BUSY.may_retry
    for rival in rivals:
        await rival.stop()


async def test_a_token_works_until_its_successor_was_used(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    first = customer.joined.token
    older = again(customer, hub)
    older.page = customer.page
    older.token = first
    welcome = await older.enter()
    customer.token = welcome.token
    await customer.enter()
    older.token = first
    await assert_turned_away(older, close.BAD_TOKEN)


async def test_a_seat_on_a_dead_hub_needs_no_probe(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    second_hub = await world.hub()
    # Who starts does not know yet what leases can be believed.
    await world.pass_time(DOUBT_SECONDS)
    world.bus.deaf.add(hub.id)
    await world.store.lease(hub.id, world.clock.now() - 1)
    customer.next_page()
    customer.hub = second_hub
    old = customer.wire
    assert (await customer.enter()).generation == 2
    old.cut()


async def test_an_agents_second_console_is_refused_while_the_first_is_alive(world: World, hub: Hub) -> None:
    agent, _ = await world.live(hub)
    second = world.agent(hub, agent_session(agent, world))
    second.connect()
    second.say(hello_of(second))
    agent.say(ProbeAnswer(id=(await agent.hear(Probe)).id))
    assert await second.closed_with() == close.SEAT_HELD


def agent_session(agent: Agent, world: World) -> str:
    return world.tickets[agent.ticket][0]


async def test_a_probe_answer_nobody_waits_for_is_nothing(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    agent.say(ProbeAnswer(id=77))
    sent = customer.change()
    assert sent.seq == 1
    await world.settle()
    assert agent.wire.closed is None


# --- leaving


@pytest.mark.parametrize("seat", ["customer", "agent"])
async def test_a_socket_that_is_lost_without_bye_is_offline(world: World, hub: Hub, other: Hub, seat: str) -> None:
    agent, customer = await world.live(hub, other)
    leaver, stayer = (customer, agent) if seat == "customer" else (agent, customer)
    leaver.wire.cut()
    state = await stayer.hear_state("away")
    assert state.away is not None
    assert (state.away.seat, state.away.reason) == (seat, "offline")


async def test_an_agent_who_returns_gets_a_new_picture(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    agent.wire.cut()
    await customer.hear_state("away")
    back = world.agent(hub, customer.joined.session)
    await back.enter()
    await customer.hear_state("live")
    await world.clock.advance(2.0)
    await customer.hear(Resync)
    sent = customer.show("Again")
    assert await back.hear(Snapshot) == sent


async def test_a_page_that_may_not_share_takes_its_seat_and_shows_nothing(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    customer.say(Bye(reason="navigating"))
    await agent.hear_state("away")
    customer.next_page()
    welcome = await customer.enter(withheld="other_path")
    assert welcome.state.name == "away"
    state = await agent.hear_state("away")
    assert state.away is not None
    assert state.away.reason == "other_path"
    assert not [message for message in customer.hear_waiting() if isinstance(message, Resync)]


async def test_after_bye_nothing_a_page_says_counts(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    customer.say(Bye(reason="asleep"), Stop())
    await agent.hear_state("away")
    customer.say(Stop())
    await world.settle()
    assert agent.wire.closed is None
    assert agent.hear_waiting() == []


# --- the store is away


async def test_new_hellos_come_again_while_the_store_is_away(world: World, hub: Hub) -> None:
    created = await world.create(hub)
    agent = world.agent(hub, created.id)
    world.store.away = True
    await assert_turned_away(agent, close.STORE_AWAY)
    assert close.STORE_AWAY.may_retry
    with pytest.raises(StoreError):
        await world.create(hub)
    with pytest.raises(StoreError):
        await hub.claim("shop", created.code, name("nonce"))
    world.store.away = False


async def test_a_take_that_loses_five_times_comes_again(world: World, hub: Hub) -> None:
    created = await world.create(hub)
    world.store.conflicts = 5
    await assert_turned_away(world.agent(hub, created.id), close.SEAT_BUSY)
    assert hub.stats()["step_conflicts"] == 5
    world.store.conflicts = 4
    assert (await world.agent(hub, created.id).enter()).generation == 1


async def test_live_peers_go_on_while_the_store_is_away(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    world.store.away = True
    sent = customer.change("still flowing")
    await agent.listen()
    assert agent.frames[-1] == text_of(sent)
    agent.say(AskControl())
    assert (await agent.hear(Problem)).code == "store_unavailable"
    world.store.away = False


async def test_a_pause_holds_even_while_the_store_is_away(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    world.store.away = True
    customer.say(Pause())
    customer.change("secret")
    await world.settle()
    # Nothing of the page; only that what was said must wait.
    assert [type(message) for message in agent.hear_waiting()] == [Problem]
    world.store.away = False
    await world.pass_time(5)
    await agent.hear_state("paused")
    assert hub.stats()["owed"] == 1


async def test_who_leaves_while_the_store_is_away_has_left_when_it_is_back(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    world.store.away = True
    customer.wire.cut()
    await customer.gone()
    await world.pass_time(5)
    world.store.away = False
    await world.pass_time(5)
    await agent.hear_state("away")


async def test_what_is_owed_to_an_ended_session_is_nothing(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    world.store.away = True
    customer.say(Stop())
    await world.settle()
    world.store.away = False
    await hub.end(customer.joined.session, "ana")
    await agent.closed_with()
    await world.pass_time(6)
    assert hub.stats()["sessions"] == 0


# --- drain


async def test_a_draining_hub_sends_everybody_away_in_good_order(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    await hub.drain()
    for peer in (agent, customer):
        come = await peer.hear(ComeAgain)
        assert 0 <= come.delay_ms < 1000
        assert await peer.closed_with() == close.DRAIN
    assert hub.draining
    assert (hub.stats()["sessions"], hub.stats()["peers"]) == (0, 0)
    await assert_turned_away(again(customer, hub), close.DRAIN)
    other = await world.hub()
    customer.hub = other
    back = await customer.enter()
    assert back.state.name == "away"
    fresh = world.agent(other, customer.joined.session)
    assert (await fresh.enter()).state.name == "live"


async def test_a_drain_does_not_wait_for_ever(world: World, hub: Hub) -> None:
    agent, _ = await world.live(hub)
    agent.wire.stall()
    draining = asyncio.create_task(hub.drain(timeout_seconds=10))
    await world.pass_time(9.5, step=0.5)
    await world.pass_time(1, step=0.5)
    await asyncio.wait_for(draining, 30)


# --- races


async def test_of_two_sockets_of_one_page_at_once_one_comes_again(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    twins = [again(customer, hub), again(customer, hub)]
    for twin in twins:
        twin.page = customer.page
        twin.connect()
        twin.say(twin.hello())
    await world.settle()
    closed = [twin.wire.closed for twin in twins]
    assert (closed.count(close.SEAT_BUSY), closed.count(None)) == (1, 1)
    for twin in twins:
        await twin.stop()


async def test_a_hello_that_was_on_its_way_when_the_hub_began_to_drain_comes_again(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    second = again(customer, hub)
    second.connect()
    second.say(second.hello())
    await customer.hear(Probe)
    await hub.drain()
    assert await second.closed_with() == close.DRAIN


async def test_a_socket_that_will_not_be_closed_is_let_go(
    world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = world.agent(hub, "s")
    agent.connect()

    async def hang(_number: int, _reason: str) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(agent.wire, "close", hang)
    agent.wire.say("garbage")
    await world.settle()
    await world.clock.advance(HELLO_TIMEOUT_SECONDS)
    await agent.gone()
    assert hub.stats()["turned_away.bad_hello"] == 1


async def test_the_same_hello_again_keeps_one_holder(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    hello = customer.hello()
    customer.connect()
    customer.say(hello)
    first = await customer.hear(CustomerWelcome)
    old = customer.wire
    customer.connect()
    customer.say(hello)
    second = await customer.hear(CustomerWelcome)
    assert first.generation == second.generation == 2
    await world.settle()
    assert old.closed == close.TAKEN_OVER
    assert customer.wire.closed is None
    assert hub.stats()["peers"] == 2


async def test_a_seat_whose_socket_this_hub_never_had_is_free(world: World, hub: Hub) -> None:
    """A restart under the same name, as an embedded hub would have it, leaves a holder that nobody is."""
    _, customer = await world.live(hub)
    session_id = customer.joined.session
    world.store.failing.add("replace")
    customer.wire.cut()
    await customer.gone()
    world.store.failing.clear()
    found = await world.store.read(session_id)
    assert found is not None
    assert found.session.customer.present
    customer.next_page()
    assert (await customer.enter()).generation == 2


async def test_a_mistake_while_telling_costs_one_socket(
    world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    created = await world.create(hub)
    customer = await world.customer(hub, created.code)
    with monkeypatch.context() as patch:
        patch.setattr(Steps, "_tell_hubs", failing)
        customer.connect()
        customer.say(customer.hello())
        assert await customer.closed_with() == close.INTERNAL
    assert "serving_failed what=tell" in caplog.text
    # The seat was taken and left in order: nobody is there any more, and the tab may come again.
    assert hub.stats()["peers"] == 0
    assert hub.stats()["sessions"] == 0
    assert (await customer.enter()).state.name == "joining"


async def test_a_mistake_in_a_hello_costs_one_socket(
    world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    created = await world.create(hub)
    customer = await world.customer(hub, created.code)
    with monkeypatch.context() as patch:
        patch.setattr(world.store, "read", failing)
        customer.connect()
        customer.say(customer.hello())
        assert await customer.closed_with() == close.INTERNAL
    assert "serving_failed what=hello" in caplog.text
    assert (await customer.enter()).state.name == "joining"


async def failing(*_: object) -> None:
    raise RuntimeError("a mistake")
