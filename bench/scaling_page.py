"""docs/scaling.md from its template and the figures: `python -m bench.scaling_page`, after the benchmarks.

The figures that the page needs are taken from `bench/results.json`, which belongs to one machine and is in no
repository, into docs/scaling.json, which is: so the page can be held against it. `--page` writes only the page anew."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from string import Formatter

from bench.simulation import prices
from cobrowse.core.policy import AUDIT_DAYS
from cobrowse.hub.deadlines import REREAD_SECONDS, SWEEP_SECONDS
from cobrowse.hub.roll_call import LEASE_SECONDS
from cobrowse.store.base import ENDED_KEPT_SECONDS
from cobrowse.store.redis.keys import SHARDS
from cobrowse.web.server import PING_SECONDS
from cobrowse.web.turnstile import SOCKETS

ROOT = Path(__file__).parents[1]
TEMPLATE = Path(__file__).with_name("scaling.md")
RESULTS = Path(__file__).with_name("results.json")
FIGURES = ROOT / "docs" / "scaling.json"
PAGE = ROOT / "docs" / "scaling.md"
# What stands first is used up first: how each thing is called, and which figure says when.
BREAKS = {
    "one hub's core": "breaks_one_hubs_core",
    "one hub's sockets": "breaks_one_hubs_sockets",
    "one Redis' core": "breaks_one_redis_core",
    "one Redis' memory": "breaks_one_redis_memory",
    "all the Redis shards there may be, their cores": "breaks_all_the_shards_there_may_be_cores",
    "all the Redis shards there may be, their memory": "breaks_all_the_shards_there_may_be_memory",
}
# Taken from the code and from what is assumed, not measured.
FIXED: dict[str, float] = {
    "audit_days": AUDIT_DAYS,
    "ended_kept_minutes": ENDED_KEPT_SECONDS / 60,
    "hub_sessions": SOCKETS / 2,
    "lease_seconds": LEASE_SECONDS,
    "ping_seconds": PING_SECONDS,
    "reread_seconds": REREAD_SECONDS,
    "sweep_seconds": SWEEP_SECONDS,
    "shards": SHARDS,
    "session_minutes": prices.SESSION_SECONDS / 60,
    "frames_a_second": prices.FRAMES_A_SECOND,
    "frame_bytes": prices.FRAME_BYTES,
    "page_seconds": prices.PAGE_EVERY_SECONDS,
    "snapshot_kb": prices.SNAPSHOT_KB,
    "assets_kb": prices.ASSETS_KB_A_PAGE,
    "hub_percent": 100 * prices.HUB_CPU_SHARE,
    "redis_percent": 100 * prices.REDIS_CPU_SHARE,
    "shard_gb": prices.REDIS_SHARD_GB,
    "zones": prices.ZONES,
    "vcpu_month": prices.VCPU_MONTH,
    "gb_month": prices.GB_MONTH,
    "traffic_gb": prices.TRAFFIC_GB,
    "zone_traffic_gb": prices.ZONE_TRAFFIC_GB,
    "sticky_percent": 100 * prices.STICKY.same_hub,
}


def needed() -> list[str]:
    """The names of the figures that the page shows."""
    fields = {name for _, name, _, _ in Formatter().parse(TEMPLATE.read_text()) if name}
    ways = (prices.STICKY, prices.RANDOM)
    breaks = {f"million_{way.name}_{figure}" for way in ways for figure in BREAKS.values()}
    return sorted((fields | breaks) - set(FIXED) - {f"breaks_{way.name}" for way in ways})


def page(figures: Mapping[str, float]) -> str:
    """The page with these figures in their places. KeyError names one that is missing."""
    rows = {f"breaks_{way.name}": _breaks(way.name, figures) for way in (prices.STICKY, prices.RANDOM)}
    return TEMPLATE.read_text().format_map({**FIXED, **figures, **rows})


def _breaks(way: str, figures: Mapping[str, float]) -> str:
    """Rows of a table, the first to be used up first."""
    found = sorted((figures[f"million_{way}_{figure}"], what) for what, figure in BREAKS.items())
    return "\n".join(f"| {what} | {sessions:,.0f} |" for sessions, what in found)


def main(arguments: list[str]) -> int:
    """Write the figures and the page, or say which figure is missing."""
    if "--page" not in arguments:
        results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        missing = [name for name in needed() if name not in results]
        if missing:
            sys.stderr.write(f"bench/results.json lacks {missing[0]}: run the benchmarks first.\n")
            return 1
        FIGURES.write_text(json.dumps({name: results[name]["value"] for name in needed()}, indent=2) + "\n")
    PAGE.write_text(page(json.loads(FIGURES.read_text())))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
