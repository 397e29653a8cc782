"""P1, one winner: a code lets in one tab, once, however many try at the same moment on however many hubs."""

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import httpx
import pytest
from redis import Redis

from cobrowse.core.errors import NotFound
from cobrowse.hub.desk import Joined
from tests.live_hub import LiveHub
from tests.untraced import untraced

pytestmark = pytest.mark.redis

CLAIMANTS = 80
# How often is shown by `test_p01_race.py`.
ROUNDS = 8
# Codes of twelve digits have a budget of fifty failures a second, so that the race is not decided by the rate limits.
DIGITS = 12


@pytest.fixture(autouse=True)
def _untraced() -> Iterator[None]:
    with untraced():
        yield


@pytest.fixture
async def hubs(redis_url: str) -> AsyncIterator[list[LiveHub]]:
    """Two hubs that share one Redis, behind a proxy that says where each claimant is."""
    async with AsyncExitStack() as stack:
        site, hub = {"code_digits": DIGITS}, {"trusted_proxies": ["127.0.0.0/8", "::1/128"]}
        made = [await stack.enter_async_context(LiveHub(store=redis_url, site=site, hub=hub)) for _ in range(2)]
        await made[0].add_agent()
        yield made


def claim(client: httpx.AsyncClient, number: int, code: str, nonce: str) -> "asyncio.Task[httpx.Response]":
    """Each claimant comes from an address of its own."""
    body = {"site": "shop", "code": code, "nonce": nonce}
    headers = {"X-Forwarded-For": f"198.51.100.{number}"}
    return asyncio.create_task(client.post("/api/codes/claim", json=body, headers=headers))


def forget_failures(url: str) -> None:
    """A new round is not the victim of the one before."""
    with Redis.from_url(url) as redis:
        for key in redis.scan_iter("*:count:*"):
            redis.delete(key)


async def test_eighty_claim_at_once_over_http(hubs: list[LiveHub], redis_url: str) -> None:
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(hub.client(hub.origin)) for hub in hubs]
        agent = await stack.enter_async_context(hubs[0].signed_in())
        for _ in range(ROUNDS):
            forget_failures(redis_url)
            new = await hubs[0].new_code(agent)
            nonces = [secrets.token_hex(16) for _ in range(CLAIMANTS)]
            answers = await asyncio.gather(
                *(claim(clients[number % 2], number, new.code, nonce) for number, nonce in enumerate(nonces))
            )
            codes = Counter(answer.status_code for answer in answers)
            assert codes[200] == 1, codes
            # Whoever lost learns nothing but that; who came after fifty failures in a second may wait.
            assert codes[404] + codes[429] == CLAIMANTS - 1, codes
            assert {a.json()["code"] for a in answers if a.status_code == 404} == {"code_invalid"}

            # A reply that was lost on the way: the winner asks again, at the other hub, and is the winner still.
            forget_failures(redis_url)
            [place] = [place for place, answer in enumerate(answers) if answer.status_code == 200]
            again = await claim(clients[(place + 1) % 2], place, new.code, nonces[place])
            assert again.json()["session"] == answers[place].json()["session"] == new.id
            assert again.json()["digits"] == answers[place].json()["digits"]


async def test_eighty_claim_at_once_past_every_rate_limit(hubs: list[LiveHub]) -> None:
    async with hubs[0].signed_in() as agent:
        for _ in range(ROUNDS):
            new = await hubs[0].new_code(agent)
            nonces = [secrets.token_hex(16) for _ in range(CLAIMANTS // 2)]
            # Each sends twice, to each hub once, as a client that resends would.
            results = await asyncio.gather(
                *(hub.hub.claim("shop", new.code, nonce) for nonce in nonces for hub in hubs), return_exceptions=True
            )
            winners = {place // 2 for place, result in enumerate(results) if isinstance(result, Joined)}
            assert len(winners) == 1
            assert sum(isinstance(result, Joined) for result in results) == 2
            losers = [result for result in results if not isinstance(result, Joined)]
            assert {loser.code for loser in losers if isinstance(loser, NotFound)} == {"code_invalid"}
            assert len(losers) == CLAIMANTS - 2
