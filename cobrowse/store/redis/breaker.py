"""What happens while a Redis server is away: who waits, who is told at once, and how it is noticed that it is back.

For the first seconds some calls wait, as a failover takes about that long; nobody waits for longer than those, and
whoever comes later or beyond the room is told at once. One task looks for the server meanwhile."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable

from redis.exceptions import RedisError

from cobrowse.core.errors import StoreAway
from cobrowse.ending import ended
from cobrowse.store.redis.answers import is_away, store_error

# How many calls may wait for one server.
WAITING_CALLS = 64
LOOK_FIRST_SECONDS = 0.05
LOOK_LONGEST_SECONDS = 1.0

log = logging.getLogger(__name__)


class Breaker:
    """For one server. `patience_seconds` from the moment it was lost, calls may wait."""

    def __init__(self, place: str, patience_seconds: float) -> None:
        self._place = place
        self._patience_seconds = patience_seconds
        self._lost_at = 0.0
        self._back = asyncio.Event()
        self._back.set()
        self._waiting = 0
        self._looking: asyncio.Task[None] | None = None
        self._error: Exception = ConnectionError("not yet reached")

    @property
    def is_away(self) -> bool:
        """True from `lost` on until the server was seen again."""
        return not self._back.is_set()

    def away(self) -> StoreAway:
        """What to raise now."""
        error = store_error(self._error, self._place)
        return error if isinstance(error, StoreAway) else StoreAway(error.sentence)

    def lost(self, error: Exception, look: Callable[[], Awaitable[None]]) -> None:
        """The server did not answer. `look` raises as long as it does not."""
        if self.is_away:
            return
        log.warning("store_away place=%s error=%s", self._place, error)
        self._error = error
        self._lost_at = time.monotonic()
        self._back.clear()
        self._looking = asyncio.create_task(self._look(look), name=f"redis-look-{self._place}")

    async def wait(self) -> None:
        """Return when the server is back. Raises `StoreAway`: at once where there is no use or no room to wait."""
        left_seconds = self._lost_at + self._patience_seconds - time.monotonic()
        if left_seconds <= 0 or self._waiting >= WAITING_CALLS:
            raise self.away()
        self._waiting += 1
        try:
            async with asyncio.timeout(left_seconds):
                await self._back.wait()
        except TimeoutError:
            raise self.away() from None
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        """End the looking; who waits is let go, to find all closed."""
        await ended(self._looking)
        self._back.set()

    async def _look(self, look: Callable[[], Awaitable[None]]) -> None:
        pause_seconds = LOOK_FIRST_SECONDS
        while True:
            # Jitter, so that all hubs of one Redis do not come back at the same instant.
            await asyncio.sleep(random.uniform(pause_seconds / 2, pause_seconds))  # noqa: S311 (no secret)
            pause_seconds = min(pause_seconds * 2, LOOK_LONGEST_SECONDS)
            try:
                await look()
            except (RedisError, OSError) as error:
                if is_away(error):
                    self._error = error
                    continue
            except Exception:
                # Whatever it was: nobody else looks.
                log.exception("store_look_failed place=%s", self._place)
                continue
            break
        log.warning("store_back place=%s after_seconds=%.1f", self._place, time.monotonic() - self._lost_at)
        self._back.set()
