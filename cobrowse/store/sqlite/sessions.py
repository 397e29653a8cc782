"""SessionStore on one SQLite file (`database.py`). One server at a time holds it, so assets in flight and nothing else
are kept in this process's memory (`assets.py`)."""

import time
from collections.abc import Callable, Sequence
from math import inf
from secrets import token_hex

import msgspec

from cobrowse.core.audit import AuditLine
from cobrowse.core.states import Session
from cobrowse.store.base import (
    ENDED_KEPT_SECONDS,
    WRITES_REMEMBERED,
    Asset,
    Trail,
    Versioned,
)
from cobrowse.store.codec import birth, decode, decode_lines, encode
from cobrowse.store.sqlite.assets import AssetsInFlight
from cobrowse.store.sqlite.database import Database, Row, Run

SWEEP_EVERY_SECONDS = 60.0
# How long what expired is still kept, so that a clock that was set back a little finds it again.
SWEEP_MARGIN_SECONDS = 3600.0

# No session can be born with this birth.
_PUT_BACK = b"put back"
_REPLACE = "UPDATE sessions SET version = ?, due_at = ?, sweep_at = ?, writes = ?, data = ? WHERE id = ?"
_CLAIM = """UPDATE codes SET nonce = ?1
    WHERE key = ?2 AND revoked = 0 AND expires_at > ?3 AND (nonce IS NULL OR nonce = ?1) RETURNING session"""
# Of the time to close the earliest counts, of the rest the last word.
_PUT_TRAIL = """INSERT INTO trails (session, site, begun_at, close_at, sweep_at, closed, n, head)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
    ON CONFLICT (session) DO UPDATE SET
        site = ?2, begun_at = ?3, close_at = min(close_at, ?4), sweep_at = ?5, closed = ?6, n = ?7, head = ?8"""
_TRAIL = "SELECT session, site, begun_at, close_at, sweep_at, closed, n, head FROM trails"


class SqliteSessions:
    """`SessionStore` on a `Database`. `monotonic` times assets in flight, nothing else."""

    def __init__(self, database: Database, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._assets = AssetsInFlight(monotonic)
        self._sweep_after = -inf

    async def create(self, session: Session, code_key: str, code_expires_at: float, due_at: float) -> bool:
        data = encode(session)
        born = birth(data, code_key)

        async def work(run: Run) -> bool:
            known = await run("SELECT birth FROM sessions WHERE id = ?", (session.id,))
            if known:
                return bool(known[0][0] == born)
            taken = "SELECT 1 FROM codes WHERE key = ? AND expires_at > ? AND session <> ?"
            if await run(taken, (code_key, session.created_at, session.id)):
                return False
            await run(
                "INSERT OR REPLACE INTO codes (key, session, expires_at) VALUES (?, ?, ?)",
                (code_key, session.id, code_expires_at),
            )
            await run(
                "INSERT INTO sessions (id, agent, created_at, version, due_at, sweep_at, birth, writes, data)"
                " VALUES (?, ?, ?, 1, ?, ?, ?, '[]', ?)",
                (session.id, session.agent, session.created_at, due_at, _sweep_at(session, due_at), born, data),
            )
            return True

        return await self._database.write(work)

    async def claim(self, code_key: str, nonce: str, now: float) -> str | None:
        if not nonce:
            return None
        rows = await self._database.change(_CLAIM, (nonce, code_key, now))
        return rows[0][0] if rows else None

    async def revoke_code(self, code_key: str) -> None:
        await self._database.change("UPDATE codes SET revoked = 1 WHERE key = ?", (code_key,))

    async def read(self, session_id: str) -> Versioned | None:
        rows = await self._database.read("SELECT data, version FROM sessions WHERE id = ?", (session_id,))
        return Versioned(decode(Session, rows[0][0]), rows[0][1]) if rows else None

    async def versions(self, session_ids: Sequence[str]) -> dict[str, int]:
        rows = await self._database.read(
            "SELECT id, version FROM sessions WHERE id IN (SELECT value FROM json_each(?))", (_array(session_ids),)
        )
        return dict(rows)

    async def replace(self, session: Session, expected_version: int, due_at: float, *, nonce: str = "") -> bool:
        data = encode(session)
        nonce = nonce or token_hex(8)

        async def work(run: Run) -> bool:
            rows = await run("SELECT version, writes FROM sessions WHERE id = ?", (session.id,))
            if not rows:
                return False
            version, writes = rows[0][0], msgspec.json.decode(rows[0][1], type=list[str])
            if nonce in writes:
                return True
            if version != expected_version:
                return False
            remembered = _array([nonce, *writes][:WRITES_REMEMBERED])
            sweep_at = _sweep_at(session, due_at)
            await run(_REPLACE, (version + 1, due_at, sweep_at, remembered, data, session.id))
            return True

        return await self._database.write(work)

    async def put_back(self, session: Session, expected_version: int, version: int, due_at: float) -> bool:
        data, sweep_at = encode(session), _sweep_at(session, due_at)

        async def work(run: Run) -> bool:
            rows = await run("SELECT version, data FROM sessions WHERE id = ?", (session.id,))
            stored, there = rows[0] if rows else (0, b"")
            if stored == version and there == data:
                return True
            if stored != expected_version:
                return False
            if rows:
                await run(_REPLACE, (version, due_at, sweep_at, "[]", data, session.id))
                return True
            await run(
                "INSERT INTO sessions (id, agent, created_at, version, due_at, sweep_at, birth, writes, data)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, '[]', ?)",
                (session.id, session.agent, session.created_at, version, due_at, sweep_at, _PUT_BACK, data),
            )
            return True

        return await self._database.write(work)

    async def due(self, now: float, limit: int) -> list[str]:
        await self._sweep(now)
        rows = await self._database.read(
            "SELECT id FROM sessions WHERE due_at <= ? AND due_at < ? ORDER BY due_at, id LIMIT ?", (now, inf, limit)
        )
        return [session_id for (session_id,) in rows]

    async def list_for_agent(self, agent_id: str) -> list[Versioned]:
        rows = await self._database.read(
            "SELECT data, version FROM sessions WHERE agent = ? ORDER BY created_at DESC, id", (agent_id,)
        )
        return [Versioned(decode(Session, data), version) for data, version in rows]

    async def append_audit(self, trail: Trail, lines: Sequence[AuditLine]) -> bool:
        written = [(n, encode(line)) for n, line in enumerate(lines, start=trail.n + 1)]

        async def work(run: Run) -> bool:
            found = await run("SELECT n, head, closed FROM trails WHERE session = ?", (trail.session,))
            if (found or [(0, "", 0)])[0] == (trail.n, trail.head, 0):
                if not found:
                    # Lines without a trail belong to none; a new chain begins with its first.
                    await run("DELETE FROM audit WHERE session = ?", (trail.session,))
                await _append(run, trail, lines[-1], written)
                return True
            # A repeat: they went in together or not at all.
            there = "SELECT 1 FROM audit WHERE session = ? AND n = ? AND data = ?"
            return bool(await run(there, (trail.session, *written[0])))

        return not lines or await self._database.write(work)

    async def trail(self, session_id: str) -> Trail | None:
        rows = await self._database.read(f"{_TRAIL} WHERE session = ?", (session_id,))
        return _trail(rows[0]) if rows else None

    async def read_audit(self, session_id: str, start: int = 1) -> list[AuditLine]:
        sql = "SELECT data FROM audit WHERE session = ? AND n >= ? ORDER BY n"
        rows = await self._database.read(sql, (session_id, start))
        return decode_lines((data for (data,) in rows), start)

    async def trails(self, site: str = "", since: float = 0.0) -> list[Trail]:
        sql = f"{_TRAIL} WHERE begun_at >= ?1 AND (?2 = '' OR site = ?2) ORDER BY begun_at, session"
        return [_trail(row) for row in await self._database.read(sql, (since, site))]

    async def audit_due(self, now: float, limit: int) -> list[str]:
        sql = "SELECT session FROM trails WHERE closed = 0 AND close_at <= ? AND close_at < ? ORDER BY close_at LIMIT ?"
        return [session_id for (session_id,) in await self._database.read(sql, (now, inf, limit))]

    async def put_asset(self, session_id: str, n: int, asset: Asset) -> None:
        self._assets.put(session_id, n, asset)

    async def take_asset(self, session_id: str, n: int) -> Asset | None:
        return self._assets.take(session_id, n)

    async def forget_assets(self, session_id: str) -> None:
        self._assets.forget(session_id)

    async def lease(self, hub: str, until: float) -> None:
        await self._database.change("INSERT OR REPLACE INTO leases (hub, until) VALUES (?, ?)", (hub, until))

    async def dead_hubs(self, hubs: Sequence[str], now: float) -> set[str]:
        rows = await self._database.read(
            "SELECT hub FROM leases WHERE until > ? AND hub IN (SELECT value FROM json_each(?))", (now, _array(hubs))
        )
        return set(hubs) - {hub for (hub,) in rows}

    async def ping(self) -> None:
        await self._database.read("SELECT 1")

    async def clock(self) -> float | None:
        return None

    async def close(self) -> None:
        await self._database.close()

    async def _sweep(self, now: float) -> None:
        if now < self._sweep_after:
            return
        self._sweep_after = now + SWEEP_EVERY_SECONDS
        self._assets.sweep()

        async def work(run: Run) -> None:
            await run("DELETE FROM sessions WHERE sweep_at <= ? AND sweep_at < ?", (now, inf))
            for (session_id,) in await run("DELETE FROM trails WHERE sweep_at <= ? RETURNING session", (now,)):
                await run("DELETE FROM audit WHERE session = ?", (session_id,))
            for table, column in (
                ("codes", "expires_at"),
                ("tickets", "expires_at"),
                ("sign_ins", "expires_at"),
                ("leases", "until"),
            ):
                await run(f"DELETE FROM {table} WHERE {column} <= ?", (now - SWEEP_MARGIN_SECONDS,))  # noqa: S608 (ours)

        await self._database.write(work)


def _sweep_at(session: Session, due_at: float) -> float:
    return session.state.since + ENDED_KEPT_SECONDS if due_at == inf else inf


async def _append(run: Run, trail: Trail, last: AuditLine, written: Sequence[tuple[int, bytes]]) -> None:
    for n, data in written:
        await run("INSERT INTO audit (session, n, data) VALUES (?, ?, ?)", (trail.session, n, data))
    times = (trail.begun_at, trail.close_at, trail.sweep_at)
    await run(_PUT_TRAIL, (trail.session, trail.site, *times, trail.closed, last.n, last.hash))


def _trail(row: Row) -> Trail:
    session, site, begun_at, close_at, sweep_at, closed, n, head = row
    return Trail(
        session=session,
        site=site,
        begun_at=begun_at,
        close_at=close_at,
        sweep_at=sweep_at,
        closed=bool(closed),
        n=n,
        head=head,
    )


def _array(texts: Sequence[str]) -> str:
    return msgspec.json.encode(list(texts)).decode()
