"""Ten thousand idle sessions on one `cobrowse serve --workers 2`: `python -m bench idle_ten_thousand [SESSIONS]`.

See `bench.idling`; where a process may not have the 20,000 sockets the workers share them, and so do some
processes that hold the other ends. Memory is that of all processes of the hub together."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

import msgspec
import uvloop

from bench.figures import Figure
from bench.ground import SOCKETS_PER_ADDRESS, CannotMeasure, Ground, allow_files, running_ground
from bench.idle_clients import Job, Made
from bench.idling import (
    IDLE_SECONDS,
    MAKING_SECONDS,
    OTHER_FILES,
    OWN_AGENTS,
    SOCKETS_PER_SESSION,
    Idle,
    Report,
    figures_of,
    idled,
)
from bench.sessions import agents_for
from bench.shown import shown

SESSIONS = 10_000
WORKERS = 2
CLIENTS = 3
# How long a client may take beyond making its sessions.
PATIENCE_SECONDS = 60.0
Answer = TypeVar("Answer", Made, Report)


class Client:
    """A `Holder`: a process that holds its share of the sessions."""

    def __init__(self, process: asyncio.subprocess.Process, job: Job) -> None:
        self._process = process
        self._job = job

    async def make(self) -> int:
        """Its sessions; how many."""
        return (await self._ask(msgspec.json.encode(self._job), Made, self._job.within_seconds)).sessions

    async def watch(self) -> None:
        """From now on heartbeats count."""
        await self._ask(b"watch", Made)

    async def report(self) -> Report:
        """What happened since."""
        return await self._ask(b"report", Report)

    async def _ask(self, line: bytes, kind: type[Answer], seconds: float = 0.0) -> Answer:
        if self._process.stdin is None or self._process.stdout is None:
            raise CannotMeasure("A client has no pipes.")
        self._process.stdin.write(line + b"\n")
        answer = await asyncio.wait_for(self._process.stdout.readline(), seconds + PATIENCE_SECONDS)
        if not answer:
            raise CannotMeasure("A process that held sessions has died; what it wrote is above.")
        return msgspec.json.decode(answer, type=kind)


def measure(wanted: int = SESSIONS, clients: int = CLIENTS, idle_seconds: float = IDLE_SECONDS) -> list[Figure]:
    """Memory a session, heartbeats, and how long a new session takes beside so many."""
    share = -(-wanted // min(clients, WORKERS))
    needed = SOCKETS_PER_SESSION * share + OTHER_FILES
    files = allow_files(needed)
    if files < needed:
        raise CannotMeasure(
            f"A process may have {files} open files here, and this needs {needed}: ulimit -Hn {needed}."
        )
    with running_ground(agents=_agents(wanted, clients) + OWN_AGENTS, workers=WORKERS) as ground:
        idle = uvloop.run(watched(ground, wanted, clients, idle_seconds))
    return [
        *figures_of(idle, "ten_thousand", wanted),
        Figure("ten_thousand_making_sessions_a_second", idle.sessions / idle.making_seconds, "1/s"),
    ]


def _agents(sessions: int, clients: int) -> int:
    return clients * agents_for(-(-sessions // clients))


async def watched(ground: Ground, wanted: int, clients: int, idle_seconds: float) -> Idle:
    """So many sessions, held by so many other processes, while they idle."""
    own, ground.agents = ground.agents[:OWN_AGENTS], ground.agents[OWN_AGENTS:]
    async with _running([_job(ground, wanted, clients, number) for number in range(clients)]) as holding:
        return await idled(ground, own, holding, idle_seconds)


def _job(ground: Ground, wanted: int, clients: int, number: int) -> Job:
    share = -(-wanted // clients)
    agents = agents_for(share)
    return Job(
        port=ground.hubs[0].port,
        host=ground.hubs[0].host,
        public_url=ground.public_url,
        agents=ground.agents[number * agents : (number + 1) * agents],
        # The last gets what is left.
        count=min(share, wanted - number * share),
        # The first ones are those of who starts new sessions meanwhile.
        first_address=1 + number * (1 + SOCKETS_PER_SESSION * share // SOCKETS_PER_ADDRESS),
        sockets_per_address=SOCKETS_PER_ADDRESS,
        within_seconds=MAKING_SECONDS,
    )


@asynccontextmanager
async def _running(jobs: Sequence[Job]) -> AsyncIterator[list[Client]]:
    command = [sys.executable, "-m", "bench.idle_clients"]
    processes = [
        await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in jobs
    ]
    try:
        yield [Client(process, job) for process, job in zip(processes, jobs, strict=True)]
    finally:
        for process in processes:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


if __name__ == "__main__":
    sys.exit(shown(lambda: measure(int(sys.argv[1]) if len(sys.argv) > 1 else SESSIONS)))
