"""The stores that faults break: one Redis that writes down all it ever held, Sentinel, Cluster."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.redis_servers.cluster import RedisCluster, running_cluster
from tests.redis_servers.one import RedisServer, running_redis
from tests.redis_servers.sentinel import SentinelSet, running_sentinel

Kind = Literal["redis", "sentinel", "cluster"]
# Each write is in the file before it is answered, as far as the death of the process goes.
WRITTEN_DOWN = ("--appendonly", "yes", "--appendfsync", "everysec")
DOWN_AFTER_MS = 2_000


@dataclass
class Stored:
    """`url` is for the setting `store`. Of the three there is one."""

    url: str
    servers: list[RedisServer] = field(default_factory=list)
    redis: RedisServer | None = None
    sentinel: SentinelSet | None = None
    cluster: RedisCluster | None = None


@contextmanager
def open_stored(kind: Kind, folder: Path) -> Iterator[Stored]:
    """A store of this kind, within the context."""
    with ExitStack() as stack:
        if kind == "sentinel":
            sentinel = stack.enter_context(running_sentinel(folder, *WRITTEN_DOWN, down_after_ms=DOWN_AFTER_MS))
            yield Stored(sentinel.url, sentinel.servers, sentinel=sentinel)
        elif kind == "cluster":
            cluster = stack.enter_context(
                running_cluster(folder, *WRITTEN_DOWN, replicas=1, node_timeout_ms=DOWN_AFTER_MS)
            )
            yield Stored(cluster.url, cluster.nodes, cluster=cluster)
        else:
            redis = stack.enter_context(running_redis(folder, *WRITTEN_DOWN))
            yield Stored(redis.url, [redis], redis=redis)
