"""Clients of one Redis: how they connect, wait and give up, and how its errors become `StoreError`."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from cobrowse.core.errors import ConfigError, StoreError

OLDEST_REDIS = (7, 0)
CLIENT_NAME = "cobrowse"
CONNECT_SECONDS = 2.0
# redis-py's own default (5 s, tried four times) lets a request wait for 20 s.
ANSWER_SECONDS = 3.0
POOL_CONNECTIONS = 50
# A caller beyond the pool's size waits its turn; redis-py's default pool raises at once.
POOL_WAIT_SECONDS = 5.0
HEALTH_CHECK_SECONDS = 15
# A dropped connection is tried again at once and twice more. Every script here bears being sent twice.
RETRIES = 3
RETRY_FIRST_SECONDS = 0.05
RETRY_LONGEST_SECONDS = 0.5

Argument = str | bytes | int


class RedisAddress:
    """Where Redis is, from `redis://[[user]:password@]host[:port][/number]` or `rediss://…`. Prints no password."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        try:
            host, port = parts.hostname, parts.port or 6379
        except ValueError as error:
            raise ConfigError("`store` names a port that is not a number from 1 to 65535.") from error
        number = parts.path.removeprefix("/")
        if not host or (number and not number.isdecimal()) or parts.query or parts.fragment:
            raise ConfigError("`store` must be written as redis://[[user]:password@]host[:port][/number].")
        self._url = url
        self._shown = f"{host}:{port}"

    def __repr__(self) -> str:
        return self._shown

    def client(self) -> Redis:
        """For commands and scripts: waits its turn, resends after a dropped connection."""
        retry = Retry(ExponentialBackoff(base=RETRY_FIRST_SECONDS, cap=RETRY_LONGEST_SECONDS), RETRIES)
        return self._client(POOL_CONNECTIONS, ANSWER_SECONDS, retry)

    def sender(self) -> Redis:
        """One connection, so that order is kept, and never a resend, so that nothing comes twice."""
        return self._client(1, ANSWER_SECONDS, Retry(NoBackoff(), 0))

    def listener(self) -> Redis:
        """One connection that may wait for ever, and whose loss is not hidden."""
        return self._client(1, None, Retry(NoBackoff(), 0))

    def _client(self, connections: int, answer_seconds: float | None, retry: Retry) -> Redis:
        pool = BlockingConnectionPool.from_url(
            self._url,
            max_connections=connections,
            timeout=POOL_WAIT_SECONDS,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=answer_seconds,
            socket_keepalive=True,
            health_check_interval=HEALTH_CHECK_SECONDS if answer_seconds else 0,
            client_name=CLIENT_NAME,
            retry=retry,
            # Shapes of answers differ in 3, and nothing here needs it.
            protocol=2,
        )
        return Redis.from_pool(pool)

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Within, whatever redis-py raises becomes `StoreError`."""
        try:
            yield
        except (RedisError, OSError) as error:
            raise StoreError(f"Redis at {self} does not answer: {error}") from error


class Commands:
    """Commands and scripts on one client. All that goes wrong is a `StoreError`; texts in answers are bytes."""

    def __init__(self, address: RedisAddress) -> None:
        self._address = address
        self._client = address.client()
        self._scripts: dict[str, AsyncScript] = {}
        self._closed = False

    async def check_version(self) -> None:
        """Raise `StoreError` where Redis does not answer or is older than `OLDEST_REDIS`."""
        with self._address.errors():
            info = await self._client.info("server")
        version = str(info["redis_version"])
        if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_REDIS:
            raise StoreError(
                f"Redis at {self._address} is version {version}; Cobrowse needs 7 or newer.", code="store_too_old"
            )

    async def run(self, *command: Argument) -> Any:
        """The answer to one command."""
        with self._errors():
            return await self._client.execute_command(*command)  # type: ignore[no-untyped-call]  # untyped in redis-py

    async def run_all(self, commands: Iterable[Sequence[Argument]], *, atomic: bool = False) -> list[Any]:
        """The answers to all, in one round trip. `atomic` needs all keys in one slot."""
        pipe = self._client.pipeline(transaction=atomic)
        for command in commands:
            pipe.execute_command(*command)
        with self._errors():
            return await pipe.execute()

    async def script(self, name: str, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """The answer of `lua/<name>.lua`. Sent by its hash; Redis gets the text where it does not know it."""
        script = self._scripts.get(name)
        if script is None:
            text = (files("cobrowse.store") / "lua" / f"{name}.lua").read_text("utf-8")
            script = self._scripts[name] = self._client.register_script(text)
        with self._errors():
            return await script(keys=keys, args=arguments)

    async def close(self) -> None:
        """Close all connections. A second call does nothing."""
        self._closed = True
        with self._address.errors():
            await self._client.aclose()

    def _errors(self) -> AbstractContextManager[None]:
        # redis-py would open new connections that nobody closes.
        if self._closed:
            raise StoreError(f"The connections to Redis at {self._address} are closed.")
        return self._address.errors()
