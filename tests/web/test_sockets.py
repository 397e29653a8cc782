"""Sockets on a live hub, by raw frames: who is refused before the upgrade, and what closes a socket after it."""

import json
import secrets
from contextlib import AsyncExitStack
from typing import Any

import pytest
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from cobrowse.core import close
from cobrowse.core.protocol import HELLO_MAX_BYTES, HELLO_TIMEOUT_SECONDS
from cobrowse.hub.peer import TransportClosed
from cobrowse.web.sockets import SocketTransport
from cobrowse.web.turnstile import WAITING_SOCKETS_PER_ADDRESS, Turnstile
from tests.live_hub import LiveHub, close_number
from tests.web.clocks import WatchedClock


def hello(token: str, **changed: Any) -> str:
    said = {"k": "hello", "version": 1, "token": token, "page": secrets.token_hex(8), "nonce": secrets.token_hex(8)}
    return json.dumps({**said, **changed})


async def ticket_for(hub: LiveHub) -> tuple[str, str]:
    """A new session's code, and a ticket for its agent's seat."""
    async with hub.signed_in() as agent:
        new = await hub.new_code(agent)
        answer = await agent.post(f"/api/sessions/{new.id}/ticket")
    return new.code, answer.json()["ticket"]


async def heard(socket: ClientConnection) -> dict[str, Any]:
    frame = json.loads(await socket.recv())
    first: dict[str, Any] = frame[0] if isinstance(frame, list) else frame
    return first


async def assert_not_upgraded(hub: LiveHub, seat: str, status: int, code: str, **options: Any) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await hub.socket(seat, **options)
    response = caught.value.response
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert json.loads(response.body or b"")["code"] == code


@pytest.mark.parametrize("seat", ["agent", "customer"])
@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "mirror"])
async def test_a_foreign_origin_is_refused_before_the_upgrade(live: LiveHub, seat: str, origin: str | None) -> None:
    named = live.mirror_url if origin == "mirror" else origin
    await assert_not_upgraded(live, seat, 403, "origin_not_allowed", origin=named)


async def test_seats_do_not_share_an_origin(live: LiveHub) -> None:
    await assert_not_upgraded(live, "agent", 403, "origin_not_allowed", origin=live.origin)
    await assert_not_upgraded(live, "customer", 403, "origin_not_allowed", origin=live.public_url)


@pytest.mark.parametrize("offered", [None, ["cobrowse.v2"], ["chat", "superchat"]])
async def test_another_subprotocol_is_refused(live: LiveHub, offered: list[str] | None) -> None:
    await assert_not_upgraded(live, "agent", 426, "wrong_version", subprotocols=offered)


async def test_ours_is_chosen_among_several_and_nothing_is_compressed(live: LiveHub) -> None:
    async with live.socket("agent", subprotocols=["other", "cobrowse.v1"], compression="deflate") as socket:
        assert socket.subprotocol == "cobrowse.v1"
        assert socket.protocol.extensions == []


async def test_the_wrong_host_is_refused(live: LiveHub) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await live.socket("agent", additional_headers={"Host": "evil.example"})
    # Two Host headers, or a foreign one.
    assert caught.value.response.status_code in (400, 421)


async def test_a_hub_that_goes_away_takes_nobody(live: LiveHub) -> None:
    await live.hub.drain(timeout_seconds=1)
    await assert_not_upgraded(live, "agent", 503, "not_ready")


async def test_both_seats_say_hello_and_hear_of_each_other(live: LiveHub) -> None:
    code, ticket = await ticket_for(live)
    joined = (await live.claim(code)).json()
    async with live.socket("agent") as agent, live.socket("customer") as customer:
        await agent.send(hello(ticket))
        assert (await heard(agent))["k"] == "agent_welcome"
        await customer.send(hello(joined["token"]))
        welcome = await heard(customer)
        assert (welcome["k"], welcome["digits"]) == ("customer_welcome", joined["digits"])
        await agent.send(json.dumps({"k": "end"}))
        assert await close_number(agent) == close.ENDED.number
        assert await close_number(customer) == close.ENDED.number


async def test_who_says_nothing_is_closed_after_five_seconds(timed: LiveHub, clock: WatchedClock) -> None:
    async with timed.socket("customer") as socket:
        await clock.slept(HELLO_TIMEOUT_SECONDS)
        await clock.advance(HELLO_TIMEOUT_SECONDS)
        assert await close_number(socket) == close.HELLO_TIMEOUT.number


async def test_who_opens_many_sockets_and_says_nothing_is_refused(live: LiveHub) -> None:
    _, ticket = await ticket_for(live)
    async with AsyncExitStack() as stack:
        for _ in range(WAITING_SOCKETS_PER_ADDRESS):
            idle = await stack.enter_async_context(live.socket("customer"))
        await assert_not_upgraded(live, "agent", 429, "too_many")
        # Whoever says something makes room, whatever became of it.
        await idle.send("garbage")
        assert await close_number(idle) == close.BAD_HELLO.number
        seated = await stack.enter_async_context(live.socket("agent"))
        await seated.send(hello(ticket))
        assert (await heard(seated))["k"] == "agent_welcome"
        await stack.enter_async_context(live.socket("customer"))
        await assert_not_upgraded(live, "customer", 429, "too_many")
        await seated.ping()
        assert live.parts.turnstile.sockets == WAITING_SOCKETS_PER_ADDRESS + 1


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "garbage",
        "[]",
        "null",
        "\x00",
        '{"k":"stop"}',
        '{"k":"hello"}',
        hello("x", extra=1),
        hello("x" * 2049),
        hello("x", page="p" * 16, nonce="short"),
        hello("x" * HELLO_MAX_BYTES),
        b"\x00\x01",
        b"x" * (2 * HELLO_MAX_BYTES),
    ],
)
@pytest.mark.parametrize("seat", ["agent", "customer"])
async def test_what_is_no_hello_closes(live: LiveHub, seat: str, frame: str | bytes) -> None:
    async with live.socket(seat) as socket:
        await socket.send(frame)
        assert await close_number(socket) == close.BAD_HELLO.number


async def test_another_version_closes(live: LiveHub) -> None:
    async with live.socket("customer") as socket:
        await socket.send(hello("x", version=2))
        assert await close_number(socket) == close.VERSION_MISMATCH.number


@pytest.mark.parametrize("seat", ["agent", "customer"])
async def test_a_forged_token_closes(live: LiveHub, seat: str) -> None:
    async with live.socket(seat) as socket:
        await socket.send(hello("forged.token"))
        assert await close_number(socket) == close.BAD_TOKEN.number


async def test_a_ticket_works_once(live: LiveHub) -> None:
    _, ticket = await ticket_for(live)
    async with live.socket("agent") as first, live.socket("agent") as second:
        await first.send(hello(ticket))
        assert (await heard(first))["k"] == "agent_welcome"
        await second.send(hello(ticket))
        assert await close_number(second) == close.BAD_TOKEN.number
        await first.ping()


async def test_a_ticket_lives_half_a_minute(timed: LiveHub, clock: WatchedClock) -> None:
    _, ticket = await ticket_for(timed)
    await clock.advance(31)
    async with timed.socket("agent") as socket:
        await socket.send(hello(ticket))
        assert await close_number(socket) == close.BAD_TOKEN.number


async def test_a_frame_larger_than_any_part_closes(live: LiveHub) -> None:
    code, _ = await ticket_for(live)
    joined = (await live.claim(code)).json()
    async with live.socket("customer") as socket:
        await socket.send(hello(joined["token"]))
        await heard(socket)
        await socket.send(b"x" * 300_000)
        # 1009 by the server's own wall, before a byte of it is looked at.
        assert await close_number(socket) == 1009


async def test_garbage_after_the_hello_closes(live: LiveHub) -> None:
    code, _ = await ticket_for(live)
    joined = (await live.claim(code)).json()
    async with live.socket("customer") as socket:
        await socket.send(hello(joined["token"]))
        await heard(socket)
        await socket.send(b"\xff\xfe not deflate")
        assert await close_number(socket) == close.BAD_MESSAGE.number


async def test_no_secret_is_in_the_log(live: LiveHub, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "cobrowse")
    code, ticket = await ticket_for(live)
    joined = (await live.claim(code)).json()
    async with live.socket("agent") as agent, live.socket("customer") as customer:
        await agent.send(hello(ticket))
        await heard(agent)
        await customer.send(hello(joined["token"]))
        welcome = await heard(customer)
    for secret in (code, ticket, joined["token"], welcome["token"]):
        assert secret not in caplog.text


# --- the adaptor by itself


class Wire:
    """A peer's end of ASGI: what comes in, what goes out, and when it breaks."""

    def __init__(self, *incoming: dict[str, Any]) -> None:
        self.incoming = [{"type": "websocket.connect"}, *incoming]
        self.sent: list[Any] = []
        self.broken = False

    async def receive(self) -> Any:
        return self.incoming.pop(0)

    async def send(self, message: Any) -> None:
        if self.broken:
            raise OSError("gone")
        self.sent.append(message)

    async def transport(self) -> SocketTransport:
        socket = WebSocket({"type": "websocket", "headers": []}, self.receive, self.send)
        await socket.accept()
        return SocketTransport(socket, Turnstile().enter("192.0.2.1"))


async def test_frames_come_and_go_as_they_are() -> None:
    wire = Wire({"type": "websocket.receive", "text": ""}, {"type": "websocket.receive", "bytes": b"\x01"})
    transport = await wire.transport()
    assert await transport.receive() == ""
    assert await transport.receive() == b"\x01"
    await transport.send("a")
    await transport.send(b"b")
    assert [message.get("text", message.get("bytes")) for message in wire.sent[1:]] == ["a", b"b"]


async def test_a_socket_that_is_gone_says_so_to_all() -> None:
    wire = Wire({"type": "websocket.disconnect", "code": 1006})
    transport = await wire.transport()
    for _ in range(2):
        with pytest.raises(TransportClosed):
            await transport.receive()
    wire.broken = True
    for _ in range(2):
        with pytest.raises(TransportClosed):
            await transport.send("x")
    await transport.close(4100, "gone")


async def test_closing_twice_or_on_a_broken_socket_is_no_error() -> None:
    wire = Wire()
    transport = await wire.transport()
    await transport.close(4000, "drain")
    await transport.close(4000, "drain")
    assert [message["type"] for message in wire.sent] == ["websocket.accept", "websocket.close"]
    broken = Wire()
    transport = await broken.transport()
    broken.broken = True
    await transport.close(4000, "drain")


async def test_the_hubs_stop_closes_with_come_again(live: LiveHub) -> None:
    _, ticket = await ticket_for(live)
    async with live.socket("agent") as socket:
        await socket.send(hello(ticket))
        await heard(socket)
        await live.stop()
        with pytest.raises(ConnectionClosed):
            while True:
                said = await heard(socket)
        assert said["k"] == "come_again"
        assert socket.close_code == close.DRAIN.number
