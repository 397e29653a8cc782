"""The user that docs/operating.md gives to the hubs: it can do all they do, and nothing of what they do not."""

import re
from math import inf
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import NoPermissionError

from cobrowse.core.errors import StoreError
from cobrowse.store.opening import Stores, open_store
from tests.redis_servers.cluster import RedisCluster
from tests.redis_servers.one import RedisServer
from tests.redis_servers.sentinel import SentinelSet
from tests.store.inbox import Inbox
from tests.store.making import CREATED_AT, stored, waiting
from tests.store.trails import begun
from tests.store.walk import LATER, everything

pytestmark = pytest.mark.redis

DOCS = Path(__file__).parents[3] / "docs" / "operating.md"
# Only a cluster in motion asks for it.
UNSEEN = {"asking"}


def rights() -> list[str]:
    """The rules of the user, as the page says."""
    [line] = re.findall(r"```acl\nuser cobrowse (.*?)\n```", DOCS.read_text("utf-8"), re.DOTALL)
    return str(line).split()


def allowed() -> set[str]:
    """The commands among them."""
    return {rule.removeprefix("+") for rule in rights() if rule.startswith("+")}


def let_in(server: RedisServer) -> None:
    """Make the user, and forget what was called before."""
    with server.client() as client:
        client.execute_command("ACL", "SETUSER", "cobrowse", "reset", *rights())
        client.config_resetstat()


def called(server: RedisServer) -> set[str]:
    """The commands that were called since."""
    with server.client() as client:
        names = (str(name) for name in client.info("commandstats"))
        return {name.removeprefix("cmdstat_") for name in names}


async def walked(url: str) -> None:
    """Everything that hubs do with a store."""
    scheme, _, rest = url.partition("://")
    async with open_store(f"{scheme}://cobrowse:password@{rest}", exclusive=True) as stores:
        await everything(stores)
        assert stores.counts is not None
        await stores.counts.add("x", 1, 60)
        assert await stores.counts.amount("x") == 1
        assert await stores.counts.seconds_left("x") > 0
        await stores.sessions.clock()
        await stores.sessions.ping()
        await read(stores)
        inbox = Inbox()
        async with stores.bus.listen("h1", inbox.receive):
            await stores.bus.send("h1", b"x")
            assert await inbox.first(1) == [b"x"]
            assert await stores.bus.absent(["h1", "h2"]) == {"h2"}


async def read(stores: Stores) -> None:
    """Call what only reads, and what is needed seldom."""
    sessions, accounts = stores.sessions, stores.accounts
    assert await sessions.read("s1") is not None
    assert await sessions.versions(["s1"]) == {"s1": 2}
    assert await sessions.trails()
    assert await sessions.trail("s1") is not None
    assert await sessions.read_audit("s1") == await begun(sessions, "s1", close_at=LATER)
    await sessions.audit_due(inf, 10)
    assert await sessions.take_asset("s1", 1) is not None
    assert await sessions.dead_hubs(["h1"], 0.0) == set()
    assert await sessions.put_back(waiting("s9"), 0, 3, LATER)
    assert await accounts.agent("ana") is not None
    assert len(await accounts.agents()) == 1
    assert await accounts.sign_in(f"ana {LATER}", CREATED_AT) is not None


async def test_the_user_can_do_all_that_hubs_do_and_no_more(
    redis_server: RedisServer, redis_url: str, sentinel: SentinelSet, cluster: RedisCluster
) -> None:
    servers = [redis_server, *sentinel.servers, *cluster.nodes]
    for server in servers:
        let_in(server)
    try:
        await walked(redis_url.replace("/0", "/1"))
        await walked(sentinel.url)
        await walked(cluster.url)
        used = set[str]().union(*map(called, servers))
    finally:
        for server in servers:
            with server.client() as client:
                client.acl_deluser("cobrowse")
    assert allowed() - used - UNSEEN == set()


@pytest.mark.parametrize(
    "command",
    [
        ("GET", "other:key"),
        ("PUBLISH", "other", "x"),
        ("FLUSHALL",),
        ("KEYS", "*"),
        ("CONFIG", "GET", "*"),
        ("SHUTDOWN",),
        ("EVAL", "return redis.call('GET', 'other:key')", "0"),
        ("ACL", "LIST"),
    ],
)
def test_the_user_can_touch_nothing_else(redis_server: RedisServer, command: tuple[str, ...]) -> None:
    let_in(redis_server)
    with Redis(port=redis_server.port, username="cobrowse", password="password") as client:
        with pytest.raises(Exception, match=r"permission|can't access"):
            client.execute_command(*command)
    with redis_server.client() as client:
        client.acl_deluser("cobrowse")


async def test_a_user_without_the_right_is_told_so(redis_server: RedisServer, redis_url: str) -> None:
    with redis_server.client() as client:
        client.execute_command(
            "ACL", "SETUSER", "poor", "reset", "on", ">password", "~*", "&*", "+@all", "-evalsha", "-eval"
        )
    try:
        async with open_store(redis_url.replace("redis://", "redis://poor:password@"), exclusive=True) as stores:
            with pytest.raises(StoreError, match="no permissions to run the 'evalsha' command") as raised:
                await stored(stores.sessions, waiting())
            assert raised.value.code == "store_unavailable"
            assert isinstance(raised.value.__cause__, NoPermissionError)
    finally:
        with redis_server.client() as client:
            client.acl_deluser("poor")
