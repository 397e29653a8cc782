"""One socket: a bounded outbox, one writer, and an end that everybody can ask for without waiting.

Everyone enqueues. What was enqueued in one turn of the loop leaves at its end, in one frame where it can; where the
socket cannot take it at once, the writer task waits for it, and nobody else does. `close` and `abort` are synchronous:
`close` lets what waits go first, `abort` does not. Who takes nothing for `SLOW_SECONDS` is aborted with `slow` by
`hub.deadlines`. What is said is read in the same way: where it arrives if nothing has to be waited for, else by a task.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol

from cobrowse.core.close import SLOW, Close
from cobrowse.core.protocol import Message
from cobrowse.core.states import Who
from cobrowse.hub.clock import Clock, within
from cobrowse.hub.outbox import Item, Outbox, item_of, joined
from cobrowse.hub.rate import Bucket
from cobrowse.hub.turn import Turn
from cobrowse.hub.wire import Data

SLOW_SECONDS = 30.0
# How long what waits may take to leave once the socket is to be closed, and how long the closing itself may take.
CLOSING_SECONDS = 5.0
CLOSE_SECONDS = 1.0
# After so long without a word the peer is probed; after so long again without an answer its page hangs.
QUIET_SECONDS = 30.0
PROBE_PATIENCE_SECONDS = 30.0
# So long after the last word to a peer it is probed too: a page that hears nothing for much longer takes its line for
# dead and comes again (client_js/src/shared/socket.ts), since no browser notices a half-open socket by itself.
SILENCE_SECONDS = 20.0
# What a peer may say, by weight; see `hub.reading`. Beyond it the socket is not read.
PEER_BYTES_PER_SECOND = 2 * 1024 * 1024
PEER_BURST_BYTES = 8 * 1024 * 1024
# The share of the hub's time that looking at one peer's frames may take. What is short and yet takes long to look at
# (a megabyte of digits in texts: 0.1 s) counts as the bytes that could have been said in that time.
PEER_SHARE = 0.2
PEER_BYTES_PER_HELD_SECOND = PEER_BYTES_PER_SECOND / PEER_SHARE


class TransportClosed(Exception):
    """The socket is gone, whoever closed it."""


class Transport(Protocol):
    """An accepted WebSocket, as the hub needs it."""

    async def receive(self) -> str | bytes:
        """The next frame. Raises `TransportClosed` once the socket is gone."""
        ...

    async def send(self, data: str | bytes) -> None:
        """Send one frame; may wait for as long as the peer takes nothing. Raises `TransportClosed`."""
        ...

    async def close(self, number: int, reason: str) -> None:
        """Close. No error where it is closed already."""
        ...

    def put(self, data: str | bytes) -> bool:
        """Send one frame now, if that needs no waiting. False where nothing was done: `send` knows why."""
        ...

    def listen(self, listener: "Listener") -> None:
        """Offer the frames of each read to `listener` as they arrive, unless others wait to be received. Those that it
        does not take are `receive`d. A transport need not do it."""
        ...


# Takes so many of the frames, from the first on: what they ask for is done when it returns. With the rest it has done
# nothing.
Listener = Callable[[Sequence[Data]], int]
# Is told which items left; what it returns is waited for before others do.
OnSent = Callable[["Peer", list[Item]], "asyncio.Future[None] | None"]


class _Holding:
    """Adds how long it was open to the peer's account. A class, since each frame opens two: a generator costs more."""

    __slots__ = ("_began", "_clock", "_peer")

    def __init__(self, peer: "Peer", clock: Clock) -> None:
        self._peer = peer
        self._clock = clock
        self._began = 0.0

    def __enter__(self) -> None:
        self._began = self._clock.monotonic()

    def __exit__(self, *_: object) -> None:
        self._peer.held_seconds += self._clock.monotonic() - self._began


class Peer:
    """Who holds one generation of a seat, on this hub."""

    __slots__ = (
        "_clock",
        "_close",
        "_closing_since",
        "_flushing",
        "_mistake",
        "_now",
        "_on_sent",
        "_on_view_lost",
        "_outbox",
        "_reader",
        "_receiving",
        "_rest_until",
        "_sending_since",
        "_sent",
        "_sleeping",
        "_transport",
        "_turn",
        "_writer",
        "bucket",
        "generation",
        "heard_at",
        "held_seconds",
        "page",
        "probed_at",
        "said_bye",
        "seat",
        "sent_at",
        "session_id",
        "state_version",
    )

    def __init__(
        self,
        transport: Transport,
        clock: Clock,
        *,
        session_id: str,
        seat: Who,
        generation: int,
        page: str,
        turn: Turn,
        on_sent: OnSent,
        on_view_lost: Callable[["Peer"], None],
    ) -> None:
        self.session_id = session_id
        self.seat: Who = seat
        self.generation = generation
        self.page = page
        self.state_version = 0
        self.said_bye = False
        self.heard_at = self.sent_at = clock.monotonic()
        self.probed_at: float | None = None
        # How long the hub looked at this peer's frames since it was last charged for it.
        self.held_seconds = 0.0
        self.bucket = Bucket(clock, per_second=PEER_BYTES_PER_SECOND, burst=PEER_BURST_BYTES)
        self._transport = transport
        self._clock = clock
        self._turn = turn
        self._on_sent = on_sent
        self._on_view_lost = on_view_lost
        self._outbox = Outbox()
        # What the writer waits for while there is nothing to write. An Event would cost a kilobyte.
        self._sleeping: asyncio.Future[None] | None = None
        # Whether `_flush` will run at the end of this turn, and what has to be waited for before more is sent.
        self._flushing = False
        self._sent: asyncio.Future[None] | None = None
        self._writer: asyncio.Task[None] | None = None
        self._reader: asyncio.Task[None] | None = None
        # Whether the reader waits for a frame, and until when it takes none: the peer said too much.
        self._receiving = False
        self._rest_until = 0.0
        self._now: Listener = _not_now
        # What went wrong where nobody awaited it.
        self._mistake: Exception | None = None
        self._close: Close | None = None
        self._closing_since = 0.0
        self._sending_since: float | None = None

    @property
    def closing(self) -> Close | None:
        """Why this socket is being closed by us, or None."""
        return self._close

    @property
    def waiting_bytes(self) -> int:
        """Bytes in the outbox."""
        return self._outbox.bytes

    def post(self, item: Item) -> None:
        """Enqueue. Never waits; after `close` it does nothing.

        It leaves when all that this turn of the loop brings has been heard, so that others' frames leave with it: that
        costs a third less than to write each at once."""
        if self._close is not None:
            return
        overflow = self._outbox.add(item)
        if overflow == "full":
            self.abort(SLOW)
        elif overflow == "view":
            self._on_view_lost(self)
        if not self._flushing:
            self._flushing = True
            self._turn.ends_with(self._flush)

    def send(self, message: Message) -> None:
        """Enqueue a message of the hub's own."""
        self.post(item_of(message))

    def drop_view(self) -> None:
        """What waits of the view never leaves."""
        self._outbox.drop_view()

    def close(self, close: Close) -> None:
        """Write what waits, then close. The first reason counts."""
        if self._close is None:
            self._close = close
            self._closing_since = self._clock.monotonic()
            self._wake()

    def abort(self, close: Close) -> None:
        """Close at once; what waits is lost."""
        if self._close is None:
            self._close = close
        self._outbox.clear()
        if self._writer is not None:
            self._writer.cancel()

    def holding(self) -> "_Holding":
        """Around work on what this peer said, during which nobody else is served."""
        return _Holding(self, self._clock)

    def charge(self, weight: float) -> float:
        """Charge what was said and the time it took; how many seconds not to read this socket."""
        held, self.held_seconds = self.held_seconds, 0.0
        return self.bucket.draw(weight + held * PEER_BYTES_PER_HELD_SECOND)

    def charge_now(self, weight: float) -> bool:
        """The same for what was heard just now and is done. True where it was too much: no more is taken for now."""
        now = self._clock.monotonic()
        wait = self.bucket.draw(weight + (now - self.heard_at) * PEER_BYTES_PER_HELD_SECOND, now)
        if wait > 0:
            self._rest_until = now + wait
        return wait > 0

    def overdue(self) -> bool:
        """True where the peer takes nothing for too long, or will not let itself be closed."""
        now = self._clock.monotonic()
        if self._close is not None:
            return now - self._closing_since > CLOSING_SECONDS
        return self._sending_since is not None and now - self._sending_since > SLOW_SECONDS

    async def run(self, on_frame: Callable[[Data], Awaitable[None]], now: Listener | None = None) -> None:
        """Read and write until either side has ended it; the socket is closed when this returns. Frames are offered to
        `now` first, which may do what they ask for at once."""
        writer = self._writer = asyncio.create_task(self._write())
        reader = self._reader = asyncio.create_task(self._read(on_frame))
        if now is not None:
            self._now = now
            self._transport.listen(self._heard)
        try:
            await asyncio.wait((writer, reader), return_when=asyncio.FIRST_COMPLETED)
            if reader.done() and not reader.cancelled() and reader.exception() is None and self._close is not None:
                await asyncio.wait((writer,))
        finally:
            reader.cancel()
            writer.cancel()
            results = await asyncio.gather(reader, writer, return_exceptions=True)
            self._now = _not_now
            # How they ended holds what they used, and so this peer.
            self._reader = self._writer = None
            if self._close is not None:
                await self._shut(self._close)
        self._raise_mistakes([*results, self._mistake])

    @staticmethod
    def _raise_mistakes(results: Iterable[BaseException | None]) -> None:
        for result in results:
            if isinstance(result, Exception) and not isinstance(result, TransportClosed):
                raise result

    async def _shut(self, close: Close) -> None:
        try:
            await within(self._clock, CLOSE_SECONDS, self._transport.close(close.number, close.reason))
        except (TimeoutError, TransportClosed):
            return

    async def _read(self, on_frame: Callable[[Data], Awaitable[None]]) -> None:
        while self._close is None:
            self._receiving = True
            try:
                data = await self._transport.receive()
            finally:
                self._receiving = False
            now = self.heard_at = self._clock.monotonic()
            if self._rest_until > now:
                await self._clock.sleep(self._rest_until - now)
            await on_frame(data)

    def _heard(self, frames: Sequence[Data]) -> int:
        """Frames, as they arrive. How many of them are done with."""
        if not self._receiving or self._close is not None:
            return 0
        now = self._clock.monotonic()
        if self._rest_until > now:
            return 0
        self.heard_at = now
        try:
            return self._now(frames)
        except Exception as error:
            self._mistake = error
            if self._reader is not None:
                self._reader.cancel()
            return len(frames)

    def _wake(self) -> None:
        if self._sleeping is not None and not self._sleeping.done():
            self._sleeping.set_result(None)

    def _flush(self) -> None:
        """What was enqueued in this turn leaves; where that needs waiting, the writer does it."""
        self._flushing = False
        if self._writer is None:
            # Nothing leaves before `run`.
            return
        if self._sending_since is not None or self._sent is not None or self._close is not None:
            self._wake()
            return
        while items := self._outbox.take():
            if not self._transport.put(joined(items)):
                self._outbox.put_back(items)
                break
            self.sent_at = self._clock.monotonic()
            self._sent = self._on_sent(self, items)
            if self._sent is not None:
                break
        else:
            return
        self._wake()

    async def _write(self) -> None:
        while True:
            if self._sent is not None:
                await asyncio.shield(self._sent)
                self._sent = None
            items = self._outbox.take()
            if not items:
                if self._close is not None:
                    return
                self._sleeping = asyncio.get_running_loop().create_future()
                await self._sleeping
                continue
            self._sending_since = self.sent_at = self._clock.monotonic()
            await self._transport.send(joined(items))
            self._sending_since = None
            self._sent = self._on_sent(self, items)


def _not_now(_frames: Sequence[Data]) -> int:
    return 0
