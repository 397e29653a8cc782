"""Runs one fault: sessions come, it strikes so often, everybody is live again, they end; then all is judged."""

import asyncio
import math
import tempfile
import traceback
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from msgspec import Struct

from tests.chaos import invariants
from tests.chaos.aftermath import knocks_after_the_end, places_of
from tests.chaos.crowd import Crowd, open_crowd
from tests.chaos.ground import Ground, open_ground
from tests.chaos.notes import Disturbance
from tests.chaos.stores import Stored, open_stored
from tests.chaos.striking import Fault, Strike

CALM_SECONDS = 2.0
GRACE_SECONDS = 1.0
LIVE_WITHIN_SECONDS = 60.0
NEWCOMERS_EVERY_SECONDS = 0.5


class Outcome(Struct, kw_only=True):
    """A line of the table. Seconds, megabytes and milliseconds."""

    fault: str
    violations: list[str]
    runs: int = 0
    sessions: int = 0
    worst_seconds: float = 0.0
    bar_seconds: float = 0.0
    p99_before_ms: float = 0.0
    p99_others_ms: float = 0.0
    hub_mb: int = 0
    races: int = 0
    acts: int = 0
    lost: int = 0

    @property
    def survived(self) -> bool:
        return not self.violations and (not self.bar_seconds or self.worst_seconds <= self.bar_seconds)


async def run_fault(
    fault: Fault, runs: int, sessions: int, tell: Callable[[str], None], keep: Path | None = None
) -> Outcome:
    """One fault, so often. Logs stay in `keep`, where given."""
    try:
        async with open_run(fault, sessions, tell, keep) as run:
            return await run.run([fault] * runs)
    except AssertionError as failed:
        # Not even the sessions came about: the faults after this one have their turn all the same.
        return Outcome(fault=fault.name, violations=[f"never began: {failed}"])


@asynccontextmanager
async def open_run(
    ground: Fault, sessions: int, tell: Callable[[str], None], keep: Path | None = None, *, share: float = 1.0
) -> "AsyncIterator[Run]":
    """So many live sessions on the ground that this fault wants, with a store of its own that writes down all it ever
    held. With a `share` below 1 faults last shorter, and what takes its time is no fault."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory())) if keep is None else keep / ground.name
        folder.mkdir(parents=True, exist_ok=True)
        stored = stack.enter_context(open_stored(ground.store, folder))
        store_port = stored.servers[0].port if ground.store_lines else 0
        async with (
            open_ground(folder, stored.url, fronts=ground.fronts, store_port=store_port, shifts=ground.shifts) as made,
            open_crowd(made) as crowd,
        ):
            await crowd.begin(sessions, ground.pace)
            yield Run(ground, made, crowd, stored, tell, share)


class Run:
    """Faults that strike on one ground, one after the other."""

    def __init__(
        self,
        wanted: Fault,
        ground: Ground,
        crowd: Crowd,
        stored: Stored,
        tell: Callable[[str], None],
        share: float,
    ) -> None:
        self.wanted = wanted
        self.ground = ground
        self.crowd = crowd
        self.stored = stored
        self.tell = tell
        self.share = share
        self.timed = share >= 1.0
        self.bar_seconds = 0.0
        self.disturbances: list[Disturbance] = []
        self.violations: list[str] = []
        self.waits: list[float] = []
        self.before: list[float] = []
        self.meanwhile: list[float] = []

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def run(self, faults: Sequence[Fault]) -> Outcome:
        """Strike after strike, end all, judge."""
        begun = self.now()
        await asyncio.sleep(CALM_SECONDS * self.share)
        self.before = [seconds for pair in self.crowd.pairs for at, seconds in pair.notes.latencies if at >= begun]
        done = 0
        try:
            for fault in faults:
                await self._once(fault, done)
                done += 1
            await self._end()
        except AssertionError as error:
            self.violations.append(f"stuck: {error}")
            if error.__cause__ is not None:
                self.violations += traceback.format_exception(error.__cause__)
        await self._judge()
        return self._outcome(done)

    async def _once(self, fault: Fault, number: int) -> None:
        strike = Strike(self.crowd, self.ground, self.stored, number, share=self.share, timed=self.timed)
        disturbance = Disturbance(self.now(), math.inf)
        self.disturbances.append(disturbance)
        newcomers = asyncio.create_task(self._newcomers())
        try:
            wait, live_at = await self._struck(fault, strike)
        finally:
            newcomers.cancel()
            [ended] = await asyncio.gather(newcomers, return_exceptions=True)
            if isinstance(ended, Exception):
                self.violations.append(f"newcomers: {ended}")
        await self.crowd.converge()
        for pair in self.crowd.pairs:
            pair.home()
        await self.crowd.until(lambda: all(pair.live for pair in self.crowd.pairs), "live at their own hubs")
        await self.crowd.converge()
        # Moving is a disturbance, too.
        disturbance.over = self.now()
        self.tell(f"{fault.name} {number + 1}: {len(strike.hit)} hit, live again after {wait:.2f} s")
        self.bar_seconds = max(self.bar_seconds, fault.bar_seconds)
        if fault.bar_seconds and wait > fault.bar_seconds:
            self._tell_slowest(strike, live_at)
        if self.timed:
            # What is asked now has its answer in time, before the next strike.
            await asyncio.sleep(GRACE_SECONDS)

    async def _struck(self, fault: Fault, strike: Strike) -> tuple[float, float]:
        """How long it took from when it was possible until all were live again, and when that was."""
        await fault.strike(strike)
        await self.crowd.until(
            lambda: all(pair.live and pair.console.shows_until >= strike.accepting_at for pair in self.crowd.pairs),
            f"live again after {fault.name}",
            LIVE_WITHIN_SECONDS,
        )
        wait = self.now() - strike.accepting_at
        self.violations += strike.found
        self.waits.append(wait)
        live_at = self.now()
        self.meanwhile += [
            seconds for pair in strike.others for at, seconds in pair.notes.latencies if strike.begun <= at <= live_at
        ]
        await fault.mend(strike)
        return wait, live_at

    def _tell_slowest(self, strike: Strike, live_at: float) -> None:
        """Where the time went."""
        slowest = max(strike.hit or self.crowd.pairs, key=lambda pair: pair.console.live_at)
        steps = [f"{at - strike.begun:.2f} {what}" for at, what in slowest.notes.steps if strike.begun <= at <= live_at]
        self.tell(f"  slowest: {', '.join(steps)}")

    async def _newcomers(self) -> None:
        """Codes are made and raced for all the while."""
        while True:
            await self.crowd.newcomer()
            await asyncio.sleep(NEWCOMERS_EVERY_SECONDS)

    async def _end(self) -> None:
        """One half is ended by the agent, the other by the customer."""
        for number, pair in enumerate(self.crowd.pairs):
            await (pair.console.end() if number % 2 else pair.tab.stop())
        await self.crowd.until(
            lambda: all(pair.tab.stopped and pair.console.stopped for pair in self.crowd.pairs), "ended"
        )
        self.violations += invariants.tokens_dead(await knocks_after_the_end(self.crowd))

    async def _judge(self) -> None:
        notes = [pair.notes for pair in self.crowd.pairs]
        found = self.violations
        found += invariants.one_winner(self.crowd.races)
        found += invariants.mirror_true(notes)
        for one in notes:
            found += invariants.acts_at_most_once(one)
            if self.timed:
                found += invariants.acts_answered(one, self.disturbances, self.now())
        found += invariants.nothing_after_the_end(notes)
        places = await asyncio.to_thread(places_of, self.stored, self.ground)
        found += invariants.nothing_of_the_page([one.canary for one in notes], places)
        found += invariants.bounded_memory(self.ground.rss, self.wanted.hub_mb * invariants.MEGABYTE)
        if self.timed:
            found += invariants.others_unharmed(self.before, self.meanwhile)
        failures = {door.name: (await self.ground.metrics(door.name)) for door in self.ground.doors}
        counted = {
            name: counts.get("cobrowse_failures_total", counts.get("cobrowse_failures", 0))
            for name, counts in failures.items()
        }
        logs = {path.name: path.read_text(errors="replace") for path in self.ground.logs if path.exists()}
        found += invariants.no_mistakes(counted, logs)

    def _outcome(self, runs: int) -> Outcome:
        notes = [pair.notes for pair in self.crowd.pairs]
        return Outcome(
            fault=self.wanted.name,
            runs=runs,
            sessions=len(notes),
            worst_seconds=round(max(self.waits, default=0.0), 3),
            bar_seconds=self.bar_seconds,
            violations=self.violations,
            p99_before_ms=round(invariants.percentile(self.before, 0.99) * 1000, 1),
            p99_others_ms=round(invariants.percentile(self.meanwhile, 0.99) * 1000, 1),
            hub_mb=max(self.ground.rss.values(), default=0) // invariants.MEGABYTE,
            races=len(self.crowd.races),
            acts=sum(len(one.asked) for one in notes),
            lost=sum(act not in one.answers for one in notes for act in one.asked),
        )
