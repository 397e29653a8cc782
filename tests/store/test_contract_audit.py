"""The contract of audit trails: one chain, whoever appends at once and whatever is sent twice; kept for its time."""

import asyncio
from math import inf

import pytest

from cobrowse.core.audit import Head, verify
from cobrowse.store.base import SessionStore
from tests.store.backends import Backend
from tests.store.making import CREATED_AT, ended, stored, waiting
from tests.store.trails import KEYS, START, SWEEP_AT, begun, head_of, sealed, trail

WRITERS = 12
LINES_EACH = 8


async def test_lines_come_back_as_they_went_in_order(sessions: SessionStore) -> None:
    odd = "öd\U0001f600 {x} '\"; DROP TABLE audit"
    first = sealed("created", "claimed", session=odd)
    assert await sessions.append_audit(trail(odd), first)
    second = sealed("ended", "closed", session=odd, head=head_of(first), at=CREATED_AT - 1.5, hub="h\n2")
    assert await sessions.append_audit(trail(odd, head_of(first)), second)
    assert await sessions.read_audit(odd) == first + second
    assert await sessions.read_audit(odd, 3) == second
    assert await sessions.read_audit(odd, 5) == []
    assert verify(odd, await sessions.read_audit(odd), KEYS) is None


async def test_what_is_known_of_a_trail(sessions: SessionStore) -> None:
    assert await sessions.trail("s1") is None
    assert await sessions.read_audit("s1") == []
    lines = sealed("created", "ended")
    assert await sessions.append_audit(trail(close_at=CREATED_AT + 60.5, site="other-shop", begun_at=7.25), lines)
    assert await sessions.trail("s1") == trail(
        head=head_of(lines), close_at=CREATED_AT + 60.5, site="other-shop", begun_at=7.25
    )


async def test_of_two_continuations_one_counts(sessions: SessionStore) -> None:
    first = await begun(sessions)
    one = sealed("paused", head=head_of(first), hub="h1")
    other = sealed("paused", head=head_of(first), hub="h2")
    assert await sessions.append_audit(trail(head=head_of(first)), one)
    assert not await sessions.append_audit(trail(head=head_of(first)), other)
    # Nor one that goes on from nothing, from too far, or from a hash that never was.
    for head in (START, Head(3, one[0].hash), Head(2, "0" * 64), Head(1, one[0].hash)):
        assert not await sessions.append_audit(trail(head=head), sealed("paused", head=head))
    assert await sessions.read_audit("s1") == first + one


async def test_what_is_sent_again_is_there_once(sessions: SessionStore) -> None:
    first = await begun(sessions)
    second = sealed("claimed", "allowed", head=head_of(first))
    for _ in range(3):
        assert await sessions.append_audit(trail(), first)
        assert await sessions.append_audit(trail(head=head_of(first)), second)
    third = sealed("closed", head=head_of(second))
    for _ in range(2):
        assert await sessions.append_audit(trail(head=head_of(second), closed=True), third)
        # Also what came before, after others have gone on.
        assert await sessions.append_audit(trail(head=head_of(first)), second)
    assert await sessions.read_audit("s1") == first + second + third


async def test_no_lines_are_no_trail(sessions: SessionStore) -> None:
    assert await sessions.append_audit(trail(), [])
    assert await sessions.trail("s1") is None
    assert await sessions.trails() == []


async def test_nothing_follows_a_closed_trail(sessions: SessionStore) -> None:
    lines = sealed("created", "closed")
    assert await sessions.append_audit(trail(closed=True), lines)
    assert not await sessions.append_audit(trail(head=head_of(lines)), sealed("paused", head=head_of(lines)))
    assert await sessions.read_audit("s1") == lines


async def test_many_writers_at_once_make_one_whole_chain(backend: Backend) -> None:
    async with backend.open() as one, backend.open() as other:
        await begun(one.sessions)

        async def write(number: int) -> None:
            store = (one, other)[number % 2].sessions
            for n in range(LINES_EACH):
                while True:
                    found = await store.trail("s1")
                    assert found is not None
                    head = Head(found.n, found.head)
                    lines = sealed("paused", "resumed", head=head, at=CREATED_AT + n, hub=f"h{number}")
                    if await store.append_audit(trail(head=head), lines):
                        break

        await asyncio.gather(*(write(number) for number in range(WRITERS)))
        lines = await one.sessions.read_audit("s1")
        assert verify("s1", lines, KEYS) is None
        written = [(line.hub, line.at, line.kind) for line in lines[1:]]
        assert len(written) == len(set(written)) == WRITERS * LINES_EACH * 2
        # The two lines of one append stand together.
        assert all(left[:2] == right[:2] for left, right in zip(written[::2], written[1::2], strict=True))


async def test_a_trail_is_no_part_of_its_session(sessions: SessionStore) -> None:
    session = await stored(sessions, waiting())
    lines = await begun(sessions)
    assert await sessions.replace(ended(session, CREATED_AT), 1, inf)
    assert await sessions.read_audit("s1") == lines
    assert await sessions.read_audit("never was") == []
    await begun(sessions, "never was")
    assert await sessions.read("never was") is None


async def test_trails_are_listed_by_site_and_time(sessions: SessionStore) -> None:
    assert await sessions.trails() == []
    for session, site, begun_at in (("b", "shop", 20.0), ("a", "shop", 10.0), ("c", "bank", 30.0), ("d", "shop", 30.0)):
        lines = sealed("created", session=session)
        assert await sessions.append_audit(trail(session, site=site, begun_at=begun_at), lines)

    async def listed(**which: str | float) -> list[str]:
        return [each.session for each in await sessions.trails(**which)]  # type: ignore[arg-type]  # as it comes

    assert await listed() == ["a", "b", "c", "d"]
    assert await listed(site="shop") == ["a", "b", "d"]
    assert await listed(since=20.0) == ["b", "c", "d"]
    assert await listed(site="shop", since=20.5) == ["d"]
    assert await listed(site="none") == []


async def test_trails_are_to_be_closed_when_their_time_has_come(sessions: SessionStore) -> None:
    for session, close_at in (("late", 300.0), ("early", 100.0), ("open", inf)):
        assert await sessions.append_audit(trail(session, close_at=close_at), sealed("created", session=session))
    assert await sessions.audit_due(99.9, 10) == []
    assert await sessions.audit_due(100.0, 10) == ["early"]
    assert await sessions.audit_due(1e12, 10) == ["early", "late"]
    assert await sessions.audit_due(1e12, 1) == ["early"]
    assert await sessions.audit_due(inf, 10) == ["early", "late"]


async def test_many_trails_are_all_found_wherever_they_lie(sessions: SessionStore) -> None:
    ids = [f"s{n:03}" for n in range(40)]
    for n, session in enumerate(ids):
        assert await sessions.append_audit(trail(session, close_at=100.0 + n), sealed("created", session=session))
    assert await sessions.audit_due(139.0, 100) == ids
    assert await sessions.audit_due(139.0, 25) == ids[:25]
    assert {each.session for each in await sessions.trails()} == set(ids)


async def test_the_earliest_time_to_close_counts_until_it_is_closed(sessions: SessionStore) -> None:
    first = await begun(sessions)
    second = sealed("ended", head=head_of(first))
    assert await sessions.append_audit(trail(head=head_of(first), close_at=200.0), second)
    # A hub that has not heard of the end.
    third = sealed("counted", head=head_of(second))
    assert await sessions.append_audit(trail(head=head_of(second)), third)
    fourth = sealed("counted", head=head_of(third))
    assert await sessions.append_audit(trail(head=head_of(third), close_at=500.0), fourth)
    assert await sessions.audit_due(200.0, 10) == ["s1"]
    found = await sessions.trail("s1")
    assert found is not None
    assert found.close_at == 200.0
    assert await sessions.append_audit(
        trail(head=head_of(fourth), close_at=300.0, closed=True), sealed("closed", head=head_of(fourth))
    )
    assert await sessions.audit_due(1e12, 10) == []


async def test_a_chain_that_was_removed_begins_anew(sessions: SessionStore) -> None:
    """Lines that stand without their trail, or a trail that is gone, make no chain impossible to write."""
    lines = sealed("created", "closed")
    assert await sessions.append_audit(trail(closed=True, sweep_at=lines[-1].at), lines)
    # Redis sweeps at once; SQLite with the next sweep.
    await sessions.due(CREATED_AT + 1, 1)
    assert await sessions.trail("s1") is None
    assert await sessions.read_audit("s1") == []
    assert await sessions.trails() == []
    again = await begun(sessions)
    assert await sessions.read_audit("s1") == again


async def test_the_last_word_on_how_long_it_is_kept_counts(sessions: SessionStore) -> None:
    first = await begun(sessions)
    for sweep_at in (SWEEP_AT + 10, SWEEP_AT - 10):
        found = await sessions.trail("s1")
        assert found is not None
        head = Head(found.n, found.head)
        assert await sessions.append_audit(trail(head=head, sweep_at=sweep_at), sealed("paused", head=head))
        found = await sessions.trail("s1")
        assert found is not None
        assert found.sweep_at == sweep_at
    assert len(await sessions.read_audit("s1")) == len(first) + 2


@pytest.mark.parametrize("n", [1, 2])
async def test_a_trail_survives_its_store(backend: Backend, n: int) -> None:
    async with backend.open() as opened:
        lines = sealed(*["created", "claimed"][:n])
        assert await opened.sessions.append_audit(trail(), lines)
    async with backend.open() as opened:
        assert await opened.sessions.read_audit("s1") == lines
        assert await opened.sessions.append_audit(trail(head=head_of(lines)), sealed("paused", head=head_of(lines)))
