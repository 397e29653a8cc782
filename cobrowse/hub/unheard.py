"""What the Bus lost with this hub's knowledge, made up for as soon as the hub it was for hears again.

A message is known to be lost where it could not be sent, or where nobody listened. Of what matters then nothing is
kept, since a newer one is better: a picture is asked for, or all the credit of an epoch is told again. Without it the
next word of the page would do the same, up to five seconds later; and what nobody knows to be lost is found so."""

import logging

from cobrowse.core.errors import StoreError
from cobrowse.hub.house import House
from cobrowse.hub.local import LocalSession
from cobrowse.hub.pictures import Pictures
from cobrowse.hub.post import Lost, Post
from cobrowse.hub.relay import Relay
from cobrowse.hub.steps import SEATS

log = logging.getLogger("cobrowse.hub")

# How often it is looked whether somebody hears again. A Redis that is away makes who asks wait for it.
LOOK_SECONDS = 0.25


class Unheard:
    """Looks after the hubs that did not hear something, while there are any."""

    def __init__(self, house: House, post: Post, pictures: Pictures, relay: Relay) -> None:
        self._house = house
        self._post = post
        self._pictures = pictures
        self._relay = relay

    async def making_up(self) -> None:
        """For ever."""
        while True:
            await self._post.something_is_lost()
            try:
                await self.make_up()
            except StoreError:
                pass  # It is still away.
            except Exception:
                # A mistake in one round may not end all the rounds to come.
                self._house.counters.add("failures")
                log.exception("round_failed what=make_up")
            await self._house.clock.sleep(LOOK_SECONDS)

    async def make_up(self) -> None:
        """One round: of those who hear again now. Raises `StoreError`."""
        hubs = self._post.lost_to()
        absent = await self._house.bus.absent(hubs)
        for hub in hubs:
            for lost in self._post.take_lost(hub):
                local = self._house.sessions.get(lost.session)
                if local is None or not _has_a_seat(local, hub):
                    # Who takes the seat elsewhere gets a picture of their own.
                    continue
                if hub in absent:
                    self._post.keep_lost(hub, lost)
                else:
                    await self._again(local, lost)

    async def _again(self, local: LocalSession, lost: Lost) -> None:
        if lost.kind == "credit":
            await self._relay.tell_credit_again(local)
        else:
            await self._pictures.ask(local.session)


def _has_a_seat(local: LocalSession, hub: str) -> bool:
    holds = [local.session.hold(seat) for seat in SEATS]
    return any(hold.present and hold.hub == hub for hold in holds)
