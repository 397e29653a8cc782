"""P10 over the wire: what an agent, a customer or anybody may do so often, and what happens at the limit."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import httpx
import pytest

from cobrowse.core.errors import TooMany
from cobrowse.core.protocol import Pointer
from cobrowse.hub import peer as peers
from cobrowse.hub.hub import Hub
from cobrowse.hub.reading import MESSAGE_WEIGHT_BYTES
from cobrowse.store.base import Asset
from cobrowse.web import limits, sign_in
from cobrowse.web.limits import RateLimits
from cobrowse.web.sign_in import Passwords
from cobrowse.web.slots import ANSWERS_PER_SESSION, BODIES_PER_SESSION
from tests.attack.wire import Pair, bring, live_pair, mirror_of
from tests.hub.clock import HandClock
from tests.hub.peers import ORIGIN
from tests.hub.world import World
from tests.live_hub import CHEAP, PASSWORD, LiveHub, sqlite_url
from tests.web.test_problems import assert_problem

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
async def hub_(tmp_path: Path) -> AsyncIterator[LiveHub]:
    async with LiveHub(store=sqlite_url(tmp_path), origins=[ORIGIN]) as made:
        await made.add_agent()
        yield made


@pytest.fixture
async def pair(hub_: LiveHub) -> AsyncIterator[Pair]:
    async with hub_.signed_in() as client, live_pair(hub_, client) as made:
        yield made


# --- what succeeds


async def test_an_agent_signs_in_so_often(hub_: LiveHub) -> None:
    budget = limits.SIGN_INS_A_NAME
    body = {"name": "ana", "password": PASSWORD}
    async with hub_.client(hub_.public_url) as client:
        for _ in range(budget):
            assert (await client.post("/api/login", json=body)).status_code == 200
        assert_problem(await client.post("/api/login", json=body), 429, "too_many")
        # Who is signed in stays so.
        assert (await client.get("/api/me")).status_code == 200


async def test_an_agent_gets_so_many_tickets(hub_: LiveHub) -> None:
    async with hub_.signed_in() as client:
        new = await hub_.new_code(client)
        path = f"/api/sessions/{new.id}/ticket"
        for _ in range(limits.TICKETS_A_MINUTE):
            answer = await client.post(path)
            assert answer.status_code == 200
        assert_problem(await client.post(path), 429, "too_many")


async def test_a_winner_is_answered_so_often(hub_: LiveHub) -> None:
    """Each answer on the hosted page makes a handoff, and so an entry in the store."""
    async with hub_.signed_in() as client:
        code = (await hub_.new_code(client)).code
    body = {"site": "shop", "code": code, "nonce": secrets.token_hex(16)}
    async with hub_.client(hub_.public_url) as page:
        for _ in range(limits.SAME_CLAIMS):
            assert (await page.post("/api/codes/claim", json=body)).status_code == 200
        assert_problem(await page.post("/api/codes/claim", json=body), 429, "too_many")


async def test_a_tab_brings_so_much_in_a_minute() -> None:
    clock = HandClock()
    budgets = RateLimits(None, clock)
    megabyte = 1024 * 1024
    for _ in range(limits.ASSETS_MB_A_MINUTE // 5):
        await budgets.asset("s1", 5 * megabyte)
    with pytest.raises(TooMany):
        await budgets.asset("s1", 1)
    await budgets.asset("s2", 5 * megabyte)
    clock.pass_unseen(60)
    await budgets.asset("s1", 5 * megabyte)


async def test_so_many_wait_for_argon2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "HASHES_WAITING", 5)
    passwords = Passwords(CHEAP)
    tries = await asyncio.gather(*(passwords.fits(None, "a password") for _ in range(50)), return_exceptions=True)
    assert sum(isinstance(one, TooMany) for one in tries) == 45
    # When they had their turn, others may come.
    assert await passwords.fits(None, "a password") is False
    passwords.close()


# --- assets


async def ask(mirror: httpx.AsyncClient, n: int) -> None:
    with suppress(httpx.HTTPError):
        await mirror.get(f"a/{n}", timeout=30)


async def test_a_hub_reads_so_many_bodies_of_a_session(hub_: LiveHub, pair: Pair) -> None:
    """Twenty bodies that come byte by byte: four are being read, and another session's goes through at once."""
    reading = 0
    end = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        nonlocal reading
        yield PNG
        reading += 1
        await end.wait()
        yield b"the rest"

    async with AsyncExitStack() as stack:
        mirror = await stack.enter_async_context(mirror_of(pair))
        other_client = await stack.enter_async_context(hub_.signed_in())
        other = await stack.enter_async_context(live_pair(hub_, other_client))
        other_mirror = await stack.enter_async_context(mirror_of(other))
        asking = [asyncio.create_task(ask(mirror, n)) for n in range(1, 21)]
        wanted = [await pair.customer.hear("asset_wanted") for _ in asking]
        bringing = [asyncio.create_task(bring(hub_, pair, one, body())) for one in wanted]
        asking.append(asyncio.create_task(ask(other_mirror, 1)))
        answer = await bring(hub_, other, await other.customer.hear("asset_wanted"), PNG)
        assert answer.status_code == 204
        turn = hub_.parts.bodies._queues[pair.session]
        assert turn.users == 20
        assert turn.free._waiters is not None
        assert len([one for one in turn.free._waiters if not one.done()]) == 20 - BODIES_PER_SESSION
        end.set()
        answers = await asyncio.gather(*bringing)
        assert {one.status_code for one in answers} == {204}
        await asyncio.gather(*asking)
    assert len(hub_.parts.bodies) == 0


async def test_a_mirror_that_takes_nothing_holds_little(hub_: LiveHub, pair: Pair) -> None:
    """Thirty answers of 5 MB that nobody reads: sixteen are begun, none of them lies in a connection's buffer whole."""
    found = PNG + b"x" * (5 * 1024 * 1024 - len(PNG))
    hub_.hub.assets._shelf.put(pair.session, 1, Asset("image/png", found))
    path = pair.mirror.partition("://")[2].partition("/")[2]
    asking = f"GET /{path}a/1 HTTP/1.1\r\nHost: 127.0.0.1:{hub_.port}\r\nSec-Fetch-Dest: image\r\n\r\n".encode()
    async with AsyncExitStack() as stack:
        for _ in range(30):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", hub_.port)))
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.sendall(asking)
        for _ in range(500):
            queue = hub_.parts.answers._queues.get(pair.session)
            if queue is not None and queue.users == 30:
                break
            await asyncio.sleep(0.01)
        assert queue is not None
        assert queue.users == 30
        assert queue.free.locked()
        assert len([one for one in queue.free._waiters or () if not one.done()]) == 30 - ANSWERS_PER_SESSION
        transports = list(hub_.parts.doors._blocks)
        # Two chunks and what uvicorn lets lie.
        assert max(one.get_write_buffer_size() for one in transports) <= 4 * 64 * 1024  # type: ignore[attr-defined]
    for _ in range(500):
        if not len(hub_.parts.answers):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("A turn was never given back.")


# --- messages


async def test_tiny_messages_weigh_more_than_their_bytes(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    await world.pass_time(10)
    pointers = 60
    peer = hub._house.sessions[customer.joined.session].peers["customer"]
    # Fill it first.
    peer.bucket.draw(0)
    before = peer.bucket._level
    said = [Pointer(epoch=customer.epoch, x=number, y=1) for number in range(pointers)]
    customer.say(*said)
    await world.settle()
    assert before - peer.bucket._level >= pointers * MESSAGE_WEIGHT_BYTES
    assert peers.PEER_BURST_BYTES / MESSAGE_WEIGHT_BYTES < 40_000
