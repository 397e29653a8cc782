"""Numbers that grow in place: a page that echoes what is typed (a drawn card over its form) shows a card number digit
by digit, and is recognised by its form only when all of it has been seen.

Two ways are known. The number at the end of a text grows, digit by digit or group by group. Or boxes are
filled one after the other, each with a digit or with a group that grows, and in each frame nothing else that is a
number changes. Both are masked from where more is shown than others may show of a card (PCI DSS 4.0, 3.4.1: the first
eight at the most).
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from cobrowse.core.forms import FIRST_OF_CARDS, begun

# So often it must have grown, by at most so many digits at a time (a group).
STEPS = 2
STEP_MAX_DIGITS = 4
SHOWN_DIGITS = 8
# Beyond so many places the oldest is forgotten.
MAX_PLACES = 200
# A box holds a digit or a group of a card; so many are remembered.
BOX_MAX_DIGITS = 6
MAX_BOXES = 20

_BOX = re.compile(rf"\s*([0-9]{{1,{BOX_MAX_DIGITS}}})\s*")


class Placed(NamedTuple):
    """A text of a frame, by its index: the node it is in now (or whose value it is), and what holds that node, 0 where
    it was there before."""

    text: int
    node: int
    parent: int


class _Place:
    """What was last seen there. Of the digits a hash is kept, which differs from process to process, and no text."""

    __slots__ = ("counted", "hash", "length", "steps")

    def __init__(self) -> None:
        self.counted = False
        self.hash = 0
        self.length = 0
        self.steps = 0

    def see(self, digits: str) -> bool:
        """True where these are to be masked."""
        length = len(digits)
        if length == self.length and hash(digits) == self.hash:
            # Said twice, as by a text and its label.
            pass
        elif self.length and 0 < length - self.length <= STEP_MAX_DIGITS and hash(digits[: self.length]) == self.hash:
            self.steps += 1
        elif self.steps < STEPS:
            self.steps = 0
        self.hash, self.length = hash(digits), length
        return self.steps >= STEPS and length > SHOWN_DIGITS


class _Boxes:
    """The boxes that are being filled, by their ids, and how many digits are in them; none of the digits."""

    __slots__ = ("_ids", "_last", "_length", "total")

    def __init__(self) -> None:
        self._ids: dict[int, None] = {}
        self._last: frozenset[int] = frozenset()
        self._length = 0
        self.total = 0

    def see(self, digits: str, ids: frozenset[int]) -> bool:
        """True where this box is to be masked."""
        grown = len(digits) - self._length if self._last & ids else 0
        if grown and grown <= 1:
            self.total += grown
        elif self._last and len(digits) == 1 and not ids & self._ids.keys():
            self.total += 1
        else:
            # Something else, or the first of others.
            self._ids = {}
            self.total = 1 if len(digits) == 1 and digits in FIRST_OF_CARDS else 0
        self._ids |= dict.fromkeys(ids)
        while len(self._ids) > 2 * MAX_BOXES:
            del self._ids[next(iter(self._ids))]
        self._last, self._length = (ids, len(digits)) if self.total else (frozenset(), 0)
        return self.total > SHOWN_DIGITS


class Typed:
    """The places of one page where numbers may be growing, by the ids of text nodes and of what holds them."""

    __slots__ = ("_boxes", "_masked_boxes", "_places")

    def __init__(self) -> None:
        self._places: dict[int, _Place] = {}
        self._boxes = _Boxes()
        # Boxes that were masked stay so in a new picture.
        self._masked_boxes: dict[int, None] = {}

    def __bool__(self) -> bool:
        return bool(self._places or self._masked_boxes)

    def see(self, texts: list[str], placed: Iterable[Placed], *, ops: bool) -> tuple[dict[int, int], int]:
        """From where on to mask each text that is to be masked, by its index, and how many numbers are masked for the
        first time. `ops`: this is a change, and not a picture, in which all is new."""
        hidden: dict[int, int] = {}
        count = 0
        boxes = []
        for each in placed:
            start, first = self._grown(texts[each.text], each.node, each.parent)
            count += first
            if start is not None:
                hidden[each.text] = min(start, hidden.get(each.text, start))
            if each.node in self._masked_boxes:
                hidden[each.text] = 0
            box = _BOX.fullmatch(texts[each.text]) if ops else None
            if box is not None:
                boxes.append((each, box[1]))
        if len(boxes) > 1:
            self._boxes = _Boxes()
        elif boxes:
            [(at, digits)] = boxes
            masked, found = self._filled(digits, at.node, at.parent)
            count += found
            if masked:
                hidden[at.text] = 0
        return hidden, count

    def see_change(self, text: str, node: int) -> tuple[int | None, int]:
        """What `see` says of ops that change this one text and nothing else: from where on to mask it, if it is to be
        masked, and how many numbers are masked for the first time."""
        start, first = self._grown(text, node, 0)
        box = _BOX.fullmatch(text)
        masked, found = (False, 0) if box is None else self._filled(box[1], node, 0)
        return 0 if masked or node in self._masked_boxes else start, first + found

    def _grown(self, text: str, node: int, parent: int) -> tuple[int | None, bool]:
        digits, start = begun(text)
        if not digits:
            return None, False
        places = self._places
        place = places.get(node) or places.get(parent) or _Place()
        masked = place.see(digits)
        for key in (node, parent) if parent else (node,):
            places.pop(key, None)
            places[key] = place
        while len(places) > MAX_PLACES:
            del places[next(iter(places))]
        first = masked and not place.counted
        place.counted = place.counted or masked
        return start if masked else None, first

    def _filled(self, digits: str, node: int, parent: int) -> tuple[bool, int]:
        """Of the one box that a frame changes: whether it is to be masked, and how many are for the first time."""
        before = self._boxes.total
        if not self._boxes.see(digits, frozenset({node, parent} - {0})):
            return False, 0
        self._masked_boxes[node] = None
        while len(self._masked_boxes) > MAX_PLACES:
            del self._masked_boxes[next(iter(self._masked_boxes))]
        return True, int(before == SHOWN_DIGITS)
