"""Fixtures that more than one floor uses."""

import logging
from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright import async_api, sync_api
from redis import Redis

from tests import promises
from tests.redis_servers.one import RedisServer, running_redis

# How long an example takes depends on what else the machine does; that is not what these tests are about. Examples are
# the same each time, so that a change is judged by what it changed; `make nightly` draws new ones.
settings.register_profile("cobrowse", deadline=None, derandomize=True)
settings.register_profile("night", deadline=None, max_examples=1_000)
settings.load_profile("cobrowse")
# Nor how long a page takes: who waits for something to show waits as long as for any act of a browser.
async_api.expect.set_options(timeout=30_000)
sync_api.expect.set_options(timeout=30_000)

# What takes longest begins first, so that no process is left alone with it at the end: by the seconds it takes.
LONGEST_FIRST = (
    "tests/e2e/test_accessibility.py",
    "tests/e2e/test_in_charge.py",
    "tests/attack/test_p06_in_charge.py",
    "tests/e2e/test_convergence.py",
    "tests/mirror/test_capture_pace.py",
    "tests/mirror/test_style_fidelity.py",
    "tests/e2e/test_resume.py",
    "tests/e2e/test_preview.py",
    "tests/mirror/test_doctor_console.py",
    "tests/attack/test_p04_canaries.py",
    "tests/chaos/test_short.py",
    "tests/e2e/test_walk.py",
    "tests/attack/test_p04_lengths.py",
    "tests/attack/test_p01_race.py",
    "tests/mirror/test_capture_acts.py",
    "tests/e2e/test_bounds.py",
    "tests/e2e/test_redis.py",
    "tests/e2e/test_receipt.py",
    "tests/e2e/test_codes.py",
    "tests/attack/test_p09_at_most_once.py",
    "tests/attack/test_p01_guesser.py",
    "tests/attack/test_p11_processes.py",
    "tests/attack/test_p03_fuzz.py",
    "tests/page_check/test_demo_shop.py",
    "tests/test_docs.py",
    "tests/test_wheel.py",
)
# Then whole folders, those with browsers before those without.
FOLDERS_FIRST = ("attack", "e2e", "mirror", "chaos", "page_check", "store", "web")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    def turn(item: pytest.Item) -> int:
        path = item.path.relative_to(config.rootpath)
        if path.as_posix() in LONGEST_FIRST:
            return LONGEST_FIRST.index(path.as_posix())
        folder = path.parts[1]
        return len(LONGEST_FIRST) + (FOLDERS_FIRST.index(folder) if folder in FOLDERS_FIRST else len(FOLDERS_FIRST))

    items.sort(key=turn)


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """How a command writes its log lines, and that it writes them, is over with the test that ran it."""
    root, own = logging.getLogger(), logging.getLogger("cobrowse")
    levels = root.level, own.level
    yield
    root.setLevel(levels[0])
    own.setLevel(levels[1])
    for handler in [one for one in root.handlers if type(one).__module__ == "cobrowse.log_lines"]:
        root.removeHandler(handler)


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
