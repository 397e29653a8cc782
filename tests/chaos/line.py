"""A TCP line of ours between a browser and a hub, or a hub and Redis: it delays, cuts, stalls and loses replies.

The proxy of the store's tests does the forwarding and can lose one reply; here it is bad for as long as one likes."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.store.flaky_proxy import FlakyProxy


class Line(FlakyProxy):
    """`FlakyProxy` with more faults. `delay_seconds` holds each chunk back, in both directions."""

    def __init__(self, target_port: int) -> None:
        super().__init__(target_port)
        self.delay_seconds = 0.0
        # What share of the replies is lost after the request was executed; the connection is cut in its place.
        self.lose_share = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection; where nobody answers at the other end it is cut."""
        try:
            await super().serve(reader, writer)
        except (OSError, ExceptionGroup, asyncio.CancelledError):
            # Both ways may break in the same moment, in ways that differ from loop to loop; and all end with the loop.
            # asyncio's streams would make an error of each.
            writer.transport.abort()

    async def passing(self, *, reply: bool) -> bool:
        """False where the connection is to be cut instead of passing a chunk on."""
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)
        return not (reply and self.lose_share and random.random() < self.lose_share)  # noqa: S311


@asynccontextmanager
async def line_to(target_port: int) -> AsyncIterator[Line]:
    """A line on a free port, within the context."""
    line = Line(target_port)
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0, backlog=2048)
    line.port = server.sockets[0].getsockname()[1]
    try:
        yield line
    finally:
        server.close()
        line.go_on()
        await server.wait_closed()
