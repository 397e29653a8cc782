"""What a place is, and the canary that is planted in it."""

import re
from typing import NamedTuple

# Letters only, of no language, too short and too even for any redaction by form: only masking can hold it.
_LETTERS = "bcdfghjklmnpqrstvwxz"
_HEAD = "zqx"
CANARY = re.compile(rf"{_HEAD}[{_LETTERS}]{{3}}[a-z]")
# How each place is tried; the letter ends the canary, so that a leak says where it came from.
TRIES = {
    "a": "at load",
    "b": "inserted while live",
    "c": "attributes, texts and values changed while live",
    "e": "masked by a selector of the policy, at load",
    "f": "in a shadow root of a masked host, at load",
    "g": "slotted into a masked part through two shadow roots, at load",
    "h": "in a hidden part, at load",
    "i": "changed, and moved into a masked part within a turn",
    "j": "changed, moved out of its masked part and back within a turn",
    "k": "changed, and masked within a turn",
    "l": "changed, and slotted into a masked part of a new shadow root within a turn",
    "p": "on a private site, at load",
    "q": "on a private site, inserted while live",
    "r": "on a private site, changed while live",
    "v": "visible, at load",
    "w": "visible, inserted while live",
}


class Place(NamedTuple):
    """`html` with `{c}` for the canary. `script` runs once the html is there: `box` is what it stands in, `c` the
    canary, `live` is true while it is shared."""

    name: str
    html: str = ""
    script: str = ""


def canary(number: int, how: str) -> str:
    """The canary of a place, tried in this way (a letter of `TRIES`)."""
    word = "".join(_LETTERS[number // 20**power % 20] for power in (2, 1, 0))
    return f"{_HEAD}{word}{how}"


def short(html: str) -> str:
    """Enough of it to name a place by."""
    return html.replace("{c}", "..")[:60]


def decode(found: str) -> tuple[int, str]:
    """The number of the place, and how it was tried."""
    number = 0
    for letter in found[len(_HEAD) : -1]:
        number = number * 20 + _LETTERS.index(letter)
    return number, TRIES[found[-1]]
