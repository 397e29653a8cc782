"""The agent's page: it holds the model mirror, points at things, and asks again where something is missing."""

import random
from collections.abc import Awaitable, Callable

from websockets.asyncio.client import ClientConnection

from cobrowse.core.close import BAD_TOKEN
from cobrowse.core.protocol import Act, ActResult, AgentWelcome, Digits, End, Message, Ops, Point, Snapshot
from cobrowse.core.states import Who
from tests.chaos.asking import Door
from tests.chaos.peer import Footing, Peer
from tests.chaos.tab import Tab
from tests.hub.peers import text_of
from tests.hub.sharing import FollowedMirror, digest_of

# What one holder of the agent's seat may use up before the next one counts on.
ACTS_PER_GENERATION = 100_000
BODY = 4


class Console(Peer):
    """The agent's page. `ticket` asks a hub for one."""

    seat: Who = "agent"

    def __init__(
        self,
        footing: Footing,
        *,
        ticket: Callable[[Door], Awaitable[str]],
        digits: str,
        tab: Tab,
        acts_a_second: float,
    ) -> None:
        self._ticket = ticket
        self._digits = digits
        self._tab = tab
        self._chance = acts_a_second * footing.tick_seconds
        self.mirror = FollowedMirror()
        # When the newest frame was sent that it shows.
        self.shows_until = 0.0
        # When it last got a whole picture.
        self.live_at = 0.0
        self.next_act = 0
        self.ending = False
        super().__init__(footing)

    def origin(self, door: Door) -> str:
        return door.public_url

    async def token(self, door: Door) -> str:
        return await self._ticket(door)

    def may_retry(self, code: int) -> bool:
        # A ticket that was used is no reason to stop: there are others.
        return code == BAD_TOKEN.number

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
