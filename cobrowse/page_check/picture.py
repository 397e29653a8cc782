"""The picture an agent would have: built from the very frames that leave the tab, each checked as the hub does it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from cobrowse.core.errors import BadFrame
from cobrowse.core.policy import Site
from cobrowse.core.protocol import Ops, Page, PageInfo, Pointer, Snapshot, Tip
from cobrowse.core.view import ViewCheck
from cobrowse.core.whitelist import OPS, kind_of

AnyView = Snapshot | Ops | Page | Pointer | Tip


class Node(Struct, kw_only=True, eq=False):
    """A node of the picture: an element has a tag, a text node a text, a shadow root neither."""

    id: int
    tag: str = ""
    text: str = ""
    attributes: dict[str, str | int] = {}
    parent: "Node | None" = None
    children: "list[Node]" = []


class Picture:
    """What the agent's mirror would build. Raises `BadFrame` for what the hub would not pass on."""

    def __init__(self, site: Site) -> None:
        self._check = ViewCheck(site)
        self._nodes: dict[int, Node] = {}
        self.page: PageInfo | None = None
        self.root: Node | None = None

    @classmethod
    def of(cls, site: Site, messages: Sequence[Mapping[str, Any]]) -> "Picture":
        """The picture after all of these messages, as they are on the wire."""
        picture = cls(site)
        for message in messages:
            picture.add(msgspec.convert(message, AnyView))
        return picture

    def add(self, message: AnyView) -> None:
        """Take one more message."""
        self._check.check(message)
        match message:
            case Snapshot():
                self.page = message.page or self.page
                self._read(message, message.nodes)
            case Ops():
                self._read(message, message.ops)
            case Page():
                self.page = message.page

    def _read(self, frame: Snapshot | Ops, ints: list[int]) -> None:
        at = 0
        while at < len(ints):
            at = _READERS.get(ints[at], _passed_over)(self, frame, ints, at)

    def _known(self, node: int) -> Node:
        found = self._nodes.get(node)
        if found is None:
            raise BadFrame("A record names a node that is not there.")
        return found

    def _place(self, node: Node, parent: int, before: int) -> None:
        node.parent = self._known(parent)
        siblings = node.parent.children
        siblings.insert(siblings.index(self._known(before)) if before else len(siblings), node)

    def _element(self, frame: Snapshot | Ops, ints: list[int], at: int) -> int:
        end = at + 6 + 2 * ints[at + 5]
        node = Node(id=ints[at + 1], tag=frame.tags[ints[at + 4]], attributes={}, children=[])
        for index in range(at + 6, end, 2):
            _set(node, frame, ints[index], ints[index + 1])
        self._nodes[node.id] = node
        self._place(node, ints[at + 2], ints[at + 3])
        return end

    def _text(self, frame: Snapshot | Ops, ints: list[int], at: int) -> int:
        node = Node(id=ints[at + 1], text=frame.texts[ints[at + 4]])
        self._nodes[node.id] = node
        self._place(node, ints[at + 2], ints[at + 3])
        return at + 5

    def _shadow(self, _frame: Snapshot | Ops, ints: list[int], at: int) -> int:
        host = self._known(ints[at + 2])
        node = Node(id=ints[at + 1], parent=host, children=[])
        self._nodes[node.id] = node
        host.children.insert(0, node)
        return at + 3

    def _document(self, _frame: Snapshot | Ops, ints: list[int], at: int) -> int:
        self.root = Node(id=ints[at + 1], children=[])
        self._nodes = {self.root.id: self.root}
        return at + 3

    def _remove(self, _frame: Snapshot | Ops, ints: list[int], at: int) -> int:
        node = self._nodes.pop(ints[at + 1], None)
        if node is not None and node.parent is not None:
            node.parent.children.remove(node)
        return at + 2

    def _move(self, _frame: Snapshot | Ops, ints: list[int], at: int) -> int:
        node = self._known(ints[at + 1])
        if node.parent is not None:
            node.parent.children.remove(node)
        self._place(node, ints[at + 2], ints[at + 3])
        return at + 4

    def _text_change(self, frame: Snapshot | Ops, ints: list[int], at: int) -> int:
        self._known(ints[at + 1]).text = frame.texts[ints[at + 2]]
        return at + 3

    def _attribute(self, frame: Snapshot | Ops, ints: list[int], at: int) -> int:
        _set(self._known(ints[at + 1]), frame, ints[at + 2], ints[at + 3])
        return at + 4

    def _attribute_removed(self, frame: Snapshot | Ops, ints: list[int], at: int) -> int:
        self._known(ints[at + 1]).attributes.pop(frame.names[ints[at + 2]].partition(" ")[2], None)
        return at + 3

    def elements(self) -> Iterator[Node]:
        """Every element that is shown, in document order."""
        waiting = [self.root] if self.root is not None else []
        while waiting:
            node = waiting.pop()
            if node.tag:
                yield node
            waiting += reversed(node.children)


def _set(node: Node, frame: Snapshot | Ops, name: int, value: int) -> None:
    kind = kind_of(frame.names[name])
    said = frame.texts[value] if kind in ("text", "token") else value
    node.attributes[frame.names[name].partition(" ")[2]] = said


def _passed_over(_picture: Picture, _frame: Snapshot | Ops, ints: list[int], at: int) -> int:
    """What has no text that a reader could see."""
    return at + (5 + ints[at + 4] if ints[at] == OPS.sheet else _OTHER_LENGTHS[ints[at]])


_OTHER_LENGTHS = {
    OPS.scroll: 4,
    OPS.focus: 2,
    OPS.rule_inserted: 4,
    OPS.rule_removed: 3,
    OPS.selection: 5,
    OPS.adopt: 5,
}
_READERS = {
    OPS.element: Picture._element,
    OPS.text: Picture._text,
    OPS.shadow: Picture._shadow,
    OPS.document: Picture._document,
    OPS.remove: Picture._remove,
    OPS.move: Picture._move,
    OPS.text_change: Picture._text_change,
    OPS.attribute: Picture._attribute,
    OPS.attribute_removed: Picture._attribute_removed,
}
