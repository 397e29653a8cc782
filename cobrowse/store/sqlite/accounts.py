"""AccountStore on the SQLite file (`database.py`)."""

from cobrowse.store.base import Agent, SignIn
from cobrowse.store.codec import decode, encode
from cobrowse.store.sqlite.database import Database, Run

_TAKE_TICKET = """UPDATE tickets SET nonce = ?1
    WHERE key = ?2 AND expires_at > ?3 AND (nonce IS NULL OR nonce = ?1) RETURNING value"""
_SIGN_IN = """SELECT s.id, s.agent, s.expires_at FROM sign_ins s JOIN agents a ON a.id = s.agent
    WHERE s.id = ? AND s.expires_at > ?"""


class SqliteAccounts:
    """`AccountStore` on the same `Database`, which it does not close."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put_agent(self, agent: Agent) -> None:
        async def work(run: Run) -> None:
            if not await run("SELECT 1 FROM agents WHERE id = ?", (agent.id,)):
                await run("DELETE FROM sign_ins WHERE agent = ?", (agent.id,))
            await run("INSERT OR REPLACE INTO agents (id, data) VALUES (?, ?)", (agent.id, encode(agent)))

        await self._database.write(work)

    async def agent(self, agent_id: str) -> Agent | None:
        rows = await self._database.read("SELECT data FROM agents WHERE id = ?", (agent_id,))
        return decode(Agent, rows[0][0]) if rows else None

    async def agents(self) -> list[Agent]:
        rows = await self._database.read("SELECT data FROM agents ORDER BY id")
        return [decode(Agent, data) for (data,) in rows]

    async def remove_agent(self, agent_id: str) -> bool:
        async def work(run: Run) -> bool:
            await run("DELETE FROM sign_ins WHERE agent = ?", (agent_id,))
            return bool(await run("DELETE FROM agents WHERE id = ? RETURNING id", (agent_id,)))

        return await self._database.write(work)

    async def put_sign_in(self, sign_in: SignIn) -> None:
        await self._database.change(
            "INSERT OR REPLACE INTO sign_ins (id, agent, expires_at) VALUES (?, ?, ?)",
            (sign_in.id, sign_in.agent, sign_in.expires_at),
        )

    async def sign_in(self, sign_in_id: str, now: float) -> SignIn | None:
        rows = await self._database.read(_SIGN_IN, (sign_in_id, now))
        return SignIn(*rows[0]) if rows else None

    async def drop_sign_in(self, sign_in_id: str) -> None:
        await self._database.change("DELETE FROM sign_ins WHERE id = ?", (sign_in_id,))

    async def put_ticket(self, ticket_key: str, value: str, expires_at: float) -> None:
        await self._database.change(
            "INSERT OR IGNORE INTO tickets (key, value, expires_at) VALUES (?, ?, ?)", (ticket_key, value, expires_at)
        )

    async def take_ticket(self, ticket_key: str, nonce: str, now: float) -> str | None:
        if not nonce:
            return None
        rows = await self._database.change(_TAKE_TICKET, (nonce, ticket_key, now))
        return rows[0][0] if rows else None
