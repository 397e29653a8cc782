"""What many do at once, and what one does to all: a storm of pages that come again, and a reader who takes nothing."""

import asyncio
import secrets

from tests.chaos.crowd import QUIET, Pair
from tests.chaos.striking import Fault, Strike, nothing

SESSIONS_OF_A_STORM = 1_000
FLOOD_EVERY_SECONDS = 0.1
FLOOD_BYTES = 60_000
# Without credit for so long: all buffers on the way are full.
STUCK_SECONDS = 10.0
FULL_WITHIN_SECONDS = 120.0
# Who takes nothing for 30 s is closed, at the sweep after.
CLOSED_WITHIN_SECONDS = 60.0
# With whatever reason: who reads nothing answers no ping either, and which of the two is found first is chance.
LEFT = "cobrowse_seats_left_total"


async def storm(strike: Strike) -> None:
    """Every line breaks in the same instant, and all come again."""
    strike.strikes_where(lambda _pair: True)
    for pair in strike.crowd.pairs:
        pair.tab.cut()
        pair.console.cut()


async def slow_reader(strike: Strike) -> None:
    """One agent's browser takes nothing any more, while the customer's page changes as much as it can."""
    victim = strike.pair
    strike.strikes_where(lambda pair: pair is victim)
    before = await _closed(strike)
    victim.console.stop_reading()
    if not await _flood(strike, victim):
        strike.found.append("a tab whose agent takes nothing had credit for ever")
    give_up_at = strike.now() + CLOSED_WITHIN_SECONDS
    victim.tab.shared.page.overwrite("quiet again")
    while await _closed(strike) == before:
        if strike.now() > give_up_at:
            strike.found.append(f"who took nothing was not closed within {CLOSED_WITHIN_SECONDS:g} s")
            break
        await asyncio.sleep(0.5)
    victim.console.read_again()
    strike.mended()


async def _flood(strike: Strike, victim: Pair) -> bool:
    """Change the page until nothing more may be sent; False where that does not come."""
    page, place, since = victim.tab.shared.page, victim.tab.shared.place, strike.now()
    give_up_at = since + FULL_WITHIN_SECONDS
    while strike.now() - since < STUCK_SECONDS:
        if strike.now() > give_up_at:
            return False
        # Of letters that do not pack well.
        page.overwrite(secrets.token_urlsafe(FLOOD_BYTES))
        await asyncio.sleep(FLOOD_EVERY_SECONDS)
        if victim.tab.shared.place != place:
            place, since = victim.tab.shared.place, strike.now()
    return True


async def _closed(strike: Strike) -> int:
    """How many sockets gave up their seats so far."""
    counts = [await strike.ground.metrics(door.name) for door in strike.ground.doors]
    return sum(value for one in counts for series, value in one.items() if series.startswith(LEFT))


CROWD_FAULTS = (
    Fault(
        "storm",
        "all lines break in the same instant",
        storm,
        nothing,
        runs=2,
        sessions=SESSIONS_OF_A_STORM,
        pace=QUIET,
        hub_mb=512,
    ),
    Fault("slow-reader", "an agent's browser takes nothing any more", slow_reader, nothing, runs=1),
)
