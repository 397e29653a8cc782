"""SessionStore on Redis (7 or newer), whichever kind it is.

Keys are in `keys.py`, scripts with their KEYS and ARGV in `lua/`, when things expire in `expiry.py`. A command whose
answer is lost may have been executed, and is sent again: hence every write is a script, or a single command, that
bears it.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from secrets import token_hex

from cobrowse.core.audit import AuditLine
from cobrowse.core.errors import StoreUnreadable
from cobrowse.core.states import Session
from cobrowse.store.base import (
    ASSET_SECONDS,
    WRITES_REMEMBERED,
    Asset,
    Trail,
    Versioned,
)
from cobrowse.store.codec import birth, decode, decode_lines, encode
from cobrowse.store.redis.commands import Commands
from cobrowse.store.redis.expiry import lengthened, ms_until, session_ms
from cobrowse.store.redis.keys import SHARDS, Keys
from cobrowse.store.redis.node import Argument

# How many versions are read in one round trip, or some more: a shard's are read together.
VERSIONS_AT_ONCE = 1000
# How many trails are read in one go.
TRAILS_AT_ONCE = 500
TRAIL_FIELDS = ("site", "begun_at", "close_at", "sweep_at", "closed", "n", "head")
# By how much of a hash a write of `replace` is known.
MARK_CHARACTERS = 16


class RedisSessions:
    """`SessionStore`. Closes the connections."""

    def __init__(self, commands: Commands, keys: Keys, wall_clock: Callable[[], float] = time.time) -> None:
        self._redis = commands
        self._keys = keys
        self._wall_clock = wall_clock

    async def create(self, session: Session, code_key: str, code_expires_at: float, due_at: float) -> bool:
        """Three steps, since code and session are in two slots; each bears a repeat.

        The code is reserved first, so that a code that is taken leaves nothing behind; then the session is stored; only
        then the code is opened. A hub that dies between leaves a code nobody can claim and a session nobody knows of,
        which ends at its due time."""
        data = encode(session)
        born = birth(data, code_key)
        code = self._keys.key("code", code_key)
        kept_ms = ms_until(code_expires_at, session.created_at)
        reservation: list[Argument] = [session.id, born, repr(code_expires_at), repr(session.created_at), kept_ms]
        if not await self._redis.script("reserve_code", [code], reservation):
            return False
        stored = await self._redis.script(
            "create_session",
            [self._keys.key("session", session.id), self._due(session.id)],
            [session.id, data, born, repr(due_at), session_ms(session, due_at)],
        )
        if stored:
            await self._list(session)
        await self._redis.script("settle_code", [code], [session.id, born, "open" if stored else "release"])
        return bool(stored)

    async def claim(self, code_key: str, nonce: str, now: float) -> str | None:
        if not nonce:
            return None
        claimed = await self._redis.script("claim_code", [self._keys.key("code", code_key)], [nonce, repr(now)])
        return None if claimed is None else claimed.decode()

    async def revoke_code(self, code_key: str) -> None:
        await self._redis.script("revoke_code", [self._keys.key("code", code_key)], [])

    async def read(self, session_id: str) -> Versioned | None:
        [versioned] = await self._read_all([session_id])
        return versioned

    async def versions(self, session_ids: Sequence[str]) -> dict[str, int]:
        """By shards, some of them at a time. A hub asks for all its sessions every 2 s: as commands of their own ten
        thousand took 0.2 s of its loop in one go."""
        by_shard: dict[int, list[str]] = {}
        for session_id in session_ids:
            by_shard.setdefault(self._keys.shard(session_id), []).append(session_id)
        found: dict[str, int] = {}
        for shards in _together(by_shard.values(), VERSIONS_AT_ONCE):
            calls = [([self._keys.key("session", one) for one in ids], ()) for ids in shards]
            for ids, answers in zip(shards, await self._redis.scripts("read_versions", calls), strict=True):
                found |= {one: int(version) for one, version in zip(ids, answers, strict=True) if version is not None}
        return found

    async def replace(self, session: Session, expected_version: int, due_at: float, *, nonce: str = "") -> bool:
        mark = sha256((nonce or token_hex(8)).encode()).hexdigest()[:MARK_CHARACTERS]
        remembered = WRITES_REMEMBERED * (MARK_CHARACTERS + 1)
        kept_ms = session_ms(session, due_at)
        done = await self._redis.script(
            "replace_session",
            [self._keys.key("session", session.id), self._due(session.id)],
            [session.id, encode(session), expected_version, repr(due_at), mark, remembered, kept_ms],
        )
        return bool(done)

    async def put_back(self, session: Session, expected_version: int, version: int, due_at: float) -> bool:
        done = await self._redis.script(
            "put_back_session",
            [self._keys.key("session", session.id), self._due(session.id)],
            [session.id, encode(session), expected_version, version, repr(due_at), session_ms(session, due_at)],
        )
        if done:
            await self._list(session)
        return bool(done)

    async def due(self, now: float, limit: int) -> list[str]:
        session_ids = await self._earliest(map(self._keys.due, range(SHARDS)), now, limit)
        there = await self.versions(session_ids)
        for session_id in session_ids:
            if session_id not in there:
                # Swept while no hub was running; checked again where it is taken off.
                keys = [self._keys.key("session", session_id), self._due(session_id)]
                await self._redis.script("drop_gone", keys, [session_id])
        return [session_id for session_id in session_ids if session_id in there]

    async def list_for_agent(self, agent_id: str) -> list[Versioned]:
        index = self._keys.key("agent_sessions", agent_id)
        session_ids = [member.decode() for member in await self._redis.run("ZRANGE", index, 0, -1)]
        found = await self._read_all(session_ids)
        gone = [session_id for session_id, one in zip(session_ids, found, strict=True) if one is None]
        if gone:
            await self._redis.run("ZREM", index, *gone)
        listed = [one for one in found if one is not None]
        return sorted(listed, key=lambda one: (-one.session.created_at, one.session.id))

    async def append_audit(self, trail: Trail, lines: Sequence[AuditLine]) -> bool:
        if not lines:
            return True
        shard, last = self._keys.shard(trail.session), lines[-1]
        keys = [
            self._keys.key("trail", trail.session),
            self._keys.key("audit", trail.session),
            self._keys.trails(shard),
            self._keys.audit_due(shard),
        ]
        kept_ms = max(int((trail.sweep_at - last.at) * 1000), 0)
        times = [repr(trail.begun_at), repr(trail.close_at), repr(trail.sweep_at)]
        arguments: list[Argument] = [trail.session, trail.n, trail.head, trail.site, *times, int(trail.closed)]
        arguments += [last.n, last.hash, kept_ms, repr(last.at), *map(encode, lines)]
        return bool(await self._redis.script("append_audit", keys, arguments))

    async def trail(self, session_id: str) -> Trail | None:
        [trail] = await self._read_trails([session_id])
        return trail

    async def read_audit(self, session_id: str, start: int = 1) -> list[AuditLine]:
        lines = await self._redis.run("LRANGE", self._keys.key("audit", session_id), start - 1, -1)
        return decode_lines(lines, start)

    async def trails(self, site: str = "", since: float = 0.0) -> list[Trail]:
        listed = await self._redis.run_all(("ZRANGE", self._keys.trails(shard), 0, -1) for shard in range(SHARDS))
        session_ids = [member.decode() for members in listed for member in members]
        found: list[Trail] = []
        for first in range(0, len(session_ids), TRAILS_AT_ONCE):
            read = await self._read_trails(session_ids[first : first + TRAILS_AT_ONCE])
            found += [one for one in read if one and one.begun_at >= since and site in ("", one.site)]
        return sorted(found, key=lambda trail: (trail.begun_at, trail.session))

    async def audit_due(self, now: float, limit: int) -> list[str]:
        ordered = await self._earliest(map(self._keys.audit_due, range(SHARDS)), now, limit)
        there = await self._redis.run_all(("EXISTS", self._keys.key("trail", session_id)) for session_id in ordered)
        gone = [session_id for session_id, is_there in zip(ordered, there, strict=True) if not is_there]
        # Swept before it was closed, since no hub was running.
        await self._redis.run_all(
            ("ZREM", self._keys.audit_due(self._keys.shard(session_id)), session_id) for session_id in gone
        )
        return [session_id for session_id in ordered if session_id not in gone]

    async def put_asset(self, session_id: str, n: int, asset: Asset) -> None:
        keys = [self._keys.asset(session_id, n), self._keys.key("asset_numbers", session_id)]
        await self._redis.script("put_asset", keys, [encode(asset), n, int(ASSET_SECONDS * 1000)])

    async def take_asset(self, session_id: str, n: int) -> Asset | None:
        data = await self._redis.run("GET", self._keys.asset(session_id, n))
        return None if data is None else decode(Asset, data)

    async def forget_assets(self, session_id: str) -> None:
        numbers = self._keys.key("asset_numbers", session_id)
        kept = await self._redis.run("SMEMBERS", numbers)
        if kept:
            # The numbers last, so that a repeat after a failure finds what is left.
            await self._redis.run("UNLINK", *(self._keys.asset(session_id, int(n)) for n in kept))
            await self._redis.run("SREM", numbers, *kept)

    async def lease(self, hub: str, until: float) -> None:
        kept_ms = ms_until(until, self._wall_clock())
        await self._redis.run("SET", self._keys.key("lease", hub), repr(until), "PX", kept_ms)

    async def dead_hubs(self, hubs: Sequence[str], now: float) -> set[str]:
        leases = await self._redis.run_all(("GET", self._keys.key("lease", hub)) for hub in hubs)
        return {hub for hub, until in zip(hubs, leases, strict=True) if until is None or float(until) <= now}

    async def ping(self) -> None:
        await self._redis.ping()

    async def clock(self) -> float | None:
        seconds, microseconds = await self._redis.run("TIME")
        return int(seconds) + int(microseconds) / 1_000_000

    async def close(self) -> None:
        await self._redis.close()

    async def _read_all(self, session_ids: Iterable[str]) -> list[Versioned | None]:
        found = await self._redis.run_all(
            ("HMGET", self._keys.key("session", session_id), "data", "version") for session_id in session_ids
        )
        return [None if data is None else Versioned(decode(Session, data), int(version)) for data, version in found]

    async def _earliest(self, keys: Iterable[str], now: float, limit: int) -> list[str]:
        """Of sorted sets by instants the members at or before `now`, earliest first."""
        found = await self._redis.run_all(
            ("ZRANGEBYSCORE", key, "-inf", repr(now), "WITHSCORES", "LIMIT", 0, limit) for key in keys
        )
        ordered = sorted(
            (float(score), member.decode())
            for flat in found
            for member, score in zip(flat[::2], flat[1::2], strict=True)
        )
        return [member for _, member in ordered[:limit]]

    async def _read_trails(self, session_ids: Sequence[str]) -> list[Trail | None]:
        found = await self._redis.run_all(
            ("HMGET", self._keys.key("trail", session_id), *TRAIL_FIELDS) for session_id in session_ids
        )
        return [
            _trail(session_id, fields) if any(fields) else None
            for session_id, fields in zip(session_ids, found, strict=True)
        ]

    async def _list(self, session: Session) -> None:
        """Put the session on its agent's list, which lives as long as the longest of its sessions."""
        index = self._keys.key("agent_sessions", session.agent)
        added = ("ZADD", index, repr(session.created_at), session.id)
        await self._redis.run_all([added, *lengthened(index, session_ms(session, 0.0))])

    def _due(self, session_id: str) -> str:
        return self._keys.due(self._keys.shard(session_id))


def _together(lists: Iterable[list[str]], enough: int) -> Iterator[list[list[str]]]:
    """The lists, several at a time: as many as it takes for `enough` members."""
    some: list[list[str]] = []
    for one in lists:
        some.append(one)
        if sum(map(len, some)) >= enough:
            yield some
            some = []
    if some:
        yield some


def _trail(session_id: str, fields: Sequence[bytes | None]) -> Trail:
    try:
        site, begun_at, close_at, sweep_at, closed, n, head = ((field or b"").decode() for field in fields)
        return Trail(
            session=session_id,
            site=site,
            begun_at=float(begun_at),
            close_at=float(close_at),
            sweep_at=float(sweep_at),
            closed=closed == "1",
            n=int(n),
            head=head,
        )
    except ValueError as error:
        raise StoreUnreadable(f"The record of the audit trail of session {session_id} cannot be read.") from error
