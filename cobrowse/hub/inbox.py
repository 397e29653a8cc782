"""What other hubs say, to whom it concerns here; what is meant for an earlier holder of a seat is dropped."""

import logging

from cobrowse.core import bus_protocol
from cobrowse.core.bus_protocol import (
    AssetAsked,
    AssetHere,
    Changed,
    CloseHolder,
    CreditBack,
    Deliver,
    Echo,
    PictureAsked,
    ProbeSeat,
    ProbeSeen,
)
from cobrowse.core.errors import BadMessage
from cobrowse.core.states import Who
from cobrowse.hub.assets import Assets
from cobrowse.hub.echoes import Echoes
from cobrowse.hub.house import House
from cobrowse.hub.outbox import CreditDue, Item
from cobrowse.hub.peer import Peer
from cobrowse.hub.pictures import Pictures
from cobrowse.hub.probes import Probes
from cobrowse.hub.relay import Relay
from cobrowse.hub.steps import Steps

log = logging.getLogger("cobrowse.hub")


class Inbox:
    """Receives from the Bus; never waits: what needs the store is done beside."""

    def __init__(
        self,
        house: House,
        steps: Steps,
        relay: Relay,
        pictures: Pictures,
        probes: Probes,
        assets: Assets,
        echoes: Echoes,
    ) -> None:
        self._house = house
        self._steps = steps
        self._relay = relay
        self._pictures = pictures
        self._probes = probes
        self._assets = assets
        self._echoes = echoes

    def receive(self, data: bytes) -> None:
        """One message from the Bus."""
        try:
            message = bus_protocol.decode(data)
        except BadMessage as error:
            self._house.counters.add("bad_bus_messages")
            log.warning("bad_bus_message why=%s", error.sentence)
            return
        match message:
            case Deliver() | CreditBack():
                self._to_peer(message)
            case CloseHolder():
                self._house.spawn(self._close_holder(message))
            case Changed():
                self._house.spawn(self._changed(message))
            case PictureAsked():
                self._house.spawn(self._picture_asked(message))
            case ProbeSeat() | ProbeSeen():
                self._probe(message)
            case AssetAsked():
                self._assets.wanted_elsewhere(message)
            case AssetHere():
                self._house.spawn(self._asset_here(message))
            case Echo():
                self._echoes.heard(message)

    def _probe(self, message: ProbeSeat | ProbeSeen) -> None:
        if isinstance(message, ProbeSeat):
            self._probes.relay(message)
        else:
            self._probes.seen(message.id)

    def _to_peer(self, message: Deliver | CreditBack) -> None:
        if isinstance(message, CreditBack):
            local = self._house.sessions.get(message.session)
            if local is not None:
                self._relay.credit_here(local, message.epoch, message.frames, message.bytes)
            return
        peer = self._peer(message.session, message.seat, message.generation)
        if peer is None:
            self._house.counters.add("bus_too_late")
        else:
            peer.post(_item(message))
            if message.answers >= 0:
                self._house.act_times.answered(message.session, message.answers)

    def _peer(self, session_id: str, seat: Who, generation: int) -> Peer | None:
        local = self._house.sessions.get(session_id)
        peer = local.peers.get(seat) if local is not None else None
        return peer if peer is not None and peer.generation == generation else None

    async def _close_holder(self, message: CloseHolder) -> None:
        # The last thing a peer hears is why.
        with self._house.tolerating("refresh"):
            await self._steps.refresh(message.session)
        peer = self._peer(message.session, message.seat, message.generation)
        if peer is not None:
            peer.close(message.close)

    async def _changed(self, message: Changed) -> None:
        local = self._house.sessions.get(message.session)
        if local is not None and local.version < message.version:
            with self._house.tolerating("refresh"):
                await self._steps.refresh(message.session)

    async def _picture_asked(self, message: PictureAsked) -> None:
        # The change that made the session live may be on its way still: read it before judging.
        with self._house.tolerating("refresh"):
            await self._steps.refresh(message.session)
        self._pictures.ask_here(message.session, message.epoch, message.version)

    async def _asset_here(self, message: AssetHere) -> None:
        with self._house.tolerating("take_asset"):
            await self._assets.here(message)


def _item(message: Deliver) -> Item:
    credit = None
    if message.epoch:
        credit = CreditDue(message.origin, message.epoch, 1, message.credit_bytes)
    data = message.data if message.packed else message.data.decode()
    return Item(data, len(message.data), message.latest, message.view, credit)
