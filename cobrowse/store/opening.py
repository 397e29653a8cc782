"""From the setting `store` to open stores. The only place that knows which backends there are."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from cobrowse.core.errors import ConfigError
from cobrowse.store.base import AccountStore, Bus, Counts, SessionStore
from cobrowse.store.local_bus import LocalBus
from cobrowse.store.redis.accounts import RedisAccounts
from cobrowse.store.redis.address import RedisAddress
from cobrowse.store.redis.bus import RedisBus
from cobrowse.store.redis.commands import Commands
from cobrowse.store.redis.counts import RedisCounts
from cobrowse.store.redis.keys import Keys
from cobrowse.store.redis.layout import check_layout
from cobrowse.store.redis.sessions import RedisSessions
from cobrowse.store.sqlite.accounts import SqliteAccounts
from cobrowse.store.sqlite.database import MEMORY, open_database
from cobrowse.store.sqlite.sessions import SqliteSessions

REDIS_PREFIX = "cobrowse"


class Stores(NamedTuple):
    """What a hub is given. All close with the context that opened them. Without `counts` the hub counts by itself."""

    sessions: SessionStore
    accounts: AccountStore
    bus: Bus
    counts: Counts | None = None


def open_store(url: str, *, exclusive: bool) -> AbstractAsyncContextManager[Stores]:
    """The stores that `url` names, open within the context.

    `sqlite:///absolute/path.db` (or `sqlite:///:memory:`, for tests), or a Redis (address.py). `exclusive` is for
    a server; account commands leave it false and may then run beside one. Raises `ConfigError` at once where the URL
    cannot be understood; entering raises `StoreBusy` where another server holds the file, `StoreError` where the
    backend does not answer."""
    scheme = url.partition(":")[0].lower()
    opener = _OPENERS.get(scheme)
    if opener is None:
        known = ", ".join(f"{name}://" for name in _OPENERS)
        raise ConfigError(f"`store` begins with {scheme!r}; it must be one of {known}.")
    return opener(url, exclusive)


def _sqlite(url: str, exclusive: bool) -> AbstractAsyncContextManager[Stores]:
    return _open_sqlite(_sqlite_path(url), exclusive)


def _sqlite_path(url: str) -> Path | None:
    """The file that an sqlite URL names; None for the one in memory."""
    parts = urlsplit(url)
    path = unquote(parts.path)
    if parts.netloc or parts.query or parts.fragment or not path.strip("/") or path.endswith("/") or "\0" in path:
        raise ConfigError("`store` must be written as sqlite:///absolute/path/to/cobrowse.db.")
    if path == f"/{MEMORY}":
        return None
    # SQLAlchemy writes an absolute path with a fourth slash; it means the same here.
    return Path("/" + path.lstrip("/"))


@asynccontextmanager
async def _open_sqlite(path: Path | None, exclusive: bool) -> AsyncIterator[Stores]:
    async with open_database(path, exclusive=exclusive) as database:
        if exclusive:
            # Who holds the file alone knows that the hub before it is dead, however long its lease would be.
            await database.change("DELETE FROM leases")
        bus = LocalBus()
        try:
            yield Stores(SqliteSessions(database), SqliteAccounts(database), bus)
        finally:
            await bus.close()


def _redis(url: str, exclusive: bool) -> AbstractAsyncContextManager[Stores]:
    # Any number of hubs share a Redis, so there is nothing to hold.
    return open_redis(RedisAddress(url))


@asynccontextmanager
async def open_redis(address: RedisAddress, prefix: str = REDIS_PREFIX) -> AsyncIterator[Stores]:
    """The stores on one Redis, whichever kind, under one prefix of keys."""
    commands, keys = Commands(address), Keys(prefix)
    bus = RedisBus(commands, keys)
    try:
        await commands.open()
        await check_layout(commands, keys)
        yield Stores(RedisSessions(commands, keys), RedisAccounts(commands, keys), bus, RedisCounts(commands, keys))
    finally:
        await bus.close()
        await commands.close()


_OPENERS: dict[str, Callable[[str, bool], AbstractAsyncContextManager[Stores]]] = {
    "sqlite": _sqlite,
    "redis": _redis,
    "rediss": _redis,
    "redis+sentinel": _redis,
    "rediss+sentinel": _redis,
    "redis+cluster": _redis,
    "rediss+cluster": _redis,
}
