"""How a Bus tells its listeners that messages may be missing. Several losses not yet seen are one."""

import asyncio
from collections.abc import AsyncIterator
from weakref import WeakSet


class Losses:
    """The losses of one Bus; each watcher sees them for itself."""

    def __init__(self) -> None:
        self._watchers: WeakSet[_Watcher] = WeakSet()
        self._closed = False

    def watch(self) -> AsyncIterator[None]:
        """Losses from now on."""
        watcher = _Watcher()
        self._watchers.add(watcher)
        if self._closed:
            watcher.close()
        return watcher

    def happened(self) -> None:
        """Messages may have been lost just now."""
        for watcher in self._watchers:
            watcher.wake()

    def close(self) -> None:
        """End every iteration, also those that begin later."""
        self._closed = True
        for watcher in self._watchers:
            watcher.close()


class _Watcher:
    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._closed = False

    def wake(self) -> None:
        self._event.set()

    def close(self) -> None:
        self._closed = True
        self._event.set()

    def __aiter__(self) -> AsyncIterator[None]:
        return self

    async def __anext__(self) -> None:
        await self._event.wait()
        if self._closed:
            raise StopAsyncIteration
        self._event.clear()
