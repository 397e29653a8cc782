"""What the Redis store alone must bear: lost replies, resends, expiry, slots, a Redis that is away."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from math import inf
from typing import Any

import pytest
from msgspec.structs import replace
from redis import Redis
from redis.crc import key_slot

from cobrowse.core.errors import StoreError
from cobrowse.store.base import ENDED_KEPT_SECONDS, Agent, Asset, SignIn
from cobrowse.store.opening import Stores, open_redis, open_store
from cobrowse.store.redis import commands as redis_commands
from cobrowse.store.redis import node as redis_node
from cobrowse.store.redis import sessions as redis_module
from cobrowse.store.redis.address import RedisAddress
from cobrowse.store.redis.commands import Commands
from cobrowse.store.redis.keys import Keys
from cobrowse.store.redis.node import Argument
from cobrowse.store.redis.routes import OneRedis
from tests.redis_servers.one import RedisServer
from tests.store.flaky_proxy import FlakyProxy, flaky_proxy
from tests.store.making import CODE_EXPIRES_AT, CREATED_AT, end, stored, waiting
from tests.store.trails import SWEEP_AT, begun, head_of, sealed, trail
from tests.store.until import back
from tests.store.walk import everything

pytestmark = pytest.mark.redis

LATER = CREATED_AT + 3600.0
Calls = Sequence[tuple[Sequence[str], Sequence[Argument]]]


@pytest.fixture
def raw(redis_url: str) -> Iterator[Redis]:
    """Redis itself, to look into."""
    with Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
async def stores(redis_url: str) -> AsyncIterator[Stores]:
    async with open_store(redis_url, exclusive=True) as opened:
        yield opened


@pytest.fixture
async def proxy(redis_server: RedisServer, redis_url: str) -> AsyncIterator[FlakyProxy]:
    """Before an empty Redis."""
    async with flaky_proxy(redis_server.port) as opened:
        yield opened


@pytest.fixture
async def flaky(proxy: FlakyProxy) -> AsyncIterator[Stores]:
    """Stores whose connections go through the proxy."""
    async with open_store(proxy.url, exclusive=True) as opened:
        yield opened


async def test_many_versions_are_read_a_few_at_a_time(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_module, "VERSIONS_AT_ONCE", 20)
    asked: list[int] = []
    scripts = Commands.scripts

    async def watched(self: Commands, name: str, calls: Calls) -> list[Any]:
        asked.append(sum(len(keys) for keys, _ in calls))
        assert asked[-1] - len(calls[-1][0]) < 20
        return await scripts(self, name, calls)

    session_ids = [f"s{n}" for n in range(70)]
    for session_id in session_ids:
        await stored(stores.sessions, waiting(session_id))
    monkeypatch.setattr(Commands, "scripts", watched)
    assert await stores.sessions.versions([*session_ids, "nobody"]) == dict.fromkeys(session_ids, 1)
    assert 2 <= len(asked) <= 4
    assert sum(asked) == 71


# --- a reply that is lost after the command was executed; redis-py sends it again


async def test_a_lost_reply_cannot_burn_the_code(flaky: Stores, proxy: FlakyProxy) -> None:
    for n in range(10):
        await stored(flaky.sessions, waiting(f"s{n}"))
        proxy.lose_reply_to(b"EVALSHA")
        assert await flaky.sessions.claim(f"code of s{n}", "tab", CREATED_AT) == f"s{n}"
        assert await flaky.sessions.claim(f"code of s{n}", "another", CREATED_AT) is None
    assert proxy.replies_lost == 10


async def test_a_lost_reply_writes_nothing_twice(flaky: Stores, proxy: FlakyProxy) -> None:
    session = await stored(flaky.sessions, waiting())
    for version in range(1, 11):
        proxy.lose_reply_to(b"EVALSHA")
        assert await flaky.sessions.replace(replace(session, active_at=float(version)), version, inf)
    assert proxy.replies_lost == 10
    versioned = await flaky.sessions.read("s1")
    assert versioned is not None
    assert (versioned.session.active_at, versioned.version) == (10.0, 11)


@pytest.mark.parametrize(
    "only_in_its_request",
    [
        pytest.param(b"code:code of s1", id="reserve the code"),
        pytest.param(b"Example Shop", id="store the session"),
        pytest.param(b"ZADD", id="put it on the agent's list"),
        pytest.param(b"open\r\n", id="open the code"),
    ],
)
async def test_create_bears_a_lost_reply_at_each_step(
    flaky: Stores, proxy: FlakyProxy, only_in_its_request: bytes
) -> None:
    # The scripts must be known, or the first request is the one that loads them.
    await stored(flaky.sessions, waiting("before"))
    proxy.lose_reply_to(only_in_its_request)
    await stored(flaky.sessions, waiting())
    assert proxy.replies_lost == 1
    assert await flaky.sessions.versions(["s1"]) == {"s1": 1}
    assert await flaky.sessions.claim("code of s1", "tab", CREATED_AT) == "s1"
    assert len(await flaky.sessions.list_for_agent("ana")) == 2


async def test_every_other_write_bears_a_lost_reply(flaky: Stores, proxy: FlakyProxy) -> None:
    sessions, accounts = flaky.sessions, flaky.accounts
    await stored(sessions, waiting())
    await begun(sessions, "before")
    await accounts.put_ticket("before", "", LATER)
    await accounts.take_ticket("before", "n", CREATED_AT)
    await sessions.put_asset("before", 1, Asset("image/png", b"x"))

    proxy.lose_reply_to(b"EVALSHA")
    lines = await begun(sessions, "s1")
    assert await sessions.read_audit("s1") == lines

    proxy.lose_reply_to(b"EVALSHA")
    await sessions.put_asset("s1", 1, Asset("image/png", b"x"))
    assert await sessions.take_asset("s1", 1) is not None
    for command in (b"UNLINK", b"SREM"):
        await sessions.put_asset("s1", 2, Asset("image/png", b"x"))
        proxy.lose_reply_to(command)
        await sessions.forget_assets("s1")
        assert [await sessions.take_asset("s1", n) for n in (1, 2)] == [None, None]

    proxy.lose_reply_to(b"EVALSHA")
    await accounts.put_ticket("t1", "value", LATER)
    proxy.lose_reply_to(b"EVALSHA")
    assert await accounts.take_ticket("t1", "first", CREATED_AT) == "value"
    assert await accounts.take_ticket("t1", "second", CREATED_AT) is None

    proxy.lose_reply_to(b"HSET")
    await accounts.put_agent(Agent("ana", "Ana", "hash"))
    proxy.lose_reply_to(b"SADD")
    await accounts.put_sign_in(SignIn("i1", "ana", LATER))
    proxy.lose_reply_to(b"HDEL")
    assert await accounts.remove_agent("ana")
    assert await accounts.sign_in("i1", CREATED_AT) is None
    assert proxy.replies_lost == 9


async def test_p1_one_claimant_wins_while_lines_are_cut(redis_server: RedisServer, redis_url: str) -> None:
    async with flaky_proxy(redis_server.port) as one_line, flaky_proxy(redis_server.port) as other_line:
        async with open_store(one_line.url, exclusive=True) as one, open_store(other_line.url, exclusive=True) as other:
            await stored(one.sessions, waiting())
            claims = [
                asyncio.create_task((one if n % 2 else other).sessions.claim("code of s1", f"tab {n}", CREATED_AT))
                for n in range(80)
            ]
            for line in (one_line, other_line, one_line):
                await asyncio.sleep(0.002)
                line.cut()
            answers = await asyncio.gather(*claims)
            winners = [n for n, answer in enumerate(answers) if answer is not None]
            assert len(winners) == 1
            assert await other.sessions.claim("code of s1", f"tab {winners[0]}", CREATED_AT) == "s1"


# --- expiry and slots


async def test_every_key_is_under_the_prefix_and_goes_by_itself(redis_url: str, raw: Redis) -> None:
    async with open_redis(RedisAddress(redis_url), prefix="one") as stores:
        await everything(stores)
    keys = sorted(key for key in raw.keys("*") if isinstance(key, bytes))
    assert len(keys) > 15
    layout = Keys("one").layout().encode()
    assert [key for key in keys if not key.startswith(b"one:{")] == [layout]
    # Agents, and how all is laid out, are there to stay.
    assert {key for key in keys if raw.pttl(key) < 0} == {Keys("one").key("agents").encode(), layout}


async def test_two_prefixes_share_nothing(redis_url: str) -> None:
    address = RedisAddress(redis_url)
    async with open_redis(address, prefix="one") as one, open_redis(address, prefix="other") as other:
        await everything(one)
        assert await other.sessions.read("s1") is None
        assert await other.sessions.due(inf, 10) == []
        assert await other.accounts.agents() == []


async def test_all_keys_of_one_script_share_a_slot(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    slots: dict[str, set[int]] = {}
    scripts = Commands.scripts

    async def watched(self: Commands, name: str, calls: Calls) -> list[Any]:
        for keys, _ in calls:
            slots.setdefault(name, set()).add(len({key_slot(key.encode()) for key in keys}))
        return await scripts(self, name, calls)

    monkeypatch.setattr(Commands, "scripts", watched)
    await everything(stores)
    assert set(slots) == {
        "append_audit",
        "claim_code",
        "create_session",
        "put_asset",
        "put_ticket",
        "read_versions",
        "replace_session",
        "reserve_code",
        "revoke_code",
        "settle_code",
        "take_ticket",
    }
    assert set().union(*slots.values()) == {1}


async def test_an_ended_session_goes_an_hour_later(stores: Stores, raw: Redis) -> None:
    session = await stored(stores.sessions, waiting())
    key = Keys("cobrowse").key("session", "s1")
    assert raw.pttl(key) / 1000 > session.limits.session_seconds
    await end(stores.sessions, session, CREATED_AT)
    assert ENDED_KEPT_SECONDS - 60 < raw.pttl(key) / 1000 <= ENDED_KEPT_SECONDS


async def test_a_trail_goes_when_its_time_is_over(stores: Stores, raw: Redis) -> None:
    keys = Keys("cobrowse")
    both = [keys.key("trail", "s1"), keys.key("audit", "s1")]
    lines = await begun(stores.sessions)
    kept_seconds = SWEEP_AT - CREATED_AT
    assert all(kept_seconds - 60 < raw.pttl(key) / 1000 <= kept_seconds for key in both)
    closing = sealed("closed", head=head_of(lines))
    shorter = trail(head=head_of(lines), closed=True, sweep_at=CREATED_AT + 100)
    assert await stores.sessions.append_audit(shorter, closing)
    assert all(40 < raw.pttl(key) / 1000 <= 100 for key in both)


async def test_trails_that_were_swept_leave_the_lists(stores: Stores, raw: Redis) -> None:
    keys, sessions = Keys("cobrowse"), stores.sessions
    await begun(sessions, close_at=CREATED_AT)
    shard = keys.shard("s1")
    raw.delete(keys.key("trail", "s1"), keys.key("audit", "s1"))
    assert await sessions.trails() == []
    assert await sessions.audit_due(LATER, 10) == []
    assert raw.zcard(keys.audit_due(shard)) == 0
    # From the list of all it goes with the next lines of its shard, once its time is over.
    twin = next(name for name in map(str, range(1000)) if keys.shard(name) == shard)
    await begun(sessions, twin)
    assert raw.zcard(keys.trails(shard)) == 2
    late = sealed("paused", session=twin, head=head_of(sealed("created", session=twin)), at=SWEEP_AT + 1)
    goes_on = trail(twin, head_of(sealed("created", session=twin)), sweep_at=SWEEP_AT + 9)
    assert await sessions.append_audit(goes_on, late)
    assert raw.zrange(keys.trails(shard), 0, -1) == [twin.encode()]


async def test_a_trail_bears_every_reply_lost(flaky: Stores, proxy: FlakyProxy) -> None:
    lines = await begun(flaky.sessions)
    for n in range(10):
        proxy.lose_reply_to(b"EVALSHA")
        more = sealed("paused", "resumed", head=head_of(lines), at=CREATED_AT + n)
        assert await flaky.sessions.append_audit(trail(head=head_of(lines)), more)
        lines += more
    assert proxy.replies_lost == 10
    assert await flaky.sessions.read_audit("s1") == lines


async def test_more_trails_than_are_read_in_one_go(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_module, "TRAILS_AT_ONCE", 3)
    for n in range(8):
        await begun(stores.sessions, f"s{n}")
    assert [each.session for each in await stores.sessions.trails()] == [f"s{n}" for n in range(8)]


async def test_the_due_list_outlives_its_sessions_by_nothing(stores: Stores, raw: Redis) -> None:
    keys = Keys("cobrowse")
    shard = keys.shard("s0")
    ids = [f"s{n}" for n in range(10_000) if keys.shard(f"s{n}") == shard][:3]
    short, long = waiting(ids[0]), waiting(ids[1])
    long = replace(long, limits=replace(long.limits, session_seconds=100_000.0))
    await stored(stores.sessions, long)
    kept_ms = raw.pttl(keys.due(shard))
    assert kept_ms > 100_000_000
    await stored(stores.sessions, short)
    assert await stores.sessions.replace(short, 1, LATER)
    assert raw.pttl(keys.due(shard)) > kept_ms - 60_000
    await stored(stores.sessions, replace(long, id=ids[2], limits=replace(long.limits, session_seconds=200_000.0)))
    assert raw.pttl(keys.due(shard)) > 200_000_000


async def test_an_asset_goes_after_30_s(stores: Stores, raw: Redis) -> None:
    await stores.sessions.put_asset("s1", 1, Asset("image/png", b"x"))
    keys = raw.keys("*asset*")
    assert len(keys) == 2
    for key in keys:
        assert 20_000 < raw.pttl(key) <= 30_000
    await stores.sessions.forget_assets("s1")
    assert raw.keys("*asset*") == []


async def test_what_was_swept_leaves_the_lists(stores: Stores, raw: Redis) -> None:
    for session_id in ("s1", "s2"):
        await stored(stores.sessions, waiting(session_id), due_at=CREATED_AT)
    raw.delete(Keys("cobrowse").key("session", "s1"))
    assert await stores.sessions.due(CREATED_AT, 10) == ["s2"]
    assert [one.session.id for one in await stores.sessions.list_for_agent("ana")] == ["s2"]
    assert sum(raw.zcard(key) for key in raw.keys("*:due")) == 1
    assert raw.zcard(Keys("cobrowse").key("agent_sessions", "ana")) == 1


async def test_a_session_stored_between_two_looks_stays_on_the_due_list(stores: Stores) -> None:
    commands = stores.sessions._redis  # type: ignore[attr-defined]  # the script alone is asked here
    await stored(stores.sessions, waiting(), due_at=CREATED_AT)
    keys = Keys("cobrowse")
    assert await commands.script("drop_gone", [keys.key("session", "s1"), keys.due(keys.shard("s1"))], ["s1"]) == 0
    assert await stores.sessions.due(CREATED_AT, 10) == ["s1"]


async def test_clocks_far_from_this_machines_expire_nothing_early(stores: Stores, raw: Redis) -> None:
    """Expiry only sweeps: a test's clock, or a wrong one, must not lose a thing that core would still accept."""
    for n, instant in enumerate((0.0, 1e6, 4e9, 1e300, inf)):
        await stores.accounts.put_ticket(f"t{n}", "value", instant)
        await stores.sessions.lease(f"h{n}", instant)
    keys = [*raw.keys("*:ticket:*"), *raw.keys("*:lease:*")]
    assert len(keys) == 10
    assert all(raw.pttl(key) >= 3_590_000 for key in keys)


# --- what Redis says when it is asked wrongly, or not at all


async def test_scripts_come_back_after_redis_forgot_them(stores: Stores, raw: Redis) -> None:
    await stored(stores.sessions, waiting())
    raw.script_flush()
    assert await stores.sessions.claim("code of s1", "tab", CREATED_AT) == "s1"


async def test_a_redis_that_refuses_is_a_store_error(stores: Stores, raw: Redis) -> None:
    raw.set(Keys("cobrowse").key("session", "s1"), "no hash")
    asks = [
        stores.sessions.read("s1"),
        stores.sessions.versions(["s1"]),
        stores.sessions.replace(waiting(), 1, inf),
        stores.sessions.create(waiting(), "code", CODE_EXPIRES_AT, inf),
    ]
    for ask in asks:
        with pytest.raises(StoreError, match="WRONGTYPE"):
            await ask


async def test_records_that_cannot_be_read_are_store_errors(stores: Stores, raw: Redis) -> None:
    await stored(stores.sessions, waiting())
    raw.hset(Keys("cobrowse").key("session", "s1"), "data", b"\xc1")
    await begun(stores.sessions)
    raw.rpush(Keys("cobrowse").key("audit", "s1"), b"\xc1")
    for ask in (stores.sessions.read("s1"), stores.sessions.list_for_agent("ana"), stores.sessions.read_audit("s1")):
        with pytest.raises(StoreError) as raised:
            await ask
        assert raised.value.code in ("store_unreadable", "line_unreadable")


async def test_a_redis_that_is_away_is_a_store_error_until_it_is_back(
    flaky: Stores, proxy: FlakyProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OneRedis, "patience_seconds", 0.2)
    await stored(flaky.sessions, waiting())
    proxy.refuse(True)
    asks = [
        flaky.sessions.ping(),
        flaky.sessions.claim("code of s1", "tab", CREATED_AT),
        flaky.sessions.due(inf, 1),
        flaky.accounts.agents(),
        flaky.bus.send("h1", b"x"),
    ]
    for answer in await asyncio.gather(*asks, return_exceptions=True):
        assert isinstance(answer, StoreError)
        assert answer.code == "store_away"
    proxy.refuse(False)
    await back(flaky)
    assert await flaky.sessions.claim("code of s1", "tab", CREATED_AT) == "s1"
    await flaky.bus.send("h1", b"x")


async def test_a_redis_that_is_not_there_is_a_store_error_without_the_password(proxy: FlakyProxy) -> None:
    proxy.refuse(True)
    with pytest.raises(StoreError, match=f"Redis at 127.0.0.1:{proxy.port} does not answer") as raised:
        async with open_store(f"redis://:secret@127.0.0.1:{proxy.port}", exclusive=True):
            pass
    assert "secret" not in str(raised.value)


async def test_a_wrong_password_is_a_store_error_without_the_password(redis_server: RedisServer) -> None:
    with pytest.raises(StoreError) as raised:
        async with open_store(f"redis://ana:secret@127.0.0.1:{redis_server.port}", exclusive=True):
            pass
    assert "secret" not in str(raised.value)


async def test_an_old_redis_is_refused(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_commands, "OLDEST_REDIS", (99, 0))
    with pytest.raises(StoreError, match="Cobrowse needs 7 or newer") as raised:
        async with open_store(redis_url, exclusive=True):
            pass
    assert raised.value.code == "store_too_old"


async def test_more_callers_than_connections_wait_their_turn(
    redis_url: str, patient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_node, "CONNECTIONS", 2)
    async with open_store(redis_url, exclusive=True) as stores:
        await asyncio.gather(*(stores.sessions.ping() for _ in range(200)))
