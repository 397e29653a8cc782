"""The log's bound."""

import logging

import pytest

from cobrowse.log_flood import KINDS, LINES_A_MINUTE, MINUTE_SECONDS, FloodFilter


class Kept(logging.Handler):
    """Keeps what it is given."""

    def __init__(self, **options: int) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.addFilter(FloodFilter(**options))

    def emit(self, record: logging.LogRecord) -> None:
        left_out = getattr(record, "left_out", 0)
        self.lines.append(record.getMessage() + (f" left_out={left_out}" if left_out else ""))


def say(handler: Kept, at: float, words: str, *values: object) -> None:
    record = logging.LogRecord("cobrowse.hub", logging.WARNING, "", 0, words, values, None)
    record.created = at
    handler.handle(record)


def test_a_flood_of_one_kind_is_cut_and_counted() -> None:
    kept = Kept()
    for number in range(LINES_A_MINUTE + 50):
        say(kept, 0.0, "refused_frame session=%s", f"s{number}")
    say(kept, 1.0, "another kind")
    assert len(kept.lines) == LINES_A_MINUTE + 1
    assert kept.lines[-1] == "another kind"
    say(kept, MINUTE_SECONDS, "refused_frame session=%s", "later")
    assert kept.lines[-1] == "refused_frame session=later left_out=50"
    say(kept, MINUTE_SECONDS + 1, "refused_frame session=%s", "again")
    assert kept.lines[-1] == "refused_frame session=again"


def test_a_clock_that_goes_back_silences_nothing() -> None:
    kept = Kept(lines_a_minute=1)
    say(kept, 1000.0, "one")
    say(kept, 1000.0, "one")
    say(kept, 10.0, "one")
    assert kept.lines == ["one", "one left_out=1"]


@pytest.mark.parametrize("words", ["100 %", "%s of %s"])
def test_lines_are_written_as_they_are(words: str) -> None:
    kept = Kept()
    values = ("a", "b") if "%s" in words else ()
    say(kept, 0.0, words, *values)
    assert kept.lines == [words % values if values else words]


def test_kinds_without_end_take_no_memory_without_end() -> None:
    flood = FloodFilter()
    for number in range(3 * KINDS):
        record = logging.LogRecord("library", logging.WARNING, "", 0, f"value {number}", (), None)
        assert flood.filter(record)
    assert len(flood._floods) <= KINDS
