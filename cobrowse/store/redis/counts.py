"""Counts on Redis: one key each, which expires with its window."""

from cobrowse.store.redis.commands import Commands
from cobrowse.store.redis.keys import Keys


class RedisCounts:
    """`Counts`, on the connections of `RedisSessions`, which it does not close."""

    def __init__(self, commands: Commands, keys: Keys) -> None:
        self._redis = commands
        self._keys = keys

    async def add(self, key: str, amount: int, window_seconds: int) -> int:
        return int(await self._redis.script("count", [self._keys.key("count", key)], [amount, window_seconds * 1000]))

    async def amount(self, key: str) -> int:
        return int(await self._redis.run("GET", self._keys.key("count", key)) or 0)

    async def seconds_left(self, key: str) -> float:
        return max(int(await self._redis.run("PTTL", self._keys.key("count", key))), 0) / 1000
