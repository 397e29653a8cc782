"""What happens because time passes: due sessions, lost Bus messages, dead hubs, peers that hang."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from cobrowse.core.close import PROBE_UNANSWERED, SLOW
from cobrowse.core.errors import NotAllowed, NotFound, StoreConflict, StoreError, StoreUnreadable
from cobrowse.core.events import Tick
from cobrowse.hub.echoes import Echoes
from cobrowse.hub.house import House
from cobrowse.hub.ledger import FLUSH_SECONDS
from cobrowse.hub.peer import PROBE_PATIENCE_SECONDS, QUIET_SECONDS, SILENCE_SECONDS, Peer
from cobrowse.hub.probes import Probes
from cobrowse.hub.pulse import Pulse
from cobrowse.hub.recovery import Recovery
from cobrowse.hub.rereading import Rereading
from cobrowse.hub.roll_call import LOOK_SECONDS, RollCall
from cobrowse.hub.steps import SEATS, Steps
from cobrowse.hub.timekeeping import Timekeeping
from cobrowse.hub.unheard import Unheard

log = logging.getLogger("cobrowse.hub")

SWEEP_SECONDS = 5.0
REREAD_SECONDS = 2.0
DUE_AT_ONCE = 200
# Sessions whose peers are looked at before others have their turn.
CHECKED_AT_ONCE = 100


class Deadlines:
    """Five rounds for ever: a sweep each 5 s, a look at this hub's lease each 2.5 s, a re-read of what is shared each
    2 s, the ledger each 15 s, an echo each 5 s; and one after each Bus loss, and while another hub hears nothing."""

    def __init__(
        self,
        house: House,
        *,
        steps: Steps,
        probes: Probes,
        roll_call: RollCall,
        rereading: Rereading,
        recovery: Recovery,
        pulse: Pulse,
        timekeeping: Timekeeping,
        echoes: Echoes,
        unheard: Unheard,
    ) -> None:
        self._house = house
        self._steps = steps
        self._probes = probes
        self._roll_call = roll_call
        self._rereading = rereading
        self._recovery = recovery
        self._pulse = pulse
        self._timekeeping = timekeeping
        self._echoes = echoes
        self._unheard = unheard

    async def start(self) -> None:
        """Say that this hub lives, and begin the rounds. Raises `StoreError`."""
        await self._timekeeping.compare()
        await self._roll_call.answer()
        for round_ in (
            self._pulse.beating(),
            self.sweeping(),
            self.staying(),
            self.rereading(),
            self.writing_down(),
            self.listening_for_losses(),
            self.echoing(),
            self._unheard.making_up(),
        ):
            self._house.spawn(round_)

    async def sweeping(self) -> None:
        await self._for_ever(SWEEP_SECONDS, self.sweep)

    async def staying(self) -> None:
        """Keep the lease, however long a sweep takes."""
        while True:
            await self._house.clock.sleep(LOOK_SECONDS)
            await self._safely(self._roll_call.renew)

    async def rereading(self) -> None:
        await self._for_ever(REREAD_SECONDS, self._rereading.reread)

    async def writing_down(self) -> None:
        await self._for_ever(FLUSH_SECONDS, self._house.ledger.flush)

    async def listening_for_losses(self) -> None:
        """Make up for it each time the Bus may have lost something: the store was away, too, perhaps."""
        async for _ in self._house.bus.losses():
            self._house.counters.add("bus_losses")
            await self._safely(self._recovery.recover)

    async def echoing(self) -> None:
        """Measure how late the loop and the Bus are. The echo does its own waiting."""
        while True:
            await self._safely(self._echoes.listen)

    async def _for_ever(self, seconds: float, round_: Callable[[], Awaitable[None]]) -> None:
        while True:
            await self._house.clock.sleep(seconds)
            await self._safely(round_)
            if self._recovery.is_needed:
                await self._safely(self._recovery.recover)

    async def _safely(self, round_: Callable[[], Awaitable[None]]) -> None:
        try:
            await round_()
        except StoreError as error:
            self._house.counters.add("store_missed.round")
            self._recovery.missed()
            if self._house.seldom.says("store_missed"):
                log.warning("store_missed what=%s error=%s", round_.__name__, error.code)
        except Exception:
            # A mistake in one round may not end all the rounds to come.
            self._house.counters.add("failures")
            log.exception("round_failed what=%s", round_.__name__)

    async def sweep(self) -> None:
        """Peers first: they need no store."""
        for place, local in enumerate(list(self._house.sessions.values())):
            if place % CHECKED_AT_ONCE == CHECKED_AT_ONCE - 1:
                # Thousands of probes at once would keep the frames of others waiting.
                await asyncio.sleep(0)
            for peer in list(local.peers.values()):
                self._check(peer)
        await self._timekeeping.compare()
        await self._roll_call.answer()
        await self._recovery.make_up()
        if self._recovery.is_settling:
            return
        for session_id in await self._house.store.due(self._house.clock.now(), DUE_AT_ONCE):
            await self._tick(session_id)
        await self._house.ledger.close_due()

    def _check(self, peer: Peer) -> None:
        if peer.overdue():
            peer.abort(SLOW)
            return
        now = self._house.clock.monotonic()
        if peer.probed_at is None:
            if now - peer.heard_at > QUIET_SECONDS or now - peer.sent_at > SILENCE_SECONDS:
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
        return await self._roll_call.dead(hold.hub for hold in holds if hold.present)
