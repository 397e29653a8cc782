"""What a hub remembers so that a store can get back what it lost, what it says seldom, and how much of either."""

import pytest

from cobrowse.core.policy import Limits
from cobrowse.core.states import Ended, Session
from cobrowse.hub import restoring, roll_call
from cobrowse.hub.hub import Hub
from cobrowse.hub.restoring import ENDS_MAX, ENDS_SECONDS, Restoring
from cobrowse.hub.roll_call import ABSENT_MAX, DOUBT_SECONDS, RollCall
from cobrowse.hub.seldom import SELDOM_SECONDS, Seldom
from tests.hub.clock import HandClock
from tests.hub.world import World


def over(session_id: str) -> Session:
    """A session that has ended."""
    return Session(
        id=session_id,
        site="shop",
        site_name="Example Shop",
        agent="ana",
        agent_name="Ana",
        scope="view",
        limits=Limits(),
        created_at=1.0,
        state=Ended(since=2.0, reason="agent_ended"),
    )


@pytest.fixture
def ends(world: World, hub: Hub) -> Restoring:
    return Restoring(world.house_of(hub))


async def asked_about(world: World, ends: Restoring) -> int:
    """How many sessions it asks the store about once that is back."""
    asked: list[int] = []
    versions = world.store.versions

    async def count(session_ids: list[str]) -> dict[str, int]:
        asked.append(len(session_ids))
        return await versions(session_ids)

    world.store.versions = count  # type: ignore[method-assign, assignment]
    try:
        await ends.end_again()
    finally:
        world.store.versions = versions  # type: ignore[method-assign]
    return sum(asked)


async def test_ends_are_remembered_for_a_while(world: World, ends: Restoring) -> None:
    assert await asked_about(world, ends) == 0
    ends.note_end(over("a"), 3)
    await world.clock.advance(ENDS_SECONDS - 1)
    ends.note_end(over("b"), 3)
    assert await asked_about(world, ends) == 2
    await world.clock.advance(2)
    ends.note_end(over("c"), 3)
    assert await asked_about(world, ends) == 2


async def test_so_many_ends_and_no_more(world: World, ends: Restoring, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ENDS_MAX >= 1000
    monkeypatch.setattr(restoring, "ENDS_MAX", 10)
    for number in range(25):
        ends.note_end(over(f"s{number}"), 3)
    assert await asked_about(world, ends) == 10


async def test_what_is_known_of_inboxes_is_bounded(world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ABSENT_MAX >= 1000
    monkeypatch.setattr(roll_call, "ABSENT_MAX", 10)
    calls = RollCall(world.house_of(hub))
    await world.pass_time(DOUBT_SECONDS)
    for number in range(50):
        hubs = [f"hub {number}"]
        await world.store.lease(hubs[0], world.clock.now() + 60)
        assert await calls.dead(hubs) == frozenset()
    assert len(calls._absent_since) <= 11


async def test_the_log_hears_now_and_then() -> None:
    clock = HandClock()
    seldom = Seldom(clock.monotonic)
    assert [seldom.says("a"), seldom.says("a"), seldom.says("b")] == [True, False, True]
    await clock.advance(SELDOM_SECONDS)
    assert [seldom.says("a"), seldom.says("a")] == [True, False]
