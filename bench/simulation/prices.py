"""What the reckoning to a million assumes: how sessions are, how full machines may be, and what they cost.

Prices are round numbers near the list prices of large clouds, in US dollars. Put in your own."""

from typing import NamedTuple

# --- how sessions are

SESSION_SECONDS = 8 * 60.0
# A page in use: pointer, scrolling, what changes.
FRAMES_A_SECOND = 4.0
FRAME_BYTES = 300
PAGE_EVERY_SECONDS = 30.0
SNAPSHOT_KB = 15.0
# Pictures, fonts and stylesheets of a page that the mirror has not got yet.
ASSETS_KB_A_PAGE = 300.0

# --- how full a machine may be

# The rest is for a lost zone, a restart and the busiest minute.
HUB_CPU_SHARE = 0.5
REDIS_CPU_SHARE = 0.5
REDIS_SHARD_GB = 32.0
ZONES = 3

# --- prices in US dollars

MONTH_SECONDS = 30 * 86_400.0
VCPU_MONTH = 25.0
GB_MONTH = 3.5
# Out of the data centre, to agents and customers. What comes in is free.
TRAFFIC_GB = 0.05
# Between zones, which is where most frames from hub to hub, and all to Redis, go.
ZONE_TRAFFIC_GB = 0.02


class Way(NamedTuple):
    """How customers and agents find a hub: the share of sessions with both seats on one."""

    name: str
    same_hub: float


STICKY = Way("sticky", 0.95)
RANDOM = Way("random", 0.0)
