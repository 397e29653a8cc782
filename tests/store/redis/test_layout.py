"""What is laid out otherwise is not touched."""

import pytest
from redis import Redis
from redis.crc import key_slot

from cobrowse.core.errors import StoreError
from cobrowse.store.opening import open_store
from cobrowse.store.redis import layout
from cobrowse.store.redis import node as redis_node
from cobrowse.store.redis.cluster import ClusterRedis
from cobrowse.store.redis.keys import SHARDS, Keys
from tests.redis_servers.cluster import RedisCluster
from tests.store.making import stored, waiting

pytestmark = pytest.mark.redis


@pytest.fixture(params=["redis", "sentinel", "cluster"])
def url(request: pytest.FixtureRequest, redis_url: str) -> str:
    """Each kind of Redis in turn, empty."""
    name: str = request.param
    return redis_url if name == "redis" else str(request.getfixturevalue(name).url)


async def test_a_redis_laid_out_otherwise_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_store(url, exclusive=True) as stores:
        await stored(stores.sessions, waiting())
    monkeypatch.setattr(layout, "SHARDS", 2 * SHARDS)
    with pytest.raises(StoreError, match=f"laid out in {SHARDS} shards; this one uses {2 * SHARDS} shards") as caught:
        async with open_store(url, exclusive=True):
            pass
    assert caught.value.code == "store_other_layout"
    monkeypatch.undo()
    async with open_store(url, exclusive=True) as stores:
        assert await stores.sessions.versions(["s1"]) == {"s1": 1}


async def test_an_emptied_one_is_anyones(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_store(redis_url, exclusive=True):
        pass
    with Redis.from_url(redis_url) as raw:
        assert raw.get(Keys("cobrowse").layout()) == f"{SHARDS} shards".encode()
        raw.flushdb()
    monkeypatch.setattr(layout, "SHARDS", 2 * SHARDS)
    async with open_store(redis_url, exclusive=True):
        pass


async def test_a_node_that_is_away_keeps_no_hub_from_starting(
    cluster: RedisCluster, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_node, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(ClusterRedis, "patience_seconds", 0.3)
    node = cluster.master_of(key_slot(Keys("cobrowse").layout().encode()))
    others = (f"s{n}" for n in range(1000))
    other = next(each for each in others if cluster.master_of(_slot(each)) is not node)
    node.pause()
    try:
        async with open_store(cluster.url, exclusive=True) as stores:
            assert "store_layout_unknown" in caplog.text
            assert await stores.sessions.read(other) is None
    finally:
        node.go_on()


def _slot(session_id: str) -> int:
    return key_slot(Keys("cobrowse").key("session", session_id).encode())
