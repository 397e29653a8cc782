"""A small proxy before two hubs, so that the agent talks to one and the customer to the other.

It reads the head of each request and picks the hub by its path. Every connection carries one request: a plain answer
is asked to close its connection, an upgraded one lives as long as both ends do.
"""

import asyncio
import socket
from collections.abc import Sequence

HEAD_MAX_BYTES = 64 * 1024


class Balancer:
    """Sends requests whose path begins with one of `prefixes` to `there`, all others to `here` (ports)."""

    def __init__(self, here: int, there: int, prefixes: Sequence[str]) -> None:
        self.here = here
        self.there = there
        self.prefixes = tuple(prefixes)
        self.counts = {here: 0, there: 0}
        self._open: dict[asyncio.StreamWriter, str] = {}

    def cut(self, prefix: str) -> None:
        """End every connection whose path begins so, as a broken line does: nothing is said, nothing more is sent."""
        for writer, path in self._open.items():
            if path.startswith(prefix):
                writer.transport.abort()

    async def serve(self, bound: socket.socket, stop: asyncio.Event) -> None:
        """Until `stop`; then every connection is cut."""
        busy: set[asyncio.Task[None]] = set()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(self._one(reader, writer))
            busy.add(task)
            task.add_done_callback(busy.discard)

        server = await asyncio.start_server(accept, sock=bound, limit=HEAD_MAX_BYTES)
        await stop.wait()
        server.close()
        for task in list(busy):
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            port = self._pick(head)
            self.counts[port] += 1
            hub_reader, hub_writer = await asyncio.open_connection("127.0.0.1", port)
        except (asyncio.IncompleteReadError, OSError):
            writer.close()
            return
        self._open[writer] = _path(head)
        try:
            hub_writer.write(_closing(head))
            ways = [asyncio.create_task(_pipe(reader, hub_writer)), asyncio.create_task(_pipe(hub_reader, writer))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        finally:
            del self._open[writer]
            hub_writer.close()
            writer.close()

    def _pick(self, head: bytes) -> int:
        return self.there if _path(head).startswith(self.prefixes) else self.here


def _path(head: bytes) -> str:
    return head.split(b" ", 2)[1].decode("ascii")


def _closing(head: bytes) -> bytes:
    lines = head.split(b"\r\n")
    if any(line.lower().startswith(b"upgrade:") for line in lines):
        return head
    kept = [line for line in lines[:-2] if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*kept, b"Connection: close", b"", b""])


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(64 * 1024):
            writer.write(data)
            await writer.drain()
    except OSError:
        return
