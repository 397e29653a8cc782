"""Codes: what an agent reads out and a customer types."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobrowse.core import codes
from cobrowse.core.errors import BadCode
from tests.core.vectors import load

VECTORS = load("codes")

lengths = st.integers(codes.MIN_DIGITS, codes.MAX_DIGITS)


def code_of(number: int, digits: int) -> str:
    return codes.make(lambda below: number % below, digits)


any_code = st.builds(code_of, st.integers(0, 10**11 - 1), lengths)


@pytest.mark.parametrize("vector", VECTORS["check_digits"])
def test_check_digit(vector: dict[str, str]) -> None:
    assert codes.check_digit(vector["digits"]) == vector["check"]


@pytest.mark.parametrize("vector", VECTORS["valid"])
def test_what_a_person_types_is_understood(vector: dict[str, str]) -> None:
    assert codes.normalise(vector["input"]) == vector["code"]
    assert codes.show(vector["code"]) == vector["shown"]


@pytest.mark.parametrize("vector", VECTORS["invalid"])
def test_what_is_mistyped_is_refused(vector: dict[str, str]) -> None:
    with pytest.raises(BadCode) as refusal:
        codes.normalise(vector["input"])
    assert refusal.value.code == "code_mistyped"


def test_the_code_of_the_design() -> None:
    asked: list[int] = []

    def randbelow(below: int) -> int:
        asked.append(below)
        return 12_345_678

    assert codes.show(codes.make(randbelow)) == "123 456 786"
    assert asked == [10**8], "eight digits are random"


def test_small_numbers_keep_their_leading_zeros() -> None:
    assert code_of(7, 9).startswith("00000007")


@pytest.mark.parametrize("digits", [8, 13])
def test_a_code_has_nine_to_twelve_digits(digits: int) -> None:
    with pytest.raises(BadCode):
        codes.make(lambda below: 0, digits)


@given(st.integers(0, 10**11 - 1), lengths)
def test_every_code_made_is_accepted_as_shown(number: int, digits: int) -> None:
    code = code_of(number, digits)
    assert len(code) == digits
    assert codes.normalise(codes.show(code)) == code


@given(any_code, st.integers(0, 11), st.integers(1, 9))
def test_every_single_wrong_digit_is_caught(code: str, place: int, change: int) -> None:
    place %= len(code)
    wrong = str((int(code[place]) + change) % 10)
    with pytest.raises(BadCode):
        codes.normalise(code[:place] + wrong + code[place + 1 :])


@given(any_code, st.integers(0, 10))
def test_every_swap_of_neighbours_is_caught(code: str, place: int) -> None:
    place %= len(code) - 1
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if swapped == code:
        assert codes.normalise(swapped) == code
    else:
        with pytest.raises(BadCode):
            codes.normalise(swapped)


@given(st.text(max_size=30))
def test_any_text_is_a_code_or_mistyped(text: str) -> None:
    try:
        code = codes.normalise(text)
    except BadCode:
        return
    assert re.fullmatch("[0-9]{9,12}", code)


def test_the_key_depends_on_pepper_site_and_code() -> None:
    keys = {
        codes.key(b"p", "shop", "123456786"),
        codes.key(b"q", "shop", "123456786"),
        codes.key(b"p", "shop1", "23456786"),
        codes.key(b"p", "shop", "123456787"),
    }
    assert len(keys) == 4
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in keys)
    assert codes.key(b"p", "shop", "123456786") in keys
