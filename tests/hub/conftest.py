"""Fixtures of the hub's tests."""

from collections.abc import AsyncIterator

import pytest

from cobrowse.hub.hub import Hub
from tests.hub.world import World, world


@pytest.fixture(name="world")
async def _world() -> AsyncIterator[World]:
    async with world() as made:
        yield made


@pytest.fixture
async def hub(world: World) -> Hub:
    return await world.hub()
