"""What must not be read wherever it stands, told by its form alone: card numbers (Luhn) and IBANs (mod 97).

A text to look through is several texts of a page with marks between them: `JOINED` where two flow into each other
inside a line (`4111 <b>1111</b>`), `BESIDE` where an element that ends a line stands between (cells, boxes, `<br>`),
`BREAK` where nothing goes on. A number goes over `JOINED` as if it were not there. Over `BESIDE` it goes only where the
pieces look like nothing else: groups as they are printed on a card (4-4-4-4, 4-4-4-4-3, 4-6-5, 4-6-4), the digits one
by one, an IBAN in groups of four; and not as a part of a longer row of such groups.

How often what is none is taken for one (`tests/core/test_forms.py` measures it): of numbers of 16 digits 5 in 100, of
those that begin with a date none, of EANs none, of table rows with just four numbers of four digits 3 in 100.
"""

import re
from collections.abc import Callable, Iterator

JOINED = "\x01"
BESIDE = "\x02"
BREAK = "\0"

# Beyond so many numbers that might be one, a text's are masked by their form alone, without doing the sums.
MAX_CANDIDATES = 500

# Prefixes (of as many digits as they have) and lengths, ISO/IEC 7812-1 as the schemes publish their ranges: Visa,
# Mastercard, American Express, Diners Club, Discover, JCB, UnionPay, Maestro, RuPay, Mir, Troy.
CARD_MIN_DIGITS = 13
CARD_MAX_DIGITS = 19
CHECK_NUMBER_DIGITS = 3
# A drawn card whose number is still being typed shows so many before it is masked.
UNFINISHED_MIN_DIGITS = 9
# So far is looked for a box beside it.
BOX_LOOK = 80
# So long is the written form of the longest number, place holders included.
BEGUN_LOOK = 80
_SIXTEEN_UP = range(16, 20)
_ANY_LENGTH = range(CARD_MIN_DIGITS, CARD_MAX_DIGITS + 1)
_SCHEMES: tuple[tuple[int, int, "range | tuple[int, ...]"], ...] = (
    (4, 4, (13, 16, 18, 19)),
    (51, 55, (16,)),
    (2221, 2720, (16,)),
    (34, 34, (15,)),
    (37, 37, (15,)),
    (300, 305, range(14, 20)),
    (3095, 3095, range(14, 20)),
    (36, 36, range(14, 20)),
    (38, 39, range(14, 20)),
    (3528, 3589, _SIXTEEN_UP),
    (2200, 2204, _SIXTEEN_UP),
    (50, 50, _ANY_LENGTH),
    (56, 69, _ANY_LENGTH),
    (81, 82, _SIXTEEN_UP),
    (9792, 9792, (16,)),
)
# Of these a row of boxes is made; the wide ranges of Maestro would take one row of numbers in twenty.
_COMMON = re.compile(
    "4|5[1-5]|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)|3[47]|3(?:0[0-5]|[689])|6(?:011|4[4-9]|5|2)"
    "|35(?:2[89]|[3-8][0-9])|220[0-4]"
)

# ISO 13616: the length of each country's IBAN, by the registry and, from DZ on, by the countries that use one unlisted.
IBAN_LENGTHS = {
    **dict(NO=15, BE=16, DK=18, FI=18, FO=18, FK=18, GL=18, NL=18, SD=18, MK=19, SI=19, AT=20, BA=20, EE=20, KZ=20),
    **dict(LT=20, LU=20, MN=20, XK=20, CH=21, HR=21, LI=21, LV=21, BG=22, BH=22, CR=22, DE=22, GB=22, GE=22, IE=22),
    **dict(ME=22, RS=22, VA=22, AE=23, GI=23, IL=23, IQ=23, OM=23, SO=23, TL=23, AD=24, CZ=24, ES=24, MD=24, PK=24),
    **dict(RO=24, SA=24, SE=24, SK=24, TN=24, VG=24, LY=25, PT=25, ST=25, IS=26, TR=26, BI=27, DJ=27, FR=27, GR=27),
    **dict(IT=27, MC=27, MR=27, SM=27, AL=28, AZ=28, BY=28, CY=28, DO=28, GT=28, HN=28, HU=28, LB=28, NI=28, PL=28),
    **dict(SV=28, BR=29, EG=29, PS=29, QA=29, UA=29, JO=30, KW=30, MU=30, YE=30, MT=31, SC=32, LC=32, RU=33),
    **dict(DZ=26, AO=25, BJ=28, BF=28, CV=25, CM=27, CF=27, TD=27, KM=27, CG=27, GA=27, GQ=27, GW=25, IR=26, CI=28),
    **dict(MG=27, ML=28, MA=28, MZ=25, NE=28, SN=28, TG=28),
}
IBAN_MIN_LENGTH = min(IBAN_LENGTHS.values())
IBAN_MAX_LENGTH = max(IBAN_LENGTHS.values())

# White space (which a page's markup may stretch over lines), dashes, what cannot be seen, and ends of texts. Within a
# number; a card's groups may also have dots between them, if there are four of four.
_SPACE = r"\s\xad\u200b-\u200f\u2060\ufeff\x01\u2010-\u2015\u2212\-"
_GAP = rf"[{_SPACE}]{{0,16}}+"
_WIDE_GAP = rf"[{_SPACE}\x02]{{1,64}}+"
# Whatever is a card lies in one of these, and most texts hold none.
_ROW = re.compile(rf"[0-9](?:[{_SPACE}\x02.]{{0,64}}+[0-9]){{{CARD_MIN_DIGITS - 1},}}+")
# Both begin with a set of digits and only then look back, which lets the regular expressions skip fast.
# A plus before it makes it a telephone number.
_CARD = re.compile(rf"[2-689](?<![0-9+][2-689])(?:{_GAP}[0-9]){{{CARD_MIN_DIGITS - 1},{CARD_MAX_DIGITS - 1}}}+")
_DOTTED_CARD = re.compile(r"[2-689](?<![0-9.][2-689])[0-9]{3}(?:\.[0-9]{4}){3}(?![0-9]|\.[0-9])")
# Where these are not in a text's ASCII, all else and what may stand between two digits left out, there is no card, not
# even an unfinished one, and no IBAN.
_BETWEEN_DIGITS = b" \t\n\v\f\r\x1c\x1d\x1e\x1f\x01\x02.-"
_DIGITS_OR_NOT = bytes(ord("0") if byte in b"0123456789" else ord(" ") for byte in range(256))
_LETTERS_AND_DIGITS = bytes(ord("a") if bytes((byte,)).isalpha() else _DIGITS_OR_NOT[byte] for byte in range(256))
_LONG_RUN = b"0" * UNFINISHED_MIN_DIGITS
_IBAN_BEGINNING = b"aa00"
# Matches from the first check digit on; the country's two letters stand right before it, each perhaps in its own text.
_COUNTRY = "|".join(
    f"(?<={letters}[0-9])(?<![A-Za-z0-9]{letters}[0-9])"
    for letters in (r"[A-Za-z]{2}", r"[A-Za-z]\x01[A-Za-z]", r"[A-Za-z]{2}\x01", r"[A-Za-z]\x01[A-Za-z]\x01")
)
_IBAN = re.compile(
    rf"[0-9](?<=[A-Za-z\x01][0-9])(?:{_COUNTRY})\x01?[0-9]"
    rf"(?:{_GAP}[A-Za-z0-9]){{{IBAN_MIN_LENGTH - 4},{IBAN_MAX_LENGTH - 4}}}+"
)
_COUNTRY_BEFORE = re.compile(r"[A-Za-z]\x01?[A-Za-z]\x01?$")
_CARD_BOXES = re.compile(
    rf"[2-6](?<![0-9][2-6])(?:[0-9]{{3}}(?:(?:{_WIDE_GAP}[0-9]{{4}}){{3}}(?:{_WIDE_GAP}[0-9]{{3}}(?![0-9]))?+"
    rf"|{_WIDE_GAP}[0-9]{{6}}{_WIDE_GAP}[0-9]{{4,5}})"
    rf"|(?:{_WIDE_GAP}[0-9](?![0-9])){{{CARD_MIN_DIGITS - 1},{CARD_MAX_DIGITS}}}+)(?![0-9])"
)
_IBAN_BOXES = re.compile(
    rf"[0-9](?<=[A-Z]{{2}}[0-9])(?<![A-Za-z0-9][A-Z]{{2}}[0-9])[0-9](?:{_WIDE_GAP}[A-Z0-9]{{4}}){{2,7}}+"
    rf"(?:{_WIDE_GAP}[A-Z0-9]{{1,4}})?+(?![A-Za-z0-9])"
)
_BOX_BEFORE = re.compile(rf"[\x00\x02][{_SPACE}]*([0-9]+)[{_SPACE}\x02]*$")
_BOX_AFTER = re.compile(rf"[{_SPACE}\x02]*([0-9]+)[{_SPACE}]*[\x00\x02]")
# A number that may be being typed at the end of a text: it begins as a card's does, and the rest is missing or place
# holders. A row of digits that begins otherwise is none.
_BEGUN = re.compile(rf"[2-689](?<![0-9+][2-689])(?:{_GAP}[0-9])*+[{_SPACE}#•●∙·*_.xX]*$")
# A drawn card whose number is typed so far that more is shown than may be (see `cobrowse.core.typed`).
_UNFINISHED = re.compile(
    rf"[2-6](?<![0-9+][2-6])(?:{_GAP}[0-9]){{{UNFINISHED_MIN_DIGITS - 1},{CARD_MAX_DIGITS}}}+"
    rf"(?:{_GAP}[#•●∙·*_]){{1,10}}+(?![0-9#•●∙·*_])"
)
_SPACES = "".join(filter(re.compile(f"[{_SPACE}]").match, map(chr, range(0x10000))))
_DIGITS = "0123456789"
# What card numbers begin with.
FIRST_OF_CARDS = "2345689"
_DIGITS_AND_SPACE = _DIGITS + _SPACES
_PLACE_HOLDERS = _SPACES + "#•●∙·*_.xX"
_WRITTEN = re.compile("[0-9#•●∙·*_]")
_DIGIT_OR_PLUS = frozenset("0123456789+")
_DIGITS_ALONE = re.compile("[^0-9]+")
_NOT_ALNUM = re.compile(r"[^0-9A-Za-z]+")
_OTHER_DIGITS = re.compile("[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\uff10-\uff19]")

Span = tuple[int, int]
Find = Callable[[str], Iterator[Span]]


def may_hold(text: str) -> bool:
    """False where `find` finds nothing in the text. Most texts hold nothing that could be a number, which shows in a
    tenth of the time."""
    data = _plain(text).encode("ascii", "ignore")
    return _may_hold_card(data) or _may_hold_iban(data)


def find(text: str) -> Iterator[Span]:
    """Every stretch of `text` that is a card number or an IBAN. They may overlap."""
    text = _plain(text)
    data = text.encode("ascii", "ignore")
    if _may_hold_card(data):
        yield from _find_cards(text)
    if not _may_hold_iban(data):
        return
    yield from _find_form(text, [(0, len(text))], _IBAN, is_iban, IBAN_MIN_LENGTH)
    for found in _IBAN_BOXES.finditer(text) if BESIDE in text else ():
        start = found.start() - 2
        if BESIDE in found[0] and is_iban(_bare(text[start : found.end()])):
            yield start, found.end()


# `find`, since `in` first tries whether it was asked for a number, which takes as long as the search.
def _may_hold_card(data: bytes) -> bool:
    return data.translate(_DIGITS_OR_NOT, _BETWEEN_DIGITS).find(_LONG_RUN) >= 0


def _may_hold_iban(data: bytes) -> bool:
    return data.translate(_LETTERS_AND_DIGITS, b"\x01").find(_IBAN_BEGINNING) >= 0


def _plain(text: str) -> str:
    """With the digits of other scripts as ASCII's."""
    if text.isascii() or _OTHER_DIGITS.search(text) is None:
        return text
    return _OTHER_DIGITS.sub(lambda found: str(int(found[0])), text)


def _find_cards(text: str) -> Iterator[Span]:
    rows = [row.span() for row in _ROW.finditer(text)]
    if rows:
        yield from _find_form(text, rows, _CARD, is_card, CARD_MIN_DIGITS)
        yield from (row.span() for row in _candidates(text, rows, _DOTTED_CARD) if is_card(_bare(row[0])))
        yield from _find_card_boxes(text, rows)
    for found in _UNFINISHED.finditer(text):
        if len(_WRITTEN.findall(found[0])) in _lengths(_bare(found[0])):
            yield found.span()


def begun(text: str) -> tuple[str, int]:
    """The digits of a card number that may be being typed at the end of the text, and where in it they begin; empty
    where there are none."""
    digits_end = text.rstrip(_PLACE_HOLDERS)
    if digits_end[-1:] not in _DIGITS:
        # So do most texts end, and no number.
        return "", 0
    start = max(len(digits_end.rstrip(_DIGITS_AND_SPACE)), len(text) - BEGUN_LOOK)
    digits = digits_end[start:].lstrip(_SPACES)
    if digits.isascii() and digits.isdecimal():
        # In one piece, as most are.
        start = len(digits_end) - len(digits)
        begins = digits[0] in FIRST_OF_CARDS
    else:
        found = _BEGUN.search(text, start)
        begins = found is not None
        if found is not None:
            digits, start = _DIGITS_ALONE.sub("", found[0]), found.start()
    if not begins or text[:start].rstrip()[-1:] in _DIGIT_OR_PLUS:
        return "", 0
    return digits, start


def is_card(digits: str) -> bool:
    """A number of a scheme in use, with Luhn's check digit (ISO/IEC 7812-1 annex B), and no article's number."""
    return len(digits) in _lengths(digits) and _luhn(digits) and not _is_ean(digits)


def is_iban(text: str) -> bool:
    """ISO 13616: the country's length, and ISO 7064 mod 97-10 over it with its first four characters at the end."""
    if IBAN_LENGTHS.get(text[:2].upper()) != len(text):
        return False
    return int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4])) % 97 == 1


def _lengths(digits: str) -> "range | tuple[int, ...]":
    """How many digits a card's number has that begins with these."""
    return next((lengths for low, high, lengths in _SCHEMES if low <= int(digits[: len(str(low))]) <= high), ())


def _luhn(digits: str) -> bool:
    total = sum(int(digit) for digit in digits[-1::-2])
    total += sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return total % 10 == 0


def _is_ean(digits: str) -> bool:
    """GTIN-13 (GS1): weights 1 and 3. So is one in ten of Visa's old numbers of 13 digits, which nobody issues."""
    total = sum(int(digit) for digit in digits[-1::-2]) + 3 * sum(int(digit) for digit in digits[-2::-2])
    return len(digits) == 13 and total % 10 == 0


def _bare(text: str) -> str:
    return _NOT_ALNUM.sub("", text)


def _candidates(text: str, rows: list[Span], form: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Every place in these rows where the form begins; the first `MAX_CANDIDATES` may overlap."""
    count = 0
    for start, end in rows:
        while (found := form.search(text, start, end)) is not None:
            yield found
            count += 1
            start = found.start() + 1 if count < MAX_CANDIDATES else found.end()


def _find_form(
    text: str, rows: list[Span], form: re.Pattern[str], holds: Callable[[str], bool], shortest: int
) -> Iterator[Span]:
    """From each place where the form begins, the longest stretch that holds."""
    for number, found in enumerate(_candidates(text, rows, form)):
        start, end = _start(text, found, form), found.end()
        if number < MAX_CANDIDATES:
            end = _longest(text, start, end, holds, shortest)
        if end:
            yield start, end


def _start(text: str, found: re.Match[str], form: re.Pattern[str]) -> int:
    """Where it begins: of an IBAN, at its country."""
    at = found.start()
    country = _COUNTRY_BEFORE.search(text, max(0, at - 4), at) if form is _IBAN else None
    return at if country is None else country.start()


def _longest(text: str, start: int, last: int, holds: Callable[[str], bool], shortest: int) -> int:
    """Where the longest stretch that holds and ends with a word ends; 0 where none does."""
    for end in range(last, start, -1):
        if text[end - 1].isalnum() and not text[end : end + 1].isalnum():
            bare = _bare(text[start:end])
            if len(bare) < shortest:
                break
            if holds(bare):
                return end
    return 0


# --- over boxes that stand beside each other


def _find_card_boxes(text: str, rows: list[Span]) -> Iterator[Span]:
    for number, found in enumerate(_candidates(text, rows, _CARD_BOXES)):
        if BESIDE in found[0]:
            yield from _card_boxes(text, found) if number < MAX_CANDIDATES else (found.span(),)


def _card_boxes(text: str, found: re.Match[str]) -> Iterator[Span]:
    groups = [group.span() for group in re.finditer("[0-9]+", found[0])]
    start = found.start()
    # With and without a last group of three, which may be the check number beside it.
    for count in {len(groups), 4 if len(groups) == 5 else len(groups)}:
        end = start + groups[count - 1][1]
        digits = _bare(text[start:end])
        if _COMMON.match(digits) and is_card(digits) and not _goes_on(text, start, end):
            yield start, end
            return


def _goes_on(text: str, start: int, end: int) -> bool:
    """Whether a box stands beside it that holds a group as long as its outermost and nothing else, so that it is a part
    of some longer row. Three digits do not count: a card's check number has as many."""
    before = _BOX_BEFORE.search(BESIDE + text[:start] if start < BOX_LOOK else text[start - BOX_LOOK : start])
    after = _BOX_AFTER.match(text[end : end + BOX_LOOK] + (BESIDE if end + BOX_LOOK > len(text) else ""))
    first = re.match("[0-9]+", text[start:end])
    last = re.search("[0-9]+$", text[start:end])
    return any(
        beside is not None and own is not None and len(beside[1]) == len(own[0]) != CHECK_NUMBER_DIGITS
        for beside, own in ((before, first), (after, last))
    )
