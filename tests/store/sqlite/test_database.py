"""One SQLite file: who may open it, what survives, what is refused. No other backend has a file."""

import asyncio
import fcntl
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cobrowse.core.errors import ConfigError, StoreBusy, StoreError
from cobrowse.store.opening import open_store
from cobrowse.store.sqlite import database as module
from cobrowse.store.sqlite.database import APPLICATION_ID, SCHEMA_VERSION, Database, Run, open_database
from tests.store.making import CREATED_AT, stored, waiting
from tests.store.trails import begun

TEST_TIMEOUT_SECONDS = 30.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cobrowse.db"


@pytest.fixture
async def database(path: Path) -> AsyncIterator[Database]:
    async with open_database(path, exclusive=True) as opened:
        yield opened


@contextmanager
def process(what: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """`tests.store.processes` running, ended with the context."""
    command = [sys.executable, "-m", "tests.store.processes", what, f"sqlite://{path}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


def line_of(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    return running.stdout.readline().strip()


# --- who may open it


async def test_a_second_server_is_refused_until_the_first_ends(path: Path) -> None:
    with process("hold", path) as first:
        assert line_of(first) == "holding"
        with pytest.raises(StoreBusy) as refused:
            async with open_store(f"sqlite://{path}", exclusive=True):
                pass
        assert refused.value.code == "store_busy"
        assert "Stop it first, or set `store` to Redis" in refused.value.sentence
        first.send_signal(signal.SIGKILL)
        first.wait(TEST_TIMEOUT_SECONDS)
    async with open_store(f"sqlite://{path}", exclusive=True) as stores:
        await stores.sessions.ping()


async def test_account_commands_write_beside_a_server(path: Path) -> None:
    with process("hold", path) as server:
        assert line_of(server) == "holding"
        async with open_store(f"sqlite://{path}", exclusive=False) as stores:
            await stored(stores.sessions, waiting())


async def test_a_server_that_is_refused_leaves_the_first_alone(path: Path) -> None:
    async with open_store(f"sqlite://{path}", exclusive=True) as stores:
        for _ in range(2):
            with pytest.raises(StoreBusy):
                async with open_store(f"sqlite://{path}", exclusive=True):
                    pass
        await stored(stores.sessions, waiting())


def test_many_processes_may_make_the_same_file(path: Path) -> None:
    """Making the schema, and turning on WAL, are races of their own."""
    command = [sys.executable, "-m", "tests.store.processes", "make", f"sqlite://{path}"]
    makers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    said = [maker.communicate(timeout=TEST_TIMEOUT_SECONDS)[0] for maker in makers]
    assert said == ["made\n"] * 6
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM sessions").fetchone() == (6,)
    connection.close()


def test_nobody_else_on_the_machine_can_read_it(path: Path) -> None:
    with process("hold", path) as server:
        assert line_of(server) == "holding"
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert {"cobrowse.db", "cobrowse.db-wal", "cobrowse.db.lock"} <= modes.keys()
    assert set(modes.values()) == {0o600}


# --- older files

# As version 1 made it.
OLD_AUDIT = """CREATE TABLE audit (
    n INTEGER PRIMARY KEY, session TEXT NOT NULL, at REAL NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL,
    UNIQUE (session, at, kind, detail)
) STRICT"""


async def schema_of(database: Database) -> set[tuple[str, str]]:
    return {(name, sql) for name, sql in await database.read("SELECT name, sql FROM sqlite_schema")}


@pytest.fixture
async def older(path: Path) -> Path:
    """A file of version 1 with a session and a line of its trail."""
    async with open_store(f"sqlite://{path}", exclusive=True) as stores:
        await stored(stores.sessions, waiting())
    connection = sqlite3.connect(path)
    for statement in ("DROP TABLE audit", "DROP TABLE trails", OLD_AUDIT, "PRAGMA user_version = 1"):
        connection.execute(statement)
    connection.execute("INSERT INTO audit (session, at, kind, detail) VALUES ('s1', 1.0, 'claimed', '')")
    connection.commit()
    connection.close()
    return path


async def test_an_older_file_is_brought_up_to_date(older: Path, tmp_path: Path) -> None:
    async with open_database(tmp_path / "fresh.db", exclusive=True) as fresh:
        wanted = await schema_of(fresh)
    for exclusive in (False, True):
        async with open_database(older, exclusive=exclusive) as database:
            assert await schema_of(database) == wanted
            assert await database.read("PRAGMA user_version") == [(SCHEMA_VERSION,)]
    async with open_store(f"sqlite://{older}", exclusive=True) as stores:
        assert await stores.sessions.versions(["s1"]) == {"s1": 1}
        assert await stores.sessions.read_audit("s1") == []
        lines = await begun(stores.sessions)
        assert await stores.sessions.read_audit("s1") == lines


async def test_tables_do_not_change_under_a_server_that_knows_the_older_ones(older: Path) -> None:
    with older.with_name("cobrowse.db.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(StoreBusy, match="server of an older Cobrowse uses") as raised:
            async with open_database(older, exclusive=False):
                pass
        assert raised.value.code == "store_older"
    connection = sqlite3.connect(older)
    assert connection.execute("SELECT kind FROM audit").fetchall() == [("claimed",)]
    connection.close()
    async with open_database(older, exclusive=False):
        pass


# --- what survives


async def test_sessions_survive_a_restart(path: Path) -> None:
    async with open_store(f"sqlite://{path}", exclusive=True) as stores:
        session = await stored(stores.sessions, waiting())
        await stores.sessions.claim("code of s1", "tab", CREATED_AT)
    async with open_store(f"sqlite://{path}", exclusive=True) as stores:
        versioned = await stores.sessions.read("s1")
        assert versioned is not None
        assert versioned.session == session
        assert await stores.sessions.claim("code of s1", "tab", CREATED_AT) == "s1"
        assert await stores.sessions.claim("code of s1", "another", CREATED_AT) is None


async def test_what_was_acknowledged_survives_a_kill(path: Path) -> None:
    with process("write", path) as writer:
        acknowledged = [line_of(writer) for _ in range(50)]
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read().split() if writer.stdout else []
        writer.wait(TEST_TIMEOUT_SECONDS)
    assert path.with_name("cobrowse.db-wal").stat().st_size > 0
    async with open_store(f"sqlite://{path}", exclusive=True) as stores:
        ids = acknowledged + rest
        assert await stores.sessions.versions(ids) == dict.fromkeys(ids, 1)


async def test_it_waits_for_the_disk_and_writes_ahead(database: Database) -> None:
    assert await database.read("PRAGMA journal_mode") == [("wal",)]
    assert await database.read("PRAGMA synchronous") == [(2,)]


# --- transactions


async def test_a_failed_write_leaves_nothing(database: Database) -> None:
    async def work(run: Run) -> None:
        await run("INSERT INTO leases VALUES ('h', 1.0)", ())
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        await database.write(work)
    assert await database.read("SELECT * FROM leases") == []
    await database.change("INSERT INTO leases VALUES ('h', 1.0)")
    assert await database.read("SELECT * FROM leases") == [("h", 1.0)]


async def test_a_write_is_finished_though_its_caller_is_cancelled(database: Database) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def work(run: Run) -> None:
        await run("INSERT INTO leases VALUES ('h1', 1.0)", ())
        begun.set()
        await go_on.wait()
        await run("INSERT INTO leases VALUES ('h2', 1.0)", ())

    caller = asyncio.create_task(database.write(work))
    await begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    reading = asyncio.create_task(database.read("SELECT hub FROM leases ORDER BY hub"))
    go_on.set()
    assert await reading == [("h1",), ("h2",)]


async def test_a_cancelled_write_that_fails_is_no_stray_error(database: Database) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def work(run: Run) -> None:
        begun.set()
        await go_on.wait()
        await run("INSERT INTO no_such_table VALUES (1)", ())

    caller = asyncio.create_task(database.write(work))
    await begun.wait()
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    go_on.set()
    await database.close()


async def test_closing_finishes_what_was_begun(path: Path) -> None:
    async with open_database(path, exclusive=True) as database:
        writes = [
            asyncio.create_task(database.change("INSERT INTO leases VALUES (?, 1.0)", (f"h{n}",))) for n in range(20)
        ]
        await asyncio.sleep(0)
    await asyncio.gather(*writes)
    async with open_database(path, exclusive=True) as database:
        assert await database.read("SELECT count(*) FROM leases") == [(20,)]


async def test_what_sqlite_raises_is_a_store_error(database: Database) -> None:
    with pytest.raises(StoreError, match="no_such_table"):
        await database.read("SELECT * FROM no_such_table")
    with pytest.raises(StoreError, match="cannot store TEXT value in REAL column"):
        await database.change("INSERT INTO leases VALUES ('h', 'no number')")


async def test_a_locked_database_is_a_store_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_TIMEOUT_SECONDS", 0.05)
    async with open_database(path, exclusive=True) as database:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            await database.change("INSERT INTO leases VALUES ('h', 1.0)")
        other.execute("ROLLBACK")
        other.close()
        await database.change("INSERT INTO leases VALUES ('h', 1.0)")


# --- what is refused


async def refused(path: Path, kind: type[Exception], match: str) -> None:
    with pytest.raises(kind, match=match):
        async with open_database(path, exclusive=True):
            pass


async def test_a_newer_schema_is_refused(path: Path) -> None:
    async with open_database(path, exclusive=True) as database:
        await database.change(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    await refused(
        path, StoreError, f"written by a newer Cobrowse .schema {SCHEMA_VERSION + 1}; this one knows {SCHEMA_VERSION}."
    )
    # Refused, and let go of.
    await refused(path, StoreError, "newer Cobrowse")


async def test_a_file_of_another_program_is_refused_and_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    await refused(path, StoreError, "not a database of Cobrowse")
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("theirs",)]
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    connection.close()


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    letter = b"a letter to my aunt, which is longer than a header\n" * 20
    path.write_bytes(letter)
    asyncio.run(refused(path, StoreError, "not a database"))
    assert path.read_bytes() == letter


async def test_a_missing_folder_is_named(path: Path) -> None:
    await refused(path.parent / "nowhere" / "cobrowse.db", ConfigError, "nowhere of the database does not exist")


def test_a_folder_is_no_database(path: Path) -> None:
    path.mkdir()
    asyncio.run(refused(path, StoreError, "cannot be opened: Is a directory"))


async def test_a_lock_that_cannot_be_opened_is_named(path: Path) -> None:
    path.with_name("cobrowse.db.lock").mkdir()
    await refused(path, StoreError, "cobrowse.db.lock cannot be opened: Is a directory")


async def test_an_old_sqlite_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    await refused(path, StoreError, "needs 3.37 or newer")


async def test_write_ahead_is_tried_again_while_another_holds_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new file that another process is just writing: SQLite answers at once that it is busy."""
    monkeypatch.setattr(module, "BUSY_TIMEOUT_SECONDS", 0.01)
    monkeypatch.setattr(module, "OPENING_WAIT_SECONDS", 0.01)
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    loop = asyncio.get_running_loop()
    loop.call_later(0.1, other.execute, "COMMIT")
    async with open_database(path, exclusive=True) as database:
        assert await database.read("PRAGMA journal_mode") == [("wal",)]
    other.execute("BEGIN IMMEDIATE")
    other.close()

    fresh = path.with_name("another.db")
    other = sqlite3.connect(fresh, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(module, "OPENING_TRIES", 2)
    await refused(fresh, StoreError, "locked")
    other.close()


async def test_the_file_says_whose_it_is(database: Database) -> None:
    assert await database.read("PRAGMA application_id") == [(APPLICATION_ID,)]
    assert APPLICATION_ID.to_bytes(4) == b"CoBr"
