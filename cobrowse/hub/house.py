"""What every part of the hub shares: what it was given, the sessions that are here, and the tasks it started."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from cobrowse.core.audit import AuditKeys
from cobrowse.core.errors import CobrowseError, StoreError
from cobrowse.core.policy import Site
from cobrowse.core.tokens import Tokens
from cobrowse.ending import ended
from cobrowse.hub.act_times import ActTimes
from cobrowse.hub.clock import StoreClock, within
from cobrowse.hub.counters import Counters
from cobrowse.hub.ledger import Ledger
from cobrowse.hub.local import LocalSession
from cobrowse.hub.seldom import Seldom
from cobrowse.store.base import Bus, SessionStore

T = TypeVar("T")

log = logging.getLogger("cobrowse.hub")

# How long a hub that stops finishes what may not be left half done, and how long it writes down what is still to be
# said.
LAST_STEPS_SECONDS = 2.0
LAST_FLUSH_SECONDS = 2.0

TakeTicket = Callable[[str, str], Awaitable[str | None]]


class House:
    """Given once, shared by the parts; none of them reaches for a clock, a store or randomness of its own."""

    def __init__(
        self,
        *,
        store: SessionStore,
        bus: Bus,
        sites: Mapping[str, Site],
        tokens: Tokens,
        pepper: bytes,
        audit_keys: AuditKeys,
        clock: StoreClock,
        randbelow: Callable[[int], int],
        new_id: Callable[[], str],
        mirror_url: str,
        take_ticket: TakeTicket,
    ) -> None:
        self.store = store
        self.bus = bus
        self.sites = sites
        self.tokens = tokens
        self.pepper = pepper
        self.clock = clock
        self.randbelow = randbelow
        self.new_id = new_id
        self.mirror_url = mirror_url.rstrip("/")
        self.take_ticket = take_ticket
        self.id = new_id()
        self.counters = Counters()
        self.seldom = Seldom(clock.monotonic)
        self.act_times = ActTimes(self.counters, clock.monotonic)
        self.sessions: dict[str, LocalSession] = {}
        self.ledger = Ledger(
            store=store,
            keys=audit_keys,
            hub=self.id,
            sites=sites,
            sessions=self.sessions,
            clock=clock,
            counters=self.counters,
        )
        self.draining = False
        self._left = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._to_finish: set[asyncio.Task[Any]] = set()

    def leave(self, session_id: str) -> None:
        """The last peer of a session left this hub."""
        del self.sessions[session_id]
        self._left.set()
        self.spawn(self.ledger.leave(session_id))

    async def empty(self) -> None:
        """Return once no session is here any more."""
        while self.sessions:
            self._left.clear()
            await self._left.wait()

    def spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Do it beside what is being done now. What goes wrong is logged and counted."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it, wait for it, and return or raise what it does. It goes on where who waits goes away; what goes wrong
        then is logged and counted, but for what was refused. A hub that stops waits a little for it."""
        task = asyncio.create_task(work)
        self._to_finish.add(task)
        task.add_done_callback(self._to_finish.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(self._done_unheard)
            raise

    def _done_unheard(self, task: asyncio.Task[Any]) -> None:
        if task.cancelled() or not isinstance(task.exception(), CobrowseError):
            self._done(task)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            self.counters.add("failures")
            log.error("task_failed", exc_info=error)

    @contextmanager
    def tolerating(self, what: str) -> Iterator[None]:
        """Where the store is away, go on without: for what is only tidying up. Logged and counted."""
        try:
            yield
        except StoreError as error:
            self.counters.add(f"store_missed.{what}")
            if self.seldom.says(f"store_missed.{what}"):
                log.warning("store_missed what=%s error=%s", what, error.code)

    async def stop(self) -> None:
        """Finish what may not be left half done, cancel all else, and write down what is still to be said."""
        if self._to_finish:
            with suppress(TimeoutError):
                await within(self.clock, LAST_STEPS_SECONDS, _all(list(self._to_finish)))
        await ended(*self._tasks, *self._to_finish)
        # What a store that is away does not take now is lost; to wait for it longer would be no stop.
        with suppress(TimeoutError):
            await within(self.clock, LAST_FLUSH_SECONDS, self.ledger.flush())


async def _all(tasks: list["asyncio.Task[None]"]) -> None:
    """Return when they, at least one, are done, however; they go on where this is cancelled."""
    await asyncio.wait(tasks)
