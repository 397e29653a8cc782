"""Counts in memory: windows end by the hub's own clock, and there are only so many."""

import pytest
from limits.errors import StorageError

from cobrowse.core.errors import NotFound, StoreError
from cobrowse.core.policy import Site
from cobrowse.web.counts import SWEEP_EVERY_SECONDS, CountsInMemory
from cobrowse.web.limits import RateLimits
from tests.hub.clock import HandClock

SHOP = Site(id="shop", name="Shop", origins=("https://shop.example",), start_url="https://shop.example/")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


async def test_a_window_begins_at_the_first_count_and_ends_by_the_clock(clock: HandClock) -> None:
    counts = CountsInMemory(clock.monotonic)
    assert await counts.get("a") == 0
    assert await counts.get_expiry("a") == clock.monotonic()
    assert [await counts.incr("a", 60) for _ in range(3)] == [1, 2, 3]
    clock.pass_unseen(59.9)
    assert await counts.get("a") == 3
    assert await counts.get_expiry("a") == 60
    clock.pass_unseen(0.1)
    assert await counts.get("a") == 0
    assert await counts.incr("a", 60) == 1


async def test_what_is_over_is_swept(clock: HandClock) -> None:
    counts = CountsInMemory(clock.monotonic)
    for number in range(100):
        await counts.incr(f"{number}", 10)
    clock.pass_unseen(SWEEP_EVERY_SECONDS)
    await counts.incr("new", 10)
    assert len(counts) == 1


async def test_a_full_store_lets_nobody_new_in(clock: HandClock) -> None:
    counts = CountsInMemory(clock.monotonic, counts_max=2)
    await counts.incr("a", 60)
    await counts.incr("b", 60)
    with pytest.raises(StorageError):
        await counts.get("c")
    with pytest.raises(StorageError):
        await counts.incr("c", 60)
    # Who is counted already still is.
    assert await counts.incr("a", 60) == 2
    clock.pass_unseen(SWEEP_EVERY_SECONDS)
    await counts.incr("a", 60)
    assert await counts.get("c") == 0


async def test_what_cannot_be_counted_is_refused_before_it_is_tried(
    clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cobrowse.web.limits.CountsInMemory", lambda monotonic: CountsInMemory(monotonic, counts_max=0))
    budgets = RateLimits(None, clock)
    with pytest.raises(StoreError):
        async with budgets.claiming("192.0.2.1", SHOP, 9):
            raise NotFound("this must not be reached")


async def test_they_can_be_cleared(clock: HandClock) -> None:
    counts = CountsInMemory(clock.monotonic)
    await counts.incr("a", 60)
    await counts.incr("b", 60)
    await counts.clear("a")
    assert await counts.get("a") == 0
    assert await counts.check()
    assert await counts.reset() == 1
