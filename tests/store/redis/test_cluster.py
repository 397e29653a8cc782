"""What the store bears in a Redis Cluster alone: slots that move, masters that change, nodes that are away."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from redis.crc import key_slot
from redis.exceptions import MovedError, ResponseError

from cobrowse.core.errors import StoreAway, StoreError
from cobrowse.store.opening import Stores, open_store
from cobrowse.store.redis import commands as redis_commands
from cobrowse.store.redis import node as redis_node
from cobrowse.store.redis.address import Host
from cobrowse.store.redis.cluster import ClusterRedis, _host
from cobrowse.store.redis.commands import Commands
from cobrowse.store.redis.keys import Keys
from cobrowse.store.redis.node import Command, Node
from cobrowse.store.redis.sessions import RedisSessions
from tests.redis_servers.cluster import RedisCluster, running_cluster
from tests.redis_servers.one import RedisServer
from tests.redis_servers.process import within
from tests.store.inbox import Inbox, next_loss
from tests.store.making import CREATED_AT, stored, waiting
from tests.store.until import back, until

pytestmark = pytest.mark.redis

KEYS = Keys("cobrowse")


@pytest.fixture
async def stores(cluster: RedisCluster) -> AsyncIterator[Stores]:
    async with open_store(cluster.url, exclusive=True) as opened:
        yield opened


@pytest.fixture
async def unled(cluster: RedisCluster, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stores]:
    """Stores that are told of no change but by the nodes' own answers."""
    monkeypatch.setattr(redis_commands, "FOLLOW_SECONDS", 600.0)
    async with open_store(cluster.url, exclusive=True) as opened:
        yield opened


def commands_of(stores: Stores) -> Commands:
    assert isinstance(stores.sessions, RedisSessions)
    return stores.sessions._redis


def session_slot(session_id: str) -> int:
    return key_slot(KEYS.key("session", session_id).encode())


def another_than(cluster: RedisCluster, node: RedisServer) -> RedisServer:
    return next(each for each in cluster.masters() if each is not node)


def of_each_master(cluster: RedisCluster) -> dict[RedisServer, str]:
    """A session id for each master."""
    found: dict[RedisServer, str] = {}
    for n in range(1000):
        found.setdefault(cluster.master_of(session_slot(f"s{n}")), f"s{n}")
        if len(found) == 3:
            break
    return found


# --- slots


async def test_redis_py_pitfall_scripts_across_slots_are_refused_in_the_client(stores: Stores, redis_url: str) -> None:
    """On every kind of Redis, so that what runs on one runs on all."""
    async with open_store(redis_url, exclusive=True) as one:
        for each in (stores, one):
            with pytest.raises(ValueError, match="several slots"):
                await commands_of(each).script("drop_gone", ["{a}:1", "{b}:1"], ["s1"])


async def test_one_call_reaches_keys_on_every_master(stores: Stores, cluster: RedisCluster) -> None:
    ids = of_each_master(cluster)
    for session_id in ids.values():
        await stored(stores.sessions, waiting(session_id), due_at=CREATED_AT)
    assert await stores.sessions.versions([*ids.values(), "none"]) == dict.fromkeys(ids.values(), 1)
    assert set(await stores.sessions.due(CREATED_AT, 10)) == set(ids.values())
    assert len(await stores.sessions.list_for_agent("ana")) == 3
    for node in ids:
        with node.client() as client:
            assert client.dbsize() > 0


async def test_a_slot_that_moves_with_all_its_keys_loses_nothing(unled: Stores, cluster: RedisCluster) -> None:
    """MOVED."""
    stores = unled
    await stored(stores.sessions, waiting())
    slot = session_slot("s1")
    home = cluster.master_of(slot)
    away = another_than(cluster, home)
    try:
        await asyncio.to_thread(cluster.move_slot, slot, away)
        versioned = await stores.sessions.read("s1")
        assert versioned is not None
        assert await stores.sessions.replace(versioned.session, 1, CREATED_AT)
        assert await stores.sessions.due(CREATED_AT, 5) == ["s1"]
        assert commands_of(stores).routes.node(KEYS.key("session", "s1")).host.port == away.port
    finally:
        await asyncio.to_thread(cluster.move_slot, slot, home)
    assert await stores.sessions.versions(["s1"]) == {"s1": 2}


async def test_redis_py_pitfall_asking_goes_over_the_line_of_its_command(
    stores: Stores, cluster: RedisCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ASK, while a slot is on its way: redis-py may send ASKING on one connection and the command on another."""
    asked = Node.ask
    answers = []

    async def ask(self: Node, command: Command) -> Any:
        answers.append(await asked(self, command))
        return answers[-1]

    monkeypatch.setattr(Node, "ask", ask)
    piped = Node._piped
    first = []

    async def recorded(self: Node, commands: Sequence[Command]) -> list[Any]:
        first.append(commands[0][0])
        return await piped(self, commands)

    monkeypatch.setattr(Node, "_piped", recorded)
    slot = session_slot("s1")
    home = cluster.master_of(slot)
    away = another_than(cluster, home)
    await stored(stores.sessions, waiting())
    # Several connections to each node, so that the wrong one can be taken.
    await asyncio.gather(*(stores.sessions.read(f"x{n}") for n in range(60)))
    try:
        await asyncio.to_thread(cluster.begin_move, slot, away)
        await asyncio.to_thread(cluster.move_keys, slot, away)
        found = await asyncio.gather(*(stores.sessions.read("s1") for _ in range(30)))
        assert all(one is not None and one.version == 1 for one in found)
        # None was sent back, as one is that comes without its ASKING.
        assert len(answers) == 30 and not any(isinstance(answer, Exception) for answer in answers)
        assert first.count("ASKING") == 30
        assert await stores.sessions.versions(["s1"]) == {"s1": 1}
        assert await stores.sessions.replace(waiting(), 1, CREATED_AT)
    finally:
        await asyncio.to_thread(cluster.move_slot, slot, away)
        await asyncio.to_thread(cluster.move_slot, slot, home)
    assert await stores.sessions.versions(["s1"]) == {"s1": 2}


async def test_a_slot_of_which_half_the_keys_have_moved_is_waited_for(stores: Stores, cluster: RedisCluster) -> None:
    """TRYAGAIN, for a script whose keys are on both sides."""
    session = await stored(stores.sessions, waiting(), due_at=CREATED_AT)
    slot = session_slot("s1")
    home = cluster.master_of(slot)
    away = another_than(cluster, home)
    try:
        await asyncio.to_thread(cluster.begin_move, slot, away)
        await asyncio.to_thread(cluster.move_keys, slot, away, 1)
        write = asyncio.create_task(stores.sessions.replace(session, 1, CREATED_AT))
        await asyncio.sleep(0.2)
        assert not write.done()
        await asyncio.to_thread(cluster.move_keys, slot, away)
        async with asyncio.timeout(30):
            assert await write
    finally:
        await asyncio.to_thread(cluster.move_slot, slot, away)
        await asyncio.to_thread(cluster.move_slot, slot, home)
    assert await stores.sessions.versions(["s1"]) == {"s1": 2}


# --- the Bus


async def test_redis_py_pitfall_each_inbox_has_a_line_of_its_own_to_its_shard(
    stores: Stores, cluster: RedisCluster
) -> None:
    """redis-py's own sharded subscription polls the nodes in turn, and must be told to learn the map first."""
    hubs: dict[RedisServer, str] = {}
    for n in range(1000):
        hubs.setdefault(cluster.master_of(KEYS.inbox(f"h{n}").encode()), f"h{n}")
        if len(hubs) == 3:
            break
    inboxes = {hub: Inbox() for hub in hubs.values()}
    async with asyncio.timeout(60):
        async with asyncio.TaskGroup() as group:
            listening = [_listening(stores, hub, inbox) for hub, inbox in inboxes.items()]
            tasks = [group.create_task(each) for each in listening]
            await until(lambda: _nobody_is_absent(stores, list(inboxes)))
            for n in range(50):
                await asyncio.gather(*(stores.bus.send(hub, b"%d" % n) for hub in inboxes))
            for inbox in inboxes.values():
                assert await inbox.first(50) == [b"%d" % n for n in range(50)]
            for task in tasks:
                task.cancel()


async def _listening(stores: Stores, hub: str, inbox: Inbox) -> None:
    async with stores.bus.listen(hub, inbox.receive):
        await asyncio.Event().wait()


async def _nobody_is_absent(stores: Stores, hubs: list[str]) -> bool:
    return await stores.bus.absent(hubs) == set()


async def test_a_listener_follows_its_slot(unled: Stores, cluster: RedisCluster) -> None:
    stores = unled
    slot = key_slot(KEYS.inbox("h1").encode())
    home = cluster.master_of(slot)
    inbox, losses = Inbox(), stores.bus.losses()
    async with stores.bus.listen("h1", inbox.receive):
        for where in (another_than(cluster, home), home):
            await asyncio.to_thread(cluster.move_slot, slot, where)
            await next_loss(losses)

            async def heard(text: bytes = b"%d" % where.port) -> bool:
                try:
                    await stores.bus.send("h1", text)
                except StoreError:
                    return False  # It says so where it went to the one that has the slot no more.
                return text in inbox.received

            await until(heard)


# --- masters that change


async def test_a_failover_that_was_asked_for_loses_nothing(
    stores: Stores, cluster: RedisCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ClusterRedis, "patience_seconds", 60.0)
    monkeypatch.setattr(redis_commands, "FOLLOW_SECONDS", 0.2)
    home = cluster.master_of(session_slot("s1"))
    hub = next(f"h{n}" for n in range(100) if cluster.master_of(KEYS.inbox(f"h{n}").encode()) is home)
    inbox, losses = Inbox(), stores.bus.losses()
    await stored(stores.sessions, waiting())
    async with stores.bus.listen(hub, inbox.receive):
        failing_over = asyncio.create_task(asyncio.to_thread(cluster.fail_over, home))
        n = 0
        async with asyncio.timeout(60):
            while not failing_over.done():
                n += 1
                await stored(stores.sessions, waiting(f"s{n + 1}"))
        master = await failing_over
        await next_loss(losses)

        async def heard() -> bool:
            try:
                await stores.bus.send(hub, b"after")
            except StoreError:
                return False
            return b"after" in inbox.received

        await until(heard)
    ids = [f"s{each}" for each in range(1, n + 2)]
    assert await stores.sessions.versions(ids) == dict.fromkeys(ids, 1)
    assert commands_of(stores).routes.node(KEYS.key("session", "s1")).host.port == master.port


async def test_a_master_that_is_away_costs_the_others_nothing_until_its_replica_takes_over(tmp_path: Path) -> None:
    with running_cluster(tmp_path, "--cluster-require-full-coverage", "no", replicas=1, node_timeout_ms=2000) as own:
        ids = of_each_master(own)
        async with open_store(own.url, exclusive=True) as stores:
            for session_id in ids.values():
                await stored(stores.sessions, waiting(session_id))
            gone, lost = next(iter(ids.items()))
            await asyncio.to_thread(_replicated, gone)
            gone.pause()
            reading = asyncio.create_task(stores.sessions.read(lost))
            others = [session_id for session_id in ids.values() if session_id != lost]
            for _ in range(20):
                assert await stores.sessions.versions(others) == dict.fromkeys(others, 1)
            # It is waited for, and its replica answers.
            assert await reading is not None
            gone.kill()
            assert await stores.sessions.replace(waiting(lost), 1, CREATED_AT)


def _replicated(master: RedisServer) -> None:
    with master.client() as client:
        client.execute_command("WAIT", 1, 10_000)


async def test_a_cluster_that_is_down_is_away_and_comes_back(
    cluster: RedisCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CLUSTERDOWN, as a slot without a node answers."""
    monkeypatch.setattr(ClusterRedis, "patience_seconds", 0.5)
    slot = session_slot("s1")
    home = cluster.master_of(slot)
    async with open_store(cluster.url, exclusive=True) as stores:
        await asyncio.to_thread(_for_each, cluster, "CLUSTER", "DELSLOTS", slot)
        try:
            with pytest.raises(StoreAway):
                await stores.sessions.read("s1")
        finally:
            with home.client() as client:
                client.execute_command("CLUSTER", "ADDSLOTS", slot)
        await asyncio.to_thread(_whole, cluster)

        async def answers() -> bool:
            try:
                return await stores.sessions.read("s1") is None
            except StoreAway:
                return False

        await until(answers)


def _for_each(cluster: RedisCluster, *command: Any) -> None:
    for node in cluster.nodes:
        with node.client() as client:
            try:
                client.execute_command(*command)
            except ResponseError:
                continue  # It knows of it already.


def _whole(cluster: RedisCluster) -> None:
    within(60.0, cluster.is_whole, "the cluster serves again")


# --- the map


async def test_redis_py_pitfall_more_callers_than_connections_wait_their_turn(
    cluster: RedisCluster, patient: None
) -> None:
    """redis-py's cluster client has 100 connections a node and raises beyond; here is a semaphore."""
    async with open_store(cluster.url, exclusive=True) as stores:
        answers = await asyncio.gather(*(stores.sessions.read(f"s{n}") for n in range(600)))
    assert answers == [None] * 600


async def test_one_node_is_enough_to_begin_with(cluster: RedisCluster) -> None:
    async with open_store(f"redis+cluster://127.0.0.1:{cluster.nodes[-1].port}", exclusive=True) as stores:
        await stored(stores.sessions, waiting())


async def test_the_map_does_not_come_from_a_node_that_stands_still(cluster: RedisCluster) -> None:
    still = cluster.replicas_of(cluster.masters()[0])[0]
    hosts = ",".join(f"127.0.0.1:{node.port}" for node in (still, cluster.masters()[0]))
    still.pause()
    try:
        async with open_store(f"redis+cluster://{hosts}", exclusive=True) as stores:
            await stored(stores.sessions, waiting())
    finally:
        still.go_on()


async def test_a_single_redis_is_no_cluster_and_a_cluster_is_no_single_redis(
    cluster: RedisCluster, redis_url: str
) -> None:
    with pytest.raises(StoreError):
        async with open_store(redis_url.replace("redis://", "redis+cluster://"), exclusive=True):
            pass
    async with open_store(f"redis://127.0.0.1:{cluster.nodes[0].port}", exclusive=True) as stores:
        with pytest.raises(StoreError, match="begin `store` with redis\\+cluster://"):
            for n in range(50):
                await stores.sessions.read(f"s{n}")


async def test_two_nodes_that_send_us_to_each_other_are_followed_for_a_while(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_commands, "MOVES_AT_ONCE", 2)
    monkeypatch.setattr(ClusterRedis, "patience_seconds", -2.5)  # Half a second in all.
    asked = []

    async def send(self: Node, commands: object) -> list[Exception]:
        asked.append(self.name)
        return [MovedError("5 127.0.0.1:1")]

    monkeypatch.setattr(Node, "send", send)
    with pytest.raises(StoreError):
        await stores.sessions.read("s1")
    assert 3 <= len(asked) <= 30


async def test_a_node_that_does_not_answer_a_ping_is_looked_for_itself(
    stores: Stores, cluster: RedisCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_commands, "PROBE_SECONDS", 0.3)
    commands = commands_of(stores)
    for master in cluster.masters():
        master.pause()
        with pytest.raises(StoreAway):
            await stores.sessions.ping()
        [node] = [each for each in commands.routes.nodes() if each.host.port == master.port]
        await asyncio.sleep(0.3)  # It is looked for, and the others answer.
        assert commands.breaker(node).is_away
        master.go_on()
        await back(stores)


async def test_a_shard_that_is_away_keeps_no_hub_from_starting(
    cluster: RedisCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_node, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(ClusterRedis, "patience_seconds", 0.3)
    ids = of_each_master(cluster)
    (away, _), (_, there), *_ = ids.items()
    away.pause()
    try:
        async with open_store(cluster.url, exclusive=True) as stores:
            assert await stores.sessions.read(there) is None
    finally:
        away.go_on()


def test_names_in_the_map() -> None:
    asked = Host("a", 7000)
    assert _host([b"b", 7001, b"id"], asked) == Host("b", 7001)
    assert _host([None, 7001, b"id"], asked) == _host([b"", 7001, b"id"], asked) == Host("a", 7001)
    with pytest.raises(Exception, match="set cluster-announce-hostname"):
        _host([b"?", 7001, b"id"], asked)
