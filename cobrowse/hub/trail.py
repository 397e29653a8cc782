"""One session's audit trail as one hub writes it: what is yet to be written, sealed, appended, tried again.

Hubs append to one chain: each append names the line it goes on from, and the store refuses it where another came first;
then the lines are sealed anew behind those. What may have been written although the store gave no answer is sent again
as it was, which the store knows for a repeat.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from math import inf
from typing import NamedTuple

from cobrowse.core.audit import (
    CLOSING_SECONDS,
    LAST,
    OTHER,
    AuditKeys,
    AuditLine,
    Entry,
    Head,
    entry,
    has_room,
    page_of,
    tallies,
)
from cobrowse.core.errors import StoreConflict, StoreUnreadable
from cobrowse.core.policy import AUDIT_DAYS, Site
from cobrowse.core.states import Session
from cobrowse.hub.counters import Counters
from cobrowse.hub.local import latest_end
from cobrowse.store.base import ENDED_KEPT_SECONDS, SessionStore, Trail

log = logging.getLogger("cobrowse.hub")

DAY_SECONDS = 86_400.0
APPEND_TRIES = 20
# Entries that may wait for the store; more are only counted.
WAITING_MAX = 500
# Different things counted between two tallies; more are counted together.
COUNTS_MAX = 64
# Addresses written down between two tallies; more are counted.
PAGES_MAX = 20


class Subject(NamedTuple):
    """Whose trail it is: of which session and site, and from when until when it may go on."""

    session: str
    site: str
    begun_at: float
    open_until: float


def subject_of(session: Session) -> Subject:
    """The session as the trail's subject."""
    return Subject(session.id, session.site, session.created_at, latest_end(session))


class Book:
    """What this hub has yet to write of one session. Nothing of it is lost while the store is away, up to the bounds
    above."""

    def __init__(
        self,
        store: SessionStore,
        keys: AuditKeys,
        hub: str,
        subject: Subject,
        site: Site | None,
        counters: Counters | None = None,
    ) -> None:
        """`site` is None where the settings do not name it any more."""
        self.session = subject.session
        self._subject = subject
        self._store = store
        self._keys = keys
        self._hub = hub
        self._counters = counters or Counters()
        self._kept_seconds = max((site.audit_days if site else AUDIT_DAYS) * DAY_SECONDS, ENDED_KEPT_SECONDS)
        self._paths = site is not None and site.audit_paths
        self._entries: list[Entry] = []
        self._counts: Counter[str] = Counter()
        # What found no room, by kind: told in the end.
        self._more: Counter[str] = Counter()
        self._pages = 0
        self._page = ""
        # The last line this hub knows of; None before it looked.
        self._head: Head | None = None
        self._ended_at = inf
        # Lines that may already be written, and what they were made of.
        self._sent: tuple[Trail, list[AuditLine]] | None = None
        self._sealed: list[Entry] = []
        self._closed = False
        self._turn = asyncio.Lock()

    @property
    def is_empty(self) -> bool:
        """True where nothing is left to be written."""
        return not (self._entries or self._counts or self._more or self._sent)

    def keep_shortly(self) -> None:
        """Nobody ever joined this session: its trail goes when the session itself does."""
        self._kept_seconds = ENDED_KEPT_SECONDS

    # --- what happened

    def add(self, each: Entry) -> None:
        """A line of its own, after those that wait."""
        if each.kind == "ended":
            self._ended_at = each.at
        if len(self._entries) < WAITING_MAX or each.kind in LAST:
            self._entries.append(each)
        else:
            self._tell_later(each.kind)

    def _tell_later(self, name: str, by: int = 1) -> None:
        self._more[name if name in self._more or len(self._more) < COUNTS_MAX else OTHER] += by

    def count(self, name: str, by: int = 1) -> None:
        """Something that is only counted, by a name of `core.audit.counted`."""
        if name not in self._counts and len(self._counts) >= COUNTS_MAX:
            name = OTHER
        self._counts[name] += by

    def page(self, at: float, address: str) -> None:
        """The agent is shown this address; written down where it is another than before."""
        page = page_of(address, paths=self._paths)
        if page == self._page:
            return
        self._page = page
        if self._pages >= PAGES_MAX:
            self.count("page")
            return
        self._pages += 1
        self.add(entry(at, "page", page))

    def tally(self, at: float, *, last: bool = False) -> None:
        """Make lines of what was counted. Where lines are scarce only at the `last` time, with what found no room."""
        self._pages = 0
        if len(self._entries) >= WAITING_MAX and not last:
            # The store is away for long: go on counting.
            return
        if self._is_full and not last:
            for name, by in self._counts.items():
                self._tell_later(name, by)
        else:
            self._entries += tallies(at, "counted", self._counts)
        self._counts.clear()
        if last:
            self._entries += tallies(at, "more", self._more)
            self._more.clear()

    @property
    def _is_full(self) -> bool:
        return self._head is not None and not has_room("counted", self._head.n)

    # --- to the store

    async def write(self) -> None:
        """Append all that waits. Raises `StoreError`, and nothing is lost: it waits on."""
        async with self._turn:
            lost = 0
            while sent := self._sent or await self._seal():
                if await self._store.append_audit(*sent):
                    self._written(sent[1])
                    continue
                lost += 1
                if lost == APPEND_TRIES:
                    raise StoreConflict(f"{lost} tries to write the trail of session {self.session} lost.")
                await self._look_again(sent)

    async def _seal(self) -> tuple[Trail, list[AuditLine]] | None:
        """The entries that wait as lines, or None where there is nothing to write."""
        if not self._entries:
            return None
        if self._head is None:
            self._stands(await self._store.trail(self.session))
        head = self._head or Head()
        fit = self._fitting(head)
        if not fit:
            return None
        lines = self._keys.chain(self.session, head, fit, self._hub)
        self._sealed = fit
        self._sent = (self._trail(head, lines[-1]), lines)
        return self._sent

    def _fitting(self, head: Head) -> list[Entry]:
        """Of the entries those that get a line, by `core.audit.has_room`; the others are counted."""
        waiting, self._entries = self._entries, []
        if self._closed:
            # Two hubs may want to close it; all else comes too late.
            late = sum(1 for each in waiting if each.kind != "closed")
            self._counters.add("audit_late", late)
            log.log(logging.WARNING if late else logging.DEBUG, "audit_late session=%s lines=%d", self.session, late)
            return []
        fit: list[Entry] = []
        for each in waiting:
            if has_room(each.kind, head.n + len(fit)):
                fit.append(each)
            elif each.kind == "more":
                self._counters.add("audit_dropped")
            else:
                self._tell_later(each.kind)
        return fit

    def _trail(self, head: Head, last: AuditLine) -> Trail:
        is_closed = last.kind == "closed"
        # As long as the session may go on, the trail stays.
        over_at = last.at if is_closed else max(last.at, self._subject.open_until) + CLOSING_SECONDS
        return Trail(
            session=self.session,
            site=self._subject.site,
            begun_at=self._subject.begun_at,
            close_at=self._ended_at + CLOSING_SECONDS,
            sweep_at=over_at + self._kept_seconds,
            closed=is_closed,
            n=head.n,
            head=head.hash,
        )

    def _written(self, lines: Sequence[AuditLine]) -> None:
        last = lines[-1]
        self._head = Head(last.n, last.hash)
        self._sent, self._sealed = None, []
        if last.kind == "closed":
            self._closed = True
            # The log is elsewhere than the store: who changes the one cannot change the other.
            log.info("audit_closed session=%s lines=%d head=%s", self.session, last.n, last.hash)

    async def _look_again(self, sent: tuple[Trail, list[AuditLine]]) -> None:
        """Others wrote meanwhile, or someone changed what is there."""
        known, trail = self._head or Head(), await self._store.trail(self.session)
        is_there = known.n <= (trail.n if trail else 0) and await self._has(known)
        self._counters.add("audit_conflicts")
        self._entries[:0] = self._sealed
        self._sent, self._sealed = None, []
        self._stands(trail)
        if not is_there:
            self._counters.add("audit_rolled_back")
            log.error("audit_rolled_back session=%s line=%d", self.session, known.n)
            self._entries.insert(0, entry(sent[1][0].at, "rolled_back"))

    def _stands(self, trail: Trail | None) -> None:
        self._head = Head(trail.n, trail.head) if trail else Head()
        self._closed = trail is not None and trail.closed

    async def _has(self, known: Head) -> bool:
        """Whether the last line this hub knows is still where it was."""
        if not known.n:
            return True
        with suppress(StoreUnreadable):
            lines = await self._store.read_audit(self.session, known.n)
            return bool(lines) and lines[0].hash == known.hash
        return False
