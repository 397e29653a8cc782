"""Card numbers and IBANs are told by their form, however they are written; what only resembles one seldom is."""

import random
import re
import time
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cobrowse.core import forms
from cobrowse.core.forms import (
    BEGUN_LOOK,
    BESIDE,
    BREAK,
    IBAN_LENGTHS,
    JOINED,
    MAX_CANDIDATES,
    begun,
    find,
    is_card,
    is_iban,
    may_hold,
)
from tests.core.test_wash import IBAN, cards, luhn_digit


def found(text: str) -> list[str]:
    """What is found, as it is written."""
    return [text[start:end] for start, end in find(text)]


@pytest.mark.parametrize(
    "written",
    [
        "4111\u200b1111\u200b1111\u200b1111",
        "4111\u00ad1111\u00ad1111\u00ad1111",
        "4111.1111.1111.1111",
        "".join(chr(0x06F0 + int(digit)) for digit in "4111111111111111"),
        "".join(chr(0xFF10 + int(digit)) for digit in "4111111111111111"),
        f"4111{JOINED}1111{JOINED} 1111 {JOINED}1111",
        JOINED.join("4111111111111111"),
        f"41{JOINED}11111111111111",
        JOINED.join(IBAN),
    ],
)
def test_ways_to_write_a_number(written: str) -> None:
    assert found(f"before {written} after") == [written]


@pytest.mark.parametrize("number", ["4111111111111111", IBAN.replace(" ", "")])
@pytest.mark.parametrize("before", ["IBAN", "12/27", "", "x"])
@pytest.mark.parametrize("after", ["COBADEFF", "12/27", "", "EUR"])
def test_what_another_inline_element_glues_to_it_hides_nothing(number: str, before: str, after: str) -> None:
    assert number in found(f"{before}{JOINED}{number}{JOINED}{after}")


@pytest.mark.parametrize(
    "boxes",
    [
        ["4111", "1111", "1111", "1111"],
        ["4111 1111", "1111 1111"],
        ["4111\n  ", "\n ", " 1111", "1111", "1111"],
        ["3782", "822463", "10005"],
        ["3056", "930902", "5904"],
        ["4000", "0000", "0000", "0000", "006"],
        list("4111111111111111"),
        list("378282246310005"),
        IBAN.split(),
        "NO93 8601 1117 947".split(),
    ],
)
@pytest.mark.parametrize("beside", [("Number", "Good until"), ("12/27", "123"), ("Diary 4711", "4711 pages"), ("", "")])
def test_a_number_over_boxes(boxes: list[str], beside: tuple[str, str]) -> None:
    row = BESIDE.join(boxes)
    (one,) = [one for one in found(BESIDE.join((beside[0], row, beside[1])))] or [""]
    assert re.sub(r"\s", "", one) == re.sub(r"\s", "", row)


@pytest.mark.parametrize(
    "row",
    [
        "4123 4111 1111 1111 1111".split(),
        "4111 1111 1111 1111 4123".split(),
        ["7", *"4111111111111111"],
        ["4111", "11", "1111", "111111"],
        ["4111", "1111", "1111", "1112"],
        ["2023", "2024", "2025", "2026"],
        ["DE88", "3704", "0044", "0532", "0130", "00"],
        ["DE89", "37", "0400", "4405", "3201", "3000"],
        ["5018", "0000", "0000", "0009"],
    ],
)
def test_rows_that_are_no_number(row: list[str]) -> None:
    assert found(BESIDE.join(row)) == []


@pytest.mark.parametrize(
    "text",
    ["4111 1111 1### ####", "4111-1111-1111-11**", "5555 5555 5___ ____", "3782 822463 ●●●●●"],
)
def test_a_drawn_card_with_most_of_its_number(text: str) -> None:
    assert found(f"Card {text} good") == [text]


@pytest.mark.parametrize(
    "text",
    ["4111 11•• •••• 1111", "4111 1111 #### ####", "4111 1111 1### ###", "2041883712 ***", "+49 30 1234567 ••"],
)
def test_what_a_site_may_show_of_a_card_stays(text: str) -> None:
    assert found(text) == []


def test_nothing_goes_on_over_a_break() -> None:
    assert found(f"4111 1111{BREAK}1111 1111") == []


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("4", "4"),
        (" 4111 1", "41111"),
        ("4111 1### #### ####", "41111"),
        ("4111-11••-••••", "411111"),
        ("Your card: 4111", "4111"),
        ("", ""),
        ("1234", ""),
        ("+49 30 1234", ""),
        ("4111 euro", ""),
        ("4111" + " " * 90, ""),
    ],
)
def test_the_beginning_of_a_number(text: str, digits: str) -> None:
    assert begun(text) == (digits, text.index(digits[0]) if digits else 0)


# What numbers are made of, and what stands between and beside them.
near_numbers = st.text("0123456789+ x.-•#\n\x01\x02\xad\u0663aAZ\u2009*_", max_size=100)


@given(near_numbers)
@example("4111 " * 30)
@example("1" * BEGUN_LOOK + " 4111")
def test_the_beginning_of_a_number_is_that_of_its_form(text: str) -> None:
    form = forms._BEGUN.search(text, max(0, len(text) - BEGUN_LOOK))
    if form is None or text[: form.start()].rstrip()[-1:] in {*"0123456789+"}:
        assert begun(text) == ("", 0)
    else:
        assert begun(text) == (re.sub("[^0-9]", "", form[0]), form.start())


@given(near_numbers | st.builds(lambda before, card, after: before + card + after, near_numbers, cards, near_numbers))
def test_what_may_hold_no_number_holds_none(text: str) -> None:
    assert may_hold(text) or not list(find(text))


@pytest.mark.parametrize(
    "text",
    [
        "4006381333931",
        "+49 3012 3456 78",
        "20241122 0001 2340",
        "9999999999999995",
        "DE8937040044053201300",
        "ZZ68" + "0" * 18,
    ],
)
def test_other_numbers_stay(text: str) -> None:
    assert found(text) == []


@given(cards)
def test_cards_need_luhn(card: str) -> None:
    assert not is_card(card[:-1] + str((int(card[-1]) + 1) % 10))


@pytest.mark.parametrize("country", sorted(IBAN_LENGTHS))
def test_every_countrys_iban(country: str) -> None:
    body = "1" * (IBAN_LENGTHS[country] - 4)
    check = 98 - int("".join(str(int(letter, 36)) for letter in f"{body}{country}00")) % 97
    assert is_iban(f"{country}{check:02d}{body}")
    assert not is_iban(f"{country}{check:02d}{body}1")
    assert found(f"to {country}{check:02d} {body}, please") == [f"{country}{check:02d} {body}"]


# --- how often it is wrong: these numbers stand in the module's docstring

ROWS = 5_000


def _sixteen(luck: random.Random) -> str:
    return str(luck.randrange(10**15, 10**16))


def _dated(luck: random.Random) -> str:
    year, month, day = luck.randrange(2020, 2040), luck.randrange(1, 13), luck.randrange(1, 29)
    return f"{year}{month:02d}{day:02d}{luck.randrange(10**8):08d}"


def _ean(luck: random.Random) -> str:
    body = str(luck.randrange(10**11, 10**12))
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(body))
    return f"{body}{-total % 10}"


def _row(luck: random.Random) -> str:
    return BESIDE.join(["Lamps", *(str(luck.randrange(1000, 10_000)) for _ in range(4)), "Total"])


def _telephone(luck: random.Random) -> str:
    return f"+{luck.randrange(20, 99)} {luck.randrange(30, 999)} {luck.randrange(10**6, 10**8)}"


@pytest.mark.parametrize(
    ("make", "in_a_hundred"), [(_sixteen, 5.5), (_dated, 0.0), (_ean, 0.0), (_row, 3.5), (_telephone, 0.0)]
)
def test_how_often_another_number_is_taken_for_one(make: Callable[[random.Random], str], in_a_hundred: float) -> None:
    luck = random.Random(1)  # noqa: S311  # no secret, a sample
    wrong = sum(bool(found(make(luck))) for _ in range(ROWS))
    assert wrong <= in_a_hundred / 100 * ROWS


# --- bounds


def test_beyond_many_candidates_the_form_alone_decides() -> None:
    almost = "4111 1111 1111 1112, "
    assert found(almost * (MAX_CANDIDATES // 20)) == []
    assert len(found(almost * (MAX_CANDIDATES + 5))) == 5
    boxes = BESIDE.join(["4111", "1111", "1111", "1112", "and "])
    assert found(boxes * (MAX_CANDIDATES // 20)) == []
    assert len(found(boxes * (MAX_CANDIDATES + 5))) == 5


HOSTILE = {
    "digits": "4" * 500_000,
    "digits apart": "4 " * 250_000,
    "pairs": "41 " * 150_000,
    "letters and digits": "DE89" * 125_000,
    "almost IBANs": "DE89 AAAA " * 50_000,
    "wide gaps": ("4" + " " * 15) * 30_000,
    "spaces": " " * 500_000,
    "boxes": "4\x02" * 250_000,
    "groups": "4111\x02" * 100_000,
    "wide boxes": ("4111" + "\x02 " * 30) * 8_000,
    "IBANs in boxes": "DE89\x02" * 100_000,
    "dots": "4111." * 100_000,
    "place holders": "411111111#" * 50_000,
    "digits and place holders": "4" * 18 + "# " * 250_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_time_is_linear_in_the_text(name: str) -> None:
    started = time.process_time()
    for _ in find(HOSTILE[name]):
        pass
    assert time.process_time() - started < 3


def test_luhn_digits_of_the_tests_are_right() -> None:
    assert luhn_digit("411111111111111") == "1"
