"""Counts of this process: what the parts have counted so far and what there is now, by the names of `web.families`."""

from collections.abc import Callable
from typing import NamedTuple

from cobrowse.config import Settings
from cobrowse.hub.clock import Clock
from cobrowse.hub.hub import Hub
from cobrowse.web.colleagues import Counted
from cobrowse.web.connections import Doors
from cobrowse.web.gates import ProxyReport
from cobrowse.web.limits import RateLimits
from cobrowse.web.measured import StoreWatch
from cobrowse.web.metrics import build_info, flags, process_counts
from cobrowse.web.static import StaticFiles
from cobrowse.web.turnstile import Turnstile


class Sources(NamedTuple):
    """Who knows the counts."""

    hub: Hub
    store: StoreWatch
    limits: RateLimits
    turnstile: Turnstile
    doors: Doors
    proxies: ProxyReport
    static: StaticFiles
    clock: Clock


def counting(settings: Settings, sources: Sources) -> Callable[[], Counted]:
    """What to call for the counts of this moment."""
    info = build_info(settings)

    def count() -> Counted:
        return Counted(
            counters=_counters(sources),
            gauges=_gauges(sources),
            histograms={**sources.hub.histograms(), **sources.store.counters.histograms()},
            process=process_counts(),
            info=info,
        )

    return count


def _counters(sources: Sources) -> dict[str, float]:
    limited = {f"rate_limited.{limit}": times for limit, times in sources.limits.hits.items()}
    return {
        **sources.hub.counts(),
        **sources.store.counters.all(),
        **limited,
        "rate_limit_alarms": sources.limits.alarms,
        "sockets_refused": sources.turnstile.refused,
        "connections_cut": sources.doors.cut,
    }


def _gauges(sources: Sources) -> dict[str, float]:
    hub, here = sources.hub, sources.hub.census()
    difference = hub.clock_difference
    known = {} if difference is None else {"clock_difference_seconds": difference}
    return {
        **{f"sessions.{state}": number for state, number in here.sessions.items()},
        **{f"peers.{seat}": number for seat, number in here.peers.items()},
        "sessions_held": here.held,
        "outbox_bytes": here.outbox_bytes,
        "outbox_bytes_max": here.outbox_bytes_max,
        "assets_bytes": hub.assets.kept_bytes,
        "owing": hub.owing,
        "store_away": float(sources.store.away),
        "clock_alarm": float(hub.clock_alarm),
        "sockets": sources.turnstile.sockets,
        "sockets_waiting": sources.turnstile.waiting,
        "connections": len(sources.doors),
        **known,
        **flags(
            {
                "store_away": sources.store.away,
                "clients_not_built": bool(sources.static.missing),
                "proxy_not_listed": sources.proxies.alarming(sources.clock.monotonic()),
                "draining": hub.draining,
            }
        ),
    }
