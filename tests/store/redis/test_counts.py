"""Counts for rate limits that hubs share. There is one backend: on SQLite a hub counts by itself."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cobrowse.store.base import Counts
from cobrowse.store.opening import open_store

pytestmark = pytest.mark.redis


@pytest.fixture
async def counts(redis_url: str) -> AsyncIterator[Counts]:
    async with open_store(redis_url, exclusive=True) as stores:
        assert stores.counts is not None
        yield stores.counts


async def test_a_window_begins_with_the_first_and_is_not_lengthened(counts: Counts) -> None:
    assert await counts.amount("a") == 0
    assert await counts.seconds_left("a") == 0
    assert await counts.add("a", 1, 600) == 1
    assert await counts.add("a", 4, 6000) == 5
    assert await counts.amount("a") == 5
    assert 500 < await counts.seconds_left("a") <= 600
    assert await counts.amount("b") == 0


async def test_hubs_share_them(counts: Counts, redis_url: str) -> None:
    await counts.add("a", 2, 600)
    async with open_store(redis_url, exclusive=True) as others:
        assert others.counts is not None
        assert await others.counts.add("a", 1, 600) == 3


async def test_the_embedded_store_has_none(tmp_path: Path) -> None:
    async with open_store(f"sqlite://{tmp_path / 'cobrowse.db'}", exclusive=True) as stores:
        assert stores.counts is None
