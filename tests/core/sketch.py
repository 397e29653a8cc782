"""Draws frames of the view for tests: records by name, tables filled as they are needed."""

from typing import Self, TypeVar

from cobrowse.core.protocol import Ops, PageInfo, Snapshot
from cobrowse.core.whitelist import OPS, kind_of

PAGE = PageInfo(address="https://www.shop.example/catalogue", title="Lamps", width=1280, height=720)

Value = str | int
Item = TypeVar("Item")


class Sketch:
    """Tables and records of one frame. Every method adds a record and gives the sketch back."""

    def __init__(self) -> None:
        self.tags: list[str] = []
        self.names: list[str] = []
        self.urls: list[int] = []
        self.styles: list[str] = []
        self.texts: list[str] = []
        self.ints: list[int] = []

    def record(self, *ints: int) -> Self:
        self.ints += ints
        return self

    def document(self, node: int = 1) -> Self:
        return self.record(OPS.document, node, 0)

    def element(self, node: int, parent: int, tag: str, before: int = 0, **attributes: Value) -> Self:
        """Attributes by name; `_` for `-`, a leading `_` for `:`; a value is what the name's kind says."""
        pairs: list[int] = []
        for key, value in attributes.items():
            pairs += self.pair(f"{tag} {(':' + key[1:] if key[0] == '_' else key).replace('_', '-')}", value)
        return self.record(OPS.element, node, parent, before, _index(self.tags, tag), len(pairs) // 2, *pairs)

    def text(self, node: int, parent: int, text: str, before: int = 0) -> Self:
        return self.record(OPS.text, node, parent, before, _index(self.texts, text))

    def sheet(self, sheet: int, owner: int, *rules: str, before: int = 0) -> Self:
        return self.record(OPS.sheet, sheet, owner, before, len(rules), *(_index(self.styles, rule) for rule in rules))

    def text_change(self, node: int, text: str) -> Self:
        return self.record(OPS.text_change, node, _index(self.texts, text))

    def attribute(self, node: int, name: str, value: Value) -> Self:
        return self.record(OPS.attribute, node, *self.pair(name, value))

    def pair(self, name: str, value: Value) -> tuple[int, int]:
        kind = kind_of(name)
        if isinstance(value, str):
            return _index(self.names, name), _index(self.styles if kind == "style" else self.texts, value)
        return _index(self.names, name), _index(self.urls, value) if kind == "url" else value

    def snapshot(self, epoch: int = 1, part: int = 0, *, last: bool = True, page: PageInfo | None = PAGE) -> Snapshot:
        return Snapshot(
            epoch=epoch,
            part=part,
            last=last,
            page=page if part == 0 else None,
            tags=self.tags,
            names=self.names,
            urls=self.urls,
            styles=self.styles,
            texts=self.texts,
            nodes=self.ints,
        )

    def ops(self, epoch: int = 1, seq: int = 1) -> Ops:
        return Ops(
            epoch=epoch,
            seq=seq,
            tags=self.tags,
            names=self.names,
            urls=self.urls,
            styles=self.styles,
            texts=self.texts,
            ops=self.ints,
        )


def page_sketch() -> Sketch:
    """A document with `html` (2) and `body` (3)."""
    return Sketch().document().element(2, 1, "html").element(3, 2, "body")


def _index(table: list[Item], item: Item) -> int:
    if item not in table:
        table.append(item)
    return table.index(item)
