"""What happens to hubs: they are killed, told to go, stand still, or have a clock that is off."""

import asyncio

from tests.chaos.striking import Fault, Strike, nothing

LIVE_AGAIN_SECONDS = 3.0
FREEZE_SECONDS = 10.0
LITTLE_OFF_SECONDS = 4.0
FAR_OFF_SECONDS = 60.0
# Clocks are compared with the store's when a hub starts, and each time it sweeps.
ALARM_WITHIN_SECONDS = 30.0


async def start_all(strike: Strike) -> None:
    """Whoever is dead lives again."""
    dead = [door.name for door in strike.ground.doors if strike.ground.hub(door.name).process_id is None]
    await strike.ground.start(*dead)


async def kill_customers_hub(strike: Strike) -> None:
    name = strike.pair.tab.at
    strike.strikes(name)
    strike.ground.kill(name)


async def kill_agents_hub(strike: Strike) -> None:
    name = strike.pair.console.at
    strike.strikes(name)
    strike.ground.kill(name)


async def kill_both(strike: Strike) -> None:
    """The hub of the one and that of the other; where both sit at one, that and another."""
    here, there = strike.pair.tab.at, strike.pair.console.at
    if here == there:
        there = next(door.name for door in strike.ground.doors if door.name != here)
    strike.strikes(here, there)
    strike.ground.kill(here, there)


async def drain(strike: Strike) -> None:
    """SIGTERM, as for an upgrade."""
    name = strike.pair.tab.at
    strike.strikes(name)
    [code] = await strike.ground.stop(name)
    if code:
        strike.found.append(f"a hub that was told to go ended with code {code}")


async def freeze(strike: Strike) -> None:
    """SIGSTOP: the sockets stay open, the kernel goes on to accept, and nobody answers."""
    name = strike.pair.tab.at
    strike.strikes(name)
    strike.ground.hub(name).freeze()
    await strike.lasts(FREEZE_SECONDS)
    strike.ground.hub(name).thaw()
    strike.mended()


async def come_again(strike: Strike) -> None:
    """All lines break, so that each hub sees what others have signed by their clocks."""
    strike.strikes_where(lambda _pair: True)
    for pair in strike.crowd.pairs:
        pair.tab.home, pair.console.home = pair.console.home, pair.tab.home
        pair.tab.cut()
        pair.console.cut()


async def clock_a_little_off(strike: Strike) -> None:
    await come_again(strike)
    for door in strike.ground.doors:
        if await _alarm(strike, door.name):
            strike.found.append(f"{door.name} raised an alarm about a clock that is {LITTLE_OFF_SECONDS:g} s off")


async def clock_far_off(strike: Strike) -> None:
    await come_again(strike)
    name, give_up_at = strike.ground.doors[1].name, strike.now() + ALARM_WITHIN_SECONDS
    while not await _alarm(strike, name):
        if strike.now() > give_up_at:
            strike.found.append(f"{name} raised no alarm about a clock that is {FAR_OFF_SECONDS:g} s off")
            return
        await asyncio.sleep(0.2)


async def _alarm(strike: Strike, name: str) -> bool:
    return (await strike.ground.metrics(name)).get("cobrowse_clock_alarm", 0) > 0


HUB_FAULTS = (
    Fault(
        "kill-customers-hub",
        "the customer's hub is killed",
        kill_customers_hub,
        start_all,
        runs=50,
        bar_seconds=LIVE_AGAIN_SECONDS,
    ),
    Fault(
        "kill-agents-hub",
        "the agent's hub is killed",
        kill_agents_hub,
        start_all,
        runs=50,
        bar_seconds=LIVE_AGAIN_SECONDS,
    ),
    Fault(
        "kill-both",
        "the hubs of both are killed at once",
        kill_both,
        start_all,
        runs=50,
        bar_seconds=LIVE_AGAIN_SECONDS,
    ),
    Fault("drain", "a hub is told to end (SIGTERM)", drain, start_all, runs=10, bar_seconds=LIVE_AGAIN_SECONDS),
    Fault("freeze", "a hub stands still for 10 s", freeze, nothing, runs=3),
    Fault(
        "clock-4s",
        "a hub's clock is 4 s ahead, and all come again",
        clock_a_little_off,
        nothing,
        shifts=(0.0, LITTLE_OFF_SECONDS, 0.0),
    ),
    Fault(
        "clock-60s",
        "a hub's clock is 60 s ahead, and all come again",
        clock_far_off,
        nothing,
        shifts=(0.0, FAR_OFF_SECONDS, 0.0),
    ),
    Fault(
        "clock-60s-behind",
        "a hub's clock is 60 s behind, and all come again",
        clock_far_off,
        nothing,
        shifts=(0.0, -FAR_OFF_SECONDS, 0.0),
    ),
)
