"""What happens to the store: it dies, stands still, forgets everything, has no room, hands over."""

import asyncio
from contextlib import suppress

from tests.chaos.crowd import Pair
from tests.chaos.peer import AWAY
from tests.chaos.striking import Fault, Strike, nothing
from tests.redis_servers.one import RedisServer

# Issue: after Redis is back all is as before within so long.
BACK_SECONDS = 5.0
AWAY_SECONDS = 4.0
# Longer than the lease of a hub, so that each finds the others dead when Redis is back.
LONG_AWAY_SECONDS = 20.0
FULL_SECONDS = 20.0
# Several tries of a page long, and shorter than a hub doubts what the store has forgotten.
FORGOTTEN_SECONDS = 4.0
# How old what a mirror shows may be where the frames do not go through Redis.
FLOWS_SECONDS = 3.0


def _apart(pair: Pair) -> bool:
    """Its frames go through Redis."""
    return pair.tab.at != pair.console.at


def _redis(strike: Strike) -> RedisServer:
    if strike.stored.redis is None:
        raise AssertionError("this fault is for one Redis")
    return strike.stored.redis


async def _away(strike: Strike, seconds: float) -> None:
    """Redis is not there for so long; what should be so meanwhile is looked at."""
    strike.strikes_where(_apart)
    await asyncio.to_thread(_redis(strike).kill)
    await strike.lasts(seconds)
    await _says_so(strike)
    _others_flow(strike)
    await asyncio.to_thread(_redis(strike).start)
    strike.mended()


async def restart(strike: Strike) -> None:
    await _away(strike, AWAY_SECONDS)


async def restart_after_long(strike: Strike) -> None:
    await _away(strike, LONG_AWAY_SECONDS)


async def pause(strike: Strike) -> None:
    """It stands still, with all lines open."""
    strike.strikes_where(_apart)
    _redis(strike).pause()
    await strike.lasts(AWAY_SECONDS)
    _others_flow(strike)
    _redis(strike).go_on()
    strike.mended()


async def flush(strike: Strike) -> None:
    """Everything is forgotten, the agents and their sign-ins too; those the operator puts back."""
    strike.crowd.forgetting = True
    strike.strikes_where(lambda _pair: True)
    await asyncio.to_thread(_redis(strike).flush)
    await strike.crowd.sign_in_again()
    strike.mended()


async def remember(strike: Strike) -> None:
    """From now on a code that lets nobody in is a fault again."""
    strike.crowd.forgetting = False


async def flush_behind_a_cut(strike: Strike) -> None:
    """Everything is forgotten while one hub's line to the store hangs, and the customers of that hub come to others,
    who have never heard of their sessions."""
    strike.crowd.forgetting = True
    strike.strikes_where(lambda _pair: True)
    names = [door.name for door in strike.ground.doors]
    knows = names.index(strike.pair.tab.at)
    line = strike.ground.store_lines[knows]
    line.stall()
    await asyncio.to_thread(_redis(strike).flush)
    for pair in strike.crowd.pairs:
        if pair.tab.at == names[knows]:
            pair.tab.home = (knows + 1) % len(names)
            pair.tab.cut()
    await strike.lasts(FORGOTTEN_SECONDS)
    line.go_on()
    await strike.crowd.sign_in_again()
    strike.mended()


async def full(strike: Strike) -> None:
    """No memory left: it reads and publishes, but writes nothing (noeviction)."""
    strike.strikes_where(lambda _pair: True)
    await asyncio.to_thread(_redis(strike).limit_memory, 1)
    await strike.lasts(FULL_SECONDS)
    await _says_so(strike, ready=None)
    await asyncio.to_thread(_redis(strike).limit_memory, 0)
    strike.mended()


async def _says_so(strike: Strike, *, ready: bool | None = False) -> None:
    """/readyz says no, and who wants a new session hears 503 with when to come again."""
    for door in strike.ground.doors if strike.timed else ():
        if ready is not None and await strike.ground.ready(door.name) is not ready:
            strike.found.append(f"/readyz of {door.name} said {not ready} while Redis was away")
        desk = strike.pair.desk
        try:
            answer = await desk.ask(door, "/api/sessions", {"site": strike.ground.site_names[0]})
        except AWAY as error:
            strike.found.append(f"{door.name} gave no answer while Redis was away: {error!r}")
            continue
        if answer.status != 503 or "retry-after" not in answer.headers:
            strike.found.append(f"{door.name} answered {answer.status} without the store, not 503 and Retry-After")


def _others_flow(strike: Strike) -> None:
    """Sessions with both seats at one hub go on as if nothing were."""
    for pair in strike.others if strike.timed else ():
        age = strike.now() - pair.console.shows_until
        if age > FLOWS_SECONDS:
            strike.found.append(f"{pair.id}, all at one hub, stood still for {age:.1f} s while Redis was away")


async def sentinel_fails_over(strike: Strike) -> None:
    """The master dies; Sentinel makes the replica one. What was written last may be lost."""
    sentinel = strike.stored.sentinel
    if sentinel is None:
        raise AssertionError("this fault is for Sentinel")
    strike.crowd.forgetting = True
    strike.strikes_where(_apart)
    old = await asyncio.to_thread(sentinel.kill_master)
    await asyncio.to_thread(sentinel.wait_for_another_than, old)
    strike.mended()
    await asyncio.to_thread(old.start)


async def cluster_fails_over(strike: Strike) -> None:
    """One master dies; its replica takes over."""
    cluster = strike.stored.cluster
    if cluster is None:
        raise AssertionError("this fault is for Cluster")
    strike.crowd.forgetting = True
    strike.strikes_where(_apart)
    masters = await asyncio.to_thread(cluster.masters)
    old = masters[strike.number % len(masters)]
    await asyncio.to_thread(old.kill)
    await asyncio.to_thread(cluster.wait_for_another_than, old)
    strike.mended()
    with suppress(RuntimeError):
        await asyncio.to_thread(old.start)


STORE_FAULTS = (
    Fault("redis-restart", "Redis is killed, and back after 4 s", restart, nothing, bar_seconds=BACK_SECONDS),
    Fault(
        "redis-long-away", "Redis is killed, and back after 20 s", restart_after_long, nothing, bar_seconds=BACK_SECONDS
    ),
    Fault("redis-pause", "Redis stands still for 4 s", pause, nothing, bar_seconds=BACK_SECONDS),
    Fault("flushall", "Redis is emptied", flush, remember),
    Fault(
        "flushall-behind-a-cut",
        "Redis is emptied while one hub does not reach it",
        flush_behind_a_cut,
        remember,
        store_lines=True,
    ),
    Fault("redis-full", "Redis is full for 20 s", full, nothing, bar_seconds=BACK_SECONDS),
    Fault(
        "sentinel-failover",
        "Redis' master dies, and Sentinel makes another",
        sentinel_fails_over,
        remember,
        store="sentinel",
    ),
    Fault("cluster-failover", "a master of Redis Cluster dies", cluster_fails_over, remember, store="cluster"),
)
