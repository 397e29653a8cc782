"""A customer and an agent that behave as their pages do: reconnect, answer, ask again. Driven step by step, no browser.

The customer's tab shows a `ModelPage`, and remembers what a mirror must show at each (epoch, seq). The agent's mirror
is the reference model: whatever was lost on the way, it shows exactly that for the (epoch, seq) it stands at."""

from collections import defaultdict
from typing import Any

from cobrowse.core.protocol import (
    CREDIT_BYTES,
    CREDIT_FRAMES,
    Act,
    ActResult,
    AgentWelcome,
    Bye,
    Credit,
    CustomerWelcome,
    Ops,
    Pause,
    Point,
    Probe,
    ProbeAnswer,
    Resume,
    Resync,
    SessionState,
    Share,
    Snapshot,
    Tip,
    Withhold,
)
from cobrowse.hub.desk import Joined
from cobrowse.hub.hub import Hub
from tests.hub.model_page import ModelPage, as_dict, new_picture, washed
from tests.hub.peers import Agent, Browser, Customer, text_of
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
        self.page = ModelPage(world.random)
        self.epoch = 0
        self.seq = 0
        # What may still be sent of this epoch; it may be overdrawn by the last frame.
        self.credit_frames = 0
        self.credit_bytes = 0
        self.parts: list[Snapshot] = []
        self.sharing = False
        self.withheld = False
        self.tipped_at = 0.0
        self.sent = new_picture()
        self.shown: dict[tuple[int, int], str] = {}
        self.done: list[int] = []
        # Every act that came over the present socket, in the order it came.
        self.came: list[int] = []
        self.highest = 0

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
        self.sharing = False
        self.came = []
        self.tab.say(self.tab.hello("other_path" if self.withheld else ""))

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
                self.credit_frames += message.frames
                self.credit_bytes += message.bytes
            case Act():
                self._act(message)
            case _:
                super()._hear(message)

    def _picture(self) -> None:
        if self.withheld:
            return
        self.epoch += 1
        self.seq = 0
        self.sharing = True
        self.credit_frames, self.credit_bytes = CREDIT_FRAMES, CREDIT_BYTES
        self.sent = new_picture()
        self.parts = self.page.snapshot(self.epoch)

    def _send(self, message: Snapshot | Ops) -> None:
        self.credit_frames -= 1
        self.credit_bytes -= len(text_of(message).encode())
        self.sent.apply(washed(message))
        if self.sent.whole:
            self.shown[(self.epoch, self.seq)] = self.sent.canonical()
        self.tab.say(message)

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
            self.sharing = False
        if not self.sharing:
            return
        said = False
        while self.parts and self._may_send():
            self._send(self.parts.pop(0))
            said = True
        if not self.parts and self.page.dirty and self._may_send():
            self.seq += 1
            self._send(self.page.ops(self.epoch, self.seq))
        elif not said and not self.parts and self.now() - self.tipped_at >= TIP_SECONDS:
            self.tipped_at = self.now()
            self.tab.say(Tip(epoch=self.epoch, seq=self.seq))

    def _may_send(self) -> bool:
        return self.credit_frames > 0 and self.credit_bytes > 0


class SimulatedAgent(Simulated):
    """A console with a mirror that notices gaps."""

    def __init__(self, world: World, hub: Hub, session: str, customer: SimulatedCustomer) -> None:
        self.console = Agent(hub, world.ticket(session))
        world.pages.append(self.console)
        super().__init__(world, self.console)
        self.session = session
        self.customer = customer
        self.mirror = new_picture()
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
            case Snapshot():
                self._begin(message)
            case Ops() | Tip():
                self._follow(message)
            case ActResult():
                self.answers[message.id].append(message)
            case _:
                super()._hear(message)

    @property
    def place(self) -> tuple[int, int]:
        """Where the mirror stands; (0, 0) where it shows nothing whole."""
        return (self.mirror.epoch, self.mirror.seq) if self.mirror.whole else (0, 0)

    def _begin(self, part: Snapshot) -> None:
        mirror = self.mirror
        fits = part.epoch > mirror.epoch if part.part == 0 else part.epoch == mirror.epoch and not mirror.whole
        if fits and (part.part == 0 or part.part == mirror.part + 1):
            self._apply(part)
            self.behind = False
        elif part.epoch > mirror.epoch or (fits and part.part > mirror.part + 1):
            self.behind = True

    def _follow(self, message: Ops | Tip) -> None:
        mirror = self.mirror
        if message.epoch != mirror.epoch:
            self.behind = self.behind or message.epoch > mirror.epoch
        elif isinstance(message, Tip):
            self.behind = self.behind or not mirror.whole or message.seq > mirror.seq
        elif message.seq > mirror.seq:
            if self.behind or not mirror.whole or message.seq != mirror.seq + 1:
                self.behind = True
                return
            self._apply(message)

    def _apply(self, message: Snapshot | Ops) -> None:
        self.mirror.apply(as_dict(message))
        if self.mirror.whole:
            # P8: what is shown is what the page showed at this very place, never something in between.
            assert self.customer.shown[self.place] == self.mirror.canonical()

    def _by_itself(self) -> None:
        if self.behind and self.state == "live" and self.now() - self.asked_at >= ASK_AGAIN_SECONDS:
            self.asked_at = self.now()
            self.console.say(Resync(epoch=self.mirror.epoch))
