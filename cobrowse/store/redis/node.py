"""One Redis server: the connections to it, and how long each waits."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from redis.asyncio import Connection, ConnectionPool, Redis, SSLConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, RedisError, ResponseError

from cobrowse.core.errors import StoreAway
from cobrowse.store.redis.address import Host, RedisAddress

CLIENT_NAME = "cobrowse"
CONNECT_SECONDS = 2.0
# redis-py's own default (5 s, tried four times) lets a request wait for 20 s.
ANSWER_SECONDS = 3.0
# How long who looks whether a server is there waits, to connect and for the answer.
PROBE_SECONDS = 1.0
# Commands at once on one server; who comes beyond waits its turn. redis-py's own pools raise at once when empty.
CONNECTIONS = 50
TURN_SECONDS = 5.0
# A connection that was idle for so long is tried before it is used.
HEALTH_CHECK_SECONDS = 15
# The kernel asks an idle peer after so long, so often, and so many times: half a minute to know of a dead one.
KEEPALIVE_SECONDS = 15
KEEPALIVE_EVERY_SECONDS = 5
KEEPALIVE_TRIES = 3

Argument = str | bytes | int
Command = Sequence[Argument]


class Node:
    """A server at an address. Nothing here is tried twice."""

    def __init__(self, address: RedisAddress, host: Host) -> None:
        self._address = address
        self.host = host
        self.name = str(host)
        self._client = self._connected(CONNECTIONS, ANSWER_SECONDS)
        self._turns = asyncio.Semaphore(CONNECTIONS)
        self._closed = False

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Within, one of the connections is free. Raises `StoreAway` where none was for `TURN_SECONDS`."""
        try:
            async with asyncio.timeout(TURN_SECONDS):
                await self._turns.acquire()
        except TimeoutError:
            raise StoreAway(f"Redis at {self.name} is too slow: all connections to it are waiting.") from None
        try:
            yield
        finally:
            self._turns.release()

    async def send(self, commands: Sequence[Command]) -> list[Any]:
        """The answers to all in their order, in one round trip; one that Redis refused is a `ResponseError`.

        Raises what redis-py raises where the line was lost: then any of them may have been executed."""
        self._check_open()
        if len(commands) == 1:
            try:
                return [await self._client.execute_command(*commands[0])]  # type: ignore[no-untyped-call]  # redis-py
            except ResponseError as error:
                return [error]
        return await self._piped(commands)

    async def ask(self, command: Command) -> Any:
        """The answer to one command about a key that is on its way to this node (a cluster's ASK).

        On one connection: redis-py's cluster client may send ASKING on one and the command on another."""
        self._check_open()
        answers = await self._piped([("ASKING",), command])
        return answers[1]

    async def probe(self, command: Command) -> Any:
        """The answer on a new connection, soon; raises what redis-py raises."""
        client = self._connected(1, PROBE_SECONDS, connect_seconds=PROBE_SECONDS)
        try:
            return await client.execute_command(*command)  # type: ignore[no-untyped-call]  # untyped in redis-py
        finally:
            await closed(client)

    def sender(self) -> "Redis":
        """One connection, so that order is kept."""
        return self._connected(1, ANSWER_SECONDS)

    def listener(self) -> "Redis":
        """One connection that may wait for ever."""
        return self._connected(1, None)

    async def drop_idle(self) -> None:
        """Let go of the connections that are not in use: they may be dead without a word."""
        with suppress(RedisError, OSError):
            await self._client.connection_pool.disconnect(inuse_connections=False)

    async def close(self) -> None:
        """Close all connections; what is under way on them fails."""
        self._closed = True
        await closed(self._client)

    def _check_open(self) -> None:
        if self._closed:
            # redis-py would open new connections, which nobody would close.
            raise ConnectionError(f"{self.name} is left for another server")

    async def _piped(self, commands: Sequence[Command]) -> list[Any]:
        pipe = self._client.pipeline(transaction=False)
        for command in commands:
            pipe.execute_command(*command)
        return await pipe.execute(raise_on_error=False)

    def _connected(
        self, connections: int, answer_seconds: float | None, *, connect_seconds: float | None = None
    ) -> "Redis":
        return connected(self._address, self.host, connections, answer_seconds, connect_seconds or CONNECT_SECONDS)


def connected(
    address: RedisAddress,
    host: Host,
    connections: int,
    answer_seconds: float | None,
    connect_seconds: float,
    **others: Any,
) -> "Redis":
    """A client of one server, as the address says who we are; `others` are redis-py's settings that differ."""
    settings: dict[str, Any] = {
        "host": host.name,
        "port": host.port,
        "db": address.number,
        "username": address.user,
        "password": address.password,
        "connection_class": SSLConnection if address.is_tls else Connection,
        "max_connections": connections,
        "socket_connect_timeout": connect_seconds,
        "socket_timeout": answer_seconds,
        "socket_keepalive": True,
        "socket_keepalive_options": _keepalive(),
        "health_check_interval": HEALTH_CHECK_SECONDS if answer_seconds else 0,
        "client_name": CLIENT_NAME,
        "retry": Retry(NoBackoff(), 0),
        # Shapes of answers differ in 3, and nothing here needs it.
        "protocol": 2,
        **(address.tls() if address.is_tls else {}),
    }
    return Redis.from_pool(ConnectionPool(**(settings | others)))


def _keepalive() -> dict[int, int]:
    wanted = {
        "TCP_KEEPIDLE": KEEPALIVE_SECONDS,
        "TCP_KEEPINTVL": KEEPALIVE_EVERY_SECONDS,
        "TCP_KEEPCNT": KEEPALIVE_TRIES,
    }
    return {getattr(socket, name): value for name, value in wanted.items() if hasattr(socket, name)}


async def closed(client: "Redis") -> None:
    """Close all its connections, also where who asks is cancelled."""
    closing = asyncio.create_task(client.aclose())
    with suppress(RedisError, OSError):  # It is thrown away either way.
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError:
            await asyncio.wait({closing})
            raise
