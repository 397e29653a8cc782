"""To a seat, wherever it is: into the outbox of the peer here, or by the Bus to the hub that has it."""

import asyncio
import logging
from typing import Literal, NamedTuple

from cobrowse.core import bus_protocol
from cobrowse.core.bus_protocol import AnyBusMessage, CreditBack, Deliver, PictureAsked
from cobrowse.core.errors import StoreError
from cobrowse.core.protocol import Message
from cobrowse.core.states import Session, Who
from cobrowse.hub.house import House
from cobrowse.hub.outbox import Item, item_of
from cobrowse.hub.peer import Peer

log = logging.getLogger("cobrowse.hub")


class Lost(NamedTuple):
    """What a hub did not hear of a session: something of the picture or a request for one, or what credit there is."""

    session: str
    kind: Literal["picture", "credit"]


class Post:
    """Delivers items; never waits for a peer. What is known to be lost of the view is noted for `hub.unheard`, at most
    once of a kind and session; all else is found by those whom it concerns."""

    def __init__(self, house: House) -> None:
        self._house = house
        # By the hub that did not hear it.
        self._lost: dict[str, set[Lost]] = {}
        self._something_is_lost = asyncio.Event()

    async def something_is_lost(self) -> None:
        """Return when it is."""
        await self._something_is_lost.wait()

    def lost_to(self) -> list[str]:
        """The hubs that did not hear something."""
        return sorted(self._lost)

    def take_lost(self, hub: str) -> set[Lost]:
        """What this hub did not hear; it is not noted any more."""
        lost = self._lost.pop(hub, set())
        if not self._lost:
            self._something_is_lost.clear()
        return lost

    def keep_lost(self, hub: str, lost: Lost) -> None:
        """This hub did not hear it."""
        self._lost.setdefault(hub, set()).add(lost)
        self._something_is_lost.set()

    async def message(self, session: Session, seat: Who, message: Message) -> bool:
        """A message of the hub's own. False where nobody can get it."""
        return await self.item(session, seat, item_of(message))

    async def item(self, session: Session, seat: Who, item: Item) -> bool:
        """False where nobody holds the seat, as far as this hub knows."""
        hold = session.hold(seat)
        if not hold.present:
            return False
        if hold.hub == self._house.id:
            peer = self.here(session, seat)
            if peer is not None:
                peer.post(item)
            return peer is not None
        await self.to_hub(hold.hub, _deliver(session.id, seat, hold.generation, item))
        return True

    def here(self, session: Session, seat: Who) -> Peer | None:
        """Who holds the seat, where that is a peer of this hub."""
        hold = session.hold(seat)
        local = self._house.sessions.get(session.id)
        peer = local.peers.get(seat) if local is not None else None
        if peer is None or peer.closing is not None or peer.generation != hold.generation:
            return None
        return peer if hold.present and hold.hub == self._house.id else None

    async def to_hub(self, hub: str, message: AnyBusMessage) -> None:
        """One message for another hub; at most once, and no error where it is lost."""
        try:
            if await self._house.bus.send(hub, bus_protocol.encode(message)):
                return
            self._house.counters.add("bus_unheard")
        except StoreError as error:
            self._house.counters.add("bus_lost")
            if self._house.seldom.says("bus_lost"):
                log.warning("bus_lost hub=%s error=%s", hub, error.code)
        lost = _lost_with(message)
        if lost is not None:
            self.keep_lost(hub, lost)


def _lost_with(message: AnyBusMessage) -> Lost | None:
    match message:
        case Deliver(view=True) | PictureAsked():
            return Lost(message.session, "picture")
        case CreditBack():
            return Lost(message.session, "credit")
    return None


def _deliver(session_id: str, seat: Who, generation: int, item: Item) -> Deliver:
    packed = isinstance(item.data, bytes)
    credit = item.credit
    return Deliver(
        session=session_id,
        seat=seat,
        generation=generation,
        data=item.data if isinstance(item.data, bytes) else item.data.encode(),
        packed=packed,
        latest=item.latest,
        view=item.view,
        epoch=credit.epoch if credit else 0,
        credit_bytes=credit.bytes if credit else 0,
        origin=credit.origin if credit else "",
        answers=item.answers,
    )
