"""The one-time code an agent reads out: make, show, normalise, and the key a store knows it by.

A code is 9 to 12 digits: all but the last are random, the last is a Damm check digit (H. M. Damm, "Total anti-
symmetrische Quasigruppen", Marburg 2004), which catches every single wrong digit and every swap of two neighbours.
"""

import hashlib
import hmac
from collections.abc import Callable

from cobrowse.core.errors import BadCode

MIN_DIGITS = 9
MAX_DIGITS = 12

_GROUP = 3
_DIGITS = frozenset("0123456789")
# What people type or paste between groups: spaces of any kind and dashes of any kind.
_DASHES = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d")

# Damm's table of order 10; the diagonal is zero, so a code with a right check digit ends in state 0.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def check_digit(digits: str) -> str:
    """The Damm check digit of a string of ASCII digits."""
    state = 0
    for digit in digits:
        state = _DAMM[state][int(digit)]
    return str(state)


def make(randbelow: Callable[[int], int], digits: int = MIN_DIGITS) -> str:
    """A new code of `digits` digits, check digit included. `randbelow(n)` gives an unpredictable 0 <= x < n."""
    if not MIN_DIGITS <= digits <= MAX_DIGITS:
        raise BadCode(f"A code has {MIN_DIGITS} to {MAX_DIGITS} digits, not {digits}.")
    free = digits - 1
    body = str(randbelow(10**free)).zfill(free)
    return body + check_digit(body)


def normalise(text: str) -> str:
    """The bare digits of what a person typed. Raises `BadCode` for anything that cannot be a code.

    Spaces and dashes are dropped. Wrong length, other characters and a wrong check digit are typing errors, which
    never count as an attempt."""
    code = "".join(letter for letter in text if not letter.isspace() and letter not in _DASHES)
    if not MIN_DIGITS <= len(code) <= MAX_DIGITS:
        raise BadCode(f"A code has {MIN_DIGITS} to {MAX_DIGITS} digits.")
    if not _DIGITS.issuperset(code):
        raise BadCode("A code has digits only.")
    if check_digit(code) != "0":
        raise BadCode("This code is mistyped.")
    return code


def show(code: str) -> str:
    """The code in threes, as it is shown and read out: "123 456 786". A lone last digit joins the group before it."""
    starts = list(range(0, len(code), _GROUP))
    if len(starts) > 1 and len(code) - starts[-1] == 1:
        starts.pop()
    ends = [*starts[1:], len(code)]
    return " ".join(code[start:end] for start, end in zip(starts, ends, strict=True))


def key(pepper: bytes, site: str, code: str) -> str:
    """What stands for a code in a store: HMAC-SHA256(pepper, site, code), hex. The zero byte keeps the two apart."""
    return hmac.new(pepper, f"{site}\0{code}".encode(), hashlib.sha256).hexdigest()
