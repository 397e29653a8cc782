"""A book: what one hub writes of one session, in one chain with what others write, and never twice."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from math import inf

import pytest
from msgspec.structs import replace

from cobrowse.core import audit
from cobrowse.core.audit import CLOSING_SECONDS, AuditKeys, AuditLine, created, ending, entry, verify
from cobrowse.core.errors import StoreConflict, StoreError
from cobrowse.core.policy import AUDIT_DAYS
from cobrowse.hub import trail as module
from cobrowse.hub.counters import Counters
from cobrowse.hub.trail import DAY_SECONDS, Book, Subject
from cobrowse.store.base import ENDED_KEPT_SECONDS, Trail
from cobrowse.store.sqlite.database import Database, open_database
from cobrowse.store.sqlite.sessions import SqliteSessions
from tests.hub.clock import breathe
from tests.hub.faults import MoodyStore
from tests.hub.peers import SHOP

KEYS = AuditKeys(["a key for tests"])
AT = 1_800_000_000.0
OPEN_UNTIL = AT + 15_000.0
SESSION = "s1"


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    async with open_database(None, exclusive=True) as opened:
        yield opened


@pytest.fixture
def store(database: Database) -> MoodyStore:
    return MoodyStore(SqliteSessions(database))


@pytest.fixture
def counters() -> Counters:
    return Counters()


@pytest.fixture
def book(store: MoodyStore, counters: Counters) -> Book:
    return new_book(store, counters=counters)


def new_book(
    store: MoodyStore, hub: str = "hub-1", *, counters: Counters | None = None, paths: bool = True, days: float = 30.0
) -> Book:
    site = replace(SHOP, audit_paths=paths, audit_days=days)
    return Book(store, KEYS, hub, Subject(SESSION, "shop", AT, OPEN_UNTIL), site, counters)


def say(book: Book, *kinds: str, at: float = AT) -> None:
    for kind in kinds:
        book.add(created(at, "shop", "ana") if kind == "created" else entry(at, kind))


async def lines_of(store: MoodyStore) -> list[AuditLine]:
    return await store.read_audit(SESSION)


async def said(store: MoodyStore) -> list[tuple[str, str]]:
    return [(line.kind, line.detail) for line in await lines_of(store)]


async def kinds(store: MoodyStore) -> list[str]:
    return [line.kind for line in await lines_of(store)]


async def the_trail(store: MoodyStore) -> Trail:
    found = await store.trail(SESSION)
    assert found is not None
    return found


async def assert_whole(store: MoodyStore) -> None:
    assert verify(SESSION, await lines_of(store), KEYS) is None


# --- order, and once


async def test_what_is_said_is_written_in_order(book: Book, store: MoodyStore) -> None:
    say(book, "created", "claimed")
    await book.write()
    say(book, "allowed", "ended", "closed")
    assert not book.is_empty
    await book.write()
    assert book.is_empty
    assert await kinds(store) == ["created", "claimed", "allowed", "ended", "closed"]
    await assert_whole(store)


async def test_with_nothing_to_say_the_store_is_not_asked(book: Book, store: MoodyStore) -> None:
    await book.write()
    assert store.calls == []


async def test_a_book_that_wrote_before_asks_for_nothing(book: Book, store: MoodyStore) -> None:
    say(book, "created")
    await book.write()
    store.calls.clear()
    say(book, "claimed")
    await book.write()
    assert store.calls == ["append_audit"]


async def test_two_hubs_write_one_chain(book: Book, store: MoodyStore, counters: Counters) -> None:
    other = new_book(store, "hub-2")
    for kind in ("created", "paused", "resumed"):
        say(book, kind)
        await book.write()
        say(other, "page")
        await other.write()
    await assert_whole(store)
    assert [line.hub for line in await lines_of(store)] == ["hub-1", "hub-2"] * 3
    assert counters.all() == {"audit_conflicts": 2}


class ReplyLost:
    """A store that does what it is told, and then does not answer."""

    def __init__(self, store: MoodyStore, times: int) -> None:
        self._store = store
        self._left = times

    async def __call__(self, trail: Trail, lines: Sequence[AuditLine]) -> bool:
        answer = await MoodyStore.append_audit(self._store, trail, lines)
        if self._left:
            self._left -= 1
            raise StoreError("The answer was lost.")
        return answer


async def test_what_was_written_without_an_answer_is_there_once(
    book: Book, store: MoodyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "append_audit", ReplyLost(store, 2))
    say(book, "created")
    with pytest.raises(StoreError):
        await book.write()
    # Others go on, and more happens here.
    other = new_book(store, "hub-2")
    say(other, "claimed")
    with pytest.raises(StoreError):
        await other.write()
    say(book, "allowed")
    await book.write()
    await other.write()
    assert sorted(await kinds(store)) == ["allowed", "claimed", "created"]
    await assert_whole(store)


async def test_what_was_not_written_waits_and_keeps_its_order(book: Book, store: MoodyStore) -> None:
    store.away = True
    for kind in ("created", "claimed"):
        say(book, kind)
        with pytest.raises(StoreError):
            await book.write()
    store.away = False
    store.failing = {"append_audit"}
    say(book, "allowed")
    with pytest.raises(StoreError):
        await book.write()
    store.failing = set()
    await book.write()
    assert await kinds(store) == ["created", "claimed", "allowed"]


async def test_one_append_at_a_time(book: Book, store: MoodyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the answer to one could be taken for that to another, whose lines were lost."""
    append, under_way = store.append_audit, [0]

    async def slow(trail: Trail, lines: Sequence[AuditLine]) -> bool:
        under_way[0] += 1
        assert under_way == [1]
        await breathe()
        answer = await append(trail, lines)
        under_way[0] -= 1
        return answer

    monkeypatch.setattr(store, "append_audit", slow)
    writes = []
    for kind in ("created", "paused", "resumed"):
        say(book, kind)
        writes.append(asyncio.create_task(book.write()))
        await breathe(3)
    await asyncio.gather(*writes)
    assert await kinds(store) == ["created", "paused", "resumed"]


async def test_who_loses_all_the_time_gives_up_for_now(
    book: Book, store: MoodyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: object) -> bool:
        return False

    say(book, "created")
    with monkeypatch.context() as patch:
        patch.setattr(store, "append_audit", lost)
        with pytest.raises(StoreConflict):
            await book.write()
    await book.write()
    assert await kinds(store) == ["created"]


# --- bounds


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, lines in (("LINES_MAX", 5), ("LINES_REPEATED", 5), ("LINES_LAST", 7)):
        monkeypatch.setattr(audit, name, lines)


async def write(book: Book, *kinds: str) -> None:
    say(book, *kinds)
    await book.write()


@pytest.mark.usefixtures("small")
async def test_beyond_its_bound_a_trail_counts_and_keeps_its_start(book: Book, store: MoodyStore) -> None:
    await write(book, "created", "claimed", "paused", "resumed", "paused", "resumed", "paused")
    book.count("washed", 3)
    book.tally(AT)
    # Consent still gets its line.
    await write(book, "control_allowed", "page")
    book.tally(AT)
    book.tally(AT, last=True)
    await write(book, "ended", "closed")
    assert await said(store) == [
        ("created", "site=shop agent=ana"),
        ("claimed", ""),
        ("paused", ""),
        ("resumed", ""),
        ("paused", ""),
        ("control_allowed", ""),
        ("more", "page=1 paused=1 resumed=1 washed=3"),
        ("ended", ""),
        ("closed", ""),
    ]
    assert book.is_empty
    await assert_whole(store)


async def test_who_comes_and_goes_for_ever_crowds_out_nothing(
    book: Book, store: MoodyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An agent could else reconnect until the trail is full, and then look around."""
    monkeypatch.setattr(audit, "LINES_REPEATED", 20)
    say(book, "created")
    for _ in range(200):
        await write(book, "agent_left", "agent_seated", "withheld", "shared", "paused", "resumed")
    book.page(AT, "https://www.shop.example/account")
    book.tally(AT, last=True)
    await write(book, "ended")
    lines = await said(store)
    assert len(lines) == 23
    assert lines[20] == ("page", "https://www.shop.example/account")
    told = dict(pair.split("=") for pair in lines[21][1].split(" "))
    assert lines[21][0] == "more"
    assert sum(map(int, told.values())) == 1200 - 19


@pytest.mark.usefixtures("small")
async def test_beyond_the_last_bound_there_is_only_the_end(book: Book, store: MoodyStore, counters: Counters) -> None:
    await write(book, "created", *["paused"] * 4, *["control_allowed"] * 4)
    book.tally(AT, last=True)
    await write(book, "ended")
    # What found no room is not tried for ever.
    for _ in range(2):
        book.tally(AT, last=True)
        await book.write()
    assert book.is_empty
    assert counters.all() == {"audit_dropped": 1}
    await write(book, "closed")
    assert (await kinds(store))[5:] == ["control_allowed", "control_allowed", "ended", "closed"]
    await assert_whole(store)


async def test_what_waits_for_the_store_is_bounded_and_the_rest_counted(book: Book, store: MoodyStore) -> None:
    store.away = True
    say(book, "created")
    for n in range(3 * module.WAITING_MAX):
        say(book, "paused")
        book.count(f"word_{n}")
        book.tally(AT)
    say(book, "ended")
    store.away = False
    book.tally(AT, last=True)
    await book.write()
    lines = await said(store)
    assert len(lines) < module.WAITING_MAX + 20
    more = dict(pair.split("=") for kind, detail in lines if kind == "more" for pair in detail.split(" "))
    told = [int(times) for kind, detail in lines if kind == "counted" for times in _times(detail)]
    assert sum(told) == 3 * module.WAITING_MAX
    assert sum(kind == "paused" for kind, _ in lines) + int(more["paused"]) == 3 * module.WAITING_MAX
    assert lines[-1][0] in ("ended", "more")


def _times(detail: str) -> list[str]:
    return [pair.split("=")[1] for pair in detail.split(" ")]


async def test_too_many_different_counts_are_counted_together(book: Book, store: MoodyStore) -> None:
    say(book, "created")
    for n in range(module.COUNTS_MAX + 10):
        book.count(f"word_{n}")
    book.tally(AT)
    await book.write()
    told = dict(
        pair.split("=") for kind, detail in await said(store) if kind == "counted" for pair in detail.split(" ")
    )
    assert len(told) == module.COUNTS_MAX + 1
    assert told["other"] == "10"


# --- pages


async def test_a_page_is_named_when_it_is_another(book: Book, store: MoodyStore) -> None:
    for path in ("/a", "/a?q=1", "/b", "/a"):
        book.page(AT, f"https://www.shop.example{path}")
    await book.write()
    assert await said(store) == [("page", f"https://www.shop.example{path}") for path in ("/a", "/b", "/a")]


async def test_a_page_that_changes_its_address_all_the_time_is_counted(book: Book, store: MoodyStore) -> None:
    for _ in range(2):
        for n in range(module.PAGES_MAX + 5):
            book.page(AT, f"https://www.shop.example/{n}")
        book.tally(AT)
    await book.write()
    assert (await kinds(store)).count("page") == 2 * module.PAGES_MAX
    assert [detail for kind, detail in await said(store) if kind == "counted"] == ["page=5", "page=5"]


async def test_a_site_may_keep_its_paths_to_itself(store: MoodyStore) -> None:
    book = new_book(store, paths=False)
    for path in ("/patients/jane-doe", "/patients/john-doe"):
        book.page(AT, f"https://www.shop.example{path}")
    await book.write()
    assert await said(store) == [("page", "https://www.shop.example")]


# --- how long


@pytest.mark.parametrize(("days", "kept_seconds"), [(30.0, 30 * DAY_SECONDS), (0.0, ENDED_KEPT_SECONDS), (0.5, 43_200)])
async def test_it_is_kept_for_as_long_as_the_site_says(store: MoodyStore, days: float, kept_seconds: float) -> None:
    book = new_book(store, days=days)
    await write(book, "created")
    assert (await the_trail(store)).sweep_at == OPEN_UNTIL + CLOSING_SECONDS + kept_seconds
    assert (await the_trail(store)).close_at == inf
    say(book, "ended", at=AT + 50)
    await book.write()
    assert (await the_trail(store)).close_at == AT + 50 + CLOSING_SECONDS
    say(book, "closed", at=AT + 120)
    await book.write()
    found = await the_trail(store)
    assert (found.closed, found.sweep_at) == (True, AT + 120 + kept_seconds)


async def test_a_site_that_is_no_longer_in_the_settings(store: MoodyStore) -> None:
    book = Book(store, KEYS, "hub-1", Subject(SESSION, "gone", AT, AT), None)
    book.page(AT, "https://www.shop.example/private")
    say(book, "closed")
    await book.write()
    assert await said(store) == [("page", "https://www.shop.example"), ("closed", "")]
    assert (await the_trail(store)).sweep_at == AT + AUDIT_DAYS * DAY_SECONDS


async def test_after_it_is_closed_nothing_is_written(book: Book, store: MoodyStore, counters: Counters) -> None:
    other = new_book(store, "hub-2")
    await write(other, "created", "ended")
    say(book, "page", "closed")
    await book.write()
    say(other, "page", "page")
    await other.write()
    await write(other, "closed")
    assert other.is_empty
    await write(book, "paused")
    assert await kinds(store) == ["created", "ended", "page", "closed"]
    assert counters.all()["audit_late"] == 1


# --- what someone did to it


async def test_lines_that_were_cut_off_are_missed(
    book: Book, store: MoodyStore, database: Database, counters: Counters, caplog: pytest.LogCaptureFixture
) -> None:
    await write(book, "created", "claimed", "control_allowed")
    earlier = await lines_of(store)
    await write(book, "paused")
    await database.change("DELETE FROM audit WHERE n > 2")
    await database.change("UPDATE trails SET n = 2, head = ?", (earlier[1].hash,))
    await write(book, "ended")
    assert await kinds(store) == ["created", "claimed", "rolled_back", "ended"]
    fault = verify(SESSION, await lines_of(store), KEYS)
    assert fault is not None
    assert (fault.n, fault.flaw) == (3, "rolled_back")
    assert counters.all()["audit_rolled_back"] == 1
    assert "audit_rolled_back session=s1 line=4" in caplog.text


async def test_lines_that_were_cut_off_are_missed_after_others_went_on(
    book: Book, store: MoodyStore, database: Database
) -> None:
    await write(book, "created", "claimed", "control_allowed")
    earlier = await lines_of(store)
    await database.change("DELETE FROM audit WHERE n > 2")
    await database.change("UPDATE trails SET n = 2, head = ?", (earlier[1].hash,))
    # A hub that never saw the third line makes one of its own.
    await write(new_book(store, "hub-2"), "paused", "resumed")
    await write(book, "ended")
    assert await kinds(store) == ["created", "claimed", "paused", "resumed", "rolled_back", "ended"]


async def test_a_trail_that_was_removed_whole_is_missed_while_it_goes_on(
    book: Book, store: MoodyStore, database: Database
) -> None:
    await write(book, "created", "claimed")
    await database.change("DELETE FROM trails")
    await write(book, "ended")
    lines = await lines_of(store)
    assert [line.kind for line in lines] == ["rolled_back", "ended"]
    assert verify(SESSION, lines, KEYS) is not None


async def test_a_line_that_cannot_be_read_any_more_is_missed(book: Book, store: MoodyStore, database: Database) -> None:
    await write(book, "created")
    await database.change("UPDATE audit SET data = x'c1'")
    await database.change("UPDATE trails SET head = 'something else'")
    await write(book, "ended")
    rows = await database.read("SELECT n FROM audit ORDER BY n")
    assert rows == [(1,), (2,), (3,)]
    assert [line.kind for line in await store.read_audit(SESSION, 2)] == ["rolled_back", "ended"]


async def test_a_trail_that_was_not_closed_shows(book: Book, store: MoodyStore) -> None:
    await write(book, "created", "ended")
    fault = ending(await lines_of(store), over_since=AT, now=AT + DAY_SECONDS)
    assert fault is not None
    assert fault.flaw == "open"
