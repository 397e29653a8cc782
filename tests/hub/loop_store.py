"""The embedded store without its thread: the same SQL, done at once in the loop, so that nothing is waited for."""

import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import aiosqlite

from cobrowse.store.local_bus import LocalBus
from cobrowse.store.opening import Stores
from cobrowse.store.sqlite.accounts import SqliteAccounts
from cobrowse.store.sqlite.database import MEMORY, SCHEMA, Database
from cobrowse.store.sqlite.sessions import SqliteSessions


class LoopConnection:
    """What `Database` needs of aiosqlite's connection."""

    def __init__(self) -> None:
        self._database = sqlite3.connect(MEMORY, isolation_level=None)

    @property
    def in_transaction(self) -> bool:
        return self._database.in_transaction

    async def execute_fetchall(self, sql: str, parameters: Sequence[Any] = ()) -> Iterable[tuple[Any, ...]]:
        return self._database.execute(sql, parameters).fetchall()

    async def close(self) -> None:
        self._database.close()


@asynccontextmanager
async def loop_store() -> AsyncIterator[Stores]:
    """Stores in memory."""
    connection = LoopConnection()
    for statement in SCHEMA:
        await connection.execute_fetchall(statement)
    database = Database(cast(aiosqlite.Connection, connection), MEMORY)
    bus = LocalBus()
    try:
        yield Stores(SqliteSessions(database), SqliteAccounts(database), bus)
    finally:
        await bus.close()
        await database.close()
