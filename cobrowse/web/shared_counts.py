"""Where `limits` keeps its counts when hubs share a store: there, through the store's own connections."""

from collections.abc import Callable

from limits.aio.storage.base import Storage

from cobrowse.store.base import Counts


class CountsInStore(Storage):
    """`limits` over `Counts`. A store that does not answer raises its own `StoreError`."""

    STORAGE_SCHEME = None

    def __init__(self, counts: Counts, monotonic: Callable[[], float]) -> None:
        super().__init__(wrap_exceptions=False)
        self._counts = counts
        self._monotonic = monotonic

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return ()

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, and say how many there are now."""
        return await self._counts.add(key, amount, expiry)

    async def get(self, key: str) -> int:
        """How many there are."""
        return await self._counts.amount(key)

    async def get_expiry(self, key: str) -> float:
        """When the window ends, by `monotonic`."""
        return self._monotonic() + await self._counts.seconds_left(key)

    async def check(self) -> bool:
        return True

    async def reset(self) -> int | None:
        """Nobody may make all counts new at once; only time does."""
        return None

    async def clear(self, key: str) -> None:
        """Nor any one of them."""
