"""Fixtures that more than one floor uses."""

from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright import async_api, sync_api
from redis import Redis

from tests import promises
from tests.redis_server import RedisServer, running_redis

# How long an example takes depends on what else the machine does; that is not what these tests are about.
settings.register_profile("cobrowse", deadline=None)
settings.load_profile("cobrowse")
# Nor how long a page takes: who waits for something to show waits as long as for any act of a browser.
async_api.expect.set_options(timeout=30_000)
sync_api.expect.set_options(timeout=30_000)


def pytest_addoption(parser: pytest.Parser) -> None:
    promises.add_option(parser)


def pytest_configure(config: pytest.Config) -> None:
    promises.configure(config)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """The redis-server of this test run. Do not stop it; start one with `running_redis` for that."""
    with running_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """The address of an empty Redis."""
    with Redis.from_url(redis_server.url) as client:
        client.flushall()
    return redis_server.url
