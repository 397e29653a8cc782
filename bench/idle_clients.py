"""Some of the sessions of `bench.idle_ten_thousand`, in a process of their own: it may have only so many sockets.

`python -m bench.idle_clients`: a job as a line of JSON on stdin, then a line for each step; an answer as a line of JSON
on stdout for each. The job is answered once the sessions are made, `watch` at once, and `report` with what happened to
their sockets since. It ends with its stdin."""

import asyncio
import json
import sys
from pathlib import Path

import msgspec
import uvloop

from bench.ground import Ground, place_from
from bench.idling import HeldHere, Report
from bench.raw import Place
from bench.sessions import Where


class Job(msgspec.Struct, frozen=True):
    """Which sessions to make, where, and by whom. `first_address` is the first of the addresses to come from."""

    port: int
    host: str
    public_url: str
    agents: list[str]
    count: int
    first_address: int
    sockets_per_address: int
    within_seconds: float


class Made(msgspec.Struct, frozen=True):
    """How many there are."""

    sessions: int


async def main() -> None:
    """All of it."""
    job = msgspec.json.decode(await _line(), type=Job)
    held = HeldHere(_ground(job), job.count, _where(job), job.within_seconds)
    made = Made(await held.make())
    _say(made)
    while step := (await _line()).strip():
        if step == b"watch":
            await held.watch()
            _say(made)
        else:
            _say(await held.report())


def _ground(job: Job) -> Ground:
    ground = Ground(Path(), job.agents)
    ground.public_url = job.public_url
    return ground


def _where(job: Job) -> Where:
    def where(number: int) -> tuple[Place, Place]:
        address = job.first_address + 2 * number // job.sockets_per_address
        place = place_from(job.port, job.host, address)
        return place, place

    return where


async def _line() -> bytes:
    return await asyncio.to_thread(sys.stdin.buffer.readline)


def _say(what: Made | Report) -> None:
    sys.stdout.write(json.dumps(msgspec.to_builtins(what)) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(main())
