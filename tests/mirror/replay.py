"""A reference model of the mirror: applies snapshots and ops strictly and gives the canonical form of the picture.

It knows nothing of the DOM; what it accepts is what docs/protocol.md says, so it catches a snippet that sends an id
twice, names a node that is not there, or forgets one.
"""

import json
from dataclasses import dataclass, field
from typing import Any

Value = str | int


class WrongFrame(Exception):
    """The frame does not fit the picture."""


def require(condition: object, what: str) -> None:
    if not condition:
        raise WrongFrame(what)


@dataclass(eq=False)
class Node:
    id: int
    kind: str
    tag: str = ""
    text: str = ""
    attributes: dict[str, Value] = field(default_factory=dict)
    rules: list[str] = field(default_factory=list)
    parent: "Node | None" = None
    children: list["Node"] = field(default_factory=list)


class Picture:
    """What the agent sees, node by node."""

    def __init__(self, kinds: dict[str, str]) -> None:
        self.kinds = kinds
        self.nodes: dict[int, Node] = {}
        self.retired: set[int] = set()
        self.root: Node | None = None
        self.epoch = 0
        self.seq = 0
        self.part = 0
        self.whole = False
        self.scrolls: dict[int, tuple[int, int]] = {}
        self.focus = 0
        self.selection = (0, 0, 0, 0)
        self.records = 0

    def apply(self, message: dict[str, Any]) -> None:
        if message["k"] == "snapshot":
            self._begin(message)
            self._read(message, message["nodes"], snapshot=True)
            self.whole = message["last"]
        elif message["k"] == "ops":
            require(message["epoch"] == self.epoch and self.whole, "ops before a whole snapshot")
            require(message["seq"] == self.seq + 1, f"gap: {message['seq']} after {self.seq}")
            self.seq += 1
            self._read(message, message["ops"], snapshot=False)

    def _begin(self, message: dict[str, Any]) -> None:
        if message["part"] == 0:
            require(message["epoch"] > self.epoch, "an epoch that does not grow")
            require(message["page"], "part 0 without page")
            self.__init__(self.kinds)  # type: ignore[misc]  # a new picture begins from nothing
            self.epoch = message["epoch"]
        else:
            require(message["epoch"] == self.epoch and message["part"] == self.part + 1, "parts out of order")
        self.part = message["part"]

    def _read(self, frame: dict[str, Any], numbers: list[int], *, snapshot: bool) -> None:
        at = 0

        def take(count: int) -> list[int]:
            nonlocal at
            require(at + count <= len(numbers), "cut short")
            taken = numbers[at : at + count]
            at += count
            return taken

        while at < len(numbers):
            (op,) = take(1)
            require(not snapshot or op in (1, 2, 3, 4, 5, 11, 12, 13, 15, 16), f"{op} in a snapshot")
            self.records += 1
            _READERS[op](self, frame, take, snapshot)

    # --- records

    def _element(self, frame: Any, take: Any, snapshot: bool) -> None:
        id_, parent, before, tag, count = take(5)
        require(not snapshot or before == 0, "before in a snapshot")
        node = self._new(id_, "element")
        node.tag = frame["tags"][tag]
        for _ in range(count):
            name, value = take(2)
            self._set(frame, node, name, value)
        self._place(node, parent, before)

    def _text(self, frame: Any, take: Any, snapshot: bool) -> None:
        id_, parent, before, text = take(4)
        require(not snapshot or before == 0, "before in a snapshot")
        node = self._new(id_, "text")
        node.text = frame["texts"][text]
        self._place(node, parent, before)

    def _shadow(self, frame: Any, take: Any, snapshot: bool) -> None:
        id_, host = take(2)
        node = self._new(id_, "shadow")
        node.parent = self._known(host)
        require(all(child.kind != "shadow" for child in node.parent.children), "two shadow roots")
        node.parent.children.insert(0, node)

    def _document(self, frame: Any, take: Any, snapshot: bool) -> None:
        id_, parent = take(2)
        node = self._new(id_, "document")
        if parent:
            node.parent = self._known(parent)
            require(node.parent.tag == "iframe" and not node.parent.children, "a document in no frame, or a second one")
            node.parent.children.append(node)
        else:
            require(self.root is None, "a second document")
            self.root = node

    def _sheet(self, frame: Any, take: Any, snapshot: bool) -> None:
        id_, owner, before, count = take(4)
        rules = [frame["styles"][index] for index in take(count)]
        if id_ in self.nodes:
            self.nodes[id_].rules = rules
            return
        node = self._new(id_, "sheet")
        node.rules = rules
        node.parent = self._known(owner)
        siblings = node.parent.children
        if before:
            require(self._known(before).kind == "sheet", "a sheet before something else")
            siblings.insert(siblings.index(self._known(before)), node)
        else:
            place = sum(1 for child in siblings if child.kind in ("sheet", "shadow"))
            siblings.insert(place, node)

    def _adopt(self, frame: Any, take: Any, snapshot: bool) -> None:
        id_, owner, before, sheet = take(4)
        known = self._known(sheet)
        require(known.kind == "sheet", "not a sheet")
        require(self._known(owner).kind in ("document", "shadow"), "adopted by an element")
        self._sheet(frame, iter_of([id_, owner, before, 0]), snapshot)
        # One list, whichever place it is changed through.
        self.nodes[id_].rules = known.rules

    def _remove(self, frame: Any, take: Any, snapshot: bool) -> None:
        (id_,) = take(1)
        node = self._known(id_)
        require(node.parent is not None, "the document removed")
        if node.parent is not None:
            node.parent.children.remove(node)
        self._retire(node)

    def _move(self, frame: Any, take: Any, snapshot: bool) -> None:
        id_, parent, before = take(3)
        node = self._known(id_)
        up: Node | None = self._known(parent)
        while up is not None:
            require(up is not node, "moved into itself")
            up = up.parent
        require(self._home(node) is self._home(self._known(parent)), "moved to another document")
        if node.parent is not None:
            node.parent.children.remove(node)
        self._place(node, parent, before)

    def _text_change(self, frame: Any, take: Any, snapshot: bool) -> None:
        id_, text = take(2)
        node = self._known(id_)
        require(node.kind == "text", "text of something else")
        node.text = frame["texts"][text]

    def _attribute(self, frame: Any, take: Any, snapshot: bool) -> None:
        id_, name, value = take(3)
        self._set(frame, self._known(id_), name, value)

    def _attribute_removed(self, frame: Any, take: Any, snapshot: bool) -> None:
        id_, name = take(2)
        del self._known(id_).attributes[frame["names"][name].split(" ")[1]]

    def _scroll(self, frame: Any, take: Any, snapshot: bool) -> None:
        id_, x, y = take(3)
        self._known(id_)
        self.scrolls[id_] = (x, y)

    def _focus(self, frame: Any, take: Any, snapshot: bool) -> None:
        (self.focus,) = take(1)
        require(self.focus == 0 or self._known(self.focus), "focus")

    def _rule_inserted(self, frame: Any, take: Any, snapshot: bool) -> None:
        id_, index, style = take(3)
        rules = self._known(id_).rules
        require(index <= len(rules), "a rule beyond the end")
        rules.insert(index, frame["styles"][style])

    def _rule_removed(self, frame: Any, take: Any, snapshot: bool) -> None:
        id_, index = take(2)
        del self._known(id_).rules[index]

    def _selection(self, frame: Any, take: Any, snapshot: bool) -> None:
        start, from_, end, to = take(4)
        self.selection = (start, from_, end, to)
        if start:
            require(from_ <= len(self._known(start).text) and to <= len(self._known(end).text), "selection")

    # --- parts

    def _new(self, id_: int, kind: str) -> Node:
        require(0 < id_ < 2**31, "an id out of range")
        require(id_ not in self.nodes and id_ not in self.retired, f"id {id_} used again")
        node = Node(id_, kind)
        self.nodes[id_] = node
        return node

    def _home(self, node: Node) -> Node | None:
        at: Node | None = node
        while at is not None and at.kind != "document":
            at = at.parent
        return at

    def _known(self, id_: int) -> Node:
        require(id_ in self.nodes, f"no node {id_}")
        return self.nodes[id_]

    def _place(self, node: Node, parent: int, before: int) -> None:
        node.parent = self._known(parent)
        siblings = node.parent.children
        if before:
            require(self._known(before).parent is node.parent, "before a node of another parent")
            siblings.insert(siblings.index(self._known(before)), node)
        else:
            siblings.append(node)

    def _retire(self, node: Node) -> None:
        del self.nodes[node.id]
        self.retired.add(node.id)
        self.scrolls.pop(node.id, None)
        for child in node.children:
            self._retire(child)

    def _set(self, frame: Any, node: Node, name: int, value: int) -> None:
        full = frame["names"][name]
        tag, attribute = full.split(" ")
        require(tag == node.tag, f"{full} on {node.tag}")
        kind = self.kind_of(full)
        table = {"text": "texts", "token": "texts", "style": "styles", "url": "urls"}.get(kind)
        node.attributes[attribute] = frame[table][value] if table else value

    def kind_of(self, name: str) -> str:
        tag, attribute = name.split(" ")
        kind = self.kinds.get(name) or (self.kinds.get(f"div {attribute}") if "-" in tag else None)
        require(kind, f"{name} is not on the whitelist")
        return str(kind)

    # --- the canonical form

    def canonical(self) -> str:
        require(self.root is not None and self.whole, "no whole picture")
        return "" if self.root is None else self._children(self.root)

    def _children(self, node: Node) -> str:
        out, text = "", ""
        for child in node.children:
            if child.kind == "text":
                text += child.text
                continue
            if text:
                out += quoted(text)
                text = ""
            out += self._one(child)
        return out + (quoted(text) if text else "")

    def _one(self, node: Node) -> str:
        if node.kind == "sheet":
            return "{" + "".join(quoted(rule) for rule in node.rules) + "}"
        if node.kind == "document":
            return "<#document>" + self._children(node) + "</#document>"
        if node.kind == "shadow":
            return "<#shadow>" + self._children(node) + "</#shadow>"
        said = "".join(self._attribute_said(node, name) for name in sorted(node.attributes))
        return f"<{node.tag}{said}>{self._children(node)}</{node.tag}>"

    def _attribute_said(self, node: Node, name: str) -> str:
        value, kind = node.attributes[name], self.kind_of(f"{node.tag} {name}")
        if kind == "url":
            return f" {name}=#"
        if isinstance(value, str):
            return f" {name}={quoted(value)}"
        return "" if kind == "flag" and not value else f" {name}={value}"

    # --- what tests ask

    def texts(self) -> list[str]:
        return [node.text for node in self.nodes.values() if node.kind == "text"]

    def find(self, tag: str, **attributes: Value) -> list[Node]:
        wanted = {name.replace("_", "-"): value for name, value in attributes.items()}
        return [
            node
            for node in self.nodes.values()
            if node.tag == tag and all(node.attributes.get(name) == value for name, value in wanted.items())
        ]


def iter_of(numbers: list[int]) -> Any:
    """What a record's numbers are taken from."""
    left = list(numbers)

    def take(count: int) -> list[int]:
        taken = left[:count]
        del left[:count]
        return taken

    return take


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\x7f")


_READERS = {
    1: Picture._element,
    2: Picture._text,
    3: Picture._shadow,
    4: Picture._document,
    5: Picture._sheet,
    6: Picture._remove,
    7: Picture._move,
    8: Picture._text_change,
    9: Picture._attribute,
    10: Picture._attribute_removed,
    11: Picture._scroll,
    12: Picture._focus,
    13: Picture._rule_inserted,
    14: Picture._rule_removed,
    15: Picture._selection,
    16: Picture._adopt,
}
