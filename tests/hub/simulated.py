"""A customer and an agent that behave as their pages do: reconnect, answer, ask again. Driven step by step, no browser.

The page's content is one number that only grows. The customer remembers which number each (epoch, seq) showed; the
agent's mirror must show exactly that number for the (epoch, seq) it stands at, whatever was lost on the way."""

from collections import defaultdict
from typing import Any

from cobrowse.core.protocol import (
    CREDIT_FRAMES,
    Act,
    ActResult,
    AgentWelcome,
    Bye,
    Credit,
    CustomerWelcome,
    Ops,
    Point,
    Probe,
    ProbeAnswer,
    Resync,
    SessionState,
    Snapshot,
    Tip,
)
from cobrowse.hub.desk import Joined
from cobrowse.hub.hub import Hub
from tests.hub.peers import Agent, Browser, Customer, change, picture
from tests.hub.world import World

ASK_AGAIN_SECONDS = 2.0
TIP_SECONDS = 1.0
LOST_SECONDS = 5.0
RECONNECT_SECONDS = 0.5
# What one agent's seat may use up before the next taker counts on.
ACTS_PER_GENERATION = 100_000


class Simulated:
    """What both pages do: reconnect after a while, and follow the state by its version."""

    def __init__(self, world: World, browser: Browser) -> None:
        self.world = world
        self.browser = browser
        self.state = ""
        self.version = 0
        self.seated = False
        self.reconnect_at = 0.0
        self.hubs: list[Hub] = []

    def now(self) -> float:
        return self.world.clock.monotonic()

    def leave_socket(self, *, half_open: bool = False) -> None:
        """The network is gone. Where it is half open the hub is not told."""
        if not half_open:
            self.browser.wire.cut()
        self.seated = False
        self.reconnect_at = self.now() + RECONNECT_SECONDS

    def react(self) -> None:
        """Do what the page does by itself now."""
        if self.seated and (self.browser.wire.closed or self.browser.wire.gone):
            self.leave_socket()
        if not self.seated:
            self._come_back()
        heard, self.browser.heard = self.browser.hear_waiting(), []
        for message in heard:
            self._hear(message)
        if self.seated:
            self._by_itself()

    def _come_back(self) -> None:
        wire = self.browser.wire
        waiting = wire.closed is None and not wire.gone and self.reconnect_at == 0.0
        if waiting or self.now() < self.reconnect_at:
            return
        self.browser.hub = self.world.random.choice(self.hubs)
        self.browser.connect()
        self._say_hello()
        self.reconnect_at = 0.0

    def _say_hello(self) -> None:
        raise NotImplementedError

    def _by_itself(self) -> None:
        raise NotImplementedError

    def _hear(self, message: Any) -> None:
        if isinstance(message, SessionState):
            self._believe(message)
        elif isinstance(message, Probe):
            self.browser.say(ProbeAnswer(id=message.id))

    def _believe(self, state: SessionState) -> None:
        if state.version >= self.version:
            self.version = state.version
            self.state = state.name


class SimulatedCustomer(Simulated):
    """A tab whose content changes all the time."""

    def __init__(self, world: World, hub: Hub, joined: Joined) -> None:
        self.tab = Customer(hub, joined)
        world.pages.append(self.tab)
        super().__init__(world, self.tab)
        self.value = 0
        self.epoch = 0
        self.seq = 0
        self.credit = 0
        self.dirty = False
        self.sharing = False
        self.tipped_at = 0.0
        self.shown: dict[tuple[int, int], int] = {}
        self.done: list[int] = []
        self.highest = 0

    def navigate(self, *, bye: bool) -> None:
        """The next page, with or without a goodbye."""
        if bye:
            self.tab.say(Bye(reason="navigating"))
        self.tab.next_page()
        self.leave_socket(half_open=bye)
        self.reconnect_at = self.now()
        self.highest = 0

    def change(self) -> None:
        self.value += 1
        self.dirty = True

    def _say_hello(self) -> None:
        self.sharing = False
        self.tab.say(self.tab.hello())

    def _hear(self, message: Any) -> None:
        match message:
            case CustomerWelcome():
                self.seated = True
                self.tab.token = message.token
                self.epoch = message.first_epoch - 1
                self._believe(message.state)
            case Resync():
                self._picture()
            case Credit() if message.epoch == self.epoch:
                self.credit += message.frames
            case Act():
                self._act(message)
            case _:
                super()._hear(message)

    def _picture(self) -> None:
        self.epoch += 1
        self.seq = 0
        self.sharing = True
        self.credit = CREDIT_FRAMES - 1
        self.dirty = False
        self.shown[(self.epoch, 0)] = self.value
        self.tab.say(picture(self.epoch, str(self.value)))

    def _act(self, act: Act) -> None:
        if act.id <= self.highest:
            self.tab.say(ActResult(id=act.id, status="refused", reason="stale"))
            return
        self.highest = act.id
        self.done.append(act.id)
        self.tab.say(ActResult(id=act.id, status="done"))

    def _by_itself(self) -> None:
        if self.state != "live":
            self.sharing = False
        if not self.sharing:
            return
        if self.dirty and self.credit > 0:
            self.seq += 1
            self.credit -= 1
            self.dirty = False
            self.shown[(self.epoch, self.seq)] = self.value
            self.tab.say(change(self.epoch, self.seq, str(self.value)))
        elif self.now() - self.tipped_at >= TIP_SECONDS:
            self.tipped_at = self.now()
            self.tab.say(Tip(epoch=self.epoch, seq=self.seq))


class SimulatedAgent(Simulated):
    """A console with a mirror that notices gaps."""

    def __init__(self, world: World, hub: Hub, session: str, customer: SimulatedCustomer) -> None:
        self.console = Agent(hub, world.ticket(session))
        world.pages.append(self.console)
        super().__init__(world, self.console)
        self.session = session
        self.customer = customer
        self.epoch = 0
        self.seq = 0
        self.value = -1
        self.behind = True
        self.asked_at = 0.0
        self.next_act = 0
        self.asked: dict[int, float] = {}
        self.answers: dict[int, list[ActResult]] = defaultdict(list)

    def act(self) -> None:
        if self.seated:
            self.next_act += 1
            self.asked[self.next_act] = self.now()
            self.console.act(Point(node=10, x=0.5, y=0.5), id_=self.next_act)

    def lost(self, act: int) -> bool:
        """True where the console says `lost`."""
        return not self.answers[act] and self.now() - self.asked[act] >= LOST_SECONDS

    def _say_hello(self) -> None:
        self.console.ticket = self.world.ticket(self.session)
        self.console.say(self.console.hello())

    def _hear(self, message: Any) -> None:
        match message:
            case AgentWelcome():
                self.seated = True
                self.behind = True
                self.next_act = max(self.next_act, message.generation * ACTS_PER_GENERATION)
                self._believe(message.state)
            case Snapshot() if message.epoch > self.epoch:
                self.epoch, self.seq, self.behind = message.epoch, 0, False
                self._show(message.texts[0])
            case Ops() | Tip():
                self._follow(message)
            case ActResult():
                self.answers[message.id].append(message)
            case _:
                super()._hear(message)

    def _follow(self, message: Ops | Tip) -> None:
        if message.epoch > self.epoch:
            self.behind = True
        elif message.epoch == self.epoch and isinstance(message, Tip):
            self.behind = self.behind or message.seq > self.seq
        elif message.epoch == self.epoch and isinstance(message, Ops) and message.seq > self.seq:
            if self.behind or message.seq != self.seq + 1:
                self.behind = True
                return
            self.seq = message.seq
            self._show(message.texts[0])

    def _show(self, text: str) -> None:
        self.value = int(text)
        # P8: what is shown is what the page showed at this very place, never something in between.
        assert self.customer.shown[(self.epoch, self.seq)] == self.value

    def _by_itself(self) -> None:
        if self.behind and self.state == "live" and self.now() - self.asked_at >= ASK_AGAIN_SECONDS:
            self.asked_at = self.now()
            self.console.say(Resync(epoch=self.epoch))
