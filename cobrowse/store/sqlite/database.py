"""One SQLite file: who may open it, its schema, and its transactions, all on the one thread of aiosqlite.

Statements of two callers never mix: reads and writes take turns, and a write, once begun, is finished even if its
caller is cancelled. `synchronous=FULL` holds for every commit, not for claims alone: a state change that a power cut
undoes could open a code again or give back a digits try, and there are only a few writes a session.
"""

import asyncio
import fcntl
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from cobrowse.core.errors import ConfigError, StoreBusy, StoreError

MEMORY = ":memory:"
BUSY_TIMEOUT_SECONDS = 5.0
OPENING_TRIES = 50
OPENING_WAIT_SECONDS = 0.1
SCHEMA_VERSION = 2
# "CoBr" in ASCII: how `file` and this module know the file as ours.
APPLICATION_ID = 0x436F4272
# STRICT tables.
OLDEST_SQLITE = (3, 37, 0)

TRAILS = (
    """CREATE TABLE trails (
        session TEXT PRIMARY KEY,   -- outlives the session's own row
        site TEXT NOT NULL,
        begun_at REAL NOT NULL,
        close_at REAL NOT NULL,     -- infinite until the session has ended
        sweep_at REAL NOT NULL,
        closed INTEGER NOT NULL,
        n INTEGER NOT NULL,         -- of the last line
        head TEXT NOT NULL          -- the last line's hash
    ) STRICT""",
    "CREATE INDEX trails_by_begun_at ON trails (begun_at)",
    "CREATE INDEX trails_by_close_at ON trails (close_at) WHERE closed = 0",
    "CREATE INDEX trails_by_sweep_at ON trails (sweep_at)",
    """CREATE TABLE audit (
        session TEXT NOT NULL,
        n INTEGER NOT NULL,
        data BLOB NOT NULL,         -- core.audit.AuditLine as msgpack
        PRIMARY KEY (session, n)
    ) STRICT, WITHOUT ROWID""",
)
SCHEMA = (
    """CREATE TABLE sessions (
        id TEXT PRIMARY KEY,
        agent TEXT NOT NULL,
        created_at REAL NOT NULL,
        version INTEGER NOT NULL,
        due_at REAL NOT NULL,       -- infinite once ended
        sweep_at REAL NOT NULL,     -- infinite until ended
        birth BLOB NOT NULL,        -- by which a repeated create is known
        writes TEXT NOT NULL,       -- nonces of the newest writes, as a JSON array, newest first
        data BLOB NOT NULL          -- core.states.Session as msgpack
    ) STRICT""",
    "CREATE INDEX sessions_by_agent ON sessions (agent, created_at DESC)",
    "CREATE INDEX sessions_by_due_at ON sessions (due_at)",
    "CREATE INDEX sessions_by_sweep_at ON sessions (sweep_at)",
    """CREATE TABLE codes (
        key TEXT PRIMARY KEY,       -- HMAC of the code, never the code
        session TEXT NOT NULL,
        expires_at REAL NOT NULL,
        nonce TEXT,                 -- of the winner
        revoked INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    "CREATE INDEX codes_by_expires_at ON codes (expires_at)",
    *TRAILS,
    "CREATE TABLE leases (hub TEXT PRIMARY KEY, until REAL NOT NULL) STRICT",
    "CREATE TABLE agents (id TEXT PRIMARY KEY, data BLOB NOT NULL) STRICT",
    "CREATE TABLE sign_ins (id TEXT PRIMARY KEY, agent TEXT NOT NULL, expires_at REAL NOT NULL) STRICT",
    "CREATE INDEX sign_ins_by_agent ON sign_ins (agent)",
    """CREATE TABLE tickets (
        key TEXT PRIMARY KEY,       -- a hash of the ticket
        value TEXT NOT NULL,
        expires_at REAL NOT NULL,
        nonce TEXT                  -- of who took it
    ) STRICT""",
)

# From each older version to the next. Lines of version 1 had no chain and lived an hour.
MIGRATIONS: dict[int, tuple[str, ...]] = {1: ("DROP TABLE audit", *TRAILS)}

Parameters = Sequence[str | bytes | int | float | None]
Row = tuple[Any, ...]
Run = Callable[[str, Parameters], Awaitable[list[Row]]]
Result = TypeVar("Result")

log = logging.getLogger(__name__)


class Database:
    """A connection. Opened by `open_database`."""

    def __init__(self, connection: aiosqlite.Connection, name: str) -> None:
        self._connection = connection
        self._name = name
        self._turn = asyncio.Lock()
        self._writes: set[asyncio.Task[Any]] = set()
        self._closed = False

    async def read(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """All rows of one SELECT."""
        self._must_be_open()
        async with self._turn:
            with _as_store_error(self._name):
                return await self._run(sql, parameters)

    async def write(self, work: Callable[[Run], Awaitable[Result]]) -> Result:
        """What `work` returns, done in one transaction that took the write lock first. An error undoes all of it."""
        self._must_be_open()
        task = asyncio.ensure_future(self._transact(work))
        self._writes.add(task)
        task.add_done_callback(self._write_done)
        # A caller that is cancelled must not leave the connection inside a transaction.
        return await asyncio.shield(task)

    async def change(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """One statement as a transaction of its own; the rows of its RETURNING."""

        async def work(run: Run) -> list[Row]:
            return await run(sql, parameters)

        return await self.write(work)

    async def close(self) -> None:
        """Finish what was begun and close. A second call does nothing."""
        if self._closed:
            return
        self._closed = True
        await asyncio.gather(*self._writes, return_exceptions=True)
        async with self._turn:
            await self._connection.close()

    async def _transact(self, work: Callable[[Run], Awaitable[Result]]) -> Result:
        async with self._turn:
            with _as_store_error(self._name):
                await self._run("BEGIN IMMEDIATE")
                try:
                    result = await work(self._run)
                    await self._run("COMMIT")
                except BaseException:
                    # A failed COMMIT may have ended the transaction by itself.
                    if self._connection.in_transaction:
                        await self._run("ROLLBACK")
                    raise
                return result

    async def _run(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        rows = await self._connection.execute_fetchall(sql, parameters)
        return [tuple(row) for row in rows]

    def _write_done(self, task: asyncio.Task[Any]) -> None:
        self._writes.discard(task)
        if not task.cancelled() and task.exception() is not None:
            # Retrieved here, since a cancelled caller never will; any other caller raises it.
            log.debug("database_write_failed", exc_info=task.exception())

    def _must_be_open(self) -> None:
        if self._closed:
            raise StoreError(f"The database {self._name} is closed.")


@asynccontextmanager
async def open_database(path: Path | None, *, exclusive: bool) -> AsyncIterator[Database]:
    """The database at `path`, made where there is none; None is one in memory, for tests.

    `exclusive` is for a server: raises `StoreBusy` where another server holds this file. Without it (account commands)
    the file may be written beside a server. `ConfigError` where the folder is missing, `StoreError` where the file is
    not ours or is newer than this program."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old; Cobrowse needs 3.37 or newer.")
    if path is None:
        async with _connected(MEMORY, nullcontext) as database:
            yield database
        return
    _make_private(path)
    with _held(path) if exclusive else nullcontext():
        # Tables do not change under a server that knows the older ones.
        migrating = nullcontext if exclusive else lambda: _held(path, migrating=True)
        async with _connected(str(path), migrating) as database:
            yield database


Hold = Callable[[], AbstractContextManager[None]]


@asynccontextmanager
async def _connected(name: str, migrating: Hold) -> AsyncIterator[Database]:
    with _as_store_error(name):
        connection = await aiosqlite.connect(name, isolation_level=None, timeout=BUSY_TIMEOUT_SECONDS)
    database = Database(connection, name)
    try:
        await _prepare(database, connection, name, migrating)
        yield database
    finally:
        await database.close()


async def _prepare(database: Database, connection: aiosqlite.Connection, name: str, migrating: Hold) -> None:
    async def run(sql: str, parameters: Parameters = ()) -> list[Row]:
        return [tuple(row) for row in await connection.execute_fetchall(sql, parameters)]

    async def look() -> int:
        # In one transaction, since another process may be making the schema just now.
        await run("BEGIN")
        try:
            return await _schema_version(run, name)
        finally:
            await run("COMMIT")

    with _as_store_error(name):
        # Looked at first: a file that is not ours stays as it is.
        version = await _patiently(look)
        await _patiently(lambda: run("PRAGMA journal_mode = WAL"))
        await run("PRAGMA synchronous = FULL")
    if version == 0:
        await database.write(lambda run: _make_schema(run, name))
    elif version < SCHEMA_VERSION:
        with migrating():
            await database.write(lambda run: _migrate(run, name))


async def _patiently(work: Callable[[], Awaitable[Result]]) -> Result:
    """Try again where SQLite is busy: when two processes open a new file at once it does not wait by itself."""
    for _ in range(OPENING_TRIES - 1):
        try:
            return await work()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
        await asyncio.sleep(OPENING_WAIT_SECONDS)
    return await work()


async def _schema_version(run: Run, name: str) -> int:
    [(version,)] = await run("PRAGMA user_version", ())
    [(application,)] = await run("PRAGMA application_id", ())
    [(tables,)] = await run("SELECT count(*) FROM sqlite_schema", ())
    is_new = version == 0 and application == 0 and tables == 0
    if application != APPLICATION_ID and not is_new:
        raise StoreError(f"{name} is not a database of Cobrowse. Set `store` to another file.", code="store_foreign")
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{name} was written by a newer Cobrowse (schema {version}; this one knows {SCHEMA_VERSION})."
            " Install that version or newer, or set `store` to another file.",
            code="store_newer",
        )
    return int(version)


async def _make_schema(run: Run, name: str) -> None:
    # Asked again inside the transaction: another process may have made it meanwhile.
    if await _schema_version(run, name) == SCHEMA_VERSION:
        return
    for statement in SCHEMA:
        await run(statement, ())
    await run(f"PRAGMA application_id = {APPLICATION_ID}", ())
    await run(f"PRAGMA user_version = {SCHEMA_VERSION}", ())


async def _migrate(run: Run, name: str) -> None:
    for version in range(await _schema_version(run, name), SCHEMA_VERSION):
        for statement in MIGRATIONS[version]:
            await run(statement, ())
    await run(f"PRAGMA user_version = {SCHEMA_VERSION}", ())


def _make_private(path: Path) -> None:
    """Make the file, if there is none, readable by its owner alone; SQLite gives its other files the same mode."""
    if not path.parent.is_dir():
        raise ConfigError(f"The folder {path.parent} of the database does not exist. Make it, or change `store`.")
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(f"The database {path} cannot be opened: {error.strerror}.") from error


@contextmanager
def _held(path: Path, *, migrating: bool = False) -> Iterator[None]:
    """Hold the lock of a server on `<db>.lock`. The kernel lets go of it however the process ends; the file stays,
    since removing it would let two servers hold two files of one name."""
    lock = path.with_name(path.name + ".lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(f"The lock {lock} cannot be opened: {error.strerror}.") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if migrating:
            raise StoreBusy(
                f"A server of an older Cobrowse uses {path}. Stop it, and start this version's server first.",
                code="store_older",
            ) from error
        raise StoreBusy(
            f"Another Cobrowse server uses {path}. Stop it first, or set `store` to Redis: the embedded database serves"
            " one server with one worker only. (`cobrowse agent` may run beside a server.)"
        ) from error
    try:
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _as_store_error(name: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"The database {name} does not answer: {error}.") from error
