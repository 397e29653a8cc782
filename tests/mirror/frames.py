"""Make frames of the view by hand, as a snippet would, or as no snippet ever would."""

from collections.abc import Mapping
from typing import Any

from cobrowse.core.whitelist import OPS, kind_of

PAGE = {"address": "http://127.0.0.1:9001/", "title": "A page", "width": 800, "height": 600}
Value = str | int


class Frame:
    """Tables and integers of one frame. Ids are the caller's."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Any]] = {"tags": [], "names": [], "urls": [], "styles": [], "texts": []}
        self.ints: list[int] = []

    def at(self, table: str, value: Value) -> int:
        """The index of `value` in the table, entered where it is new."""
        entries = self.tables[table]
        if value not in entries:
            entries.append(value)
        return entries.index(value)

    def value(self, name: str, value: Value) -> int:
        """What stands for the value of this name; names off the whitelist count as tokens."""
        kind = kind_of(name) or "token"
        if kind in ("number", "flag"):
            return int(value)
        return self.at({"url": "urls", "style": "styles"}.get(kind, "texts"), value)

    def raw(self, *ints: int) -> "Frame":
        self.ints += ints
        return self

    def document(self, at: int = 1) -> "Frame":
        return self.raw(OPS.document, at, 0)

    def element(
        self, at: int, parent: int, tag: str, attributes: Mapping[str, Value] | None = None, *, before: int = 0
    ) -> "Frame":
        self.raw(OPS.element, at, parent, before, self.at("tags", tag), len(attributes or {}))
        for name, value in (attributes or {}).items():
            full = f"{tag} {name}"
            self.raw(self.at("names", full), self.value(full, value))
        return self

    def text(self, at: int, parent: int, text: str, *, before: int = 0) -> "Frame":
        return self.raw(OPS.text, at, parent, before, self.at("texts", text))

    def shadow(self, at: int, host: int) -> "Frame":
        return self.raw(OPS.shadow, at, host)

    def sheet(self, at: int, owner: int, *rules: str, before: int = 0) -> "Frame":
        return self.raw(OPS.sheet, at, owner, before, len(rules), *[self.at("styles", rule) for rule in rules])

    def remove(self, at: int) -> "Frame":
        return self.raw(OPS.remove, at)

    def move(self, at: int, parent: int, *, before: int = 0) -> "Frame":
        return self.raw(OPS.move, at, parent, before)

    def change_text(self, at: int, text: str) -> "Frame":
        return self.raw(OPS.text_change, at, self.at("texts", text))

    def attribute(self, at: int, tag: str, name: str, value: Value) -> "Frame":
        full = f"{tag} {name}"
        return self.raw(OPS.attribute, at, self.at("names", full), self.value(full, value))

    def drop_attribute(self, at: int, tag: str, name: str) -> "Frame":
        return self.raw(OPS.attribute_removed, at, self.at("names", f"{tag} {name}"))

    def scroll(self, at: int, x: int, y: int) -> "Frame":
        return self.raw(OPS.scroll, at, x, y)

    def snapshot(
        self, epoch: int = 1, *, part: int = 0, last: bool = True, page: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        message = {"k": "snapshot", "epoch": epoch, "part": part, "last": last, **self.tables, "nodes": self.ints}
        return {**message, "page": {**PAGE, **(page or {})}} if part == 0 else message

    def ops(self, seq: int, epoch: int = 1) -> dict[str, Any]:
        return {"k": "ops", "epoch": epoch, "seq": seq, **self.tables, "ops": self.ints}


def page_with_body() -> Frame:
    """document 1, html 2, head 3, body 4."""
    return Frame().document(1).element(2, 1, "html").element(3, 2, "head").element(4, 2, "body")
