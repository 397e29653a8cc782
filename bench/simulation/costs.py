"""What each kind of event costs Redis and the hubs, measured on two real hubs that share a Redis.

Commands are counted by Redis itself (`INFO commandstats`, which counts those inside scripts too), by name."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import NamedTuple

from bench.ground import KB, Ground
from bench.raw import Place
from bench.sessions import Desk, Live, signed_in
from cobrowse.hub.ledger import FLUSH_SECONDS
from cobrowse.store.redis.keys import SHARDS, Kind

# A few of each of the hub's rounds (2, 5, 15 s) fit into it.
IDLE_SECONDS = 20.0
SESSIONS = 40
# What we ask for ourselves while measuring, and what connections cost that are opened or looked after.
OTHERS = (
    "info",
    "memory|usage",
    "scan",
    "client|setinfo",
    "client|setname",
    "hello",
    "auth",
    "ping",
    "eval",
    "script|load",
)
# With this a hub reads the versions of its sessions again: one for each shard that it has sessions of, however many.
REREAD_COMMAND = "evalsha"


class Cost(NamedTuple):
    """Of one event, or of one second: Redis commands by name, seconds of the hubs' CPU, and of Redis'."""

    commands: Mapping[str, float]
    hub_seconds: float
    redis_seconds: float

    def times(self, factor: float) -> "Cost":
        """So many of it."""
        return Cost(
            {name: count * factor for name, count in self.commands.items()},
            self.hub_seconds * factor,
            self.redis_seconds * factor,
        )

    def plus(self, other: "Cost") -> "Cost":
        """Both."""
        names = sorted({*self.commands, *other.commands})
        return Cost(
            {name: self.commands.get(name, 0) + other.commands.get(name, 0) for name in names},
            self.hub_seconds + other.hub_seconds,
            self.redis_seconds + other.redis_seconds,
        )

    @property
    def commands_in_all(self) -> float:
        """Of every name."""
        return sum(self.commands.values())


NOTHING = Cost({}, 0.0, 0.0)


class OfSession(NamedTuple):
    """What a session costs whose seats are on one hub, or on two."""

    start: Cost
    page: Cost
    end: Cost
    second: Cost


class Costs(NamedTuple):
    """`hub_second` is what a hub costs that has nothing to do; sizes are KB of Redis' memory: of an
    ended session, and of its audit trail."""

    hub_second: Cost
    same: OfSession
    cross: OfSession
    session_kb: float
    trail_kb: float


def scripts_of_a_round(sessions: float) -> float:
    """How many scripts a hub with so many sessions runs to read their versions: the shards that they fall into."""
    missed: float = (1 - 1 / SHARDS) ** sessions
    return SHARDS * (1 - missed)


class Meter:
    """Counts what happened between two readings."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._client = ground.redis_client()

    def read(self) -> Cost:
        """All so far."""
        stats = self._client.info("commandstats")
        commands = {name.removeprefix("cmdstat_"): float(found["calls"]) for name, found in stats.items()}
        for name in OTHERS:
            commands.pop(name, None)
        hubs = sum(hub.process.cpu_seconds() for hub in self._ground.hubs)
        return Cost(commands, hubs, self._ground.redis.cpu_seconds())

    def since(self, before: Cost) -> Cost:
        """What was added."""
        found = self.read().plus(before.times(-1))
        return Cost({name: count for name, count in found.commands.items() if count}, *found[1:])

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()


async def measured(ground: Ground) -> Costs:
    """Each kind of event some dozens of times, and idle time between; what time costs is taken off the rest."""
    meter = Meter(ground)
    try:
        await _warm(ground)
        hub_second = (await _idle(meter)).times(1 / len(ground.hubs))
        background = hub_second.times(len(ground.hubs))
        first, second = ground.hubs
        same = await _of_sessions(ground, meter, background, (first.place(), first.place()))
        cross = await _of_sessions(ground, meter, background, (first.place(), second.place()))
        return Costs(hub_second, same, cross, _kb(ground, "session"), _kb(ground, "trail") + _kb(ground, "audit"))
    finally:
        meter.close()


async def _warm(ground: Ground) -> None:
    """One session on each hub, so that what is loaded once is no session's."""
    for hub in ground.hubs:
        async with signed_in(ground, ground.agents[0], hub.place()) as desk:
            live = await desk.live(ground.sites[0], hub.place())
            await live.next_page()
            await desk.end(live.id)
            live.close()


async def _idle(meter: Meter) -> Cost:
    """What a second costs in which nobody does anything."""
    before, began = meter.read(), time.monotonic()
    await asyncio.sleep(IDLE_SECONDS)
    return meter.since(before).times(1 / (time.monotonic() - began))


async def _of_sessions(ground: Ground, meter: Meter, background: Cost, places: tuple[Place, Place]) -> OfSession:
    desks = [Desk(ground, name, places[0]) for name in ground.agents[:SESSIONS]]
    for desk in desks:
        await desk.sign_in()
    lives: list[Live] = []

    async def start(number: int) -> None:
        site = ground.sites[number % len(ground.sites)]
        lives.append(await desks[number].live(site, places[1]))

    async def page(number: int) -> None:
        await lives[number].next_page()

    async def end(number: int) -> None:
        await desks[number].end(lives[number].id)

    started = await _each(meter, start, FLUSH_SECONDS + 1)
    idle = await _idle(meter)
    turned = await _each(meter, page, FLUSH_SECONDS + 1)
    ended = await _each(meter, end, 1.0)
    for desk, live in zip(desks, lives, strict=True):
        desk.close()
        live.close()
    second = _own(idle, background).times(1 / SESSIONS)
    start_cost = _net(started, background, second, SESSIONS)
    # While they end, half of them are there on average.
    end_cost = _net(ended, background, second, SESSIONS / 2)
    page_cost = _net(turned, background, second, SESSIONS)
    # By shards, not by sessions: see `scripts_of_a_round`.
    by_sessions = {name: count for name, count in second.commands.items() if name != REREAD_COMMAND}
    return OfSession(start_cost, page_cost, end_cost, second._replace(commands=by_sessions))


class _Run(NamedTuple):
    cost: Cost
    seconds: float


async def _each(meter: Meter, event: Callable[[int], Awaitable[None]], settle_seconds: float) -> _Run:
    """One for each session, and what they set off within so many seconds: the hub writes down every so often what was
    shown."""
    before, began = meter.read(), time.monotonic()
    for number in range(SESSIONS):
        await event(number)
    await asyncio.sleep(settle_seconds)
    return _Run(meter.since(before), time.monotonic() - began)


def _net(run: _Run, background: Cost, second: Cost, sessions: float) -> Cost:
    """One event's own, without what time cost meanwhile."""
    left = _own(run.cost, background.times(run.seconds)).plus(second.times(-sessions * run.seconds))
    commands = {name: count for name, count in left.commands.items() if count > 0}
    return Cost(commands, max(left.hub_seconds, 0.0), max(left.redis_seconds, 0.0)).times(1 / SESSIONS)


def _own(cost: Cost, meanwhile: Cost) -> Cost:
    """What is left without the hubs' own rounds. A command that is mostly theirs is none of ours: what is left of it is
    a round that fell in or out of the window."""
    left = cost.plus(meanwhile.times(-1))
    commands = {name: count for name, count in left.commands.items() if count > meanwhile.commands.get(name, 0.0)}
    return Cost(commands, max(left.hub_seconds, 0.0), max(left.redis_seconds, 0.0))


def _kb(ground: Ground, kind: Kind) -> float:
    """What the key of this kind of one of these sessions takes, in KB."""
    with ground.redis_client() as client:
        sizes = [float(client.memory_usage(key) or 0) for key in client.scan_iter(match=f"*}}:{kind}:*", count=1000)]
    return statistics.mean(sizes) / KB if sizes else 0.0


def names_of(costs: Sequence[Cost]) -> list[str]:
    """Every command that any of them has, most frequent first."""
    total = NOTHING
    for cost in costs:
        total = total.plus(cost)
    return sorted(total.commands, key=lambda name: -total.commands[name])
