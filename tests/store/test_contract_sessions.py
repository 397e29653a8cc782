"""What every SessionStore promises in `cobrowse/store/base.py`; run with each backend."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from math import inf

import pytest
from msgspec.structs import replace

from cobrowse.core.errors import StoreError
from cobrowse.core.states import Away, Joining, Live, Paused, SeatHold, Session
from cobrowse.store.base import WRITES_REMEMBERED, Asset, SessionStore
from tests.store.backends import Backend
from tests.store.making import BEFORE_EXPIRY, CODE_EXPIRES_AT, CREATED_AT, end, ended, stored, waiting

# --- create


async def test_a_created_session_is_read_at_version_1(sessions: SessionStore) -> None:
    session = await stored(sessions, waiting())
    versioned = await sessions.read("s1")
    assert versioned is not None
    assert (versioned.session, versioned.version) == (session, 1)


async def test_a_session_nobody_created_is_none(sessions: SessionStore) -> None:
    assert await sessions.read("nobody") is None


async def test_create_again_changes_nothing(sessions: SessionStore) -> None:
    session = waiting()
    for _ in range(3):
        assert await sessions.create(session, "code", CODE_EXPIRES_AT, CODE_EXPIRES_AT)
    assert await sessions.versions(["s1"]) == {"s1": 1}
    assert await sessions.due(CODE_EXPIRES_AT, 10) == ["s1"]
    assert len(await sessions.list_for_agent("ana")) == 1


async def test_create_again_leaves_a_session_that_moved_on(sessions: SessionStore) -> None:
    session = await stored(sessions, waiting())
    await end(sessions, session, CREATED_AT + 1)
    assert await sessions.create(session, "code of s1", CODE_EXPIRES_AT, CODE_EXPIRES_AT)
    assert await sessions.versions(["s1"]) == {"s1": 2}
    assert await sessions.due(inf, 10) == []


@pytest.mark.parametrize("claimed", [False, True])
async def test_create_again_opens_no_revoked_code(sessions: SessionStore, claimed: bool) -> None:
    session = await stored(sessions, waiting())
    if claimed:
        await sessions.claim("code of s1", "tab", CREATED_AT)
    await sessions.revoke_code("code of s1")
    assert await sessions.create(session, "code of s1", CODE_EXPIRES_AT, CODE_EXPIRES_AT)
    assert await sessions.claim("code of s1", "tab", CREATED_AT) is None


async def test_create_again_gives_no_second_claim(sessions: SessionStore) -> None:
    session = await stored(sessions, waiting())
    assert await sessions.claim("code of s1", "first", CREATED_AT) == "s1"
    assert await sessions.create(session, "code of s1", CODE_EXPIRES_AT, CODE_EXPIRES_AT)
    assert await sessions.claim("code of s1", "second", CREATED_AT) is None
    assert await sessions.claim("code of s1", "first", CREATED_AT) == "s1"


async def test_an_id_is_taken_by_the_first_content(sessions: SessionStore) -> None:
    session = await stored(sessions, waiting())
    for code in ("another code", "code of s1"):
        assert not await sessions.create(waiting(agent="ben"), code, CODE_EXPIRES_AT, CODE_EXPIRES_AT)
    versioned = await sessions.read("s1")
    assert versioned is not None
    assert versioned.session == session
    assert await sessions.list_for_agent("ben") == []
    assert await sessions.claim("another code", "tab", CREATED_AT) is None
    assert await sessions.claim("code of s1", "tab", CREATED_AT) == "s1"
    # What was refused holds no code.
    assert await sessions.create(waiting("s2"), "another code", CODE_EXPIRES_AT, CODE_EXPIRES_AT)
    assert await sessions.claim("another code", "tab", CREATED_AT) == "s2"


async def _leave(store: SessionStore) -> None:
    await store.ping()


async def _claim(store: SessionStore) -> None:
    assert await store.claim("code of s1", "tab", CREATED_AT) == "s1"


async def _revoke(store: SessionStore) -> None:
    await store.revoke_code("code of s1")


@pytest.mark.parametrize("become", [_leave, _claim, _revoke])
async def test_a_code_is_taken_until_it_expires(
    sessions: SessionStore, become: Callable[[SessionStore], Awaitable[None]]
) -> None:
    await stored(sessions, waiting())
    await become(sessions)
    early = waiting("s2", created_at=BEFORE_EXPIRY)
    assert not await sessions.create(early, "code of s1", CODE_EXPIRES_AT + 300, CODE_EXPIRES_AT + 300)
    assert await sessions.read("s2") is None
    assert await sessions.due(inf, 10) == ["s1"]
    assert [one.session.id for one in await sessions.list_for_agent("ana")] == ["s1"]

    late = waiting("s2", created_at=CODE_EXPIRES_AT)
    assert await sessions.create(late, "code of s1", CODE_EXPIRES_AT + 300, CODE_EXPIRES_AT + 300)
    assert await sessions.claim("code of s1", "another tab", CODE_EXPIRES_AT) == "s2"


async def test_one_of_many_sessions_gets_a_code(backend: Backend) -> None:
    async with backend.open() as one, backend.open() as other:
        tries = [
            (one if n % 2 else other).sessions.create(waiting(f"s{n}"), "code", CODE_EXPIRES_AT, CODE_EXPIRES_AT)
            for n in range(20)
        ]
        made = await asyncio.gather(*tries)
        assert sum(made) == 1
        assert await one.sessions.claim("code", "tab", CREATED_AT) == f"s{made.index(True)}"
        assert await other.sessions.due(inf, 100) == [f"s{made.index(True)}"]


# --- claim (P1)


async def test_the_first_nonce_wins_and_keeps_the_answer(sessions: SessionStore) -> None:
    await stored(sessions, waiting())
    assert await sessions.claim("code of s1", "first", CREATED_AT) == "s1"
    assert await sessions.claim("code of s1", "second", CREATED_AT) is None
    assert await sessions.claim("code of s1", "first", BEFORE_EXPIRY) == "s1"
    assert await sessions.claim("code of s1", "first", CODE_EXPIRES_AT) is None


async def test_nobody_gets_in_by_an_unknown_expired_or_revoked_code(sessions: SessionStore) -> None:
    await stored(sessions, waiting())
    assert await sessions.claim("unknown", "tab", CREATED_AT) is None
    assert await sessions.claim("code of s1", "tab", CODE_EXPIRES_AT) is None
    assert await sessions.claim("code of s1", "", CREATED_AT) is None
    await sessions.revoke_code("code of s1")
    assert await sessions.claim("code of s1", "tab", CREATED_AT) is None


async def test_a_revoked_code_is_of_no_use_to_its_winner(sessions: SessionStore) -> None:
    await stored(sessions, waiting())
    await sessions.claim("code of s1", "tab", CREATED_AT)
    await sessions.revoke_code("code of s1")
    await sessions.revoke_code("code of s1")
    assert await sessions.claim("code of s1", "tab", CREATED_AT) is None


async def test_revoking_an_unknown_code_is_no_error_and_keeps_it_free(sessions: SessionStore) -> None:
    await sessions.revoke_code("code of s1")
    await stored(sessions, waiting())
    assert await sessions.claim("code of s1", "tab", CREATED_AT) == "s1"


async def test_p1_one_of_eighty_claimants_wins(backend: Backend) -> None:
    async with backend.open() as one, backend.open() as other:
        for code_round in range(8):
            session = await stored(one.sessions, waiting(f"s{code_round}"))
            code = f"code of {session.id}"
            claims = [
                (one if n % 2 else other).sessions.claim(code, f"tab {n}", CREATED_AT + code_round) for n in range(80)
            ]
            answers = await asyncio.gather(*claims)
            winners = [n for n, answer in enumerate(answers) if answer is not None]
            assert len(winners) == 1
            assert answers[winners[0]] == session.id
            assert await other.sessions.claim(code, f"tab {winners[0]}", CREATED_AT) == session.id


# --- replace


@pytest.mark.parametrize(
    "state",
    [
        Joining(since=1.5, claim_nonce="n", digits="47", expires_at=2.5, allowed=True, tries_left=1),
        Live(since=3.5),
        Paused(since=4.5),
        Away(since=5.5, seat="agent", reason="asleep", back_to=Live(since=1.0)),
        Away(since=5.5, seat="customer", reason="other_path", back_to=Paused(since=1.0)),
    ],
)
async def test_what_is_written_is_read(sessions: SessionStore, state: Joining | Live | Paused | Away) -> None:
    session = await stored(sessions, waiting())
    hold = SeatHold(generation=3, rotation=2, hub="h1", page="p", nonce="n", present=True, withheld="other_path")
    changed = replace(
        session, state=state, customer=hold, agent_seat=hold, control="asked", active_at=1.1, live_since=2
    )
    assert await sessions.replace(changed, 1, inf)
    versioned = await sessions.read("s1")
    assert versioned is not None
    assert (versioned.session, versioned.version) == (changed, 2)


async def test_replace_needs_the_stored_version(sessions: SessionStore) -> None:
    session = await stored(sessions, waiting())
    for wrong in (0, 2, 10):
        assert not await sessions.replace(replace(session, active_at=9.0), wrong, inf)
    versioned = await sessions.read("s1")
    assert versioned is not None
    assert (versioned.session, versioned.version) == (session, 1)
    assert await sessions.due(CODE_EXPIRES_AT, 10) == ["s1"]


async def test_replace_makes_no_session(sessions: SessionStore) -> None:
    for version in (0, 1):
        assert not await sessions.replace(waiting(), version, CODE_EXPIRES_AT)
    assert await sessions.read("s1") is None
    assert await sessions.due(inf, 10) == []


async def test_replace_again_with_its_nonce_changes_nothing(sessions: SessionStore) -> None:
    session = await stored(sessions, waiting())
    first = replace(session, active_at=1.0)
    assert await sessions.replace(first, 1, 10.0, nonce="w1")
    assert await sessions.replace(first, 1, 10.0, nonce="w1")
    assert await sessions.versions(["s1"]) == {"s1": 2}
    # Known also after others wrote, as long as it is one of the last.
    for version in range(2, 2 + WRITES_REMEMBERED - 1):
        assert await sessions.replace(session, version, 20.0)
    assert await sessions.replace(first, 1, 10.0, nonce="w1")
    assert await sessions.replace(session, WRITES_REMEMBERED + 1, 20.0)
    assert not await sessions.replace(first, 1, 10.0, nonce="w1")
    versioned = await sessions.read("s1")
    assert versioned is not None
    assert (versioned.session, versioned.version) == (session, WRITES_REMEMBERED + 2)
    assert await sessions.due(10.0, 10) == []


async def test_two_equal_writes_are_two(sessions: SessionStore) -> None:
    session = await stored(sessions, waiting())
    same = replace(session, active_at=1.0)
    answers = await asyncio.gather(*(sessions.replace(same, 1, inf) for _ in range(10)))
    assert sum(answers) == 1


async def test_no_write_is_lost_when_many_write(backend: Backend) -> None:
    async with backend.open() as one, backend.open() as other:
        await stored(one.sessions, replace(waiting(), active_at=0.0))

        async def add_one(store: SessionStore) -> None:
            while True:
                versioned = await store.read("s1")
                assert versioned is not None
                grown = replace(versioned.session, active_at=versioned.session.active_at + 1)
                if await store.replace(grown, versioned.version, inf):
                    return

        writers = 16
        await asyncio.gather(*(add_one((one if n % 2 else other).sessions) for n in range(writers)))
        versioned = await one.sessions.read("s1")
        assert versioned is not None
        assert (versioned.session.active_at, versioned.version) == (float(writers), writers + 1)


# --- versions, due, list


async def test_versions_names_those_that_exist(sessions: SessionStore) -> None:
    session = await stored(sessions, waiting())
    await stored(sessions, waiting("s2"))
    await end(sessions, session, CREATED_AT)
    assert await sessions.versions(["s2", "nobody", "s1"]) == {"s1": 2, "s2": 1}
    assert await sessions.versions([]) == {}


async def test_due_comes_earliest_first_and_takes_nothing_off(sessions: SessionStore) -> None:
    times = {f"s{n}": 100.0 + (n * 7) % 40 for n in range(40)}
    for session_id, due_at in times.items():
        await stored(sessions, waiting(session_id), due_at)
    ordered = sorted(times, key=lambda session_id: times[session_id])
    assert await sessions.due(99.9, 100) == []
    for _ in range(2):
        assert await sessions.due(139.0, 100) == ordered
        assert await sessions.due(110.0, 100) == ordered[:11]
        assert await sessions.due(139.0, 5) == ordered[:5]


async def test_many_sessions_are_all_found_wherever_they_lie(sessions: SessionStore) -> None:
    """Backends spread them; nobody who asks notices."""
    ids = [f"s{n:03}" for n in range(60)]
    await asyncio.gather(*(stored(sessions, waiting(each), 100.0 + n) for n, each in enumerate(ids)))
    assert await sessions.due(159.0, 100) == ids
    assert await sessions.due(159.0, 35) == ids[:35]
    assert await sessions.versions(ids) == dict.fromkeys(ids, 1)
    assert len(await sessions.list_for_agent("ana")) == 60
    await asyncio.gather(*(sessions.replace(ended(waiting(each), CREATED_AT), 1, inf) for each in ids[1:]))
    assert await sessions.due(159.0, 100) == ids[:1]
    assert await sessions.versions(ids) == dict.fromkeys(ids, 2) | {ids[0]: 1}


async def test_a_write_moves_the_due_time(sessions: SessionStore) -> None:
    session = await stored(sessions, waiting(), due_at=100.0)
    for version, due_at in enumerate((50.25, 200.5, 1e15), start=1):
        assert await sessions.replace(session, version, due_at)
        assert await sessions.due(due_at - 0.125, 10) == []
        assert await sessions.due(due_at, 10) == ["s1"]
    assert await sessions.replace(session, 4, inf)
    assert await sessions.due(1e18, 10) == []
    assert await sessions.due(inf, 10) == []


async def test_a_session_created_without_due_time_is_never_due(sessions: SessionStore) -> None:
    await stored(sessions, waiting(), due_at=inf)
    assert await sessions.due(inf, 10) == []


async def test_an_agent_sees_their_own_sessions_newest_first(sessions: SessionStore) -> None:
    for n in (2, 1, 3):
        await stored(sessions, waiting(f"s{n}", created_at=CREATED_AT + n))
    await stored(sessions, waiting("other", agent="ben"))
    await end(sessions, waiting("s2", created_at=CREATED_AT + 2), CREATED_AT + 5)
    listed = await sessions.list_for_agent("ana")
    assert [(one.session.id, one.version) for one in listed] == [("s3", 1), ("s2", 2), ("s1", 1)]
    assert listed[1].session == ended(waiting("s2", created_at=CREATED_AT + 2), CREATED_AT + 5)
    assert await sessions.list_for_agent("nobody") == []


# --- assets, leases


async def test_an_asset_comes_back_byte_for_byte(sessions: SessionStore) -> None:
    data = bytes(range(256)) * 300
    await sessions.put_asset("s1", 1, Asset("image/png", data))
    await sessions.put_asset("s1", 2, Asset("font/woff2", b""))
    await sessions.put_asset("s2", 1, Asset("text/css", b"other"))
    for _ in range(2):
        assert await sessions.take_asset("s1", 1) == Asset("image/png", data)
    assert await sessions.take_asset("s1", 2) == Asset("font/woff2", b"")
    assert await sessions.take_asset("s1", 3) is None
    await sessions.put_asset("s1", 1, Asset("image/gif", b"newer"))
    assert await sessions.take_asset("s1", 1) == Asset("image/gif", b"newer")


async def test_forgotten_assets_are_gone(sessions: SessionStore) -> None:
    for session_id in ("s1", "s2"):
        for n in (1, 2):
            await sessions.put_asset(session_id, n, Asset("image/png", b"x"))
    await sessions.forget_assets("s1")
    await sessions.forget_assets("s1")
    await sessions.forget_assets("nobody")
    assert [await sessions.take_asset("s1", n) for n in (1, 2)] == [None, None]
    assert await sessions.take_asset("s2", 1) is not None


async def test_a_hub_is_dead_without_a_lease(sessions: SessionStore) -> None:
    hubs = ["h1", "h2", "h3"]
    assert await sessions.dead_hubs(hubs, CREATED_AT) == set(hubs)
    await sessions.lease("h1", CREATED_AT + 10)
    await sessions.lease("h2", CREATED_AT)
    assert await sessions.dead_hubs(hubs, CREATED_AT) == {"h2", "h3"}
    await sessions.lease("h2", CREATED_AT + 20.5)
    assert await sessions.dead_hubs(hubs, CREATED_AT + 10) == {"h1", "h3"}
    await sessions.lease("h2", 0.0)
    assert await sessions.dead_hubs(["h2"], CREATED_AT) == {"h2"}
    assert await sessions.dead_hubs([], CREATED_AT) == set()


# --- all together


@pytest.mark.parametrize("odd", ["{}", "a{b}c", "a:b:c", "ü \U0001f600", "a\nb\r\n", "' OR 1=1 --", "*", "%s"])
async def test_ids_may_hold_any_character(sessions: SessionStore, odd: str) -> None:
    session: Session = waiting(odd, agent=odd)
    assert await sessions.create(session, odd, CODE_EXPIRES_AT, CREATED_AT)
    assert await sessions.claim(odd, odd, CREATED_AT) == odd
    assert await sessions.claim(odd, f"{odd}2", CREATED_AT) is None
    assert await sessions.replace(session, 1, CREATED_AT, nonce=odd)
    assert await sessions.replace(session, 1, CREATED_AT, nonce=odd)
    assert await sessions.due(CREATED_AT, 10) == [odd]
    assert await sessions.versions([odd]) == {odd: 2}
    assert [one.session.id for one in await sessions.list_for_agent(odd)] == [odd]
    await sessions.put_asset(odd, 1, Asset("image/png", b"x"))
    assert await sessions.take_asset(odd, 1) == Asset("image/png", b"x")
    await sessions.lease(odd, CREATED_AT)
    assert await sessions.dead_hubs([odd], 0.0) == set()


async def test_what_one_instance_writes_the_other_reads(backend: Backend) -> None:
    async with backend.open() as one, backend.open() as other:
        session = await stored(one.sessions, waiting())
        assert await other.sessions.claim("code of s1", "tab", CREATED_AT) == "s1"
        assert await other.sessions.replace(session, 1, CREATED_AT)
        assert await one.sessions.versions(["s1"]) == {"s1": 2}
        assert await one.sessions.due(CREATED_AT, 1) == ["s1"]
        await other.sessions.lease("h", CREATED_AT)
        assert await one.sessions.dead_hubs(["h"], 0.0) == set()


async def test_a_store_pings_until_it_is_closed(backend: Backend) -> None:
    async with backend.open() as opened:
        await opened.sessions.ping()
        await opened.sessions.close()
        await opened.sessions.close()
        with pytest.raises(StoreError):
            await opened.sessions.ping()
        with pytest.raises(StoreError):
            await opened.sessions.revoke_code("code")


async def test_the_clock_is_the_backend_s_own_or_none(backend: Backend, sessions: SessionStore) -> None:
    told = await sessions.clock()
    if backend.name == "sqlite":
        assert told is None
    else:
        assert told is not None
        assert abs(told - time.time()) < 60


# --- put back


def live(session: Session) -> Session:
    return replace(session, state=Live(since=CREATED_AT + 10), live_since=CREATED_AT + 10)


async def test_a_lost_session_is_put_back_at_the_version_its_hub_says(sessions: SessionStore) -> None:
    session = live(waiting())
    assert await sessions.put_back(session, 0, 42, CREATED_AT + 900)
    found = await sessions.read("s1")
    assert found is not None
    assert (found.session, found.version) == (session, 42)
    assert await sessions.versions(["s1"]) == {"s1": 42}
    assert await sessions.due(CREATED_AT + 899, 10) == []
    assert await sessions.due(CREATED_AT + 900, 10) == ["s1"]
    assert [one.session for one in await sessions.list_for_agent("ana")] == [session]
    # It goes on as any other.
    assert await sessions.replace(ended(session, CREATED_AT + 20), 42, inf)
    assert await sessions.due(CREATED_AT + 900, 10) == []


async def test_of_two_who_put_back_one_does(sessions: SessionStore) -> None:
    one, other = live(waiting()), replace(live(waiting()), control="on")
    assert await sessions.put_back(one, 0, 7, inf)
    assert await sessions.put_back(one, 0, 7, inf)
    assert not await sessions.put_back(other, 0, 7, inf)
    assert not await sessions.put_back(other, 0, 9, inf)
    assert not await sessions.put_back(other, 6, 9, inf)
    assert await sessions.put_back(other, 7, 9, inf)
    found = await sessions.read("s1")
    assert found is not None
    assert (found.session, found.version) == (other, 9)
    assert not await sessions.put_back(one, 0, 7, inf)


async def test_no_code_comes_back_with_a_session(sessions: SessionStore) -> None:
    session = waiting()
    assert await sessions.put_back(session, 0, 2, CODE_EXPIRES_AT)
    assert await sessions.claim("code of s1", "nonce", CREATED_AT + 1) is None
    # And who made it once cannot make it again.
    assert not await sessions.create(session, "code of s1", CODE_EXPIRES_AT, CODE_EXPIRES_AT)
    assert await sessions.claim("code of s1", "nonce", CREATED_AT + 1) is None
