"""A short way for what nearly every frame is: one whole message, masked, no longer than it may be.

uvicorn's WebSocket runs each frame through a parser of generators, an ASGI message, a queue and a task that is woken
for it; that took two thirds of what relaying a small frame cost (docs/profiles). Here such a frame is read where it
arrives and handed to who `listen`s, and what `put` is given is written where it stands. All else (handshake, fragments,
pings and pongs, closing, whatever breaks a rule, and a listener who has to wait for something) goes uvicorn's way, in
its order: by the book of `websockets`, which stays the one judge of what is allowed."""

from collections.abc import Callable, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

try:
    from websockets.speedups import apply_mask
except ImportError:  # pragma: no cover - where websockets was built without C
    from websockets.utils import apply_mask

if TYPE_CHECKING:
    from uvicorn._types import ASGIReceiveEvent

# Whole messages: FIN and the opcode, RFC 6455 section 5.2.
TEXT, BINARY = 0x81, 0x82
MASKED = 0x80
# A length of so much or more is written in the two or the eight bytes that follow.
TWO_BYTES = 126
MASK_BYTES = 4
# The rest of a frame that is longer is gathered by the book, which does not copy it anew with each piece.
REST_MAX_BYTES = 4096
# Frames that are handled as soon as one read brings them. More of them wait in the queue, and others get their turn.
AT_ONCE = 32

# Under this name of ASGI's extensions an app finds it.
EXTENSION = "cobrowse.direct"

Data = str | bytes
# Takes the first of these messages, and says how many.
Listener = Callable[[Sequence[Data]], int]


class DirectSocket(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket, whose app may `listen` and `put`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._listener: Listener | None = None
        # The beginning of a short frame, or of a frame whose length has not come.
        self._rest = b""
        # How much is yet to come of the frame that the book is in the middle of. It gets no length in pieces and no two
        # frames at once, since where it stands cannot be asked of it.
        self._owed = 0
        # Who speaks before the handshake is answered is heard by the book alone, for ever.
        self._early = False

    def listen(self, listener: Listener) -> None:
        """From now on ask `listener` first with the messages that each read brings. Those from the first that it does
        not take on, and until what was queued because of that was received, go into the queue."""
        self._listener = listener

    def put(self, data: Data) -> bool:
        """Write one message now. False where it has to wait, or cannot be sent any more: nothing was done then."""
        if self.conn.state is not State.OPEN or not self.writable.is_set() or self.transport.is_closing():
            return False
        if isinstance(data, str):
            self.transport.write(_framed(TEXT, data.encode()))
        else:
            self.transport.write(_framed(BINARY, data))
        return True

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            cast(dict[str, Any], self.scope["extensions"])[EXTENSION] = self

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data, self._rest = self._rest + data, b""
        if self.conn.state is State.CONNECTING:
            self._early = self.handshake_initiated
        at, end, left = 0, len(data), AT_ONCE
        while at < end and self.conn.state is State.OPEN and not self._early:
            if self._owed:
                stop = min(end, at + self._owed)
                self._owed -= stop - at
                super().data_received(data[at:stop])
                at = stop
                continue
            if self._listener is not None and self.conn.current_size is None:
                messages, at = _whole_messages(data, at, end, self.conn.max_message_size or 0)
                if messages:
                    left -= self._heard(messages, left)
                    continue
            # A control frame, a fragment, a frame that is long or has not come whole, or one that breaks a rule.
            size = _size(data, at, end)
            if not size or end - at < size <= REST_MAX_BYTES:
                self._rest = data[at:]
                return
            self._owed = size
        if at < end and not self.transport.is_closing():
            super().data_received(data[at:])

    def _heard(self, messages: list[Data], left: int) -> int:
        """Whole messages in a row, of which so many may be handled at once. How many were."""
        done = 0
        if left and self.queue.empty() and self._listener is not None:
            done = self._listener(messages if len(messages) <= left else messages[:left])
            if done == len(messages):
                return done
        for message in messages[done:]:
            self.queue.put_nowait(_event(message))
        if not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()
        return done


def taken_from(scope: MutableMapping[str, Any]) -> DirectSocket | None:
    """The socket that an app is called with, where it is one of these. Once: socket and scope would hold each other."""
    found = scope.get("extensions", {}).pop(EXTENSION, None)
    return found if isinstance(found, DirectSocket) else None


def _whole_messages(data: bytes, at: int, end: int, max_bytes: int) -> tuple[list[Data], int]:
    """The whole messages in a row from `at` on, and where what follows them begins."""
    messages: list[Data] = []
    while at < end:
        start, stop = _payload(data, at, end, max_bytes)
        if not start or stop > end:
            break
        payload = apply_mask(data[start:stop], data[start - MASK_BYTES : start])
        try:
            messages.append(payload.decode() if data[at] == TEXT else payload)
        except UnicodeDecodeError:
            break
        at = stop
    return messages, at


def _payload(data: bytes, at: int, end: int, max_bytes: int) -> tuple[int, int]:
    """Where the payload of the whole message at `at` begins and ends; the end may not have come yet. A beginning of 0
    means that it is none, or that its length has not come."""
    if end - at < 2 or data[at] not in (TEXT, BINARY):
        return 0, 0
    size, start = data[at + 1] - MASKED, at + 2 + MASK_BYTES
    if size < TWO_BYTES:
        return (start, start + size) if 0 <= size <= max_bytes else (0, 0)
    start += 2 if size == TWO_BYTES else 8
    if start > end:
        return 0, 0
    size = int.from_bytes(data[at + 2 : start - MASK_BYTES])
    return (start, start + size) if TWO_BYTES <= size <= max_bytes else (0, 0)


def _size(data: bytes, at: int, end: int) -> int:
    """How long the frame at `at` is, whatever it is; 0 where its length has not come."""
    if end - at < 2:
        return 0
    size, start = data[at + 1] & ~MASKED, at + 2
    if size >= TWO_BYTES:
        start += 2 if size == TWO_BYTES else 8
        if start > end:
            return 0
        size = int.from_bytes(data[at + 2 : start])
    return start - at + (MASK_BYTES if data[at + 1] & MASKED else 0) + size


def _framed(head: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < TWO_BYTES:
        return bytes((head, size)) + payload
    if size < 65536:
        return bytes((head, TWO_BYTES, size >> 8, size & 255)) + payload
    return b"%c\x7f%b%b" % (head, size.to_bytes(8), payload)


def _event(message: Data) -> "ASGIReceiveEvent":
    if isinstance(message, str):
        return {"type": "websocket.receive", "text": message}
    return {"type": "websocket.receive", "bytes": message}
