"""A Redis that is away, paused, full, a replica, loading or emptied: what the store says, how soon, and that nothing
stays stuck."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import AuthenticationError, BusyLoadingError, ClusterDownError, OutOfMemoryError, ResponseError

from cobrowse.core.errors import StoreAway, StoreError, StoreFull, StoreReadOnly
from cobrowse.store.base import Asset
from cobrowse.store.opening import Stores, open_store
from cobrowse.store.redis import breaker as redis_breaker
from cobrowse.store.redis import commands as redis_commands
from cobrowse.store.redis import node as redis_node
from cobrowse.store.redis import routes as redis_routes
from cobrowse.store.redis.address import RedisAddress
from cobrowse.store.redis.answers import is_away, store_error
from cobrowse.store.redis.breaker import Breaker
from cobrowse.store.redis.cluster import ClusterRedis
from cobrowse.store.redis.commands import Commands
from cobrowse.store.redis.node import Command, Node
from cobrowse.store.redis.routes import OneRedis, SentinelRedis
from cobrowse.store.redis.sessions import RedisSessions
from tests.redis_servers.one import RedisServer, running_redis
from tests.store.inbox import Inbox, next_loss
from tests.store.making import CODE_EXPIRES_AT, CREATED_AT, stored, waiting
from tests.store.until import back

pytestmark = pytest.mark.redis


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis that a test may stop."""
    with running_redis(tmp_path_factory.mktemp("own")) as server:
        yield server


@pytest.fixture
async def server(own_server: RedisServer) -> AsyncIterator[RedisServer]:
    """It, empty, and whatever becomes of it, running afterwards."""
    own_server.flush()
    yield own_server
    if own_server.runs:
        own_server.go_on()
        own_server.limit_memory(0)
        with own_server.client() as client:
            client.config_set("min-replicas-to-write", 0)
            client.execute_command("REPLICAOF", "NO", "ONE")
    else:
        own_server.start()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers and waits are short."""
    monkeypatch.setattr(redis_node, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(redis_commands, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(redis_node, "PROBE_SECONDS", 0.3)
    monkeypatch.setattr(redis_commands, "PROBE_SECONDS", 0.3)
    monkeypatch.setattr(OneRedis, "patience_seconds", 0.3)


@pytest.fixture
async def stores(server: RedisServer, impatient: None) -> AsyncIterator[Stores]:
    async with open_store(server.url, exclusive=True) as opened:
        yield opened


def commands_of(stores: Stores) -> Commands:
    assert isinstance(stores.sessions, RedisSessions)
    return stores.sessions._redis


def breaker_of(stores: Stores) -> Breaker:
    commands = commands_of(stores)
    return commands.breaker(commands.routes.nodes()[0])


# --- away, and back


async def test_a_thousand_calls_to_a_redis_that_stands_still_are_told_soon(
    stores: Stores, server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half-open lines: the process stands still, and its sockets stay open."""
    await stored(stores.sessions, waiting())
    sent = []
    send = Node.send

    async def counted(self: Node, commands: Sequence[Command]) -> list[Any]:
        sent.append(commands)
        return await send(self, commands)

    monkeypatch.setattr(Node, "send", counted)
    server.pause()
    async with asyncio.timeout(30):
        answers = await asyncio.gather(*(stores.sessions.read("s1") for _ in range(1000)), return_exceptions=True)
        assert {type(answer) for answer in answers} == {StoreAway}
        # From now on nobody is kept waiting, and no more connections are tried than by the one who looks for Redis.
        commands = commands_of(stores)
        for _ in range(3):
            with pytest.raises(StoreAway) as raised:
                await stores.sessions.read("s1")
            assert raised.value.retry_after_seconds > 0
        with pytest.raises(StoreAway):
            await stores.sessions.ping()
    # Those who had a connection have waited for an answer; the others have heard of it from them.
    assert redis_node.CONNECTIONS <= len(sent) <= 2 * redis_node.CONNECTIONS
    assert breaker_of(stores).is_away
    server.go_on()
    await back(stores)
    assert (await stores.sessions.read("s1")) is not None
    [node] = commands.routes.nodes()
    assert node._turns._value == redis_node.CONNECTIONS


async def test_a_redis_that_is_too_slow_for_all_is_said_to_be(
    server: RedisServer, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_node, "CONNECTIONS", 1)
    monkeypatch.setattr(redis_node, "TURN_SECONDS", 0.1)
    async with open_store(server.url, exclusive=True) as stores:
        [node] = commands_of(stores).routes.nodes()
        async with node.turn():
            with pytest.raises(StoreAway, match="is too slow: all connections to it are waiting"):
                await stores.sessions.read("s1")
        assert await stores.sessions.read("s1") is None


async def test_only_so_many_wait_and_all_of_them_are_let_go(
    stores: Stores, server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_breaker, "WAITING_CALLS", 5)
    breaker = breaker_of(stores)
    breaker._patience_seconds = 60.0
    server.kill()
    with pytest.raises(StoreAway):
        await stores.sessions.ping()
    calls = [asyncio.create_task(stores.sessions.read("s1")) for _ in range(20)]
    async with asyncio.timeout(30):
        # Fifteen are told at once, while Redis is still away.
        for answer in asyncio.as_completed(calls):
            with pytest.raises(StoreAway):
                await answer
            if sum(call.done() for call in calls) >= 15:
                break
        assert breaker.is_away
        server.start()
        answers = await asyncio.gather(*calls, return_exceptions=True)
    assert [answer for answer in answers if not isinstance(answer, StoreAway)] == [None] * 5


async def test_a_redis_that_was_killed_is_found_again_and_nothing_is_stuck(stores: Stores, server: RedisServer) -> None:
    inbox, losses = Inbox(), stores.bus.losses()
    async with stores.bus.listen("h1", inbox.receive):
        for n in range(3):
            server.kill()
            with pytest.raises(StoreAway):
                await stores.bus.send("h1", b"lost")
            answers = await asyncio.gather(*(stores.sessions.read("s1") for _ in range(100)), return_exceptions=True)
            assert {type(answer) for answer in answers} == {StoreAway}
            server.start()
            await back(stores)
            await next_loss(losses)
            assert await stored(stores.sessions, waiting(f"s{n}"))
            await stores.bus.send("h1", b"%d" % n)
            assert (await inbox.first(n + 1))[n] == b"%d" % n


async def test_a_restart_is_waited_for(stores: Stores, server: RedisServer) -> None:
    """One that takes no longer than the patience is not even noticed."""
    await stored(stores.sessions, waiting())
    breaker_of(stores)._patience_seconds = 60.0
    commands_of(stores).routes.patience_seconds = 60.0
    server.kill()
    call = asyncio.create_task(stores.sessions.create(waiting("s2"), "code", CODE_EXPIRES_AT, CREATED_AT))
    await asyncio.to_thread(server.start)
    async with asyncio.timeout(30):
        assert await call


async def test_a_listener_on_a_line_that_is_half_open_comes_back(server: RedisServer, impatient: None) -> None:
    async with open_store(server.url, exclusive=True) as stores:
        stores.bus._patience = stores.bus._patience._replace(quiet_seconds=0.1, answer_seconds=0.3)  # type: ignore[attr-defined]
        inbox, losses = Inbox(), stores.bus.losses()
        async with stores.bus.listen("h1", inbox.receive):
            server.pause()
            with pytest.raises(StoreAway):
                await stores.bus.send("h1", b"who hears this?")
            await asyncio.sleep(0.5)  # The probe is not answered.
            server.go_on()
            await next_loss(losses)
            await back(stores)
            await stores.bus.send("h1", b"after")
            async with asyncio.timeout(30):
                while inbox.received[-1:] != [b"after"]:
                    await inbox.first(len(inbox.received) + 1)


def test_every_connection_is_kept_alive_and_tried_before_use(own_server: RedisServer) -> None:
    """redis-py's `health_check_interval` defaults to 0."""

    async def settings() -> list[dict[str, object]]:
        commands = Commands(RedisAddress(own_server.url))
        [node] = commands.routes.nodes()
        found = [each.connection_pool.connection_kwargs for each in (node._client, node.sender(), node.listener())]
        await commands.close()
        return found

    client, sender, listener = asyncio.run(settings())
    for each in (client, sender, listener):
        assert each["socket_keepalive"] is True
        assert each["socket_keepalive_options"] == {
            socket.TCP_KEEPIDLE: redis_node.KEEPALIVE_SECONDS,
            socket.TCP_KEEPINTVL: redis_node.KEEPALIVE_EVERY_SECONDS,
            socket.TCP_KEEPCNT: redis_node.KEEPALIVE_TRIES,
        }
    assert client["health_check_interval"] == sender["health_check_interval"] == redis_node.HEALTH_CHECK_SECONDS
    # `socket_timeout` defaults to 5 s: blocking reads need a client of their own with none.
    assert (client["socket_timeout"], sender["socket_timeout"]) == (redis_node.ANSWER_SECONDS,) * 2
    assert listener["socket_timeout"] is None


def test_a_failover_is_waited_for_longer_than_a_restart() -> None:
    assert OneRedis.patience_seconds == redis_routes.ONE_PATIENCE_SECONDS == 3.0
    assert SentinelRedis.patience_seconds == ClusterRedis.patience_seconds == redis_routes.FAILOVER_PATIENCE_SECONDS
    assert redis_routes.FAILOVER_PATIENCE_SECONDS == 10.0


# --- there, but not as it should be


async def test_a_redis_that_is_full_takes_no_writes_and_loses_nothing(stores: Stores, server: RedisServer) -> None:
    await stored(stores.sessions, waiting())
    server.limit_memory(1_000_000)
    with pytest.raises(StoreFull, match="has no memory left: raise maxmemory") as raised:
        await stores.sessions.create(waiting("s2"), "code", CODE_EXPIRES_AT, CREATED_AT)
    assert raised.value.code == "store_full"
    with pytest.raises(StoreFull):
        await stores.sessions.put_asset("s1", 1, Asset("image/png", b"x"))
    # It can be read, and what frees memory is let through.
    assert await stores.sessions.read("s1") is not None
    await stores.sessions.forget_assets("s1")
    await stores.sessions.ping()
    await stores.bus.send("h1", b"goes on")
    server.limit_memory(0)
    await stored(stores.sessions, waiting("s2"))


async def test_a_replica_is_no_store(stores: Stores, server: RedisServer) -> None:
    await stored(stores.sessions, waiting())
    with server.client() as client:
        client.execute_command("REPLICAOF", "127.0.0.1", 1)
    with pytest.raises(StoreReadOnly, match="is a replica and takes no writes") as raised:
        await stores.sessions.revoke_code("code of s1")
    assert raised.value.code == "store_read_only"
    with server.client() as client:
        client.execute_command("REPLICAOF", "NO", "ONE")
    await stores.sessions.revoke_code("code of s1")


async def test_a_master_without_its_replicas_takes_no_writes(stores: Stores, server: RedisServer) -> None:
    with server.client() as client:
        client.config_set("min-replicas-to-write", 1)
    with pytest.raises(StoreReadOnly, match="takes no writes now: NOREPLICAS"):
        await stores.sessions.create(waiting("s2"), "code", CODE_EXPIRES_AT, CREATED_AT)
    assert await stores.sessions.read("s1") is None


async def test_a_redis_that_was_emptied_has_no_sessions_and_takes_new_ones(stores: Stores, server: RedisServer) -> None:
    """FLUSHALL: everything is gone, with no error that would say so, and the scripts too."""
    session = await stored(stores.sessions, waiting())
    server.flush()
    with server.client() as client:
        client.script_flush()
    assert await stores.sessions.read("s1") is None
    assert await stores.sessions.versions(["s1"]) == {}
    assert not await stores.sessions.replace(session, 1, CODE_EXPIRES_AT)
    assert await stores.sessions.claim("code of s1", "tab", CREATED_AT) is None
    await stored(stores.sessions, waiting())


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (BusyLoadingError("Redis is loading the dataset in memory"), StoreAway),
        (ClusterDownError("CLUSTERDOWN The cluster is down"), StoreAway),
        (ResponseError("BUSY Redis is busy running a script."), StoreAway),
        (ConnectionRefusedError(111, "refused"), StoreAway),
        (TimeoutError("timed out"), StoreAway),
        (OutOfMemoryError("command not allowed when used memory > 'maxmemory'."), StoreFull),
        (ResponseError("MISCONF Redis is configured to save RDB snapshots"), StoreReadOnly),
        (ResponseError("NOREPLICAS Not enough good replicas to write."), StoreReadOnly),
        (AuthenticationError("WRONGPASS invalid username-password pair"), StoreError),
        (ResponseError("WRONGTYPE Operation against a key"), StoreError),
    ],
)
def test_each_answer_has_its_error(error: Exception, kind: type[StoreError]) -> None:
    found = store_error(error, "r:1")
    assert type(found) is kind
    assert "Redis at r:1 " in found.sentence
    assert is_away(error) == (kind is StoreAway)


async def test_a_wrong_password_is_not_waited_for(server: RedisServer) -> None:
    with pytest.raises(StoreError, match="answers wrongly") as raised:
        async with open_store(f"redis://ana:secret@127.0.0.1:{server.port}", exclusive=True):
            pass
    assert (raised.value.code, "secret" in str(raised.value)) == ("store_unavailable", False)


async def test_a_redis_that_loads_its_data_is_waited_for(tmp_path: Path, impatient: None) -> None:
    """LOADING, which redis-py counts among the lost lines."""
    with running_redis(
        tmp_path, "--appendonly", "yes", "--enable-debug-command", "yes", "--key-load-delay", "0"
    ) as server:
        async with open_store(server.url, exclusive=True) as stores:
            await stored(stores.sessions, waiting())
            with server.client() as client:
                client.config_set("key-load-delay", 100_000)
                client.config_set("loading-process-events-interval-bytes", 1024)
            loading = asyncio.create_task(asyncio.to_thread(_reload, server))
            heard = []
            async with asyncio.timeout(30):
                while not loading.done():
                    try:
                        await stores.sessions.ping()
                    except StoreAway as error:
                        heard.append(error.sentence)
                    await asyncio.sleep(0.05)
                await back(stores)
            assert heard
            assert await stores.sessions.read("s1") is not None


def _reload(server: RedisServer) -> None:
    with server.client() as client:
        client.execute_command("DEBUG", "LOADAOF")


@pytest.mark.parametrize(
    ("info", "is_new_enough"),
    [
        ({"redis_version": "7.0.15"}, True),
        ({"redis_version": "6.2.14"}, False),
        ({"redis_version": "8.2.0"}, True),
        ({"redis_version": "7.2.4", "valkey_version": "8.1.3", "server_name": "valkey"}, True),
    ],
)
async def test_redis_7_and_valkey_will_do(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch, info: dict[str, str], is_new_enough: bool
) -> None:
    async def send(self: Node, commands: object) -> list[dict[str, str]]:
        return [info]

    monkeypatch.setattr(Node, "send", send)
    commands = Commands(RedisAddress(server.url))
    try:
        if is_new_enough:
            await commands.open()
        else:
            with pytest.raises(StoreError, match="Cobrowse needs 7 or newer"):
                await commands.open()
    finally:
        await commands.close()


async def test_a_redis_that_may_throw_sessions_away_is_warned_of(
    server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    with server.client() as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
    async with open_store(server.url, exclusive=True):
        assert "store_evicts" in caplog.text
