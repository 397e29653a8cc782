"""Below the requests: what a stranger can do with a connection, byte by byte."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from cobrowse.core import close
from cobrowse.hub.outbox import Item
from cobrowse.web import connections
from cobrowse.web.connections import (
    CONTROL_FRAMES_A_SECOND,
    DISCARDED_MAX_BYTES,
    FRAGMENTS_PER_MESSAGE,
    HEAD_MAX_BYTES,
    HELLO_WALL_BYTES,
    Doors,
)
from tests.live_hub import SHOP_ORIGIN, LiveHub, sqlite_url
from tests.web.test_sockets import hello, ticket_for

PATIENCE_SECONDS = 30.0
NO_MASK = b"\0\0\0\0"
GOING_ON, TEXT, PING, PONG = 0x0, 0x1, 0x9, 0xA


class Line(NamedTuple):
    """A bare connection to the hub."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def flood(self, data: bytes, times: int) -> None:
        """Write this so often, or until the hub has had enough."""
        with suppress(ConnectionError):
            for _ in range(times):
                self.writer.write(data)
                await self.writer.drain()

    async def ended(self) -> bytes:
        """What the hub said until it ended the connection."""
        said = b""
        async with asyncio.timeout(PATIENCE_SECONDS):
            with suppress(ConnectionError):
                while data := await self.reader.read(65_536):
                    said += data
        return said


@asynccontextmanager
async def line(hub: LiveHub) -> AsyncIterator[Line]:
    made = Line(*await asyncio.open_connection("localhost", hub.port))
    try:
        yield made
    finally:
        made.writer.transport.abort()


@asynccontextmanager
async def socket_line(hub: LiveHub) -> AsyncIterator[Line]:
    """A customer's WebSocket, whose frames are written by hand."""
    async with line(hub) as made:
        made.writer.write(
            f"GET /ws/customer HTTP/1.1\r\nHost: localhost:{hub.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            f"Sec-WebSocket-Protocol: cobrowse.v1\r\nOrigin: {SHOP_ORIGIN}\r\n\r\n".encode()
        )
        assert (await made.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
        yield made


def frame(opcode: int, payload: bytes = b"", *, last: bool = True) -> bytes:
    first = (0x80 if last else 0) | opcode
    length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack("!H", len(payload))
    return bytes([first]) + length + NO_MASK + payload


async def close_of(made: Line) -> int:
    """The number in the hub's close frame, which is the first thing here that is not ASCII."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        said = (await made.reader.readuntil(b"\x88")) + await made.reader.readexactly(3)
    return int.from_bytes(said[-2:], "big")


async def assert_cut(hub: LiveHub, made: Line, times: int = 1) -> None:
    await made.ended()
    assert hub.parts.doors.cut == times
    async with hub.client() as other:
        assert (await other.get("/healthz")).status_code == 200


# --- requests


@pytest.mark.parametrize(
    ("start", "endless"),
    [
        pytest.param(b"GET /", b"a" * 8192, id="an address without end"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\nLong: ", b"a" * 8192, id="a header without end"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\n", b"A: b\r\n" * 1000, id="headers without end"),
        pytest.param(
            b"POST /api/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
            b"A: b\r\n" * 1000,
            id="trailers without end",
        ),
        pytest.param(
            b"POST /api/login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1;",
            b"a=b;" * 1000,
            id="chunk extensions without end",
        ),
    ],
)
async def test_a_head_has_an_end(live: LiveHub, start: bytes, endless: bytes) -> None:
    async with line(live) as made:
        made.writer.write(start)
        # Far beyond the limit and what any buffer on the way holds.
        await made.flood(endless, 4000)
        await assert_cut(live, made)


async def test_a_large_head_within_the_limit_is_fine(live: LiveHub) -> None:
    async with live.client() as client:
        answer = await client.get("/healthz", headers={"Large": "a" * (HEAD_MAX_BYTES // 2)})
        assert answer.status_code == 200
        for _ in range(5):
            assert (await client.get("/healthz", headers={"Large": "a" * 20_000})).status_code == 200
    assert live.parts.doors.cut == 0


async def test_a_silent_connection_ends_without_an_alarm(live: LiveHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Browsers open some that they never use."""
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.05)
    async with line(live) as made:
        await assert_cut(live, made, times=0)


async def test_a_dripping_head_ends(live: LiveHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)

    async def drip(made: Line) -> None:
        made.writer.write(b"GET / HTTP/1.1\r\n")
        while not made.writer.is_closing():
            made.writer.write(b"A: b\r\n")
            await asyncio.sleep(0.01)

    async with line(live) as made:
        dripping = asyncio.create_task(drip(made))
        await assert_cut(live, made)
        dripping.cancel()


async def test_a_body_that_goes_on_after_the_answer_ends(live: LiveHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.2)
    async with line(live) as made:
        made.writer.write(
            f"POST /api/login HTTP/1.1\r\nHost: localhost:{live.port}\r\nOrigin: {live.public_url}\r\n"
            "Content-Type: application/json\r\nContent-Length: 1000000000000\r\n\r\n".encode()
        )
        assert b" 413 " in await made.reader.readuntil(b"\r\n\r\n")
        while not made.writer.is_closing() and live.parts.doors.cut == 0:
            await made.flood(b"a" * 65_536, 1)
        await assert_cut(live, made)


async def test_who_does_not_take_the_answer_goes(
    tmp_path: Path, clients: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.3)
    # More than the buffers of both ends hold.
    (clients / "large-0123456789ab.js").write_bytes(b" " * 32 * 1024 * 1024)
    async with LiveHub(store=sqlite_url(tmp_path), static=clients) as live, line(live) as made:
        asking = f"GET /static/large-0123456789ab.js HTTP/1.1\r\nHost: localhost:{live.port}\r\n\r\n"
        made.writer.write(asking.encode())
        await made.reader.readuntil(b"\r\n\r\n")
        made.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a transport that reads
        await cut(live)
        made.writer.transport.resume_reading()  # type: ignore[attr-defined]
        await assert_cut(live, made)


async def cut(hub: LiveHub) -> None:
    """Return once the hub has cut a connection."""
    for _ in range(1000):
        if hub.parts.doors.cut:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("The hub bears it.")


async def test_a_quick_client_may_ask_again_and_again(live: LiveHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.3)
    async with live.client() as client:
        for _ in range(40):
            assert (await client.get("/healthz")).status_code == 200
            await asyncio.sleep(0.01)
    assert live.parts.doors.cut == 0


# --- how many


def test_an_address_has_so_many_and_a_proxy_has_all() -> None:
    doors = Doors(["10.0.0.0/8"], per_address=2)
    transports = [asyncio.Transport() for _ in range(6)]
    assert [doors.enter(one, "192.0.2.1") for one in transports[:3]] == [True, True, False]
    assert doors.enter(transports[3], "192.0.2.2")
    assert all(doors.enter(one, "10.1.2.3") for one in transports[4:])
    for one in transports:
        doors.leave(one)
        doors.leave(one)
    assert len(doors) == 0
    assert doors.enter(transports[0], "192.0.2.1")
    assert doors.enter(transports[1], "not an address")


async def test_one_address_leaves_room_for_others(live: LiveHub) -> None:
    live.parts.doors.per_address = 3
    async with line(live) as first, line(live) as second, line(live), line(live) as fourth:
        assert await fourth.ended() == b""
        assert live.parts.doors.cut == 1
        assert len(live.parts.doors) == 3
        for made in (first, second):
            made.writer.write(f"GET /healthz HTTP/1.1\r\nHost: x:{live.port}\r\n\r\n".encode())
            assert b"200" in await made.reader.readuntil(b"\r\n\r\n")


async def test_a_socket_counts_until_it_is_gone(live: LiveHub) -> None:
    _, ticket = await ticket_for(live)
    await connections_left(live, 0)
    async with live.socket("agent") as seated:
        await seated.send(hello(ticket))
        await seated.recv()
        assert len(live.parts.doors) == 1
    await connections_left(live, 0)


async def connections_left(hub: LiveHub, number: int) -> None:
    for _ in range(1000):
        if len(hub.parts.doors) == number:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"The hub counts {len(hub.parts.doors)} connections.")


# --- WebSockets


async def test_a_message_comes_in_so_many_fragments(live: LiveHub) -> None:
    async with socket_line(live) as made:
        made.writer.write(frame(TEXT, last=False))
        await made.flood(frame(GOING_ON, last=False) * 1000, 100)
        assert await close_of(made) == 1009


async def test_a_message_in_a_few_fragments_is_one(live: LiveHub) -> None:
    said = hello("x").encode()
    async with socket_line(live) as made:
        for round_ in range(2):
            made.writer.write(frame(TEXT if not round_ else GOING_ON, said[round_::2][:0], last=False))
        made.writer.write(frame(GOING_ON, last=False) * (FRAGMENTS_PER_MESSAGE - 2) + frame(GOING_ON, said))
        assert await close_of(made) == close.BAD_TOKEN.number


async def test_before_the_hello_a_message_is_small(live: LiveHub) -> None:
    async with socket_line(live) as made:
        made.writer.write(frame(TEXT, b" " * (HELLO_WALL_BYTES + 1)))
        assert await close_of(made) == 1009


@pytest.mark.parametrize("opcode", [PING, PONG])
async def test_pings_without_end(live: LiveHub, opcode: int) -> None:
    """Each ping is answered, and who reads no answer would fill the hub's memory with them."""
    async with socket_line(live) as made:
        made.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await made.flood(frame(opcode, b"p" * 125) * 100, 1000)
        with suppress(RuntimeError):
            made.writer.transport.resume_reading()  # type: ignore[attr-defined]
        await assert_cut(live, made)


async def test_a_few_pings_are_answered(live: LiveHub) -> None:
    _, ticket = await ticket_for(live)
    async with live.socket("agent") as seated:
        await seated.send(hello(ticket))
        for _ in range(CONTROL_FRAMES_A_SECOND):
            await (await seated.ping())
    assert live.parts.doors.cut == 0


async def test_who_talks_on_after_the_goodbye_is_cut_off(live: LiveHub) -> None:
    async with socket_line(live) as made:
        made.writer.write(frame(TEXT, b"garbage"))
        await made.reader.readexactly(2)
        await made.flood(frame(TEXT, b"a" * 4000), 4 * DISCARDED_MAX_BYTES // 4000)
        await assert_cut(live, made)


async def test_who_takes_not_even_the_goodbye_is_cut_off(live: LiveHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "GOODBYE_SECONDS", 0.1)
    monkeypatch.setattr("cobrowse.hub.peer.CLOSE_SECONDS", 0.1)
    _, ticket = await ticket_for(live)
    async with live.socket("agent") as seated:
        await seated.send(hello(ticket))
        await seated.recv()
        seated.transport.pause_reading()
        [local] = live.hub._house.sessions.values()
        peer = local.peers["agent"]
        # More than the buffers of both ends hold.
        for _ in range(16):
            peer.post(Item(b" " * 1024 * 1024, 0))
        await asyncio.sleep(0.05)
        peer.abort(close.SLOW)
        await cut(live)
        seated.transport.resume_reading()
    await connections_left(live, 0)
