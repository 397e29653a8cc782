"""Sessions that idle, whoever holds their other ends: what they cost, whether they live, and what a new one waits for.

Each is made through the product's own doors and stays live with its two sockets. Then nothing is said for a while but
what keeps them: the hub's pings and probes, its rounds of re-reading, leases and ledgers. Meanwhile an agent starts a
session every few seconds, as the people who use such a hub would. Memory is that of the hub's processes (PSS), before
and after, divided by the sessions; the kernel's own for sockets is not in it."""

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import msgspec

from bench.figures import Figure
from bench.ground import KB, Ground
from bench.sessions import Live, Where, make, signed_in
from cobrowse.web.server import PING_SECONDS

SOCKETS_PER_SESSION = 2
# What the hub and we have open besides: connections to Redis, HTTP connections of those who make sessions, logs.
OTHER_FILES = 220
# Who makes sessions and ends them before and while the rest idles.
OWN_AGENTS = 2
IDLE_SECONDS = 42.0
# So that all is over within four minutes, on a slow machine with fewer sessions.
MAKING_SECONDS = 185.0
# Made and ended before anything is measured, so that what is loaded or filled once is no session's.
WARM_SESSIONS = 20
# An agent may make 30 sessions a minute.
NEW_EVERY_SECONDS = 2.5
MEMORY_KB = 80.0
START_MS = 1000.0


class Report(msgspec.Struct, frozen=True):
    """With which numbers sockets were closed (0: none was said), and how many heard too few heartbeats."""

    lost: list[int]
    late: int


class Holder(Protocol):
    """Holds the other ends of some sessions."""

    async def make(self) -> int:
        """Its sessions; how many."""
        ...

    async def watch(self) -> None:
        """From now on heartbeats count."""
        ...

    async def report(self) -> Report:
        """What happened since."""
        ...


class HeldHere:
    """A `Holder` in this process."""

    def __init__(self, ground: Ground, count: int, where: Where, within_seconds: float) -> None:
        self._ground = ground
        self._count = count
        self._where = where
        self._within_seconds = within_seconds
        self._lives: list[Live] = []
        self._since = 0.0
        self._pings: list[int] = []

    async def make(self) -> int:
        self._lives = await make(self._ground, self._count, self._where, within_seconds=self._within_seconds)
        for live in self._lives:
            for seat in live.seats:
                seat.settle()
        return len(self._lives)

    async def watch(self) -> None:
        self._since, self._pings = time.monotonic(), self._heard()

    async def report(self) -> Report:
        # With one interval of grace.
        owed = int((time.monotonic() - self._since) // PING_SECONDS) - 1
        late = sum(last - first < owed for first, last in zip(self._pings, self._heard(), strict=True))
        lost = [seat.socket.closed_with for live in self._lives for seat in live.seats if seat.socket.closed]
        return Report(lost, late)

    def _heard(self) -> list[int]:
        return [seat.socket.pings for live in self._lives for seat in live.seats]


class Idle(NamedTuple):
    """What was seen. `started_ms` is of the new sessions; `late` of the sockets that heard too few heartbeats."""

    sessions: int
    empty_kb: float
    making_seconds: float
    making_cpu_seconds: float
    hub_kb: float
    redis_kb: float
    hub_cpu: float
    redis_commands: float
    lost: Counter[int]
    late: int
    started_ms: list[float]


async def idled(ground: Ground, own: Sequence[str], holders: Sequence[Holder], seconds: float = IDLE_SECONDS) -> Idle:
    """What is seen of the one hub of this ground while the sessions of these holders idle for so long. `own` are
    `OWN_AGENTS` agents that no holder has."""
    hub = ground.hubs[0].process
    await warm(ground, own[0])
    empty_kb, empty_redis = hub.memory_kb(), _redis_bytes(ground)
    began, cpu = time.monotonic(), hub.cpu_seconds()
    sessions = sum(await asyncio.gather(*(holder.make() for holder in holders)))
    making, making_cpu = time.monotonic() - began, hub.cpu_seconds() - cpu
    hub_kb = (hub.memory_kb() - empty_kb) / sessions
    redis_kb = (_redis_bytes(ground) - empty_redis) / sessions / KB
    await asyncio.gather(*(holder.watch() for holder in holders))
    began, cpu, commands = time.monotonic(), hub.cpu_seconds(), _redis_commands(ground)
    started = await starting(ground, own[1], seconds)
    took = time.monotonic() - began
    hub_cpu, redis_commands = (hub.cpu_seconds() - cpu) / took, (_redis_commands(ground) - commands) / took
    reports = await asyncio.gather(*(holder.report() for holder in holders))
    return Idle(
        sessions=sessions,
        empty_kb=empty_kb,
        making_seconds=making,
        making_cpu_seconds=making_cpu,
        hub_kb=hub_kb,
        redis_kb=redis_kb,
        hub_cpu=hub_cpu,
        redis_commands=redis_commands,
        lost=Counter(number for report in reports for number in report.lost),
        late=sum(report.late for report in reports),
        started_ms=started,
    )


def figures_of(idle: Idle, kind: str, wanted: int) -> list[Figure]:
    """What was seen as figures, whose names begin with `kind`."""
    if idle.lost:
        print(f"Sockets were closed with: {', '.join(f'{count} x {number}' for number, count in idle.lost.items())}.")
    p95 = statistics.quantiles(idle.started_ms, n=20, method="inclusive")[-1]
    return [
        Figure(f"{kind}_sessions", idle.sessions, "", wanted, least=True),
        Figure(f"{kind}_session_kb", idle.hub_kb, "KB", MEMORY_KB),
        Figure(f"{kind}_session_redis_kb", idle.redis_kb, "KB"),
        Figure(f"{kind}_sockets_lost", idle.lost.total(), "", 0),
        Figure(f"{kind}_sockets_without_heartbeat", idle.late, "", 0),
        Figure(f"{kind}_new_session_ms_p50", statistics.median(idle.started_ms), "ms", runs=idle.started_ms),
        Figure(f"{kind}_new_session_ms_p95", p95, "ms", START_MS),
        Figure(f"{kind}_new_session_ms_max", max(idle.started_ms), "ms", START_MS),
        Figure(f"{kind}_hub_cores", idle.hub_cpu, "cores"),
        Figure(f"{kind}_redis_commands_a_second", idle.redis_commands, "1/s"),
    ]


async def warm(ground: Ground, name: str) -> None:
    """What is loaded or filled once shall be no session's."""
    place = ground.hubs[0].place()
    async with signed_in(ground, name, place) as desk:
        for _ in range(WARM_SESSIONS):
            live = await desk.live(ground.sites[0], place)
            await desk.end(live.id)
            live.close()


async def starting(ground: Ground, name: str, seconds: float = IDLE_SECONDS) -> list[float]:
    """Start sessions, one after the other, while the rest is idle; how many milliseconds each took."""
    place = ground.hubs[0].place()
    until = time.monotonic() + seconds
    found: list[float] = []
    async with signed_in(ground, name, place) as desk:
        while len(found) < 2 or time.monotonic() < until:
            live = await desk.live(ground.sites[0], place)
            found.append(live.started_ms)
            await desk.end(live.id)
            live.close()
            await asyncio.sleep(NEW_EVERY_SECONDS)
    return found


def _redis_bytes(ground: Ground) -> int:
    """What Redis holds."""
    with ground.redis_client() as client:
        return int(client.info("memory")["used_memory"])


def _redis_commands(ground: Ground) -> int:
    """How many it has run so far."""
    with ground.redis_client() as client:
        return int(client.info("stats")["total_commands_processed"])
