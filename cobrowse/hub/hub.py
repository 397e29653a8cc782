"""The hub: the parts, put together. It calls, it doesn't do."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from cobrowse.core.close import DRAIN
from cobrowse.core.protocol import AssetKind, ComeAgain, SessionState
from cobrowse.core.states import Who
from cobrowse.hub.acts import Acts
from cobrowse.hub.assets import Assets
from cobrowse.hub.census import Census, census
from cobrowse.hub.checkups import Checkups
from cobrowse.hub.clock import within
from cobrowse.hub.counters import Histogram
from cobrowse.hub.deadlines import Deadlines
from cobrowse.hub.desk import Created, Desk, Joined
from cobrowse.hub.echoes import Echoes
from cobrowse.hub.fetching import Fetched, Fetcher
from cobrowse.hub.house import House
from cobrowse.hub.inbox import Inbox
from cobrowse.hub.peer import Transport
from cobrowse.hub.pictures import Pictures
from cobrowse.hub.post import Post
from cobrowse.hub.probes import Probes
from cobrowse.hub.pulse import Pulse
from cobrowse.hub.reading import Reading
from cobrowse.hub.recovery import Recovery
from cobrowse.hub.relay import Relay
from cobrowse.hub.rereading import Rereading
from cobrowse.hub.restoring import Restoring
from cobrowse.hub.roll_call import RollCall
from cobrowse.hub.seats import Seats
from cobrowse.hub.steps import Steps
from cobrowse.hub.timekeeping import Timekeeping
from cobrowse.hub.unheard import Unheard
from cobrowse.store.base import Asset

log = logging.getLogger("cobrowse.hub")

# Peers of a hub that goes away come again spread over at most this long: as long as the others need to take so many in,
# a thousand a second, and no longer where there are few.
DRAIN_JITTER_MS = 1000
DRAIN_SECONDS = 10.0


class Hub:
    """One process's share of the work; any number of them share a store and a Bus."""

    def __init__(self, house: House, fetcher: Fetcher | None = None) -> None:
        self._house = house
        self._fetcher = fetcher or Fetcher(house.clock)
        post = Post(house)
        pictures = Pictures(house, post)
        probes = Probes(house, post)
        relay = Relay(house, post, pictures)
        self.assets = Assets(house, post, self._fetcher)
        restoring, self._roll_call, timekeeping = Restoring(house), RollCall(house), Timekeeping(house)
        steps = Steps(
            house,
            post,
            restoring,
            ask_picture=pictures.ask_for,
            forget_page=self.assets.forget,
            leave_page=self.assets.leave_page,
        )
        self._steps = steps
        acts = Acts(house, post, steps)
        checkups = Checkups(house, post)
        rereading = Rereading(house, steps, self._roll_call)
        recovery = Recovery(
            house,
            steps=steps,
            acts=acts,
            restoring=restoring,
            rereading=rereading,
            roll_call=self._roll_call,
            timekeeping=timekeeping,
        )
        pulse = Pulse(house, recovery.recover)
        reading = Reading(house, steps, relay, pictures, acts, self.assets, probes, checkups, pulse)
        self._desk = Desk(house, steps, self._roll_call)
        self._seats = Seats(
            house,
            steps,
            relay,
            probes,
            self._roll_call,
            on_frame=reading.frame,
            now=reading.now,
            on_empty=self.assets.forget_here,
            on_old_snippet=checkups.old_snippet,
        )
        echoes = Echoes(house, post)
        self._inbox = Inbox(house, steps, relay, pictures, probes, self.assets, echoes)
        self._deadlines = Deadlines(
            house,
            steps=steps,
            probes=probes,
            roll_call=self._roll_call,
            rereading=rereading,
            recovery=recovery,
            pulse=pulse,
            timekeeping=timekeeping,
            echoes=echoes,
            unheard=Unheard(house, post, pictures, relay),
        )

    @property
    def id(self) -> str:
        """This hub's name on the Bus; new with each process."""
        return self._house.id

    @property
    def draining(self) -> bool:
        """True once this hub is going away."""
        return self._house.draining

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen on the Bus, hold a lease, and do what time brings, while open. Raises `StoreError` on entering."""
        async with self._house.bus.listen(self._house.id, self._inbox.receive):
            await self._deadlines.start()
            log.info("hub_started hub=%s", self.id)
            try:
                yield
            finally:
                await self._house.stop()
                await self._fetcher.close()
                with self._house.tolerating("lease"):
                    await self._roll_call.answer(seconds=0)
                log.info("hub_stopped hub=%s", self.id)

    async def serve(self, seat: Who, transport: Transport, origin: str | None) -> None:
        """The whole life of an accepted socket, from the hello with its deadline to the leaving."""
        await self._seats.serve(seat, transport, origin)

    async def create(self, agent_id: str, agent_name: str, site: str, *, digits: int | None = None) -> Created:
        """See `Desk.create`."""
        return await self._desk.create(agent_id, agent_name, site, digits=digits)

    async def claim(self, site: str, code: str, nonce: str) -> Joined:
        """See `Desk.claim`."""
        return await self._desk.claim(site, code, nonce)

    async def joined(self, session_id: str, nonce: str) -> Joined:
        """See `Desk.joined`."""
        return await self._desk.joined(session_id, nonce)

    async def end(self, session_id: str, agent_id: str) -> None:
        """See `Desk.end`."""
        await self._desk.end(session_id, agent_id)

    async def read(self, session_id: str, agent_id: str) -> SessionState:
        """See `Desk.read`."""
        return await self._desk.read(session_id, agent_id)

    async def list(self, agent_id: str) -> list[SessionState]:
        """See `Desk.list`."""
        return await self._desk.list(agent_id)

    async def asset(self, session_id: str, n: int, destination: str = "") -> Asset:
        """See `Assets.get`."""
        return await self.assets.get(session_id, n, destination)

    async def put_asset(self, token: str, ticket: str, n: int, body: bytes) -> None:
        """See `Assets.put`."""
        await self.assets.put(token, ticket, n, body)

    async def fetch_asset(
        self, token: str, ticket: str, n: int, address: str, kind: AssetKind, user_agent: str
    ) -> Fetched | None:
        """See `Assets.fetch`."""
        return await self.assets.fetch(token, ticket, n, address, kind, user_agent)

    async def give_up_asset(self, token: str, ticket: str, n: int, code: str) -> None:
        """See `Assets.give_up`."""
        await self.assets.give_up(token, ticket, n, code)

    async def drain(self, timeout_seconds: float = DRAIN_SECONDS) -> None:
        """Take nobody any more, tell everybody to come again a little apart, and wait until they are gone."""
        house = self._house
        house.draining = True
        log.info("hub_draining hub=%s sessions=%d", self.id, len(house.sessions))
        peers = [peer for local in house.sessions.values() for peer in local.peers.values()]
        for peer in peers:
            peer.send(ComeAgain(delay_ms=house.randbelow(min(len(peers), DRAIN_JITTER_MS))))
            peer.close(DRAIN)
        with suppress(TimeoutError):
            await within(house.clock, timeout_seconds, house.empty())

    def census(self) -> Census:
        """Who is here now."""
        return census(self._house)

    def histograms(self) -> dict[str, Histogram]:
        """What was measured so far."""
        return self._house.counters.histograms()

    @property
    def owing(self) -> int:
        """How many steps the store has not taken yet."""
        return self._steps.owing

    @property
    def clock_difference(self) -> float | None:
        """This hub's wall clock minus the store's, in seconds; None where nobody measured."""
        return self._house.clock.difference

    @property
    def clock_alarm(self) -> bool:
        """True while this hub's clock is further from the store's than hubs tolerate; it goes by the store's then."""
        return self._house.clock.is_off

    def counts(self) -> dict[str, int]:
        """What was counted so far."""
        return self._house.counters.all()

    def stats(self) -> dict[str, int]:
        """Counts so far, and what there is now."""
        house = self._house
        now = {
            "sessions": len(house.sessions),
            "peers": sum(len(local.peers) for local in house.sessions.values()),
            "assets_bytes": self.assets.kept_bytes,
            "owing": self._steps.owing,
        }
        return {**house.counters.all(), **now}
