"""How long a first picture takes from the customer's socket to the agent's: `python -m bench fanout`.

Snapshots of about 40 KB and 1 MB (before packing), captured in Chromium, are sent as the snippet sends them: packed
part by part, eight parts at most without new credit; a hub of ours unpacks, decodes, checks and washes each. The same
bytes go through bare Starlette, which asks for no credit. It counts from the first byte that is written to the last
that was read. The two take turns; servers have one core, who sends and reads the other."""

import asyncio
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from statistics import median
from typing import Any

import msgspec
import uvloop

from bench.figures import Figure
from bench.ground import ORIGIN, CannotMeasure, Ground, cores, pinned, running_ground
from bench.peers import STARLETTE, Server, running
from bench.pictures import SIZES, Part, as_text, kilobytes, packed, taking_pictures
from bench.raw import BINARY, Socket, framed
from bench.sessions import Live, agents_for, all_on, make
from bench.shown import shown
from cobrowse.core.protocol import CREDIT_BYTES, CREDIT_FRAMES

TURNS = 12
# In turn, since a customer may say only so much in a second.
SESSIONS = 6
PATIENCE_SECONDS = 30.0
Pages = dict[str, list[Part]]


class Ours:
    """Snapshots through a live session, as far as its credit goes."""

    def __init__(self, live: Live) -> None:
        for seat in live.seats:
            seat.settle()
        self._live = live
        self._epoch = live.epoch
        self._left: deque[bytes] = deque()
        self._frames = self._bytes = 0
        live.customer.socket.on_frame = self._heard
        self._arrival = Arrival(live.agent.socket, live.agent.take)

    async def ms(self, parts: Sequence[Part]) -> float:
        """How long this one took, in a new epoch."""
        self._epoch += 1
        wire = [packed(as_text({**part, "epoch": self._epoch})) for part in parts]
        self._left = deque(wire)
        self._frames, self._bytes = CREDIT_FRAMES, CREDIT_BYTES
        return await self._arrival.ms(wire, self._send)

    def _send(self) -> None:
        while self._left and self._frames > 0 and self._bytes >= len(self._left[0]):
            part = self._left.popleft()
            self._frames -= 1
            self._bytes -= len(part)
            self._live.customer.socket.write(framed(part, BINARY))

    def _heard(self, payload: bytes) -> None:
        self._live.customer.take(payload)
        found: Any = msgspec.json.decode(payload)
        for message in found if isinstance(found, list) else [found]:
            if message["k"] == "credit" and message["epoch"] == self._epoch:
                self._frames += message["frames"]
                self._bytes += message["bytes"]
        self._send()


class Bare:
    """Snapshots through a relay that only passes them on."""

    def __init__(self, sender: Socket, receiver: Socket) -> None:
        self._sender = sender
        self._arrival = Arrival(receiver, receiver.on_frame)

    async def ms(self, parts: Sequence[Part]) -> float:
        """How long this one took."""
        wire = [packed(as_text(part)) for part in parts]
        return await self._arrival.ms(wire, lambda: self._sender.write(b"".join(framed(part, BINARY) for part in wire)))


class Arrival:
    """Waits at one socket for the last of some frames."""

    def __init__(self, socket: Socket, heard: Callable[[bytes], None]) -> None:
        """`heard` gets what else is said."""
        self._heard = heard
        self._awaited: set[bytes] = set()
        self._done: asyncio.Future[float] | None = None
        socket.on_frame = self._take

    async def ms(self, wire: Sequence[bytes], send: Callable[[], None]) -> float:
        """Milliseconds from `send` until all of these were read."""
        self._awaited = set(wire)
        self._done = asyncio.get_running_loop().create_future()
        began = time.perf_counter()
        send()
        try:
            return 1000 * (await asyncio.wait_for(self._done, PATIENCE_SECONDS) - began)
        except TimeoutError as error:
            missing = f"{len(self._awaited)} of {len(wire)} parts"
            raise CannotMeasure(f"{missing} of a snapshot did not arrive within {PATIENCE_SECONDS:.0f} s.") from error

    def _take(self, payload: bytes) -> None:
        if payload not in self._awaited:
            self._heard(payload)
            return
        self._awaited.remove(payload)
        if not self._awaited and self._done is not None and not self._done.done():
            self._done.set_result(time.perf_counter())


def measure(sizes: Sequence[str] = tuple(SIZES), turns: int = TURNS) -> list[Figure]:
    """Milliseconds, of each size."""
    pages = _taken(sizes)
    server, load = cores()
    with ExitStack() as started:
        with pinned(server):
            ground = started.enter_context(running_ground(agents=agents_for(SESSIONS)))
            bare = started.enter_context(running(STARLETTE))
        started.enter_context(pinned(load))
        found = uvloop.run(measured(ground, bare, pages, turns))
    figures = []
    for size, (ours, theirs) in found.items():
        name, beside = f"fanout_{size}_ms", median(theirs)
        figures.append(Figure(name, median(ours), "ms", runs=ours, peer=STARLETTE.title, peer_value=beside))
        figures.append(Figure(f"{name}_{STARLETTE.name}", beside, "ms", runs=theirs))
        figures.append(Figure(f"fanout_{size}_packed_kb", _packed_kb(pages[size]), "KB"))
        figures.append(Figure(f"fanout_{size}_unpacked_kb", kilobytes(pages[size]), "KB"))
    return figures


def _taken(sizes: Sequence[str]) -> Pages:
    with taking_pictures() as pictures:
        taken = {size: pictures.of_size(size) for size in sizes}
    # As of a page of the site that the hub knows.
    return {size: [_moved(part) for part in parts] for size, parts in taken.items()}


def _moved(part: Part) -> Part:
    page = part.get("page")
    return {**part, "page": {**page, "address": ORIGIN + "/catalogue"}} if page else part


def _packed_kb(parts: Sequence[Part]) -> float:
    return sum(len(packed(as_text(part))) for part in parts) / 1024


async def measured(
    ground: Ground, bare: Server, pages: Pages, turns: int
) -> dict[str, tuple[list[float], list[float]]]:
    """Milliseconds of each size, through our hub and through the bare relay."""
    lives = await make(ground, SESSIONS, all_on(ground))
    ours = [Ours(live) for live in lives]
    pairs = [await bare.pair(f"picture{number}") for number in range(SESSIONS)]
    theirs = [Bare(*pair) for pair in pairs]
    found: dict[str, tuple[list[float], list[float]]] = {size: ([], []) for size in pages}
    for turn in range(-1, turns):
        for size, parts in pages.items():
            times = await ours[turn % SESSIONS].ms(parts), await theirs[turn % SESSIONS].ms(parts)
            # The first warms what is made once.
            if turn >= 0:
                for kept, ms in zip(found[size], times, strict=True):
                    kept.append(ms)
    for live in lives:
        live.close()
    for socket in (socket for pair in pairs for socket in pair):
        socket.close()
    return found


if __name__ == "__main__":
    sys.exit(shown(measure))
