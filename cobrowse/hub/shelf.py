"""Assets in memory, oldest use first out: so much a session, so much a hub."""

from collections import OrderedDict

from cobrowse.store.base import Asset

SESSION_MAX_BYTES = 50 * 1024 * 1024
HUB_MAX_BYTES = 512 * 1024 * 1024

Key = tuple[str, int]


class Shelf:
    """A cache by session and number with two limits; both let go what was not used for longest."""

    def __init__(self, session_max_bytes: int = SESSION_MAX_BYTES, hub_max_bytes: int = HUB_MAX_BYTES) -> None:
        self._session_max = session_max_bytes
        self._hub_max = hub_max_bytes
        self._assets: OrderedDict[Key, Asset] = OrderedDict()
        self._bytes: dict[str, int] = {}
        self.bytes = 0

    def get(self, session: str, n: int) -> Asset | None:
        asset = self._assets.get((session, n))
        if asset is not None:
            self._assets.move_to_end((session, n))
        return asset

    def put(self, session: str, n: int, asset: Asset) -> None:
        self._drop((session, n))
        self._assets[(session, n)] = asset
        self._count(session, len(asset.data))
        while self._bytes.get(session, 0) > self._session_max:
            self._drop(next(key for key in self._assets if key[0] == session))
        while self.bytes > self._hub_max:
            self._drop(next(iter(self._assets)))

    def forget(self, session: str) -> None:
        """Nothing of this session is left."""
        for key in [key for key in self._assets if key[0] == session]:
            self._drop(key)

    def _drop(self, key: Key) -> None:
        asset = self._assets.pop(key, None)
        if asset is not None:
            self._count(key[0], -len(asset.data))

    def _count(self, session: str, by: int) -> None:
        self.bytes += by
        left = self._bytes.get(session, 0) + by
        if left:
            self._bytes[session] = left
        else:
            self._bytes.pop(session, None)
