"""One time that a fault strikes, and what a fault is."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.chaos.crowd import BUSY, Crowd, Pace, Pair
from tests.chaos.ground import Ground
from tests.chaos.stores import Kind, Stored


@dataclass
class Strike:
    """`accepting_at` is from when on a page could come again: what the time to live again is counted from. `found` are
    violations that only the fault itself can see."""

    crowd: Crowd
    ground: Ground
    stored: Stored
    number: int
    begun: float = 0.0
    accepting_at: float = 0.0
    hit: list[Pair] = field(default_factory=list)
    # By how much shorter everything is; and whether what takes its time is a fault.
    share: float = 1.0
    timed: bool = True
    found: list[str] = field(default_factory=list)

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def lasts(self, seconds: float) -> None:
        """What is broken stays so for a while."""
        await asyncio.sleep(seconds * self.share)

    def strikes(self, *names: str) -> None:
        """Now; it hits who sits at these hubs."""
        self.strikes_where(lambda pair: pair.sits_at(names))

    def strikes_where(self, hits: Callable[[Pair], bool]) -> None:
        """Now; it hits these sessions."""
        self.begun = self.accepting_at = self.now()
        self.hit = [pair for pair in self.crowd.pairs if hits(pair)]

    def mended(self) -> None:
        """From now on all is there again."""
        self.accepting_at = self.now()

    @property
    def others(self) -> list[Pair]:
        hit = set(self.hit)
        return [pair for pair in self.crowd.pairs if pair not in hit]

    @property
    def pair(self) -> Pair:
        """Another one each time."""
        return self.crowd.pairs[self.number % len(self.crowd.pairs)]


@dataclass(frozen=True)
class Fault:
    """`strike` breaks something and returns when the cause is gone (a hub that was killed may stay dead; `mend` starts
    it again). `bar_seconds` is within what time all must be live again; 0: it need only happen.

    The ground it wants: `store`, a line of ours before each hub (`fronts`) or between each hub and its store
    (`store_lines`), and by how much each hub's clock is off."""

    name: str
    # For an operator.
    words: str
    strike: Callable[[Strike], Awaitable[None]]
    mend: Callable[[Strike], Awaitable[None]]
    runs: int = 3
    sessions: int = 20
    bar_seconds: float = 0.0
    store: Kind = "redis"
    fronts: bool = False
    store_lines: bool = False
    shifts: tuple[float, ...] = ()
    pace: Pace = BUSY
    # What a hub may hold at most.
    hub_mb: int = 256


async def nothing(_strike: Strike) -> None:
    """There is nothing to mend."""
