"""How late this hub is: its loop, by how much later than asked it wakes, and the Bus, by an echo to its own inbox.

The echo goes out to the store and comes back as any message from another hub does, and is measured by one clock: no
two clocks need agree."""

from cobrowse.core.bus_protocol import Echo
from cobrowse.hub.house import House
from cobrowse.hub.post import Post

ECHO_SECONDS = 5.0


class Echoes:
    """Sends one echo at a time; what did not come back by the next is lost."""

    def __init__(self, house: House, post: Post) -> None:
        self._house = house
        self._post = post
        self._last = 0
        self._sent_at: float | None = None

    async def listen(self) -> None:
        """One round of `ECHO_SECONDS`: wait, note how late it is, and call into the Bus."""
        clock = self._house.clock
        wake_at = clock.monotonic() + ECHO_SECONDS
        await clock.sleep(ECHO_SECONDS)
        self._house.counters.observe("loop_lag_seconds", max(0.0, clock.monotonic() - wake_at))
        if self._sent_at is not None:
            self._house.counters.add("bus_echoes_lost")
        self._last += 1
        self._sent_at = clock.monotonic()
        await self._post.to_hub(self._house.id, Echo(id=self._last))

    def heard(self, echo: Echo) -> None:
        """The echo is back; one that was given up is not heard any more, nor is one twice."""
        if self._sent_at is None or echo.id != self._last:
            return
        self._house.counters.observe("bus_lag_seconds", self._house.clock.monotonic() - self._sent_at)
        self._sent_at = None
