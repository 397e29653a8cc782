"""Which hubs are dead, asked only where the answer can be believed.

A hub is dead where its lease has run out. But leases run out by themselves while the store is away, and are gone with
all else where the store lost its data; who then looks first would take all others for dead and their seats away. So
for a while after that nobody is dead, until each hub has had its turn to say that it lives. A hub that looks at its
own lease, too, also finds out that it stood still itself."""

from collections.abc import Iterable

from cobrowse.hub.house import House

# A hub that did not renew its lease for three sweeps is dead.
LEASE_SECONDS = 15.0
# Every hub that lives renews its lease twice in it.
DOUBT_SECONDS = 10.0


class RollCall:
    """Renews this hub's lease, and asks the store for the others'."""

    def __init__(self, house: House) -> None:
        self._house = house
        # A hub that starts does not know what the store has been through.
        self._doubt_until = house.clock.monotonic() + DOUBT_SECONDS

    @property
    def in_doubt(self) -> bool:
        """True while no lease is believed to have run out."""
        return self._house.clock.monotonic() < self._doubt_until

    def doubt(self) -> None:
        """The store was away, or this hub was."""
        self._doubt_until = self._house.clock.monotonic() + DOUBT_SECONDS

    async def answer(self, seconds: float = LEASE_SECONDS) -> None:
        """This hub lives for so much longer. Raises `StoreError`."""
        await self._house.store.lease(self._house.id, self._house.clock.now() + seconds)

    async def dead(self, hubs: Iterable[str]) -> frozenset[str]:
        """Those of `hubs` that are dead; never this one. Raises `StoreError`."""
        own, others = self._house.id, sorted(set(hubs) - {self._house.id})
        if not others:
            return frozenset()
        found = await self._house.store.dead_hubs([own, *others], self._house.clock.now())
        if own in found:
            self.doubt()
        return frozenset() if self.in_doubt else frozenset(found)
