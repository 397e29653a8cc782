"""Frames of 300 bytes between the two sides of each session: as many as a closed loop lets through, or so many
a second.

What is sent is a change of one text of the page; a hub of ours decodes, checks and washes each. The same bytes go
through the peers of `bench.relay_peers`, by this same code.

The closed loop is the same for all: of each session no more than `WINDOW` frames are between the two sides, and after
every `LUMP` that arrived so many more are sent in one write, as the snippet does when its credit comes back. Through a
hub of ours its credit must allow them, too."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from bench.ground import CannotMeasure, Ground, RunningProcess
from bench.raw import Socket, framed
from bench.sessions import Live
from cobrowse.core.protocol import CREDIT_FRAMES
from cobrowse.hub.relay import CREDIT_BACK_FRAMES

FRAME_BYTES = 300
WINDOW = CREDIT_FRAMES
LUMP = CREDIT_BACK_FRAMES
WARM_SECONDS = 0.5
# The text node of `sessions.picture` that changes all the time.
NODE = 10
TEXT = "Your basket: 2 of Teapot, blue, 24.90 each, to your door on 3 December. Spend 10.20 more, it comes for free. "
_OPS = b'"k":"ops"'
_CREDIT = b'"k":"credit"'
# A probe may come together with frames, and who does not answer it is taken for a page that hangs.
_PROBE = b'"probe"'
_TEXTS = b'"texts":["'
STAMP_LETTERS = 16
_AS_LETTERS = bytes.maketrans(b"0123456789abcdef", b"abcdefghijklmnop")
_AS_DIGITS = bytes.maketrans(b"abcdefghijklmnop", b"0123456789abcdef")
ARRIVE_SECONDS = 30.0
# What has half and 99 of 100 of its values.
LEAST_FRAMES = 2
SEED = 20261123


class Rate(NamedTuple):
    """What one run showed. CPU is in seconds of a core per second: of each process of the server, of the load, and of
    Redis."""

    frames_a_second: float
    servers_cpu: tuple[float, ...]
    load_cpu: float
    redis_cpu: float = 0.0


class Wrap(NamedTuple):
    """What stands around a frame on the wire, where something has to."""

    before: bytes
    after: bytes


BARE = Wrap(b"", b"")


class Stream:
    """One session's frames, from one side to the other: how many were `sent`, and how many were `got`."""

    __slots__ = (
        "_credit",
        "_free",
        "_head",
        "_heard_by_receiver",
        "_heard_by_sender",
        "_lump",
        "_receiver",
        "_sender",
        "_tail",
        "_waiting",
        "delays_ms",
        "got",
        "sent",
    )

    def __init__(self, live: Live) -> None:
        """From the customer to the agent of a live session, with what the hub's credit allows."""
        for seat in live.seats:
            seat.settle()
        self._connect(live.customer.socket, live.agent.socket, live.epoch, BARE)
        self._credit: int | None = CREDIT_FRAMES
        self._heard_by_sender: Callable[[bytes], None] = live.customer.take
        self._heard_by_receiver: Callable[[bytes], None] = live.agent.take
        self._sender.on_frame = self._credited

    @classmethod
    def between(cls, sender: Socket, receiver: Socket, wrap: Wrap = BARE) -> "Stream":
        """From one socket to another, with no credit to wait for. What is no frame goes on to who listens already."""
        stream = cls.__new__(cls)
        stream._connect(sender, receiver, 1, wrap)
        stream._credit = None
        stream._heard_by_sender, stream._heard_by_receiver = sender.on_frame, receiver.on_frame
        return stream

    def _connect(self, sender: Socket, receiver: Socket, epoch: int, wrap: Wrap) -> None:
        self._sender = sender
        self._receiver = receiver
        self._head, self._tail = frame_parts(epoch, wrap)
        self.sent = 0
        # How many more may be between the two sides; 0 while nothing is to be sent.
        self._free = 0
        self._lump = LUMP
        # When the frames were due that wait for credit.
        self._waiting: deque[int] = deque()
        self.got = 0
        self.delays_ms: list[float] = []

    def saturate(self, window: int) -> None:
        """Send all that a window of so many frames lets through."""
        self._lump = min(LUMP, window)
        self._free = window
        self._receiver.on_frame = self._counted
        self._go()

    @property
    def closed(self) -> bool:
        """Whether either side was closed."""
        return self._sender.closed or self._receiver.closed

    def close(self) -> None:
        """Both sides go without a word."""
        self._sender.close()
        self._receiver.close()

    def rest(self) -> None:
        """Nothing more is sent."""
        self._lump = 0

    def send_stamped(self, due_ns: int) -> None:
        """One frame, as soon as there is credit. It says when it was meant to be sent, and `delays_ms` gets how long it
        took from there."""
        self._receiver.on_frame = self._timed
        self._waiting.append(due_ns)
        self._send_waiting()

    def _credited(self, payload: bytes) -> None:
        if _PROBE in payload:
            self._heard_by_sender(payload)
        if _CREDIT not in payload or self._credit is None:
            return
        found = msgspec.json.decode(payload)
        messages = found if isinstance(found, list) else [found]
        self._credit += sum(message["frames"] for message in messages if message["k"] == "credit")
        if self._waiting:
            self._send_waiting()
        else:
            self._go()

    def _go(self) -> None:
        """All that may go, in one write."""
        if not self._lump:
            return
        count = self._free - self._free % self._lump
        if self._credit is not None:
            count = min(count, self._credit)
        if count > 0:
            self._free -= count
            self._sender.write(b"".join([self._frame(self._tail) for _ in range(count)]))

    def _send_waiting(self) -> None:
        while self._waiting and (self._credit is None or self._credit > 0):
            at = self._tail.index(_TEXTS) + len(_TEXTS)
            stamped = self._tail[:at] + stamp(self._waiting.popleft()) + self._tail[at + STAMP_LETTERS :]
            self._sender.write(self._frame(stamped))

    def _frame(self, tail: bytes) -> bytes:
        self.sent += 1
        if self._credit is not None:
            self._credit -= 1
        return framed(b"%b%d%b" % (self._head, self.sent, tail))

    def _counted(self, payload: bytes) -> None:
        count = payload.count(_OPS)
        if not count or _PROBE in payload:
            self._heard_by_receiver(payload)
        self.got += count
        self._free += count
        if self._free >= self._lump:
            self._go()

    def _timed(self, payload: bytes) -> None:
        now = time.perf_counter_ns()
        parts = payload.split(_TEXTS)
        if len(parts) == 1 or _PROBE in payload:
            self._heard_by_receiver(payload)
        self.got += len(parts) - 1
        for part in parts[1:]:
            self.delays_ms.append((now - stamped_ns(part)) / 1e6)


def stamp(due_ns: int) -> bytes:
    """When a frame was due, for the beginning of its text, in letters: a number so long might be a card's, and the hub
    would look at it the long way, as it does at few texts of a page."""
    return (b"%0*x" % (STAMP_LETTERS, due_ns)).translate(_AS_LETTERS)


def stamped_ns(text: bytes) -> int:
    """When it was due, by the text that begins with its stamp."""
    return int(text[:STAMP_LETTERS].translate(_AS_DIGITS), 16)


def frame_parts(epoch: int, wrap: Wrap = BARE) -> tuple[bytes, bytes]:
    """What stands before the number of a frame and what follows, so long that most frames have `FRAME_BYTES`."""
    head = wrap.before + b'{"k":"ops","epoch":%d,"seq":' % epoch
    before = b',"tags":[],"names":[],"urls":[],"styles":[],' + _TEXTS
    behind = b'"],"ops":[8,%d,0]}' % NODE + wrap.after
    room = FRAME_BYTES - len(head) - len(b"1000") - len(before) - len(behind)
    return head, before + (TEXT * (room // len(TEXT) + 1)).encode()[:room] + behind


async def saturated(ground: Ground, streams: Sequence[Stream], seconds: float) -> Rate:
    """`closed_loop` through the hubs of a ground."""
    processes = [hub.process for hub in ground.hubs]
    rate = await closed_loop([*processes, ground.redis], streams, seconds)
    *hubs, redis = rate.servers_cpu
    return rate._replace(servers_cpu=tuple(hubs), redis_cpu=redis)


async def closed_loop(
    processes: Sequence[RunningProcess],
    streams: Sequence[Stream],
    seconds: float,
    *,
    window: int = WINDOW,
    warm_seconds: float = WARM_SECONDS,
) -> Rate:
    """How many frames arrive in a second when every session sends all that it may, and what it costs."""
    for stream in streams:
        stream.saturate(window)
    await asyncio.sleep(warm_seconds)
    before, began = _spent(processes), time.monotonic()
    got = sum(stream.got for stream in streams)
    await asyncio.sleep(seconds)
    await _arrived(lambda: sum(stream.got for stream in streams), got + 1, streams)
    took = time.monotonic() - began
    got = sum(stream.got for stream in streams) - got
    *servers, load = [(now - then) / took for now, then in zip(_spent(processes), before, strict=True)]
    for stream in streams:
        stream.rest()
    # What is under way shall not be counted by who measures next; and nothing may be lost or doubled.
    await _arrived(lambda: sum(stream.got for stream in streams), sum(stream.sent for stream in streams), streams)
    return Rate(got / took, tuple(servers), load)


async def _arrived(count: Callable[[], int], wanted: int, streams: Sequence[Stream]) -> None:
    give_up_at = time.monotonic() + ARRIVE_SECONDS
    while (found := count()) < wanted:
        if time.monotonic() > give_up_at:
            closed = sum(stream.closed for stream in streams)
            raise CannotMeasure(
                f"{found} of {wanted} frames arrived within {ARRIVE_SECONDS:.0f} s; {closed} of {len(streams)} "
                "sessions lost a socket."
            )
        await asyncio.sleep(0.01)


def _spent(processes: Sequence[RunningProcess]) -> list[float]:
    return [*(process.cpu_seconds() for process in processes), time.process_time()]


async def delays_ms(streams: Sequence[Stream], seconds: float, *, a_second: float, spin: bool = False) -> list[float]:
    """How long each frame took, in milliseconds, where every session sends so many a second.

    Frames are due at random (a Poisson process, seeded: the same for all who are compared), whether those before have
    arrived or not, and their time counts from when they were due. `spin` where this process has a core of its own: it
    never sleeps meanwhile, for the millisecond by which a timer is late would be measured, too."""
    chance = random.Random(SEED)  # noqa: S311
    mean_ns = 1e9 / (a_second * len(streams))
    for stream in streams:
        stream.delays_ms = []
    began = time.perf_counter_ns()
    due, until, sent = began + chance.expovariate(1 / mean_ns), began + seconds * 1e9, 0
    while due < until or sent < LEAST_FRAMES:
        now = time.perf_counter_ns()
        while due <= now and (due < until or sent < LEAST_FRAMES):
            streams[chance.randrange(len(streams))].send_stamped(int(due))
            due += chance.expovariate(1 / mean_ns)
            sent += 1
        await asyncio.sleep(0 if spin else max(0.0, (due - now) / 1e9))
    await _arrived(lambda: sum(len(stream.delays_ms) for stream in streams), sent, streams)
    return [delay for stream in streams for delay in stream.delays_ms]
