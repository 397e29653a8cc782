"""How many sessions a hub makes, and how many codes it lets customers claim, a second: `python -m bench stores`.

Through the real doors, over HTTP, by agents and customers who all come at once: on SQLite, which is on a disk and waits
for it where a code is claimed, and on Redis. The two take turns. The hub and its Redis share one core, who asks has the
other."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Sequence
from contextlib import ExitStack
from statistics import median
from typing import Any, NamedTuple

import uvloop

from bench.figures import Figure
from bench.ground import Ground, cores, pinned, running_ground
from bench.sessions import Desk, claimed
from bench.shown import shown

# Each agent has one waiting code, and may have thirty in a minute.
AGENTS = 60
TURNS = 7
STORES = ("sqlite", "redis")


class Turn(NamedTuple):
    """How many a second, of both kinds."""

    sessions: float
    claims: float


def measure(agents: int = AGENTS, turns: int = TURNS) -> list[Figure]:
    """Of each store the median of the turns."""
    server, load = cores()
    with ExitStack() as started:
        with pinned(server):
            grounds = {
                name: started.enter_context(running_ground(agents=agents, redis=name == "redis")) for name in STORES
            }
        started.enter_context(pinned(load))
        found = uvloop.run(measured(grounds, turns))
    figures = []
    for name in STORES:
        sessions, claims = [turn.sessions for turn in found[name]], [turn.claims for turn in found[name]]
        figures.append(Figure(f"sessions_per_s_{name}", median(sessions), "1/s", runs=sessions))
        figures.append(Figure(f"claims_per_s_{name}", median(claims), "1/s", runs=claims))
    return figures


async def measured(grounds: dict[str, Ground], turns: int) -> dict[str, list[Turn]]:
    """The turns of each ground, by its name."""
    desks = {
        name: [Desk(ground, agent, ground.hubs[0].place()) for agent in ground.agents]
        for name, ground in grounds.items()
    }
    for sitting in desks.values():
        await asyncio.gather(*(desk.sign_in() for desk in sitting))
    found: dict[str, list[Turn]] = {name: [] for name in grounds}
    for _ in range(turns):
        for name, ground in grounds.items():
            found[name].append(await _turn(ground, desks[name]))
    for sitting in desks.values():
        for desk in sitting:
            desk.close()
    return found


async def _turn(ground: Ground, desks: Sequence[Desk]) -> Turn:
    site, place = ground.sites[0], ground.hubs[0].place()
    made, making = await _timed([desk.new(site) for desk in desks])
    _, claiming = await _timed([claimed(place, site, one["code"]) for one in made])
    return Turn(len(made) / making, len(made) / claiming)


async def _timed(asked: Sequence[Awaitable[dict[str, Any]]]) -> tuple[list[dict[str, Any]], float]:
    began = time.monotonic()
    answers = await asyncio.gather(*asked)
    return answers, time.monotonic() - began


if __name__ == "__main__":
    sys.exit(shown(measure))
