"""The faults: what each breaks, whom it hits, and when it is over."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.chaos.crowd import Crowd, Pair
from tests.chaos.ground import Ground


@dataclass
class Strike:
    """One time that a fault struck. `accepting_at` is from when on a page could come again: what the time to live again
    is counted from."""

    crowd: Crowd
    ground: Ground
    number: int
    begun: float = 0.0
    accepting_at: float = 0.0
    hit: list[Pair] = field(default_factory=list)

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def strikes(self, *names: str) -> None:
        """Now; it hits who sits at these hubs."""
        self.begun = self.accepting_at = self.now()
        self.hit = [pair for pair in self.crowd.pairs if pair.sits_at(names)]

    @property
    def others(self) -> list[Pair]:
        return [pair for pair in self.crowd.pairs if pair not in self.hit]


@dataclass(frozen=True)
class Fault:
    """`strike` breaks something, begins with `strikes`, and returns when the cause is gone (a hub that was killed may
    stay dead; `mend` starts it again). `bar_seconds` is within what time all must be live again; 0: the issue names
    none, and it need only happen."""

    name: str
    strike: Callable[[Strike], Awaitable[None]]
    mend: Callable[[Strike], Awaitable[None]]
    runs: int = 3
    sessions: int = 20
    bar_seconds: float = 0.0


async def nothing(_strike: Strike) -> None:
    """There is nothing to mend."""


async def start_all(strike: Strike) -> None:
    """Whoever is dead lives again."""
    dead = [door.name for door in strike.ground.doors if strike.ground.hub(door.name).process_id is None]
    await strike.ground.start(*dead)


# --- hubs


async def kill_customers_hub(strike: Strike) -> None:
    pair = strike.crowd.pairs[strike.number % len(strike.crowd.pairs)]
    strike.strikes(pair.tab.at)
    strike.ground.kill(pair.tab.at)


async def kill_agents_hub(strike: Strike) -> None:
    pair = strike.crowd.pairs[strike.number % len(strike.crowd.pairs)]
    strike.strikes(pair.console.at)
    strike.ground.kill(pair.console.at)


async def kill_both(strike: Strike) -> None:
    """The hub of the one and that of the other; where both sit at one, that and another."""
    pair = strike.crowd.pairs[strike.number % len(strike.crowd.pairs)]
    others = [door.name for door in strike.ground.doors if door.name not in (pair.tab.at, pair.console.at)]
    both = [pair.tab.at, pair.console.at if pair.console.at != pair.tab.at else others[0]]
    strike.strikes(*both)
    strike.ground.kill(*both)


FAULTS = {
    fault.name: fault
    for fault in (
        Fault("kill-customers-hub", kill_customers_hub, start_all, runs=50, bar_seconds=3.0),
        Fault("kill-agents-hub", kill_agents_hub, start_all, runs=50, bar_seconds=3.0),
        Fault("kill-both", kill_both, start_all, runs=50, bar_seconds=3.0),
    )
}
