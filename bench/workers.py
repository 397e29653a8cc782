"""What one worker relays, and what two do on two cores: `python -m bench.workers`.

A hundred live sessions send as many frames of 300 bytes as their credit allows, through `cobrowse serve` and then
through `cobrowse serve --workers 2`, which brings both seats of a session to one worker. The two take turns, so that
whatever else the machine does meets both.

The load is made in a process of its own on the same cores; what it takes from the hubs is printed."""

import os
import sys
from statistics import median
from typing import NamedTuple

import uvloop

from bench.figures import Figure, compared, table
from bench.ground import CannotMeasure, Ground, running_ground
from bench.relay_load import Rate, Stream, saturated
from bench.sessions import Live, agents_for, all_on, make

SESSIONS = 100
TURNS = 5
SECONDS = 2.0
RATIO = 1.7


class Turn(NamedTuple):
    """One worker, and then two."""

    one: Rate
    two: Rate


def measure() -> list[Figure]:
    """Frames a second through one worker and two, and what a frame costs."""
    agents = agents_for(SESSIONS)
    with running_ground(agents=agents) as one, running_ground(agents=agents, workers=2) as two:
        turns = uvloop.run(_turns(one, two))
    ones, twos = [turn.one.frames_a_second for turn in turns], [turn.two.frames_a_second for turn in turns]
    return [
        Figure("one_worker_frames_a_second", median(ones), "frames/s", runs=ones),
        Figure("two_workers_frames_a_second", median(twos), "frames/s", runs=twos),
        compared("two_workers_ratio", twos, ones, peer="one worker", unit="frames/s", budget=RATIO, least=True),
        Figure("relay_cpu_us_a_frame", median(_cost_us(turn.one) for turn in turns), "us"),
        Figure("two_workers_cpu_us_a_frame", median(_cost_us(turn.two) for turn in turns), "us"),
        Figure("two_workers_redis_cores", median(turn.two.redis_cpu for turn in turns), "cores"),
        Figure("one_worker_cores", median(sum(turn.one.servers_cpu) for turn in turns), "cores"),
        Figure("two_workers_cores", median(sum(turn.two.servers_cpu) for turn in turns), "cores"),
        Figure("relay_load_cores", median(turn.two.load_cpu for turn in turns), "cores"),
        Figure("relay_machine_cores", os.cpu_count() or 1, "cores"),
    ]


async def _turns(one: Ground, two: Ground) -> list[Turn]:
    through_one, through_two = await make(one, SESSIONS, all_on(one)), await make(two, SESSIONS, all_on(two))
    first, second = _streams(through_one), _streams(through_two)
    turns = []
    for _ in range(TURNS):
        rate = await saturated(one, first, SECONDS)
        turns.append(Turn(rate, await saturated(two, second, SECONDS)))
    for live in [*through_one, *through_two]:
        live.close()
    return turns


def _streams(lives: list[Live]) -> list[Stream]:
    return [Stream(live) for live in lives]


def _cost_us(rate: Rate) -> float:
    if not rate.frames_a_second:
        raise CannotMeasure("No frame arrived.")
    return 1e6 * sum(rate.servers_cpu) / rate.frames_a_second


if __name__ == "__main__":
    print(table(measure()))
    sys.exit(0)
