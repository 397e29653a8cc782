"""The life of an accepted socket: hello, seat, loop, leaving.

A newcomer takes a seat that is free, that the same page holds, or whose holder does not answer a probe within a
second; else it is refused with `seat_held`. The store decides: a take is a step like any other.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

import msgspec

from cobrowse.core import close
from cobrowse.core.close import Close
from cobrowse.core.errors import BadMessage, BadToken, NotAllowed, NotFound, StoreConflict, StoreError
from cobrowse.core.events import EndAsked, SeatLeft, SeatTaken
from cobrowse.core.policy import Site
from cobrowse.core.protocol import HELLO_MAX_BYTES, HELLO_TIMEOUT_SECONDS, VERSION, Hello
from cobrowse.core.states import Ended, Session, Who
from cobrowse.core.tokens import CustomerToken
from cobrowse.hub import wire
from cobrowse.hub.clock import within
from cobrowse.hub.house import House
from cobrowse.hub.local import LocalSession, View
from cobrowse.hub.peer import Peer, Transport, TransportClosed
from cobrowse.hub.probes import Probes
from cobrowse.hub.relay import Relay
from cobrowse.hub.roll_call import RollCall
from cobrowse.hub.steps import Step, Steps
from cobrowse.hub.turn import Turn
from cobrowse.hub.welcomes import first_epoch, welcome

log = logging.getLogger("cobrowse.hub")


class TurnedAway(Exception):
    """This socket gets no seat; it is closed with `close`."""

    def __init__(self, why: Close) -> None:
        super().__init__(why.reason)
        self.close = why


class Claim(NamedTuple):
    """What a hello proved: which session, and the rotation of the customer's token (agents: 0)."""

    session: str
    rotation: int


class _AnyHello(msgspec.Struct, tag_field="k", tag="hello"):
    """A hello of any version: only its version is of interest, and whose it is."""

    version: int
    token: str = ""


OnFrame = Callable[[LocalSession, Peer, wire.Data], Awaitable[None]]
Now = Callable[[LocalSession, Peer, Sequence[wire.Data]], int]


class Seats:
    """Serves sockets."""

    def __init__(
        self,
        house: House,
        steps: Steps,
        relay: Relay,
        probes: Probes,
        roll_call: RollCall,
        *,
        on_frame: OnFrame,
        now: Now,
        on_empty: Callable[[str], None],
        on_old_snippet: Callable[[Session], Awaitable[None]],
    ) -> None:
        self._house = house
        self._on_empty = on_empty
        self._on_old_snippet = on_old_snippet
        self._steps = steps
        self._relay = relay
        self._probes = probes
        self._roll_call = roll_call
        self._on_frame = on_frame
        self._now = now
        self._turn = Turn()

    async def serve(self, seat: Who, transport: Transport, origin: str | None) -> None:
        """From the accepted socket to its end; the socket is closed when this returns."""
        try:
            hello = await self._hello(seat, transport)
            peer = await self._seat(seat, transport, origin, hello)
        except TransportClosed:
            return
        except TurnedAway as turned:
            self._house.counters.add(f"turned_away.{turned.close.reason}")
            log.info("turned_away seat=%s reason=%s", seat, turned.close.reason)
            await self._shut(transport, turned.close)
            return
        except Exception:
            self._failed("hello", seat)
            await self._shut(transport, close.INTERNAL)
            return
        await self._live(peer, transport)

    def _failed(self, what: str, seat: Who) -> None:
        """A mistake of ours may cost one socket, never the hub; the peer comes again."""
        self._house.counters.add("failures")
        log.exception("serving_failed what=%s seat=%s", what, seat)

    async def _shut(self, transport: Transport, why: Close) -> None:
        try:
            await within(self._house.clock, HELLO_TIMEOUT_SECONDS, transport.close(why.number, why.reason))
        except (TimeoutError, TransportClosed):
            return

    # --- hello

    async def _hello(self, seat: Who, transport: Transport) -> Hello:
        if self._house.draining:
            raise TurnedAway(close.DRAIN)
        try:
            data = await within(self._house.clock, HELLO_TIMEOUT_SECONDS, transport.receive())
        except TimeoutError as error:
            raise TurnedAway(close.HELLO_TIMEOUT) from error
        if isinstance(data, bytes) or wire.size_of(data) > HELLO_MAX_BYTES:
            raise TurnedAway(close.BAD_HELLO)
        try:
            return _read_hello(data)
        except TurnedAway as turned:
            if turned.close == close.VERSION_MISMATCH and seat == "customer":
                await self._tell_old(data)
            raise

    async def _tell_old(self, data: str) -> None:
        """Whose session it was, as far as its token says: the agent waits for it."""
        try:
            with _turning_away():
                token = msgspec.json.decode(data, type=_AnyHello).token
                claim = self._house.tokens.verify(CustomerToken, token, self._house.clock.now())
                session = await self._session(claim.session)
        except TurnedAway:
            return
        await self._on_old_snippet(session)

    # --- the seat

    async def _seat(self, seat: Who, transport: Transport, origin: str | None, hello: Hello) -> Peer:
        with _turning_away():
            claim = await self._claim(seat, hello)
            session = await self._session(claim.session)
        try:
            with _turning_away():
                site = await self._site(session, seat, origin)
                hold_generation = await self._admit(session, seat, hello)
                return await self._take(seat, transport, hello, claim, site, hold_generation)
        except TurnedAway as turned:
            if not turned.close.may_retry and turned.close != close.ENDED:
                # Someone holds a token of this session: a duplicated tab, another site, a page that copied one.
                self._house.ledger.count_of(session, "turned_away", f"{seat}:{turned.close.reason}")
            raise

    async def _claim(self, seat: Who, hello: Hello) -> Claim:
        if seat == "customer":
            token = self._house.tokens.verify(CustomerToken, hello.token, self._house.clock.now())
            return Claim(token.session, token.rotation)
        session_id = await self._house.take_ticket(hello.token, hello.nonce)
        if session_id is None:
            raise BadToken("This ticket is not valid.")
        return Claim(session_id, 0)

    async def _session(self, session_id: str) -> Session:
        found = await self._house.store.read(session_id)
        if found is None and await self._roll_call.may_be_put_back():
            raise TurnedAway(close.STORE_AWAY)
        if found is None or isinstance(found.session.state, Ended):
            raise TurnedAway(close.ENDED)
        return found.session

    async def _site(self, session: Session, seat: Who, origin: str | None) -> Site:
        site = self._house.sites.get(session.site)
        if site is None:
            await self._steps.must(session.id, EndAsked("policy"))
            raise TurnedAway(close.ENDED)
        if seat == "customer" and origin not in site.origins:
            raise TurnedAway(close.WRONG_ORIGIN)
        return site

    async def _admit(self, session: Session, seat: Who, hello: Hello) -> int:
        """The generation that may be taken over, or `TurnedAway`."""
        hold = session.hold(seat)
        if not hold.present or hold.page == hello.page or await self._is_dead(session, seat):
            return hold.generation
        answered = await self._probes.alive(session, seat, hold)
        now = (await self._session(session.id)).hold(seat)
        if now.generation != hold.generation:
            raise TurnedAway(close.SEAT_BUSY)
        if answered and now.present:
            raise TurnedAway(close.SEAT_HELD)
        return now.generation

    async def _is_dead(self, session: Session, seat: Who) -> bool:
        hold = session.hold(seat)
        if hold.hub != self._house.id:
            # Whom no question reaches would not answer it.
            return await self._roll_call.is_out_of_reach(hold.hub) or bool(await self._roll_call.dead([hold.hub]))
        local = self._house.sessions.get(session.id)
        return local is None or local.holder(seat) is None

    async def _take(
        self, seat: Who, transport: Transport, hello: Hello, claim: Claim, site: Site, generation: int
    ) -> Peer:
        if self._house.draining:
            raise TurnedAway(close.DRAIN)

        def guard(session: Session) -> None:
            if session.hold(seat).generation != generation:
                raise TurnedAway(close.SEAT_BUSY)

        event = SeatTaken(
            seat=seat,
            hub=self._house.id,
            page=hello.page,
            nonce=hello.nonce,
            rotation=claim.rotation,
            withheld=hello.withheld if seat == "customer" else "",
        )
        done = await self._steps.commit(claim.session, event, guard)
        if isinstance(done.session.state, Ended):
            await self._steps.tell(done)
            raise TurnedAway(close.ENDED)
        # From the store's yes to the place in `sessions` nothing may come in between.
        peer = self._register(seat, transport, done, site)
        try:
            await asyncio.shield(asyncio.create_task(self._steps.tell(done)))
        except Exception:
            # The seat is taken all the same: only who runs can leave it.
            self._failed("tell", seat)
            peer.close(close.INTERNAL)
        return peer

    def _register(self, seat: Who, transport: Transport, done: Step, site: Site) -> Peer:
        session = done.session
        hold = session.hold(seat)
        peer = Peer(
            transport,
            self._house.clock,
            session_id=session.id,
            seat=seat,
            generation=hold.generation,
            page=hold.page,
            turn=self._turn,
            on_sent=self._relay.sent,
            on_view_lost=self._relay.view_lost,
        )
        local = self._house.sessions.get(session.id)
        if local is None:
            local = LocalSession(session, done.version, site, self._house.clock)
            local.owed = self._steps.owes(session.id)
            self._house.sessions[session.id] = local
        old = local.peers.get(seat)
        if old is not None:
            old.close(close.TAKEN_OVER)
        local.peers[seat] = peer
        if seat == "customer":
            local.view = View(site, first_epoch(hold.generation))
        peer.state_version = done.version
        peer.send(welcome(self._house, seat, session, done.version, site))
        self._house.counters.add("seats_taken")
        before = done.before.hold(seat)
        if before.generation:
            self._house.counters.add(f"reconnects.{seat}")
        if before.present:
            self._house.counters.add(f"seats_taken_over.{seat}")
        log.info("seat_taken session=%s seat=%s generation=%d", session.id, seat, hold.generation)
        return peer

    # --- the loop

    async def _live(self, peer: Peer, transport: Transport) -> None:
        local = self._house.sessions[peer.session_id]
        try:
            await peer.run(partial(self._on_frame, local, peer), partial(self._now, local, peer))
        except Exception:
            self._failed("peer", peer.seat)
            await self._shut(transport, close.INTERNAL)
        finally:
            await asyncio.shield(asyncio.create_task(self._leave(local, peer)))

    async def _leave(self, local: LocalSession, peer: Peer) -> None:
        if local.peers.get(peer.seat) is not peer:
            return
        del local.peers[peer.seat]
        if peer.seat == "customer":
            local.view = None
        why = peer.closing.reason if peer.closing else "socket"
        self._house.counters.add(f"seats_left.{why}")
        log.info("seat_left session=%s seat=%s why=%s", peer.session_id, peer.seat, why)
        try:
            if not peer.said_bye and local.state != "ended":
                left = SeatLeft(seat=peer.seat, generation=peer.generation, why="offline")
                await self._steps.must(peer.session_id, left)
            await self._probes.gone(peer)
        except Exception:
            self._failed("leaving", peer.seat)
        if not local.peers and self._house.sessions.get(peer.session_id) is local:
            self._house.leave(peer.session_id)
            self._on_empty(peer.session_id)


@contextmanager
def _turning_away() -> Iterator[None]:
    try:
        yield
    except BadToken as error:
        raise TurnedAway(close.STORE_AWAY if error.code == "token_ahead" else close.BAD_TOKEN) from error
    except NotFound as error:
        raise TurnedAway(close.ENDED) from error
    except NotAllowed as error:
        raise TurnedAway(close.ENDED if error.code == "session_ended" else close.BAD_TOKEN) from error
    except StoreConflict as error:
        raise TurnedAway(close.SEAT_BUSY) from error
    except StoreError as error:
        raise TurnedAway(close.STORE_AWAY) from error


def _read_hello(data: str) -> Hello:
    try:
        # Of all messages, since a decoder of one kind alone takes a message without its name.
        said = wire.read(wire.CUSTOMER, data, HELLO_MAX_BYTES).said
    except BadMessage as error:
        raise TurnedAway(_why_unreadable(data)) from error
    if len(said) != 1 or not isinstance(said[0].message, Hello):
        raise TurnedAway(close.BAD_HELLO)
    if said[0].message.version != VERSION:
        raise TurnedAway(close.VERSION_MISMATCH)
    return said[0].message


def _why_unreadable(data: str) -> Close:
    """A hello of another version may have other fields."""
    try:
        version = msgspec.json.decode(data, type=_AnyHello).version
    except (msgspec.DecodeError, RecursionError):
        return close.BAD_HELLO
    return close.BAD_HELLO if version == VERSION else close.VERSION_MISMATCH
