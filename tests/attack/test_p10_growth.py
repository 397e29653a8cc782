"""P10, bounded: what a peer or a stranger could make grow, by asking again and again."""

import pytest

from cobrowse.core import close
from cobrowse.core.errors import TooMany
from cobrowse.core.protocol import Pause, Probe, ProbeAnswer, Withhold
from cobrowse.hub import desk, probes
from cobrowse.hub.hub import Hub
from tests.hub.peers import Agent, Customer
from tests.hub.world import AGENT_ID, World

KNOCKS = 200


def copy_of(customer: Customer, hub: Hub) -> Customer:
    copy = Customer(hub, customer.joined)
    copy.token = customer.token
    return copy


@pytest.mark.parametrize("from_hub", ["the same hub", "another hub"])
async def test_however_many_knock_the_tab_hears_one_probe_in_a_second(world: World, hub: Hub, from_hub: str) -> None:
    """Copies of a tab's token that all want its seat could else fill its outbox until it is cut as slow."""
    elsewhere = hub if from_hub == "the same hub" else await world.hub()
    _, customer = await world.live(hub)
    copies = [copy_of(customer, elsewhere) for _ in range(KNOCKS)]
    for copy in copies:
        copy.connect()
        copy.say(copy.hello())
    await world.settle()
    [probe] = [message for message in customer.hear_waiting() if isinstance(message, Probe)]
    customer.say(ProbeAnswer(id=probe.id))
    for copy in copies:
        assert await copy.closed_with() == close.SEAT_HELD
    # The next second is asked about anew.
    again = copy_of(customer, elsewhere)
    again.connect()
    again.say(again.hello())
    await world.settle()
    customer.answer_probes()
    assert await again.closed_with() == close.SEAT_HELD
    assert customer.wire.closed is None


async def test_who_waits_for_the_same_silence_takes_the_seat_once(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    customer.hangs = True
    copies = [copy_of(customer, hub) for _ in range(20)]
    for copy in copies:
        copy.connect()
        copy.say(copy.hello())
    await world.settle()
    await world.clock.advance(probes.PROBE_SECONDS)
    await world.settle()
    seated = [copy for copy in copies if copy.wire.closed is None]
    assert len(seated) == 1
    assert await customer.closed_with() == close.TAKEN_OVER


async def test_what_is_owed_while_the_store_is_away_does_not_grow(world: World, hub: Hub) -> None:
    """Pauses and withholdings may not get lost; repeating them a thousand times is no way to fill the memory."""
    agent, customer = await world.live(hub)
    store = world.store
    store.away = True
    # As fast as it is read: 8 a second.
    for _ in range(100):
        customer.say(Pause(), Withhold(reason="other_path"), Withhold(reason="other_origin"))
        await world.pass_time(0.5)
    assert hub.stats()["owed"] >= 300
    assert hub.stats()["owing"] == 2
    store.away = False
    await world.pass_time(6)
    assert hub.stats()["owing"] == 0
    state = await agent.hear_state("away")
    assert state.away is not None
    # The last word counts.
    assert state.away.reason == "other_origin"


async def test_a_seat_taken_anew_while_something_is_owed_is_not_stuck_afterwards(world: World, hub: Hub) -> None:
    """Both peers leave while the store is away and come again before what they left is written down: then all flows."""
    agent, customer = await world.live(hub)
    store = world.store
    store.away = True
    for page in (agent, customer):
        await page.stop()
    store.away = False
    again = world.agent(hub, customer.joined.session)
    again.page = agent.page
    await again.enter()
    await customer.enter()
    await world.pass_time(6)
    assert hub.stats()["owing"] == 0
    customer.show("after all that")
    await heard_text(again, "after all that")


async def heard_text(agent: Agent, text: str) -> None:
    for _ in range(50):
        await agent.listen()
        if any(text in str(frame) for frame in agent.frames):
            return
    raise AssertionError(f"{text!r} never came")


async def test_an_agent_has_so_many_open_sessions(world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "OPEN_SESSIONS_PER_AGENT", 3)
    made = []
    for _ in range(3):
        created = await world.create(hub)
        made.append(created.id)
        await world.customer(hub, created.code)
    with pytest.raises(TooMany):
        await world.create(hub)
    await hub.end(made[0], AGENT_ID)
    await world.create(hub)


async def test_waiting_codes_do_not_add_up(world: World, hub: Hub) -> None:
    """A new code ends the old one, however many an agent asks for."""
    for _ in range(desk.OPEN_SESSIONS_PER_AGENT * 2):
        await world.create(hub)
    states = [session.name for session in await hub.list(AGENT_ID)]
    assert states.count("waiting") == 1
