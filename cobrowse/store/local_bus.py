"""The Bus of a single process: what one hub sends is in the inbox at once and is read on the loop's next turn."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from cobrowse.core.errors import StoreError
from cobrowse.store.base import Receive
from cobrowse.store.losses import Losses

# What may wait in one inbox. It is emptied on each turn of the loop, so only a flood within one turn gets here. The
# rule beyond it: the new message is dropped and shows as a loss, as over a network.
INBOX_MESSAGES = 10_000
INBOX_BYTES = 64 * 1024 * 1024

log = logging.getLogger(__name__)


class _Inbox:
    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._loop = asyncio.get_running_loop()
        self._open = True

    def put(self, data: bytes) -> bool:
        """False where there is no room."""
        if len(self._waiting) >= INBOX_MESSAGES or self._waiting_bytes + len(data) > INBOX_BYTES:
            return False
        if not self._waiting:
            self._loop.call_soon(self._empty)
        self._waiting.append(data)
        self._waiting_bytes += len(data)
        return True

    def close(self) -> None:
        self._open = False
        self._waiting.clear()

    def _empty(self) -> None:
        # What comes in while this runs waits for the next turn, so that two hubs cannot keep the loop to themselves.
        ready, self._waiting, self._waiting_bytes = self._waiting, deque(), 0
        for data in ready:
            if not self._open:
                return
            try:
                self._receive(data)
            except Exception:
                log.exception("bus_message_failed")


class LocalBus:
    """`Bus` within one process and one event loop."""

    def __init__(self) -> None:
        self._inboxes: dict[str, list[_Inbox]] = {}
        self._losses = Losses()
        self._closed = False

    async def send(self, hub: str, data: bytes) -> bool:
        if self._closed:
            raise StoreError("The Bus is closed.")
        heard = [inbox.put(data) for inbox in self._inboxes.get(hub, ())]
        if not all(heard):
            self._losses.happened()
        return any(heard)

    @asynccontextmanager
    async def listen(self, hub: str, receive: Receive) -> AsyncIterator[None]:
        inbox = _Inbox(receive)
        self._inboxes.setdefault(hub, []).append(inbox)
        try:
            yield
        finally:
            inbox.close()
            self._inboxes[hub].remove(inbox)
            if not self._inboxes[hub]:
                del self._inboxes[hub]

    async def absent(self, hubs: Sequence[str]) -> set[str]:
        return {hub for hub in hubs if hub not in self._inboxes}

    def losses(self) -> AsyncIterator[None]:
        return self._losses.watch()

    async def close(self) -> None:
        self._closed = True
        self._losses.close()
