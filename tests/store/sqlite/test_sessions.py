"""What the SQLite store alone does: assets in memory, sweeping by itself, rows that cannot be read."""

from collections.abc import AsyncIterator
from math import inf
from pathlib import Path

import pytest

from cobrowse.core.errors import LineUnreadable, StoreError
from cobrowse.store.base import ENDED_KEPT_SECONDS, Agent, Asset, SignIn
from cobrowse.store.sqlite import assets
from cobrowse.store.sqlite.accounts import SqliteAccounts
from cobrowse.store.sqlite.database import Database, open_database
from cobrowse.store.sqlite.sessions import SWEEP_MARGIN_SECONDS, SqliteSessions
from tests.store.making import CODE_EXPIRES_AT, CREATED_AT, end, stored, waiting
from tests.store.trails import SWEEP_AT, begun, head_of, sealed, trail

PAGE_BYTES = b"bytes of a page that must not reach the disk"


class Stopwatch:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_database(tmp_path / "cobrowse.db", exclusive=True) as opened:
        yield opened


@pytest.fixture
def sessions(database: Database, stopwatch: Stopwatch) -> SqliteSessions:
    return SqliteSessions(database, stopwatch)


# --- assets: Redis keeps their time itself, here it is ours


async def test_an_asset_is_gone_after_30_s(sessions: SqliteSessions, stopwatch: Stopwatch) -> None:
    await sessions.put_asset("s1", 1, Asset("image/png", b"x"))
    stopwatch.seconds = 29.9
    assert await sessions.take_asset("s1", 1) is not None
    stopwatch.seconds = 30.0
    assert await sessions.take_asset("s1", 1) is None


async def test_assets_nobody_takes_go_with_the_sweep(sessions: SqliteSessions, stopwatch: Stopwatch) -> None:
    await sessions.put_asset("s1", 1, Asset("image/png", b"x"))
    stopwatch.seconds = 30.0
    await sessions.due(CREATED_AT, 1)
    stopwatch.seconds = 0.0
    assert await sessions.take_asset("s1", 1) is None


async def test_too_many_assets_push_out_the_oldest(sessions: SqliteSessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "ASSETS_BYTES", 10)
    for n in (1, 2, 1, 3):
        await sessions.put_asset("s1", n, Asset("image/png", b"x" * 5))
    assert [await sessions.take_asset("s1", n) is not None for n in (1, 2, 3)] == [True, False, True]
    await sessions.forget_assets("s1")
    for n in (4, 5):
        await sessions.put_asset("s1", n, Asset("image/png", b"x" * 5))
    assert [await sessions.take_asset("s1", n) is not None for n in (4, 5)] == [True, True]


async def test_no_byte_of_a_page_reaches_the_disk(sessions: SqliteSessions, tmp_path: Path) -> None:
    await stored(sessions, waiting("a name to look for"))
    await sessions.put_asset("a name to look for", 1, Asset("text/css", PAGE_BYTES))
    on_disk = all_bytes(tmp_path)
    assert b"a name to look for" in on_disk
    assert PAGE_BYTES not in on_disk


def all_bytes(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


# --- sweeping: Redis does it by expiry


async def test_a_session_is_swept_an_hour_after_its_end(sessions: SqliteSessions) -> None:
    session = await stored(sessions, waiting())
    await stored(sessions, waiting("s2"))
    ended_at = CREATED_AT + 10
    await end(sessions, session, ended_at)
    await sessions.due(ended_at + ENDED_KEPT_SECONDS - 61, 10)
    assert await sessions.read("s1") is not None
    await sessions.due(ended_at + ENDED_KEPT_SECONDS, 10)
    assert await sessions.read("s1") is None
    assert await sessions.read("s2") is not None


async def test_a_trail_is_swept_when_its_time_is_over(sessions: SqliteSessions, database: Database) -> None:
    for session in ("s1", "s2"):
        await begun(sessions, session)
    lines = sealed("created", session="s3")
    assert await sessions.append_audit(trail("s3", sweep_at=SWEEP_AT + 100), lines)
    await sessions.due(SWEEP_AT - 61, 10)
    assert len(await sessions.trails()) == 3
    await sessions.due(SWEEP_AT, 10)
    assert [each.session for each in await sessions.trails()] == ["s3"]
    assert await database.read("SELECT DISTINCT session FROM audit") == [("s3",)]
    assert await sessions.read_audit("s3") == lines


async def test_lines_without_their_trail_belong_to_none(sessions: SqliteSessions, database: Database) -> None:
    await begun(sessions)
    await database.change("DELETE FROM trails")
    lines = sealed("rolled_back", "paused")
    assert await sessions.append_audit(trail(), lines)
    assert await sessions.read_audit("s1") == lines


async def test_it_sweeps_once_a_minute(sessions: SqliteSessions) -> None:
    session = await stored(sessions, waiting())
    await end(sessions, session, CREATED_AT)
    gone_at = CREATED_AT + ENDED_KEPT_SECONDS
    await sessions.due(gone_at - 1, 10)
    await sessions.due(gone_at + 58.9, 10)
    assert await sessions.read("s1") is not None
    await sessions.due(gone_at + 59, 10)
    assert await sessions.read("s1") is None


async def test_what_expired_is_swept_with_a_margin(sessions: SqliteSessions, database: Database) -> None:
    accounts = SqliteAccounts(database)
    await stored(sessions, waiting())
    await accounts.put_agent(Agent("ana", "Ana", "hash"))
    await accounts.put_sign_in(SignIn("i1", "ana", CODE_EXPIRES_AT))
    await accounts.put_ticket("t1", "value", CODE_EXPIRES_AT)
    await sessions.lease("h1", CODE_EXPIRES_AT)

    async def left() -> dict[str, int]:
        tables = ("codes", "sign_ins", "tickets", "leases", "agents", "sessions")
        return {table: (await database.read(f"SELECT count(*) FROM {table}"))[0][0] for table in tables}  # noqa: S608 (ours)

    await sessions.due(CODE_EXPIRES_AT + SWEEP_MARGIN_SECONDS - 61, 10)
    assert set((await left()).values()) == {1}
    await sessions.due(CODE_EXPIRES_AT + SWEEP_MARGIN_SECONDS, 10)
    assert await left() == {"codes": 0, "sign_ins": 0, "tickets": 0, "leases": 0, "agents": 1, "sessions": 1}


async def test_asking_for_all_that_is_ever_due_sweeps_no_session(sessions: SqliteSessions) -> None:
    await stored(sessions, waiting())
    assert await sessions.due(inf, 10) == ["s1"]
    assert await sessions.read("s1") is not None


# --- rows that cannot be read


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x80", b'{"id":1}'])
async def test_a_session_that_cannot_be_read_is_a_store_error(
    sessions: SqliteSessions, database: Database, data: bytes
) -> None:
    await stored(sessions, waiting())
    await database.change("UPDATE sessions SET data = ?", (data,))
    for ask in (sessions.read("s1"), sessions.list_for_agent("ana")):
        with pytest.raises(StoreError, match=r"record \(Session\) that cannot be read") as raised:
            await ask
        assert raised.value.code == "store_unreadable"
    assert await sessions.versions(["s1"]) == {"s1": 1}


async def test_a_line_that_cannot_be_read_is_named(sessions: SqliteSessions, database: Database) -> None:
    await begun(sessions)
    await sessions.append_audit(
        trail(head=head_of(sealed("created"))), sealed("paused", head=head_of(sealed("created")))
    )
    await database.change("UPDATE audit SET data = x'c1' WHERE n = 2")
    for start in (1, 2):
        with pytest.raises(LineUnreadable, match=r"Line 2 of the audit trail") as raised:
            await sessions.read_audit("s1", start)
        assert raised.value.line == 2


async def test_an_agent_that_cannot_be_read_is_a_store_error(database: Database) -> None:
    accounts = SqliteAccounts(database)
    await database.change("INSERT INTO agents VALUES ('ana', x'c1')")
    with pytest.raises(StoreError, match=r"record \(Agent\) that cannot be read"):
        await accounts.agent("ana")
