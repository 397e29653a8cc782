"""Serves the shop on uvicorn, beside a hub or by itself."""

import asyncio
import socket
from contextlib import AbstractContextManager, nullcontext

import uvicorn

from cobrowse.demo.shop import PageHeaders

REQUESTS_SECONDS = 2


class ShopServer(uvicorn.Server):
    """uvicorn without signal handlers of its own: whoever runs it says when it ends."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]  # a generator in uvicorn
        return nullcontext()


def shop_server(shop: PageHeaders) -> ShopServer:
    """A server for the shop; `serve_shop` runs it."""
    config = uvicorn.Config(
        shop,
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=REQUESTS_SECONDS,
    )
    return ShopServer(config)


async def serve_shop(shop: PageHeaders, bound: socket.socket, stop: asyncio.Event) -> None:
    """Serve on this socket until `stop`. The socket is closed here."""
    server = shop_server(shop)

    async def end() -> None:
        await stop.wait()
        server.should_exit = True

    ending = asyncio.create_task(end())
    try:
        with bound:
            await server.serve(sockets=[bound])
    finally:
        ending.cancel()
