"""docs/protocol.md says what the code says: every name and number of the wire is read from the code and looked for."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import pytest

from cobrowse.core import close, protocol
from cobrowse.core.protocol import MAY_SAY, AnyDo, Message
from cobrowse.core.whitelist import LIMITS, OPS, PLACEHOLDER_REASONS, SNAPSHOT_OPS, names
from cobrowse.web.problems import STATUS_OF_CODE

ROOT = Path(__file__).parents[2]
DOC = (ROOT / "docs" / "protocol.md").read_text()
STATES = ("waiting", "joining", "live", "paused", "away")
DIRECTIONS = {
    "customer → hub": protocol.FromCustomer,
    "agent → hub": protocol.FromAgent,
    "hub → customer": protocol.ToCustomer,
    "hub → agent": protocol.ToAgent,
}


def section(title: str) -> str:
    """What stands under this heading, up to the next of its rank or a higher one."""
    found = re.search(rf"^(#+) {re.escape(title)}$(.*?)(?=^#{{1,2}} |\Z)", DOC, re.MULTILINE | re.DOTALL)
    assert found, f"docs/protocol.md has no section {title}"
    return found[2]


def rows(text: str, head: str) -> list[list[str]]:
    """The cells of the table whose first head cell begins so."""
    found = re.search(rf"^\| {re.escape(head)}.*\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert found, f"docs/protocol.md has no table {head}"
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in found[1].splitlines()]


def ticked(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def tag_of(kind: type[Any]) -> str:
    return str(kind.__struct_config__.tag)


def wordless(missing: Iterable[object]) -> None:
    left = sorted(str(word) for word in missing)
    assert not left, f"docs/protocol.md does not name {left}"


def refusals() -> dict[str, set[str]]:
    """The reasons with which each side refuses acts, read from its source."""
    hub = (ROOT / "cobrowse/hub/acts.py").read_text()
    asks = (ROOT / "cobrowse/core/asks.py").read_text()
    snippet = ROOT / "client_js/src/snippet"
    files = [
        *sorted((snippet / "acts").glob("*.ts")),
        *(snippet / f"{name}.ts" for name in ("sharing", "acting", "asks")),
    ]
    tab = "".join(file.read_text() for file in files)
    said = set(re.findall(r'(?:return|reason =) "(\w+)"', hub)) | set(re.findall(r'": "(\w+)"', hub))
    said |= set(re.findall(r'code="(\w+)"', asks))
    called = re.findall(r"refuse\(([^()]*)\)", tab)
    in_tab = {word for call in called for word in re.findall(r'"(\w+)"', call)} - {"other_path"}
    in_tab |= set(re.findall(r'(?:reason: |: )"(failed)"', tab))
    in_tab |= set(re.findall(r'(?:return|=== false \?) "(\w+)"', tab))
    in_tab |= set(re.findall(r'"declined" : "(\w+)"', tab))
    return {"hub": said, "tab": in_tab}


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_each_direction_names_its_messages_and_no_others(direction: str) -> None:
    table = rows(section("Messages"), direction)
    told = {name for row in table for name in ticked(row[0])}
    assert told == {tag_of(kind) for kind in get_args(DIRECTIONS[direction])}


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_the_tables_of_messages_name_their_fields(direction: str) -> None:
    kinds = {tag_of(kind): kind for kind in get_args(DIRECTIONS[direction])}
    for row in rows(section("Messages"), direction):
        for name in ticked(row[0]):
            told = {field.removesuffix("?") for field in ticked(row[1])}
            if not told or re.match("see|as", row[1]):
                continue
            fields = set(kinds[name].__struct_fields__)
            assert fields <= told, f"{name} has {fields}"


@pytest.mark.parametrize("seat", ["customer", "agent"])
def test_the_table_of_states_is_the_one_in_the_code(seat: protocol.Seat) -> None:
    told: dict[str, set[str]] = {}
    for row in rows(section("States"), "seat"):
        if row[0] == seat:
            told |= {
                name: {state for state, cell in zip(STATES, row[2:], strict=True) if cell} for name in ticked(row[1])
            }
    assert told == {tag_of(kind): set(states) for kind, states in MAY_SAY[seat].items()}


def test_every_close_code_stands_with_its_number_and_what_the_peer_does() -> None:
    told = {int(row[0]): (ticked(row[1])[0], row[3]) for row in rows(section("Seats and close codes"), "number")}
    assert {number: reason for number, (reason, _) in told.items()} == {one.number: one.reason for one in close.ALL}
    for one in close.ALL:
        assert told[one.number][1].startswith("comes again" if one.may_retry else "stops")


def test_every_record_stands_with_its_number() -> None:
    told = {row[0]: int(ticked(row[1])[0].split()[0]) for row in rows(section("The view"), "record")}
    assert told == {name: getattr(OPS, name) for name in OPS.__struct_fields__}


def test_the_records_of_a_snapshot_are_named() -> None:
    assert "records 1 to 5, 11, 12, 13, 15 and 16 only" in DOC
    assert sorted(SNAPSHOT_OPS) == [1, 2, 3, 4, 5, 11, 12, 13, 15, 16]


def test_names_that_no_markup_has_are_explained() -> None:
    told = {name for row in rows(section("The view"), "name") for name in ticked(row[0])}
    assert told == {name.partition(" ")[2] for name in names() if " :" in name}


def test_placeholders_reasons_are_named() -> None:
    wordless(reason for reason in PLACEHOLDER_REASONS if f"`{reason}`" not in section("The view"))


def test_every_act_stands_with_its_fields() -> None:
    told = {name: set(ticked(row[1])) for row in rows(section("Acts"), "act |") for name in ticked(row[0])}
    acts = {tag_of(kind): set(kind.__struct_fields__) for kind in get_args(AnyDo)}
    assert told == acts


def test_every_reason_to_refuse_an_act_stands_with_who_refuses() -> None:
    told: dict[str, set[str]] = {"hub": set(), "tab": set()}
    for row in rows(section("Acts"), "reason"):
        for side in told if row[1] == "both" else [row[1]]:
            told[side] |= set(ticked(row[0]))
    assert told == refusals()


def test_reasons_for_no_asset_are_named() -> None:
    tab = (ROOT / "client_js/src/snippet/assets.ts").read_text()
    said = set(re.findall(r'(?:return|\?| :|=>) "(\w+)"', tab))
    hub = set(re.findall(r'code="(asset_\w+)"', (ROOT / "cobrowse/hub/assets.py").read_text()))
    wordless(reason for reason in said | hub if f"`{reason}`" not in section("Assets"))


def test_every_problem_is_named() -> None:
    sources = [path.read_text() for path in (ROOT / "cobrowse/web").glob("*.py")]
    said = {code for source in sources for code in re.findall(r'code="(\w+)"', source)}
    said |= {code for source in sources for code in re.findall(r'problem\(\d+, "(\w+)"', source)}
    wordless(code for code in said | set(STATUS_OF_CODE) if f"`{code}`" not in section("HTTP"))


def test_every_reason_and_limit_of_the_session_is_named() -> None:
    words = [*get_args(protocol.EndReason), *get_args(protocol.AwayReason), *protocol.SessionState.__struct_fields__]
    wordless(word for word in words if not re.search(rf"\b{word}\b", section("States")))
    wordless(
        number
        for number in (LIMITS.depth, LIMITS.nodes, LIMITS.use, LIMITS.token_characters, LIMITS.attributes_per_element)
        if f"{number:,}" not in section("The view")
    )


def test_the_policy_is_told_whole() -> None:
    wordless(field for field in protocol.CustomerPolicy.__struct_fields__ if field not in section("Messages"))


def test_what_a_page_says_of_itself_is_told() -> None:
    wordless(field for field in protocol.PageInfo.__struct_fields__ if field not in section("The view"))


def test_no_message_is_left_out() -> None:
    def below(kind: type[Any]) -> set[type[Any]]:
        return {kind}.union(*(below(one) for one in kind.__subclasses__()))

    wordless(
        tag_of(kind)
        for kind in below(Message) - {Message}
        if kind.__module__.startswith(f"{protocol.__name__}.") and f"`{tag_of(kind)}`" not in DOC
    )
