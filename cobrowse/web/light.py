"""What asyncio has a queue and an event for, at a tenth of the memory while nothing happens.

A hub holds some ten thousand sockets that say nothing. uvicorn gives each a queue and an event; their four deques alone
are 3 KB, which is more than all the hub itself keeps of a peer."""

import asyncio
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class LightQueue(Generic[T]):
    """`asyncio.Queue` without a limit, for one reader at a time."""

    __slots__ = ("_items", "_reader")

    def __init__(self) -> None:
        self._items: deque[T] | None = None
        self._reader: asyncio.Future[None] | None = None

    def empty(self) -> bool:
        """True where `get` would wait."""
        return self._items is None

    def put_nowait(self, item: T) -> None:
        """Append, and wake who waits."""
        if self._items is None:
            self._items = deque((item,))
        else:
            self._items.append(item)
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    async def get(self) -> T:
        """The next item. Who is cancelled while waiting has taken none."""
        while self._items is None:
            self._reader = asyncio.get_running_loop().create_future()
            await self._reader
        self._reader = None
        item = self._items.popleft()
        if not self._items:
            self._items = None
        return item


class LightGate:
    """`asyncio.Event` for what is nearly always set; it is set at first. Any number may wait."""

    __slots__ = ("_shut",)

    def __init__(self) -> None:
        self._shut: asyncio.Event | None = None

    def is_set(self) -> bool:
        """True where `wait` returns at once."""
        return self._shut is None

    def set(self) -> None:
        """Let all through."""
        if self._shut is not None:
            self._shut.set()
            self._shut = None

    def clear(self) -> None:
        """Let nobody through until `set`."""
        if self._shut is None:
            self._shut = asyncio.Event()

    async def wait(self) -> bool:
        """Return once it was set."""
        if self._shut is not None:
            await self._shut.wait()
        return True
