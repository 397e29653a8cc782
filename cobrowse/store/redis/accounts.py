"""AccountStore on Redis, whichever kind it is. Every write bears being sent twice, as those of sessions.py do."""

import time
from collections.abc import Callable

from cobrowse.store.base import Agent, SignIn
from cobrowse.store.codec import decode, encode
from cobrowse.store.redis.commands import Commands
from cobrowse.store.redis.expiry import lengthened, ms_until
from cobrowse.store.redis.keys import Keys


class RedisAccounts:
    """`AccountStore`, on the connections of `RedisSessions`, which it does not close."""

    def __init__(self, commands: Commands, keys: Keys, wall_clock: Callable[[], float] = time.time) -> None:
        self._redis = commands
        self._keys = keys
        self._wall_clock = wall_clock

    async def put_agent(self, agent: Agent) -> None:
        agents = self._keys.key("agents")
        if not await self._redis.run("HEXISTS", agents, agent.id):
            await self._drop_sign_ins(agent.id)
        await self._redis.run("HSET", agents, agent.id, encode(agent))

    async def agent(self, agent_id: str) -> Agent | None:
        data = await self._redis.run("HGET", self._keys.key("agents"), agent_id)
        return None if data is None else decode(Agent, data)

    async def agents(self) -> list[Agent]:
        found = await self._redis.run("HVALS", self._keys.key("agents"))
        return sorted((decode(Agent, data) for data in found), key=lambda agent: agent.id)

    async def remove_agent(self, agent_id: str) -> bool:
        agents = self._keys.key("agents")
        # Asked first: a removal that is sent twice would answer that there was none.
        there = await self._redis.run("HEXISTS", agents, agent_id)
        await self._redis.run("HDEL", agents, agent_id)
        await self._drop_sign_ins(agent_id)
        return bool(there)

    async def put_sign_in(self, sign_in: SignIn) -> None:
        index = self._keys.key("agent_sign_ins", sign_in.agent)
        kept_ms = ms_until(sign_in.expires_at, self._wall_clock())
        # On the agent's list first, so that no sign-in escapes a removal of the agent.
        await self._redis.run_all([("SADD", index, sign_in.id), *lengthened(index, kept_ms)])
        await self._redis.run("SET", self._keys.key("sign_in", sign_in.id), encode(sign_in), "PX", kept_ms)

    async def sign_in(self, sign_in_id: str, now: float) -> SignIn | None:
        found = await self._read_sign_in(sign_in_id)
        if found is None or found.expires_at <= now:
            return None
        there = await self._redis.run("HEXISTS", self._keys.key("agents"), found.agent)
        return found if there else None

    async def drop_sign_in(self, sign_in_id: str) -> None:
        found = await self._read_sign_in(sign_in_id)
        if found is not None:
            await self._redis.run("UNLINK", self._keys.key("sign_in", sign_in_id))
            await self._redis.run("SREM", self._keys.key("agent_sign_ins", found.agent), sign_in_id)

    async def put_ticket(self, ticket_key: str, value: str, expires_at: float) -> None:
        kept_ms = ms_until(expires_at, self._wall_clock())
        ticket = [self._keys.key("ticket", ticket_key)]
        await self._redis.script("put_ticket", ticket, [value, repr(expires_at), kept_ms])

    async def take_ticket(self, ticket_key: str, nonce: str, now: float) -> str | None:
        if not nonce:
            return None
        value = await self._redis.script("take_ticket", [self._keys.key("ticket", ticket_key)], [nonce, repr(now)])
        return None if value is None else value.decode()

    async def _read_sign_in(self, sign_in_id: str) -> SignIn | None:
        data = await self._redis.run("GET", self._keys.key("sign_in", sign_in_id))
        return None if data is None else decode(SignIn, data)

    async def _drop_sign_ins(self, agent_id: str) -> None:
        index = self._keys.key("agent_sign_ins", agent_id)
        for sign_in_id in await self._redis.run("SMEMBERS", index):
            await self._redis.run("UNLINK", self._keys.key("sign_in", sign_in_id.decode()))
            await self._redis.run("SREM", index, sign_in_id)
