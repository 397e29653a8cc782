"""The customer's page: a `ModelPage` that changes all the time, shared as the snippet shares one."""

import asyncio
import random
import secrets

from websockets.asyncio.client import ClientConnection

from cobrowse.core.protocol import (
    Act,
    ActResult,
    Bye,
    Consent,
    Credit,
    CustomerWelcome,
    Message,
    Resync,
    Stop,
)
from cobrowse.core.states import Who
from tests.chaos.asking import Door
from tests.chaos.peer import Footing, Peer, on_the_wire
from tests.hub.model_page import ModelPage
from tests.hub.peers import text_of
from tests.hub.sharing import Place, SharedPage


class Tab(Peer):
    """The customer's page."""

    seat: Who = "customer"

    def __init__(self, footing: Footing, *, origin: str, token: str, page: ModelPage, changes_a_second: float) -> None:
        self._origin = origin
        self.newest = token
        self.shared = SharedPage(page, on_the_wire)
        self.sent_at: dict[Place, float] = {}
        self.highest = 0
        self.changes_a_second = changes_a_second
        self.stopping = False
        # One chain: frames leave in the order they were made.
        self._sending = asyncio.Lock()
        super().__init__(footing)

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
