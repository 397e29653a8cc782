"""Both ends of sockets without a network, and what a customer's and an agent's page say over them."""

import asyncio
import itertools
import zlib
from typing import Any, TypeVar

import msgspec

from cobrowse.core.close import Close
from cobrowse.core.policy import Site
from cobrowse.core.protocol import (
    VERSION,
    Act,
    AgentWelcome,
    AnyDo,
    CustomerWelcome,
    Hello,
    Message,
    Ops,
    Page,
    PageInfo,
    Pointer,
    Probe,
    ProbeAnswer,
    Resync,
    SessionState,
    Snapshot,
    Tip,
    ToAgent,
    ToCustomer,
)
from cobrowse.core.states import Who
from cobrowse.hub.desk import Joined
from cobrowse.hub.hub import Hub
from cobrowse.hub.peer import Listener, TransportClosed

M = TypeVar("M", bound=Message)

# How long a test waits, for real, before it says that something never came.
PATIENCE_SECONDS = 20.0
SHOP = Site(
    id="shop",
    name="Example Shop",
    origins=("https://www.shop.example",),
    start_url="https://www.shop.example/",
    deny_paths=("/checkout/payment/*",),
    query_params=("q",),
)
ORIGIN = SHOP.origins[0]
ADDRESS = "https://www.shop.example/catalogue"

_from_hub: dict[Who, msgspec.json.Decoder[Any]] = {
    "customer": msgspec.json.Decoder(ToCustomer | list[ToCustomer]),
    "agent": msgspec.json.Decoder(ToAgent | list[ToAgent]),
}
_names = itertools.count(1)


def name(kind: str) -> str:
    """A name that nobody else has, long enough for a nonce."""
    return f"{kind}-{next(_names):012d}"


def text_of(*messages: Message) -> str:
    """One message as a text frame; several as an array."""
    if len(messages) == 1:
        return msgspec.json.encode(messages[0]).decode()
    return msgspec.json.encode(list(messages)).decode()


def packed(text: str) -> bytes:
    """A binary frame of this text."""
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(text.encode()) + stream.flush()


def from_hub(seat: Who, data: str | bytes) -> list[Any]:
    """The messages of one frame to this seat."""
    text = zlib.decompress(data, -zlib.MAX_WBITS) if isinstance(data, bytes) else data
    messages = _from_hub[seat].decode(text)
    return messages if isinstance(messages, list) else [messages]


class Wire:
    """`Transport` whose other end is the test. `stall` stops taking; `cut` goes away without a word; `half_open` is
    a peer that is gone without anybody noticing."""

    def __init__(self) -> None:
        self._inbound: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self.outbound: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self._taking = asyncio.Event()
        self._taking.set()
        self.closed: tuple[int, str] | None = None
        self.gone = False
        self._listener: Listener | None = None

    async def receive(self) -> str | bytes:
        data = await self._inbound.get()
        if data is None:
            raise TransportClosed
        return data

    async def send(self, data: str | bytes) -> None:
        await self._taking.wait()
        if self.closed is not None or self.gone:
            raise TransportClosed
        self.outbound.put_nowait(data)

    async def close(self, number: int, reason: str) -> None:
        if self.closed is None and not self.gone:
            self.closed = (number, reason)
            self._inbound.put_nowait(None)
            self.outbound.put_nowait(None)

    def put(self, data: str | bytes) -> bool:
        if not self._taking.is_set() or self.closed is not None or self.gone:
            return False
        self.outbound.put_nowait(data)
        return True

    def listen(self, listener: Listener) -> None:
        self._listener = listener

    # --- the test's end

    def say(self, *read: str | bytes) -> None:
        """These frames come with one read."""
        if self.closed is not None:
            return
        done = self._listener(read) if self._listener is not None and self._inbound.empty() else 0
        for data in read[done:]:
            self._inbound.put_nowait(data)

    def cut(self) -> None:
        self.gone = True
        self._inbound.put_nowait(None)
        self.outbound.put_nowait(None)

    def stall(self) -> None:
        self._taking.clear()

    def take_again(self) -> None:
        self._taking.set()


class Browser:
    """One page (or console) and its present socket. Subclasses know what each seat says."""

    seat: Who

    def __init__(self, hub: Hub, origin: str | None) -> None:
        self.hub = hub
        self.origin = origin
        self.page = name("page")
        self.wire = Wire()
        self.heard: list[Any] = []
        self.frames: list[str | bytes] = []
        self.hangs = False
        self._serving: asyncio.Task[None] | None = None
        # Sockets of which the hub does not know yet that nobody is there any more.
        self._left: list[tuple[Wire, asyncio.Task[None]]] = []

    def answer_probes(self) -> None:
        """What every page does by itself, unless it hangs."""
        if self.hangs or self.wire.gone:
            return
        for probe in [message for message in self.hear_waiting() if isinstance(message, Probe)]:
            self.heard.remove(probe)
            self.say(ProbeAnswer(id=probe.id))

    def connect(self) -> None:
        """A new socket to the hub; what was heard on an older one is forgotten."""
        self._left = [(wire, serving) for wire, serving in self._left if not serving.done()]
        if self._serving is not None and not self._serving.done():
            self._left.append((self.wire, self._serving))
        self.wire = Wire()
        self.heard = []
        self.frames = []
        self._serving = asyncio.create_task(self.hub.serve(self.seat, self.wire, self.origin))

    def say(self, *messages: Message) -> None:
        self.wire.say(text_of(*messages))

    async def hear(self, kind: type[M]) -> M:
        """The next message of this kind; others that come before it are kept aside."""
        while True:
            for place, message in enumerate(self.heard):
                if isinstance(message, kind):
                    del self.heard[place]
                    return message
            await self.listen()

    async def listen(self) -> None:
        """Wait for one more frame."""
        data = await asyncio.wait_for(self.wire.outbound.get(), PATIENCE_SECONDS)
        if data is None:
            raise AssertionError(f"{self.seat} was closed {self.wire.closed} and heard only {self.heard}")
        self.note(data)

    def note(self, data: str | bytes) -> None:
        self.frames.append(data)
        self.heard.extend(from_hub(self.seat, data))

    def hear_waiting(self) -> list[Any]:
        """Everything that has arrived, without waiting."""
        while not self.wire.outbound.empty():
            data = self.wire.outbound.get_nowait()
            if data is None:
                self.wire.outbound.put_nowait(None)
                break
            self.note(data)
        return self.heard

    async def hear_state(self, wanted: str) -> SessionState:
        """Wait until the session is in this state."""
        while True:
            state = await self.hear(SessionState)
            if state.name == wanted:
                return state

    async def closed_with(self) -> Close:
        """Wait for the close of the socket, and for the hub to be done with it."""
        assert self._serving is not None
        await asyncio.wait_for(self._serving, PATIENCE_SECONDS)
        assert self.wire.closed is not None, "the hub let go of the socket without closing it"
        return Close(*self.wire.closed)

    async def gone(self) -> None:
        """Wait for the hub to be done with the socket."""
        assert self._serving is not None
        await asyncio.wait_for(self._serving, PATIENCE_SECONDS)

    async def stop(self) -> None:
        """Every socket breaks, those too that nobody knows of any more."""
        for wire in (self.wire, *(wire for wire, _ in self._left)):
            wire.cut()
            wire.take_again()
        serving = [one for _, one in self._left] + ([self._serving] if self._serving is not None else [])
        await asyncio.wait_for(asyncio.gather(*serving, return_exceptions=True), PATIENCE_SECONDS)


class Customer(Browser):
    """The customer's tab."""

    seat: Who = "customer"

    def __init__(self, hub: Hub, joined: Joined, origin: str | None = ORIGIN) -> None:
        super().__init__(hub, origin)
        self.joined = joined
        self.token = joined.token
        self.digits = joined.digits
        self.epoch = 0
        self.seq = 0

    def hello(self, withheld: Any = "") -> Hello:
        return Hello(version=VERSION, token=self.token, page=self.page, nonce=name("nonce"), withheld=withheld)

    async def enter(self, withheld: Any = "") -> CustomerWelcome:
        """Connect, say hello and take the seat."""
        self.connect()
        self.say(self.hello(withheld))
        welcome = await self.hear(CustomerWelcome)
        self.token = welcome.token
        self.epoch = welcome.first_epoch - 1
        return welcome

    def next_page(self) -> None:
        """The tab navigated: a new page with the same baton."""
        self.page = name("page")

    async def begin(self) -> Snapshot:
        """Wait for the hub's `resync` and answer it with a picture."""
        await self.hear(Resync)
        return self.show()

    def show(self, *texts: str) -> Snapshot:
        """Send a small picture in a new epoch."""
        self.epoch += 1
        self.seq = 0
        snapshot = picture(self.epoch, *texts)
        self.say(snapshot)
        return snapshot

    def change(self, text: str = "new") -> Ops:
        """Send a change of the text node 10."""
        self.seq += 1
        ops = change(self.epoch, self.seq, text)
        self.say(ops)
        return ops

    def tip(self) -> None:
        self.say(Tip(epoch=self.epoch, seq=self.seq))


class Agent(Browser):
    """The agent's console."""

    seat: Who = "agent"

    def __init__(self, hub: Hub, ticket: str, origin: str | None = "https://cobrowse.example.com") -> None:
        super().__init__(hub, origin)
        self.ticket = ticket
        self.acts = itertools.count(1)

    def hello(self) -> Hello:
        return Hello(version=VERSION, token=self.ticket, page=self.page, nonce=name("nonce"))

    async def enter(self) -> AgentWelcome:
        self.connect()
        self.say(self.hello())
        return await self.hear(AgentWelcome)

    def act(self, do: AnyDo, id_: int | None = None) -> Act:
        act = Act(id=id_ if id_ is not None else next(self.acts), epoch=1, seq=0, do=do)
        self.say(act)
        return act


def info(address: str = ADDRESS) -> PageInfo:
    return PageInfo(address=address, title="Catalogue", width=800, height=600)


def page(epoch: int, address: str = ADDRESS) -> Page:
    return Page(epoch=epoch, page=info(address))


def pointer(epoch: int, x: int) -> Pointer:
    return Pointer(epoch=epoch, x=x, y=1)


def picture(epoch: int, *texts: str) -> Snapshot:
    """A document with a body and one text node (ids 10, 11, …) for each text."""
    shown = texts or ("Hello",)
    nodes = [4, 1, 0, 1, 2, 1, 0, 0, 0, 1, 3, 2, 0, 1, 0]
    for place in range(len(shown)):
        nodes += [2, 10 + place, 3, 0, place]
    return Snapshot(
        epoch=epoch,
        part=0,
        last=True,
        page=info(),
        tags=["html", "body"],
        names=[],
        urls=[],
        styles=[],
        texts=list(shown),
        nodes=nodes,
    )


def change(epoch: int, seq: int, text: str = "new") -> Ops:
    return Ops(epoch=epoch, seq=seq, tags=[], names=[], urls=[], styles=[], texts=[text], ops=[8, 10, 0])
