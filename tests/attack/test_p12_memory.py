"""P12 in the memory of the hubs: after the end nothing alive in their processes holds anything of the page, whatever
way it had gone: shown, refused, washed, waiting for a peer that takes nothing, or as an asset.

A canary for each. The hubs walk their own heaps; while the session lives they do hold some, so the walk finds them."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from cobrowse.core.protocol import ActResult, Ops, Page, PageInfo, Snapshot
from tests.attack.canaries.search import Watched, canaries, in_files
from tests.attack.wire import Pair, Remote, bring, live_pair, mirror_of
from tests.core.sketch import Sketch, page_sketch
from tests.hub.peers import ADDRESS, ORIGIN, change, picture
from tests.live_hub import sqlite_url

SETTLE_SECONDS = 20.0
LOOK_SECONDS = 0.2
# Of 200 KB each: more than the buffers of both ends hold, and less than the burst of a peer.
WAITING_PICTURES = 36


def canary(word: str) -> str:
    """Four letters, as the walk knows them; this file itself holds none."""
    return "z" + f"qx{word}"


async def tell(hub: Remote, pair: Pair, mirror: httpx.AsyncClient) -> None:
    """Everything a page can tell, each with a canary of its own."""
    customer = pair.customer
    await customer.say(change(pair.epoch, 1, canary("shwn")))
    await customer.say(Page(epoch=pair.epoch, page=PageInfo(address=ADDRESS, title=canary("titl"), width=1, height=1)))
    await pair.agent.hear("page")
    asking = asyncio.create_task(mirror.get("a/7", timeout=30))
    png = b"\x89PNG\r\n\x1a\n" + canary("pict").encode()
    assert (await bring(hub, pair, await customer.hear("asset_wanted"), png)).status_code == 204
    assert (await asking).content == png
    await customer.say(ActResult(id=1, status="refused", reason=canary("rson")))
    await customer.say(change(pair.epoch, 2, f"{canary('wash')} 4111 1111 1111 1111"))
    await pair.agent.hear("ops", seq=2)
    # Refused: a name nobody may say, with a canary as its value; then a picture that is never finished.
    await customer.say(refused(pair.epoch, 3))
    await customer.hear("problem")
    await customer.say(unfinished(pair.epoch + 1))
    # An agent that takes nothing more: what comes now waits in the hub.
    pair.agent.socket.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    pair.agent.socket.transport.pause_reading()
    for epoch in range(pair.epoch + 2, pair.epoch + 2 + WAITING_PICTURES):
        await customer.say(picture(epoch, canary("wait"), *("x" * 50_000 for _ in range(4))))


def refused(epoch: int, seq: int) -> Ops:
    sketch = Sketch().text_change(10, canary("rfsd"))
    sketch.names.append("p onclick")
    return sketch.ops(epoch, seq)


def unfinished(epoch: int) -> Snapshot:
    return page_sketch().text(4, 3, canary("half")).snapshot(epoch, last=False)


@asynccontextmanager
async def told(agents: Watched, customers: Watched) -> AsyncIterator[tuple[Pair, httpx.AsyncClient]]:
    """A live session that has told all of it."""
    one, two = Remote(agents, ORIGIN), Remote(customers, ORIGIN)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(one.signed_in())
        pair = await stack.enter_async_context(live_pair(one, client, customer_hub=two))
        mirror = await stack.enter_async_context(mirror_of(pair))
        await tell(two, pair, mirror)
        yield pair, client


async def assert_nothing_lives(*hubs: Watched) -> None:
    """Sockets close in their own time; then it is empty."""
    found: set[str] = set()
    for _ in range(round(SETTLE_SECONDS / LOOK_SECONDS)):
        found = set().union(*[await asyncio.to_thread(hub.in_heap) for hub in hubs])
        if not found:
            return
        await asyncio.sleep(LOOK_SECONDS)
    raise AssertionError(f"Still there: {sorted(found)}")


@pytest.mark.parametrize("end", ["the agent ends it", "both just go"])
async def test_nothing_lives_in_a_hub(tmp_path: Path, end: str) -> None:
    with Watched.on_free_port(tmp_path, sqlite_url(tmp_path), origins=[ORIGIN]) as hub:
        hub.add_agent()
        async with told(hub, hub) as (pair, client):
            found = await asyncio.to_thread(hub.in_heap)
            assert {canary("pict"), canary("wait")} <= found
            if end == "the agent ends it":
                headers = {"Origin": hub.public_url}
                assert (await client.delete(f"/api/sessions/{pair.session}", headers=headers)).status_code == 204
        await assert_nothing_lives(hub)
        assert canaries(hub.printed.read_bytes()) == set()
        assert in_files(tmp_path) == set()
    assert in_files(tmp_path) == set()


@pytest.mark.redis
async def test_nothing_lives_in_two_hubs_on_one_redis(tmp_path: Path, redis_url: str) -> None:
    with (
        Watched.on_free_port(tmp_path, redis_url, origins=[ORIGIN]) as one,
        Watched.on_free_port(tmp_path, redis_url, origins=[ORIGIN]) as two,
    ):
        one.add_agent()
        async with told(one, two) as (pair, _):
            assert canary("pict") in await asyncio.to_thread(one.in_heap)
            await pair.customer.say({"k": "stop"})
            await pair.customer.hear("state", name="ended")
        await assert_nothing_lives(one, two)
        assert in_files(tmp_path) == set()
