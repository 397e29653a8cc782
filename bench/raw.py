"""A WebSocket and an HTTP client that cost next to nothing: for who must not be slower than the hub under test.

A general client spends more on a small frame than the hub does, and on a machine with two cores that would be measured.
Even picows, whose parser is compiled, spends no less: 5.3 us a frame of 300 bytes where this one spends 5.1, since most
of it is the system's and the closed loop's.
This one knows what a hub of ours says (whole messages, no extensions), and masks with the same four bytes always, which
RFC 6455 cannot tell from a random mask. Not with zeros: node's `ws` would notice, and spare itself the work."""

import asyncio
import base64
import json
import secrets
from collections.abc import Callable
from typing import Any, NamedTuple, Self, cast

from cobrowse.core.protocol import SUBPROTOCOL

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
LAST_OF_MESSAGE = 0x80
MASKED = 0x80
MASK_BYTE = 0x5A
MASK = bytes([MASK_BYTE]) * 4
# What `bytes.translate` wants.
MASKING = bytes(byte ^ MASK_BYTE for byte in range(256))
ONE_BYTE_LENGTHS = 126
TWO_BYTE_LENGTH, EIGHT_BYTE_LENGTH = 126, 127
TWO_BYTE_LENGTHS = 65_536
HEAD_END = b"\r\n\r\n"
ANSWER_SECONDS = 60.0


class Refused(Exception):
    """The hub answered something else than was hoped for."""


class Place(NamedTuple):
    """Where a hub listens, how it is called in `Host`, and from which address we come."""

    port: int
    host: str
    source: str = "127.0.0.1"


class Answer(NamedTuple):
    """What an HTTP request got."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self, wanted: int) -> dict[str, Any]:
        """The body, where the status is the wanted one; else `Refused`."""
        if self.status != wanted:
            raise Refused(f"{self.status} instead of {wanted}: {self.body[:200].decode(errors='replace')}")
        found: dict[str, Any] = json.loads(self.body)
        return found


class Http:
    """One kept connection to one hub; made anew where the hub has closed it meanwhile."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, *, origin: str, body: object = None, cookie: str = "") -> Answer:
        """One request with a JSON body."""
        data = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._place.host}", f"Origin: {origin}"]
        lines += [f"Content-Length: {len(data)}", "Content-Type: application/json"]
        lines += [f"Cookie: {cookie}"] if cookie else []
        request = "\r\n".join(lines).encode() + HEAD_END + data
        kept = self._streams is not None
        try:
            return await asyncio.wait_for(self._once(request), ANSWER_SECONDS)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.close()
            if not kept:
                raise
            # The hub had closed it before it saw the request.
            return await asyncio.wait_for(self._once(request), ANSWER_SECONDS)

    def close(self) -> None:
        """Let go of the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _once(self, request: bytes) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection(
                "127.0.0.1", self._place.port, local_addr=(self._place.source, 0)
            )
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(HEAD_END)).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Answer(int(head[0].split()[1]), headers, body)


class Socket(asyncio.Protocol):
    """One WebSocket. `on_frame` gets each message as it is on the wire; pings are answered and counted here."""

    __slots__ = ("_opened", "_request", "_rest", "_transport", "closed", "closed_with", "on_frame", "pings")

    def __init__(self, place: Place, path: str, origin: str, on_frame: Callable[[bytes], None]) -> None:
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: {place.host}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: {SUBPROTOCOL}\r\n"
            f"Origin: {origin}\r\n\r\n"
        ).encode()
        self._opened: asyncio.Future[None] | None = asyncio.get_running_loop().create_future()
        self._rest = b""
        self._transport: asyncio.Transport | None = None
        self.on_frame = on_frame
        self.pings = 0
        self.closed = False
        self.closed_with = 0

    @classmethod
    async def open(cls, place: Place, path: str, origin: str, on_frame: Callable[[bytes], None] | None = None) -> Self:
        """A socket whose handshake is done; `Refused` where the hub does not want it. `path` with its query."""
        loop = asyncio.get_running_loop()
        _, socket = await loop.create_connection(
            lambda: cls(place, path, origin, on_frame or _unheard),
            "127.0.0.1",
            place.port,
            local_addr=(place.source, 0),
        )
        if socket._opened is not None:
            await asyncio.wait_for(socket._opened, ANSWER_SECONDS)
            socket._opened = None
        return socket

    def send(self, data: bytes) -> None:
        """One text message."""
        self.write(framed(data))

    def write(self, frames: bytes) -> None:
        """What `framed` made, one or several."""
        if self._transport is not None:
            self._transport.write(frames)

    def close(self) -> None:
        """Go without a closing handshake, once what was said has left."""
        if self._transport is not None:
            self._transport.close()

    # --- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are asyncio's by their behaviour, not by their class.
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)
        self._request = b""

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if self._opened is not None and not self._opened.done():
            self._opened.set_exception(Refused("The hub closed before the handshake was done."))

    def data_received(self, data: bytes) -> None:
        if self._rest:
            data = self._rest + data
            self._rest = b""
        if self._opened is not None and not self._opened.done():
            data = self._shaken(data)
        at, end = 0, len(data)
        while end - at >= 2:
            size, start = data[at + 1], at + 2
            if size == TWO_BYTE_LENGTH:
                start = at + 4
                size = int.from_bytes(data[at + 2 : start]) if end >= start else end
            elif size == EIGHT_BYTE_LENGTH:
                start = at + 10
                size = int.from_bytes(data[at + 2 : start]) if end >= start else end
            if start + size > end:
                break
            self._take(data[at] & 15, data[start : start + size])
            at = start + size
        self._rest = data[at:]

    def _take(self, kind: int, payload: bytes) -> None:
        if kind in (TEXT, BINARY):
            self.on_frame(payload)
        elif kind == PING:
            self.pings += 1
            self.write(framed(payload, PONG))
        elif kind == CLOSE:
            self.closed_with = int.from_bytes(payload[:2])
            self.write(framed(payload[:2], CLOSE))

    def _shaken(self, data: bytes) -> bytes:
        head, found, rest = data.partition(HEAD_END)
        if not found:
            self._rest = data
            return b""
        if self._opened is not None:
            if head.startswith(b"HTTP/1.1 101"):
                self._opened.set_result(None)
            else:
                self._opened.set_exception(Refused(head.split(b"\r\n")[0].decode("latin-1")))
        return rest


def framed(data: bytes, kind: int = TEXT) -> bytes:
    """One message as a client sends it."""
    size, first = len(data), LAST_OF_MESSAGE | kind
    if size < ONE_BYTE_LENGTHS:
        head = bytes((first, MASKED | size))
    elif size < TWO_BYTE_LENGTHS:
        head = bytes((first, MASKED | TWO_BYTE_LENGTH)) + size.to_bytes(2)
    else:
        head = bytes((first, MASKED | EIGHT_BYTE_LENGTH)) + size.to_bytes(8)
    return head + MASK + data.translate(MASKING)


def seat_path(seat: str, session: str) -> str:
    """Where a seat's socket is. The session in the address is what brings both seats to one worker."""
    return f"/ws/{seat}?session={session}"


def _unheard(_payload: bytes) -> None:
    return
