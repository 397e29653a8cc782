"""What the store bears under Sentinel alone: failovers, and sentinels that are away or wrong."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis import Redis

from cobrowse.core.errors import StoreAway, StoreError
from cobrowse.store.opening import Stores, open_store
from cobrowse.store.redis import commands as redis_commands
from cobrowse.store.redis.commands import Commands
from cobrowse.store.redis.routes import SentinelRedis
from cobrowse.store.redis.sessions import RedisSessions
from tests.redis_servers.sentinel import SentinelSet, running_sentinel
from tests.store.inbox import Inbox, next_loss
from tests.store.making import CODE_EXPIRES_AT, CREATED_AT, stored, waiting
from tests.store.until import back, until

pytestmark = pytest.mark.redis


@pytest.fixture
async def stores(sentinel: SentinelSet) -> AsyncIterator[Stores]:
    async with open_store(sentinel.url, exclusive=True) as opened:
        yield opened


def commands_of(stores: Stores) -> Commands:
    assert isinstance(stores.sessions, RedisSessions)
    return stores.sessions._redis


async def replicated(sentinel: SentinelSet) -> None:
    """Return once the replicas have what the master has."""

    def wait() -> None:
        with sentinel.master().client() as client:
            client.execute_command("WAIT", len(sentinel.replicas()), 10_000)

    await asyncio.to_thread(wait)


async def test_a_failover_that_was_asked_for_loses_nothing_and_the_listener_follows(
    stores: Stores, sentinel: SentinelSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands fail at once for some seconds; they are tried again for about ten."""
    monkeypatch.setattr(redis_commands, "FOLLOW_SECONDS", 0.2)
    # Ten seconds are not enough on a machine that does much else.
    monkeypatch.setattr(SentinelRedis, "patience_seconds", 60.0)
    inbox, losses = Inbox(), stores.bus.losses()
    async with stores.bus.listen("h1", inbox.receive):
        await stored(stores.sessions, waiting())
        await stores.bus.send("h1", b"before")
        await inbox.first(1)
        await replicated(sentinel)
        failing_over = asyncio.create_task(asyncio.to_thread(sentinel.fail_over))
        n = 0
        async with asyncio.timeout(60):
            while not failing_over.done():
                n += 1
                await stored(stores.sessions, waiting(f"during {n}"))
            master = await failing_over
            await next_loss(losses)
            # What was written to the old master at the very last may be gone: replication does not wait.
            await stored(stores.sessions, waiting("after"))
            await stores.bus.send("h1", b"after")
            assert (await inbox.first(2))[-1] == b"after"
    assert await stores.sessions.read("s1") is not None
    assert commands_of(stores).routes.nodes()[0].host.port == master.port
    assert await stores.sessions.claim("code of s1", "tab", CREATED_AT) == "s1"


async def test_a_master_that_is_killed_is_followed_and_those_who_cannot_wait_are_told(tmp_path: Path) -> None:
    with running_sentinel(tmp_path, down_after_ms=1000) as own:
        async with open_store(own.url, exclusive=True) as stores:
            await stored(stores.sessions, waiting())
            await replicated(own)
            await asyncio.to_thread(own.kill_master)
            with pytest.raises(StoreAway):
                await stores.sessions.ping()
            await back(stores)
            assert await stores.sessions.claim("code of s1", "tab", CREATED_AT) == "s1"


@pytest.fixture
async def unled(sentinel: SentinelSet, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stores]:
    """Stores that do not ask the sentinels by themselves."""
    monkeypatch.setattr(redis_commands, "FOLLOW_SECONDS", 600.0)
    async with open_store(sentinel.url, exclusive=True) as opened:
        yield opened


async def test_a_master_that_was_made_a_replica_without_a_word_is_left(unled: Stores, sentinel: SentinelSet) -> None:
    """READONLY: its connections stay open, and reads would go on there for ever."""
    stores = unled
    await stored(stores.sessions, waiting())
    commands = commands_of(stores)
    [master] = commands.routes.nodes()
    [replica] = sentinel.replicas()
    # As where a failover went by unnoticed: we still use the one that is a replica by now.
    stale = type(master)(commands._address, master.host._replace(port=replica.port))
    commands.routes._master = stale  # type: ignore[attr-defined]
    await master.close()
    await stored(stores.sessions, waiting("s2"))
    assert commands.routes.nodes()[0].host.port == sentinel.master().port
    assert await stores.sessions.read("s1") is not None


async def test_one_sentinel_that_stands_still_or_is_gone_costs_nothing(sentinel: SentinelSet) -> None:
    first = sentinel.sentinels[0]
    first.pause()
    try:
        async with open_store(sentinel.url, exclusive=True) as stores:
            await stored(stores.sessions, waiting())
    finally:
        first.go_on()


async def test_sentinels_that_are_away_do_not_matter_while_the_master_is_there(tmp_path: Path) -> None:
    with running_sentinel(tmp_path, replicas=0) as own:
        async with open_store(own.url, exclusive=True) as stores:
            await stored(stores.sessions, waiting())
            for each in own.sentinels:
                each.kill()
            commands = commands_of(stores)
            [master] = commands.routes.nodes()
            # Its lines are cut: it is looked for, and found where it was.
            await asyncio.to_thread(_cut_all, own)
            assert await stores.sessions.claim("code of s1", "tab", CREATED_AT) == "s1"
            assert commands.routes.nodes() == [master]
        with pytest.raises(StoreAway, match="no sentinel names the master main"):
            async with open_store(own.url, exclusive=True):
                pass


def _cut_all(own: SentinelSet) -> None:
    with own.servers[0].client() as client:
        client.client_kill_filter(_type="normal", skipme=True)


async def test_a_master_that_no_sentinel_knows(sentinel: SentinelSet) -> None:
    with pytest.raises(StoreAway, match="knows no master other"):
        async with open_store(sentinel.url.replace("/main", "/other"), exclusive=True):
            pass


async def test_who_is_named_master_and_is_none_is_not_used(stores: Stores, sentinel: SentinelSet) -> None:
    commands = commands_of(stores)
    routes = commands.routes
    assert isinstance(routes, SentinelRedis)
    [replica] = sentinel.replicas()
    before = routes.nodes()

    async def named() -> object:
        return before[0].host._replace(port=replica.port)

    routes._named = named  # type: ignore[method-assign, assignment]
    with pytest.raises(Exception, match="is named master, but is not one yet"):
        await routes.refresh()
    assert routes.nodes() == before


async def test_passwords_of_redis_and_of_the_sentinels(tmp_path: Path) -> None:
    with running_sentinel(tmp_path, replicas=0, password="r-word", sentinel_password="s-word") as own:
        async with open_store(f"{own.url}/2?sentinel_password=s-word", exclusive=True) as stores:
            await stored(stores.sessions, waiting())
            await stores.bus.send("h1", b"x")
        with Redis(port=own.master().port, password="r-word", db=2) as raw:
            assert raw.dbsize() > 0
        for url in (own.url, f"{own.url}?sentinel_password=wrong"):
            with pytest.raises(StoreError) as raised:
                async with open_store(url, exclusive=True):
                    pass
            assert "word" not in str(raised.value).replace("password", "")


async def test_two_hubs_hear_each_other_across_a_failover(
    sentinel: SentinelSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_commands, "FOLLOW_SECONDS", 0.2)
    monkeypatch.setattr(SentinelRedis, "patience_seconds", 60.0)
    async with open_store(sentinel.url, exclusive=True) as one, open_store(sentinel.url, exclusive=True) as other:
        inbox, losses = Inbox(), other.bus.losses()
        async with other.bus.listen("h2", inbox.receive):
            await asyncio.to_thread(sentinel.fail_over)
            await next_loss(losses)

            async def heard() -> bool:
                try:
                    await one.bus.send("h2", b"hello")
                except StoreError:
                    return False
                return b"hello" in inbox.received

            await until(heard)
            assert await one.bus.absent(["h1", "h2"]) == {"h1"}
            assert await one.sessions.create(waiting(), "code of s1", CODE_EXPIRES_AT, CREATED_AT)
            assert await other.sessions.read("s1") is not None
