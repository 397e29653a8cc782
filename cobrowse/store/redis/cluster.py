"""`Routes` in a Redis Cluster: the map from slots to masters, from any node that answers.

redis-py has a client for clusters. It is not used: it may send ASKING on one connection and the command on another,
closes everybody's connections when one node says CLUSTERDOWN, and lets all callers wait for a map from a node that
stands still. Here each node is a client of its own, so that one that is away costs the others nothing."""

import asyncio
import random
import time
from contextlib import suppress
from typing import Any

from redis.crc import key_slot
from redis.exceptions import ConnectionError, RedisError

from cobrowse.ending import ended
from cobrowse.store.redis.address import Host, RedisAddress
from cobrowse.store.redis.keys import SLOTS
from cobrowse.store.redis.node import Node
from cobrowse.store.redis.routes import FAILOVER_PATIENCE_SECONDS

# How many nodes are asked at once for the map; the first answer counts.
ASKED_AT_ONCE = 3
# How soon after one map another is asked for, because a slot was elsewhere.
MAP_SECONDS = 1.0


class ClusterRedis:
    """`Routes` to the masters of a cluster."""

    sharded = True
    patience_seconds = FAILOVER_PATIENCE_SECONDS

    def __init__(self, address: RedisAddress) -> None:
        self._address = address
        self._nodes: dict[str, Node] = {}
        self._slots: list[Node | None] = [None] * SLOTS
        self._replicas: list[Host] = []
        self._finding = asyncio.Lock()
        self._found_at = 0.0

    async def open(self) -> None:
        await self.refresh()

    def node(self, key: str) -> Node:
        node = self._slots[key_slot(key.encode())]
        if node is None:
            raise ConnectionError("no node of the cluster serves this slot")
        return node

    def nodes(self) -> list[Node]:
        return list(self._nodes.values())

    async def refresh(self, avoid: str = "") -> None:
        asked_at = time.monotonic()
        async with self._finding:
            if self._found_at > asked_at:
                # Found by another while we waited.
                return
            await self._take(await self._map(avoid))
            self._found_at = time.monotonic()

    async def moved(self, slot: int, host: str, port: int, told_by: Node) -> None:
        self._slots[slot] = self.at(host, port, told_by)
        if time.monotonic() - self._found_at >= MAP_SECONDS:
            # Seldom has one slot moved alone. What was just said holds where the map cannot be had.
            with suppress(RedisError, OSError):
                await self.refresh()

    def at(self, host: str, port: int, told_by: Node) -> Node:
        wanted = Host(host or told_by.host.name, port)
        node = self._nodes.get(str(wanted))
        if node is None:
            node = self._nodes[str(wanted)] = Node(self._address, wanted)
        return node

    async def close(self) -> None:
        await asyncio.gather(*(node.close() for node in self._nodes.values()))

    async def _map(self, avoid: str) -> list[tuple[int, int, Host, list[Host]]]:
        """First slot, last slot, master and replicas of each range, from the first node that answers."""
        known = {*self._address.hosts, *self._replicas, *(node.host for node in self._nodes.values())}
        hosts = sorted(known, key=lambda host: (str(host) == avoid, random.random()))  # noqa: S311 (no secret)
        errors: list[str] = []
        for first in range(0, len(hosts), ASKED_AT_ONCE):
            asked = {asyncio.create_task(self._ask(host)) for host in hosts[first : first + ASKED_AT_ONCE]}
            try:
                for answer in asyncio.as_completed(asked):
                    try:
                        return await answer
                    except (RedisError, OSError) as error:
                        errors.append(str(error))
            finally:
                await ended(*asked)
        raise ConnectionError(f"no node of the cluster tells its map: {'; '.join(errors)}")

    async def _ask(self, host: Host) -> list[tuple[int, int, Host, list[Host]]]:
        asked = Node(self._address, host)
        ranges = await asked.probe(("CLUSTER", "SLOTS"))
        if not ranges:
            raise ConnectionError(f"{host} serves no cluster yet")
        return [
            (first, last, _host(master, host), [_host(each, host) for each in others])
            for first, last, master, *others in ranges
        ]

    async def _take(self, ranges: list[tuple[int, int, Host, list[Host]]]) -> None:
        slots: list[Node | None] = [None] * SLOTS
        masters: dict[str, Node] = {}
        for first, last, host, _ in ranges:
            node = masters[str(host)] = (
                self._nodes.get(str(host)) or masters.get(str(host)) or Node(self._address, host)
            )
            slots[first : last + 1] = [node] * (last - first + 1)
        gone = [node for name, node in self._nodes.items() if name not in masters]
        self._slots, self._nodes = slots, masters
        self._replicas = [each for *_, replicas in ranges for each in replicas]
        # What waits for the answer of a node that serves nothing any more waits no longer.
        await asyncio.gather(*(node.close() for node in gone))


def _host(told: Any, asked: Host) -> Host:
    """A server as CLUSTER SLOTS names it; none, or an empty name, is the one that was asked."""
    name, port = told[0], int(told[1])
    text = name.decode() if isinstance(name, bytes) else (name or "")
    if text == "?":
        raise ConnectionError(f"{asked} does not know a node's name: set cluster-announce-hostname on every node")
    return Host(text or asked.name, port)
