"""A store that goes away and a Bus that loses, delays and doubles, at the test's word."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager

from cobrowse.core.audit import AuditLine
from cobrowse.core.errors import StoreError
from cobrowse.core.states import Session
from cobrowse.store.base import Asset, Bus, Receive, SessionStore, Trail, Versioned
from cobrowse.store.sqlite.sessions import SqliteSessions


class MoodyStore:
    """`SessionStore` that raises while `away`, and loses the next `conflicts` comparisons."""

    def __init__(self, store: SessionStore) -> None:
        self._store = store
        self.away = False
        # Names of calls that raise even while the rest of the store answers.
        self.failing: set[str] = set()
        self.conflicts = 0
        # The store's own clock, where a test gives it one.
        self.clock_now: Callable[[], float] | None = None
        self.calls: list[str] = []

    def _ask(self, call: str) -> SessionStore:
        self.calls.append(call)
        if self.away or call in self.failing:
            raise StoreError("The store is away.")
        return self._store

    async def create(self, session: Session, code_key: str, code_expires_at: float, due_at: float) -> bool:
        return await self._ask("create").create(session, code_key, code_expires_at, due_at)

    async def claim(self, code_key: str, nonce: str, now: float) -> str | None:
        return await self._ask("claim").claim(code_key, nonce, now)

    async def revoke_code(self, code_key: str) -> None:
        await self._ask("revoke_code").revoke_code(code_key)

    async def read(self, session_id: str) -> Versioned | None:
        return await self._ask("read").read(session_id)

    async def versions(self, session_ids: Sequence[str]) -> dict[str, int]:
        return await self._ask("versions").versions(session_ids)

    async def replace(self, session: Session, expected_version: int, due_at: float, *, nonce: str = "") -> bool:
        store = self._ask("replace")
        if self.conflicts:
            self.conflicts -= 1
            return False
        return await store.replace(session, expected_version, due_at, nonce=nonce)

    async def put_back(self, session: Session, expected_version: int, version: int, due_at: float) -> bool:
        return await self._ask("put_back").put_back(session, expected_version, version, due_at)

    async def due(self, now: float, limit: int) -> list[str]:
        return await self._ask("due").due(now, limit)

    async def list_for_agent(self, agent_id: str) -> list[Versioned]:
        return await self._ask("list_for_agent").list_for_agent(agent_id)

    async def append_audit(self, trail: Trail, lines: Sequence[AuditLine]) -> bool:
        return await self._ask("append_audit").append_audit(trail, lines)

    async def trail(self, session_id: str) -> Trail | None:
        return await self._ask("trail").trail(session_id)

    async def read_audit(self, session_id: str, start: int = 1) -> list[AuditLine]:
        return await self._ask("read_audit").read_audit(session_id, start)

    async def trails(self, site: str = "", since: float = 0.0) -> list[Trail]:
        return await self._ask("trails").trails(site, since)

    async def audit_due(self, now: float, limit: int) -> list[str]:
        return await self._ask("audit_due").audit_due(now, limit)

    async def put_asset(self, session_id: str, n: int, asset: Asset) -> None:
        await self._ask("put_asset").put_asset(session_id, n, asset)

    async def take_asset(self, session_id: str, n: int) -> Asset | None:
        return await self._ask("take_asset").take_asset(session_id, n)

    async def forget_assets(self, session_id: str) -> None:
        await self._ask("forget_assets").forget_assets(session_id)

    async def lease(self, hub: str, until: float) -> None:
        await self._ask("lease").lease(hub, until)

    async def dead_hubs(self, hubs: Sequence[str], now: float) -> set[str]:
        return await self._ask("dead_hubs").dead_hubs(hubs, now)

    async def clock(self) -> float | None:
        return self.clock_now() if self.clock_now is not None else await self._ask("clock").clock()

    async def ping(self) -> None:
        """Always answers: tests use it to wait for the store's thread."""
        await self._store.ping()

    async def close(self) -> None:
        await self._store.close()

    async def forget(self, *tables: str) -> None:
        """The embedded store beneath loses all that is in these tables."""
        beneath = self._store
        if not isinstance(beneath, SqliteSessions):
            raise TypeError("Only the embedded store is made to forget.")
        for table in tables:
            await beneath._database.change(f"DELETE FROM {table}")  # noqa: S608 - a name of the test's own


class FaultyBus:
    """`Bus` that does with each message what `fate` says: deliver it so many times (0: lose it).

    `deaf` hubs get nothing, as if their process stood still; the inbox of those that are `gone` is left."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._lost = asyncio.Event()
        self.fate: Callable[[str, bytes], int] = lambda _hub, _data: 1
        # While `holding`, messages are on their way; `release` lets them arrive.
        self.holding = False
        self._held: list[tuple[str, bytes]] = []
        self.deaf: set[str] = set()
        self.gone: set[str] = set()
        self.away = False
        self.sent: list[tuple[str, bytes]] = []

    async def send(self, hub: str, data: bytes) -> bool:
        if self.away:
            raise StoreError("The Bus is away.")
        self.sent.append((hub, data))
        if hub in self.gone:
            return False
        heard = True
        for _ in range(self.fate(hub, data)):
            if self.holding:
                self._held.append((hub, data))
            else:
                heard = await self._bus.send(hub, data)
        return heard

    async def release(self, mixing: random.Random | None = None) -> None:
        """What was held back goes on, in its order, or in any."""
        self.holding = False
        held, self._held = self._held, []
        if mixing is not None:
            mixing.shuffle(held)
        for hub, data in held:
            await self._bus.send(hub, data)

    def listen(self, hub: str, receive: Receive) -> AbstractAsyncContextManager[None]:
        def hear(data: bytes) -> None:
            if hub not in self.deaf:
                receive(data)

        return self._bus.listen(hub, hear)

    async def absent(self, hubs: Sequence[str]) -> set[str]:
        if self.away:
            raise StoreError("The Bus is away.")
        return {hub for hub in hubs if hub in self.gone} | await self._bus.absent(hubs)

    def lose(self) -> None:
        """Say that messages may have been lost."""
        self._lost.set()

    async def losses(self) -> AsyncIterator[None]:
        while True:
            await self._lost.wait()
            self._lost.clear()
            yield

    async def close(self) -> None:
        await self._bus.close()
