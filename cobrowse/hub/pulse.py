"""Did this process stand still (SIGSTOP, a machine that was suspended, a loop that was held)?

Others may have taken it for dead meanwhile and given its seats away. Nothing that lay in its sockets is passed on
before it has looked at its sessions again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from cobrowse.core.errors import StoreError
from cobrowse.hub.clock import within
from cobrowse.hub.house import House

log = logging.getLogger("cobrowse.hub")

BEAT_SECONDS = 1.0
# Shorter than the least time in which others take a hub for dead: what is left of a lease when it is renewed.
STILL_SECONDS = 5.0
# Where the store does not answer meanwhile, nobody can have taken a seat by it either for long.
LOOK_SECONDS = 5.0


class Pulse:
    """Beats each second. `look` is what is done first after standing still; it may raise `StoreError`."""

    def __init__(self, house: House, look: Callable[[], Awaitable[None]]) -> None:
        self._house = house
        self._look = look
        self._beat_at = house.clock.monotonic()
        self._looking: asyncio.Task[None] | None = None

    async def beating(self) -> None:
        """For ever."""
        while True:
            await self._house.clock.sleep(BEAT_SECONDS)
            self._beat()

    def beats(self, now: float) -> bool:
        """False where this hub stood still before `now`, and has not looked at its sessions again since."""
        if now - self._beat_at > STILL_SECONDS:
            self._beat()
        return self._looking is None

    async def felt(self) -> None:
        """Returns at once, but where this hub stood still: then once it has looked at its sessions again."""
        self.beats(self._house.clock.monotonic())
        if self._looking is not None:
            await asyncio.shield(self._looking)

    def _beat(self) -> None:
        now = self._house.clock.monotonic()
        still, self._beat_at = now - self._beat_at, now
        if still > STILL_SECONDS and self._looking is None:
            self._house.counters.add("stood_still")
            log.warning("stood_still seconds=%.1f", still)
            self._looking = asyncio.create_task(self._look_again())

    async def _look_again(self) -> None:
        try:
            await within(self._house.clock, LOOK_SECONDS, self._looked())
        except (StoreError, TimeoutError) as error:
            log.warning("not_looked_again error=%s", type(error).__name__)
        finally:
            self._looking = None

    async def _looked(self) -> None:
        await self._look()
