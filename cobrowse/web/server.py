"""Runs the app on uvicorn: one process, one loop, a drain on SIGTERM.

`serve` can also run in a test's own loop: port 0, `started` for the port that was bound, `stop` to end it.
"""

import asyncio
import errno
import os
import resource
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import cast

import uvicorn
from argon2 import PasswordHasher
from starlette.applications import Starlette

from cobrowse.config import Settings
from cobrowse.core.errors import CobrowseError
from cobrowse.hub.clock import Clock, SystemClock
from cobrowse.hub.hub import Hub
from cobrowse.store.opening import open_store
from cobrowse.web.app import build_app
from cobrowse.web.colleagues import Worker
from cobrowse.web.collecting import collecting_seldom
from cobrowse.web.connections import SOCKET_MAX_BYTES, BoundedHttp, http_protocol, socket_protocol
from cobrowse.web.handover import Handover
from cobrowse.web.static import FOLDER
from cobrowse.web.turnstile import SOCKETS

# DESIGN: exit within 10 s of SIGTERM. The peers get most of it, requests under way the rest.
DRAIN_SECONDS = 7.0
REQUESTS_SECONDS = 2
# Finds dead connections. Whether the page behind a live one hangs is asked by the hub's own probes.
PING_SECONDS = 20.0
BACKLOG = 2048
# The wall behind the limits of `web.turnstile`: connections of any kind, so that files do not run out.
CONNECTIONS = 2 * SOCKETS
# Files that are no connections: the database, Redis, libraries.
SPARE_FILES = 256


class CannotListen(CobrowseError):
    """The address or port cannot be listened on."""

    code = "cannot_listen"


class DrainingServer(uvicorn.Server):
    """uvicorn, but peers are told to come again before their sockets are closed, and a signal ends it with code 0."""

    def __init__(
        self,
        config: uvicorn.Config,
        hub: Hub,
        on_started: Callable[[], None],
        *,
        signals: bool,
        handover: Handover | None = None,
    ) -> None:
        super().__init__(config)
        self._hub = hub
        self._handover = handover
        self._handed = ExitStack()
        self._on_started = on_started
        self._signals = signals and threading.current_thread() is threading.main_thread()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._handover is not None:
            self._handed.enter_context(self._handover.receiving(self._protocol))
        if self.started:
            self._on_started()

    def _protocol(self) -> BoundedHttp:
        """That of a connection, as uvicorn makes it for those that it accepts itself."""
        made = cast("type[BoundedHttp]", self.config.http_protocol_class)
        return made(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._handed.close()
        for server in self.servers:
            server.close()
        await self._hub.drain(timeout_seconds=DRAIN_SECONDS)
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        handled = (signal.SIGINT, signal.SIGTERM) if self._signals else ()
        before = {number: signal.signal(number, self.handle_exit) for number in handled}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket, not listening yet; `CannotListen` with a sentence where the port is taken."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotListen(f"{host} is not an address to listen on: {error.strerror}.") from error
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotListen(
                f"Port {port} on {host} is in use. Stop what uses it, or choose another with --port."
            ) from error
        raise CannotListen(f"Cannot listen on {host} port {port}: {error.strerror}.") from error
    return bound


def allow_many_files() -> None:
    """Raise this process's limit of open files as far as it may: most systems start with 1,024, a socket is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + SPARE_FILES if hard == resource.RLIM_INFINITY else min(hard, CONNECTIONS + SPARE_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def serve(
    settings: Settings,
    *,
    host: str | None = None,
    port: int | None = None,
    bound: socket.socket | None = None,
    started: Callable[[int], None] | None = None,
    stop: asyncio.Event | None = None,
    clock: Clock | None = None,
    static: Path = FOLDER,
    hasher: PasswordHasher | None = None,
    signals: bool = True,
    on_app: Callable[[Starlette], None] | None = None,
) -> None:
    """Serve until SIGTERM, SIGINT or `stop`. `started` is called with the bound port once it accepts.

    `bound` is a socket of `listen`, for who must know the port before the settings are made; it is closed here.
    `on_app` is handed the app before it starts. With `signals` the process is the hub's own: its signals, and when its
    garbage is collected. Raises `CannotListen`, `StoreError` or `ConfigError` before anything was served."""
    bound = bound or listen(host or settings.hub.host, settings.hub.port if port is None else port)
    with bound:
        async with open_store(settings.hub.store.reveal(), exclusive=True) as stores:
            await stores.sessions.ping()
            worker = Worker.from_environ(os.environ)
            app = build_app(
                settings,
                stores.sessions,
                stores.accounts,
                stores.bus,
                clock or SystemClock(),
                static=static,
                hasher=hasher,
                counts=stores.counts,
                worker=worker,
            )
            if on_app is not None:
                on_app(app)
            number: int = bound.getsockname()[1]
            async with collecting_seldom() if signals else nullcontext():
                await _run(
                    app, bound, lambda: started(number) if started else None, stop, signals=signals, worker=worker
                )


async def _run(
    app: Starlette,
    bound: socket.socket,
    on_started: Callable[[], None],
    stop: asyncio.Event | None,
    *,
    signals: bool,
    worker: Worker | None,
) -> None:
    doors = app.state.parts.doors
    handover = Handover(worker) if worker else None
    config = uvicorn.Config(
        app,
        http=http_protocol(doors, handover),
        ws=socket_protocol(doors),
        ws_max_size=SOCKET_MAX_BYTES,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        # Frames are packed where it pays; a second compression costs 40 KB a socket.
        ws_per_message_deflate=False,
        lifespan="off",
        interface="asgi3",
        # Addresses hold tokens and uvicorn logs queries: no access log at all.
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=REQUESTS_SECONDS,
    )
    server = DrainingServer(config, app.state.parts.hub, on_started, signals=signals, handover=handover)
    stopping = asyncio.create_task(_stop_when(stop, server)) if stop else None
    try:
        # Not uvicorn's own lifespan, which turns a store that is away into a traceback and an exit code of its own.
        async with app.router.lifespan_context(app):
            await server.serve(sockets=[bound])
    finally:
        if stopping is not None:
            stopping.cancel()


async def _stop_when(stop: asyncio.Event, server: uvicorn.Server) -> None:
    await stop.wait()
    server.should_exit = True
