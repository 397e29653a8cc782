"""What a store lost is put back by the hubs that still know it.

A Redis that starts without its data, a FLUSHALL, a failover that loses the last writes: sessions are gone, or stand
where they stood before. A hub knows the newest state of each session that has a peer on it, and it is that which the
peers were told. So it puts that back, at a version above all that anybody knows, by compare-and-set; of several hubs
one does. What never comes back: a code (a waiting session is over), and a session that has ended.
"""

import logging

from msgspec.structs import replace

from cobrowse.core.deadlines import due_at
from cobrowse.core.states import AnyState, Away, Ended, Live, Paused, Session, Waiting, Who
from cobrowse.hub.house import House
from cobrowse.hub.local import LocalSession
from cobrowse.store.base import ENDED_KEPT_SECONDS, Versioned

log = logging.getLogger("cobrowse.hub")

# Who has not seen a record for so long cannot tell whether it was lost or ended and swept.
SEEN_SECONDS = ENDED_KEPT_SECONDS / 2
# Ends that a failover may undo. Beyond so many the oldest are forgotten.
ENDS_SECONDS = 300.0
ENDS_MAX = 10_000
VERSION_GAP = 1000
SEATS: tuple[Who, Who] = ("customer", "agent")


class Restoring:
    """Compares what the store has with what this hub knows."""

    def __init__(self, house: House) -> None:
        self._house = house
        # Sessions that ended, by id, with their version and when; oldest first.
        self._ends: dict[str, tuple[Versioned, float]] = {}

    async def newest(self, local: LocalSession, found: Versioned | None) -> Versioned | None:
        """What counts of a session here, where the store has `found`: that, or, where the store lost something, what
        this hub knows, and it is put back. None where the session is over. Raises `StoreError`."""
        if found is not None and (isinstance(found.session.state, Ended) or not _is_lost(local, found)):
            local.seen_at = self._house.clock.now()
            return found
        if found is None and not self._may_return(local):
            return None
        known = self._known(local, found)
        if not await self._put_back(known, found):
            # Another hub was quicker.
            return await self._house.store.read(local.session.id)
        local.seen_at = self._house.clock.now()
        return known

    def _may_return(self, local: LocalSession) -> bool:
        if isinstance(local.session.state, Ended | Waiting):
            return False
        return self._house.clock.now() - local.seen_at < SEEN_SECONDS

    def _known(self, local: LocalSession, found: Versioned | None) -> Versioned:
        # Not just the next version: two hubs that put back different things may not both call it the same.
        above = max(local.version, found.version if found else 0)
        session = local.session if found is None else _safer(local.session, found.session)
        return Versioned(session, above + 1 + self._house.randbelow(VERSION_GAP))

    async def _put_back(self, known: Versioned, found: Versioned | None) -> bool:
        before = found.version if found is not None else 0
        done = await self._house.store.put_back(known.session, before, known.version, due_at(known.session))
        if done:
            self._house.counters.add("sessions_put_back")
            log.warning("put_back session=%s version=%d found=%d", known.session.id, known.version, before)
        return done

    # --- ends

    def note_end(self, session: Session, version: int) -> None:
        """This session has ended at this version."""
        now = self._house.clock.monotonic()
        self._ends.pop(session.id, None)
        self._ends[session.id] = (Versioned(session, version), now)
        while self._ends:
            oldest, (_, noted_at) = next(iter(self._ends.items()))
            if len(self._ends) <= ENDS_MAX and now - noted_at <= ENDS_SECONDS:
                return
            del self._ends[oldest]

    async def end_again(self) -> None:
        """The store was away: what had ended and is there again as it was before, ends again. Raises `StoreError`."""
        if not self._ends:
            return
        versions = await self._house.store.versions(list(self._ends))
        for session_id, version in versions.items():
            ended, _ = self._ends[session_id]
            if version < ended.version:
                found = await self._house.store.read(session_id)
                if found is not None and not isinstance(found.session.state, Ended):
                    await self._put_back(Versioned(ended.session, ended.version + 1), found)


def _is_lost(local: LocalSession, found: Versioned) -> bool:
    """Versions and generations only ever rise: where the store's are lower, it lost what it had said yes to."""
    if found.version < local.version or any(
        local.session.hold(seat).generation > found.session.hold(seat).generation for seat in SEATS
    ):
        return True
    return found.version == local.version and found.session != local.session


def _safer(known: Session, found: Session) -> Session:
    """What is put back over something else never shows or allows more than that."""
    if found.control == "off":
        known = replace(known, control="off")
    paused, state = _phase(found), known.state
    if not isinstance(paused, Paused) or not isinstance(_phase(known), Live):
        return known
    return replace(known, state=replace(state, back_to=paused) if isinstance(state, Away) else paused, control="off")


def _phase(session: Session) -> AnyState:
    return session.state.back_to if isinstance(session.state, Away) else session.state
