"""What has ended is freed where it is let go: the collector is not needed for it, and seldom looks."""

import asyncio
import gc
import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from starlette.websockets import WebSocket
from websockets.server import ServerProtocol

from cobrowse.hub.local import LocalSession
from cobrowse.hub.peer import Peer
from cobrowse.web.collecting import LEAST_SECONDS, NEVER, SHARE, TOLD_FROM_SECONDS, collecting_seldom
from cobrowse.web.connections import BoundedHttp, BoundedSocket
from tests.attack.wire import live_pair
from tests.hub.clock import HandClock, breathe
from tests.hub.peers import ORIGIN
from tests.live_hub import LiveHub, sqlite_url

PATIENCE_SECONDS = 30.0
OF_A_SESSION = (Peer, LocalSession, BoundedSocket, BoundedHttp, WebSocket, ServerProtocol)


@pytest.fixture
async def live(tmp_path: Path, clients: Path) -> AsyncIterator[LiveHub]:
    async with LiveHub(store=sqlite_url(tmp_path), static=clients, origins=[ORIGIN]) as hub:
        await hub.add_agent()
        yield hub


@pytest.fixture
def uncollected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def _living() -> Counter[str]:
    return Counter(type(each).__name__ for each in gc.get_objects() if isinstance(each, OF_A_SESSION))


async def _until_gone() -> Counter[str]:
    """What is left of sessions, once nothing more of them goes. Nothing tells when that is, so it is asked for."""
    for _ in range(round(PATIENCE_SECONDS / 0.05)):
        if not _living():
            break
        await asyncio.sleep(0.05)
    return _living()


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("how", ["ended", "sockets cut"])
async def test_nothing_of_a_session_that_is_over_waits_for_the_collector(live: LiveHub, how: str) -> None:
    before = _living()
    async with live.signed_in() as agent, live_pair(live, agent) as pair:
        await pair.change("something")
        await pair.agent.hear("ops")
        assert _living() > before
        if how == "ended":
            await pair.end()
        else:
            pair.agent.socket.transport.abort()
            pair.customer.socket.transport.abort()
    assert await _until_gone() == before == Counter()


async def test_all_is_looked_through_by_what_it_costs(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock, usual = HandClock(), gc.get_threshold()
    costs = [0.0, TOLD_FROM_SECONDS / 2, 3.0, 0.0]
    left = list(costs)

    def collect() -> int:
        clock.pass_unseen(left.pop(0))
        return 7

    monkeypatch.setattr(gc, "collect", collect)
    caplog.set_level(logging.INFO)
    async with collecting_seldom(clock):
        assert gc.get_threshold() == (*usual[:2], NEVER)
        assert gc.get_freeze_count() > 0
        await breathe()
        await clock.advance(LEAST_SECONDS)
        assert left == costs[2:]
        # What cost little is repeated as soon as may be, but not sooner.
        await clock.advance(costs[1] / SHARE - 1)
        assert left == costs[2:]
        await clock.advance(2)
        assert left == costs[3:]
        await clock.advance(costs[2] / SHARE - 1)
        assert left == costs[3:]
        await clock.advance(2)
        assert left == []
    assert caplog.messages == ["collected seconds=3.00 objects=7"]
    assert gc.get_threshold() == usual
    assert gc.get_freeze_count() == 0
