"""Redis is away: what needs it is answered 503 with a code, a sentence and when to come again. Then it is back."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.live_hub import PASSWORD, LiveHub
from tests.redis_servers.one import RedisServer, running_redis
from tests.web.test_sockets import heard, hello, ticket_for

pytestmark = pytest.mark.redis
PATIENCE_SECONDS = 60.0


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    with running_redis(tmp_path) as server:
        yield server


@pytest.fixture
async def hub(redis: RedisServer, clients: Path) -> AsyncIterator[LiveHub]:
    async with LiveHub(store=redis.url, static=clients) as made:
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


async def test_what_needs_redis_says_so_and_comes_back(hub: LiveHub, redis: RedisServer) -> None:
    async with hub.signed_in() as agent, hub.client() as operator:
        code = await hub.new_code(agent)
        redis.kill()
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

        redis.start()

        async def is_ready() -> bool:
            return (await operator.get("/readyz")).status_code == 200

        await until(is_ready)
        # Redis lost its data: the agent is none any more, and no code comes back.
        assert (await agent.get("/api/me")).status_code == 401
        assert (await hub.claim(code.code)).status_code == 404
        await hub.add_agent()
        assert (await agent.post("/api/login", json=body)).status_code == 200
        assert (await agent.post("/api/sessions", json={"site": "shop"})).status_code == 201


async def test_sockets_stay_and_sessions_go_on(hub: LiveHub, redis: RedisServer) -> None:
    code, ticket = await ticket_for(hub)
    joined = (await hub.claim(code)).json()
    async with hub.socket("agent") as agent, hub.socket("customer") as customer:
        await agent.send(hello(ticket))
        await heard(agent)
        await customer.send(hello(joined["token"], page=secrets.token_hex(8)))
        assert (await heard(customer))["k"] == "customer_welcome"
        redis.kill()
        async with hub.socket("customer") as late:
            await late.send(hello(joined["token"], page=secrets.token_hex(8)))
            await asyncio.wait_for(late.wait_closed(), PATIENCE_SECONDS)
            assert (late.close_code, late.close_reason) == (4003, "store_unavailable")
        redis.start()

        async def is_put_back() -> bool:
            return hub.hub.stats().get("sessions_put_back", 0) == 1

        await until(is_put_back)
        await agent.send('{"k":"end"}')
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(agent.wait_closed(), customer.wait_closed())
        assert (agent.close_reason, customer.close_reason) == ("ended", "ended")
    assert hub.hub.stats().get("failures", 0) == 0
