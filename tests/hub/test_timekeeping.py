"""A hub whose clock is off: nobody notices 4 s, and a minute is told and changes nothing."""

import logging

import pytest

from cobrowse.core.errors import NotFound
from cobrowse.core.protocol import Activity, SessionState
from cobrowse.hub.clock import CLOCK_TOLERANCE_SECONDS
from cobrowse.hub.timekeeping import TOLD_EVERY_SECONDS
from tests.hub.clock import ShiftedClock
from tests.hub.peers import name
from tests.hub.world import World

MINUTE = 60.0


@pytest.fixture(autouse=True)
def _store_has_a_clock(world: World) -> None:
    world.store.clock_now = world.clock.now


@pytest.mark.parametrize("seconds", [1 - CLOCK_TOLERANCE_SECONDS, CLOCK_TOLERANCE_SECONDS - 1])
async def test_four_seconds_are_not_noticed(world: World, seconds: float, caplog: pytest.LogCaptureFixture) -> None:
    hub = await world.hub(ShiftedClock(world.clock, seconds))
    other = await world.hub()
    agent, customer = await world.live(other, hub)
    with caplog.at_level(logging.WARNING, "cobrowse.hub"):
        await world.pass_time(40)
    assert (hub.clock_alarm, other.clock_alarm) == (False, False)
    assert caplog.messages == []
    assert (agent.wire.closed, customer.wire.closed) == (None, None)
    customer.change()
    await agent.listen()


@pytest.mark.parametrize("seconds", [-MINUTE, MINUTE])
async def test_a_minute_is_told_and_takes_no_seat_from_anybody(
    world: World, seconds: float, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "cobrowse.hub"):
        hub = await world.hub(ShiftedClock(world.clock, seconds))
        other = await world.hub()
        agent, customer = await world.live(other, hub)
        await world.pass_time(TOLD_EVERY_SECONDS * 1.5)
    # Once at the start and again each minute.
    assert caplog.messages == [f"clock_off seconds={seconds:.1f}"] * 2
    assert hub.stats()["clock_alarms"] == 1
    assert hub.clock_difference == pytest.approx(seconds)
    assert (hub.clock_alarm, other.clock_alarm) == (True, False)
    # Neither takes the other for dead.
    for one in (agent, customer):
        assert {state.name for state in one.hear_waiting() if isinstance(state, SessionState)} <= {"live"}
    assert (agent.wire.closed, customer.wire.closed) == (None, None)


@pytest.mark.parametrize("seconds", [-MINUTE, MINUTE])
async def test_codes_live_as_long_on_a_hub_whose_clock_is_off(world: World, seconds: float) -> None:
    hub = await world.hub(ShiftedClock(world.clock, seconds))
    other = await world.hub()
    early, late = await world.create(other), await world.create(other)
    assert early.expires_at - world.clock.now() == pytest.approx(300)
    await world.pass_time(299, step=13)
    with pytest.raises(NotFound):
        # The second code ended the first.
        await hub.claim("shop", early.code, name("nonce"))
    assert (await hub.claim("shop", late.code, name("nonce"))).session == late.id
    behind = await world.create(hub)
    assert behind.expires_at - world.clock.now() == pytest.approx(300)
    await world.clock.advance(301)
    for one in (hub, other):
        with pytest.raises(NotFound):
            await one.claim("shop", behind.code, name("nonce"))


@pytest.mark.parametrize("seconds", [-MINUTE, MINUTE])
async def test_a_session_ends_when_it_should(world: World, seconds: float) -> None:
    hub = await world.hub(ShiftedClock(world.clock, seconds))
    agent, customer = await world.live(hub, await world.hub())
    customer.say(Activity())
    idle = world.sites["shop"].limits.idle_seconds
    await world.pass_time(idle - 20, step=10)
    assert (await hub.read(customer.joined.session, "ana")).name == "live"
    await world.pass_time(30, step=5)
    assert (await agent.hear_state("ended")).reason == "idle"


async def test_a_clock_that_is_set_wrong_while_a_hub_runs(world: World, caplog: pytest.LogCaptureFixture) -> None:
    clock = ShiftedClock(world.clock, 0.0)
    hub = await world.hub(clock)
    await world.pass_time(6)
    assert not hub.clock_alarm
    clock.seconds = -MINUTE
    await world.pass_time(6)
    assert hub.clock_alarm
    created = await world.create(hub)
    assert created.expires_at == pytest.approx(world.clock.now() + 300, abs=6)
    clock.seconds = 0.5
    with caplog.at_level(logging.WARNING, "cobrowse.hub"):
        await world.pass_time(6)
    assert caplog.messages[-1] == "clock_right seconds=0.5"
    assert not hub.clock_alarm


async def test_a_slow_answer_says_nothing(world: World) -> None:
    hub = await world.hub()

    def slow() -> float:
        told = world.clock.now() - 30
        world.clock.pass_unseen(3)
        return told

    world.store.clock_now = slow
    await world.pass_time(6)
    assert hub.clock_difference == pytest.approx(0)
