"""Waiting for what comes by itself, with a deadline."""

import asyncio
from collections.abc import Awaitable, Callable

from cobrowse.core.errors import StoreAway
from cobrowse.store.opening import Stores

WITHIN_SECONDS = 30.0


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Return once `is_so`."""
    async with asyncio.timeout(WITHIN_SECONDS):
        while True:
            if await is_so():
                return
            await asyncio.sleep(0.02)


async def back(stores: Stores) -> None:
    """Return once the store has noticed that Redis is there again."""

    async def is_there() -> bool:
        try:
            await stores.sessions.ping()
        except StoreAway:
            return False
        return True

    await until(is_there)
