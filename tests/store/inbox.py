"""What a test hears of a Bus."""

import asyncio
from collections.abc import AsyncIterator

import pytest

WITHIN_SECONDS = 30.0
# How long a test watches for what must not come.
NEVER_SECONDS = 0.05


class Inbox:
    """Keeps what it receives, and lets a test wait for it."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self._more = asyncio.Event()

    def receive(self, data: bytes) -> None:
        self.received.append(data)
        self._more.set()

    async def first(self, count: int) -> list[bytes]:
        """The first `count` messages, once they are there."""
        async with asyncio.timeout(WITHIN_SECONDS):
            while len(self.received) < count:
                self._more.clear()
                await self._more.wait()
        return self.received[:count]


async def next_loss(losses: AsyncIterator[None]) -> None:
    """Return at the next loss."""
    async with asyncio.timeout(WITHIN_SECONDS):
        await anext(losses)


async def yields_nothing(losses: AsyncIterator[None]) -> None:
    """Fail if a loss shows within `NEVER_SECONDS`."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(NEVER_SECONDS):
            await anext(losses)
