"""What a hub measures: acts, the Bus, the loop, who comes again, who is here."""

import pytest

from cobrowse.core.bus_protocol import Echo, encode
from cobrowse.core.errors import CobrowseError
from cobrowse.core.protocol import Act, ActResult, Point
from cobrowse.hub.act_times import ACTS_UNDER_WAY, ANSWER_SECONDS, ActTimes
from cobrowse.hub.counters import Counters
from cobrowse.hub.echoes import ECHO_SECONDS
from cobrowse.hub.hub import Hub
from tests.hub.peers import name
from tests.hub.world import World

POINT = Point(node=10, x=0.5, y=0.5)


@pytest.fixture(params=["one hub", "two hubs"])
async def other(request: pytest.FixtureRequest, world: World, hub: Hub) -> Hub:
    return hub if request.param == "one hub" else await world.hub()


def times(hub: Hub, what: str) -> tuple[int, float]:
    """How often it was measured, and the sum in seconds."""
    found = hub.histograms().get(what)
    return (sum(found.counts), found.total) if found else (0, 0.0)


async def test_an_act_is_timed_where_the_agent_is(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    act = agent.act(POINT)
    await customer.hear(Act)
    await world.clock.advance(0.4)
    for status in ("asking", "done"):
        customer.say(ActResult(id=act.id, status=status, act="point"))
        assert (await agent.hear(ActResult)).status == status
    measured, seconds = times(hub, "act_seconds")
    assert measured == 1
    assert seconds == pytest.approx(0.4)
    if other is not hub:
        assert times(other, "act_seconds") == (0, 0.0)


def test_acts_that_nobody_answers_are_given_up() -> None:
    now = [0.0]
    counters = Counters()
    under_way = ActTimes(counters, lambda: now[0])
    for act in range(ACTS_UNDER_WAY + 5):
        under_way.sent("s", act)
    assert len(under_way) == ACTS_UNDER_WAY
    assert counters.all()["acts_unanswered"] == 5
    now[0] = ANSWER_SECONDS
    under_way.sent("s", 1_000_000)
    assert len(under_way) == 1
    under_way.answered("s", 7)
    under_way.answered("other", 1_000_000)
    assert counters.histograms() == {}


async def test_the_bus_is_timed_by_an_echo(world: World, hub: Hub) -> None:
    await world.pass_time(3 * ECHO_SECONDS + 1)
    measured, _ = times(hub, "bus_lag_seconds")
    assert measured >= 2
    assert times(hub, "loop_lag_seconds")[0] >= 2
    assert "bus_echoes_lost" not in hub.stats()


async def test_an_echo_that_is_lost_is_counted_and_a_late_one_is_not_heard(world: World, hub: Hub) -> None:
    world.bus.deaf.add(hub.id)
    await world.pass_time(3 * ECHO_SECONDS + 1)
    assert hub.stats()["bus_echoes_lost"] >= 2
    world.bus.deaf.remove(hub.id)
    before = times(hub, "bus_lag_seconds")
    await world.bus.send(hub.id, encode(Echo(id=1)))
    await world.settle()
    assert times(hub, "bus_lag_seconds") == before


async def test_who_comes_again_is_counted(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    session = customer.joined.session
    assert "reconnects.agent" not in hub.stats()
    agent.wire.cut()
    await world.settle()
    again = world.agent(hub, session)
    await again.enter()
    assert hub.stats()["reconnects.agent"] == 1
    assert "seats_taken_over.agent" not in hub.stats()
    same_page = world.agent(hub, session)
    same_page.page = again.page
    await same_page.enter()
    assert hub.stats()["seats_taken_over.agent"] == 1


async def test_codes_that_let_in_and_codes_that_do_not(world: World, hub: Hub) -> None:
    created = await world.create(hub)
    nonce = name("nonce")
    await hub.claim("shop", created.code, nonce)
    with pytest.raises(CobrowseError):
        await hub.claim("shop", created.code, name("nonce"))
    assert hub.stats()["claims"] == 1
    assert hub.stats()["claims_failed.code_invalid"] == 1


async def test_each_session_is_counted_at_one_hub_only(world: World, hub: Hub, other: Hub) -> None:
    agent, customer = await world.live(hub, other)
    hubs = {hub.id: hub, other.id: other}.values()
    taken = [each.census() for each in hubs]
    assert sum(each.sessions["live"] for each in taken) == 1
    assert sum(sum(each.sessions.values()) for each in taken) == 1
    assert [sum(each.peers[seat] for each in taken) for seat in ("customer", "agent")] == [1, 1]
    assert sum(each.held for each in taken) == len(hubs)

    # Nobody is the customer: it is counted where the agent is.
    customer.wire.cut()
    await world.settle()
    assert hub.census().sessions["away"] == 1
    assert sum(sum(each.census().sessions.values()) for each in hubs) == 1
    assert agent.wire.closed is None


async def test_what_waits_for_a_peer_that_takes_nothing_shows(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    assert hub.census().outbox_bytes == 0
    agent.wire.stall()
    for _ in range(3):
        customer.change()
        await world.settle()
    here = hub.census()
    assert 0 < here.outbox_bytes_max <= here.outbox_bytes
