"""What one hub relays, and what two do on two cores: `python -m bench.workers`.

A hundred live sessions send as many frames of 300 bytes as their credit allows, through one hub and then through two
that share a Redis, both seats of a session on the same hub (as a balancer that keeps an address on a hub has it). The
two take turns, so that whatever else the machine does meets both. Then once more through `cobrowse serve --workers 2`,
where all connections share one port and nobody chooses: half of the sessions have a seat on each worker.

The load is made in a process of its own on the same cores; what it takes from the hubs is printed."""

import os
import statistics
import sys
from typing import NamedTuple

import uvloop

from bench.figures import Figure, table
from bench.ground import Ground, running_ground
from bench.relay_load import Rate, Stream, saturated
from bench.sessions import agents_for, all_on, make

SESSIONS = 100
TURNS = 3
SECONDS = 6.0
RATIO = 1.7


class Turn(NamedTuple):
    """One hub, and then two."""

    one: Rate
    two: Rate


def measure() -> list[Figure]:
    """Frames a second through one hub and two, and what a frame costs."""
    with running_ground(hubs=2, agents=2 * agents_for(SESSIONS)) as ground:
        turns = uvloop.run(_turns(ground))
    with running_ground(agents=agents_for(SESSIONS), workers=2) as ground:
        shared = statistics.median(rate.frames_a_second for rate in uvloop.run(_on_one_port(ground)))
    one = statistics.median(turn.one.frames_a_second for turn in turns)
    two = statistics.median(turn.two.frames_a_second for turn in turns)
    cost_us = statistics.median(1e6 * sum(turn.one.hubs_cpu) / turn.one.frames_a_second for turn in turns)
    load = statistics.median(turn.two.load_cpu for turn in turns)
    return [
        Figure("one_worker_frames_a_second", one, "frames/s"),
        Figure("two_workers_frames_a_second", two, "frames/s"),
        Figure("two_workers_ratio", statistics.median(_ratio(turn) for turn in turns), "", RATIO, least=True),
        Figure("two_workers_one_port_frames_a_second", shared, "frames/s"),
        Figure("two_workers_one_port_ratio", shared / one, ""),
        Figure("relay_cpu_us_a_frame", cost_us, "us"),
        Figure("relay_load_made_with_cores", load, "cores"),
        Figure("relay_machine_cores", os.cpu_count() or 1, "cores"),
    ]


def _ratio(turn: Turn) -> float:
    return turn.two.frames_a_second / turn.one.frames_a_second


async def _turns(ground: Ground) -> list[Turn]:
    both = ground.hubs
    ground.hubs = both[:1]
    one = await make(ground, SESSIONS, all_on(ground))
    ground.hubs = both
    # Agents of their own: a new code ends the one that still waits.
    ground.agents = ground.agents[agents_for(SESSIONS) :]
    two = await make(ground, SESSIONS, all_on(ground))
    through_one, through_two = [Stream(live) for live in one], [Stream(live) for live in two]
    turns = []
    for _ in range(TURNS):
        first = await saturated(ground, through_one, SECONDS)
        turns.append(Turn(first, await saturated(ground, through_two, SECONDS)))
    for live in [*one, *two]:
        live.close()
    return turns


async def _on_one_port(ground: Ground) -> list[Rate]:
    lives = await make(ground, SESSIONS, all_on(ground))
    streams = [Stream(live) for live in lives]
    rates = [await saturated(ground, streams, SECONDS) for _ in range(TURNS)]
    for live in lives:
        live.close()
    return rates


if __name__ == "__main__":
    print(table(measure()))
    sys.exit(0)
