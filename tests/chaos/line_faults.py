"""What happens to lines: between a hub and Redis, and between browsers and a hub."""

import asyncio
from collections.abc import Sequence

from tests.chaos.line import Line
from tests.chaos.striking import Fault, Strike, nothing

SECONDS = 5.0
STALL_SECONDS = 6.0
DELAY_SECONDS = 0.1
CUT_EVERY_SECONDS = 0.4
LOST_SHARE = 0.1
BACK_SECONDS = 5.0


def _victim(strike: Strike) -> str:
    name = strike.pair.tab.at
    strike.strikes(name)
    return name


def _line(strike: Strike, lines: Sequence[Line]) -> Line:
    return lines[[door.name for door in strike.ground.doors].index(_victim(strike))]


async def _cut(strike: Strike, line: Line) -> None:
    until = strike.now() + SECONDS * strike.share
    while strike.now() < until:
        line.cut()
        await asyncio.sleep(CUT_EVERY_SECONDS)
    strike.mended()


async def _half_open(strike: Strike, line: Line) -> None:
    """Nothing comes through, and nobody is told; then all that was open is gone."""
    line.stall()
    await strike.lasts(STALL_SECONDS)
    line.go_on()
    strike.mended()


async def _delay(strike: Strike, line: Line) -> None:
    line.delay_seconds = DELAY_SECONDS
    await strike.lasts(SECONDS)
    line.delay_seconds = 0.0
    strike.mended()


async def _lose(strike: Strike, line: Line) -> None:
    """What was asked for is done, and the answer is lost."""
    line.lose_share = LOST_SHARE
    await strike.lasts(SECONDS)
    line.lose_share = 0.0
    strike.mended()


async def store_line_cut(strike: Strike) -> None:
    await _cut(strike, _line(strike, strike.ground.store_lines))


async def store_line_half_open(strike: Strike) -> None:
    await _half_open(strike, _line(strike, strike.ground.store_lines))


async def store_line_slow(strike: Strike) -> None:
    await _delay(strike, _line(strike, strike.ground.store_lines))


async def store_replies_lost(strike: Strike) -> None:
    await _lose(strike, _line(strike, strike.ground.store_lines))


async def browser_line_cut(strike: Strike) -> None:
    await _cut(strike, _line(strike, strike.ground.fronts))


async def browser_line_half_open(strike: Strike) -> None:
    await _half_open(strike, _line(strike, strike.ground.fronts))


async def browser_line_slow(strike: Strike) -> None:
    await _delay(strike, _line(strike, strike.ground.fronts))


async def browser_replies_lost(strike: Strike) -> None:
    await _lose(strike, _line(strike, strike.ground.fronts))


LINE_FAULTS = (
    Fault(
        "store-line-cut",
        "a hub's lines to Redis break again and again for 5 s",
        store_line_cut,
        nothing,
        store_lines=True,
    ),
    Fault(
        "store-line-half-open", "a hub's lines to Redis hang for 6 s", store_line_half_open, nothing, store_lines=True
    ),
    Fault(
        "store-line-slow", "a hub's lines to Redis are 0.1 s slower for 5 s", store_line_slow, nothing, store_lines=True
    ),
    Fault(
        "store-replies-lost",
        "every tenth answer of Redis is lost for 5 s",
        store_replies_lost,
        nothing,
        store_lines=True,
    ),
    Fault(
        "browser-line-cut", "all lines to a hub break again and again for 5 s", browser_line_cut, nothing, fronts=True
    ),
    Fault("browser-line-half-open", "all lines to a hub hang for 6 s", browser_line_half_open, nothing, fronts=True),
    Fault("browser-line-slow", "all lines to a hub are 0.1 s slower for 5 s", browser_line_slow, nothing, fronts=True),
    Fault(
        "browser-replies-lost",
        "every tenth answer of a hub is lost for 5 s",
        browser_replies_lost,
        nothing,
        fronts=True,
    ),
)
