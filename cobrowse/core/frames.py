"""Check one frame of the view: its tables and every integer of its records, by docs/protocol.md.

`Tables` turns a frame's tables into what each index may be; `Records` walks the integers once. Both live for one
frame. What must be remembered from frame to frame is in `Memory`, and nothing else is.
"""

import re
from collections.abc import Callable
from typing import Protocol

from cobrowse.core import styles
from cobrowse.core.errors import BadFrame
from cobrowse.core.whitelist import INPUT_TYPES, LIMITS, OPS, PLACEHOLDER_REASONS, SNAPSHOT_OPS, is_tag, kind_of, names

MAX_INTEGER = 2**31 - 1

# Elements whose content is not theirs to show: a rule belongs into a sheet record, a value nowhere, and what stands in
# for something else has no inside.
CLOSED_TAGS = frozenset({"style", "link", "textarea", "input", "placeholder"})
# Inputs whose value no setting can show.
SECRET_INPUT_TYPES = frozenset({"password", "hidden", "file"})
VALUE_NAMES = frozenset(
    {
        "input :value",
        "input :checked",
        "input :indeterminate",
        "textarea :value",
        "option :selected",
    }
)
LINK_RELS = frozenset({"stylesheet", "alternate stylesheet"})
# SVG attributes that a browser reads as CSS and that may point somewhere.
PAINT_ATTRIBUTES = frozenset(
    {"fill", "stroke", "clip-path", "mask", "filter", "marker-start", "marker-mid", "marker-end"}
)

_PLACE = re.compile(r"""url\(\s*(["']?)\#[A-Za-z_][\w.:-]*\1\s*\)""", re.IGNORECASE | re.ASCII)
_FUNCTION = re.compile(r"([-\w]*)\(", re.ASCII)
_LOADING = frozenset({"src", "image", "image-set", "-webkit-image-set", "expression"})
_STANDS_FOR = re.compile(r"(?:svg:)?[A-Za-z][A-Za-z0-9._-]{0,63}")


class Frame(Protocol):
    """The tables that Snapshot and Ops share."""

    @property
    def tags(self) -> list[str]: ...
    @property
    def names(self) -> list[str]: ...
    @property
    def urls(self) -> list[int]: ...
    @property
    def styles(self) -> list[str]: ...
    @property
    def texts(self) -> list[str]: ...


class Memory:
    """What an epoch's later frames depend on: totals, and ids of nodes that stay closed or secret."""

    __slots__ = ("closed", "nodes", "secret", "uses")

    def __init__(self) -> None:
        self.nodes = 0
        self.uses = 0
        self.closed: set[int] = set()
        self.secret: set[int] = set()


def refused(sentence: str) -> BadFrame:
    """The error for a frame that does not fit."""
    return BadFrame(sentence)


Extra = Callable[["Records", int, int], None]


class Tables:
    """A frame's tables, checked, and what they allow. For each name: its tag, and the range of its value."""

    __slots__ = ("extras", "highs", "long_texts", "lows", "owners", "style_count", "tags", "texts")

    def __init__(self, frame: Frame, shows_values: bool) -> None:
        self.tags = frame.tags
        self.texts = frame.texts
        self.style_count = len(frame.styles)
        for tag in frame.tags:
            if not is_tag(tag):
                raise refused("A tag is not on the whitelist.")
        if frame.urls and not (min(frame.urls) >= 1 and max(frame.urls) <= LIMITS.url_numbers):
            raise refused("An asset's number is out of range.")
        for css in frame.styles:
            styles.check(css, asset=False)
        limit = LIMITS.token_characters
        self.long_texts = frozenset(index for index, text in enumerate(frame.texts) if len(text) > limit)
        self._read_names(frame, shows_values)

    def _read_names(self, frame: Frame, shows_values: bool) -> None:
        ranges = {
            "text": (0, len(frame.texts)),
            "token": (0, len(frame.texts)),
            "style": (0, len(frame.styles)),
            "url": (0, len(frame.urls)),
            "flag": (0, 2),
            "number": (-MAX_INTEGER, MAX_INTEGER + 1),
        }
        self.owners: list[str] = []
        self.lows: list[int] = []
        self.highs: list[int] = []
        self.extras: list[Extra | None] = []
        for name in frame.names:
            kind = kind_of(name)
            if kind is None or (name in VALUE_NAMES and not shows_values):
                raise refused("A name is not on the whitelist.")
            low, high = ranges[kind]
            self.owners.append(name.partition(" ")[0])
            self.lows.append(low)
            self.highs.append(high)
            # Only where some text is too long for a token need any token be looked at.
            extra = Records.token if kind == "token" and self.long_texts else None
            self.extras.append(_EXTRAS.get(name, extra))


def _is_paint(name: str) -> bool:
    tag, _, attribute = name.partition(" ")
    return attribute in PAINT_ATTRIBUTES and tag.startswith("svg:")


class Records:
    """One walk over a frame's integers."""

    __slots__ = ("_depths", "_is_snapshot", "_memory", "_root", "_tables", "_valued", "ints")

    def __init__(self, ints: list[int], tables: Tables, memory: Memory, *, snapshot: bool, root: bool) -> None:
        """`root`: the document is yet to come (part 0 of a snapshot)."""
        self.ints = ints
        self._tables = tables
        self._memory = memory
        self._is_snapshot = snapshot
        self._root = root
        # Depth below what was there before this frame, by id, of what this frame inserts or moves.
        self._depths: dict[int, int] = {}
        self._valued: set[int] = set()

    def walk(self) -> None:
        """Return if every record fits. Raises `BadFrame`."""
        ints = self.ints
        if ints and (max(ints) > MAX_INTEGER or min(ints) < -MAX_INTEGER):
            raise refused("An integer is out of range.")
        handlers = _SNAPSHOT_HANDLERS if self._is_snapshot else _OPS_HANDLERS
        at, end = 0, len(ints)
        try:
            while at < end:
                handler = handlers.get(ints[at])
                if handler is None:
                    raise refused("A record has a number that may not stand here.")
                at = handler(self, at)
        except IndexError:
            at = -1
        if at != end:
            raise refused("The last record is cut short.")
        if self._root:
            raise refused("A picture begins with its document.")
        if not self._valued.isdisjoint(self._memory.secret):
            raise refused("The value of a secret field is never shown.")

    # --- what several records need

    def _id(self, node: int) -> None:
        if node < 1:
            raise refused("An id is out of range.")

    def _new(self, node: int, parent: int) -> None:
        """A new node under `parent`."""
        if node < 1 or parent < 1 or self._root:
            raise refused("An id is out of range, or stands before the document.")
        depths = self._depths
        if node in depths or node == parent:
            raise refused("An id is used twice.")
        depth = depths.get(parent, 0) + 1
        if depth > LIMITS.depth:
            raise refused("The tree is too deep.")
        depths[node] = depth
        self._count()

    def _count(self) -> None:
        self._memory.nodes += 1
        if self._memory.nodes > LIMITS.nodes:
            raise refused("The tree has too many nodes.")

    def _before(self, before: int) -> None:
        if before and (before < 0 or self._is_snapshot):
            raise refused("The node to stand before is out of range.")

    def _text_index(self, index: int) -> None:
        if not 0 <= index < len(self._tables.texts):
            raise refused("An index points outside its table.")

    def _style_index(self, index: int) -> None:
        if not 0 <= index < self._tables.style_count:
            raise refused("An index points outside its table.")

    # --- records that a snapshot may hold

    def _element(self, at: int) -> int:
        ints, tables = self.ints, self._tables
        node, parent, tag_index, count = ints[at + 1], ints[at + 2], ints[at + 4], ints[at + 5]
        self._new(node, parent)
        self._before(ints[at + 3])
        if not 0 <= tag_index < len(tables.tags) or not 0 <= count <= LIMITS.attributes_per_element:
            raise refused("An index points outside its table.")
        tag = tables.tags[tag_index]
        if parent in self._memory.closed:
            raise refused("This element has no inside.")
        if tag in CLOSED_TAGS:
            self._memory.closed.add(node)
        elif tag == "svg:use":
            self._use()
        end = at + 6 + 2 * count
        self._attributes(node, tag, at + 6, end)
        return end

    def _use(self) -> None:
        self._memory.uses += 1
        if self._memory.uses > LIMITS.use:
            raise refused("The tree has too many uses.")

    def _attributes(self, node: int, tag: str, at: int, end: int) -> None:
        ints, tables = self.ints, self._tables
        owners, lows, highs, extras = tables.owners, tables.lows, tables.highs, tables.extras
        known = len(owners)
        for index in range(at, end, 2):
            name, value = ints[index], ints[index + 1]
            if not 0 <= name < known or owners[name] != tag:
                raise refused("A name does not belong to this element.")
            if not lows[name] <= value < highs[name]:
                raise refused("A value is out of range.")
            extra = extras[name]
            if extra is not None:
                extra(self, node, value)

    def _text(self, at: int) -> int:
        ints = self.ints
        node, parent = ints[at + 1], ints[at + 2]
        self._new(node, parent)
        self._before(ints[at + 3])
        self._text_index(ints[at + 4])
        if parent in self._memory.closed:
            raise refused("This element has no inside.")
        # A text node has no inside either, but to remember them all would cost more than it is worth.
        return at + 5

    def _shadow(self, at: int) -> int:
        host = self.ints[at + 2]
        self._new(self.ints[at + 1], host)
        if host in self._memory.closed:
            raise refused("This element has no inside.")
        return at + 3

    def _document(self, at: int) -> int:
        node, parent = self.ints[at + 1], self.ints[at + 2]
        if not self._root or parent != 0:
            raise refused("A picture has one document, at its beginning.")
        self._id(node)
        self._root = False
        self._depths[node] = 0
        self._count()
        return at + 3

    def _sheet(self, at: int) -> int:
        ints = self.ints
        sheet, owner, count = ints[at + 1], ints[at + 2], ints[at + 4]
        # A sheet may be sent again under its id, so it is not a new node each time; it counts all the same.
        if sheet < 1 or owner < 1 or count < 0 or self._root:
            raise refused("A sheet's record is out of range.")
        self._before(ints[at + 3])
        self._count()
        end = at + 5 + count
        for index in range(at + 5, end):
            self._style_index(ints[index])
        return end

    def _scroll(self, at: int) -> int:
        # Both offsets may be negative (a page that reads from right to left).
        self._id(self.ints[at + 1])
        return at + 4

    def _focus(self, at: int) -> int:
        if self.ints[at + 1] < 0:
            raise refused("An id is out of range.")
        return at + 2

    def _selection(self, at: int) -> int:
        ints = self.ints
        numbers = ints[at + 1 : at + 5]
        if len(numbers) == 4 and min(numbers) < 0:
            raise refused("A selection is out of range.")
        return at + 5

    # --- records of ops alone

    def _remove(self, at: int) -> int:
        self._id(self.ints[at + 1])
        return at + 2

    def _move(self, at: int) -> int:
        node, parent = self.ints[at + 1], self.ints[at + 2]
        self._id(node)
        self._id(parent)
        self._before(self.ints[at + 3])
        if node == parent or parent in self._memory.closed:
            raise refused("A node cannot move there.")
        depth = self._depths.get(parent, 0) + 1
        if depth > LIMITS.depth:
            raise refused("The tree is too deep.")
        self._depths[node] = depth
        return at + 4

    def _text_change(self, at: int) -> int:
        self._id(self.ints[at + 1])
        self._text_index(self.ints[at + 2])
        return at + 3

    def _attribute(self, at: int) -> int:
        node, name = self.ints[at + 1], self.ints[at + 2]
        self._id(node)
        if not 0 <= name < len(self._tables.owners):
            raise refused("An index points outside its table.")
        # Which element `node` is, only the mirror's builder knows; it refuses a name of another element.
        self._attributes(node, self._tables.owners[name], at + 2, at + 4)
        return at + 4

    def _attribute_removed(self, at: int) -> int:
        self._id(self.ints[at + 1])
        name = self.ints[at + 2]
        if not 0 <= name < len(self._tables.owners):
            raise refused("An index points outside its table.")
        return at + 3

    def _rule_inserted(self, at: int) -> int:
        self._id(self.ints[at + 1])
        if self.ints[at + 2] < 0:
            raise refused("A rule's place is out of range.")
        self._style_index(self.ints[at + 3])
        return at + 4

    def _rule_removed(self, at: int) -> int:
        self._id(self.ints[at + 1])
        if self.ints[at + 2] < 0:
            raise refused("A rule's place is out of range.")
        return at + 3

    # --- what more must hold for a value

    def token(self, node: int, value: int) -> None:
        """A token is not too long."""
        if value in self._tables.long_texts:
            raise refused("A token is too long.")

    def paint(self, node: int, value: int) -> None:
        """What a browser reads as CSS points into its own document only."""
        self.token(node, value)
        text = self._tables.texts[value]
        if "\\" in text or ("(" in text and not _is_local_paint(text)):
            raise refused("A paint points outside the page.")

    def field_value(self, node: int, value: int) -> None:
        """A value is shown only where no record makes the field a secret one."""
        self._valued.add(node)

    def input_type(self, node: int, value: int) -> None:
        """An input has a known type; once secret, it stays so."""
        text = self._tables.texts[value]
        if text not in INPUT_TYPES:
            raise refused("An input's type is not on the whitelist.")
        if text in SECRET_INPUT_TYPES:
            self._memory.secret.add(node)

    def link_rel(self, node: int, value: int) -> None:
        """A link is a stylesheet: others make a browser look up names or connect (CSP does not cover preconnect)."""
        if self._tables.texts[value] not in LINK_RELS:
            raise refused("A link that is no stylesheet.")

    def reason(self, node: int, value: int) -> None:
        """A placeholder says why by a word of the list."""
        if self._tables.texts[value] not in PLACEHOLDER_REASONS:
            raise refused("A placeholder's reason is not on the whitelist.")

    def stands_for(self, node: int, value: int) -> None:
        """A placeholder names a tag."""
        if _STANDS_FOR.fullmatch(self._tables.texts[value]) is None:
            raise refused("A placeholder stands for no tag.")


def _is_local_paint(text: str) -> bool:
    for function in _FUNCTION.finditer(text):
        name = function[1].lower()
        if name in _LOADING or (name == "url" and _PLACE.match(text, function.start()) is None):
            return False
    return True


_EXTRAS: dict[str, Extra] = {
    "input type": Records.input_type,
    "link rel": Records.link_rel,
    "placeholder :reason": Records.reason,
    "placeholder :tag": Records.stands_for,
    **dict.fromkeys(VALUE_NAMES, Records.field_value),
    **{name: Records.paint for name in names() if _is_paint(name)},
}

Handler = Callable[[Records, int], int]

_OPS_HANDLERS: dict[int, Handler] = {
    OPS.element: Records._element,
    OPS.text: Records._text,
    OPS.shadow: Records._shadow,
    OPS.document: Records._document,
    OPS.sheet: Records._sheet,
    OPS.remove: Records._remove,
    OPS.move: Records._move,
    OPS.text_change: Records._text_change,
    OPS.attribute: Records._attribute,
    OPS.attribute_removed: Records._attribute_removed,
    OPS.scroll: Records._scroll,
    OPS.focus: Records._focus,
    OPS.rule_inserted: Records._rule_inserted,
    OPS.rule_removed: Records._rule_removed,
    OPS.selection: Records._selection,
}
_SNAPSHOT_HANDLERS = {number: handler for number, handler in _OPS_HANDLERS.items() if number in SNAPSHOT_OPS}
