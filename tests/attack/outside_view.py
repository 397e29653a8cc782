"""Frames of the view just outside the vocabulary: a good picture, and every way to leave it in one place.

Driven by whitelist.json, so that a new element, attribute, kind or record is covered without a line here.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from cobrowse.core import whitelist
from cobrowse.core.protocol import Ops, PageInfo, Snapshot
from cobrowse.core.tables import MAX_INTEGER
from cobrowse.core.whitelist import LIMITS, OPS, is_tag, kind_of
from tests.core.sketch import Sketch, page_sketch
from tests.core.vectors import load

# The ids of the picture that is there before: what each fault is about.
DOCUMENT, HTML, BODY, DIV, INPUT, STYLE, SHEET, TEXT, IMAGE = 1, 2, 3, 10, 11, 12, 13, 14, 15
NEW = 100

NAMES = whitelist.names()
TAGS = sorted({name.partition(" ")[0] for name in NAMES})
ATTRIBUTES = sorted({name.partition(" ")[2] for name in NAMES})

# What other recorders send, and pages carry.
FOREIGN_TAGS = (
    "script frame frameset object embed applet param template noscript meta base title audio track"
    " portal svg:script svg:animate svg:set svg:foreignObject svg:a svg:style svg:iframe svg:feImage svg:mpath math"
    " mathml:math mi annotation-xml font-face font-face-src missing-glyph html:div #text #comment ? * Acme-card"
    " 1-a -a a/b"
).split()
FOREIGN_ATTRIBUTES = (
    "onclick onerror onload onfocus onbeforeinput href src srcset srcdoc action formaction value checked selected data"
    " code codebase cite background poster ping download target nonce integrity http-equiv content charset manifest"
    " xlink:href xml:base is contenteditable autofocus accesskey form name for data-secret data-id :secret :href : ::"
    " __proto__ constructor itemprop style.color aria-valuetext aria-valuenow"
).split()
CSS = load("styles")
HOSTILE_CSS = [each["css"] for each in CSS["refused"]] + CSS["accepted_in_assets"]


class Fault(NamedTuple):
    """What is wrong, the stable code it is refused with, and the frame: the first of a new epoch, or the next ops."""

    why: str
    code: str
    frame: Snapshot | Ops


def picture(epoch: int = 1) -> Snapshot:
    """The good picture."""
    sketch = page_sketch().element(DIV, BODY, "div").element(INPUT, BODY, "input", type="text")
    sketch.element(STYLE, BODY, "style").sheet(SHEET, STYLE, "a{}").text(TEXT, DIV, "Hello").element(IMAGE, BODY, "img")
    return sketch.snapshot(epoch=epoch)


def ops(sketch: Sketch, epoch: int = 1) -> Ops:
    return sketch.ops(epoch=epoch, seq=1)


def sorts() -> dict[str, list[Fault]]:
    """Every fault there is, for each element, attribute, kind of value, record and integer, by its sort."""
    return {
        "elements": list(_tags()),
        "attributes": list(_attributes()),
        "owners": list(_owners()),
        "values": list(_values()),
        "CSS": list(_css()),
        "records": list(_records()),
        "integers": list(_integers()),
        "trees": list(_trees()),
        "no inside": list(_closed()),
        "pages": list(_pages()),
        "order": list(_orders()),
    }


def faults() -> list[Fault]:
    """All of them."""
    return [fault for sort in sorts().values() for fault in sort]


def _bad(why: str, sketch: Sketch, code: str = "bad_frame") -> Fault:
    return Fault(why, code, ops(sketch))


# --- elements


def _near(tag: str) -> Iterator[str]:
    """Names that look like this one."""
    yield from (tag.upper(), tag.capitalize(), f"{tag} ", f" {tag}", f"{tag}\0", f"{tag}\n", f"{tag}x", tag[:-1])
    yield whitelist.SVG_PREFIX + tag
    yield tag.removeprefix(whitelist.SVG_PREFIX)


def _tags() -> Iterator[Fault]:
    for tag in sorted({*FOREIGN_TAGS, "", *(near for listed in TAGS for near in _near(listed))}):
        if not is_tag(tag):
            yield _bad(f"an element {tag!r}", Sketch().element(NEW, BODY, tag))
    yield _bad("a custom element with too long a name", Sketch().element(NEW, BODY, "a-" + "b" * 63))


# --- attributes


def unlisted_names() -> list[str]:
    """Every listed element with every attribute it may not have: those of others, those of none, and misspelt ones."""
    spelt = (*ATTRIBUTES, *FOREIGN_ATTRIBUTES, "", " ", "class ", " class", "CLASS")
    names = [f"{tag} {attribute}" for tag in [*TAGS, "acme-card"] for attribute in spelt]
    return [name for name in names if kind_of(name) is None]


def _attributes() -> Iterator[Fault]:
    """One of the unlisted names for each attribute; there are tens of thousands."""
    chosen = {name.partition(" ")[2]: name for name in unlisted_names()}
    for name in chosen.values():
        sketch = Sketch()
        sketch.tags, sketch.names, sketch.texts = [name.partition(" ")[0]], [name], ["x"]
        yield _bad(f"a name {name!r}", sketch.record(OPS.element, NEW, BODY, 0, 0, 1, 0, 0))


def _owners() -> Iterator[Fault]:
    """What is harmless on one element may not stand on another."""
    for name in NAMES:
        attribute = name.partition(" ")[2]
        other = next((each for each in TAGS if f"{each} {attribute}" not in NAMES), None)
        if other is None:
            continue
        sketch = Sketch()
        sketch.tags, sketch.names, sketch.texts, sketch.styles, sketch.urls = [other], [name], ["x"], [""], [1]
        yield _bad(f"{name} on {other}", sketch.record(OPS.element, NEW, BODY, 0, 0, 1, 0, 0))
    sketch = Sketch()
    pair = sketch.pair("div id", "x")
    sketch.tags.append("div")
    yield _bad("an attribute twice", sketch.record(OPS.element, NEW, BODY, 0, 0, 2, *pair, *pair))
    sketch = Sketch().attribute(DIV, "div id", "x")
    sketch.names.append("div id")
    yield _bad("a name twice", sketch)


_OUT_OF_RANGE = {
    "text": (-1, 1, 2, MAX_INTEGER),
    "token": (-1, 1, 2, MAX_INTEGER),
    "style": (-1, 1, MAX_INTEGER),
    "url": (-1, 1, MAX_INTEGER),
    "flag": (-1, 2, MAX_INTEGER),
    "number": (MAX_INTEGER + 1, -MAX_INTEGER - 1, 2**63),
}
# Values that are of the right kind and yet no value of this name.
_NO_VALUE = {
    "input type": ["", "Text", "password ", "script"],
    "link rel": ["", "preconnect", "icon", "stylesheet preload", "dns-prefetch"],
    "placeholder :reason": ["", "because", "Frame"],
    "placeholder :tag": ["", "a b", "<x>", "x" * 80],
    "svg:rect fill": ["url(https://evil.example/)", "url(//evil.example)", "u\\72l(#a)", "image-set('x' 1x)", "src(x)"],
}


def _values() -> Iterator[Fault]:
    for name, kind in NAMES.items():
        if name.endswith((":value", ":checked", ":selected", ":indeterminate")):
            yield _bad(f"{name} of a site that shows no values", Sketch().attribute(INPUT, name, 1))
            continue
        for value in _OUT_OF_RANGE[kind]:
            sketch = Sketch()
            sketch.tags, sketch.names = [name.partition(" ")[0]], [name]
            sketch.texts, sketch.styles, sketch.urls = ["text"], [""], [1]
            yield _bad(f"{name} = {value}", sketch.record(OPS.element, NEW, BODY, 0, 0, 1, 0, value))
    for name, texts in _NO_VALUE.items():
        for text in texts:
            sketch = Sketch().element(NEW, BODY, name.partition(" ")[0])
            yield _bad(f"{name} = {text!r}", sketch.attribute(NEW, name, text))
    for number in (0, -1, LIMITS.url_numbers + 1, MAX_INTEGER, MAX_INTEGER + 1):
        yield (
            _bad(f"asset {number}", Sketch().attribute(IMAGE, "img src", number))
            if number > 0
            else _bad(f"asset {number}", _with_urls(number))
        )
    long = "x" * (LIMITS.token_characters + 1)
    yield _bad("a token too long", Sketch().attribute(DIV, "div id", long))
    yield _bad("a label that is a value", Sketch().attribute(INPUT, "input :label", "x"))


def _with_urls(number: int) -> Sketch:
    sketch = Sketch().attribute(IMAGE, "img alt", "x")
    sketch.urls.append(number)
    return sketch


def _css() -> Iterator[Fault]:
    for css in HOSTILE_CSS:
        yield Fault(f"CSS in an attribute: {css[:40]!r}", "bad_style", ops(Sketch().attribute(DIV, "div style", css)))
        yield Fault(f"CSS in a sheet: {css[:40]!r}", "bad_style", ops(Sketch().sheet(SHEET, STYLE, css)))
        sketch = Sketch().record(OPS.rule_inserted, SHEET, 0, 0)
        sketch.styles.append(css)
        yield Fault(f"CSS in a rule: {css[:40]!r}", "bad_style", ops(sketch))
    yield _bad("too much CSS", Sketch().sheet(SHEET, STYLE, *("a" * n for n in _too_much())))
    yield _bad("a piece of CSS too long", Sketch().sheet(SHEET, STYLE, "a" * (LIMITS.style_characters + 1)))


def _too_much() -> Iterable[int]:
    most = LIMITS.style_characters
    return (most, most - 1, LIMITS.frame_style_characters - 2 * most + 2)


# --- records and their integers


def changed() -> Sketch:
    """Good ops with one of every record they may hold."""
    sketch = Sketch().element(NEW, BODY, "p", DIV, id="a").text(NEW + 1, NEW, "Hi").record(OPS.shadow, NEW + 2, NEW)
    sketch.sheet(SHEET, STYLE, "a{}").record(OPS.move, TEXT, NEW, NEW + 1).text_change(TEXT, "New")
    sketch.attribute(DIV, "div id", "on").record(OPS.attribute_removed, DIV, 0)
    sketch.record(OPS.scroll, DOCUMENT, 0, 0, OPS.focus, INPUT).record(OPS.rule_inserted, SHEET, 0, 0)
    return sketch.record(OPS.rule_removed, SHEET, 0, OPS.selection, TEXT, 0, TEXT, 1, OPS.remove, IMAGE)


def _records() -> Iterator[Fault]:
    numbers = set(range(-2, max(vars_of_ops()) + 4)) | {MAX_INTEGER, 99}
    for number in sorted(numbers - set(vars_of_ops())):
        yield _bad(f"a record {number}", Sketch().record(number, DIV, 0, 0, 0, 0))
    yield _bad("a document in ops", Sketch().document(NEW))
    for number in sorted(set(vars_of_ops()) - whitelist.SNAPSHOT_OPS):
        sketch = page_sketch().record(number, DIV, 0, 0, 0, 0)
        yield Fault(f"record {number} in a snapshot", "bad_frame", sketch.snapshot(epoch=2))


def vars_of_ops() -> list[int]:
    """The numbers of all records."""
    return [getattr(OPS, name) for name in OPS.__struct_fields__]


def _integers() -> Iterator[Fault]:
    whole = changed().ints
    for at in range(len(whole)):
        for value in (MAX_INTEGER + 1, -MAX_INTEGER - 1, 2**64):
            yield _bad(f"integer {at} is {value}", _replaced(at, value))
    yield _bad("an integer too many", changed().record(OPS.remove))
    yield _bad("an integer missing", _shortened())
    sketch = Sketch()
    sketch.tags.append("div")
    for index in (-1, 1, MAX_INTEGER):
        yield _bad(f"tag {index} of 1", _copy(sketch).record(OPS.element, NEW, BODY, 0, index, 0))
    for count in (-1, LIMITS.attributes_per_element + 1, MAX_INTEGER):
        yield _bad(f"{count} attributes", _copy(sketch).record(OPS.element, NEW, BODY, 0, 0, count))
    for node in (0, -1):
        yield _bad(f"an element of id {node}", _copy(sketch).record(OPS.element, node, BODY, 0, 0, 0))
        yield _bad(f"an element in {node}", _copy(sketch).record(OPS.element, NEW, node, 0, 0, 0))
        yield _bad(f"a removal of {node}", Sketch().record(OPS.remove, node))
        yield _bad(f"a move of {node}", Sketch().record(OPS.move, node, BODY, 0))
        yield _bad(f"a sheet of id {node}", Sketch().record(OPS.sheet, node, STYLE, 0, 0))
    yield _bad("an element before -1", _copy(sketch).record(OPS.element, NEW, BODY, -1, 0, 0))
    yield _bad("a rule at -1", Sketch().record(OPS.rule_removed, SHEET, -1))
    yield _bad("a focus of -1", Sketch().record(OPS.focus, -1))
    yield _bad("a selection from -1", Sketch().record(OPS.selection, TEXT, -1, TEXT, 1))


def _replaced(at: int, value: int) -> Sketch:
    sketch = changed()
    sketch.ints[at] = value
    return sketch


def _shortened() -> Sketch:
    sketch = changed()
    sketch.ints.pop()
    return sketch


def _copy(sketch: Sketch) -> Sketch:
    fresh = Sketch()
    fresh.tags, fresh.texts = list(sketch.tags), list(sketch.texts)
    return fresh


# --- trees


def _trees() -> Iterator[Fault]:
    circle = Sketch().element(NEW, NEW + 1, "div").element(NEW + 1, NEW, "div")
    yield _bad("two elements in each other", circle)
    yield _bad("an element in itself", Sketch().element(NEW, NEW, "div"))
    yield _bad("a move into itself", Sketch().record(OPS.move, DIV, DIV, 0))
    yield _bad("an id twice", Sketch().element(NEW, BODY, "div").element(NEW, BODY, "div"))
    deep = Sketch()
    for level in range(LIMITS.depth + 1):
        deep.element(NEW + level, NEW + level - 1 if level else BODY, "div")
    yield _bad("a tree too deep", deep)
    uses = Sketch()
    for place in range(LIMITS.use + 1):
        uses.element(NEW + place, BODY, "svg:use")
    yield _bad("too many uses", uses)
    yield Fault("a snapshot without a document", "bad_frame", Sketch().element(2, 1, "html").snapshot(epoch=2))
    yield Fault("a second document", "bad_frame", page_sketch().document(50).snapshot(epoch=2))
    yield Fault(
        "a snapshot that stands before", "bad_frame", page_sketch().element(9, 3, "p", before=2).snapshot(epoch=2)
    )


def _closed() -> Iterator[Fault]:
    for tag in sorted(whitelist.NO_INSIDE):
        outer = Sketch().element(NEW, BODY, tag)
        yield _bad(f"a text in {tag}", _again(outer).text(NEW + 1, NEW, "secret"))
        yield _bad(f"an element in {tag}", _again(outer).element(NEW + 1, NEW, "p"))
        yield _bad(f"a move into {tag}", _again(outer).record(OPS.move, TEXT, NEW, 0))
        yield _bad(f"a shadow root in {tag}", _again(outer).record(OPS.shadow, NEW + 1, NEW))
        yield _bad(f"how far {tag} is scrolled", _again(outer).record(OPS.scroll, NEW, 0, 9))


def _again(sketch: Sketch) -> Sketch:
    fresh = _copy(sketch)
    fresh.ints = list(sketch.ints)
    return fresh


# --- the page, and the order of frames


def _page(address: str) -> Snapshot:
    page = PageInfo(address=address, title="Lamps", width=1280, height=720)
    return page_sketch().snapshot(epoch=2, page=page)


def _pages() -> Iterator[Fault]:
    for address, code in (
        ("https://evil.example/", "other_origin"),
        ("https://www.shop.example.evil.example/", "other_origin"),
        ("http://www.shop.example/", "other_origin"),
        ("javascript:alert(1)", "other_origin"),
        ("", "other_origin"),
        ("https://www.shop.example/checkout/payment/card", "other_path"),
        ("https://www.shop.example/x?token=abc", "bad_frame"),
    ):
        yield Fault(f"a page at {address!r}", code, _page(address))
    yield Fault("a first part without its page", "bad_frame", page_sketch().snapshot(epoch=2, page=None))


def _orders() -> Iterator[Fault]:
    good: Callable[[], Sketch] = lambda: Sketch().text_change(TEXT, "x")  # noqa: E731 - a name for what stands twice
    for seq in (0, 2, MAX_INTEGER):
        yield Fault(f"seq {seq} after 0", "gap", good().ops(epoch=1, seq=seq))
    yield Fault("ops of another epoch", "gap", good().ops(epoch=2, seq=1))
    yield Fault("a part that was not begun", "gap", Sketch().element(NEW, BODY, "p").snapshot(epoch=1, part=1))
    yield Fault("the same epoch again", "gap", page_sketch().snapshot(epoch=1))
