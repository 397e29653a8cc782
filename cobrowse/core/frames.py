"""Check the records of one frame of the view: every integer, by docs/protocol.md."""

from collections.abc import Callable

from cobrowse.core.protocol import Ops
from cobrowse.core.tables import MAX_INTEGER, Memory, Tables, refused
from cobrowse.core.whitelist import LIMITS, NO_INSIDE, OPS, SNAPSHOT_OPS

_TEXT_CHANGE, _TEXT_CHANGE_INTEGERS = OPS.text_change, 3


def is_text_change(frame: Ops) -> bool:
    """True where all that the frame says is that one text changed, and that is said rightly. What most frames are: of
    such a one there is nothing else to check and nothing to remember. False says nothing: it has to be walked."""
    ops = frame.ops
    if len(ops) != _TEXT_CHANGE_INTEGERS or ops[0] != _TEXT_CHANGE:
        return False
    if frame.tags or frame.names or frame.urls or frame.styles:
        return False
    return 1 <= ops[1] <= MAX_INTEGER and 0 <= ops[2] < len(frame.texts)


class Records:
    """One walk over a frame's integers."""

    __slots__ = ("_depths", "_is_snapshot", "_memory", "_others", "_root", "_tables", "ints")

    def __init__(self, ints: list[int], tables: Tables, memory: Memory, *, snapshot: bool, root: bool) -> None:
        """`root`: the document is yet to come (part 0 of a snapshot)."""
        self.ints = ints
        self._tables = tables
        self._memory = memory
        self._is_snapshot = snapshot
        self._root = root
        # Depth below what was there before this frame, by id, of what this frame inserts or moves; 0 for what must
        # have been there before, since something was put into it.
        self._depths: dict[int, int] = {}
        # Nodes of this frame beyond those in `_depths`: sheets; less those that only moved, or were there before.
        self._others = 0

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
        if not self._tables.valued.isdisjoint(self._memory.secret):
            raise refused("The value of a secret field is never shown.")
        if not self._tables.labelled <= self._memory.buttons:
            raise refused("Only a button has a label; what a field holds is a value.")
        self._memory.nodes += len(self._depths) + self._others
        if self._memory.nodes > LIMITS.nodes:
            raise refused("The tree has too many nodes.")

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
        depths[node] = self._below(parent)

    def _below(self, parent: int) -> int:
        """How deep a child of `parent` is, as far as this frame knows."""
        depth = self._depths.get(parent)
        if depth is None:
            # It was there before, so nothing in this frame may bring it: no two nodes can stand in each other.
            self._depths[parent] = depth = 0
            self._others -= 1
        if depth >= LIMITS.depth:
            raise refused("The tree is too deep.")
        return depth + 1

    def _before(self, before: int) -> None:
        if before < 0 or (before and self._is_snapshot):
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
        if ints[at + 3]:
            self._before(ints[at + 3])
        if not 0 <= tag_index < len(tables.tags) or not 0 <= count <= LIMITS.attributes_per_element:
            raise refused("An index points outside its table.")
        tag = tables.tags[tag_index]
        if parent in self._memory.closed:
            raise refused("This element has no inside.")
        if tag in NO_INSIDE:
            self._memory.closed.add(node)
            if tag == "iframe":
                self._memory.frames.add(node)
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
        if end - at > 2 and len(set(ints[at:end:2])) * 2 < end - at:
            raise refused("An attribute stands twice, or the record is cut short.")
        for index in range(at, end, 2):
            name, value = ints[index], ints[index + 1]
            if not 0 <= name < known or owners[name] != tag:
                raise refused("A name does not belong to this element.")
            if not lows[name] <= value < highs[name]:
                raise refused("A value is out of range.")
            extra = extras[name]
            if extra is not None:
                extra(tables, self._memory, node, value)

    def _text(self, at: int) -> int:
        ints = self.ints
        node, parent = ints[at + 1], ints[at + 2]
        self._new(node, parent)
        if ints[at + 3]:
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
        if parent:
            self._frame(node, parent)
            return at + 3
        if not self._root:
            raise refused("A picture has one document, at its beginning, and one in each frame.")
        self._id(node)
        self._root = False
        self._depths[node] = 0
        return at + 3

    def _frame(self, node: int, frame: int) -> None:
        """The document in a frame, once: with another document comes another frame."""
        memory = self._memory
        self._new(node, frame)
        if frame not in memory.frames:
            raise refused("A document stands in no frame, or beside another.")
        memory.frames.discard(frame)
        memory.documents += 1
        if memory.documents > LIMITS.frame_documents_per_epoch:
            raise refused("The tree has too many documents.")

    def _sheet(self, at: int) -> int:
        ints = self.ints
        sheet, owner, count = ints[at + 1], ints[at + 2], ints[at + 4]
        # A sheet may be sent again under its id, so it is not a new node each time; it counts all the same.
        if sheet < 1 or owner < 1 or count < 0 or self._root:
            raise refused("A sheet's record is out of range.")
        self._before(ints[at + 3])
        self._others += 1
        end = at + 5 + count
        for index in range(at + 5, end):
            self._style_index(ints[index])
        return end

    def _adopt(self, at: int) -> int:
        """A sheet that was sent already, in another place."""
        ints = self.ints
        place, owner, sheet = ints[at + 1], ints[at + 2], ints[at + 4]
        if place < 1 or owner < 1 or sheet < 1 or place == sheet or self._root:
            raise refused("A sheet's record is out of range.")
        self._before(ints[at + 3])
        self._others += 1
        return at + 5

    def _scroll(self, at: int) -> int:
        # Both offsets may be negative (a page that reads from right to left).
        node = self.ints[at + 1]
        self._id(node)
        if node in self._memory.closed and not self._tables.shows_values:
            raise refused("How far a field is scrolled tells how long its value is.")
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
        depth = self._below(parent)
        if node not in self._depths:
            self._others -= 1
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
    OPS.adopt: Records._adopt,
}
_SNAPSHOT_HANDLERS = {number: handler for number, handler in _OPS_HANDLERS.items() if number in SNAPSHOT_OPS}
