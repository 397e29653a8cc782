"""Ten thousand idle sessions on one `cobrowse serve --workers 2`: `python -m bench idle_ten_thousand [SESSIONS]`.

As `idle_sessions`, but where a process may not have the 20,000 sockets: the workers share them, and so do some
processes that hold the other ends. Memory is that of all processes of the hub together."""

import asyncio
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple, TypeVar

import msgspec
import uvloop

from bench.figures import Figure
from bench.ground import KB, SOCKETS_PER_ADDRESS, CannotMeasure, Ground, allow_files, running_ground
from bench.idle_clients import Job, Made, Report
from bench.idle_sessions import (
    IDLE_SECONDS,
    MAKING_SECONDS,
    MEMORY_KB,
    OTHER_FILES,
    SOCKETS_PER_SESSION,
    START_MS,
    redis_bytes,
    redis_commands,
    starting,
    warm,
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
    """A process that holds its share of the sessions."""

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


class Idle(NamedTuple):
    """What was seen."""

    sessions: int
    making_seconds: float
    hub_kb: float
    redis_kb: float
    hub_cpu: float
    redis_commands: float
    lost: Counter[int]
    late: int
    started_ms: list[float]


def measure(wanted: int = SESSIONS, clients: int = CLIENTS, idle_seconds: float = IDLE_SECONDS) -> list[Figure]:
    """Memory a session, heartbeats, and how long a new session takes beside so many."""
    share = -(-wanted // min(clients, WORKERS))
    needed = SOCKETS_PER_SESSION * share + OTHER_FILES
    files = allow_files(needed)
    if files < needed:
        raise CannotMeasure(
            f"A process may have {files} open files here, and this needs {needed}: ulimit -Hn {needed}."
        )
    with running_ground(agents=_agents(wanted, clients) + 2, workers=WORKERS) as ground:
        idle = uvloop.run(watched(ground, wanted, clients, idle_seconds))
    if idle.lost:
        print(f"Sockets were closed with: {', '.join(f'{count} x {number}' for number, count in idle.lost.items())}.")
    p95 = statistics.quantiles(idle.started_ms, n=20, method="inclusive")[-1]
    return [
        Figure("ten_thousand_sessions", idle.sessions, "", wanted, least=True),
        Figure("ten_thousand_session_kb", idle.hub_kb, "KB", MEMORY_KB),
        Figure("ten_thousand_session_redis_kb", idle.redis_kb, "KB"),
        Figure("ten_thousand_sockets_lost", idle.lost.total(), "", 0),
        Figure("ten_thousand_sockets_without_heartbeat", idle.late, "", 0),
        Figure("ten_thousand_new_session_ms_p50", statistics.median(idle.started_ms), "ms", runs=idle.started_ms),
        Figure("ten_thousand_new_session_ms_p95", p95, "ms", START_MS),
        Figure("ten_thousand_new_session_ms_max", max(idle.started_ms), "ms", START_MS),
        Figure("ten_thousand_hub_cores", idle.hub_cpu, "cores"),
        Figure("ten_thousand_redis_commands_a_second", idle.redis_commands, "1/s"),
        Figure("ten_thousand_making_sessions_a_second", idle.sessions / idle.making_seconds, "1/s"),
    ]


def _agents(sessions: int, clients: int) -> int:
    return clients * agents_for(-(-sessions // clients))


async def watched(ground: Ground, wanted: int, clients: int, idle_seconds: float) -> Idle:
    """So many sessions, held by so many other processes, while they idle."""
    [hub] = ground.hubs
    own, ground.agents = ground.agents[:2], ground.agents[2:]
    await warm(ground, own[0])
    before_kb, before_redis = hub.process.memory_kb(), redis_bytes(ground)
    async with _running([_job(ground, wanted, clients, number) for number in range(clients)]) as holding:
        began = time.monotonic()
        sessions = sum(await asyncio.gather(*(client.make() for client in holding)))
        making = time.monotonic() - began
        hub_kb = (hub.process.memory_kb() - before_kb) / sessions
        redis_kb = (redis_bytes(ground) - before_redis) / sessions / KB
        await asyncio.gather(*(client.watch() for client in holding))
        began, cpu, commands = time.monotonic(), hub.process.cpu_seconds(), redis_commands(ground)
        started = await starting(ground, own[1], idle_seconds)
        took = time.monotonic() - began
        reports = await asyncio.gather(*(client.report() for client in holding))
    return Idle(
        sessions,
        making,
        hub_kb,
        redis_kb,
        (hub.process.cpu_seconds() - cpu) / took,
        (redis_commands(ground) - commands) / took,
        Counter(number for report in reports for number in report.lost),
        sum(report.late for report in reports),
        started,
    )


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
