"""A Redis Cluster for tests: three masters, with replicas where asked for, all real processes on the loopback.

with running_cluster(tmp_path, replicas=1, node_timeout_ms=2000) as cluster:
    cluster.url                            # redis+cluster://127.0.0.1:…,127.0.0.1:…,127.0.0.1:…
    node = cluster.master_of(b"key")
    cluster.fail_over(node)                # asked for: returns when all nodes name its replica
    node.kill(); cluster.wait_for_another_than(node)
    cluster.move_slot(key_slot(b"key"), cluster.masters()[0])
"""

import random
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from redis import Redis
from redis.crc import key_slot
from redis.exceptions import RedisError

from tests.redis_servers.certificates import Certificates
from tests.redis_servers.one import RedisServer
from tests.redis_servers.process import STARTS_WITHIN_SECONDS, redis_program, within

SLOTS = 16_384
# A node of a cluster talks to the others at its port and this: both must lie below the ephemeral range (32768 on).
BUS_OFFSET = 10_000
CLUSTER_PORTS = range(11_000, 22_000)
MASTERS = 3
# A node that nobody asked to go is not to go because the machine is busy.
NEVER_DOWN_MS = 120_000
FAILS_OVER_WITHIN_SECONDS = 60.0
STARTS_TRIED = 5
MOVED_AT_ONCE = 1000
ASKED_AGAIN_SECONDS = 6.0


class _Seen(NamedTuple):
    """What one node says of one master: its slots, and the ports of its replicas."""

    port: int
    node_id: str
    slots: list[tuple[int, int]]
    replicas: list[int]


class RedisCluster:
    """The nodes. Opened by `running_cluster`."""

    def __init__(
        self,
        folder: Path,
        *options: str,
        replicas: int = 0,
        node_timeout_ms: int = NEVER_DOWN_MS,
        tls: Certificates | None = None,
        password: str = "",
    ) -> None:
        self._folder = folder
        self._options = (
            *("--cluster-enabled", "yes", "--cluster-node-timeout", str(node_timeout_ms)),
            *("--repl-diskless-sync-delay", "0"),
            *(("--tls-cluster", "yes", "--tls-replication", "yes") if tls else ()),
            *options,
        )
        self._replicas = replicas
        self.tls = tls
        self.password = password
        self.nodes: list[RedisServer] = []

    @property
    def url(self) -> str:
        """For the setting `store`: the first three nodes."""
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes[:MASTERS])
        user = f":{self.password}@" if self.password else ""
        return f"{'rediss' if self.tls else 'redis'}+cluster://{user}{hosts}"

    def start(self) -> None:
        """Return once every node knows all others and the cluster serves every slot."""
        for n in range(MASTERS * (1 + self._replicas)):
            self.nodes.append(self._started(n))
        for n, node in enumerate(self.nodes[:MASTERS]):
            with node.client() as client:
                first, last = n * SLOTS // MASTERS, (n + 1) * SLOTS // MASTERS - 1
                client.execute_command("CLUSTER", "ADDSLOTSRANGE", first, last)
        with self.nodes[0].client() as client:
            for n, node in enumerate(self.nodes):
                with node.client() as own:
                    own.execute_command("CLUSTER", "SET-CONFIG-EPOCH", n + 1)
                if n:
                    client.execute_command("CLUSTER", "MEET", "127.0.0.1", node.port, node.port + BUS_OFFSET)
        within(STARTS_WITHIN_SECONDS, lambda: self._all_know(len(self.nodes)), "the nodes know each other")
        for n, node in enumerate(self.nodes[MASTERS:]):
            with node.client() as client:
                client.execute_command("CLUSTER", "REPLICATE", self.id_of(self.nodes[n % MASTERS]))
        within(STARTS_WITHIN_SECONDS, self.is_whole, "the cluster serves")

    def kill(self) -> None:
        """End every process."""
        for node in self.nodes:
            node.kill()

    def masters(self) -> list[RedisServer]:
        """The masters that have slots, by their first slot, as most nodes see it."""
        return [self._node(seen.port) for seen in self._see(self._any())]

    def replicas_of(self, master: RedisServer) -> list[RedisServer]:
        """The replicas of this master."""
        [ports] = [seen.replicas for seen in self._see(self._any()) if seen.port == master.port]
        return [self._node(port) for port in ports]

    def master_of(self, key: bytes | int) -> RedisServer:
        """The master that serves a key or a slot."""
        slot = key if isinstance(key, int) else key_slot(key)
        for seen in self._see(self._any()):
            if any(first <= slot <= last for first, last in seen.slots):
                return self._node(seen.port)
        raise RuntimeError(f"nobody serves slot {slot}")

    def id_of(self, node: RedisServer) -> str:
        """A node's name in the cluster."""
        with node.client() as client:
            return _text(client.execute_command("CLUSTER", "MYID"))

    def fail_over(self, master: RedisServer) -> RedisServer:
        """Make the replica of this master the master, as an operator would; returns it once all agree."""
        replica = self.replicas_of(master)[0]
        asked_again_at = 0.0

        def is_so() -> bool:
            nonlocal asked_again_at
            # Redis gives up after 5 s, where master or replica was busy, and says nothing.
            if time.monotonic() >= asked_again_at and not self._leads(replica):
                asked_again_at = time.monotonic() + ASKED_AGAIN_SECONDS
                with replica.client() as client:
                    client.execute_command("CLUSTER", "FAILOVER")
            return self._leads(replica)

        within(FAILS_OVER_WITHIN_SECONDS, is_so, "a failover that was asked for")
        return self.wait_for_another_than(master)

    def wait_for_another_than(self, master: RedisServer) -> RedisServer:
        """The master that took over, once all running nodes agree, the old one as a replica where it runs."""
        shard = self._shard(master)

        def holders(node: RedisServer) -> set[int]:
            return {seen.port for seen in self._see(node)} & shard

        def is_so() -> bool:
            found = [holders(node) for node in self._running()]
            return all(len(each) == 1 and master.port not in each for each in found) and self.is_whole()

        within(FAILS_OVER_WITHIN_SECONDS, is_so, "another master")
        [port] = holders(self._any())
        return self._node(port)

    def move_slot(self, slot: int, to: RedisServer) -> None:
        """Migrate a slot with all its keys, while others use it; returns once all nodes agree."""
        source = self.master_of(slot)
        self.begin_move(slot, to)
        self.move_keys(slot, to)
        for node in (to, source, *self._running()):
            with node.client() as client:
                if client.info("replication")["role"] == "master":
                    client.execute_command("CLUSTER", "SETSLOT", slot, "NODE", self.id_of(to))
        within(FAILS_OVER_WITHIN_SECONDS, lambda: self._all_see(slot, to), "all know where the slot is")

    def begin_move(self, slot: int, to: RedisServer) -> None:
        """The slot is migrating: its keys answer where they are, and what is not there answers ASK."""
        source = self.master_of(slot)
        with to.client() as client:
            client.execute_command("CLUSTER", "SETSLOT", slot, "IMPORTING", self.id_of(source))
        with source.client() as client:
            client.execute_command("CLUSTER", "SETSLOT", slot, "MIGRATING", self.id_of(to))

    def move_keys(self, slot: int, to: RedisServer, count: int = MOVED_AT_ONCE) -> None:
        """Bring over keys of a slot that is migrating: at most `count`."""
        with self.master_of(slot).client() as client:
            keys = client.execute_command("CLUSTER", "GETKEYSINSLOT", slot, count)
            if keys:
                user = ["AUTH", self.password] if self.password else []
                client.execute_command("MIGRATE", "127.0.0.1", to.port, "", 0, 5000, *user, "KEYS", *keys)

    def flush(self) -> None:
        """FLUSHALL on every master."""
        for node in self.masters():
            node.flush()

    def is_whole(self) -> bool:
        """True where all running nodes say the cluster is well, and every replica that runs follows its master."""
        return all(self._is_well(node) for node in self._running()) and self._agree()

    def _started(self, n: int) -> RedisServer:
        for tried in range(STARTS_TRIED):
            folder = self._folder / f"node-{n}-{tried}"
            node = RedisServer(
                redis_program(),
                folder,
                *self._options,
                port=free_cluster_port(),
                tls=self.tls,
                password=self.password,
            )
            try:
                node.start()
            except RuntimeError:
                # Somebody was given one of the two ports meanwhile.
                node.kill()
                continue
            return node
        raise RuntimeError("a node of the cluster did not start")

    def _running(self) -> list[RedisServer]:
        return [node for node in self.nodes if node.runs]

    def _any(self) -> RedisServer:
        """A node that answers."""
        for node in self._running():
            if node.process_id():
                return node
        raise RuntimeError("no node of the cluster answers")

    def _node(self, port: int) -> RedisServer:
        return next(node for node in self.nodes if node.port == port)

    @staticmethod
    def _leads(node: RedisServer) -> bool:
        with node.client() as client:
            return bool(client.info("replication")["role"] == "master")

    def _shard(self, node: RedisServer) -> set[int]:
        """The ports of a node and of all that ever replicate it or are replicated by it."""
        index = self.nodes.index(node) % MASTERS
        return {each.port for each in self.nodes[index::MASTERS]}

    def _see(self, node: RedisServer) -> list[_Seen]:
        with node.client() as client:
            return seen_in(_text(_raw(client, "CLUSTER", "NODES")))

    def _all_know(self, count: int) -> bool:
        for node in self.nodes:
            with node.client() as client:
                info = _text(_raw(client, "CLUSTER", "INFO"))
            if f"cluster_known_nodes:{count}\r" not in info or "cluster_state:ok" not in info:
                return False
        return True

    def _is_well(self, node: RedisServer) -> bool:
        with node.client() as client:
            info = _text(_raw(client, "CLUSTER", "INFO"))
            replication: dict[str, Any] = client.info("replication")
        follows = replication["role"] == "master" or replication["master_link_status"] == "up"
        return follows and "cluster_state:ok" in info and f"cluster_slots_ok:{SLOTS}\r" in info

    def _agree(self) -> bool:
        """All who run see the same, and each who runs is a master with slots or a replica of one."""
        running = {node.port for node in self._running()}
        views = [
            [(seen.port, seen.slots, sorted(running & set(seen.replicas))) for seen in self._see(node)]
            for node in self._running()
        ]
        known = {port for master, _, replicas in views[0] for port in (master, *replicas)}
        return running <= known and all(view == views[0] for view in views)

    def _all_see(self, slot: int, where: RedisServer) -> bool:
        for node in self._running():
            holders = {s.port for s in self._see(node) if any(first <= slot <= last for first, last in s.slots)}
            if holders != {where.port}:
                return False
        return True


def seen_in(text: str) -> list[_Seen]:
    """The masters with slots in an answer to CLUSTER NODES, by their first slot."""
    lines = [line.split() for line in text.splitlines()]
    found = []
    for fields in lines:
        slots = [_range(field) for field in fields[8:] if not field.startswith("[")]
        if "master" in fields[2].split(",") and slots:
            replicas = [_port(each) for each in lines if each[3] == fields[0]]
            found.append(_Seen(_port(fields), fields[0], slots, replicas))
    return sorted(found, key=lambda seen: seen.slots)


def _port(fields: list[str]) -> int:
    return int(fields[1].partition("@")[0].rpartition(":")[2])


def _range(field: str) -> tuple[int, int]:
    first, _, last = field.partition("-")
    return int(first), int(last or first)


def _raw(client: "Redis", *command: str) -> Any:
    """The answer as it came: redis-py makes dictionaries of some."""
    connection = client.connection_pool.get_connection()
    try:
        connection.send_command(*command)  # type: ignore[no-untyped-call]  # untyped in redis-py
        return connection.read_response()
    finally:
        client.connection_pool.release(connection)


def _text(answer: Any) -> str:
    if isinstance(answer, RedisError):
        raise answer
    return answer.decode() if isinstance(answer, bytes) else str(answer)


def free_cluster_port() -> int:
    """A port whose bus port is free, too, both below the ephemeral range."""
    for port in random.sample(CLUSTER_PORTS, 200):
        if _is_free(port) and _is_free(port + BUS_OFFSET):
            return port
    raise RuntimeError("there is no free port for a node of a cluster")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


@contextmanager
def running_cluster(
    folder: Path,
    *options: str,
    replicas: int = 0,
    node_timeout_ms: int = NEVER_DOWN_MS,
    tls: Certificates | None = None,
    password: str = "",
) -> Iterator[RedisCluster]:
    """Three masters, each with so many replicas, within the context. `options` are the redis-servers'.

    A replica takes over by itself after `node_timeout_ms`, which by default never comes. Skips where there is no
    redis-server, but fails in CI."""
    cluster = RedisCluster(
        folder, *options, replicas=replicas, node_timeout_ms=node_timeout_ms, tls=tls, password=password
    )
    with ExitStack() as stack:
        stack.callback(cluster.kill)
        cluster.start()
        yield cluster
