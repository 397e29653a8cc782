"""What runs in a process of its own in tests: `python -m tests.store.processes <what> <store URL>`.

Each prints a line when it has done something, so that a test never has to guess."""

import asyncio
import os
import sys

from cobrowse.store.opening import open_store
from tests.store.making import stored, waiting


async def hold(url: str) -> None:
    """Serve until stdin closes."""
    async with open_store(url, exclusive=True):
        _say("holding")
        await asyncio.to_thread(sys.stdin.read)


async def write(url: str) -> None:
    """Store sessions until killed, and say each one that the store has acknowledged."""
    async with open_store(url, exclusive=False) as stores:
        for n in range(100_000):
            await stored(stores.sessions, waiting(f"s{n}"))
            _say(f"s{n}")


async def make(url: str) -> None:
    """Open, store one session named after this process, and close."""
    async with open_store(url, exclusive=False) as stores:
        await stored(stores.sessions, waiting(f"s{os.getpid()}"))
    _say("made")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run({"hold": hold, "write": write, "make": make}[sys.argv[1]](sys.argv[2]))
