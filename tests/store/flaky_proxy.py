"""A TCP proxy before Redis that loses replies, cuts and stalls connections, when a test says so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

READ_BYTES = 65_536
CONNECTS_WITHIN_SECONDS = 30.0


class FlakyProxy:
    """Forwards to Redis at `target_port`. Opened by `flaky_proxy`."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._lose_after: bytes | None = None
        self._drop: bytes | None = None
        self._connected = asyncio.Event()
        self._forwarding = asyncio.Event()
        self._forwarding.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._refusing = False
        self.replies_lost = 0
        self.connections = 0
        self.port = 0

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def lose_reply_to(self, command: bytes) -> None:
        """Let Redis execute the next request that contains `command`; then cut the line in place of its reply."""
        self._lose_after = command

    def drop_request(self, command: bytes) -> None:
        """Drop the next request that contains `command`; its connection stays open."""
        self._drop = command

    async def next_connection(self) -> None:
        """Return when one more connection was made."""
        self._connected.clear()
        async with asyncio.timeout(CONNECTS_WITHIN_SECONDS):
            await self._connected.wait()

    def cut(self) -> None:
        """Cut every connection there is; new ones work."""
        for writer in self._writers:
            writer.transport.abort()

    def refuse(self, refusing: bool) -> None:
        """Cut every connection, and each new one at once, while `refusing`."""
        self._refusing = refusing
        if refusing:
            self.cut()

    def stall(self) -> None:
        """Keep all connections open, and pass nothing on: a half-open line."""
        self._forwarding.clear()

    async def passing(self, *, reply: bool) -> bool:
        """Asked before each chunk is passed on; False cuts the connection instead. For lines that are worse."""
        return True

    def go_on(self) -> None:
        """The end of `stall`: what was held back is lost with its connections."""
        self.cut()
        self._forwarding.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        if self._refusing:
            writer.transport.abort()
            return
        self.connections += 1
        self._connected.set()
        redis_reader, redis_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        mine = {writer, redis_writer}
        self._writers |= mine
        losing = asyncio.Event()
        with suppress(ConnectionError):
            async with asyncio.TaskGroup() as both:
                both.create_task(self._requests(reader, redis_writer, losing))
                both.create_task(self._replies(redis_reader, writer, losing))
        for one in mine:
            one.transport.abort()
        self._writers -= mine

    async def _requests(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, losing: asyncio.Event
    ) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(READ_BYTES):
                await self._forwarding.wait()
                if self._lose_after is not None and self._lose_after in data:
                    self._lose_after = None
                    losing.set()
                if self._drop is not None and self._drop in data:
                    self._drop = None
                    continue
                if not await self.passing(reply=False):
                    break
                writer.write(data)
                await writer.drain()
        writer.close()

    async def _replies(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, losing: asyncio.Event) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(READ_BYTES):
                if losing.is_set():
                    self.replies_lost += 1
                    writer.transport.abort()
                    return
                await self._forwarding.wait()
                if not await self.passing(reply=True):
                    self.replies_lost += 1
                    writer.transport.abort()
                    return
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def flaky_proxy(target_port: int) -> AsyncIterator[FlakyProxy]:
    """A proxy on a free port, within the context."""
    proxy = FlakyProxy(target_port)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        proxy.go_on()
        await server.wait_closed()
