"""A session's one way forward: read, step, compare-and-set, then tell both seats and run the effects."""

import logging
import math
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import msgspec

from cobrowse.core.audit import entry
from cobrowse.core.bus_protocol import Changed, CloseHolder
from cobrowse.core.close import ENDED, SEAT_LOST, TAKEN_OVER, Close
from cobrowse.core.deadlines import due_at
from cobrowse.core.errors import NotAllowed, NotFound, StoreAway, StoreConflict, StoreError
from cobrowse.core.events import (
    AskCustomerForControl,
    AskSnapshot,
    Audit,
    CloseSeat,
    Effect,
    EndAsked,
    Event,
    ForgetPage,
    SeatLeft,
)
from cobrowse.core.protocol import ControlAsked, Problem
from cobrowse.core.public_state import public_state
from cobrowse.core.session import step
from cobrowse.core.states import Ended, SeatHold, Session, Waiting, Who
from cobrowse.hub.house import House
from cobrowse.hub.local import LocalSession
from cobrowse.hub.peer import Peer
from cobrowse.hub.post import Post
from cobrowse.hub.restoring import Restoring
from cobrowse.store.base import Versioned

log = logging.getLogger("cobrowse.hub")

STEP_TRIES = 5
Guard = Callable[[Session], None]
SEATS: tuple[Who, Who] = ("customer", "agent")


class Step(NamedTuple):
    """A step that stands in the store. `before` is `session` itself where nothing changed."""

    before: Session
    session: Session
    version: int
    effects: tuple[Effect, ...]

    @property
    def changed(self) -> bool:
        return self.session is not self.before


class Steps:
    """Steps sessions. `ask_picture` and `forget_page` are the two effects that other parts carry out; `leave_page` is
    told of each page that goes."""

    def __init__(
        self,
        house: House,
        post: Post,
        restoring: Restoring,
        *,
        ask_picture: Callable[[Session, int], Awaitable[None]],
        forget_page: Callable[[str], Awaitable[None]],
        leave_page: Callable[[str], None],
    ) -> None:
        self._house = house
        self._restoring = restoring
        self._post = post
        self._ask_picture = ask_picture
        self._forget_page = forget_page
        self._leave_page = leave_page
        # What the store could not take yet, in order; of each session at most one of a kind, see `_owe`.
        self._owed: dict[str, list[Event]] = {}

    async def step(self, session_id: str, event: Event) -> Step:
        """Commit and tell. Once begun it is finished, even if who asked for it goes away meanwhile.

        Raises `NotFound`, `NotAllowed`, `BadToken`, `StoreConflict`, `StoreError`."""
        return await self._house.finish(self._step(session_id, event))

    async def _step(self, session_id: str, event: Event) -> Step:
        done = await self.commit(session_id, event)
        await self.tell(done)
        return done

    async def commit(self, session_id: str, event: Event, guard: Guard | None = None) -> Step:
        """Only the store's part; who calls this must call `tell` with what it returns. `guard` sees each session
        that is about to be stepped and may raise."""
        local = self._house.sessions.get(session_id)
        if local is None:
            return await self._commit(session_id, event, guard)
        async with local.lock:
            return await self._commit(session_id, event, guard)

    async def _commit(self, session_id: str, event: Event, guard: Guard | None) -> Step:
        for _ in range(STEP_TRIES):
            found = await self._read(session_id)
            if found is None:
                raise NotFound("There is no such session.", code="session_unknown")
            if guard is not None:
                guard(found.session)
            session, effects = step(found.session, event, self._house.clock.now())
            if session is found.session:
                return Step(session, session, found.version, effects)
            if await self._house.store.replace(session, found.version, due_at(session)):
                return Step(found.session, session, found.version + 1, effects)
            self._house.counters.add("step_conflicts")
        raise StoreConflict(f"{STEP_TRIES} tries at a step of session {session_id} lost against others.")

    async def _read(self, session_id: str) -> Versioned | None:
        found, local = await self._house.store.read(session_id), self._house.sessions.get(session_id)
        return found if local is None else await self._restoring.newest(local, found)

    async def tell(self, done: Step) -> None:
        """Announce the new state to both seats, then run the effects."""
        if done.changed:
            if isinstance(done.session.state, Ended):
                self._restoring.note_end(done.session, done.version)
            self.adopt(done.session, done.version)
            await self._tell_hubs(done)
            await self._after_change(done)
        for effect in done.effects:
            await self._run(done, effect)
        await self._audit(done)

    async def _tell_hubs(self, done: Step) -> None:
        holds = [session.hold(seat) for session in (done.before, done.session) for seat in SEATS]
        hubs = {hold.hub for hold in holds if hold.hub and hold.present} - {self._house.id}
        for hub in sorted(hubs):
            await self._post.to_hub(hub, Changed(session=done.session.id, version=done.version))

    async def _after_change(self, done: Step) -> None:
        before = done.before.state
        if isinstance(before, Waiting) and isinstance(done.session.state, Ended):
            # A code that outlives its session lets nobody in either: the session refuses.
            with self._house.tolerating("revoke_code"):
                await self._house.store.revoke_code(before.code_key)
        if done.before.customer.page and done.before.customer.page != done.session.customer.page:
            self._leave_page(done.session.id)

    async def _run(self, done: Step, effect: Effect) -> None:
        session = done.session
        match effect:
            case AskSnapshot():
                await self._ask_picture(session, done.version)
            case AskCustomerForControl():
                await self._post.message(session, "customer", ControlAsked())
            case CloseSeat():
                await self._close_seat(session.id, effect)
            case ForgetPage():
                await self._forget_page(session.id)
            case Audit():
                pass  # all lines of a step go to the store at once, see `_audit`

    async def _close_seat(self, session_id: str, effect: CloseSeat) -> None:
        if effect.hub != self._house.id:
            closing = CloseHolder(
                session=session_id, seat=effect.seat, generation=effect.generation, close=effect.close
            )
            await self._post.to_hub(effect.hub, closing)
            return
        local = self._house.sessions.get(session_id)
        peer = local.peers.get(effect.seat) if local is not None else None
        if peer is not None and peer.generation == effect.generation:
            peer.close(effect.close)

    async def _audit(self, done: Step) -> None:
        now = self._house.clock.now()
        entries = [entry(now, effect.kind, effect.detail) for effect in done.effects if isinstance(effect, Audit)]
        for each in entries:
            log.info("%s session=%s detail=%s", each.kind, done.session.id, each.detail)
        if entries:
            await self._house.ledger.record(done.session, entries)

    # --- what this hub believes

    def adopt(self, session: Session, version: int) -> None:
        """Believe this version if it is newer; announce it to the peers here and close who lost their seat."""
        local = self._house.sessions.get(session.id)
        if local is None:
            return
        local.adopt(session, version)
        self._announce(local)
        if local.state != "live":
            agent = local.peers.get("agent")
            if agent is not None:
                agent.drop_view()
        for seat, peer in local.peers.items():
            why = self._why_close(local, peer, local.session.hold(seat))
            if why is not None:
                peer.close(why)

    def _why_close(self, local: LocalSession, peer: Peer, hold: SeatHold) -> Close | None:
        if peer.generation < hold.generation:
            return TAKEN_OVER
        if local.state == "ended":
            return ENDED
        if peer.said_bye or (hold.present and hold.hub == self._house.id):
            return None
        # Others took this hub for dead, or the store lost that the seat was taken: the peer takes it again.
        return SEAT_LOST

    def _announce(self, local: LocalSession) -> None:
        state = public_state(local.session, local.version)
        for peer in local.peers.values():
            if peer.state_version < local.version:
                peer.state_version = local.version
                peer.send(state)

    async def refresh(self, session_id: str) -> None:
        """Read the session again and believe what the store says."""
        local = self._house.sessions.get(session_id)
        if local is None:
            return
        page, was_live = local.session.customer.page, local.state == "live"
        found = await self._read(session_id)
        if found is None:
            self._over(local)
            return
        version = found.version
        if isinstance(found.session.state, Ended) and local.state != "ended":
            # The end counts, also where the store lost other writes.
            version = max(version, local.version + 1)
        self.adopt(found.session, version)
        if local.state == "ended":
            await self._forget_page(session_id)
        elif page and page != local.session.customer.page:
            self._leave_page(session_id)
        if local.state == "live" and not was_live:
            # Who made it live asked for a picture too, but the Bus may have lost that.
            await self._ask_picture(local.session, local.version)

    def _over(self, local: LocalSession) -> None:
        """The store does not have this session any more, and nobody puts it back."""
        if isinstance(local.session.state, Waiting):
            # Its code is gone with it: say so, and the agent makes another.
            over = Ended(since=self._house.clock.now(), reason="code_expired")
            self.adopt(msgspec.structs.replace(local.session, state=over), local.version + 1)
        for peer in local.peers.values():
            peer.close(ENDED)

    # --- what must happen, even if the store is away just now

    async def must(self, session_id: str, event: Event) -> None:
        """A step that may not get lost: leaving, stopping, pausing. While it is owed nothing of the session flows.

        Once begun it is done or owed, even if who asked for it goes away meanwhile."""
        await self._house.finish(self._must(session_id, event))

    async def _must(self, session_id: str, event: Event) -> None:
        try:
            await self._step(session_id, event)
        except StoreError as error:
            if self._house.seldom.says("owed"):
                log.warning("owed session=%s error=%s", session_id, error.code)
            self._tell_debt(session_id, error)
            self._owe(session_id, event)
        except (NotFound, NotAllowed):
            return  # what has ended needs no leaving

    @property
    def owing(self) -> int:
        """How many events the store could not take yet."""
        return sum(len(events) for events in self._owed.values())

    def owes(self, session_id: str) -> int:
        """How many events of this session the store could not take yet."""
        return len(self._owed.get(session_id, ()))

    def _owe(self, session_id: str, event: Event) -> None:
        """Remember it. What a newer event of its kind makes needless goes, so that no peer can make this grow while the
        store is away: the last pause, the last reason to withhold, the first end, the newest holder's leaving."""
        self._house.counters.add("owed")
        events = self._owed.setdefault(session_id, [])
        if not (isinstance(event, EndAsked) and any(isinstance(old, EndAsked) for old in events)):
            events[:] = [old for old in events if not _is_needless(old, event)]
            events.append(event)
        self._note_debt(session_id)

    def _tell_debt(self, session_id: str, error: StoreError) -> None:
        """Both sides hear, once, that the session stands still until the store is back."""
        local = self._house.sessions.get(session_id)
        if local is None or local.owed:
            return
        wait = math.ceil(error.retry_after_seconds) if isinstance(error, StoreAway) else 0
        for peer in local.peers.values():
            peer.send(Problem(code=error.code, message=error.sentence, retry_after_seconds=wait))

    def _note_debt(self, session_id: str) -> None:
        local = self._house.sessions.get(session_id)
        if local is not None:
            local.owed = self.owes(session_id)

    async def pay(self) -> None:
        """Try again what is owed, in order. Where this is cancelled, what was not tried is owed still."""
        for session_id in list(self._owed):
            await self._house.finish(self._pay(session_id))

    async def _pay(self, session_id: str) -> None:
        for event in self._owed.pop(session_id, ()):
            await self._must(session_id, event)
        self._note_debt(session_id)
        local = self._house.sessions.get(session_id)
        if local is not None and not local.owed and local.state == "live":
            # While it was owed nothing flowed, whatever was asked for.
            await self._ask_picture(local.session, 0)


def _is_needless(old: Event, new: Event) -> bool:
    if isinstance(old, SeatLeft) and isinstance(new, SeatLeft):
        return old.seat == new.seat
    return type(old) is type(new)
