"""Wash texts once more in the hub: card numbers (Luhn), IBANs (mod 97) and a site's own patterns become the mask.

The snippet masks by element; this looks at what is left, by form alone. Text that a page splits over inline elements
(`4111 <b>1111</b> 1111 1111`) is read as one run, and every part of what is found is masked. The mask has one length,
so nothing of what it hides can be told from it. A count above zero is a bug report for the site's masking.

Only what people read is washed: text nodes, texts of attributes, titles. Tokens are left alone, since an SVG path is
full of digits. A text that two places of a frame share is masked in both.

What this cannot do: it finds no card that is split over block elements or over two frames, and it masks a number that
is no card but looks like one (one in ten passes Luhn).
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import TypeVar, cast

from msgspec.structs import replace

from cobrowse.core.protocol import Ops, Page, Pointer, Snapshot, Tip
from cobrowse.core.whitelist import OPS, kind_of

MASK = "•••••"

# ISO/IEC 7812-1 allows 19 digits; shorter than 13 no scheme in use has. The schemes in use begin with 2 to 6.
CARD_MIN_DIGITS = 13
CARD_MAX_DIGITS = 19
# ISO 13616: two letters, two check digits, and up to 30 letters and digits; the shortest in use is Norway's.
IBAN_MIN_LENGTH = 15
IBAN_MAX_LENGTH = 34
# Beyond so many numbers that might be one, a frame's are masked by their form alone, without doing the sums.
MAX_CANDIDATES = 500

# Both begin with a set of digits and only then look back, which lets the regular expressions skip fast.
# White space (which a page's markup may stretch over lines) or dashes, within a number.
_GAP = r"[\s\u2010-\u2015-]{0,16}+"
_CARD = re.compile(rf"[2-6](?<![0-9][2-6])(?:{_GAP}[0-9]){{{CARD_MIN_DIGITS - 1},{CARD_MAX_DIGITS - 1}}}+")
# Matches from the first check digit on; the country's two letters stand right before it.
_IBAN = re.compile(
    r"[0-9](?<=[A-Za-z]{2}[0-9])(?<![A-Za-z0-9][A-Za-z]{2}[0-9])[0-9]"
    rf"(?:{_GAP}[A-Za-z0-9]){{{IBAN_MIN_LENGTH - 4},{IBAN_MAX_LENGTH - 4}}}+"
)
_NOT_ALNUM = re.compile(r"[^0-9A-Za-z]")

# Elements that flow inside a line. What is split over them reads as one; any other element ends the line.
INLINE_TAGS = frozenset(
    "a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd label mark nobr q s samp small span strike"
    " strong sub sup svg:tspan time tt u var".split()
)

# What stands between two lines: no number goes on over it.
_BREAK_TEXT = "\0"
# Its index in the texts of a frame with `_BREAK_TEXT` put at their end.
_BREAK = -1

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
}

View = Snapshot | Ops | Page | Pointer | Tip
Message = TypeVar("Message", bound=View)
Patterns = Sequence[re.Pattern[str]]
Span = tuple[int, int]


def wash(texts: list[str], patterns: Patterns = ()) -> tuple[list[str], int]:
    """The texts, each read by itself, with everything found masked, and how much was found.

    The very same list where nothing was."""
    order = [place for index in range(len(texts)) for place in (index, _BREAK)]
    return _wash_order(texts, order, patterns)


def wash_frame(message: Message, patterns: Patterns = ()) -> tuple[Message, int]:
    """The message washed, and how much was found. The very same message where nothing was; call it after `ViewCheck`.

    `Pointer` and `Tip` hold no text."""
    washed: View = message
    count = 0
    if isinstance(washed, Snapshot | Page) and washed.page is not None:
        titles, count = wash([washed.page.title], patterns)
        washed = replace(washed, page=replace(washed.page, title=titles[0])) if count else washed
    if isinstance(washed, Snapshot | Ops):
        ints = washed.nodes if isinstance(washed, Snapshot) else washed.ops
        order = _Reading(washed.tags, washed.names, ints).order()
        texts, found = _wash_order(washed.texts, order, patterns)
        washed = replace(washed, texts=texts) if found else washed
        count += found
    return cast(Message, washed), count


# --- in which order a frame is read


class _Reading:
    """What people read in a frame: indices into its texts, in order, with a break wherever a line ends."""

    __slots__ = ("_apart", "_inline", "_ints", "_readable")

    def __init__(self, tags: Sequence[str], names: Sequence[str], ints: Sequence[int]) -> None:
        self._ints = ints
        self._inline = [tag in INLINE_TAGS for tag in tags]
        self._readable = frozenset(index for index, name in enumerate(names) if kind_of(name) == "text")
        # Texts of attributes and changed texts, each a line of its own.
        self._apart: list[int] = []

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
                if block != line:
                    order.append(_BREAK)
                    line = block
                order.append(ints[at + 4])
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
        return [*order, _BREAK, *self._apart]

    def _attributes(self, at: int, end: int) -> int:
        if self._readable and not self._readable.isdisjoint(self._ints[at:end:2]):
            for index in range(at, end, 2):
                if self._ints[index] in self._readable:
                    self._apart += (self._ints[index + 1], _BREAK)
        return end

    def _other(self, at: int) -> int:
        ints = self._ints
        if ints[at] == OPS.text_change:
            self._apart += (ints[at + 2], _BREAK)
        elif ints[at] == OPS.attribute and ints[at + 2] in self._readable:
            self._apart += (ints[at + 3], _BREAK)
        return at + (_LENGTHS[ints[at]] or 5 + ints[at + 4])


# --- what is found


def _wash_order(texts: list[str], order: list[int], patterns: Patterns) -> tuple[list[str], int]:
    all_texts = [*texts, _BREAK_TEXT]
    spans = list(_find("".join([all_texts[index] for index in order]), patterns))
    if not spans:
        return texts, 0
    starts = list(accumulate((len(all_texts[index]) for index in order), initial=0))
    stains: dict[int, set[Span]] = {}
    for start, end in spans:
        place = bisect_right(starts, start) - 1
        while (offset := starts[place]) < end:
            index = order[place]
            place += 1
            stains.setdefault(index, set()).add((max(start - offset, 0), min(end - offset, len(all_texts[index]))))
    return [_masked(text, stains[index]) if index in stains else text for index, text in enumerate(texts)], len(spans)


def _masked(text: str, spans: set[Span]) -> str:
    pieces: list[str] = []
    done = 0
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if start >= done:
            pieces += (text[done:start], MASK)
        done = max(done, end)
    return "".join((*pieces, text[done:]))


def _find(text: str, patterns: Patterns) -> Iterator[Span]:
    """Every stretch of `text` that must not be read. They may overlap."""
    yield from _find_form(text, _CARD, 0, _is_card, CARD_MIN_DIGITS)
    yield from _find_form(text, _IBAN, 2, _is_iban, IBAN_MIN_LENGTH)
    for pattern in patterns:
        yield from (found.span() for found in pattern.finditer(text) if found.end() > found.start())


def _find_form(
    text: str, form: re.Pattern[str], lead: int, holds: Callable[[str], bool], shortest: int
) -> Iterator[Span]:
    """From each place where the form begins (`lead` before its match), the longest stretch that holds."""
    position = 0
    for _ in range(MAX_CANDIDATES):
        found = form.search(text, position)
        if found is None:
            return
        position = found.start() + 1
        start = found.start() - lead
        end = _longest(text, start, found.end(), holds, shortest)
        if end:
            yield start, end
    yield from ((found.start() - lead, found.end()) for found in form.finditer(text, position))


def _longest(text: str, start: int, last: int, holds: Callable[[str], bool], shortest: int) -> int:
    """Where the longest stretch that holds and ends with a word ends; 0 where none does."""
    for end in range(last, start, -1):
        if text[end - 1].isalnum() and not text[end : end + 1].isalnum():
            bare = _NOT_ALNUM.sub("", text[start:end])
            if len(bare) < shortest:
                break
            if holds(bare):
                return end
    return 0


def _is_card(digits: str) -> bool:
    """Luhn, ISO/IEC 7812-1 annex B."""
    total = sum(int(digit) for digit in digits[-1::-2])
    total += sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return total % 10 == 0


def _is_iban(text: str) -> bool:
    """ISO 7064 mod 97-10 over the text with its first four characters at the end, letters as 10 to 35."""
    return int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4])) % 97 == 1
