"""Names that customers are shown."""

import pytest

from cobrowse.core.errors import BadInput
from cobrowse.core.names import NAME_MAX_CHARACTERS, check_name, shown_name

HIDING = [*"\u202e\u2066\u2069\u200f\u061c\u200b\ufeff\u2028\n\x00\x1b\u00ad"]
GOOD = ["Ana", "Ana María Núñez", "Jürgen O'Neill-Weiß", "アナ", "عنا", "<b>Ana</b>", "A" * 64]


@pytest.mark.parametrize("name", GOOD)
def test_a_name_is_what_people_are_called(name: str) -> None:
    assert check_name(f"  {name} ") == name == shown_name(name)


@pytest.mark.parametrize("name", ["", "   ", "A" * 65, *(f"Ana{char}Bank" for char in HIDING)])
def test_a_name_hides_nothing(name: str) -> None:
    with pytest.raises(BadInput) as refusal:
        check_name(name)
    assert refusal.value.code == "bad_name"


def test_a_name_from_before_is_shown_without_what_hides() -> None:
    assert shown_name("Ana" + "".join(HIDING) + " Bank") == "Ana Bank"
    assert shown_name("A" * 200) == "A" * NAME_MAX_CHARACTERS
