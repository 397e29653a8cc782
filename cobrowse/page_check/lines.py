"""What a person reads of a picture, line by line, each with what stands before it as its label."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from msgspec import Struct

from cobrowse.core import forms
from cobrowse.core.forms import BESIDE, JOINED
from cobrowse.core.wash import INLINE_TAGS
from cobrowse.core.whitelist import is_custom, kind_of
from cobrowse.page_check.picture import Node, Picture

FIELD_TAGS = frozenset({"input", "select", "textarea"})
LABEL_TAGS = frozenset({"dt", "th", "label", "legend", "caption", "h1", "h2", "h3", "h4", "h5", "h6"})
# Their texts are what a page offers, not what it knows of somebody.
CHOICE_TAGS = frozenset({"option", "optgroup", "datalist"})
LABEL_MAX_CHARACTERS = 40


class Line(Struct, kw_only=True):
    """Texts that flow into each other. `pieces` are the nodes and where their text begins; `tag` is what holds them;
    `where` is empty for text, or the attribute it is the value of; `label` is what the line before it says of it."""

    text: str
    pieces: list[tuple[int, Node]]
    tag: str
    where: str = ""
    label: str = ""

    def node_at(self, place: int) -> Node:
        """The node whose text has this place of the line."""
        return next(node for start, node in reversed(self.pieces) if start <= place)


class Spread(Struct, kw_only=True, frozen=True):
    """A card number or an IBAN, which may go over several lines (cells, boxes): from `start` in one to `end` in one."""

    text: str
    first: int
    start: int
    last: int
    end: int


def spread_numbers(read: Sequence[Line]) -> list[Spread]:
    """The card numbers and IBANs of these lines, found as the hub finds them."""
    texts: list[str] = []
    # Where each piece begins: in all of it, and in its line.
    begins: list[tuple[int, int, int]] = []
    at = 0
    for number, line in enumerate(read):
        ends = [start for start, _ in line.pieces[1:]] + [len(line.text)]
        for (start, _), end in zip(line.pieces, ends, strict=True):
            begins.append((at, number, start))
            texts.append(line.text[start:end] + (JOINED if end < len(line.text) else BESIDE))
            at += len(texts[-1])
    whole = "".join(texts)

    def place(offset: int) -> tuple[int, int]:
        begin, number, start = begins[bisect_right(begins, offset, key=lambda each: each[0]) - 1]
        return number, start + offset - begin

    found = []
    for begin, end in forms.find(whole):
        (first, start), (last, last_place) = place(begin), place(end - 1)
        text = whole[begin:end].replace(JOINED, "").replace(BESIDE, " ")
        found.append(Spread(text=text, first=first, start=start, last=last, end=last_place + 1))
    return found


def common(first: Node, last: Node) -> Node:
    """The innermost element that holds both, or the node itself where they are one."""
    above = {node.id for node in _upwards(first)}
    return next((node for node in _upwards(last) if node.id in above), first)


def _upwards(node: Node) -> Iterator[Node]:
    at: Node | None = node
    while at is not None:
        yield at
        at = at.parent


class _Open(Struct):
    """The line that is being read."""

    tag: str = ""
    pieces: list[tuple[int, Node]] = []
    text: str = ""


def lines(picture: Picture) -> list[Line]:
    """Every line of the picture, in document order, with labels; then the texts of attributes."""
    found: list[Line] = []
    if picture.root is not None:
        _Reader(found).read(picture.root, "")
    for element in picture.elements():
        found += _attribute_lines(element)
    return found


class _Reader:
    """One walk over a picture."""

    def __init__(self, found: list[Line]) -> None:
        self._found = found
        self._open = _Open()
        # What could be the label of the next line; a field after it takes it for itself.
        self._label = ""
        # The headers of the table's columns, and which column is being read.
        self._headers: list[str] = []
        self._column = -1

    def read(self, root: Node, tag: str) -> None:
        # By hand, since a page may be deeper than Python's stack.
        waiting: list[tuple[Node | None, str]] = [(root, tag)]
        while waiting:
            node, holder = waiting.pop()
            if node is None:
                self._end()
            elif node.tag in CHOICE_TAGS:
                continue
            elif node.tag or node.children:
                inline = node.tag in INLINE_TAGS or is_custom(node.tag) or not node.tag
                if not inline:
                    self._enter(node)
                    waiting.append((None, ""))
                inside = holder if inline and node.tag != "label" else node.tag
                waiting += [(child, inside) for child in reversed(node.children)]
            else:
                self._add(node, holder)
        self._end()

    def _enter(self, node: Node) -> None:
        self._end()
        if node.tag in FIELD_TAGS:
            self._label = ""
        elif node.tag == "table":
            self._headers = []
        elif node.tag == "tr":
            self._column = -1
        elif node.tag in ("td", "th"):
            self._column += 1

    def _add(self, node: Node, holder: str) -> None:
        if not self._open.pieces:
            self._open = _Open(tag=holder, pieces=[])
        self._open.pieces.append((len(self._open.text), node))
        self._open.text += node.text

    def _end(self) -> None:
        line, self._open = self._open, _Open()
        text = line.text.strip()
        if not text:
            return
        header = self._headers[self._column] if line.tag == "td" and self._column < len(self._headers) else ""
        self._found.append(Line(text=line.text, pieces=line.pieces, tag=line.tag, label=header or self._label))
        self._label = text.rstrip(":").strip() if len(text) <= LABEL_MAX_CHARACTERS else ""
        if line.tag == "th":
            self._headers[self._column :] = [text]


def _attribute_lines(element: Node) -> Iterator[Line]:
    for name, value in element.attributes.items():
        if isinstance(value, str) and value.strip() and kind_of(f"{element.tag} {name}") == "text" and name != ":value":
            yield Line(text=value, pieces=[(0, element)], tag=element.tag, where=name)
