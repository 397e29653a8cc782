"""Ten thousand idle sessions on one hub, or as many as may be: `python -m bench.idle_sessions [SESSIONS]`.

Each is made through the product's own doors and stays live with its two sockets. Then nothing is said for a while but
what keeps them: the hub's pings and probes, its rounds of re-reading, leases and ledgers. Meanwhile an agent starts a
session every few seconds, as the people who use such a hub would. Memory is that of the process (PSS), before and
after, divided by the sessions; the kernel's own for sockets is not in it. `briefly` takes fewer sessions and only their
memory; then some of them are in use, 15 frames a second each."""

import asyncio
import statistics
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple

import uvloop

from bench.figures import Figure
from bench.ground import KB, Ground, allow_files, running_ground
from bench.relay_load import Stream, delays_ms
from bench.sessions import Live, agents_for, all_on, make, signed_in
from bench.shown import shown
from cobrowse.web.server import PING_SECONDS

SESSIONS = 10_000
SOCKETS_PER_SESSION = 2
# What the hub and we have open besides: connections to Redis, HTTP connections of those who make sessions, logs.
OTHER_FILES = 220
IDLE_SECONDS = 42.0
# So that all is over within four minutes, on a slow machine with fewer sessions.
MAKING_SECONDS = 185.0
# Made and ended before anything is measured, so that what is loaded or filled once is no session's.
WARM_SESSIONS = 20
# An agent may make 30 sessions a minute.
NEW_EVERY_SECONDS = 2.5
MEMORY_KB = 80.0
# For `briefly`: all are idle, then some of them are in use.
BRIEF_SESSIONS = 800
ACTIVE_SESSIONS = 250
ACTIVE_FRAMES_A_SECOND = 15.0
ACTIVE_SECONDS = 3.0
LOOK_SECONDS = 1.0
START_MS = 1000.0


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
    lost: int
    late: int
    started_ms: list[float]


def measure(wanted: int = SESSIONS) -> list[Figure]:
    """Memory a session, heartbeats, and how long a new session takes beside so many."""
    fitting = _as_many_as_may_be(wanted)
    with running_ground(agents=agents_for(fitting) + 2) as ground:
        idle = uvloop.run(_idle(ground, fitting))
    sessions = idle.sessions
    if sessions < fitting:
        print(f"Only {sessions} of {fitting} sessions could be made in {MAKING_SECONDS:.0f} s.")
    p95 = statistics.quantiles(idle.started_ms, n=20, method="inclusive")[-1]
    return [
        Figure("idle_hub_empty_mb", idle.empty_kb / KB, "MB"),
        # What one process may hold here; `idle_ten_thousand` has them all, on two.
        Figure("idle_sessions", sessions, "", fitting, least=True),
        Figure("idle_session_kb", idle.hub_kb, "KB", MEMORY_KB),
        Figure("idle_session_redis_kb", idle.redis_kb, "KB"),
        Figure("idle_sockets_lost", idle.lost, "", 0),
        Figure("idle_sockets_without_heartbeat", idle.late, "", 0),
        Figure("idle_new_session_ms_p50", statistics.median(idle.started_ms), "ms"),
        Figure("idle_new_session_ms_p95", p95, "ms", START_MS),
        Figure("idle_new_session_ms_max", max(idle.started_ms), "ms", START_MS),
        Figure("idle_hub_cores", idle.hub_cpu, "cores"),
        Figure("idle_redis_commands_a_second", idle.redis_commands, "1/s"),
        Figure("making_a_session_hub_cpu_ms", 1000 * idle.making_cpu_seconds / sessions, "ms"),
        Figure("making_sessions_a_second", sessions / idle.making_seconds, "1/s"),
    ]


def briefly(
    sessions: int = BRIEF_SESSIONS, active: int = ACTIVE_SESSIONS, seconds: float = ACTIVE_SECONDS
) -> list[Figure]:
    """Memory of a session that is idle, and of one that is in use, from fewer of them."""
    allow_files(SOCKETS_PER_SESSION * sessions + OTHER_FILES)
    with running_ground(agents=agents_for(sessions) + 1) as ground:
        idle_kb, active_kb = uvloop.run(memory(ground, sessions, active, seconds))
    return [
        Figure("idle_session_kb", idle_kb, "KB", MEMORY_KB),
        Figure("active_session_kb", active_kb, "KB"),
    ]


async def memory(ground: Ground, sessions: int, active: int, seconds: float) -> tuple[float, float]:
    """Kilobytes of a session that is idle, and of one of the `active` ones that are in use for so long."""
    hub = ground.hubs[0].process
    own, ground.agents = ground.agents[0], ground.agents[1:]
    await warm(ground, own)
    empty_kb = hub.memory_kb()
    lives = await make(ground, sessions, all_on(ground))
    settled_kb = hub.memory_kb()
    streams = [Stream(live) for live in lives]
    sending = asyncio.create_task(delays_ms(streams[:active], seconds, a_second=ACTIVE_FRAMES_A_SECOND))
    most_kb = settled_kb
    while not sending.done():
        await asyncio.wait((sending,), timeout=LOOK_SECONDS)
        most_kb = max(most_kb, hub.memory_kb())
    await sending
    for live in lives:
        live.close()
    idle_kb = (settled_kb - empty_kb) / sessions
    return idle_kb, idle_kb + (most_kb - settled_kb) / active


def _as_many_as_may_be(wanted: int) -> int:
    needed = SOCKETS_PER_SESSION * wanted + OTHER_FILES
    files = allow_files(needed)
    if files >= needed:
        return wanted
    fitting = (files - OTHER_FILES) // SOCKETS_PER_SESSION
    print(
        f"This machine lets a process have {files} open files, and {wanted} sessions on one hub need {needed}: "
        f"measured with {fitting} sessions. To measure all, raise the hard limit (ulimit -Hn {needed}, or LimitNOFILE)."
    )
    return fitting


async def _idle(ground: Ground, sessions: int) -> Idle:
    [hub] = ground.hubs
    own, ground.agents = ground.agents[:2], ground.agents[2:]
    await warm(ground, own[0])
    before_kb, before_redis = hub.process.memory_kb(), redis_bytes(ground)
    began, cpu = time.monotonic(), hub.process.cpu_seconds()
    lives = await make(ground, sessions, all_on(ground), within_seconds=MAKING_SECONDS)
    sessions = len(lives)
    making, making_cpu = time.monotonic() - began, hub.process.cpu_seconds() - cpu
    for live in lives:
        for seat in live.seats:
            seat.settle()
    hub_kb = (hub.process.memory_kb() - before_kb) / sessions
    redis_kb = (redis_bytes(ground) - before_redis) / sessions / KB
    began, cpu, commands = time.monotonic(), hub.process.cpu_seconds(), redis_commands(ground)
    pings = [seat.socket.pings for live in lives for seat in live.seats]
    started = await starting(ground, own[1])
    took = time.monotonic() - began
    return Idle(
        sessions,
        before_kb,
        making,
        making_cpu,
        hub_kb,
        redis_kb,
        (hub.process.cpu_seconds() - cpu) / took,
        (redis_commands(ground) - commands) / took,
        sum(seat.socket.closed for live in lives for seat in live.seats),
        late(lives, pings, took),
        started,
    )


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


def late(lives: Sequence[Live], before: Sequence[int], seconds: float) -> int:
    """How many open sockets heard fewer pings than they had to in so many seconds, with one interval of grace."""
    owed = int(seconds // PING_SECONDS) - 1
    now = [seat.socket.pings for live in lives for seat in live.seats]
    return sum(1 for first, last in zip(before, now, strict=True) if last - first < owed)


def redis_bytes(ground: Ground) -> int:
    """What Redis holds."""
    with ground.redis_client() as client:
        return int(client.info("memory")["used_memory"])


def redis_commands(ground: Ground) -> int:
    """How many it has run so far."""
    with ground.redis_client() as client:
        return int(client.info("stats")["total_commands_processed"])


if __name__ == "__main__":
    sys.exit(shown(lambda: measure(int(sys.argv[1]) if len(sys.argv) > 1 else SESSIONS)))
