"""What happens because time passes: due sessions, lost Bus messages, dead hubs, peers that hang."""

import logging
from collections.abc import Awaitable, Callable

from cobrowse.core.close import PROBE_UNANSWERED, SLOW
from cobrowse.core.errors import NotAllowed, NotFound, StoreConflict, StoreError, StoreUnreadable
from cobrowse.core.events import SeatLeft, Tick
from cobrowse.hub.echoes import Echoes
from cobrowse.hub.house import House
from cobrowse.hub.ledger import FLUSH_SECONDS
from cobrowse.hub.peer import PROBE_PATIENCE_SECONDS, QUIET_SECONDS, Peer
from cobrowse.hub.probes import Probes
from cobrowse.hub.steps import SEATS, Steps
from cobrowse.hub.timekeeping import Timekeeping

log = logging.getLogger("cobrowse.hub")

SWEEP_SECONDS = 5.0
REREAD_SECONDS = 2.0
# A hub that did not renew its lease for three sweeps is dead.
LEASE_SECONDS = 15.0
DUE_AT_ONCE = 200


class Deadlines:
    """Four rounds for ever: a sweep each 5 s, a re-read of what is shared each 2 s, the ledger each 15 s, an echo each
    5 s; and one after each Bus loss."""

    def __init__(self, house: House, steps: Steps, probes: Probes, timekeeping: Timekeeping, echoes: Echoes) -> None:
        self._house = house
        self._steps = steps
        self._probes = probes
        self._timekeeping = timekeeping
        self._echoes = echoes

    async def start(self) -> None:
        """Say that this hub lives, and begin the rounds. Raises `StoreError`."""
        await self._timekeeping.compare()
        await self.lease()
        for round_ in (
            self.sweeping(),
            self.rereading(),
            self.writing_down(),
            self.listening_for_losses(),
            self.echoing(),
        ):
            self._house.spawn(round_)

    async def lease(self, seconds: float = LEASE_SECONDS) -> None:
        """This hub lives for so much longer."""
        await self._house.store.lease(self._house.id, self._house.clock.now() + seconds)

    async def sweeping(self) -> None:
        await self._for_ever(SWEEP_SECONDS, self.sweep)

    async def rereading(self) -> None:
        await self._for_ever(REREAD_SECONDS, self.reread)

    async def writing_down(self) -> None:
        await self._for_ever(FLUSH_SECONDS, self._house.ledger.flush)

    async def listening_for_losses(self) -> None:
        """Read everything shared again each time the Bus may have lost something."""
        async for _ in self._house.bus.losses():
            self._house.counters.add("bus_losses")
            await self._safely(self.reread)

    async def echoing(self) -> None:
        """Measure how late the loop and the Bus are. The echo does its own waiting."""
        while True:
            await self._safely(self._echoes.listen)

    async def _for_ever(self, seconds: float, round_: Callable[[], Awaitable[None]]) -> None:
        while True:
            await self._house.clock.sleep(seconds)
            await self._safely(round_)

    async def _safely(self, round_: Callable[[], Awaitable[None]]) -> None:
        try:
            await round_()
        except StoreError as error:
            self._house.counters.add("store_missed.round")
            log.warning("store_missed what=%s error=%s", round_.__name__, error.code)
        except Exception:
            # A mistake in one round may not end all the rounds to come.
            self._house.counters.add("failures")
            log.exception("round_failed what=%s", round_.__name__)

    async def sweep(self) -> None:
        """Peers first: they need no store."""
        for local in list(self._house.sessions.values()):
            for peer in list(local.peers.values()):
                self._check(peer)
        await self._timekeeping.compare()
        await self.lease()
        await self._steps.pay()
        for session_id in await self._house.store.due(self._house.clock.now(), DUE_AT_ONCE):
            await self._tick(session_id)
        await self._house.ledger.close_due()

    def _check(self, peer: Peer) -> None:
        if peer.overdue():
            peer.abort(SLOW)
            return
        now = self._house.clock.monotonic()
        if peer.probed_at is None:
            if now - peer.heard_at > QUIET_SECONDS:
                self._probes.check(peer)
        elif peer.heard_at >= peer.probed_at:
            peer.probed_at = None
        elif now - peer.probed_at > PROBE_PATIENCE_SECONDS:
            peer.close(PROBE_UNANSWERED)

    async def _tick(self, session_id: str) -> None:
        try:
            await self._steps.step(session_id, Tick(await self._dead_hubs_of(session_id)))
        except (NotFound, NotAllowed, StoreConflict) as error:
            # Another hub was quicker, or it is due again in 5 s.
            log.info("tick_missed session=%s error=%s", session_id, error.code)
        except StoreUnreadable as error:
            # It stays due for ever and comes first: those due after it must have their turn all the same.
            self._house.counters.add("store_missed.unreadable")
            log.error("tick_missed session=%s error=%s", session_id, error.code)

    async def _dead_hubs_of(self, session_id: str) -> frozenset[str]:
        found = await self._house.store.read(session_id)
        if found is None:
            return frozenset()
        holds = [found.session.hold(seat) for seat in SEATS]
        hubs = sorted({hold.hub for hold in holds if hold.present} - {self._house.id})
        return frozenset(await self._house.store.dead_hubs(hubs, self._house.clock.now()))

    async def reread(self) -> None:
        """Find what the Bus lost: newer versions, sessions that are gone, holders whose hub is dead."""
        known = {session_id: local.version for session_id, local in self._house.sessions.items()}
        if not known:
            return
        versions = await self._house.store.versions(list(known))
        for session_id, version in known.items():
            if versions.get(session_id) != version:
                await self._steps.refresh(session_id)
        await self._bury()

    async def _bury(self) -> None:
        """A seat whose hub is dead is left."""
        others = [
            (local.session.id, SeatLeft(seat=seat, generation=hold.generation, why="offline"), hold.hub)
            for local in self._house.sessions.values()
            for seat in SEATS
            if (hold := local.session.hold(seat)).present and hold.hub != self._house.id
        ]
        if not others:
            return
        dead = await self._house.store.dead_hubs(sorted({hub for _, _, hub in others}), self._house.clock.now())
        for session_id, left, hub in others:
            if hub in dead:
                await self._steps.must(session_id, left)
