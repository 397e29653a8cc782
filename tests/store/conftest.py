"""The backends that the contract suites run against, and the stores of one test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cobrowse.store.base import AccountStore, Bus, SessionStore
from cobrowse.store.opening import Stores
from tests.store.backends import Backend, redis_backend, sqlite_backend


@pytest.fixture(params=["sqlite", pytest.param("redis", marks=pytest.mark.redis)])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    """Each backend in turn, empty."""
    if request.param == "sqlite":
        return sqlite_backend(tmp_path)
    return redis_backend(request.getfixturevalue("redis_url"))


@pytest.fixture
async def stores(backend: Backend) -> AsyncIterator[Stores]:
    async with backend.open() as opened:
        yield opened


@pytest.fixture
def sessions(stores: Stores) -> SessionStore:
    return stores.sessions


@pytest.fixture
def accounts(stores: Stores) -> AccountStore:
    return stores.accounts


@pytest.fixture
def bus(stores: Stores) -> Bus:
    return stores.bus
