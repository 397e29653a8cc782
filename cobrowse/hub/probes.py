"""Is the page behind this socket alive? Asked of the page itself: a socket may be open long after its page is gone."""

import asyncio
from typing import NamedTuple

from cobrowse.core.bus_protocol import ProbeSeat, ProbeSeen
from cobrowse.core.protocol import Probe
from cobrowse.core.states import SeatHold, Session, Who
from cobrowse.hub.clock import within
from cobrowse.hub.house import House
from cobrowse.hub.peer import Peer
from cobrowse.hub.post import Post

PROBE_SECONDS = 1.0
# Probes asked for other hubs are forgotten when this many are open; their hubs have given up long before.
RELAYED_MAX = 1024


class _Asked(NamedTuple):
    session: str
    seat: Who
    generation: int
    answer: asyncio.Future[bool]

    def is_about(self, session: str, seat: Who, generation: int) -> bool:
        return (self.session, self.seat, self.generation) == (session, seat, generation)


class _Relayed(NamedTuple):
    peer: Peer
    reply_to: str
    id: int


class Probes:
    """Asks holders of seats, here and on other hubs, and remembers who waits for the answer."""

    def __init__(self, house: House, post: Post) -> None:
        self._house = house
        self._post = post
        self._last = 0
        self._asked: dict[int, _Asked] = {}
        self._relayed: dict[int, _Relayed] = {}

    def _next(self) -> int:
        self._last = self._last % (2**31 - 1) + 1
        return self._last

    async def alive(self, session: Session, seat: Who, hold: SeatHold) -> bool:
        """True where the holder answers within a second. False too where it leaves meanwhile.

        Who asks while the same holder is being asked waits for that answer: however many knock, the holder hears one
        probe in a second."""
        for asked in self._asked.values():
            if asked.is_about(session.id, seat, hold.generation):
                return await self._answer(asked)
        id_ = self._next()
        asked = _Asked(session.id, seat, hold.generation, asyncio.get_running_loop().create_future())
        self._asked[id_] = asked
        # Where this is cancelled nobody knows; a holder is not dead for that.
        answered = True
        try:
            await self._ask(session, seat, hold, id_)
            answered = await self._answer(asked)
            return answered
        finally:
            # Who joined later is answered by the same silence.
            _settle(asked.answer, answered)
            del self._asked[id_]

    async def _answer(self, asked: _Asked) -> bool:
        try:
            return await within(self._house.clock, PROBE_SECONDS, _result(asked.answer))
        except TimeoutError:
            return False

    async def _ask(self, session: Session, seat: Who, hold: SeatHold, id_: int) -> None:
        if hold.hub == self._house.id:
            await self._post.message(session, seat, Probe(id=id_))
            return
        asking = ProbeSeat(session=session.id, seat=seat, generation=hold.generation, id=id_, reply_to=self._house.id)
        await self._post.to_hub(hold.hub, asking)

    def relay(self, message: ProbeSeat) -> None:
        """Another hub wants to know whether the holder here is alive."""
        local = self._house.sessions.get(message.session)
        peer = local.peers.get(message.seat) if local is not None else None
        if peer is None or peer.generation != message.generation or peer.closing is not None:
            return
        while len(self._relayed) >= RELAYED_MAX:
            del self._relayed[next(iter(self._relayed))]
        id_ = self._next()
        self._relayed[id_] = _Relayed(peer, message.reply_to, message.id)
        peer.send(Probe(id=id_))

    async def answered(self, peer: Peer, id_: int) -> None:
        """A peer answers. Answers to what this very peer was not asked are nothing."""
        peer.probed_at = None
        asked = self._asked.get(id_)
        if asked is not None and asked.is_about(peer.session_id, peer.seat, peer.generation):
            _settle(asked.answer, True)
        relayed = self._relayed.get(id_)
        if relayed is not None and relayed.peer is peer:
            del self._relayed[id_]
            await self._post.to_hub(relayed.reply_to, ProbeSeen(id=relayed.id))

    def seen(self, id_: int) -> None:
        """Another hub says that the holder there is alive."""
        asked = self._asked.get(id_)
        if asked is not None:
            _settle(asked.answer, True)

    async def gone(self, peer: Peer) -> None:
        """This peer left, and the store knows: who waits for its answer may look again."""
        for asked in self._asked.values():
            if asked.is_about(peer.session_id, peer.seat, peer.generation):
                _settle(asked.answer, False)
        waiting = [(id_, one) for id_, one in self._relayed.items() if one.peer is peer]
        for id_, one in waiting:
            del self._relayed[id_]
            await self._post.to_hub(one.reply_to, ProbeSeen(id=one.id))

    def check(self, peer: Peer) -> None:
        """A peer was silent for long: ask whether its page hangs."""
        peer.probed_at = self._house.clock.monotonic()
        peer.send(Probe(id=self._next()))


def _settle(answer: asyncio.Future[bool], alive: bool) -> None:
    if not answer.done():
        answer.set_result(alive)


async def _result(answer: asyncio.Future[bool]) -> bool:
    return await asyncio.shield(answer)
