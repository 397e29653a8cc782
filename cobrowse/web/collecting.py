"""When CPython looks for garbage among all that lives: seldom, since it stops the hub meanwhile.

By itself it does so each time a quarter more was made than it found the last time, and takes a quarter of a second for
a thousand sessions (2.5 s beside 9,890: `bench idle_sessions`), in which nobody's frames move. A session does not need
it: what ends is freed where it is let go, since nothing of it holds itself (tests/web/test_garbage.py). What is young
is still looked through as often as ever; that takes microseconds."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cobrowse.ending import ended
from cobrowse.hub.clock import Clock, SystemClock

log = logging.getLogger(__name__)

# The share of its time that a process spends on looking through everything, and how often it does so at most.
SHARE = 1 / 2_000
LEAST_SECONDS = 30.0
# As many collections of what is young never come before one of everything.
NEVER = 2**31 - 1
# What takes longer is told.
TOLD_FROM_SECONDS = 0.1


@asynccontextmanager
async def collecting_seldom(clock: Clock | None = None) -> AsyncIterator[None]:
    """While open, this process looks through all that lives as seldom as is said here. What lives already when it is
    opened, modules and the like, is not looked at any more."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(before[0], before[1], NEVER)
    collecting = asyncio.create_task(_collect(clock or SystemClock()), name="collecting")
    try:
        yield
    finally:
        await ended(collecting)
        gc.set_threshold(*before)
        gc.unfreeze()


async def _collect(clock: Clock) -> None:
    took = 0.0
    while True:
        await clock.sleep(max(LEAST_SECONDS, took / SHARE))
        began = clock.monotonic()
        objects = gc.collect()
        took = clock.monotonic() - began
        if took >= TOLD_FROM_SECONDS:
            log.info("collected seconds=%.2f objects=%d", took, objects)
