"""The audit trail's chain: what a line may say, and that nothing can be done to a chain without the key."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cobrowse.core import audit
from cobrowse.core.audit import (
    ACT_REASONS,
    ASSET_REASONS,
    CLOSED_WITHIN_SECONDS,
    AuditKeys,
    AuditLine,
    Entry,
    Fault,
    Head,
    created,
    ending,
    entry,
    verify,
)
from cobrowse.core.errors import ConfigError

DOCS = Path(__file__).parents[2] / "docs/protocol.md"
AT = 1_795_371_000.125
KEYS = AuditKeys(["a key for tests"])
START = Head()
FORGER = AuditKeys(["what the forger has instead"])
KINDS = ("created", "claimed", "allowed", "live", "page", "counted", "ended", "closed")


def chain(*kinds: str, session: str = "s1", keys: AuditKeys = KEYS, head: Head = START) -> list[AuditLine]:
    return keys.chain(session, head, [Entry(AT + n, kind, "") for n, kind in enumerate(kinds)], "hub-1")


WHOLE = chain(*KINDS)


def assert_fault(lines: list[AuditLine], n: int, flaw: str, keys: AuditKeys = KEYS) -> None:
    assert verify("s1", lines, keys) == Fault(n, flaw)  # type: ignore[arg-type]  # a literal, by the tests' own hand


# --- what a line may say


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("claimed", ""),
        ("customer_left", "navigating"),
        ("refused", "act:click:button:covered"),
        ("page", "https://www.shop.example/p/Gr%C3%BC%C3%9Fe/…"),
        ("page", "http://127.0.0.1:9001/"),
        ("counted", "act:click:link:done=3 washed=12"),
        ("more", "page=1"),
    ],
)
def test_what_has_its_form_is_said(kind: str, detail: str) -> None:
    assert entry(AT, kind, detail) == Entry(AT, kind, detail)


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("claimed", "Jane Doe"),
        ("claimed", "4111"),
        ("claimed", "a:b:c:d:e"),
        ("claimed", "x" * 49),
        ("claimed", "word\n"),
        ("claimed", "straße"),
        ("page", "https://www.shop.example/search?q=secret"),
        ("page", "https://www.shop.example/#secret"),
        ("page", "/relative"),
        ("page", "javascript:alert(1)"),
        ("page", "https://x/" + "y" * 2100),
        ("counted", "act=many"),
        ("counted", "two words=1"),
        ("created", "site=shop agent=ana smith"),
        ("created", "site=The Shop agent=ana"),
    ],
)
def test_anything_else_becomes_other(kind: str, detail: str) -> None:
    assert entry(AT, kind, detail) == Entry(AT, kind, "other")


def test_the_first_line_says_who() -> None:
    assert created(AT, "shop", "ana.müller") == Entry(AT, "created", "site=shop agent=ana.müller")


@pytest.mark.parametrize(
    ("address", "path", "origin"),
    [
        ("https://shop.example/a/b?q=1#x", "https://shop.example/a/b", "https://shop.example"),
        ("https://shop.example/#x?y", "https://shop.example/", "https://shop.example"),
        ("http://127.0.0.1:9001/account/…", "http://127.0.0.1:9001/account/…", "http://127.0.0.1:9001"),
    ],
)
def test_a_page_is_its_origin_and_path_or_its_origin_alone(address: str, path: str, origin: str) -> None:
    assert audit.page_of(address, paths=True) == path
    assert audit.page_of(address, paths=False) == origin
    assert entry(AT, "page", origin).detail == origin


def test_what_a_peer_said_is_a_known_word_or_other() -> None:
    assert audit.word("covered", ACT_REASONS) == "covered"
    assert audit.word("my password is 1234", ACT_REASONS) == "other"
    assert audit.counted("washed") == "washed"
    assert audit.counted("act", "click:link:done") == "act:click:link:done"
    assert audit.counted("act", "click:Jane Doe") == "act:other"


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.integers(1, 10**9), max_size=80))
def test_counts_are_told_whole_in_lines_of_sixteen(counts: dict[str, int]) -> None:
    told = audit.tallies(AT, "counted", counts)
    assert len(told) == -(-len(counts) // audit.COUNTS_PER_LINE)
    pairs = [pair.split("=") for each in told for pair in each.detail.split(" ")]
    assert {name: int(times) for name, times in pairs} == counts


def test_the_longest_tally_fits_its_line() -> None:
    names = [f"{letter}{'x' * 46}:{'y' * 47}:{'z' * 15}" for letter in "abcdefghijklmnop"]
    [one] = audit.tallies(AT, "counted", dict.fromkeys(names, 2**31))
    assert one.detail != "other"


def reasons_of(section: str) -> str:
    return DOCS.read_text().partition(f"\n## {section}\n")[2].partition("\n## ")[0]


def test_reasons_for_refusing_an_act_are_those_of_the_protocol() -> None:
    table = reasons_of("Acts").partition("| reason |")[2]
    told = {
        word
        for row in re.findall(r"^\|([^|]*)\| (?:both|hub|tab) \|", table, re.M)
        for word in re.findall(r"`(\w+)`", row)
    }
    assert told == ACT_REASONS


def test_reasons_for_having_no_asset_are_those_of_the_protocol() -> None:
    listed = re.search(r"with a reason: (.*?)\. A number", reasons_of("Assets"), re.S)
    assert listed is not None
    assert set(re.findall(r"`(\w+)`", listed[1])) == ASSET_REASONS


# --- a chain


def test_a_chain_is_whole_and_goes_on_where_it_stopped() -> None:
    assert verify("s1", WHOLE, KEYS) is None
    assert [line.n for line in WHOLE] == list(range(1, 9))
    first = chain("created", "claimed")
    rest = chain("ended", "closed", head=Head(2, first[-1].hash))
    assert verify("s1", first + rest, KEYS) is None


def test_the_form_that_is_hashed_is_the_documented_one() -> None:
    """Written out here once more, so that an export can be checked by anyone who has the key."""
    import hashlib
    import hmac

    [line] = KEYS.chain("sitzung-ü", Head(6, "ab" * 32), [Entry(AT, "page", "https://x/ö")], "hub-1")
    said = [1, "sitzung-ü", "ab" * 32, 7, AT, "page", "https://x/ö", "hub-1", line.key]
    form = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    key = hmac.digest(b"a key for tests", b"cobrowse audit trail", hashlib.sha256)
    assert line.hash == hmac.digest(key, form, hashlib.sha256).hex()
    assert line.key == hmac.digest(key, b"id", hashlib.sha256).hex()[:8]


def test_a_trail_without_lines() -> None:
    assert_fault([], 1, "no_lines")


Tamper = Callable[[AuditLine], AuditLine]


@pytest.mark.parametrize(
    "tamper",
    [
        lambda line: replace(line, at=line.at + 0.001),
        lambda line: replace(line, kind="resumed"),
        lambda line: replace(line, detail="other"),
        lambda line: replace(line, hub="hub-2"),
        lambda line: replace(line, hash="0" * 64),
        lambda line: replace(line, hash=""),
        lambda line: replace(line, hash="é" * 64),
        lambda line: replace(line, hash=line.hash.upper()),
        lambda line: chain(line.kind, head=Head(line.n - 1, "someone else's"))[0],
    ],
)
@pytest.mark.parametrize("place", range(len(WHOLE)))
def test_a_changed_line_is_found(tamper: Tamper, place: int) -> None:
    lines = [*WHOLE]
    lines[place] = tamper(lines[place])
    if lines[place] == WHOLE[place]:
        pytest.fail("This changes nothing.")
    assert_fault(lines, place + 1, "hash")


@pytest.mark.parametrize("place", range(len(WHOLE) - 1))
def test_a_deleted_line_is_found(place: int) -> None:
    assert_fault(WHOLE[:place] + WHOLE[place + 1 :], place + 1, "gap")


@pytest.mark.parametrize("place", range(len(WHOLE) - 1))
def test_lines_that_changed_places_are_found(place: int) -> None:
    lines = [*WHOLE]
    lines[place], lines[place + 1] = lines[place + 1], lines[place]
    assert_fault(lines, place + 1, "gap")


@pytest.mark.parametrize("place", range(1, len(WHOLE)))
def test_a_line_put_in_is_found_even_if_the_rest_is_numbered_anew(place: int) -> None:
    forged = chain("control_allowed", head=Head(place, WHOLE[place - 1].hash), keys=FORGER)[0]
    assert_fault([*WHOLE[:place], forged, *WHOLE[place:]], place + 1, "unknown_key")
    # With our key's id on it, and numbers that fit.
    forged = replace(forged, key=WHOLE[0].key)
    rest = [replace(line, n=line.n + 1) for line in WHOLE[place:]]
    assert_fault([*WHOLE[:place], forged, *rest], place + 1, "hash")
    assert_fault([*WHOLE[:place], WHOLE[place - 1], *WHOLE[place:]], place + 1, "gap")


def test_a_chain_made_anew_without_the_secret_is_found() -> None:
    """A bare hash chain could be computed again by whoever can write the store; this one cannot."""
    forged = chain(*KINDS, keys=FORGER)
    assert_fault(forged, 1, "unknown_key")
    assert_fault([replace(line, key=WHOLE[0].key) for line in forged], 1, "hash")


@pytest.mark.parametrize("place", range(len(WHOLE)))
def test_a_line_of_another_session_is_found(place: int) -> None:
    other = chain(*KINDS, session="s2")
    lines = [*WHOLE]
    lines[place] = other[place]
    assert_fault(lines, place + 1, "hash")
    assert_fault(other, 1, "hash")


def test_a_whole_trail_under_another_name_is_found() -> None:
    assert verify("s2", WHOLE, KEYS) == Fault(1, "hash")
    # The id's end cannot be moved into what follows it.
    assert verify("s1,", WHOLE, KEYS) == Fault(1, "hash")


def test_a_line_of_another_version_is_not_judged() -> None:
    assert_fault([replace(WHOLE[0], v=2), *WHOLE[1:]], 1, "schema")


def test_nothing_follows_the_closing_line() -> None:
    more = chain("page", head=Head(len(WHOLE), WHOLE[-1].hash))
    assert_fault(WHOLE + more, len(WHOLE) + 1, "after_closed")


def test_a_trail_says_how_it_began_and_how_it_ended() -> None:
    assert_fault(chain("claimed", "ended", "closed"), 1, "no_beginning")
    # Lines were cut off, and then a hub was made to close what was left.
    assert_fault(chain("created", "claimed", "closed"), 3, "no_end")


def test_what_a_hub_found_gone_stays_said() -> None:
    assert_fault(chain("created", "rolled_back", "ended", "closed"), 2, "rolled_back")


lines_of_a_trail = st.lists(st.sampled_from(["claimed", "page", "paused", "counted"]), min_size=1, max_size=12)


@given(lines_of_a_trail, st.data())
def test_of_any_trail_no_other_selection_of_lines_passes(kinds: list[str], data: st.DataObject) -> None:
    whole = chain("created", *kinds, "ended", "closed")
    others = chain("created", *kinds, "ended", "closed", session="s2")
    pool = whole + others + chain("created", *kinds, "ended", "closed", keys=FORGER)
    drawn = data.draw(st.lists(st.sampled_from(pool), min_size=1, max_size=len(whole) + 1))
    fault = verify("s1", drawn, KEYS)
    is_prefix = drawn == whole[: len(drawn)]
    assert (fault is None) == is_prefix
    if is_prefix and len(drawn) < len(whole):
        # And of a prefix the end is missing, once the session is over.
        assert ending(drawn, over_since=float("-inf"), now=AT + 10_000) is not None


# --- room


@pytest.mark.parametrize(
    ("kind", "room"),
    [
        ("agent_seated", audit.LINES_REPEATED),
        ("page", audit.LINES_MAX),
        ("counted", audit.LINES_MAX),
        ("control_allowed", audit.LINES_LAST),
        ("more", audit.LINES_LAST),
    ],
)
def test_a_trail_has_room_for_what_matters_most(kind: str, room: int) -> None:
    assert audit.has_room(kind, room - 1)
    assert not audit.has_room(kind, room)
    assert all(audit.has_room(last, audit.LINES_LAST + 99) for last in ("ended", "closed"))


# --- keys


def test_every_key_checks_and_the_first_seals() -> None:
    old, new = AuditKeys(["old"]), AuditKeys(["new", "old"])
    before = chain("created", "claimed", keys=old)
    after = chain("ended", "closed", keys=new, head=Head(2, before[-1].hash))
    assert before[0].key != after[0].key
    assert verify("s1", before + after, new) is None
    assert verify("s1", before + after, AuditKeys(["new"], retired=["old"])) is None
    assert_fault(before + after, 1, "unknown_key", AuditKeys(["new"]))
    assert_fault(before + after, 3, "unknown_key", old)


def test_a_retired_key_seals_nothing() -> None:
    assert chain("created", keys=AuditKeys(["new"], retired=["old"])) == chain("created", keys=AuditKeys(["new"]))


@pytest.mark.parametrize(("keys", "retired"), [([], []), ([""], []), (["one", ""], []), (["one"], [""])])
def test_keys_that_are_none(keys: list[str], retired: list[str]) -> None:
    with pytest.raises(ConfigError):
        AuditKeys(keys, retired)


# --- the end


LATE = AT + 3 + CLOSED_WITHIN_SECONDS
GONE = float("-inf")


@pytest.mark.parametrize(
    ("kinds", "over_since", "now", "flaw"),
    [
        # It goes on.
        (("created", "claimed"), None, LATE + 9, None),
        # It ended, and there is still time to write it down.
        (("created", "claimed"), AT, AT + CLOSED_WITHIN_SECONDS, None),
        (("created", "claimed"), AT, AT + CLOSED_WITHIN_SECONDS + 1, "no_end"),
        (("created", "claimed"), GONE, AT, "no_end"),
        # The end is there; a hub closes it a minute later.
        (("created", "claimed", "live", "ended"), None, LATE, None),
        (("created", "claimed", "live", "ended"), GONE, LATE, None),
        (("created", "claimed", "live", "ended", "counted"), GONE, LATE + 1, "open"),
        (("created", "claimed", "live", "ended", "closed"), GONE, LATE + 1, None),
    ],
)
def test_a_tail_that_was_cut_off_shows(kinds: tuple[str, ...], over_since: float | None, now: float, flaw: str) -> None:
    fault = ending(chain(*kinds), over_since=over_since, now=now)
    assert (fault and (fault.n, fault.flaw)) == (flaw and (len(kinds) + 1, flaw))
