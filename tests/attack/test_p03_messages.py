"""P3, both directions: what differs from a message of the protocol in one place is refused by the hub, counted, and
costs the socket of who said it; the session goes on, and so do all others. So does what a seat may not say, or not now.
"""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobrowse.core import close
from cobrowse.core.errors import BadMessage
from cobrowse.core.protocol import (
    MAY_SAY,
    VIEW,
    Act,
    ActResult,
    AskControl,
    Clear,
    Consent,
    Digits,
    Hello,
    Message,
    Ops,
    Pause,
    Problem,
    Snapshot,
)
from cobrowse.hub import wire
from cobrowse.hub.hub import Hub
from tests.attack.outside import KINDS, Fault, faults_of, good, name_of, only_of, plain
from tests.hub.peers import Agent, Browser, Customer
from tests.hub.world import World

Kind = type[Message]
DECODERS: dict[str, Any] = {"customer": wire.CUSTOMER, "agent": wire.AGENT}
ALL = [(seat, kind) for seat, kinds in KINDS.items() for kind in kinds]
STATES = ("waiting", "joining", "live", "paused", "away")

by_kind = pytest.mark.parametrize(("seat", "kind"), ALL, ids=[f"{seat}-{name_of(kind)}" for seat, kind in ALL])


def read(seat: str, message: Any) -> list[Any]:
    text = json.dumps(message)
    return [said.message for said in wire.read(DECODERS[seat], text, wire.CUSTOMER_FRAME_MAX_BYTES).said]


# --- every fault of every message, by the decoder


@by_kind
def test_a_message_with_a_fault_is_none(seat: str, kind: Kind) -> None:
    @given(st.data())
    def tried(data: st.DataObject) -> None:
        message = data.draw(good(kind))
        fault: Fault = data.draw(st.sampled_from(faults_of(kind, message)), label="fault")
        assert isinstance(read(seat, message)[0], kind)
        with pytest.raises(BadMessage):
            read(seat, fault.message)
        # Nor does good company help it.
        with pytest.raises(BadMessage):
            read(seat, [message, fault.message])

    tried()


# --- every fault of every message, by a whole hub


async def assert_both_go_on(ours: tuple[Agent, Customer], others: tuple[Agent, Customer]) -> None:
    """The session is live and shows pictures, and the other one never noticed."""
    agent, customer = ours
    await customer.begin()
    await agent.hear(Snapshot)
    customer.change("goes on")
    assert (await agent.hear(Ops)).texts == ["goes on"]
    await assert_undisturbed(others)


async def assert_undisturbed(others: tuple[Agent, Customer]) -> None:
    agent, customer = others
    assert customer.wire.closed is agent.wire.closed is None
    customer.change("undisturbed")
    assert (await agent.hear(Ops)).texts == ["undisturbed"]
    assert [message for message in agent.heard + customer.heard if isinstance(message, Problem)] == []


async def seated_again(world: World, peer: Browser, session: str) -> None:
    """Who was closed comes again, as the same page."""
    if isinstance(peer, Agent):
        peer.ticket = world.ticket(session)
        await peer.enter()
    elif isinstance(peer, Customer):
        await peer.enter()


@by_kind
async def test_a_fault_costs_its_socket_and_nothing_else(world: World, hub: Hub, seat: str, kind: Kind) -> None:
    others = await world.live(hub)
    agent, customer = await world.live(hub)
    peer = customer if seat == "customer" else agent
    for count, fault in enumerate(faults_of(kind, plain(kind)), 1):
        peer.wire.say(json.dumps(fault.message))
        assert await peer.closed_with() == close.BAD_MESSAGE, fault.why
        assert hub.stats()["bad_messages"] == count
        await seated_again(world, peer, customer.joined.session)
    if seat == "agent":
        # A picture was asked for when the agent came back.
        customer.heard.clear()
        await world.pass_time(2)
        customer.show()
        await agent.hear(Snapshot)
        await assert_undisturbed(others)
    else:
        await assert_both_go_on((agent, customer), others)
    assert hub.stats().get("failures", 0) == 0


@pytest.mark.parametrize("seat", ["customer", "agent"])
async def test_a_hello_with_a_fault_gets_no_seat(world: World, hub: Hub, seat: str) -> None:
    others = await world.live(hub)
    agent, customer = await world.joining(hub)
    peer = customer if seat == "customer" else agent
    faults = [fault for fault in faults_of(Hello, plain(Hello)) if isinstance(fault.message, dict)]
    for fault in faults:
        peer.connect()
        peer.wire.say(json.dumps(fault.message))
        refused = await peer.closed_with()
        assert refused in (close.BAD_HELLO, close.VERSION_MISMATCH), fault.why
    stats = hub.stats()
    assert stats["turned_away.bad_hello"] + stats.get("turned_away.version_mismatch", 0) == len(faults)
    await assert_undisturbed(others)


# --- what the other seat may say


@pytest.mark.parametrize("seat", ["customer", "agent"])
async def test_nobody_speaks_for_the_other_seat(world: World, hub: Hub, seat: str) -> None:
    others = await world.live(hub)
    agent, customer = await world.with_control(hub)
    peer = customer if seat == "customer" else agent
    foreign = only_of("agent" if seat == "customer" else "customer")
    assert foreign
    for kind in foreign:
        peer.wire.say(json.dumps(plain(kind)))
        assert await peer.closed_with() == close.BAD_MESSAGE, name_of(kind)
        await seated_again(world, peer, customer.joined.session)
    assert hub.stats()["bad_messages"] == len(foreign)
    assert (await hub.read(customer.joined.session, "ana")).name == "live"
    await assert_undisturbed(others)


# --- what may be said, but not now

NOT_NOW = [
    (seat, kind, state)
    for seat, kind in ALL
    for state in STATES
    if state not in MAY_SAY[seat].get(kind, frozenset())  # type: ignore[index]  # both keys are seats
    # There is no customer before the code is claimed.
    and not (seat == "customer" and state == "waiting")
]


async def _in_state(world: World, hub: Hub, seat: str, state: str) -> tuple[Browser, Browser | None]:
    """Who speaks, and the other one, in a session of this state."""
    if state == "waiting":
        agent = world.agent(hub, (await world.create(hub)).id)
        await agent.enter()
        return agent, None
    agent, customer = await (world.joining(hub) if state == "joining" else world.live(hub))
    peer, other = (customer, agent) if seat == "customer" else (agent, customer)
    if state == "paused":
        customer.say(Pause())
        await peer.hear_state("paused")
    elif state == "away":
        await other.stop()
        await peer.hear_state("away")
    return peer, other


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("seat", ["customer", "agent"])
async def test_what_may_not_be_said_now_is_refused(world: World, hub: Hub, seat: str, state: str) -> None:
    kinds = [kind for of, kind, when in NOT_NOW if (of, when) == (seat, state)]
    if seat == "customer" and state == "waiting":
        assert kinds == []
        return
    assert kinds
    peer, other = await _in_state(world, hub, seat, state)
    heard_before = len(other.hear_waiting()) if other is not None and state != "away" else 0
    for kind in kinds:
        before = hub.stats()
        peer.wire.say(json.dumps(plain(kind)))
        await _assert_refused_now(world, hub, peer, kind, before)
    assert peer.wire.closed is None
    if other is not None and state != "away":
        # Nothing of it reached the other one.
        await world.settle()
        assert len(other.hear_waiting()) == heard_before


async def _assert_refused_now(world: World, hub: Hub, peer: Browser, kind: Kind, before: dict[str, int]) -> None:
    if kind in VIEW:
        # What was on its way when the state changed is dropped without a reproach.
        await world.settle()
        assert hub.stats()["view_dropped"] == before.get("view_dropped", 0) + 1
    elif kind is Act:
        assert (await peer.hear(ActResult)).reason in ("wrong_state", "stale")
    else:
        assert (await peer.hear(Problem)).code == "not_allowed"
        assert hub.stats()["problems.not_allowed"] == before.get("problems.not_allowed", 0) + 1


async def test_after_all_that_a_session_still_comes_about(world: World, hub: Hub) -> None:
    agent, customer = await world.joining(hub)
    for kind in (Snapshot, Pause):
        customer.wire.say(json.dumps(plain(kind)))
    agent.say(AskControl())
    agent.act(Clear())
    await agent.hear(ActResult)
    customer.say(Consent(allow=True))
    agent.say(Digits(value=customer.digits))
    await agent.hear_state("live")
    await customer.begin()
    await agent.hear(Snapshot)
