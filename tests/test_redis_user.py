"""The user that docs/operating.md gives the hubs in Redis can do what they need, and no harm."""

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import NoPermissionError

from tests.attack.test_p12_leaves_no_trace import end, settled, shared_page
from tests.hub.peers import ORIGIN
from tests.live_hub import LiveHub
from tests.redis_servers.one import RedisServer

MANUAL = (Path(__file__).parent.parent / "docs/operating.md").read_text()


@pytest.fixture
def user(redis_server: RedisServer, redis_url: str) -> Iterator[tuple[str, str]]:
    """The name and password of a user with the manual's rules."""
    (line,) = re.findall(r"```acl\nuser cobrowse on >password (.*)\n```", MANUAL)
    name, password = f"user-{secrets.token_hex(4)}", secrets.token_hex(8)
    with Redis.from_url(redis_url) as redis:
        redis.execute_command("ACL", "SETUSER", name, "on", f">{password}", *line.split())
        yield name, password
        redis.execute_command("ACL", "DELUSER", name)


@pytest.mark.redis
async def test_a_whole_session_over_two_hubs_needs_no_more(redis_url: str, user: tuple[str, str]) -> None:
    url = redis_url.replace("redis://", f"redis://{user[0]}:{user[1]}@")
    async with LiveHub(store=url, origins=[ORIGIN]) as first, LiveHub(store=url, origins=[ORIGIN]) as second:
        await first.add_agent()
        async with shared_page(first, second) as agent:
            await end(agent)
        await settled(first, second)
        for hub in (first, second):
            assert not [name for name in hub.hub.stats() if name.startswith(("failures", "store_missed", "bus_lost"))]
    with Redis.from_url(redis_url) as redis:
        denied = [entry for entry in redis.acl_log() if entry["username"] == user[0]]
    assert denied == []


@pytest.mark.redis
def test_it_can_neither_flush_nor_look_at_other_keys(redis_url: str, user: tuple[str, str]) -> None:
    with Redis.from_url(redis_url, username=user[0], password=user[1]) as redis:
        for words in (("FLUSHALL",), ("KEYS", "*"), ("CONFIG", "GET", "*"), ("ACL", "LIST"), ("GET", "other:key")):
            with pytest.raises(NoPermissionError):
                redis.execute_command(*words)
        with pytest.raises(NoPermissionError):
            redis.publish("other", "x")
