"""A page without a browser: a tree that changes at random, and the frames a snippet would make of it.

The tree itself is kept by the reference model of the mirror (`tests.mirror.replay`), so a frame that does not fit is
found where it is made."""

import random
from collections.abc import Callable
from typing import Any

import msgspec

from cobrowse.core.protocol import Ops, Snapshot
from cobrowse.core.wash import wash_frame
from tests.mirror.frames import Frame, page_with_body
from tests.mirror.replay import Node, Picture

KINDS = {"p title": "text", "p class": "token", "div class": "token", "div title": "text"}
PAGE = {"address": "https://www.shop.example/catalogue", "title": "Catalogue", "width": 800, "height": 600}
BODY = 4
FEW_NODES = 8
MANY_NODES = 60
RECORDS_A_PART = 20
LARGE_CHARACTERS = 40_000
# No digits: what the hub washes is then the card numbers, whatever stands beside them.
WORDS = ("lamp", "teapot", "backpack", "walnut", "River", "Ünïcödé", "…", "日本")
CARD = "Card 4111 1111 1111 1111"

Record = Callable[[Frame], object]


def new_picture() -> Picture:
    return Picture(KINDS)


def as_dict(message: Snapshot | Ops) -> dict[str, Any]:
    """The message as the model of the mirror takes it."""
    said: dict[str, Any] = msgspec.to_builtins(message)
    return said


def washed(message: Snapshot | Ops) -> dict[str, Any]:
    """The message as it leaves the hub."""
    return as_dict(wash_frame(message)[0])


class ModelPage:
    """The page in the tab, and what changed since the last frame."""

    def __init__(self, chance: random.Random, canary: str = "") -> None:
        """`canary` is a word that stands in every text but the largest, to be found wherever the page should not be."""
        self._random = chance
        self._canary = [canary] if canary else []
        self._next_id = BODY + 1
        self._tree = new_picture()
        self._tree.apply(page_with_body().snapshot(page=PAGE))
        self._pending: list[Record] = []
        for _ in range(FEW_NODES):
            self._add_paragraph()
        self._pending.clear()

    @property
    def dirty(self) -> bool:
        return bool(self._pending)

    def change(self) -> None:
        """One to four changes."""
        for _ in range(self._random.randint(1, 4)):
            count = len(self._tree.nodes)
            if count > MANY_NODES:
                self._remove()
            elif count < FEW_NODES:
                self._add_paragraph()
            else:
                self._random.choices(
                    [
                        self._add_paragraph,
                        self._add_box,
                        self._remove,
                        self._move,
                        self._change_text,
                        self._set_attribute,
                        self._drop_attribute,
                        self._scroll,
                    ],
                    [20, 8, 10, 12, 25, 15, 5, 5],
                )[0]()

    def overwrite(self, text: str) -> None:
        """One text is this from now on."""
        at = min(node.id for node in self._tree.nodes.values() if node.kind == "text")
        self._do(lambda frame: frame.change_text(at, text))

    def ops(self, epoch: int, seq: int) -> Ops:
        """What changed since the last frame."""
        frame = Frame()
        for record in self._pending:
            record(frame)
        self._pending.clear()
        return msgspec.convert(frame.ops(seq, epoch), Ops)

    def snapshot(self, epoch: int) -> list[Snapshot]:
        """The whole page, in parts."""
        self._pending.clear()
        records = self._records(self._tree.nodes[1])
        starts = range(0, len(records), RECORDS_A_PART)
        parts = []
        for part, start in enumerate(starts):
            frame = Frame()
            for record in records[start : start + RECORDS_A_PART]:
                record(frame)
            said = frame.snapshot(epoch, part=part, last=part == len(starts) - 1, page=PAGE)
            parts.append(msgspec.convert(said, Snapshot))
        return parts

    def canonical(self) -> str:
        """What a mirror shows once it has everything."""
        whole = new_picture()
        for part in self.snapshot(1):
            whole.apply(washed(part))
        return whole.canonical()

    # --- changes

    def _do(self, record: Record) -> None:
        frame = Frame()
        record(frame)
        self._tree.apply(frame.ops(self._tree.seq + 1, self._tree.epoch))
        self._pending.append(record)

    def _id(self) -> int:
        self._next_id += 1
        return self._next_id

    def _words(self) -> str:
        if self._random.random() < 0.05:
            return "x" * LARGE_CHARACTERS
        return " ".join(self._canary + self._random.choices(WORDS, k=self._random.randint(1, 5)))

    def _place(self, moving: Node | None = None) -> tuple[int, int]:
        """A parent and the child to stand before, or 0; neither is `moving` or inside it."""
        boxes = [node for node in self._elements("div") if not _is_inside(node, moving)]
        parent = self._random.choice([*boxes, self._tree.nodes[BODY]])
        siblings = [child for child in parent.children if child is not moving]
        before = self._random.choice([*siblings, None])
        return parent.id, before.id if before else 0

    def _elements(self, *tags: str) -> list[Node]:
        return [node for node in self._tree.nodes.values() if node.tag in tags]

    def _add_paragraph(self) -> None:
        at, inside = self._id(), self._id()
        parent, before = self._place()
        text = CARD if self._random.random() < 0.1 else self._words()
        self._do(lambda frame: frame.element(at, parent, "p", before=before))
        self._do(lambda frame: frame.text(inside, at, text))

    def _add_box(self) -> None:
        at = self._id()
        parent, before = self._place()
        self._do(lambda frame: frame.element(at, parent, "div", {"class": "box"}, before=before))

    def _remove(self) -> None:
        node = self._random.choice(self._elements("p", "div") or [None])
        if node is not None:
            at = node.id
            self._do(lambda frame: frame.remove(at))

    def _move(self) -> None:
        node = self._random.choice(self._elements("p", "div") or [None])
        if node is not None:
            at = node.id
            parent, before = self._place(node)
            self._do(lambda frame: frame.move(at, parent, before=before))

    def _change_text(self) -> None:
        texts = [node.id for node in self._tree.nodes.values() if node.kind == "text"]
        if texts:
            at, text = self._random.choice(texts), self._words()
            self._do(lambda frame: frame.change_text(at, text))

    def _set_attribute(self) -> None:
        node = self._random.choice(self._elements("p", "div") or [None])
        if node is not None:
            at, tag, text = node.id, node.tag, self._words()[:60]
            self._do(lambda frame: frame.attribute(at, tag, "title", text))

    def _drop_attribute(self) -> None:
        titled = [node for node in self._elements("p", "div") if "title" in node.attributes]
        if titled:
            node = self._random.choice(titled)
            at, tag = node.id, node.tag
            self._do(lambda frame: frame.drop_attribute(at, tag, "title"))

    def _scroll(self) -> None:
        y = self._random.randrange(1000)
        self._do(lambda frame: frame.scroll(1, 0, y))

    # --- the whole

    def _records(self, node: Node) -> list[Record]:
        own = _record_of(node)
        return [own, *(record for child in node.children for record in self._records(child))]


def _is_inside(node: Node, other: Node | None) -> bool:
    above: Node | None = node
    while above is not None:
        if above is other:
            return True
        above = above.parent
    return False


def _record_of(node: Node) -> Record:
    if node.kind == "document":
        return lambda frame: frame.document(node.id)
    parent = node.parent.id if node.parent else 0
    if node.kind == "text":
        text = node.text
        return lambda frame: frame.text(node.id, parent, text)
    attributes = dict(node.attributes)
    return lambda frame: frame.element(node.id, parent, node.tag, attributes)
