"""Which server a key is at: one Redis, the master that sentinels name, or the nodes of a cluster (cluster.py)."""

import asyncio
import logging
from collections import Counter
from typing import Protocol

from redis.exceptions import ConnectionError, RedisError

from cobrowse.ending import ended
from cobrowse.store.redis.address import Host, RedisAddress
from cobrowse.store.redis.node import PROBE_SECONDS, Node, closed, connected

# How long a lost server is waited for. A failover takes seconds; a restart of the only one is short, or it is long.
ONE_PATIENCE_SECONDS = 3.0
FAILOVER_PATIENCE_SECONDS = 10.0

log = logging.getLogger(__name__)


class Routes(Protocol):
    """Who serves what. All that goes wrong is what redis-py raises, or `OSError`."""

    # Whether messages go by sharded pub/sub, and a channel has a server of its own.
    sharded: bool
    patience_seconds: float

    async def open(self) -> None:
        """Find the servers. Raises where nobody answers."""
        ...

    def node(self, key: str) -> Node:
        """The server of a key or a channel."""
        ...

    def nodes(self) -> list[Node]:
        """Every server that keys may be at."""
        ...

    async def refresh(self, avoid: str = "") -> None:
        """Find out anew who serves what, not from the server named `avoid` where there is another."""
        ...

    async def moved(self, slot: int, host: str, port: int, told_by: Node) -> None:
        """A server said that another one serves this slot."""
        ...

    def at(self, host: str, port: int, told_by: Node) -> Node:
        """The server that another one named."""
        ...

    async def close(self) -> None: ...


class OneRedis:
    """`Routes` where there is one server."""

    sharded = False
    patience_seconds = ONE_PATIENCE_SECONDS

    def __init__(self, address: RedisAddress) -> None:
        self._node = Node(address, address.hosts[0])

    async def open(self) -> None:
        """There is nothing to find."""

    def node(self, key: str) -> Node:
        return self._node

    def nodes(self) -> list[Node]:
        return [self._node]

    async def refresh(self, avoid: str = "") -> None:
        """There is nothing to find."""

    async def moved(self, slot: int, host: str, port: int, told_by: Node) -> None:
        raise ConnectionError("it is a node of a cluster: begin `store` with redis+cluster:// or rediss+cluster://")

    def at(self, host: str, port: int, told_by: Node) -> Node:
        raise ConnectionError("it is a node of a cluster: begin `store` with redis+cluster:// or rediss+cluster://")

    async def close(self) -> None:
        await self._node.close()


class SentinelRedis:
    """`Routes` to the master that most sentinels name."""

    sharded = False
    patience_seconds = FAILOVER_PATIENCE_SECONDS

    def __init__(self, address: RedisAddress) -> None:
        self._address = address
        self._master: Node | None = None
        self._finding = asyncio.Lock()

    async def open(self) -> None:
        await self.refresh()

    def node(self, key: str) -> Node:
        if self._master is None:
            raise ConnectionError(f"no sentinel has named the master {self._address.master}")
        return self._master

    def nodes(self) -> list[Node]:
        return [self._master] if self._master else []

    async def refresh(self, avoid: str = "") -> None:
        async with self._finding:
            host = await self._named()
            if self._master is not None and self._master.host == host:
                return
            found = Node(self._address, host)
            try:
                role = await found.probe(("INFO", "replication"))
                if role["role"] != "master":
                    raise ConnectionError(f"{host} is named master, but is not one yet")
            except BaseException:
                await found.close()
                raise
            lost, self._master = self._master, found
        if lost is not None:
            log.warning("store_moved master=%s from=%s to=%s", self._address.master, lost.name, found.name)
            # What waits for the old master's answers waits no longer.
            await lost.close()

    async def moved(self, slot: int, host: str, port: int, told_by: Node) -> None:
        raise ConnectionError("it is a node of a cluster: begin `store` with redis+cluster:// or rediss+cluster://")

    def at(self, host: str, port: int, told_by: Node) -> Node:
        raise ConnectionError("it is a node of a cluster: begin `store` with redis+cluster:// or rediss+cluster://")

    async def close(self) -> None:
        if self._master is not None:
            await self._master.close()

    async def _named(self) -> Host:
        """Whom most sentinels name. All are asked at once: one that stands still costs nothing while most answer."""
        asked = {asyncio.create_task(self._ask(sentinel)) for sentinel in self._address.hosts}
        named: Counter[Host] = Counter()
        errors = []
        try:
            for answer in asyncio.as_completed(asked):
                try:
                    host = await answer
                except (RedisError, OSError) as error:
                    errors.append(str(error))
                    continue
                named[host] += 1
                if named[host] * 2 > len(asked):
                    return host
        finally:
            await ended(*asked)
        if not named:
            raise ConnectionError(f"no sentinel names the master {self._address.master}: {'; '.join(errors)}")
        return named.most_common(1)[0][0]

    async def _ask(self, sentinel: Host) -> Host:
        address = self._address
        # Sentinels are asked on new connections: they are asked seldom, and most of all when lines die.
        who = {"username": address.sentinel_user, "password": address.sentinel_password, "db": 0}
        client = connected(address, sentinel, 1, PROBE_SECONDS, PROBE_SECONDS, **who)
        try:
            found = await client.execute_command(  # type: ignore[no-untyped-call]  # untyped in redis-py
                "SENTINEL", "GET-MASTER-ADDR-BY-NAME", address.master
            )
        finally:
            await closed(client)
        if not found:
            raise ConnectionError(f"{sentinel} knows no master {address.master}")
        name, port = (each.decode() if isinstance(each, bytes) else str(each) for each in found)
        return Host(name, int(port))
