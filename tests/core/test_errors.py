"""One error tree, every leaf with a stable code."""

import inspect

import pytest

from cobrowse.core import errors
from cobrowse.core.errors import (
    CobrowseError,
    LineUnreadable,
    NotAllowed,
    StoreAway,
    StoreFull,
    StoreReadOnly,
    TooMany,
)

CLASSES = [member for _, member in inspect.getmembers(errors, inspect.isclass) if issubclass(member, CobrowseError)]


def test_every_error_is_of_the_tree_and_drawn_in_it() -> None:
    drawing = errors.__doc__ or ""
    assert len(CLASSES) == len(inspect.getmembers(errors, inspect.isclass))
    for error in CLASSES:
        assert error.__name__ in drawing


def test_codes_are_unique() -> None:
    assert len({error.code for error in CLASSES}) == len(CLASSES)


def test_the_drawing_has_the_shape_of_the_tree() -> None:
    depths = {}
    for line in (errors.__doc__ or "").splitlines():
        name = line.lstrip("│├└─ ").split(" ")[0]
        if name in vars(errors):
            depths[name] = (len(line) - len(line.lstrip("│├└─ "))) // 4
    assert depths == {error.__name__: len(error.__mro__) - len(CobrowseError.__mro__) for error in CLASSES}


def test_an_error_has_a_sentence_and_a_code() -> None:
    assert str(NotAllowed("No.")) == NotAllowed("No.").sentence == "No."
    assert NotAllowed("No.").code == "not_allowed"
    assert NotAllowed("No.", code="session_ended").code == "session_ended"
    assert NotAllowed.code == "not_allowed"


@pytest.mark.parametrize("code", [None, "too_many_codes"])
def test_too_many_says_when_to_come_again(code: str | None) -> None:
    refusal = TooMany("Slower.", retry_after_seconds=12.5, code=code)
    assert refusal.retry_after_seconds == 12.5
    assert refusal.code == (code or "too_many")


@pytest.mark.parametrize(
    ("error", "code"), [(StoreAway, "store_away"), (StoreFull, "store_full"), (StoreReadOnly, "store_read_only")]
)
def test_a_store_that_is_away_says_when_to_come_again(error: type[StoreAway], code: str) -> None:
    assert error("Away.").code == code
    assert error("Away.").retry_after_seconds == errors.STORE_AWAY_SECONDS
    assert error("Away.", retry_after_seconds=7.5).retry_after_seconds == 7.5


def test_a_line_that_cannot_be_read_is_named() -> None:
    assert LineUnreadable(7).line == 7
    assert "Line 7 of the audit trail" in LineUnreadable(7).sentence
