"""Assets on their way from the customer's tab to the agent, in this process's memory: bytes of a page must never reach
a disk."""

from collections import OrderedDict
from collections.abc import Callable

from cobrowse.store.base import ASSET_SECONDS, Asset

# Beyond it the oldest assets in flight go first; who waits for one asks the tab again.
ASSETS_BYTES = 64 * 1024 * 1024


class AssetsInFlight:
    """Assets by session and number, oldest first, within `ASSETS_BYTES` and `ASSET_SECONDS`."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._kept: OrderedDict[tuple[str, int], tuple[float, Asset]] = OrderedDict()
        self._bytes = 0

    def put(self, session_id: str, n: int, asset: Asset) -> None:
        self._drop((session_id, n))
        self._kept[session_id, n] = (self._monotonic() + ASSET_SECONDS, asset)
        self._bytes += len(asset.data)
        self.sweep()

    def take(self, session_id: str, n: int) -> Asset | None:
        self.sweep()
        kept = self._kept.get((session_id, n))
        return kept[1] if kept else None

    def forget(self, session_id: str) -> None:
        for key in [key for key in self._kept if key[0] == session_id]:
            self._drop(key)

    def sweep(self) -> None:
        now = self._monotonic()
        while self._kept:
            key, (until, _) = next(iter(self._kept.items()))
            if until > now and self._bytes <= ASSETS_BYTES:
                return
            self._drop(key)

    def _drop(self, key: tuple[str, int]) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= len(kept[1].data)
