"""P10: one hostile peer never disturbs another session. Honest sessions talk, hostile peers flood the same hub, and no
frame of the honest is lost or overtaken, none of their sockets closed, and the hub answers still.

What is asserted are counts and orders; time is only a guard against hanging."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest

from cobrowse.core.protocol import Act, Point
from tests.attack.hostile_peers import ATTACKS, Attack, Scene, guesses, silent_sockets
from tests.attack.wire import Pair, live_pair
from tests.hub.peers import ORIGIN
from tests.live_hub import LiveHub, sqlite_url

HONEST = 4
EXCHANGES = 15
HANG_SECONDS = 120
# Here everybody has one address, whose budget these use up; those who are in are in.
FROM_THIS_ADDRESS = (guesses, silent_sockets)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[LiveHub]:
    async with LiveHub(store=sqlite_url(tmp_path), origins=[ORIGIN]) as made:
        await made.add_agent()
        await made.add_agent("mallory", "Mallory")
        yield made


async def talk(pair: Pair) -> None:
    """An honest session: the page changes, the agent sees each change in its turn, points, and is answered."""
    for _ in range(EXCHANGES):
        await talk_once(pair)


async def talk_once(pair: Pair) -> None:
    turn = pair.seq + 1
    text = f"session {pair.session} turn {turn}"
    await pair.change(text)
    seen = await pair.agent.hear("ops")
    assert (seen["seq"], seen["texts"]) == (turn, [text])
    await pair.agent.say(Act(id=turn, epoch=pair.epoch, seq=turn, do=Point(node=10, x=0, y=0)))
    assert (await pair.customer.hear("act"))["id"] == turn
    await pair.customer.say({"k": "act_result", "id": turn, "status": "done", "reason": ""})
    assert (await pair.agent.hear("act_result"))["id"] == turn


def assert_undisturbed(pair: Pair) -> None:
    for end in (pair.agent, pair.customer):
        assert end.socket.close_code is None
        kinds = {message["k"] for message in end.heard}
        # Nobody was asked for a new picture, was told off, or saw the session leave `live`.
        assert not kinds & {"problem", "resync", "snapshot", "come_again"}, kinds
        assert {message["name"] for message in end.heard if message["k"] == "state"} <= {"joining", "live"}


async def assert_answers(hub: LiveHub, client: httpx.AsyncClient) -> None:
    """The hub works: health, an agent's request, and one more session from code to picture."""
    async with hub.client() as anybody:
        assert (await anybody.get("/readyz")).status_code == 200
    assert (await client.get("/api/me")).status_code == 200
    async with live_pair(hub, client) as pair:
        await talk(pair)
        await pair.end()


async def count_of(hub: LiveHub, series: str) -> int:
    async with hub.client() as anybody:
        lines = (await anybody.get("/metrics")).text.splitlines()
    return sum(int(float(line.rpartition(" ")[2])) for line in lines if line.startswith(series))


async def felt(hub: LiveHub, attack: Attack) -> None:
    """An attack that nobody felt would show nothing."""
    for _ in range(400):
        if await count_of(hub, ATTACKS[attack]):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("Nobody felt this attack.")


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
async def test_a_hostile_peer_costs_others_nothing(hub: LiveHub, attack: Attack) -> None:
    async with asyncio.timeout(HANG_SECONDS), AsyncExitStack() as stack:
        ana = await stack.enter_async_context(hub.signed_in())
        mallory = await stack.enter_async_context(hub.signed_in("mallory"))
        honest = [await stack.enter_async_context(live_pair(hub, ana)) for _ in range(HONEST)]
        own = await stack.enter_async_context(live_pair(hub, mallory))
        done = asyncio.Event()
        attacking = asyncio.ensure_future(attack(Scene(hub, own, done)))
        try:
            await asyncio.gather(*(talk(pair) for pair in honest))
            assert not attacking.done(), "the attack ended before the others had talked"
            if attack not in FROM_THIS_ADDRESS:
                await assert_answers(hub, ana)
            await felt(hub, attack)
        finally:
            done.set()
            await asyncio.gather(attacking, return_exceptions=True)
        for pair in honest:
            assert_undisturbed(pair)
        assert hub.hub.stats().get("failures", 0) == 0
