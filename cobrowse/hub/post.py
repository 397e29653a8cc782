"""To a seat, wherever it is: into the outbox of the peer here, or by the Bus to the hub that has it."""

import logging

from cobrowse.core import bus_protocol
from cobrowse.core.bus_protocol import AnyBusMessage, Deliver
from cobrowse.core.errors import StoreError
from cobrowse.core.protocol import Message
from cobrowse.core.states import Session, Who
from cobrowse.hub.house import House
from cobrowse.hub.outbox import Item, item_of
from cobrowse.hub.peer import Peer

log = logging.getLogger("cobrowse.hub")


class Post:
    """Delivers items; never waits for a peer. What the Bus loses is found by those whom it concerns."""

    def __init__(self, house: House) -> None:
        self._house = house
        # Sessions whose agents have missed some of the view, as far as this hub knows.
        self._missing: set[str] = set()

    def missing(self) -> set[str]:
        """The sessions of whose view something did not leave here, since this was asked last."""
        missing, self._missing = self._missing, set()
        return missing

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
        sent = await self._sent(hold.hub, _deliver(session.id, seat, hold.generation, item))
        if item.view and not sent:
            self._missing.add(session.id)
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
        await self._sent(hub, message)

    async def _sent(self, hub: str, message: AnyBusMessage) -> bool:
        """The same. False where it never left."""
        try:
            await self._house.bus.send(hub, bus_protocol.encode(message))
        except StoreError as error:
            self._house.counters.add("bus_lost")
            if self._house.seldom.says("bus_lost"):
                log.warning("bus_lost hub=%s error=%s", hub, error.code)
            return False
        return True


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
