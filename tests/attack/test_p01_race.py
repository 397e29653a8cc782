"""P1, one winner, a thousand times: eighty claim a code at the same moment; and lines that break meanwhile.

`python -m tests.attack.race` runs the same for as many rounds as one likes."""

import asyncio
import secrets
from collections import Counter
from pathlib import Path

import pytest

from cobrowse.core.errors import NotFound
from cobrowse.hub.desk import Joined
from tests.attack.race import CLAIMANTS, Round, hubs_on, race, run
from tests.redis_servers.one import RedisServer
from tests.store.flaky_proxy import flaky_proxy
from tests.untraced import untraced

ROUNDS = 1000
# One process on one file has fewer ways to go wrong.
ROUNDS_ON_ONE_HUB = 250
ROUNDS_OF_LOST_REPLIES = 30


def assert_one_winner_each(rounds: list[Round]) -> None:
    assert [one.winners for one in rounds] == [1] * len(rounds)
    assert all(one.alike_again for one in rounds)
    # Who lost, and who came late, learn nothing but that; nobody met an error.
    expected = Counter({"joined": 1, "code_invalid": CLAIMANTS})
    assert [one.answers for one in rounds] == [expected] * len(rounds)


async def test_races_on_sqlite(tmp_path: Path) -> None:
    with untraced():
        assert_one_winner_each(await run(ROUNDS_ON_ONE_HUB, f"sqlite://{tmp_path}/race.db"))


@pytest.mark.redis
async def test_a_thousand_races_on_two_hubs_that_share_a_redis(redis_url: str) -> None:
    with untraced():
        assert_one_winner_each(await run(ROUNDS, redis_url, redis_url))


@pytest.mark.redis
async def test_races_in_which_the_redis_executes_and_its_reply_is_lost(
    redis_server: RedisServer, redis_url: str
) -> None:
    """The claim was executed, nobody heard so, and the client library sends it again: that burns no code."""
    async with (
        flaky_proxy(redis_server.port) as one_line,
        flaky_proxy(redis_server.port) as other_line,
        hubs_on(one_line.url, other_line.url) as hubs,
    ):
        await race(hubs, 0, claimants=8)  # The scripts must be known, or the lost request is the one that loads them.
        for number in range(1, ROUNDS_OF_LOST_REPLIES + 1):
            created = await hubs[0].create(f"agent{number}", "Ana", "shop")
            for line in (one_line, other_line):
                line.lose_reply_to(b"EVALSHA")
            nonces = [secrets.token_hex(16) for _ in range(8)]
            results = await asyncio.gather(
                *(hubs[place % 2].claim("shop", created.code, nonce) for place, nonce in enumerate(nonces)),
                return_exceptions=True,
            )
            assert sum(isinstance(result, Joined) for result in results) == 1
            assert sum(isinstance(result, NotFound) for result in results) == 7
        assert one_line.replies_lost == other_line.replies_lost == ROUNDS_OF_LOST_REPLIES


@pytest.mark.redis
async def test_a_claimant_who_heard_nothing_asks_again_elsewhere(redis_server: RedisServer, redis_url: str) -> None:
    """A hub that dies with the claim executed: the same nonce wins at another hub, a thief's does not."""
    async with flaky_proxy(redis_server.port) as line, hubs_on(line.url, redis_url) as [dying, other]:
        created = await other.create("ana", "Ana", "shop")
        mine = secrets.token_hex(16)
        first = await dying.claim("shop", created.code, mine)
        line.refuse(True)
        with pytest.raises(NotFound):
            await other.claim("shop", created.code, secrets.token_hex(16))
        again = await other.claim("shop", created.code, mine)
        assert (again.session, again.digits) == (first.session, first.digits)
        line.refuse(False)
