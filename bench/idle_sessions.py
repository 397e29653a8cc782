"""Ten thousand idle sessions on one hub, or as many as may be: `python -m bench.idle_sessions [SESSIONS]`.

See `bench.idling`; we hold all other ends ourselves. `briefly` takes fewer sessions and only their memory; then some of
them are in use, 15 frames a second each."""

import asyncio
import sys

import uvloop

from bench.figures import Figure
from bench.ground import KB, Ground, allow_files, running_ground
from bench.idling import (
    MAKING_SECONDS,
    MEMORY_KB,
    OTHER_FILES,
    OWN_AGENTS,
    SOCKETS_PER_SESSION,
    HeldHere,
    Idle,
    figures_of,
    idled,
    warm,
)
from bench.relay_load import Stream, delays_ms
from bench.sessions import agents_for, all_on, make
from bench.shown import shown

SESSIONS = 10_000
# For `briefly`: all are idle, then some of them are in use.
BRIEF_SESSIONS = 800
ACTIVE_SESSIONS = 250
ACTIVE_FRAMES_A_SECOND = 15.0
ACTIVE_SECONDS = 3.0
LOOK_SECONDS = 1.0


def measure(wanted: int = SESSIONS) -> list[Figure]:
    """Memory a session, heartbeats, and how long a new session takes beside so many."""
    # What one process may hold here; `idle_ten_thousand` has them all, on two.
    fitting = _as_many_as_may_be(wanted)
    with running_ground(agents=agents_for(fitting) + OWN_AGENTS) as ground:
        idle = uvloop.run(_idle(ground, fitting))
    if idle.sessions < fitting:
        print(f"Only {idle.sessions} of {fitting} sessions could be made in {MAKING_SECONDS:.0f} s.")
    return [
        Figure("idle_hub_empty_mb", idle.empty_kb / KB, "MB"),
        *figures_of(idle, "idle", fitting),
        Figure("making_a_session_hub_cpu_ms", 1000 * idle.making_cpu_seconds / idle.sessions, "ms"),
        Figure("making_sessions_a_second", idle.sessions / idle.making_seconds, "1/s"),
    ]


async def _idle(ground: Ground, sessions: int) -> Idle:
    own, ground.agents = ground.agents[:OWN_AGENTS], ground.agents[OWN_AGENTS:]
    return await idled(ground, own, [HeldHere(ground, sessions, all_on(ground), MAKING_SECONDS)])


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


if __name__ == "__main__":
    sys.exit(shown(lambda: measure(int(sys.argv[1]) if len(sys.argv) > 1 else SESSIONS)))
