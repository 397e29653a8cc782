"""The race for a code: many claim it at the same moment, on one hub or spread over two that share a Redis.

    python -m tests.attack.race --rounds 1000

prints, for each store, how often there was exactly one winner. `test_p01_race.py` asserts it."""

import argparse
import asyncio
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from cobrowse.core.audit import AuditKeys
from cobrowse.core.errors import NotFound
from cobrowse.core.tokens import Tokens
from cobrowse.hub.clock import StoreClock, SystemClock
from cobrowse.hub.desk import Joined
from cobrowse.hub.house import House
from cobrowse.hub.hub import Hub
from cobrowse.store.opening import open_store
from tests.hub.peers import SHOP
from tests.redis_servers.one import running_redis

CLAIMANTS = 80


class Round(NamedTuple):
    """What became of one race. `answers` counts what the claimants got: "joined", or the code of the refusal."""

    winners: int
    answers: Counter[str]
    alike_again: bool


async def no_ticket(_ticket: str, _nonce: str) -> str | None:
    return None


@asynccontextmanager
async def hubs_on(*urls: str) -> AsyncIterator[list[Hub]]:
    """A hub for each of these addresses of one store, with connections of its own."""
    async with AsyncExitStack() as stack:
        hubs = []
        for url in urls:
            stores = await stack.enter_async_context(open_store(url, exclusive=True))
            house = House(
                store=stores.sessions,
                bus=stores.bus,
                sites={SHOP.id: SHOP},
                tokens=Tokens(["a key for tests"]),
                pepper=b"pepper",
                audit_keys=AuditKeys(["a key for tests"]),
                clock=StoreClock(SystemClock()),
                randbelow=secrets.randbelow,
                new_id=lambda: secrets.token_hex(8),
                mirror_url="https://mirror.example",
                take_ticket=no_ticket,
            )
            hub = Hub(house)
            await stack.enter_async_context(hub.running())
            hubs.append(hub)
        yield hubs


async def race(hubs: list[Hub], number: int, claimants: int = CLAIMANTS) -> Round:
    """One code, claimed by all at the same moment; then the winner asks again on another hub, and a latecomer tries.

    Each round has an agent of its own: a new code of the same agent would end the session of the round before."""
    created = await hubs[0].create(f"agent{number}", "Ana", SHOP.id)
    nonces = [secrets.token_hex(16) for _ in range(claimants)]
    tries = [hubs[place % len(hubs)].claim(SHOP.id, created.code, nonce) for place, nonce in enumerate(nonces)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    won = [place for place, result in enumerate(results) if isinstance(result, Joined)]
    answers = Counter("joined" if isinstance(result, Joined) else refusal(result) for result in results)
    alike = len(won) == 1 and await _alike_again(hubs, created.code, nonces[won[0]], results[won[0]], won[0] + 1)
    try:
        await hubs[number % len(hubs)].claim(SHOP.id, created.code, secrets.token_hex(16))
        answers["joined late"] += 1
    except NotFound as error:
        answers[error.code] += 1
    return Round(len(won), answers, alike)


async def _alike_again(hubs: list[Hub], code: str, nonce: str, first: Joined | BaseException, place: int) -> bool:
    again = await hubs[place % len(hubs)].claim(SHOP.id, code, nonce)
    return isinstance(first, Joined) and (again.session, again.digits) == (first.session, first.digits)


def refusal(result: Joined | BaseException) -> str:
    """The code of a refusal; what is not one is a mistake and is named."""
    return result.code if isinstance(result, NotFound) else type(result).__name__


async def run(rounds: int, *urls: str) -> list[Round]:
    """So many races between a hub for each of these addresses of one store."""
    async with hubs_on(*urls) as made:
        return [await race(made, number) for number in range(rounds)]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Race for codes on both stores.")
    parser.add_argument("--rounds", type=int, default=1000)
    rounds: int = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder, running_redis(Path(folder)) as server:
        for name, urls in (
            ("SQLite, one hub", [f"sqlite://{folder}/race.db"]),
            ("Redis, two hubs", [server.url, server.url]),
        ):
            began = time.monotonic()
            done = asyncio.run(run(rounds, *urls))
            single = sum(one.winners == 1 and one.alike_again for one in done)
            answers = sum((one.answers for one in done), Counter[str]())
            sys.stdout.write(
                f"{name}: {rounds} rounds of {CLAIMANTS} claimants, {single} with exactly one winner who is answered "
                f"alike again; answers {dict(answers)}; {time.monotonic() - began:.0f} s\n"
            )


if __name__ == "__main__":
    main()
