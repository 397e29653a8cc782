"""Fixtures of the attack tests: a world of hubs without a network, and live hubs."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cobrowse.hub.hub import Hub
from tests.attack.hostile.ground import bird, ground, network_log, standing, watched
from tests.hub.world import World
from tests.hub.world import world as new_world
from tests.live_hub import LiveHub, sqlite_url

__all__ = ["bird", "ground", "network_log", "standing", "watched"]


@pytest.fixture(name="world")
async def _world() -> AsyncIterator[World]:
    async with new_world() as made:
        yield made


@pytest.fixture
async def hub(world: World) -> Hub:
    return await world.hub()


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[LiveHub]:
    async with LiveHub(store=sqlite_url(tmp_path)) as hub:
        await hub.add_agent()
        yield hub
