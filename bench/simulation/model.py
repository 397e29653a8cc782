"""From what was measured to any number of concurrent sessions: hubs, Redis shards, bytes, money, and what breaks first.

All is linear in the sessions. What is assumed is in `prices`; what is measured comes from `bench/results.json` and
`costs`. Not in it: what an asset costs a hub's CPU, the proxy before the hubs, people."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from bench.simulation import prices
from bench.simulation.costs import NOTHING, Cost, Costs, OfSession, scripts_of_a_round
from bench.simulation.prices import Way
from cobrowse.core.policy import AUDIT_DAYS
from cobrowse.hub.deadlines import REREAD_SECONDS
from cobrowse.store.base import ENDED_KEPT_SECONDS
from cobrowse.store.redis.keys import SHARDS
from cobrowse.web.turnstile import SOCKETS

KB, GB = 1024, 1024**3
DAY_SECONDS = 86_400.0
# How the hubs' rounds are told apart.
SWEEP_COMMANDS = ("zrangebyscore", "hget")
# With a replica each.
COPIES = 2
REDIS_VCPUS = 2


class Measured(NamedTuple):
    """What other benchmarks found: microseconds of CPU a frame, KB and cores an idle session."""

    frame_us: float
    cross_frame_us: float
    cross_frame_redis_us: float
    hub_kb: float
    hub_cores: float
    redis_kb: float

    @classmethod
    def of(cls, results: Mapping[str, Mapping[str, float]]) -> "Measured":
        """From `bench/results.json`. KeyError names what has not been measured yet."""
        # Beside figures it says of itself when and where they were taken.
        value = {name: found["value"] for name, found in results.items() if "value" in found}
        return cls(
            value["relay_cpu_us_a_frame"],
            value["cross_hub_cpu_us_a_frame"],
            value["cross_hub_redis_cpu_us_a_frame"],
            value["idle_session_kb"],
            value["idle_hub_cores"] / value["idle_sessions"],
            value["idle_session_redis_kb"],
        )


class Reckoned(NamedTuple):
    """So many sessions at once. `a_second` is what Redis is asked for, by kind; storms: seconds until all are back."""

    sessions: int
    hubs: int
    hub_gb: float
    a_second: dict[str, float]
    redis_cores: float
    redis_gb: dict[str, float]
    shards: int
    out_gb_a_second: float
    zone_gb_a_second: float
    hub_storm_seconds: float
    zone_storm_seconds: float
    dollars_a_month: dict[str, float]

    @property
    def commands_a_second(self) -> float:
        """Of every kind."""
        return sum(self.a_second.values())

    @property
    def dollars_an_hour_of_a_session(self) -> float:
        """What one session's hour costs."""
        return sum(self.dollars_a_month.values()) / self.sessions / (prices.MONTH_SECONDS / 3600)


def session_second(costs: Costs, way: Way) -> Cost:
    """What a session costs in a second, its start, pages and end spread over its length; without frames."""
    return _second_of(costs.same).times(way.same_hub).plus(_second_of(costs.cross).times(1 - way.same_hub))


def _second_of(of: OfSession) -> Cost:
    return _transitions(of).plus(of.second)


def _transitions(of: OfSession) -> Cost:
    ends = of.start.plus(of.end).times(1 / prices.SESSION_SECONDS)
    return ends.plus(of.page.times(1 / prices.PAGE_EVERY_SECONDS))


def reckoned(sessions: int, way: Way, costs: Costs, measured: Measured) -> Reckoned:
    """All of it, for so many sessions at once, found their hubs in this way."""
    hub_cores, frames_redis = _hub_cores(costs, measured, way), _frames_redis_cores(measured, way)
    hubs = math.ceil(sessions * max(hub_cores / prices.HUB_CPU_SHARE, 2 / SOCKETS))
    per_second = session_second(costs, way)
    redis_cores = sessions * (per_second.redis_seconds + frames_redis) + hubs * costs.hub_second.redis_seconds
    memory = _redis_gb(sessions, costs, measured)
    shards = math.ceil(max(redis_cores / prices.REDIS_CPU_SHARE, sum(memory.values()) / prices.REDIS_SHARD_GB))
    out = sessions * _out_bytes_a_second() / GB
    zone = out * (1 - way.same_hub) * (1 - 1 / prices.ZONES)
    return Reckoned(
        sessions,
        hubs,
        sessions * measured.hub_kb * KB / GB,
        _kinds(sessions, hubs, way, costs),
        redis_cores,
        memory,
        shards,
        out,
        zone,
        _storm_seconds(sessions, hubs, 1, shards, costs),
        _storm_seconds(sessions, hubs, math.ceil(hubs / prices.ZONES), shards, costs),
        _dollars(hubs, sessions * measured.hub_kb * KB / GB, shards, sum(memory.values()), out, zone),
    )


def _hub_cores(costs: Costs, measured: Measured, way: Way) -> float:
    """Of one session, on all hubs it is on."""
    frame_us = measured.frame_us * way.same_hub + measured.cross_frame_us * (1 - way.same_hub)
    changes = _transitions(costs.same).times(way.same_hub).plus(_transitions(costs.cross).times(1 - way.same_hub))
    return changes.hub_seconds + measured.hub_cores + prices.FRAMES_A_SECOND * frame_us / 1e6


def _frames_redis_cores(measured: Measured, way: Way) -> float:
    return prices.FRAMES_A_SECOND * (1 - way.same_hub) * measured.cross_frame_redis_us / 1e6


def _redis_gb(sessions: int, costs: Costs, measured: Measured) -> dict[str, float]:
    starts = sessions / prices.SESSION_SECONDS
    return {
        "live": sessions * measured.redis_kb * KB / GB,
        "ended": starts * ENDED_KEPT_SECONDS * costs.session_kb * KB / GB,
        "trails": starts * AUDIT_DAYS * DAY_SECONDS * costs.trail_kb * KB / GB,
    }


def _out_bytes_a_second() -> float:
    page = (prices.SNAPSHOT_KB + prices.ASSETS_KB_A_PAGE) * KB / prices.PAGE_EVERY_SECONDS
    return prices.FRAMES_A_SECOND * prices.FRAME_BYTES + page


def _kinds(sessions: int, hubs: int, way: Way, costs: Costs) -> dict[str, float]:
    """Redis commands a second: what the hubs do for themselves, for sessions as time passes, and as they change."""
    of_hubs = costs.hub_second.commands
    sweeps = sum(of_hubs.get(name, 0.0) for name in SWEEP_COMMANDS)
    mixed = NOTHING
    idle = NOTHING
    for of, share in ((costs.same, way.same_hub), (costs.cross, 1 - way.same_hub)):
        mixed = mixed.plus(_transitions(of).times(share))
        idle = idle.plus(of.second.times(share))
    published = mixed.commands.get("publish", 0.0)
    frames = prices.FRAMES_A_SECOND * (1 - way.same_hub)
    return {
        "sweeps": hubs * sweeps,
        "leases and heartbeats": hubs * (costs.hub_second.commands_in_all - sweeps),
        "re-reading": sessions * idle.commands_in_all + hubs * scripts_of_a_round(sessions / hubs) / REREAD_SECONDS,
        "transitions": sessions * (mixed.commands_in_all - published),
        "the Bus: changes": sessions * published,
        "the Bus: frames": sessions * frames,
    }


def _storm_seconds(sessions: int, hubs: int, lost: int, shards: int, costs: Costs) -> float:
    """How long until all whose hub was lost are live again, where both seats come at once to the hubs that are left,
    which have only what is not in use anyway. Not less than the second over which they spread."""
    if lost >= hubs:
        return math.inf
    again = 2 * sessions * lost / hubs
    on_hubs = again * costs.same.page.hub_seconds / ((hubs - lost) * (1 - prices.HUB_CPU_SHARE))
    on_redis = again * costs.same.page.redis_seconds / (shards * (1 - prices.REDIS_CPU_SHARE))
    return max(1.0, on_hubs, on_redis)


def _dollars(hubs: int, hub_gb: float, shards: int, redis_gb: float, out: float, zone: float) -> dict[str, float]:
    return {
        "hubs": hubs * prices.VCPU_MONTH + hub_gb * prices.GB_MONTH,
        "Redis": COPIES * (shards * REDIS_VCPUS * prices.VCPU_MONTH + redis_gb * prices.GB_MONTH),
        "traffic": prices.MONTH_SECONDS * (out * prices.TRAFFIC_GB + zone * prices.ZONE_TRAFFIC_GB),
    }


def breaks_at(way: Way, costs: Costs, measured: Measured) -> dict[str, float]:
    """At how many concurrent sessions each thing is used up, the first first. One hub is one process on one core."""
    hub = _hub_cores(costs, measured, way)
    redis = session_second(costs, way).redis_seconds + _frames_redis_cores(measured, way)
    memory = sum(_redis_gb(1, costs, measured).values())
    found = {
        "one hub's core": 1 / hub,
        "one hub's sockets": SOCKETS / 2,
        "one Redis' core": 1 / redis,
        "one Redis' memory": prices.REDIS_SHARD_GB / memory,
        "all the shards there may be, cores": SHARDS / redis,
        "all the shards there may be, memory": SHARDS * prices.REDIS_SHARD_GB / memory,
    }
    return dict(sorted(found.items(), key=lambda pair: pair[1]))
