"""Live sessions, made as people make them: an agent signs in and asks for a code, a customer claims it, both take their
seats, the customer allows, the agent enters the digits, the first picture is shown."""

import asyncio
import itertools
import math
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from bench.ground import ORIGIN, SOCKETS_PER_ADDRESS, CannotMeasure, Ground
from bench.raw import Http, Place, Refused, Socket, seat_path
from cobrowse.core.protocol import (
    VERSION,
    Bye,
    Consent,
    Digits,
    Hello,
    Message,
    PageInfo,
    ProbeAnswer,
    Snapshot,
)
from tests.live_hub import PASSWORD

PATIENCE_SECONDS = 60.0
# How many sessions are being made at the same moment.
AT_ONCE = 24
SESSIONS_PER_AGENT = 20


class Seat:
    """One seat's socket. Answers probes by itself, as every page does. After `settle` nothing else is kept."""

    __slots__ = ("_heard", "_waiting", "probes", "socket")

    def __init__(self, socket: Socket) -> None:
        self.socket = socket
        self.probes = 0
        self._heard: list[dict[str, Any]] = []
        self._waiting: asyncio.Event | None = asyncio.Event()
        socket.on_frame = self.take

    def say(self, message: Message) -> None:
        """One message of the protocol."""
        self.socket.send(msgspec.json.encode(message))

    async def hear(self, kind: str, fits: Callable[[dict[str, Any]], bool] = bool) -> dict[str, Any]:
        """The next message of this kind that fits; what comes before it is forgotten."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                while self._heard:
                    message = self._heard.pop(0)
                    if message["k"] == kind and fits(message):
                        return message
                if self.socket.closed or self._waiting is None:
                    raise Refused(f"The socket was closed with {self.socket.closed_with}.")
                self._waiting.clear()
                await self._waiting.wait()

    def settle(self) -> None:
        """From now on only probes are heard."""
        self._heard = []
        self._waiting = None

    def take(self, payload: bytes) -> None:
        """One frame of the hub."""
        if self._waiting is None and b'"probe"' not in payload:
            return
        found = msgspec.json.decode(payload)
        for message in found if isinstance(found, list) else [found]:
            if message["k"] == "probe":
                self.probes += 1
                self.say(ProbeAnswer(id=message["id"]))
            elif self._waiting is not None:
                self._heard.append(message)
        if self._waiting is not None:
            self._waiting.set()


class Live:
    """A live session and both its seats. `started_ms`: from the agent's wish to the first picture."""

    __slots__ = ("_customer_at", "_token", "agent", "customer", "epoch", "id", "started_ms")

    def __init__(self, id_: str, customer_at: Place) -> None:
        self.id = id_
        self.customer: Seat
        self.agent: Seat
        self.epoch = 0
        self.started_ms = 0.0
        self._customer_at = customer_at
        self._token = ""

    @property
    def seats(self) -> tuple[Seat, Seat]:
        """Both."""
        return self.customer, self.agent

    async def seat_customer(self, token: str) -> None:
        """The customer's page takes its seat."""
        self.customer = Seat(await Socket.open(self._customer_at, seat_path("customer", self.id), ORIGIN))
        self.customer.say(_hello(token))
        welcome = await self.customer.hear("customer_welcome")
        self._token, self.epoch = welcome["token"], welcome["first_epoch"]

    async def next_page(self) -> None:
        """The customer follows a link: the page says bye, and the next one takes its place and shows a picture."""
        self.customer.say(Bye(reason="navigating"))
        self.customer.socket.close()
        await self.seat_customer(self._token)
        await self.customer.hear("resync")
        self.customer.say(picture(self.epoch))

    def close(self) -> None:
        """Both go without a word."""
        for seat in self.seats:
            seat.socket.close()


class Desk:
    """One agent, signed in at one hub."""

    def __init__(self, ground: Ground, name: str, place: Place) -> None:
        self._ground = ground
        self._name = name
        self._place = place
        self._http = Http(place)
        self._cookie = ""

    async def sign_in(self) -> None:
        """With name and password."""
        body = {"name": self._name, "password": PASSWORD}
        answer = await self._http.ask("POST", "/api/login", origin=self._ground.public_url, body=body)
        answer.json(200)
        self._cookie = answer.headers["set-cookie"].partition(";")[0]

    async def new(self, site: str) -> dict[str, Any]:
        """A session that waits, and its code."""
        return await self._post("/api/sessions", {"site": site}, 201)

    async def live(self, site: str, customer_at: Place) -> Live:
        """A session from its code to its first picture; the customer is at `customer_at`."""
        began = time.monotonic()
        made = await self.new(site)
        joined = await claimed(customer_at, site, made["code"])
        live = Live(made["id"], customer_at)
        await live.seat_customer(joined["token"])
        ticket = await self._post(f"/api/sessions/{made['id']}/ticket", None, 200)
        path = seat_path("agent", live.id)
        live.agent = agent = Seat(await Socket.open(self._place, path, self._ground.public_url))
        agent.say(_hello(ticket["ticket"]))
        await agent.hear("agent_welcome")
        live.customer.say(Consent(allow=True))
        await agent.hear("state", lambda state: bool(state["allowed"]))
        agent.say(Digits(value=joined["digits"]))
        await live.customer.hear("resync")
        live.customer.say(picture(live.epoch))
        await agent.hear("snapshot")
        live.started_ms = (time.monotonic() - began) * 1000
        return live

    async def end(self, session: str) -> None:
        """End one of this agent's sessions."""
        path = f"/api/sessions/{session}"
        answer = await self._http.ask("DELETE", path, origin=self._ground.public_url, cookie=self._cookie)
        if answer.status != 204:
            raise Refused(f"{answer.status} where a session was to end.")

    def close(self) -> None:
        """Let go of the connection; the sign-in stays."""
        self._http.close()

    async def _post(self, path: str, body: object, wanted: int) -> dict[str, Any]:
        origin = self._ground.public_url
        return (await self._http.ask("POST", path, origin=origin, body=body, cookie=self._cookie)).json(wanted)


Where = Callable[[int], tuple[Place, Place]]


def all_on(ground: Ground) -> Where:
    """Session by session in turn on each hub, both seats on the same, from as many addresses as it takes."""

    def where(number: int) -> tuple[Place, Place]:
        hub = ground.hubs[number % len(ground.hubs)]
        place = hub.place(2 * number // SOCKETS_PER_ADDRESS)
        return place, place

    return where


def agents_for(count: int) -> int:
    """How many agents so many sessions need: a new code of an agent ends the one that still waits."""
    return -(-count // SESSIONS_PER_AGENT)


async def make(ground: Ground, count: int, where: Where, *, within_seconds: float = math.inf) -> list[Live]:
    """So many live sessions, or as many as can be made in this time; `where` gives the places of the agent and the
    customer of each."""
    until = time.monotonic() + within_seconds
    numbers = iter(range(count))
    if count > SESSIONS_PER_AGENT * len(ground.agents):
        raise CannotMeasure(f"{count} sessions need {agents_for(count)} agents.")
    names = iter(ground.agents)
    made: list[Live] = []

    async def agents() -> None:
        while True:
            turn = list(itertools.islice(numbers, SESSIONS_PER_AGENT))
            if not turn or time.monotonic() > until:
                return
            made.extend(await _of_one_agent(ground, next(names), turn, where))

    async with asyncio.TaskGroup() as group:
        for _ in range(min(AT_ONCE, count)):
            group.create_task(agents())
    return made


async def _of_one_agent(ground: Ground, name: str, numbers: list[int], where: Where) -> list[Live]:
    # An agent has one waiting code: hers come one after the other.
    made = []
    desks: dict[int, Desk] = {}
    try:
        for number in numbers:
            agent_at, customer_at = where(number)
            desk = desks.get(agent_at.port)
            if desk is None:
                desk = desks[agent_at.port] = Desk(ground, name, agent_at)
                await desk.sign_in()
            live = await desk.live(ground.sites[number % len(ground.sites)], customer_at)
            made.append(live)
    finally:
        for desk in desks.values():
            desk.close()
    return made


@asynccontextmanager
async def signed_in(ground: Ground, name: str, place: Place) -> AsyncIterator[Desk]:
    """An agent at her desk."""
    desk = Desk(ground, name, place)
    try:
        await desk.sign_in()
        yield desk
    finally:
        desk.close()


def picture(epoch: int) -> Snapshot:
    """A document with a body and one text node, whose id is 10."""
    nodes = [4, 1, 0, 1, 2, 1, 0, 0, 0, 1, 3, 2, 0, 1, 0, 2, 10, 3, 0, 0]
    info = PageInfo(address=ORIGIN + "/catalogue", title="Catalogue", width=1280, height=800)
    return Snapshot(
        epoch=epoch,
        part=0,
        last=True,
        page=info,
        tags=["html", "body"],
        names=[],
        urls=[],
        styles=[],
        texts=["Hello"],
        nodes=nodes,
    )


async def claimed(place: Place, site: str, code: str) -> dict[str, Any]:
    """A customer types a code; what the hub answers."""
    http = Http(place)
    body = {"site": site, "code": code, "nonce": secrets.token_hex(16)}
    try:
        return (await http.ask("POST", "/api/codes/claim", origin=ORIGIN, body=body)).json(200)
    finally:
        http.close()


def _hello(token: str) -> Hello:
    return Hello(version=VERSION, token=token, page=secrets.token_hex(8), nonce=secrets.token_hex(8))
