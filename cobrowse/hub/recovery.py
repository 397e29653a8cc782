"""What a hub does first when the store is back, or when it was away itself: in this order, and once at a time."""

import asyncio
import logging

from cobrowse.hub.acts import Acts
from cobrowse.hub.clock import StoreClock
from cobrowse.hub.house import House
from cobrowse.hub.rereading import Rereading
from cobrowse.hub.restoring import Restoring
from cobrowse.hub.roll_call import RollCall
from cobrowse.hub.steps import Steps
from cobrowse.hub.timekeeping import Timekeeping

log = logging.getLogger("cobrowse.hub")

# What is due waits so much longer, so that each hub can say first what was done meanwhile.
SETTLE_SECONDS = 2.0


class Recovery:
    """Knows since when the store is away, and makes up for it."""

    def __init__(
        self,
        house: House,
        *,
        steps: Steps,
        acts: Acts,
        restoring: Restoring,
        rereading: Rereading,
        roll_call: RollCall,
        timekeeping: Timekeeping,
    ) -> None:
        self._house = house
        self._steps = steps
        self._acts = acts
        self._restoring = restoring
        self._rereading = rereading
        self._roll_call = roll_call
        self._timekeeping = timekeeping
        self._clock: StoreClock = house.clock
        self._turn = asyncio.Lock()
        self._missed_at: float | None = None
        self._recovered_at = float("-inf")

    @property
    def is_needed(self) -> bool:
        """True since something was asked of the store in vain, until `recover` has got through."""
        return self._missed_at is not None

    @property
    def is_settling(self) -> bool:
        """True where nobody may find a session due yet."""
        return self._clock.monotonic() - self._recovered_at < SETTLE_SECONDS

    def missed(self) -> None:
        """The store did not answer."""
        self._roll_call.doubt()
        if self._missed_at is None:
            self._missed_at = self._clock.monotonic()

    async def make_up(self) -> None:
        """Write what could not be written before. Raises `StoreError`."""
        await self._acts.note_late()
        await self._steps.pay()

    async def recover(self) -> None:
        """Say that this hub lives, write what is owed, put back what is lost, read all again. Raises `StoreError`."""
        async with self._turn:
            self._roll_call.doubt()
            await self._timekeeping.compare()
            await self._roll_call.answer()
            await self.make_up()
            await self._restoring.end_again()
            await self._rereading.reread_all()
            self._recovered_at = self._clock.monotonic()
            if self._missed_at is not None:
                away = self._recovered_at - self._missed_at
                self._missed_at = None
                self._house.counters.add("store_recoveries")
                log.warning("store_back seconds=%.1f", away)
