"""What a customer's page and an agent's console have in common as clients of real hubs: they come again as the snippet
does, and note down what the checkers of `invariants` ask about.

All run in one loop, so their instants are of one clock."""

import asyncio
import random
import secrets
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin, Subprotocol

from cobrowse.core.protocol import (
    SUBPROTOCOL,
    VERSION,
    Act,
    ActResult,
    AgentWelcome,
    ComeAgain,
    CustomerWelcome,
    Hello,
    Message,
    Ops,
    Page,
    Pointer,
    Probe,
    ProbeAnswer,
    SessionState,
    Snapshot,
    Tip,
)
from cobrowse.core.states import Who
from tests.chaos.asking import HOST, Door
from tests.chaos.backoff import Backoff
from tests.chaos.notes import Notes
from tests.hub.peers import from_hub, packed, text_of

PACK_FROM_BYTES = 4_096
STABLE_SECONDS = 1.0
# A line on which nothing was heard for so long is dead. No browser gives up earlier.
SILENT_SECONDS = 50.0
CLOSE_SECONDS = 0.5
FIRST_STOP_CODE = 4100
TICK_SECONDS = 0.05
SMALL_BUFFER_BYTES = 4_096
VIEW = Snapshot | Ops | Page | Pointer | Tip
AWAY = (OSError, TimeoutError, ConnectionClosed, InvalidHandshake)


def on_the_wire(*messages: Message) -> str | bytes:
    """A frame of these, packed as the snippet packs it."""
    text = text_of(*messages)
    return packed(text) if len(text) >= PACK_FROM_BYTES else text


@dataclass(frozen=True)
class Footing:
    """Where a page stands: behind a sticky balancer that brings it to the hub at `home` of `doors`; its address; where
    its session is noted down; how often it looks what there is to do."""

    doors: Sequence[Door]
    home: int
    address: str
    notes: Notes
    tick_seconds: float = TICK_SECONDS


class Peer:
    """One page behind a sticky balancer: it comes to the hub at `home`, and to any other where that is away. A hub that
    refuses the connection is passed over at once, as a balancer does; one that just does not answer is not."""

    seat: Who

    def __init__(self, footing: Footing) -> None:
        self.doors = footing.doors
        self.tick_seconds = footing.tick_seconds
        self.home = footing.home
        self.address = footing.address
        self.notes = footing.notes
        self.page = secrets.token_hex(8)
        # Where it sits now, by the hub's name; empty where it has no seat.
        self.at = ""
        self._seated_at: float | None = None
        self._heard_at = 0.0
        self.state = ""
        self.version = 0
        self.stopped = 0
        self._reading = asyncio.Event()
        self._reading.set()
        self.socket: ClientConnection | None = None
        self._come_again_seconds: float | None = None
        self._running = asyncio.create_task(self._run())

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    @property
    def failed(self) -> BaseException | None:
        """What ended this page that is no fault of a hub: a frame that does not fit, or a mistake here."""
        running = self._running
        return running.exception() if running.done() and not running.cancelled() else None

    async def say(self, *messages: Message) -> None:
        """Say it where there is a seat; else it is lost, as in a page without a connection."""
        socket = self.socket
        if socket is not None and self.at:
            with suppress(*AWAY):
                await socket.send(on_the_wire(*messages))

    async def leave(self) -> None:
        """Stop for good, without a word."""
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)

    def cut(self) -> None:
        """The connection breaks, here at once; the hub hears of it by TCP."""
        self.at = ""
        if self.socket is not None:
            self.socket.transport.abort()

    def stop_reading(self) -> None:
        """Take nothing any more, and let the line hold as little as it can."""
        self._reading.clear()
        if self.socket is not None:
            plain = self.socket.transport.get_extra_info("socket")
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER_BYTES)

    def read_again(self) -> None:
        """The end of `stop_reading`."""
        self._heard_at = self.now()
        self._reading.set()

    def told(self) -> str:
        """For a person to read."""
        return f"{self.state} v{self.version} at {self.at or '-'}" + (f" closed {self.stopped}" if self.stopped else "")

    # --- coming again

    async def _run(self) -> None:
        backoff, misses = Backoff(), 0
        while not self.stopped:
            told, self._come_again_seconds = self._come_again_seconds, None
            if told is not None:
                # The hub that said so is going away.
                misses = 1
            await asyncio.sleep(backoff.wait(self.now()) if told is None else told)
            others = random.sample(self.doors, len(self.doors))
            await self._visit_any([self.doors[self.home], *others] if not misses else others)
            misses += 1
            if self._seated_at is not None:
                misses = 0
                if self.now() - self._seated_at >= STABLE_SECONDS:
                    backoff = Backoff()
            self.at, self._seated_at = "", None
            self.socket = None
            self.lost()

    async def _visit_any(self, doors: Sequence[Door]) -> None:
        for door in doors:
            try:
                await self._visit(door)
                return
            except ConnectionRefusedError:
                continue
            except AWAY:
                return

    async def _visit(self, door: Door) -> None:
        token = await self.token(door)
        async with connect(
            f"ws://localhost:{door.port}/ws/{self.seat}",
            host=HOST,
            port=door.port,
            origin=Origin(self.origin(door)),
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            additional_headers={"X-Forwarded-For": self.address},
            compression=None,
            proxy=None,
            max_size=None,
            max_queue=1,
            ping_interval=None,
            open_timeout=SILENT_SECONDS,
            close_timeout=CLOSE_SECONDS,
        ) as socket:
            self.socket = socket
            self._heard_at = self.now()
            hello = Hello(version=VERSION, token=token, page=self.page, nonce=secrets.token_hex(8))
            await socket.send(text_of(hello))
            ticking = asyncio.create_task(self._tick_on(socket))
            try:
                await self._listen(door, socket)
            finally:
                ticking.cancel()
                [ended] = await asyncio.gather(ticking, return_exceptions=True)
                if isinstance(ended, Exception):
                    raise ended

    async def _listen(self, door: Door, socket: ClientConnection) -> None:
        try:
            while True:
                await self._reading.wait()
                for message in from_hub(self.seat, await socket.recv()):
                    if isinstance(message, CustomerWelcome | AgentWelcome):
                        self.at, self._seated_at = door.name, self.now()
                        self.notes.step(self.now(), f"{self.seat} at {door.name}")
                    await self._take(message, socket)
                self._heard_at = self.now()
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else 0
            self.notes.closed(self.seat, code, self.now())
            if code >= FIRST_STOP_CODE and not self.may_retry(code):
                self.stopped = code

    async def _take(self, message: Message, socket: ClientConnection) -> None:
        if self.state == "ended" and isinstance(message, VIEW | ActResult | Act):
            self.notes.after_end.append((self.now(), self.seat, type(message).__name__))
        match message:
            case Probe():
                await socket.send(text_of(ProbeAnswer(id=message.id)))
            case ComeAgain():
                self._come_again_seconds = message.delay_ms / 1000
            case SessionState():
                await self._believe(message)
            case CustomerWelcome() | AgentWelcome():
                self.welcomed(message)
                await self._believe(message.state)
            case _:
                await self.hear(message)

    async def _believe(self, state: SessionState) -> None:
        if state.version < self.version:
            return
        self.version = state.version
        if state.name != self.state:
            self.state = state.name
            self.notes.states.append((self.now(), self.seat, state.name))
        if state.name == "joining":
            await self.join()

    async def _tick_on(self, socket: ClientConnection) -> None:
        # Spread, so that not all pages change in the same instant.
        await asyncio.sleep(random.uniform(0, self.tick_seconds))  # noqa: S311
        try:
            while True:
                if self.at:
                    await self.tick(socket)
                if self.now() - self._heard_at > SILENT_SECONDS and self._reading.is_set():
                    self.cut()
                await asyncio.sleep(self.tick_seconds)
        except AWAY:
            return
        except Exception:
            # A mistake of ours: it comes out where this is waited for, which is when the line has broken.
            self.cut()
            raise

    # --- what each seat does

    def origin(self, door: Door) -> str:
        raise NotImplementedError

    async def token(self, door: Door) -> str:
        raise NotImplementedError

    def welcomed(self, welcome: Any) -> None:
        """The seat is taken."""

    def lost(self) -> None:
        """There is no connection any more."""

    def may_retry(self, code: int) -> bool:
        """Whether to come again all the same."""
        return False

    async def join(self) -> None:
        """What this seat does while the session is `joining`."""

    async def hear(self, message: Message) -> None:
        """Everything else."""

    async def tick(self, socket: ClientConnection) -> None:
        """Now and then, while there is a seat."""
