"""Redis is away, of whichever kind: what needs it is answered 503 with a code, a sentence and when to come again; what
is live goes on. Then it is back, and so is all by itself."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from cobrowse.store.redis.cluster import ClusterRedis
from cobrowse.store.redis.routes import SentinelRedis
from tests.attack.wire import live_pair
from tests.hub.peers import ORIGIN
from tests.live_hub import PASSWORD, LiveHub
from tests.redis_servers.cluster import running_cluster
from tests.redis_servers.one import RedisServer, running_redis
from tests.redis_servers.process import within
from tests.redis_servers.sentinel import running_sentinel
from tests.web.test_sockets import hello

pytestmark = pytest.mark.redis
PATIENCE_SECONDS = 60.0


class Away(NamedTuple):
    """All servers of one kind of Redis, which go and come back together. They lose their data."""

    url: str
    servers: Sequence[RedisServer]
    is_whole: Callable[[], bool] = lambda: True

    def kill(self) -> None:
        """They are away."""
        for server in self.servers:
            server.kill()

    def start(self) -> None:
        """They are back."""
        for server in self.servers:
            server.start()
        within(PATIENCE_SECONDS, self.is_whole, "they serve again")


@pytest.fixture(scope="module", params=["one", "sentinel", "cluster"])
def redis(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Away]:
    folder = tmp_path_factory.mktemp("redis")
    if request.param == "one":
        with running_redis(folder) as server:
            yield Away(server.url, [server])
    elif request.param == "sentinel":
        with running_sentinel(folder, replicas=0) as sentinel:
            yield Away(sentinel.url, sentinel.servers)
    else:
        with running_cluster(folder) as cluster:
            yield Away(cluster.url, cluster.nodes, cluster.is_whole)


@pytest.fixture
async def hub(redis: Away, clients: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LiveHub]:
    # As with one Redis: that a failover is waited for longer is shown in tests/store/redis/test_away.py.
    for kind in (SentinelRedis, ClusterRedis):
        monkeypatch.setattr(kind, "patience_seconds", 1.0)
    async with LiveHub(store=redis.url, static=clients, origins=[ORIGIN]) as made:
        await made.add_agent()
        yield made


def assert_says_so(answer: httpx.Response) -> None:
    """503 as a problem that a person and a program understand."""
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert 1 <= int(answer.headers["retry-after"]) <= 30
    problem = answer.json()
    assert problem["code"] == "store_away"
    assert problem["retry_after_seconds"] == int(answer.headers["retry-after"])
    assert problem["detail"].endswith(".")


async def until(wanted: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(round(PATIENCE_SECONDS / 0.1)):
        if await wanted():
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"not within {PATIENCE_SECONDS} s")


async def is_ready(operator: httpx.AsyncClient) -> bool:
    return (await operator.get("/readyz")).status_code == 200


async def test_what_needs_redis_says_so_and_comes_back(hub: LiveHub, redis: Away) -> None:
    async with hub.signed_in() as agent, hub.client() as operator:
        code = await hub.new_code(agent)
        await asyncio.to_thread(redis.kill)
        body = {"name": "ana", "password": PASSWORD}
        answers = [
            await hub.claim(code.code),
            await agent.post("/api/sessions", json={"site": "shop"}),
            await agent.get("/api/sessions"),
            await agent.get(f"/api/sessions/{code.id}"),
            await agent.post(f"/api/sessions/{code.id}/ticket"),
            await agent.delete(f"/api/sessions/{code.id}"),
            await agent.get("/api/me"),
            await agent.post("/api/login", json=body),
        ]
        for answer in answers:
            assert_says_so(answer)
        assert (await operator.get("/healthz")).status_code == 200
        ready = await operator.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["problems"][0].startswith("The store does not answer: ")
        # A code that is mistyped needs nobody.
        assert (await hub.claim("123456789")).status_code == 422

        await asyncio.to_thread(redis.start)
        await until(lambda: is_ready(operator))
        # Redis lost its data: the agent is none any more, and no code comes back.
        assert (await agent.get("/api/me")).status_code == 401
        assert (await hub.claim(code.code)).status_code == 404
        await hub.add_agent()
        assert (await agent.post("/api/login", json=body)).status_code == 200
        assert (await agent.post("/api/sessions", json={"site": "shop"})).status_code == 201


async def test_a_live_session_on_one_hub_goes_on(hub: LiveHub, redis: Away) -> None:
    async with hub.signed_in() as agent, hub.client() as operator, live_pair(hub, agent) as pair:
        await asyncio.to_thread(redis.kill)
        await pair.change("shown while Redis is away")
        await pair.agent.hear("ops", seq=pair.seq)
        assert not await is_ready(operator)
        async with hub.socket("customer") as late:
            await late.send(hello(pair.token, page=secrets.token_hex(8)))
            await asyncio.wait_for(late.wait_closed(), PATIENCE_SECONDS)
            assert (late.close_code, late.close_reason) == (4003, "store_unavailable")
        await pair.change("and still")
        await pair.agent.hear("ops", seq=pair.seq)

        await asyncio.to_thread(redis.start)

        async def is_put_back() -> bool:
            return hub.hub.stats().get("sessions_put_back", 0) == 1

        await until(is_put_back)
        await until(lambda: is_ready(operator))
        await pair.change("and after")
        await pair.agent.hear("ops", seq=pair.seq)
        await pair.end()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(pair.agent.socket.wait_closed(), pair.customer.socket.wait_closed())
        assert (pair.agent.socket.close_reason, pair.customer.socket.close_reason) == ("ended", "ended")
    assert hub.hub.stats().get("failures", 0) == 0
