"""Some of the sessions of `bench.idle_ten_thousand`, in a process of their own: it may have only so many sockets.

`python -m bench.idle_clients`: a job as a line of JSON on stdin, then a line for each step; an answer as a line of JSON
on stdout for each. The job is answered once the sessions are made, `watch` at once, and `report` with what happened to
their sockets since. It ends with its stdin."""

import asyncio
import json
import sys
import time
from pathlib import Path

import msgspec
import uvloop

from bench.ground import Ground, place_from
from bench.idle_sessions import late
from bench.raw import Place
from bench.sessions import Live, Where, make


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


class Report(msgspec.Struct, frozen=True):
    """With which numbers sockets were closed (0: none was said), and how many heard too few heartbeats."""

    lost: list[int]
    late: int


async def main() -> None:
    """All of it."""
    job = msgspec.json.decode(await _line(), type=Job)
    lives = await make(_ground(job), job.count, _where(job), within_seconds=job.within_seconds)
    for live in lives:
        for seat in live.seats:
            seat.settle()
    _say(Made(len(lives)))
    since, pings = time.monotonic(), _pings(lives)
    while step := (await _line()).strip():
        if step == b"watch":
            since, pings = time.monotonic(), _pings(lives)
            _say(Made(len(lives)))
        else:
            lost = [seat.socket.closed_with for live in lives for seat in live.seats if seat.socket.closed]
            _say(Report(lost, late(lives, pings, time.monotonic() - since)))


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


def _pings(lives: list[Live]) -> list[int]:
    return [seat.socket.pings for live in lives for seat in live.seats]


async def _line() -> bytes:
    return await asyncio.to_thread(sys.stdin.buffer.readline)


def _say(what: Made | Report) -> None:
    sys.stdout.write(json.dumps(msgspec.to_builtins(what)) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    uvloop.run(main())
