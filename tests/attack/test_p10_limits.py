"""P10: every limit has a name and a test. A new number in the hub fails here until it is said which test shows what
happens at it, or why it bounds nothing."""

import re

import pytest

from cobrowse.core.policy import Limits
from cobrowse.core.whitelist import LIMITS
from tests.attack.limits import FIELDS_SHOWN, NO_LIMITS, ROOT, SHOWN, is_test, named_in_tests, numbers

NUMBERS = frozenset(numbers())
EXCUSED = frozenset(name for names in NO_LIMITS.values() for name in names)


def test_every_number_of_the_hub_is_shown_by_a_test() -> None:
    assert len(NUMBERS) > 150
    words = named_in_tests()
    unshown = [name for name in NUMBERS if name.rpartition(".")[2] not in words and name not in SHOWN]
    assert sorted(set(unshown) - EXCUSED) == []


def test_the_lists_name_nothing_that_is_gone() -> None:
    assert set(SHOWN) <= NUMBERS
    assert EXCUSED <= NUMBERS
    assert not EXCUSED & set(SHOWN)
    assert sum(len(names) for names in NO_LIMITS.values()) == len(EXCUSED)


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_what_shows_a_limit_is_a_test(name: str) -> None:
    assert is_test(SHOWN[name])


def test_the_limits_of_frames_and_of_lifetimes_are_shown_too() -> None:
    """Those of the whitelist's file and of a session's `Limits`, which are no constants."""
    folders = [ROOT / "tests" / name for name in ("core", "hub", "mirror", "vectors", "attack")]
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in (".py", ".json")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    names = [*LIMITS.__struct_fields__, *Limits.__struct_fields__]
    assert [name for name in names if not re.search(rf"\b{name}\b", text) and name not in FIELDS_SHOWN] == []
    assert all(is_test(test) for test in FIELDS_SHOWN.values())
