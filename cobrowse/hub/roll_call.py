"""Which hubs are dead, asked only where the answer can be believed.

A hub is dead where its lease has run out, or where its inbox was left. But leases run out by themselves while the store
is away, and are gone with all else where the store lost its data; who then looks first would take all others for dead
and their seats away. So for a while after that nobody is dead, until each hub has had its turn to say that it lives. A
hub that looks at its own lease, too, also finds out that it stood still itself."""

from collections.abc import Collection, Iterable, Sequence

from cobrowse.hub.house import House

# A hub that did not renew its lease for three sweeps is dead.
LEASE_SECONDS = 15.0
# A sweep renews the lease; but one of many sessions, or on a busy machine, may take longer than a lease lasts, and who
# is busy is not dead. So it is looked at besides, and renewed where nobody has for half of it.
LOOK_SECONDS = 2.5
RENEW_SECONDS = LEASE_SECONDS / 2
# Every hub that lives renews its lease twice in it.
DOUBT_SECONDS = 10.0
# Longer than an inbox needs to come back after its line was cut.
ABSENT_SECONDS = 3.0
ABSENT_MAX = 1024


class RollCall:
    """Renews this hub's lease, and asks the store for the others'."""

    def __init__(self, house: House) -> None:
        self._house = house
        # A hub that starts does not know what the store has been through.
        self._doubt_until = house.clock.monotonic() + DOUBT_SECONDS
        # Until when others may not have put back yet what the store lost.
        self._lost_until = float("-inf")
        self._has_answered = False
        self._answered_at = float("-inf")
        # Since when nobody listens to a hub's inbox, as far as this one looked.
        self._absent_since: dict[str, float] = {}

    @property
    def in_doubt(self) -> bool:
        """True while no lease is believed to have run out."""
        return self._house.clock.monotonic() < self._doubt_until

    def doubt(self) -> None:
        """The store was away, or this hub was."""
        self._doubt_until = self._lost_until = self._house.clock.monotonic() + DOUBT_SECONDS

    async def answer(self, seconds: float = LEASE_SECONDS) -> None:
        """This hub lives for so much longer. Raises `StoreError`."""
        if self._has_answered and await self._is_forgotten():
            # A store that was emptied under open lines tells nobody.
            self.doubt()
        await self._house.store.lease(self._house.id, self._house.clock.now() + seconds)
        self._has_answered = True
        self._answered_at = self._house.clock.monotonic()

    async def renew(self) -> None:
        """As `answer`, where the last one was a while ago. Raises `StoreError`."""
        if self._house.clock.monotonic() - self._answered_at >= RENEW_SECONDS:
            await self.answer()

    async def may_be_put_back(self) -> bool:
        """True where another hub may still know what the store does not: it was away a moment ago, or has forgotten
        even this hub. Who asks for a session then comes again, and is not told that there is none. Raises
        `StoreError`."""
        if await self._is_forgotten():
            await self.answer()
        return self._house.clock.monotonic() < self._lost_until

    async def _is_forgotten(self) -> bool:
        own = self._house.id
        return own in await self._house.store.dead_hubs([own], self._house.clock.now())

    async def dead(self, hubs: Iterable[str]) -> frozenset[str]:
        """Those of `hubs` that are dead; never this one. Raises `StoreError`.

        Their lease has run out, or nobody listened to their inbox for a while: of a process that was killed the store
        hears at once, since its line is cut."""
        own, others = self._house.id, sorted(set(hubs) - {self._house.id})
        if not others:
            return frozenset()
        found = await self._house.store.dead_hubs([own, *others], self._house.clock.now())
        absent = await self._house.bus.absent([own, *others])
        if own in found or own in absent:
            self.doubt()
        gone = self._absent_for_long(others, absent)
        return frozenset() if self.in_doubt else frozenset(found) | gone

    async def is_out_of_reach(self, hub: str) -> bool:
        """True where no question would get to this hub now. Raises `StoreError`."""
        absent = await self._house.bus.absent([self._house.id, hub])
        return hub in absent and self._house.id not in absent

    def _absent_for_long(self, hubs: Sequence[str], absent: Collection[str]) -> frozenset[str]:
        # An inbox whose line was cut comes back by itself, soon.
        now = self._house.clock.monotonic()
        if len(self._absent_since) > ABSENT_MAX:
            self._absent_since.clear()
        for hub in hubs:
            if hub in absent:
                self._absent_since.setdefault(hub, now)
            else:
                self._absent_since.pop(hub, None)
        return frozenset(hub for hub in absent if now - self._absent_since.get(hub, now) >= ABSENT_SECONDS)
