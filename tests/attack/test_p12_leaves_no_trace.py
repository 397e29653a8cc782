"""P12, leaves no trace: after the end nothing of the page is in the store, the log, the counts or what a hub keeps."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec import to_builtins
from redis import Redis
from websockets.asyncio.client import ClientConnection

from cobrowse.core.protocol import Ops, Page, Snapshot
from cobrowse.log_lines import LinesFormatter
from tests.hub.peers import ORIGIN, PATIENCE_SECONDS, change, info, picture
from tests.live_hub import ANSWER_SECONDS, NO_TLS, LiveHub, close_number, sqlite_url
from tests.web.test_sockets import heard, hello

CANARY = "canary-5e1f9c"
# Paths are what an audit trail keeps of a page, where the site does not forbid it: see test_p12_audit.py.
NO_PATHS = {"audit_paths": False}
PNG = b"\x89PNG\r\n\x1a\n" + CANARY.encode() * 8


class Seen:
    """What a socket heard; a frame may hold several messages."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self._waiting: list[dict[str, Any]] = []

    async def hear(self, kind: str) -> dict[str, Any]:
        while True:
            while self._waiting:
                said = self._waiting.pop(0)
                if said["k"] == kind:
                    return said
            frame = json.loads(await asyncio.wait_for(self.socket.recv(), PATIENCE_SECONDS))
            self._waiting += frame if isinstance(frame, list) else [frame]


def text_of(message: Snapshot | Ops | Page) -> str:
    return json.dumps(to_builtins(message))


@asynccontextmanager
async def shared_page(agent_hub: LiveHub, customer_hub: LiveHub) -> AsyncIterator[ClientConnection]:
    """A live session in which canaries went by as texts, title, address and asset; the agent's socket."""
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(agent_hub.signed_in())
        new = await agent_hub.new_code(client)
        ticket = (await client.post(f"/api/sessions/{new.id}/ticket")).json()["ticket"]
        joined = (await customer_hub.claim(new.code)).json()
        agent = await stack.enter_async_context(agent_hub.socket("agent"))
        await agent.send(hello(ticket))
        mirror = (await heard(agent))["mirror"]
        customer = await stack.enter_async_context(customer_hub.socket("customer"))
        await customer.send(hello(joined["token"]))
        welcome = await heard(customer)
        await customer.send(json.dumps({"k": "consent", "allow": True}))
        await agent.send(json.dumps({"k": "digits", "value": joined["digits"]}))
        tab, console = Seen(customer), Seen(agent)
        await tab.hear("resync")

        epoch = welcome["first_epoch"]
        await customer.send(text_of(picture(epoch, CANARY)))
        await customer.send(text_of(change(epoch, 1, CANARY)))
        await customer.send(text_of(Page(epoch=epoch, page=info(f"{ORIGIN}/{CANARY}"))))
        assert CANARY in (await console.hear("snapshot"))["texts"]
        assert CANARY in (await console.hear("ops"))["texts"]
        await console.hear("page")
        await fetch_asset(mirror, tab, customer_hub, welcome["token"])
        yield agent


async def fetch_asset(mirror: str, tab: Seen, hub: LiveHub, token: str) -> None:
    async with (
        httpx.AsyncClient(base_url=mirror, verify=NO_TLS, timeout=ANSWER_SECONDS) as page,
        hub.client(hub.origin) as shop,
    ):
        asking = asyncio.create_task(page.get("a/7", headers={"Sec-Fetch-Dest": "image"}))
        wanted = await tab.hear("asset_wanted")
        headers = {"Authorization": f"Bearer {token}", "Cobrowse-Asset-Ticket": wanted["ticket"]}
        assert (await shop.put("/api/assets/7", headers=headers, content=PNG)).status_code == 204
        assert (await asking).content == PNG


def everything_below(folder: Path) -> bytes:
    """The database, its write-ahead log, and whatever else lies there."""
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def end(agent: ClientConnection) -> None:
    await agent.send(json.dumps({"k": "end"}))
    await close_number(agent)


async def settled(*hubs: LiveHub) -> None:
    """Wait until the hubs have let go of the session."""
    for _ in range(1000):
        if not any(hub.hub.stats()["sessions"] for hub in hubs):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("A hub holds on to a session that has ended.")


async def assert_counts_say_nothing(hub: LiveHub) -> None:
    async with hub.client() as client:
        assert CANARY not in (await client.get("/metrics")).text
    assert hub.hub.stats()["assets_bytes"] == 0


async def test_on_the_embedded_store(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "cobrowse")
    async with LiveHub(store=sqlite_url(tmp_path), origins=[ORIGIN], site=NO_PATHS) as hub:
        await hub.add_agent()
        async with shared_page(hub, hub) as agent:
            assert hub.hub.stats()["assets_bytes"] == len(PNG)
            await end(agent)
        await settled(hub)
        await assert_counts_say_nothing(hub)
        found = everything_below(tmp_path)
        assert b"ended" in found
        assert CANARY.encode() not in found
    assert CANARY.encode() not in everything_below(tmp_path)
    assert "ended session=" in caplog.text
    assert CANARY not in caplog.text
    for form in ("text", "json"):
        lines = [LinesFormatter(form, {}).format(record) for record in caplog.records]
        assert any("ended" in line for line in lines)
        assert not [line for line in lines if CANARY in line]


def everything_in(url: str) -> bytes:
    """Each key of the Redis and all it holds. Not by DUMP, which packs what it gives."""
    found: list[bytes] = []
    with Redis.from_url(url) as redis:
        for key in redis.scan_iter("*"):
            found += [key, *_held(redis, key)]
    return b" ".join(found)


def _held(redis: "Redis", key: bytes) -> list[bytes]:
    read: dict[bytes, Callable[[], Any]] = {
        b"string": lambda: [redis.get(key)],
        b"hash": lambda: [part for pair in redis.hgetall(key).items() for part in pair],
        b"list": lambda: redis.lrange(key, 0, -1),
        b"set": lambda: redis.smembers(key),
        b"zset": lambda: redis.zrange(key, 0, -1),
    }
    kind = redis.type(key)
    kind = kind.encode() if isinstance(kind, str) else kind
    # Whatever expired in between is gone.
    return [] if kind == b"none" else [part for part in read[kind]() if part is not None]


@pytest.mark.redis
async def test_on_redis_with_two_hubs(redis_url: str) -> None:
    async with (
        LiveHub(store=redis_url, origins=[ORIGIN], site=NO_PATHS) as first,
        LiveHub(store=redis_url, origins=[ORIGIN], site=NO_PATHS) as second,
    ):
        await first.add_agent()
        async with shared_page(first, second) as agent:
            # The asset went from hub to hub through Redis: that this looks where it would be.
            assert CANARY.encode() in everything_in(redis_url)
            await end(agent)
        await settled(first, second)
        for hub in (first, second):
            await assert_counts_say_nothing(hub)
        found = everything_in(redis_url)
        assert found
        assert CANARY.encode() not in found


async def test_a_customer_who_just_goes_away_leaves_nothing_either(tmp_path: Path) -> None:
    async with LiveHub(store=sqlite_url(tmp_path), origins=[ORIGIN], site=NO_PATHS) as hub:
        await hub.add_agent()
        async with shared_page(hub, hub):
            pass
        await settled(hub)
        await assert_counts_say_nothing(hub)
        assert CANARY.encode() not in everything_below(tmp_path)
