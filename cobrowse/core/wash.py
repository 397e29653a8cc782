"""Wash texts once more in the hub: card numbers (Luhn), IBANs (mod 97) and a site's own patterns become the mask.

The snippet masks by element; this looks at what is left, by form alone. Text that a page splits over inline elements
(`4111 <b>1111</b> 1111 1111`), over boxes beside each other (cells, one box a digit, `<br>`) or over the texts that one
frame changes is read as one, and every part of what is found is masked. So is a number that grows in place as it is
typed. The mask has one length, so nothing of what it hides can be told from it. A count above zero is a bug report for
the site's masking.

Only what people read is washed: text nodes, texts of attributes, what CSS puts in, titles, and for a site's
patterns the page's address. Tokens are left alone, since an SVG path is full of digits. A text that two places of a
frame share is masked in both.

What this cannot do: find a number that comes in pieces over several frames in other ways than these, or stands on two
parts of a long picture, or in an image; a site's pattern over anything but inline elements; and it masks now and then a
number that is no card but looks like one, see `cobrowse.core.forms`.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import TypeVar, cast
from urllib.parse import unquote

from msgspec.structs import replace

from cobrowse.core import forms
from cobrowse.core.addresses import REDACTED
from cobrowse.core.errors import BadFrame
from cobrowse.core.forms import BESIDE, BREAK, JOINED
from cobrowse.core.frames import is_text_change
from cobrowse.core.patterns import LINE_END, compiled
from cobrowse.core.protocol import Ops, Page, PageInfo, Pointer, Snapshot, Tip
from cobrowse.core.typed import Placed, Typed
from cobrowse.core.whitelist import LIMITS, OPS, is_custom, kind_of

MASK = "•••••"

# Elements that flow inside a line. What is split over them reads as one; any other element ends the line.
INLINE_TAGS = frozenset(
    "a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd label mark nobr q s samp small span strike"
    " strong sub sup svg:tspan time tt u var wbr".split()
)

# Longer texts are rare, and go the long way.
SHORT_CHARACTERS = 4096

# Indices of the marks between texts, in the texts of a frame with `_MARKS` put at their end.
_MARKS = (JOINED, BESIDE, BREAK)
_JOINED, _BESIDE, _BREAK = -3, -2, -1
# The same marks as a site's patterns see them: inline elements are not there, everything else ends the line.
_LINE_MARKS = ("", LINE_END, LINE_END)

VALUES = frozenset({"input :value", "textarea :value"})

# Integers of each record that is neither an element nor a text; 0: a sheet, whose rules are counted in it.
_LENGTHS = {
    OPS.shadow: 3,
    OPS.document: 3,
    OPS.sheet: 0,
    OPS.remove: 2,
    OPS.move: 4,
    OPS.text_change: 3,
    OPS.attribute: 4,
    OPS.attribute_removed: 3,
    OPS.scroll: 4,
    OPS.focus: 2,
    OPS.rule_inserted: 4,
    OPS.rule_removed: 3,
    OPS.selection: 5,
    OPS.adopt: 5,
}
# Where CSS puts text into the page, itself or by a custom property.
_SHOWING = re.compile("content|list-style|quotes|text-overflow|emphasis|hyphenate|--")
_STRING = re.compile(r"""(["'])(.*?)\1""", re.DOTALL)
_ADDRESS_PIECES = re.compile(r"([/?&=])")
_NONE: frozenset[int] = frozenset()

View = Snapshot | Ops | Page | Pointer | Tip
# Tuples: to make a union and to ask for it takes five times as long, and each frame is asked.
_TEXT_CHANGE = OPS.text_change
_WITH_PAGE = (Snapshot, Page)
Message = TypeVar("Message", bound=View)
Span = tuple[int, int]


class Washer:
    """Washes one customer's view, message by message. It keeps no text, see `cobrowse.core.typed`."""

    __slots__ = ("_patterns", "_typed")

    def __init__(self, patterns: Sequence[str] = ()) -> None:
        """`patterns` are the site's, see `cobrowse.core.patterns`. Raises `ConfigError`."""
        self._patterns = compiled(tuple(patterns))
        self._typed = Typed()

    def texts(self, texts: list[str]) -> tuple[list[str], int]:
        """The texts, each read by itself, with everything found masked, and how much was found.

        The very same list where nothing was."""
        order = [place for index in range(len(texts)) for place in (index, _BREAK)]
        return self._in_order(texts, order)

    def frame(self, message: Message) -> tuple[Message, int]:
        """The message washed, and how much was found that had not been before. The very same message where there is
        nothing to mask; call it after `ViewCheck`.

        `Pointer` and `Tip` hold no text."""
        washed: View = message
        if type(washed) is Ops:
            if self._is_short_change(washed):
                return self._short_change(washed)  # type: ignore[return-value]  # of an Ops comes an Ops
            return self._tables(washed)  # type: ignore[return-value]  # likewise
        count = 0
        if isinstance(washed, _WITH_PAGE) and washed.page is not None:
            page, count = self._page(washed.page)
            washed = washed if page is washed.page else replace(washed, page=page)
        if isinstance(washed, Snapshot):
            washed, found = self._tables(washed)
            count += found
        return cast(Message, washed), count

    def _is_short_change(self, frame: Ops) -> bool:
        """True for what most frames are: one text changed, and there is no number in it that is whole. Then its texts
        need not be read in their order, which takes as long as all the rest."""
        texts = frame.texts
        return (
            len(texts) == 1
            and not self._patterns
            and len(texts[0]) <= SHORT_CHARACTERS
            and is_text_change(frame)
            and not forms.may_hold(texts[0])
        )

    def _short_change(self, change: Ops) -> tuple[Ops, int]:
        """What `_tables` makes of such a frame: a number may be growing."""
        [text] = change.texts
        start, count = self._typed.see_change(text, change.ops[1])
        return (change, count) if start is None else (replace(change, texts=[text[:start] + MASK]), count)

    def _page(self, page: PageInfo) -> tuple[PageInfo, int]:
        titles, count = self.texts([page.title])
        address, found = self._address(page.address) if self._patterns else (page.address, 0)
        return (replace(page, title=titles[0], address=address), count + found) if count + found else (page, 0)

    def _address(self, address: str) -> tuple[str, int]:
        """Each piece of the address that one of the site's patterns finds something in is redacted."""
        pieces = _ADDRESS_PIECES.split(address)
        # The first three are the scheme, its slashes and the host.
        hits = [at for at in range(6, len(pieces), 2) if any(self._patterns.find(unquote(pieces[at])))]
        for at in hits:
            pieces[at] = REDACTED
        return "".join(pieces), len(hits)

    def _tables(self, frame: Snapshot | Ops) -> tuple[Snapshot | Ops, int]:
        if not frame.texts and not frame.styles:
            return frame, 0
        is_ops = isinstance(frame, Ops)
        grows = is_ops or bool(self._typed)
        reading = _Reading(frame.tags, frame.names, frame.ops if isinstance(frame, Ops) else frame.nodes, grows)
        texts, count = self._in_order(frame.texts, reading.order())
        if reading.placed:
            hidden, found = self._typed.see(texts, reading.placed, ops=is_ops)
            if hidden:
                texts = [text[: hidden[at]] + MASK if at in hidden else text for at, text in enumerate(texts)]
            count += found
        styles, found = self._styles(frame.styles) if frame.styles else (frame.styles, 0)
        if texts is frame.texts and styles is frame.styles:
            return frame, 0
        return replace(frame, texts=texts, styles=styles), count + found

    def _styles(self, styles: list[str]) -> tuple[list[str], int]:
        """What CSS puts into the page is read, too."""
        places = [
            (at, *found.span(2))
            for at, style in enumerate(styles)
            if _SHOWING.search(style) is not None
            for found in _STRING.finditer(style)
        ]
        if not places:
            return styles, 0
        strings = [styles[at][start:end] for at, start, end in places]
        # The strings of one rule are shown as one.
        order: list[int] = []
        for number, (at, *_) in enumerate(places):
            order += (_JOINED if number and places[number - 1][0] == at else _BREAK, number)
        washed, count = self._in_order(strings, order)
        if washed is strings:
            return styles, 0
        result = list(styles)
        # From the end, so that places before keep theirs.
        for (at, start, end), text in zip(reversed(places), reversed(washed), strict=True):
            result[at] = result[at][:start] + text + result[at][end:]
        return result, count

    def _in_order(self, texts: list[str], order: list[int]) -> tuple[list[str], int]:
        stains: dict[int, set[Span]] = {}
        count = _stain(stains, texts, order, _MARKS, forms.find)
        if self._patterns:
            count += _stain(stains, texts, order, _LINE_MARKS, self._patterns.find)
        if not count:
            return texts, 0
        return [_masked(text, stains[at]) if at in stains else text for at, text in enumerate(texts)], count


def wash(texts: list[str], patterns: Sequence[str] = ()) -> tuple[list[str], int]:
    """`Washer.texts`, once."""
    return Washer(patterns).texts(texts)


def wash_frame(message: Message, patterns: Sequence[str] = ()) -> tuple[Message, int]:
    """`Washer.frame`, for one message that is all there is."""
    return Washer(patterns).frame(message)


# --- in which order a frame is read


class _Reading:
    """What people read in a frame: indices into its texts, in order, with marks between them."""

    __slots__ = ("_apart", "_changed", "_inline", "_ints", "_places", "_readable", "_values", "placed")

    def __init__(self, tags: Sequence[str], names: Sequence[str], ints: Sequence[int], places: bool) -> None:
        """`places`: fill `placed`, too."""
        self._ints = ints
        self._places = places
        self._inline = [tag in INLINE_TAGS or is_custom(tag) for tag in tags]
        # Most changes name no attribute.
        self._readable = _indices(names, lambda name: kind_of(name) == "text") if names else _NONE
        # What somebody types into a field that the site shows.
        self._values = _indices(names, VALUES.__contains__) if names else _NONE
        # Texts of attributes, each a line of its own, and changed texts, each a box.
        self._apart: list[int] = []
        self._changed: list[int] = []
        self.placed: list[Placed] = []

    def order(self) -> list[int]:
        ints, inline = self._ints, self._inline
        text, element = OPS.text, OPS.element
        order: list[int] = []
        # For each inline element of this frame, the element whose line it flows in.
        blocks: dict[int, int] = {}
        at, end, line = 0, len(ints), 0
        while at < end:
            number = ints[at]
            if number == text:
                parent = ints[at + 2]
                block = blocks.get(parent, parent)
                order += (_JOINED if block == line else _BESIDE, ints[at + 4])
                line = block
                if self._places:
                    self.placed.append(Placed(ints[at + 4], ints[at + 1], parent))
                at += 5
            elif number == element:
                if inline[ints[at + 4]]:
                    parent = ints[at + 2]
                    blocks[ints[at + 1]] = blocks.get(parent, parent)
                else:
                    line = 0
                at = self._attributes(at + 6, at + 6 + 2 * ints[at + 5])
            else:
                line = 0
                at = self._other(at)
        return [*order, _BREAK, *self._changed, _BREAK, *self._apart]

    def _attributes(self, at: int, end: int) -> int:
        if self._readable and not self._readable.isdisjoint(self._ints[at:end:2]):
            for index in range(at, end, 2):
                if self._ints[index] in self._readable:
                    self._apart += (self._ints[index + 1], _BREAK)
        return end

    def _other(self, at: int) -> int:
        ints = self._ints
        if ints[at] == _TEXT_CHANGE:
            self._changed += (ints[at + 2], _BESIDE)
            self.placed.append(Placed(ints[at + 2], ints[at + 1], 0))
        elif ints[at] == OPS.attribute and ints[at + 2] in self._readable:
            self._apart += (ints[at + 3], _BREAK)
            if ints[at + 2] in self._values:
                self.placed.append(Placed(ints[at + 3], ints[at + 1], 0))
        return at + (_LENGTHS[ints[at]] or 5 + ints[at + 4])


def _indices(names: Sequence[str], wanted: Callable[[str], bool]) -> frozenset[int]:
    return frozenset(index for index, name in enumerate(names) if wanted(name))


# --- what is found


def _stain(
    stains: dict[int, set[Span]],
    texts: list[str],
    order: list[int],
    marks: tuple[str, str, str],
    find: "forms.Find",
) -> int:
    """Add what is found in the texts, read in this order, to the stains of each text. How much was found."""
    all_texts = [*texts, *marks]
    pieces = [all_texts[index] for index in order]
    if sum(map(len, pieces)) > LIMITS.frame_text_characters:
        # A text that stands in ten thousand places is short in the frame, and gigabytes where it is read.
        raise BadFrame("A frame has too much text to read.")
    found = list(find("".join(pieces)))
    if not found:
        return 0
    spans = _merged(found)
    starts = list(accumulate(map(len, pieces), initial=0))
    for start, end in spans:
        place = bisect_right(starts, start) - 1
        while (offset := starts[place]) < end:
            index = order[place]
            place += 1
            stains.setdefault(index, set()).add((max(start - offset, 0), min(end - offset, len(all_texts[index]))))
    return len(spans)


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _masked(text: str, spans: set[Span]) -> str:
    pieces: list[str] = []
    done = 0
    for start, end in _merged(span for span in spans if span[0] < span[1]):
        pieces += (text[done:start], MASK)
        done = end
    return "".join((*pieces, text[done:]))
