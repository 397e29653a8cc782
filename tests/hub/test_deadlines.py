"""What time brings: due sessions, lost Bus messages, dead hubs, peers that hang."""

import asyncio

import msgspec
import pytest

from cobrowse.core.close import ENDED, PROBE_UNANSWERED
from cobrowse.core.errors import StoreError, StoreUnreadable
from cobrowse.core.policy import Limits
from cobrowse.core.protocol import Activity, ControlRelease, Pause, Probe, Resync
from cobrowse.core.states import Live
from cobrowse.hub.deadlines import REREAD_SECONDS, SWEEP_SECONDS
from cobrowse.hub.hub import Hub
from cobrowse.hub.peer import SILENCE_SECONDS
from cobrowse.hub.roll_call import ABSENT_SECONDS, DOUBT_SECONDS, LEASE_SECONDS
from cobrowse.store.base import Versioned
from tests.hub.peers import SHOP
from tests.hub.world import World
from tests.hub.world import world as new_world


async def test_a_code_nobody_claims_expires(world: World, hub: Hub) -> None:
    created = await world.create(hub)
    agent = world.agent(hub, created.id)
    await agent.enter()
    await world.pass_time(301, step=5)
    assert (await agent.hear_state("ended")).reason == "code_expired"
    assert await agent.closed_with() == ENDED


async def test_any_hub_ends_what_is_due(world: World, hub: Hub) -> None:
    created = await world.create(hub)
    await world.stop(hub)
    other = await world.hub()
    await world.pass_time(306, step=5)
    assert (await other.read(created.id, "ana")).reason == "code_expired"


async def test_a_customer_who_does_not_return_ends_it() -> None:
    async with new_world(msgspec.structs.replace(SHOP, limits=Limits(offline_seconds=20))) as world:
        hub = await world.hub()
        agent, customer = await world.live(hub)
        customer.wire.cut()
        await agent.hear_state("away")
        await world.pass_time(26)
        assert (await agent.hear_state("ended")).reason == "customer_gone"


async def test_control_ends_ten_seconds_after_the_agent_went(world: World, hub: Hub) -> None:
    agent, customer = await world.with_control(hub)
    agent.wire.cut()
    assert (await customer.hear_state("away")).control == "on"
    await world.pass_time(16)
    assert (await customer.hear_state("away")).control == "off"


@pytest.mark.parametrize("lost", ["lost", "lost and told"])
async def test_what_the_bus_lost_is_read_again(world: World, hub: Hub, lost: str) -> None:
    agent, customer = await world.live(hub, await world.hub())
    world.bus.fate = lambda _hub, _data: 0
    customer.say(Pause())
    await customer.hear_state("paused")
    assert agent.hear_waiting() == []
    world.bus.fate = lambda _hub, _data: 1
    if lost == "lost":
        await world.pass_time(2)
    else:
        world.bus.lose()
    await agent.hear_state("paused")


async def test_a_takeover_that_the_bus_lost_closes_the_old_holder(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    old = customer.wire
    customer.hub = await world.hub()
    world.bus.fate = lambda _hub, _data: 0
    await customer.enter()
    await world.pass_time(2)
    assert old.closed is not None
    assert old.closed[1] == "taken_over"


async def test_a_session_that_the_store_no_longer_has_is_over(
    world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent, _ = await world.live(hub)

    async def nothing(_session_id: str) -> None:
        return None

    async def none(_session_ids: list[str]) -> dict[str, int]:
        return {}

    monkeypatch.setattr(world.store, "read", nothing)
    monkeypatch.setattr(world.store, "versions", none)
    await world.pass_time(2)
    assert await agent.closed_with() == ENDED


async def test_a_seat_on_a_hub_that_died_is_offline(world: World, hub: Hub) -> None:
    other = await world.hub()
    agent, customer = await world.live(hub, other)
    await world.kill(other)
    await world.pass_time(18)
    state = await agent.hear_state("away")
    assert state.away is not None
    assert (state.away.seat, state.away.reason) == ("customer", "offline")
    # The tab notices and comes to a hub that lives.
    customer.hub = hub
    await customer.enter()
    await agent.hear_state("live")


async def test_a_hub_that_was_killed_is_known_long_before_its_lease_is_over(world: World, hub: Hub) -> None:
    other = await world.hub()
    agent, _ = await world.live(hub, other)
    await world.pass_time(DOUBT_SECONDS)
    await world.kill(other)
    await world.pass_time(ABSENT_SECONDS + 2 * REREAD_SECONDS)
    state = await agent.hear_state("away")
    assert state.away is not None
    assert (state.away.seat, state.away.reason) == ("customer", "offline")


async def test_an_inbox_that_comes_back_is_no_dead_hub(world: World, hub: Hub) -> None:
    other = await world.hub()
    agent, customer = await world.live(hub, other)
    await world.pass_time(DOUBT_SECONDS)
    for _ in range(3):
        world.bus.gone.add(other.id)
        await world.pass_time(REREAD_SECONDS)
        world.bus.gone.clear()
        await world.pass_time(REREAD_SECONDS)
    # Where this hub's own inbox is left too, nobody can tell.
    world.bus.gone |= {hub.id, other.id}
    await world.pass_time(10)
    customer.change("there all the time")
    await world.settle()
    assert (agent.wire.closed, customer.wire.closed) == (None, None)
    found = await world.store.read(customer.joined.session)
    assert found is not None
    assert isinstance(found.session.state, Live)


async def test_a_session_whose_hubs_died_ends_by_its_grace() -> None:
    async with new_world(msgspec.structs.replace(SHOP, limits=Limits(offline_seconds=20))) as world:
        first, second = await world.hub(), await world.hub()
        _, customer = await world.live(first, second)
        session = customer.joined.session
        await world.kill(first)
        await world.kill(second)
        witness = await world.hub()
        await world.pass_time(70, step=5)
        state = await witness.read(session, "ana")
        assert state.away is not None
        assert (state.away.seat, state.away.reason) == ("customer", "offline")
        await world.pass_time(25, step=5)
        assert (await witness.read(session, "ana")).reason == "customer_gone"


async def test_a_session_whose_hubs_live_goes_on(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub, await world.hub())
    await world.pass_time(130, step=5)
    assert (await hub.read(customer.joined.session, "ana")).name == "live"
    assert (agent.wire.closed, customer.wire.closed) == (None, None)


async def test_a_hub_that_stops_gives_its_lease_back(world: World, hub: Hub) -> None:
    assert await world.store.dead_hubs([hub.id], world.clock.now()) == set()
    await world.stop(hub)
    assert await world.store.dead_hubs([hub.id], world.clock.now()) == {hub.id}


async def test_a_hub_whose_sweep_takes_long_keeps_its_lease(
    world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept = asyncio.Event()

    async def due(_now: float, _limit: int) -> list[str]:
        await swept.wait()
        return []

    monkeypatch.setattr(world.store, "due", due)
    await world.pass_time(SWEEP_SECONDS + 2 * LEASE_SECONDS)
    assert await world.store.dead_hubs([hub.id], world.clock.now()) == set()
    swept.set()


async def test_a_lease_is_renewed(world: World, hub: Hub) -> None:
    await world.pass_time(60)
    assert await world.store.dead_hubs([hub.id], world.clock.now()) == set()


async def test_a_page_that_hangs_is_probed_and_then_closed(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    customer.hangs = True
    for _ in range(14):
        await world.pass_time(5)
        agent.say(ControlRelease())
    assert await customer.closed_with() == PROBE_UNANSWERED
    assert PROBE_UNANSWERED.may_retry
    assert [m for m in customer.hear_waiting() if isinstance(m, Probe)]
    assert agent.wire.closed is None


async def test_a_page_that_answers_stays(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    await world.pass_time(150)
    assert agent.wire.closed is customer.wire.closed is None


async def test_any_word_is_an_answer(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    customer.hangs = True
    probes = 0
    for _ in range(20):
        await world.pass_time(5)
        for probe in [m for m in customer.hear_waiting() if isinstance(m, Probe)]:
            probes += 1
            customer.heard.remove(probe)
            customer.say(Activity())
    assert probes >= 2
    assert customer.wire.closed is None


async def test_a_round_that_fails_is_not_the_last(
    world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    agent, customer = await world.live(hub)
    world.store.away = True
    await world.pass_time(6)
    world.store.away = False
    assert hub.stats()["store_missed.round"] >= 2
    due = world.store.due

    async def broken(_now: float, _limit: int) -> list[str]:
        raise KeyError("a mistake of ours")

    monkeypatch.setattr(world.store, "due", broken)
    await world.pass_time(6)
    assert hub.stats()["failures"] >= 1
    assert "round_failed" in caplog.text
    monkeypatch.setattr(world.store, "due", due)
    customer.wire.cut()
    await agent.hear_state("away")
    await world.pass_time(190, step=5)
    assert (await agent.hear_state("ended")).reason == "customer_gone"


async def test_a_tick_that_lost_comes_again(world: World, hub: Hub) -> None:
    created = await world.create(hub)
    await world.pass_time(296, step=5)
    world.store.conflicts = 5
    await world.pass_time(5)
    assert (await hub.read(created.id, "ana")).name == "waiting"
    await world.pass_time(5)
    assert (await hub.read(created.id, "ana")).reason == "code_expired"


async def test_one_unreadable_session_holds_up_no_other(
    world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = await world.create(hub)
    await world.pass_time(1)
    sound = await hub.create("ben", "Ben", "shop")
    read = world.store.read

    async def unreadable(session_id: str) -> Versioned | None:
        if session_id == broken.id:
            raise StoreUnreadable("This record cannot be read.")
        return await read(session_id)

    monkeypatch.setattr(world.store, "read", unreadable)
    await world.pass_time(310, step=5)
    assert hub.stats()["store_missed.unreadable"] >= 1
    assert (await hub.read(sound.id, "ben")).reason == "code_expired"


async def test_a_hub_does_not_start_without_its_store(world: World) -> None:
    world.store.failing.add("lease")
    with pytest.raises(StoreError):
        await world.hub()
    world.store.failing.clear()


async def test_a_mistake_beside_is_logged_and_counted(
    world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    agent, customer = await world.live(hub, await world.hub())

    async def broken(_session_id: str) -> None:
        raise KeyError("a mistake of ours")

    monkeypatch.setattr(world.store, "read", broken)
    agent.say(Resync(epoch=customer.epoch))
    await world.settle()
    assert sum(one.stats().get("failures", 0) for one in world.hubs) == 1
    assert "task_failed" in caplog.text


async def test_a_mistake_in_a_frame_costs_one_socket_and_no_other(
    world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    agent, customer = await world.live(hub)

    def broken(_check: object, _message: object) -> None:
        raise KeyError("a mistake of ours")

    with monkeypatch.context() as patch:
        patch.setattr("cobrowse.core.view.ViewCheck.check", broken)
        customer.change()
        assert (await customer.closed_with()).reason == "internal"
    assert "serving_failed what=peer" in caplog.text
    assert "a mistake of ours" in caplog.text
    await agent.hear_state("away")
    await customer.enter()
    await agent.hear_state("live")


async def test_stopping_a_hub_leaves_no_task_behind(world: World, hub: Hub) -> None:
    before = asyncio.all_tasks()
    await world.stop(hub)
    assert len(asyncio.all_tasks()) < len(before)


async def test_nobody_hears_nothing_for_long(world: World, hub: Hub) -> None:
    """A tab that sends all the time is sent nothing; it could not tell a dead line from a quiet one."""
    _, customer = await world.live(hub)
    for _ in range(10):
        customer.tip()
        await world.pass_time(5)
        customer.frames.clear()
    silence = 0.0
    for _ in range(round(4 * SILENCE_SECONDS)):
        customer.tip()
        await world.pass_time(1)
        silence = 0.0 if customer.frames else silence + 1
        customer.frames.clear()
        assert silence <= SILENCE_SECONDS + SWEEP_SECONDS
    assert customer.wire.closed is None
