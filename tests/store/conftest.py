"""The backends that the contract suites run against, and the stores of one test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from cobrowse.store.base import AccountStore, Bus, SessionStore
from cobrowse.store.opening import Stores
from cobrowse.store.redis import commands as redis_commands
from cobrowse.store.redis import node as redis_node
from tests.redis_servers.cluster import RedisCluster, running_cluster
from tests.redis_servers.sentinel import SentinelSet, running_sentinel
from tests.store.backends import Backend, redis_backend, sqlite_backend

# What no test of a Redis that is well ever waits for, however busy the machine is.
PATIENT_SECONDS = 60.0


@pytest.fixture(autouse=True)
def patient_to_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is not there refuses at once; who is there, and slow, is waited for."""
    monkeypatch.setattr(redis_node, "CONNECT_SECONDS", PATIENT_SECONDS)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where everything is well, nothing counts as away."""
    monkeypatch.setattr(redis_node, "ANSWER_SECONDS", PATIENT_SECONDS)
    monkeypatch.setattr(redis_node, "TURN_SECONDS", PATIENT_SECONDS)
    monkeypatch.setattr(redis_commands, "PROBE_SECONDS", PATIENT_SECONDS)


@pytest.fixture(scope="session")
def whole_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisCluster]:
    """The cluster of this test run: three masters, each with a replica. Leave it as it was."""
    with running_cluster(tmp_path_factory.mktemp("cluster"), replicas=1) as running:
        yield running


@pytest.fixture
def cluster(whole_cluster: RedisCluster) -> RedisCluster:
    """It, empty."""
    whole_cluster.flush()
    return whole_cluster


@pytest.fixture(scope="session")
def whole_sentinel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SentinelSet]:
    """The sentinels of this test run, with a master and its replica. Leave them as they were."""
    with running_sentinel(tmp_path_factory.mktemp("sentinel")) as running:
        yield running


@pytest.fixture
def sentinel(whole_sentinel: SentinelSet) -> SentinelSet:
    """They, with an empty master."""
    whole_sentinel.flush()
    return whole_sentinel


@pytest.fixture(
    params=["sqlite", *(pytest.param(name, marks=pytest.mark.redis) for name in ("redis", "sentinel", "cluster"))]
)
def backend(request: pytest.FixtureRequest, tmp_path: Path, patient: None) -> Backend:
    """Each backend in turn, empty."""
    name: str = request.param
    if name == "sqlite":
        return sqlite_backend(tmp_path)
    if name == "redis":
        return redis_backend(name, request.getfixturevalue("redis_url"))
    return redis_backend(name, request.getfixturevalue(name).url)


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
