"""Log lines as data, and never what anybody showed."""

import ast
import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cobrowse.config import from_mapping
from cobrowse.core.errors import ConfigError
from cobrowse.log_lines import CALL, FIELD, RESERVED, VALUE_MAX_CHARACTERS, LinesFormatter, configure
from tests.live_hub import settings_for

ROOT = Path(__file__).parent.parent
CANARY = "canary-77aa"
LEVELS = ("debug", "info", "warning", "error", "exception", "critical", "log")


def record(name: str, form: str, *values: object, error: BaseException | None = None) -> logging.LogRecord:
    made = logging.LogRecord(name, logging.WARNING, "", 0, form, values, (type(error), error, None) if error else None)
    made.created = 1_800_000_000.25
    return made


def as_json(one: logging.LogRecord, **fixed: Any) -> dict[str, Any]:
    return dict(json.loads(LinesFormatter("json", fixed).format(one)))


def as_text(one: logging.LogRecord) -> str:
    return LinesFormatter("text", {}).format(one)


def test_a_line_is_made_from_the_format() -> None:
    one = record("cobrowse.hub", "seat_taken session=%s seat=%s generation=%d seconds=%.1f", "s1", "agent", 3, 1.26)
    assert as_json(one, process=7) == {
        "time": "2027-01-15T08:00:00.250Z",
        "level": "warning",
        "event": "seat_taken",
        "session": "s1",
        "seat": "agent",
        "generation": 3,
        "seconds": 1.3,
        "logger": "cobrowse.hub",
        "process": 7,
    }
    assert as_text(one) == (
        "2027-01-15T08:00:00.250Z WARNING seat_taken session=s1 seat=agent generation=3 seconds=1.3"
    )


def test_an_event_may_be_a_word_of_the_session() -> None:
    assert as_json(record("cobrowse.hub", "%s session=%s detail=%s", "ended", "s1", ""))["event"] == "ended"


@pytest.mark.parametrize("value", ["two\nlines", "a b", 'say "x"', "\x1b[31m", "ä"])
def test_a_value_stays_in_its_line(value: str) -> None:
    one = record("cobrowse.hub", "turned_away reason=%s", value)
    assert as_json(one)["reason"] == value
    line = as_text(one)
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line.partition("reason=")[2]) == value


def test_a_value_has_a_longest_length() -> None:
    assert as_json(record("cobrowse.hub", "bad_message why=%s", "x" * 1000))["why"] == "x" * VALUE_MAX_CHARACTERS


def test_of_libraries_only_the_format_is_shown() -> None:
    one = record("uvicorn.error", '%s - "WebSocket %s" 403', "203.0.113.9", f"/ws?{CANARY}")
    assert as_json(one)["message"] == '%s - "WebSocket %s" 403'
    two = record("asyncio", f"Task exception was never retrieved\nfuture: <Task {CANARY}>")
    assert as_json(two)["message"] == "Task exception was never retrieved"
    for each in (one, two):
        assert CANARY not in as_text(each) + json.dumps(as_json(each))
        assert as_json(each)["event"] == "library"


def test_a_call_of_ours_that_has_another_form_shows_no_value_either() -> None:
    assert as_json(record("cobrowse.hub", "It is %s", CANARY))["message"] == "It is %s"


def test_an_exception_is_told_without_its_words() -> None:
    empty: dict[str, str] = {}

    def stumble() -> None:
        try:
            empty[CANARY]
        except KeyError as error:
            raise ValueError(CANARY) from error

    try:
        stumble()
    except ValueError as error:
        caught = error
    one = record("cobrowse.hub", "task_failed", error=caught)
    said = as_json(one)
    assert said["exception"] == "ValueError from KeyError"
    assert re.fullmatch(r"test_log_lines\.py:\d+ stumble", said["trace"][-1])
    assert CANARY not in json.dumps(said) + as_text(one)
    assert as_text(one).count("\n") == 0


def test_configure_may_be_called_again_and_libraries_are_quiet() -> None:
    first, stream = io.StringIO(), io.StringIO()
    configure("text", "info", first)
    configure("json", "debug", stream)
    logging.getLogger("cobrowse.hub").debug("audit_late session=%s lines=%d", "s1", 2)
    logging.getLogger("uvicorn.access").info("%s", CANARY)
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["audit_late", "library"]
    assert first.getvalue() == ""


def test_a_flood_says_how_much_was_left_out() -> None:
    one = record("cobrowse.hub", "refused_frame session=%s", "s1")
    one.left_out = 50
    assert as_json(one)["left_out"] == 50


# --- every call in the code


def calls() -> Iterator[tuple[str, str, int]]:
    """File, format and number of values of each call that writes a line."""
    for path in sorted((ROOT / "cobrowse").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LEVELS):
                continue
            if not (isinstance(node.func.value, ast.Name) and node.func.value.id in ("log", "logger")):
                continue
            arguments = node.args[1:] if node.func.attr == "log" else node.args
            assert isinstance(arguments[0], ast.Constant), f"{path.name}:{node.lineno} writes no constant format"
            yield f"{path.name}:{node.lineno}", str(arguments[0].value), len(arguments) - 1


def test_every_call_has_the_form() -> None:
    found = list(calls())
    assert len(found) > 30
    for place, form, values in found:
        call = CALL.fullmatch(form)
        assert call, f"{place}: {form}"
        names = [name for name, _ in FIELD.findall(call["fields"])]
        assert values == form.count("%"), place
        assert len(set(names)) == len(names), place
        assert not set(names) & set(RESERVED), place


def events() -> set[str]:
    return {form.partition(" ")[0] for _, form, _ in calls()} - {"%s"}


def test_every_event_is_in_the_manual() -> None:
    told = (ROOT / "docs/operating.md").read_text().partition("\n## Logs\n")[2].partition("\n## ")[0]
    rows = {
        name
        for line in told.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`([a-z_]+)`", line.split("|")[1])
    }
    assert rows == events()


@pytest.mark.parametrize(("key", "text"), [("log", "xml"), ("log_level", "loud")])
def test_an_unknown_form_or_level_is_an_error(key: str, text: str) -> None:
    with pytest.raises(ConfigError, match=rf"hub\.{key}"):
        from_mapping(settings_for(8000, "sqlite:///x.db", hub={key: text}))
