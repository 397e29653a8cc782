"""What it costs a frame that customer and agent are on different hubs: `python -m bench.cross_hub`.

Two hubs share a Redis. Sessions with both seats on one hub and sessions with a seat on each send frames of 300 bytes at
the rate of a page in use, the two kinds in turn in the same run, and each frame says when it was sent. Who sends and
who gets is one process, so there is one clock. At the end those across send all that their credit allows, for what a
frame costs the hubs and Redis."""

import statistics
import sys
from collections.abc import Sequence

import uvloop

from bench.figures import Figure, table
from bench.ground import Ground, running_ground
from bench.raw import Place
from bench.relay_load import Rate, Stream, delays_ms, saturated
from bench.sessions import agents_for, all_on, make

SESSIONS = 20
# A page in use sends some frames a second: pointer, scrolling, what changes.
FRAMES_A_SECOND = 10.0
TURNS = 5
SECONDS = 2.0
MORE_MS = 5.0


def measure() -> list[Figure]:
    """Milliseconds from the customer's socket to the agent's."""
    with running_ground(hubs=2, agents=2 * agents_for(SESSIONS)) as ground:
        same, cross, full = uvloop.run(_delays(ground))
    more = [_p99(across) - _p99(within) for within, across in zip(same, cross, strict=True)]
    return [
        Figure("same_hub_frame_ms_p50", statistics.median(map(statistics.median, same)), "ms"),
        Figure("same_hub_frame_ms_p99", statistics.median(map(_p99, same)), "ms"),
        Figure("cross_hub_frame_ms_p50", statistics.median(map(statistics.median, cross)), "ms"),
        Figure("cross_hub_frame_ms_p99", statistics.median(map(_p99, cross)), "ms"),
        Figure("cross_hub_frame_ms_p99_more", statistics.median(more), "ms", MORE_MS),
        Figure("cross_hub_cpu_us_a_frame", 1e6 * sum(full.servers_cpu) / full.frames_a_second, "us"),
        Figure("cross_hub_redis_cpu_us_a_frame", 1e6 * full.redis_cpu / full.frames_a_second, "us"),
    ]


async def _delays(ground: Ground) -> tuple[list[list[float]], list[list[float]], Rate]:
    names = ground.agents
    ground.agents = names[: agents_for(SESSIONS)]
    same = await make(ground, SESSIONS, all_on(ground))
    ground.agents = names[agents_for(SESSIONS) :]
    cross = await make(ground, SESSIONS, lambda number: _apart(ground, number))
    on_one, on_two = [Stream(live) for live in same], [Stream(live) for live in cross]
    within, across = [], []
    for _ in range(TURNS):
        within.append(await _timed(on_one))
        across.append(await _timed(on_two))
    full = await saturated(ground, on_two, SECONDS)
    for live in [*same, *cross]:
        live.close()
    return within, across, full


async def _timed(streams: Sequence[Stream]) -> list[float]:
    return await delays_ms(streams, SECONDS, a_second=FRAMES_A_SECOND)


def _apart(ground: Ground, number: int) -> tuple[Place, Place]:
    first, second = ground.hubs
    return (first.place(), second.place()) if number % 2 else (second.place(), first.place())


def _p99(delays: Sequence[float]) -> float:
    return statistics.quantiles(delays, n=100)[-1]


if __name__ == "__main__":
    print(table(measure()))
    sys.exit(0)
