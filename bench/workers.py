"""What one worker relays, and what two do on two cores: `python -m bench.workers`.

A hundred live sessions send as many frames of 300 bytes as their credit allows, through `cobrowse serve` and then
through `cobrowse serve --workers 2`, which brings both seats of a session to one worker. They take turns, so that
whatever else the machine does meets all.

The load is a process of its own, and wants a part of the cores, too. `two_workers_ratio` gives each worker as much of
the machine: one worker, Redis and the load share one core; two workers, Redis and the load share two. Where one worker
has its core alone and the load the other, two workers have less each than it: that is the ratio `_load_apart`."""

import os
import sys
from contextlib import ExitStack
from statistics import median
from typing import NamedTuple

import uvloop

from bench.figures import Figure, compared, table
from bench.ground import CannotMeasure, Ground, cores, pinned, running_ground
from bench.relay_load import Rate, Stream, saturated
from bench.sessions import Live, agents_for, all_on, make

SESSIONS = 100
TURNS = 5
SECONDS = 1.5
RATIO = 1.7


class Turn(NamedTuple):
    """One worker with a core of its own, one that shares a core with its load, and two that share two with theirs."""

    one: Rate
    sharing: Rate
    two: Rate


def measure() -> list[Figure]:
    """Frames a second through one worker and two, and what a frame costs."""
    agents = agents_for(SESSIONS)
    core, _ = cores()
    with ExitStack() as started:
        one = started.enter_context(running_ground(agents=agents))
        two = started.enter_context(running_ground(agents=agents, workers=2))
        with pinned(core):
            sharing = started.enter_context(running_ground(agents=agents))
        turns = uvloop.run(_turns(one, sharing, two, core))
    ones, twos = [turn.one.frames_a_second for turn in turns], [turn.two.frames_a_second for turn in turns]
    shared = [turn.sharing.frames_a_second for turn in turns]
    return [
        Figure("one_worker_frames_a_second", median(ones), "frames/s", runs=ones),
        Figure("two_workers_frames_a_second", median(twos), "frames/s", runs=twos),
        Figure("one_worker_sharing_frames_a_second", median(shared), "frames/s", runs=shared),
        compared(
            "two_workers_ratio", twos, shared, peer="one worker on one core", unit="frames/s", budget=RATIO, least=True
        ),
        compared("two_workers_load_apart_ratio", twos, ones, peer="one worker, load apart", unit="frames/s"),
        Figure("relay_cpu_us_a_frame", median(_cost_us(turn.one) for turn in turns), "us"),
        Figure("two_workers_cpu_us_a_frame", median(_cost_us(turn.two) for turn in turns), "us"),
        Figure("two_workers_redis_cores", median(turn.two.redis_cpu for turn in turns), "cores"),
        Figure("one_worker_cores", median(sum(turn.one.servers_cpu) for turn in turns), "cores"),
        Figure("two_workers_cores", median(sum(turn.two.servers_cpu) for turn in turns), "cores"),
        Figure("relay_load_cores", median(turn.two.load_cpu for turn in turns), "cores"),
        Figure("relay_machine_cores", os.cpu_count() or 1, "cores"),
    ]


async def _turns(one: Ground, sharing: Ground, two: Ground, core: int) -> list[Turn]:
    made = [await make(ground, SESSIONS, all_on(ground)) for ground in (one, sharing, two)]
    first, second, third = map(_streams, made)
    turns = []
    for _ in range(TURNS):
        alone = await saturated(one, first, SECONDS)
        with pinned(core):
            together = await saturated(sharing, second, SECONDS)
        turns.append(Turn(alone, together, await saturated(two, third, SECONDS)))
    for live in (live for lives in made for live in lives):
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
