"""The ledger: what this hub has to say in the audit trails of the sessions it works on.

    await ledger.record(session, [entry, …])          lines of their own, written at once: what `session.step` says
    ledger.count(session_id, "washed", "card", by=2)  counted; told every `FLUSH_SECONDS` and at the end
    ledger.page(session_id, address)                  a page the agent is shown

The last two are cheap, touch no store and wait for nobody. Kinds and details are words of ours (`core.audit`): what a
peer said goes through `core.audit.word` first, and what has no such form becomes `other`. Bounded by `hub.trail`. A hub
that is killed loses at most what was not flushed; what waits while the store is away is written when it is back.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cobrowse.core.audit import LAST, AuditKeys, Entry, counted, entry, verify
from cobrowse.core.errors import LineUnreadable, StoreAway, StoreError, StoreFull, StoreReadOnly, StoreUnreadable
from cobrowse.core.policy import Site
from cobrowse.core.states import Session
from cobrowse.hub.clock import Clock
from cobrowse.hub.counters import Counters
from cobrowse.hub.trail import Book, Subject, subject_of
from cobrowse.store.base import SessionStore, Trail

if TYPE_CHECKING:
    from cobrowse.hub.local import LocalSession

log = logging.getLogger("cobrowse.hub")

FLUSH_SECONDS = 15.0
# Trails closed in one round.
CLOSED_AT_ONCE = 200


class Ledger:
    """The books of all sessions that this hub has something to say of."""

    def __init__(
        self,
        *,
        store: SessionStore,
        keys: AuditKeys,
        hub: str,
        sites: Mapping[str, Site],
        sessions: "Mapping[str, LocalSession]",
        clock: Clock,
        counters: Counters,
    ) -> None:
        """`sessions` are those with a peer on this hub, as they are at each moment."""
        self._store = store
        self._keys = keys
        self._hub = hub
        self._sites = sites
        self._sessions = sessions
        self._clock = clock
        self._counters = counters
        self._books: dict[str, Book] = {}

    # --- of a session that has a peer here

    def count(self, session_id: str, kind: str, detail: str = "", by: int = 1) -> None:
        """So many more of `kind:detail`; `detail` may be two words with a colon between."""
        book = self._of(session_id)
        if book is not None:
            book.count(counted(kind, detail), by)

    def count_of(self, session: Session, kind: str, detail: str = "") -> None:
        """The same of a session that need not have a peer here."""
        self._book(session).count(counted(kind, detail))

    def page(self, session_id: str, address: str) -> None:
        """The agent is shown the page at this (checked, redacted) address."""
        book = self._of(session_id)
        if book is not None:
            book.page(self._clock.now(), address)

    def _of(self, session_id: str) -> Book | None:
        local = self._sessions.get(session_id)
        if local is None:
            # Too late: the last peer has left, and with it what there was to say.
            self._counters.add("audit_late")
            return None
        return self._book(local.session)

    def _book(self, session: Session) -> Book:
        book = self._books.get(session.id)
        if book is None:
            site = self._sites.get(session.site)
            book = self._books[session.id] = self._new(subject_of(session), site)
        return book

    def _new(self, subject: Subject, site: Site | None) -> Book:
        return Book(self._store, self._keys, self._hub, subject, site, self._counters)

    # --- to the store

    async def record(self, session: Session, entries: Sequence[Entry]) -> None:
        """Write these now, after all that waits. Where the store is away they wait too."""
        book = self._book(session)
        for each in entries:
            if each.kind in LAST:
                book.tally(each.at, last=True)
            book.add(each)
        await self._write(book)

    async def leave(self, session_id: str) -> None:
        """The last peer of the session has left this hub: tell what was counted."""
        book = self._books.get(session_id)
        if book is not None:
            book.tally(self._clock.now(), last=True)
            await self._write(book)

    async def flush(self) -> None:
        """Tell what was counted, in every book, and try again what waits."""
        for session_id, book in list(self._books.items()):
            book.tally(self._clock.now(), last=session_id not in self._sessions)
            if await self._write(book) in (StoreError.code, StoreAway.code, StoreFull.code, StoreReadOnly.code):
                # It is away: no use in waiting for its answer once for each book.
                return

    async def close_due(self) -> None:
        """Close the trails of the sessions that ended a while ago, and say so where one is broken. Raises
        `StoreError`."""
        for session_id in await self._store.audit_due(self._clock.now(), CLOSED_AT_ONCE):
            try:
                trail = await self._store.trail(session_id)
            except StoreUnreadable as error:
                # It stays due for ever; those after it must have their turn all the same.
                self._say_broken(session_id, error.code)
                continue
            if trail is not None:
                await self._close(trail)

    def _say_broken(self, session_id: str, flaw: str) -> None:
        self._counters.add("audit_broken")
        log.error("audit_broken session=%s flaw=%s", session_id, flaw)

    async def _close(self, trail: Trail) -> None:
        # The session itself may be gone, where no hub ran for an hour.
        subject = Subject(trail.session, trail.site, trail.begun_at, trail.begun_at)
        book = self._books.get(trail.session) or self._new(subject, self._sites.get(trail.site))
        now = self._clock.now()
        flaw, kinds = await self._found(trail)
        if flaw:
            self._say_broken(trail.session, flaw)
        elif "claimed" not in kinds:
            # An agent can make sessions as fast as she likes; what nobody joined is not worth a month of the store.
            book.keep_shortly()
        book.tally(now, last=True)
        book.add(entry(now, "closed", flaw))
        await self._write(book)

    async def _found(self, trail: Trail) -> tuple[str, list[str]]:
        """What is wrong with the trail (empty: nothing), and the kinds of its lines."""
        try:
            lines = await self._store.read_audit(trail.session)
        except LineUnreadable as error:
            return error.code, []
        kinds = [line.kind for line in lines]
        fault = verify(trail.session, lines, self._keys)
        if fault is None and "ended" not in kinds:
            return "no_end", kinds
        return fault.flaw if fault else "", kinds

    async def _write(self, book: Book) -> str:
        """Empty, or the code of what went wrong."""
        try:
            await book.write()
        except StoreError as error:
            self._counters.add("store_missed.append_audit")
            log.warning("store_missed what=append_audit session=%s error=%s", book.session, error.code)
            return error.code
        if book.is_empty and book.session not in self._sessions:
            self._books.pop(book.session, None)
        return ""
