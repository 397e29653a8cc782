"""A customer and an agent that behave as their pages do: reconnect, answer, ask again. Driven step by step, no browser.

The customer's tab shows a `ModelPage`, and remembers what a mirror must show at each (epoch, seq). The agent's mirror
is the reference model: whatever was lost on the way, it shows exactly that for the (epoch, seq) it stands at."""

from collections import defaultdict
from typing import Any

from cobrowse.core.protocol import (
    Act,
    ActResult,
    AgentWelcome,
    Bye,
    Credit,
    CustomerWelcome,
    Pause,
    Point,
    Probe,
    ProbeAnswer,
    Resume,
    Resync,
    SessionState,
    Share,
    Withhold,
)
from cobrowse.hub.desk import Joined
from cobrowse.hub.hub import Hub
from tests.hub.model_page import ModelPage
from tests.hub.peers import Agent, Browser, Customer
from tests.hub.sharing import FollowedMirror, SharedPage, digest_of
from tests.hub.world import World

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
        self.page = ModelPage(world.random)
        self.shared = SharedPage(self.page)
        self.withheld = False
        self.done: list[int] = []
        # Every act that came over the present socket, in the order it came.
        self.came: list[int] = []
        self.highest = 0

    @property
    def place(self) -> tuple[int, int]:
        """Of the last frame that was sent."""
        return self.shared.place

    def navigate(self, *, bye: bool) -> None:
        """The next page, with or without a goodbye."""
        if bye:
            self.tab.say(Bye(reason="navigating"))
        self.tab.next_page()
        self.leave_socket(half_open=bye)
        self.reconnect_at = self.now()

    def change(self) -> None:
        self.page.change()

    def pause(self) -> None:
        """Pause, or go on."""
        if self.seated:
            self.tab.say(Resume() if self.state == "paused" else Pause())

    def withhold(self) -> None:
        """The page goes to a denied path, or comes back from it."""
        if self.seated:
            self.withheld = not self.withheld
            self.tab.say(Withhold(reason="other_path") if self.withheld else Share())

    def _say_hello(self) -> None:
        self.shared.stop()
        self.came = []
        self.tab.say(self.tab.hello("other_path" if self.withheld else ""))

    def _hear(self, message: Any) -> None:
        match message:
            case CustomerWelcome():
                self.seated = True
                self.tab.token = message.token
                self.shared.welcomed(message.first_epoch)
                self._believe(message.state)
            case Resync():
                if not self.withheld:
                    self.shared.begin()
            case Credit():
                self.shared.credited(message)
            case Act():
                self._act(message)
            case _:
                super()._hear(message)

    def _act(self, act: Act) -> None:
        self.came.append(act.id)
        if act.id <= self.highest:
            self.tab.say(ActResult(id=act.id, status="refused", reason="stale"))
            return
        self.highest = act.id
        self.done.append(act.id)
        self.tab.say(ActResult(id=act.id, status="done"))

    def _by_itself(self) -> None:
        if self.state != "live":
            self.shared.stop()
        for data in self.shared.due(self.now()):
            self.tab.wire.say(data)


class SimulatedAgent(Simulated):
    """A console with a mirror that notices gaps."""

    def __init__(self, world: World, hub: Hub, session: str, customer: SimulatedCustomer) -> None:
        self.console = Agent(hub, world.ticket(session))
        world.pages.append(self.console)
        super().__init__(world, self.console)
        self.session = session
        self.customer = customer
        self.followed = FollowedMirror()
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
                self.followed.behind = True
                self.next_act = max(self.next_act, message.generation * ACTS_PER_GENERATION)
                self._believe(message.state)
            case ActResult():
                self.answers[message.id].append(message)
            case _ if self.followed.hear(message):
                if self.followed.picture.whole:
                    # P8: what is shown is what the page showed at this very place, never something in between.
                    assert self.customer.shared.shown[self.place] == digest_of(self.followed.picture)
            case _:
                super()._hear(message)

    @property
    def place(self) -> tuple[int, int]:
        """Where the mirror stands; (0, 0) where it shows nothing whole."""
        return self.followed.place

    def _by_itself(self) -> None:
        wanted = self.followed.wants(self.now()) if self.state == "live" else None
        if wanted is not None:
            self.console.say(wanted)
