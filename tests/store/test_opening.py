"""From the setting `store` to a backend."""

from pathlib import Path

import pytest

from cobrowse.core.errors import ConfigError, StoreError
from cobrowse.store.base import AccountStore, Bus, SessionStore
from cobrowse.store.opening import open_store
from cobrowse.store.redis.address import RedisAddress
from tests.store.making import stored, waiting


@pytest.mark.parametrize("url", ["", "cobrowse.db", "postgres://host/db", "/var/lib/cobrowse.db"])
def test_an_unknown_backend_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="one of sqlite://, redis://, rediss://, redis\\+sentinel://"):
        open_store(url, exclusive=True)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:",
        "sqlite://",
        "sqlite:///",
        "sqlite:////",
        "sqlite://cobrowse.db",
        "sqlite://host/cobrowse.db",
        "sqlite:///folder/",
        "sqlite:///x.db?mode=ro",
        "sqlite:///x.db#y",
        "sqlite:///x%00.db",
    ],
)
def test_a_malformed_path_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="sqlite:///absolute/path"):
        open_store(url, exclusive=True)


@pytest.mark.parametrize(
    "url",
    ["redis://", "redis:///0", "redis://host/zero", "redis://host:port", "redis://host:99999", "redis://host?db=1"],
)
def test_a_malformed_redis_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="`store`"):
        open_store(url, exclusive=True)


def test_an_address_prints_no_password() -> None:
    assert repr(RedisAddress("rediss://user:secret@redis.example/2")) == "redis.example:6379"
    assert str(RedisAddress("redis://:secret@127.0.0.1:7000")) == "127.0.0.1:7000"


@pytest.mark.parametrize("slashes", ["//", "///"])
async def test_a_path_is_absolute_with_three_slashes_or_four(tmp_path: Path, slashes: str) -> None:
    folder = tmp_path / "a folder"
    folder.mkdir()
    async with open_store(f"sqlite:{slashes}{folder}/x%20y.db", exclusive=True):
        assert (folder / "x y.db").is_file()


async def test_the_one_in_memory_is_empty_each_time() -> None:
    for _ in range(2):
        async with open_store("sqlite:///:memory:", exclusive=True) as stores:
            assert await stores.sessions.read("s1") is None
            await stored(stores.sessions, waiting())


async def test_what_is_opened_is_what_the_hub_knows() -> None:
    async with open_store("sqlite:///:memory:", exclusive=True) as stores:
        sessions: SessionStore = stores.sessions
        accounts: AccountStore = stores.accounts
        bus: Bus = stores.bus
        await sessions.ping()
        assert await accounts.agents() == []
        await bus.send("nobody", b"")
    with pytest.raises(StoreError):
        await stores.sessions.ping()
    with pytest.raises(StoreError):
        await stores.bus.send("nobody", b"")


async def test_a_server_that_holds_the_file_knows_that_the_one_before_is_dead(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path / 'x.db'}"
    async with open_store(url, exclusive=True) as stores:
        await stores.sessions.lease("hub-1", 1_000.0)
    async with open_store(url, exclusive=False) as stores:
        # An account command beside it decides nothing.
        assert await stores.sessions.dead_hubs(["hub-1"], 1.0) == set()
    async with open_store(url, exclusive=True) as stores:
        assert await stores.sessions.dead_hubs(["hub-1"], 1.0) == {"hub-1"}
