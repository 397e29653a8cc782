"""Frames of 300 bytes over live sessions: as many as their credit lets through, or so many a second.

What is sent is a change of one text of the page; the hub decodes, checks and washes each."""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from bench.ground import CannotMeasure, Ground
from bench.raw import framed
from bench.sessions import Live, Seat
from cobrowse.core.protocol import CREDIT_FRAMES

FRAME_BYTES = 300
WARM_SECONDS = 1.0
# The text node of `sessions.picture` that changes all the time.
NODE = 10
_OPS = b'"k":"ops"'
_CREDIT = b'"k":"credit"'
STAMP_DIGITS = 18
ARRIVE_SECONDS = 30.0


class Rate(NamedTuple):
    """What one run showed. CPU is in seconds of a core per second: of each hub, of Redis, and of who made the load."""

    frames_a_second: float
    hubs_cpu: tuple[float, ...]
    redis_cpu: float
    load_cpu: float


class Stream:
    """One session's frames, from the customer's seat to the agent's. Sends no more than its credit."""

    __slots__ = (
        "_agent",
        "_credit",
        "_customer",
        "_filling",
        "_head",
        "_saturating",
        "_seq",
        "_waiting",
        "delays_ms",
        "got",
    )

    def __init__(self, live: Live) -> None:
        self._customer: Seat = live.customer
        self._agent: Seat = live.agent
        self._seq = 0
        self._credit = CREDIT_FRAMES
        self._saturating = False
        # When the frames were due that wait for credit.
        self._waiting: deque[int] = deque()
        self.got = 0
        self.delays_ms: list[float] = []
        self._head = f'{{"k":"ops","epoch":{live.epoch},"seq":'.encode()
        self._filling = _filling(self._head)
        self._customer.socket.on_frame = self._credited
        self._agent.socket.on_frame = self._counted

    def saturate(self, on: bool) -> None:
        """Send all that may be sent, or nothing more."""
        self._saturating = on
        if on:
            self._agent.socket.on_frame = self._counted
            self._send()

    def send_stamped(self) -> None:
        """One frame, as soon as there is credit. It says when it was meant to be sent, and `delays_ms` gets how long it
        took from there."""
        self._agent.socket.on_frame = self._timed
        self._waiting.append(time.perf_counter_ns())
        self._send_waiting()

    def _credited(self, payload: bytes) -> None:
        if _CREDIT not in payload:
            self._customer.take(payload)
            return
        found = msgspec.json.decode(payload)
        messages = found if isinstance(found, list) else [found]
        self._credit += sum(message["frames"] for message in messages if message["k"] == "credit")
        if self._saturating:
            self._send()
        else:
            self._send_waiting()

    def _send(self) -> None:
        """All that the credit lets through, in one write."""
        frames = [self._frame(self._filling) for _ in range(self._credit)]
        self._customer.socket.write(b"".join(frames))

    def _send_waiting(self) -> None:
        while self._credit > 0 and self._waiting:
            stamp = b"%0*d" % (STAMP_DIGITS, self._waiting.popleft())
            self._customer.socket.write(self._frame(self._filling.replace(b"x" * STAMP_DIGITS, stamp, 1)))

    def _frame(self, filling: bytes) -> bytes:
        self._seq += 1
        self._credit -= 1
        return framed(b"%b%d%b" % (self._head, self._seq, filling))

    def _counted(self, payload: bytes) -> None:
        count = payload.count(_OPS)
        self.got += count
        if not count:
            self._agent.take(payload)

    def _timed(self, payload: bytes) -> None:
        now = time.perf_counter_ns()
        parts = payload.split(b'"texts":["')
        if len(parts) == 1:
            self._agent.take(payload)
        for part in parts[1:]:
            self.delays_ms.append((now - int(part[:STAMP_DIGITS])) / 1e6)


def _filling(head: bytes) -> bytes:
    """What follows the number of a frame, so long that most frames have `FRAME_BYTES`."""
    before = b',"tags":[],"names":[],"urls":[],"styles":[],"texts":["'
    after = b'"],"ops":[8,%d,0]}' % NODE
    return before + b"x" * (FRAME_BYTES - len(head) - len(b"1000") - len(before) - len(after)) + after


async def saturated(ground: Ground, streams: Sequence[Stream], seconds: float) -> Rate:
    """How many frames arrive in a second when every session sends all that it may."""
    for stream in streams:
        stream.saturate(True)
    await asyncio.sleep(WARM_SECONDS)
    before, began = _spent(ground), time.monotonic()
    got = sum(stream.got for stream in streams)
    await asyncio.sleep(seconds)
    took = time.monotonic() - began
    got = sum(stream.got for stream in streams) - got
    *hubs, redis, load = [(now - then) / took for now, then in zip(_spent(ground), before, strict=True)]
    for stream in streams:
        stream.saturate(False)
    # What is under way shall not be counted by who measures next.
    await asyncio.sleep(WARM_SECONDS)
    return Rate(got / took, tuple(hubs), redis, load)


def _spent(ground: Ground) -> list[float]:
    processes = [hub.process for hub in ground.hubs] + [ground.redis]
    return [*(process.cpu_seconds() for process in processes), time.process_time()]


async def delays_ms(streams: Sequence[Stream], seconds: float, *, a_second: float) -> list[float]:
    """How long each frame took, in milliseconds, where every session sends so many a second."""
    # Spread evenly, so that frames meet others as little as the rate allows.
    gap = 1 / (a_second * len(streams))
    began, sent = time.monotonic(), 0
    while sent * gap < seconds:
        streams[sent % len(streams)].send_stamped()
        sent += 1
        await asyncio.sleep(max(0.0, began + sent * gap - time.monotonic()))
    give_up_at = time.monotonic() + ARRIVE_SECONDS
    while (missing := sent - sum(len(stream.delays_ms) for stream in streams)) > 0:
        if time.monotonic() > give_up_at:
            raise CannotMeasure(f"{missing} of {sent} frames did not arrive within {ARRIVE_SECONDS:.0f} s.")
        await asyncio.sleep(0.05)
    found = [delay for stream in streams for delay in stream.delays_ms]
    for stream in streams:
        stream.delays_ms = []
    return found
