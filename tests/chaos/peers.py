"""A customer's page and an agent's console as clients of real hubs: they come again as the snippet does, and note down
all that the checkers of `invariants` ask about.

A `Tab` shows a `ModelPage` that changes all the time; a `Console` holds the model mirror, points at things, and asks
again where something is missing. Both run in one loop, so their instants are of one clock."""

import asyncio
import random
import secrets
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin, Subprotocol

from cobrowse.core.protocol import (
    SUBPROTOCOL,
    VERSION,
    Act,
    ActResult,
    AgentWelcome,
    Bye,
    ComeAgain,
    Consent,
    Credit,
    CustomerWelcome,
    Digits,
    End,
    Hello,
    Message,
    Ops,
    Page,
    Point,
    Pointer,
    Probe,
    ProbeAnswer,
    Resync,
    SessionState,
    Snapshot,
    Stop,
    Tip,
)
from cobrowse.core.states import Who
from tests.chaos.notes import Notes
from tests.hub.model_page import ModelPage
from tests.hub.peers import from_hub, packed, text_of
from tests.hub.sharing import FollowedMirror, Place, SharedPage, digest_of

PACK_FROM_BYTES = 4_096
FIRST_STEP_SECONDS = 0.25
SOON_CAP_SECONDS = 1.0
STABLE_SECONDS = 1.0
OPEN_SECONDS = 10.0
FIRST_STOP_CODE = 4100
BAD_TOKEN_CODE = 4102
TICK_SECONDS = 0.05
# What one holder of the agent's seat may use up before the next one counts on.
ACTS_PER_GENERATION = 100_000
BODY = 4
SMALL_BUFFER_BYTES = 4_096
VIEW = Snapshot | Ops | Page | Pointer | Tip
AWAY = (OSError, TimeoutError, ConnectionClosed, InvalidHandshake, httpx.HTTPError)


class Door(NamedTuple):
    """Where a hub is reached."""

    name: str
    port: int
    public_url: str


def on_the_wire(*messages: Message) -> str | bytes:
    """A frame of these, packed as the snippet packs it."""
    text = text_of(*messages)
    return packed(text) if len(text) >= PACK_FROM_BYTES else text


class Peer:
    """One page behind a sticky balancer: it comes to the hub at `home`, and to any other where that is away. A hub that
    refuses the connection is passed over at once, as a balancer does; one that just does not answer is not."""

    seat: Who

    def __init__(
        self, doors: Sequence[Door], home: int, address: str, notes: Notes, tick_seconds: float = TICK_SECONDS
    ) -> None:
        self.doors = doors
        self.tick_seconds = tick_seconds
        self.home = home
        self.address = address
        self.notes = notes
        self.page = secrets.token_hex(8)
        # Where it sits now, by the hub's name; empty where it has no seat.
        self.at = ""
        self._was_seated = False
        self.state = ""
        self.version = 0
        self.stopped = 0
        self._reading = asyncio.Event()
        self._reading.set()
        self.socket: ClientConnection | None = None
        self._come_again_seconds = -1.0
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
        self._reading.set()

    def told(self) -> str:
        """For a person to read."""
        return f"{self.state} v{self.version} at {self.at or '-'}" + (f" closed {self.stopped}" if self.stopped else "")

    # --- coming again

    async def _run(self) -> None:
        step, misses = 0.0, 0
        while not self.stopped:
            await asyncio.sleep(random.uniform(0, step))  # noqa: S311 - no secret
            step = min(max(step * 2, FIRST_STEP_SECONDS), SOON_CAP_SECONDS)
            others = random.sample(self.doors, len(self.doors))
            opened = self.now()
            await self._visit_any([self.doors[self.home], *others] if not misses else others)
            misses += 1
            if self._was_seated:
                misses = 0
                if self.now() - opened >= STABLE_SECONDS:
                    step = 0.0
            self.at, self._was_seated = "", False
            self.socket = None
            self.lost()
            if self._come_again_seconds >= 0:
                await asyncio.sleep(self._come_again_seconds)
                # The hub that said so is going away.
                self._come_again_seconds, misses = -1.0, 1

    async def _visit_any(self, doors: Sequence[Door]) -> None:
        for door in doors:
            try:
                await self._visit(door)
                return
            except (ConnectionRefusedError, httpx.ConnectError):
                continue
            except AWAY:
                return

    async def _visit(self, door: Door) -> None:
        token = await self.token(door)
        async with connect(
            f"ws://localhost:{door.port}/ws/{self.seat}",
            host="127.0.0.1",
            port=door.port,
            origin=Origin(self.origin(door)),
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            additional_headers={"X-Forwarded-For": self.address},
            compression=None,
            proxy=None,
            max_size=None,
            max_queue=1,
            ping_interval=None,
            open_timeout=OPEN_SECONDS,
            close_timeout=0.5,
        ) as socket:
            self.socket = socket
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
                        self.at, self._was_seated = door.name, True
                        self.notes.step(self.now(), f"{self.seat} at {door.name}")
                    await self._take(message, socket)
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


class Tab(Peer):
    """The customer's page."""

    seat: Who = "customer"

    def __init__(
        self,
        doors: Sequence[Door],
        home: int,
        address: str,
        notes: Notes,
        tick_seconds: float,
        *,
        origin: str,
        token: str,
        page: ModelPage,
        changes_a_second: float,
    ) -> None:
        self._origin = origin
        self.newest = token
        self.shared = SharedPage(page, on_the_wire)
        self.sent_at: dict[Place, float] = {}
        self.highest = 0
        self.changes_a_second = changes_a_second
        self.stopping = False
        # One chain: frames leave in the order they were made.
        self._sending = asyncio.Lock()
        super().__init__(doors, home, address, notes, tick_seconds)

    def origin(self, door: Door) -> str:
        return self._origin

    async def token(self, door: Door) -> str:
        return self.newest

    def welcomed(self, welcome: CustomerWelcome) -> None:
        self.newest = welcome.token
        self.shared.welcomed(welcome.first_epoch)
        self.shared.stop()

    def lost(self) -> None:
        self.shared.stop()

    async def navigate(self, home: int) -> None:
        """The next page of the tab, at the hub `home`."""
        await self.say(Bye(reason="navigating"))
        self.page = secrets.token_hex(8)
        self.home = home
        self.cut()

    async def stop(self) -> None:
        """The customer ends it: said again, as their page does, until the hub has heard it."""
        self.stopping = True

    async def join(self) -> None:
        await self.say(Consent(allow=True))

    async def hear(self, message: Message) -> None:
        match message:
            case Resync():
                self.notes.step(self.now(), "picture asked for")
                self.shared.begin()
                if self.socket is not None and self.state == "live":
                    await self._send_due(self.socket)
            case Credit():
                self.shared.credited(message)
            case Act():
                await self._act(message)

    async def _act(self, act: Act) -> None:
        self.notes.came.append(act.id)
        if act.id <= self.highest:
            await self.say(ActResult(id=act.id, status="refused", reason="stale"))
            return
        self.highest = act.id
        self.notes.done.append(act.id)
        await self.say(ActResult(id=act.id, status="done"))

    async def tick(self, socket: ClientConnection) -> None:
        if self.stopping:
            await socket.send(text_of(Stop()))
        if self.state != "live" or self.stopping:
            self.shared.stop()
        elif random.random() < self.changes_a_second * self.tick_seconds:  # noqa: S311
            self.shared.page.change()
        await self._send_due(socket)

    async def _send_due(self, socket: ClientConnection) -> None:
        async with self._sending:
            for data in self.shared.due(self.now()):
                # Before it leaves: who waits for the line to take it waits for the frame, too.
                self.sent_at.setdefault(self.shared.place, self.now())
                await socket.send(data)


class Console(Peer):
    """The agent's page. `ticket` asks a hub for one."""

    seat: Who = "agent"

    def __init__(
        self,
        doors: Sequence[Door],
        home: int,
        address: str,
        notes: Notes,
        tick_seconds: float,
        *,
        ticket: Callable[[Door], Awaitable[str]],
        digits: str,
        tab: Tab,
        acts_a_second: float,
    ) -> None:
        self._ticket = ticket
        self._digits = digits
        self._tab = tab
        self._chance = acts_a_second * tick_seconds
        self.mirror = FollowedMirror()
        # When the newest frame was sent that it shows.
        self.shows_until = 0.0
        # When it last got a whole picture.
        self.live_at = 0.0
        self.next_act = 0
        self.ending = False
        super().__init__(doors, home, address, notes, tick_seconds)

    def origin(self, door: Door) -> str:
        return door.public_url

    async def token(self, door: Door) -> str:
        return await self._ticket(door)

    def may_retry(self, code: int) -> bool:
        # A ticket that was used is no reason to stop: there are others.
        return code == BAD_TOKEN_CODE

    def welcomed(self, welcome: AgentWelcome) -> None:
        self.mirror.behind = True
        self.next_act = max(self.next_act, welcome.generation * ACTS_PER_GENERATION)

    async def join(self) -> None:
        await self.say(Digits(value=self._digits))

    async def end(self) -> None:
        """The agent ends it, and presses again until it is ended."""
        self.ending = True

    def move(self, home: int) -> None:
        """Reload, at the hub `home`."""
        self.home = home
        self.cut()

    async def hear(self, message: Message) -> None:
        if isinstance(message, ActResult):
            self.notes.answers.setdefault(message.id, []).append((self.now(), message.status, message.reason))
        elif self.mirror.hear(message):
            self._shown(message)

    def _shown(self, message: Message) -> None:
        place = self.mirror.place
        if place == (0, 0):
            return
        if self._tab.shared.shown.get(place) != digest_of(self.mirror.picture):
            self.notes.wrong_pictures.append((self.now(), place))
        sent_at = self._tab.sent_at.get(place)
        if sent_at is not None:
            self.shows_until = max(self.shows_until, sent_at)
            if isinstance(message, Snapshot):
                self.live_at = self.now()
                self.notes.step(self.live_at, f"picture {place[0]} shown")
            if isinstance(message, Ops):
                self.notes.latencies.append((self.now(), self.now() - sent_at))

    async def tick(self, socket: ClientConnection) -> None:
        if self.ending:
            await socket.send(text_of(End()))
        if self.state != "live" or self.ending:
            return
        wanted = self.mirror.wants(self.now())
        if wanted is not None:
            await socket.send(text_of(wanted))
        if random.random() < self._chance:  # noqa: S311
            self.next_act += 1
            self.notes.asked[self.next_act] = self.now()
            act = Act(id=self.next_act, epoch=max(1, self.mirror.place[0]), seq=0, do=Point(node=BODY, x=0.5, y=0.5))
            await socket.send(text_of(act))
