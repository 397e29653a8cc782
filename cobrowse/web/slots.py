"""Turns: so many of one session at a time, so many in all. Who comes later waits, and holds a connection alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# A body of an asset is held whole until it is checked: 20 MB for a session, 320 MB in all.
BODIES_PER_SESSION = 4
BODIES = 64
# An answer holds its asset for as long as the mirror takes it; a browser opens six connections to a host.
ANSWERS_PER_SESSION = 16
ANSWERS = 512


class _Queue:
    def __init__(self, slots: int) -> None:
        self.free = asyncio.Semaphore(slots)
        self.users = 0


class Slots:
    """Turns by session."""

    def __init__(self, per_session: int, in_all: int) -> None:
        self._per_session = per_session
        self._all = asyncio.Semaphore(in_all)
        self._queues: dict[str, _Queue] = {}

    def __len__(self) -> int:
        """How many sessions have somebody here."""
        return len(self._queues)

    @asynccontextmanager
    async def turn(self, session: str) -> AsyncIterator[None]:
        """Wait for a turn and have it."""
        queue = self._queues.setdefault(session, _Queue(self._per_session))
        queue.users += 1
        try:
            # The session's own first: who floods waits for itself and stands in the queue of all but a few times.
            async with queue.free, self._all:
                yield
        finally:
            queue.users -= 1
            if not queue.users:
                del self._queues[session]
