"""uvicorn's two protocols, with bounds for what they leave open: the bytes before a request is understood, its whole
time, how many connections an address has, and what a WebSocket peer can do without ever finishing a message.

With uvicorn 0.54 alone, a header without end, a message of endless empty fragments, and pings whose pongs nobody reads
each grow the process for as long as the peer likes, and a connection that says nothing stays for ever."""

import asyncio
import ipaddress
import logging
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from websockets.frames import CloseCode, Frame

from cobrowse.core.protocol import HELLO_MAX_BYTES, PART_MAX_PACKED_BYTES
from cobrowse.web.direct import DirectSocket
from cobrowse.web.light import LightGate, LightQueue
from cobrowse.web.limits import block_of

if TYPE_CHECKING:
    from uvicorn._types import ASGIReceiveEvent

log = logging.getLogger(__name__)

# Everything of a request but its body: the request line, headers, the frames of chunks, trailers.
HEAD_MAX_BYTES = 64 * 1024
# From the connection, or the request before, to the end of a request's headers.
HEAD_SECONDS = 10.0
# From there until its body has come and its answer is taken.
REQUEST_SECONDS = 90.0
# Connections of any kind of one address. A listed proxy has them all.
CONNECTIONS_PER_ADDRESS = 1_000
# A frame may be as large as a part; the hub refuses what is larger, with a reason. This is only the wall behind.
SOCKET_MAX_BYTES = PART_MAX_PACKED_BYTES + 1024
# The wall behind the hello: what is a little too long still hears why.
HELLO_WALL_BYTES = 2 * HELLO_MAX_BYTES
# A browser sends a part in a few; an empty one costs memory and is no byte of the message.
FRAGMENTS_PER_MESSAGE = 256
# Pings and pongs of the peer. Browsers send one pong each 20 s.
CONTROL_FRAMES_A_SECOND = 20
# What may still arrive after we said goodbye, and how long what waits may take to leave.
DISCARDED_MAX_BYTES = 1024 * 1024
GOODBYE_SECONDS = 10.0


class Doors:
    """Counts the connections of each address. `cut` counts those that met a limit here."""

    def __init__(self, trusted_proxies: Sequence[str] = (), *, per_address: int = CONNECTIONS_PER_ADDRESS) -> None:
        self._trusted = [ipaddress.ip_network(network) for network in trusted_proxies]
        self.per_address = per_address
        self._by_block: Counter[str] = Counter()
        self._blocks: dict[asyncio.BaseTransport, str] = {}
        self.cut = 0

    def __len__(self) -> int:
        return len(self._blocks)

    def enter(self, transport: asyncio.BaseTransport, address: str) -> bool:
        """Count this connection; False where its address has too many, and it must go."""
        if self._is_proxy(address):
            return True
        block = block_of(address)
        self._blocks[transport] = block
        self._by_block[block] += 1
        return self._by_block[block] <= self.per_address

    def leave(self, transport: asyncio.BaseTransport) -> None:
        """The connection is gone. May be said again."""
        block = self._blocks.pop(transport, None)
        if block is None:
            return
        self._by_block[block] -= 1
        if not self._by_block[block]:
            del self._by_block[block]

    def cut_off(self, transport: asyncio.Transport, why: str) -> None:
        """End a connection that met a limit, at once and without a word."""
        self.cut += 1
        log.warning("connection_cut why=%s", why)
        transport.abort()

    def _is_proxy(self, address: str) -> bool:
        try:
            peer = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(peer in network for network in self._trusted)


class Handing(Protocol):
    """Passes connections on to other workers, see `web.handover`."""

    def give(self, transport: asyncio.Transport, data: bytes) -> bool:
        """Whether this connection, of which `data` was read, is another's now."""
        ...


class BoundedHttp(HttpToolsProtocol):
    """HTTP. `doors` and `handing` are set by `http_protocol`."""

    doors: Doors
    handing: Handing | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What another worker read of a connection that it passed on to this one.
        self.handed = b""
        self._may_hand = True
        self._outside_body = 0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        if not self.doors.enter(transport, self.client[0] if self.client else ""):
            self.doors.cut_off(transport, "too_many_of_an_address")
            return
        self._within(HEAD_SECONDS)
        if self.handed:
            handed, self.handed, self._may_hand = self.handed, b"", False
            self.data_received(handed)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watch()
        self.doors.leave(self.transport)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.handing is not None and self._is_fresh() and self.handing.give(self.transport, data):
            return
        if self._deadline is None:
            # The first bytes of another request on this connection.
            self._within(HEAD_SECONDS)
        self._outside_body += len(data)
        super().data_received(data)
        if self._outside_body > HEAD_MAX_BYTES and not self.transport.is_closing():
            self.doors.cut_off(self.transport, "head_too_large")

    def on_headers_complete(self) -> None:
        self._within(REQUEST_SECONDS)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._outside_body -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._outside_body = 0
        super().on_message_complete()
        if self.cycle is not None and self.cycle.response_complete:
            # The answer was there before the body: uvicorn's own clock for quiet connections was stopped by it.
            self._within(HEAD_SECONDS)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._is_busy():
            self._stop_watch()

    def handle_websocket_upgrade(self) -> None:
        self._stop_watch()
        super().handle_websocket_upgrade()
        # The connection has another protocol now; this one and its parser hold each other.
        self.parser = None  # type: ignore[assignment]  # as uvicorn itself does at the end

    def _is_fresh(self) -> bool:
        """True where what comes now begins a request, on a connection that came to this worker by itself."""
        return self._may_hand and not self._outside_body and (self.cycle is None or self.cycle.response_complete)

    def _within(self, seconds: float) -> None:
        self._stop_watch()
        self._deadline = self.loop.call_later(seconds, self._too_late)

    def _stop_watch(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _is_busy(self) -> bool:
        """True where a request or its answer is not whole yet. uvicorn calls an answer complete once it is written, and
        lets it lie where the peer takes nothing."""
        if self._outside_body or self.transport.get_write_buffer_size():
            return True
        return self.cycle is not None and (self.cycle.more_body or not self.cycle.response_complete)

    def _too_late(self) -> None:
        self._deadline = None
        if self.cycle is None and not self._outside_body:
            # Browsers open connections that they may never use. That is no attack, so nobody is told.
            self.transport.close()
        elif self.cycle is None or self._is_busy():
            self.doors.cut_off(self.transport, "too_slow")


class BoundedSocket(DirectSocket):
    """A WebSocket. `doors` is set by `socket_protocol`."""

    doors: Doors

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn.max_message_size = HELLO_WALL_BYTES
        # As uvicorn's own, but small: see `web.light`.
        self.queue = cast("asyncio.Queue[ASGIReceiveEvent]", LightQueue())
        self.writable = cast(asyncio.Event, LightGate())
        self._fragments = 0
        self._control_frames = 0
        self._control_since = 0.0
        self._discarded = 0
        self._goodbye: asyncio.TimerHandle | None = None

    async def run_asgi(self) -> None:
        await super().run_asgi()
        # To close is to wait until all is written, for ever where the peer takes nothing.
        if self.transport.get_write_buffer_size():
            self._goodbye = self.loop.call_later(GOODBYE_SECONDS, self.doors.cut_off, self.transport, "takes_nothing")

    def start_keepalive(self) -> None:
        super().start_keepalive()
        # The handshake is over, and nobody asks for its headers any more; they are 8 KB of a session's memory. The
        # parser holds on to the request, so they are emptied where they are.
        self.request.headers.clear()
        self.response.headers.clear()
        cast("list[tuple[bytes, bytes]]", self.scope["headers"]).clear()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._goodbye is not None:
            self._goodbye.cancel()
        self.doors.leave(self.transport)
        super().connection_lost(exc)
        # Nothing arrives any more. Parser and listener hold what holds them, see `web.collecting`.
        self.conn.parser.close()
        self._listener = None

    def data_received(self, data: bytes) -> None:
        if self.close_sent:
            self._discarded += len(data)
            if self._discarded > DISCARDED_MAX_BYTES:
                self.doors.cut_off(self.transport, "talks_on")
                return
        super().data_received(data)

    def handle_cont(self, event: Frame) -> None:
        self._fragments += 1
        if self._fragments > FRAGMENTS_PER_MESSAGE:
            self._fail("too many fragments")
            return
        super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        self._fragments = 0
        # The first message is the hello.
        self.conn.max_message_size = SOCKET_MAX_BYTES
        super().send_receive_event_to_app()

    def handle_ping(self) -> None:
        if self._may_control():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        if self._may_control():
            super().handle_pong(event)

    def _may_control(self) -> bool:
        """Count one ping or pong. Each ping is answered at once, whether or not the peer reads: so few only."""
        now = self.loop.time()
        if now - self._control_since >= 1.0:
            self._control_since, self._control_frames = now, 0
        self._control_frames += 1
        if self._control_frames <= CONTROL_FRAMES_A_SECOND:
            return True
        if not self.transport.is_closing():
            self.doors.cut_off(self.transport, "too_many_pings")
        return False

    def _fail(self, why: str) -> None:
        if self.conn.close_sent is None:
            self.conn.fail(CloseCode.MESSAGE_TOO_BIG, why)
            self.handle_parser_exception()


def http_protocol(doors: Doors, handing: Handing | None = None) -> type[asyncio.Protocol]:
    """uvicorn makes protocols by class: this one knows these doors, and to whom it may pass connections on."""
    return cast(type[asyncio.Protocol], type("Http", (BoundedHttp,), {"doors": doors, "handing": handing}))


def socket_protocol(doors: Doors) -> type[asyncio.Protocol]:
    """The same for WebSockets."""
    return cast(type[asyncio.Protocol], type("Socket", (BoundedSocket,), {"doors": doors}))
