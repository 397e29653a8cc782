"""The short way of frames against the book: the same bytes, cut anywhere, must say the same, in the same order."""

import asyncio
import struct
from collections.abc import AsyncIterator, Sequence
from itertools import takewhile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from uvicorn import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.utils import apply_mask

from cobrowse.web.direct import AT_ONCE, EXTENSION, REST_MAX_BYTES, DirectSocket, taken_from

MAX_BYTES = 20_000
UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


class Line(asyncio.Transport):
    """A transport of which the test sees all."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.reading = True
        self.closed = False

    def write(self, data: Any) -> None:
        if not self.closed:
            self.written += data

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True


async def _app(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "websocket.accept"})
    await asyncio.Event().wait()


class Open:
    """A WebSocket after its handshake, made of this class."""

    def __init__(self, kind: type[WebSocketsSansIOProtocol]) -> None:
        config = Config(_app, ws_max_size=MAX_BYTES, ws_per_message_deflate=False, lifespan="off", log_config=None)
        config.load()
        self.state = ServerState()
        self.socket = kind(config, self.state, {}, asyncio.get_running_loop())
        self.line = Line()
        self.socket.connection_made(self.line)
        self.heard: list[str | bytes] = []

    async def shaken(self) -> "Open":
        self.socket.data_received(UPGRADE)
        for _ in range(5):
            await asyncio.sleep(0)
        assert self.socket.conn.state is State.OPEN
        self.socket.queue.get_nowait()
        self.line.written = b""
        return self

    def hear(self, messages: Sequence[str | bytes]) -> int:
        self.heard += messages
        return len(messages)

    async def received(self) -> list[Any]:
        """What the app was told of, in order."""
        found: list[Any] = list(self.heard)
        while not self.socket.queue.empty():
            event: Any = await self.socket.receive()
            found.append(event.get("text", event.get("bytes", event.get("code"))))
        return found

    async def end(self) -> None:
        self.socket.stop_keepalive()
        for task in list(self.state.tasks):
            task.cancel()
        await asyncio.gather(*self.state.tasks, return_exceptions=True)


@pytest.fixture
async def direct_socket() -> AsyncIterator[Open]:
    made = await Open(DirectSocket).shaken()
    yield made
    await made.end()


def direct_of(made: Open) -> DirectSocket:
    assert isinstance(made.socket, DirectSocket)
    return made.socket


def frame(opcode: int, payload: bytes, *, fin: bool = True) -> bytes:
    """As a browser sends it, but for the mask: one that is drawn at random would make a failure one that nobody sees
    again."""
    bare = unmasked(opcode, payload, fin=fin)
    head = len(bare) - len(payload)
    mask = (payload + b"mask")[:4]
    return bare[:1] + bytes([bare[1] | 0x80]) + bare[2:head] + mask + apply_mask(payload, mask)


def unmasked(opcode: int, payload: bytes, *, fin: bool = True) -> bytes:
    return Frame(Opcode(opcode), payload, fin).serialize(mask=False)


TEXT, BINARY, CONT, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10

texts = st.text(max_size=200).map(lambda text: frame(TEXT, text.encode()))
longer = st.integers(100, MAX_BYTES).map(lambda size: frame(TEXT, b"x" * size))
binaries = st.binary(max_size=300).map(lambda data: frame(BINARY, data))
fragments = st.lists(st.binary(max_size=50), min_size=2, max_size=4).map(
    lambda parts: b"".join(
        frame(BINARY if not at else CONT, part, fin=at == len(parts) - 1) for at, part in enumerate(parts)
    )
)
pings = st.binary(max_size=20).map(lambda data: frame(PING, data))
pongs = st.binary(max_size=20).map(lambda data: frame(PONG, data))
good = st.one_of(texts, texts, longer, binaries, fragments, pings, pongs)
# What breaks a rule, or ends it.
bad = st.sampled_from(
    [
        frame(CLOSE, b"\x03\xe8bye"),
        frame(CLOSE, b""),
        frame(TEXT, b"\xff\xfe"),
        frame(TEXT, b"x" * (MAX_BYTES + 1)),
        frame(BINARY, b"begun", fin=False) + frame(TEXT, b"in between"),
        frame(CONT, b"of nothing"),
        unmasked(TEXT, b"open"),
        unmasked(PING, b""),
        b"\x83\x80mask",
        b"\xc1\x80mask",
        b"\x89\xfe\x00\xc8mask" + b"x" * 200,
        b"\x81\xff" + struct.pack("!Q", 2**40) + b"mask",
        b"\x81\xff" + struct.pack("!Q", 2**63 + 5) + b"mask",
        b"\x81\xfe\x00\x05mask" + b"x" * 5,
        b"\x09\x80mask",
    ]
)


def without_pongs(written: bytes) -> bytes:
    """What a server said, which is short, without the answers to pings."""
    kept, at = b"", 0
    while at < len(written):
        said = written[at : at + 2 + written[at + 1]]
        kept += b"" if said[0] == 0x80 | PONG else said
        at += len(said)
    return kept


@settings(max_examples=300, deadline=None)
@given(st.lists(good, max_size=8), st.none() | bad, st.lists(good, max_size=2), st.randoms(use_true_random=False))
def test_the_same_bytes_say_the_same_by_either_way(first: Any, wrong: Any, after: Any, random: Any) -> None:
    frames = [*first, *([wrong] if wrong else ()), *after]
    stream = b"".join(frames)
    cuts = sorted(random.randrange(len(stream) + 1) for _ in range(random.choice((0, 1, 3, 20))))
    pieces = [stream[start:end] for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]

    async def both() -> None:
        book, short = await Open(WebSocketsSansIOProtocol).shaken(), await Open(DirectSocket).shaken()
        direct_of(short).listen(short.hear)
        # uvicorn forgets whole messages that come in one piece with a broken one, so it gets each by itself.
        for made, said in ((book, frames), (short, pieces)):
            for piece in said:
                if not made.line.closed:
                    made.socket.data_received(piece)
        # Of what comes in one piece, uvicorn answers a ping before it looks into the texts before it.
        said_of = without_pongs if wrong else bytes
        assert said_of(book.line.written) == said_of(short.line.written)
        assert book.line.closed == short.line.closed
        told, heard = await book.received(), await short.received()
        if wrong is None:
            assert told == heard
        # So it is with what comes after fragments, which the short way leaves to it.
        assert heard[-1:] == told[-1:]
        assert heard[:-1] == told[: len(heard[:-1])]
        await book.end()
        await short.end()

    asyncio.run(both())


@pytest.mark.parametrize("listens", [True, False])
@pytest.mark.parametrize(
    "first",
    [
        frame(PING, b"there?"),
        frame(TEXT, b"x" * 200),
        frame(BINARY, b"y" * (REST_MAX_BYTES + 1)),
        frame(TEXT, b"in ", fin=False) + frame(PING, b"") + frame(CONT, b"parts"),
    ],
    ids=["ping", "text", "long", "fragments"],
)
async def test_a_frame_may_come_in_any_two_pieces(first: bytes, listens: bool) -> None:
    stream = first + frame(TEXT, b"next") + frame(PING, b"last")
    whole = await Open(WebSocketsSansIOProtocol).shaken()
    whole.socket.data_received(stream)
    told = await whole.received()
    for cut in (*range(1, 40), *range(len(stream) - 40, len(stream))):
        made = await Open(DirectSocket).shaken()
        if listens:
            direct_of(made).listen(made.hear)
        made.socket.data_received(stream[:cut])
        made.socket.data_received(stream[cut:])
        assert made.line.written == whole.line.written
        assert await made.received() == told
        await made.end()
    await whole.end()


async def test_who_speaks_before_the_answer_to_the_handshake_is_heard_by_the_book() -> None:
    made = Open(DirectSocket)
    made.socket.data_received(UPGRADE)
    made.socket.data_received(frame(PING, b"early")[:3])
    for _ in range(5):
        await asyncio.sleep(0)
    direct_of(made).listen(made.hear)
    made.socket.data_received(frame(PING, b"early")[3:] + frame(TEXT, b"said"))
    made.socket.queue.get_nowait()
    assert made.line.written.endswith(unmasked(PONG, b"early"))
    assert made.heard == []
    assert await made.received() == ["said"]
    await made.end()


async def test_who_says_no_finds_it_in_the_queue_and_all_that_follows(direct_socket: Open) -> None:
    socket = direct_of(direct_socket)
    heard: list[str | bytes] = []

    def listen(messages: Sequence[str | bytes]) -> int:
        taken = list(takewhile(lambda message: message != "no", messages))
        heard.extend(taken)
        return len(taken)

    socket.listen(listen)
    socket.data_received(frame(TEXT, b"one") + frame(TEXT, b"no") + frame(TEXT, b"two"))
    assert heard == ["one"]
    assert not direct_socket.line.reading
    assert await direct_socket.received() == ["no", "two"]
    assert direct_socket.line.reading
    socket.data_received(frame(TEXT, b"three"))
    assert heard == ["one", "three"]


async def test_one_read_holds_the_loop_for_so_many_frames_only(direct_socket: Open) -> None:
    socket = direct_of(direct_socket)
    socket.listen(direct_socket.hear)
    socket.data_received(frame(BINARY, b"x") * (AT_ONCE + 3))
    assert len(direct_socket.heard) == AT_ONCE
    assert len(await direct_socket.received()) == AT_ONCE + 3


async def test_the_beginning_of_a_long_frame_is_not_copied_with_each_piece(direct_socket: Open) -> None:
    socket = direct_of(direct_socket)
    socket.listen(direct_socket.hear)
    long = frame(TEXT, b"x" * (2 * REST_MAX_BYTES))
    socket.data_received(long[:20])
    assert not socket._rest
    socket.data_received(long[20:] + frame(TEXT, b"next"))
    assert await direct_socket.received() == ["x" * (2 * REST_MAX_BYTES), "next"]
    socket.data_received(frame(TEXT, b"last"))
    assert direct_socket.heard == ["last"]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
async def test_what_is_put_is_a_frame_of_the_standard(direct_socket: Open, size: int) -> None:
    assert direct_of(direct_socket).put("x" * size)
    assert direct_of(direct_socket).put(b"y" * size)
    assert direct_socket.line.written == unmasked(TEXT, b"x" * size) + unmasked(BINARY, b"y" * size)


async def test_nothing_is_put_where_it_would_have_to_wait_or_nobody_would_get_it(direct_socket: Open) -> None:
    socket = direct_of(direct_socket)
    socket.pause_writing()
    assert not socket.put("x")
    socket.resume_writing()
    assert socket.put("x")
    socket.data_received(frame(CLOSE, b""))
    assert not socket.put("x")
    assert not (await Open(DirectSocket).shaken()).line.closed


async def test_a_scope_gives_its_socket_once(direct_socket: Open) -> None:
    scope = dict(direct_socket.socket.scope)
    assert taken_from(scope) is direct_socket.socket
    assert taken_from(scope) is None
    assert taken_from({"extensions": {EXTENSION: "another"}}) is None
    assert taken_from({}) is None
