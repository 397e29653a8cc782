"""Few and large: bombs, trees, tables and texts that take as long to look at as a frame can."""

import json
import random
import zlib
from collections.abc import Callable
from typing import Any

from cobrowse.core.protocol import PART_MAX_UNPACKED_BYTES
from cobrowse.core.whitelist import LIMITS, OPS
from cobrowse.hub.wire import Data
from tests.fuzz.mutate import packed
from tests.fuzz.target import EPOCH, SEQ, Way

# Room for the rest of the message.
_BODY_BYTES = PART_MAX_UNPACKED_BYTES - 1024
_BOMB_BYTES = 32 * 1024 * 1024
_BOMB_PIECE_BYTES = 64 * 1024

Chance = random.Random

# Each is repeated up to a limit. Some are refused; what counts is how long that takes.
_CSS = [
    "(",
    "()",
    "(a)",
    "(()())",
    "(" * 60 + ")" * 60,
    "@",
    "@a",
    '""',
    "'';",
    "/**/",
    ";/**/",
    "\\a ",
    "\\(",
    "/a",
    "a;",
    'url("a/1")',
    'url("#a")',
    "image-set(a)",
    "image-set((a(b)))",
    "image-set((",
    ";behavior",
    ";behavior/*",
    ";/*a*/behavior/*a*/",
    "; ",
    "é(",
    "u;",
    "url;",
    "-webkit-image-set(",
    "}{",
    "a{b:c}",
    "[",
    '"\\\n"',
    "url(",
    "@import ",
    "expression(",
    "image-set(" + "a;" * 400 + ")",
]
_TEXTS = [
    "4",
    "4 ",
    "4111 1111 1111 1111 ",
    "4111-1111",
    "2" * 13 + " ",
    "GB82",
    "GB82 WEST 1234 5698 7654 32 ",
    "A1",
    "\u2010",
    " ",
    "4 \u2010",
    "é",
    "DE1 ",
    "4\n",
    "2a",
    "AA11" * 8 + " ",
]
_IS_JSON = ["[", '{"a":', '"\\u0041', "1,", '"', "-", "\\", '{"k":"pause","a":' + '{"a":']


def heavy(chance: Chance) -> tuple[Way, str, Data]:
    """One of the few large cases."""
    kind = chance.choice(list(_KINDS))
    return "customer", kind, _KINDS[kind](chance)


def _frame(**parts: Any) -> Data:
    """A whole ops message of these tables, packed where it would not fit otherwise."""
    tables: dict[str, Any] = {"tags": [], "names": [], "urls": [], "styles": [], "texts": [], "ops": []}
    message = {"k": "ops", "epoch": EPOCH, "seq": SEQ + 1, **tables, **parts}
    return packed(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode())


def _fill(piece: str, characters: int) -> str:
    """As many of the piece as there is room for in JSON."""
    wide = max(len(json.dumps(piece, ensure_ascii=False).encode()) - 2, len(piece))
    return piece * min(characters // len(piece), _BODY_BYTES // wide)


def _bomb(chance: Chance) -> Data:
    head, filler = chance.choice(
        [
            (b"[", b" "),
            (b'{"k":"', b"a"),
            (b"", b"\0"),
            (b"[", b"["),
            (b'{"a":', b'{"a":'),
            (b"[1", b",1"),
            (b'"', b"\\u0041"),
        ]
    )
    size = chance.choice((PART_MAX_UNPACKED_BYTES, PART_MAX_UNPACKED_BYTES + 1, _BOMB_BYTES))
    stream = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    # In pieces: what is measured is the hub's memory, not ours.
    piece = filler * (_BOMB_PIECE_BYTES // len(filler))
    once = b"".join(
        [stream.compress(head), *(stream.compress(piece) for _ in range(size // len(piece))), stream.flush()]
    )
    return packed(once, 9) if chance.random() < 0.2 else once


def _nested(chance: Chance) -> Data:
    text = _fill(chance.choice(_IS_JSON), _BODY_BYTES)
    return packed(text.encode()) if chance.random() < 0.7 else text[:200_000]


def _css(chance: Chance) -> Data:
    """CSS up to the limits of a frame, in one piece or in many; and over them."""
    piece = chance.choice(_CSS)
    shape = chance.randrange(4)
    if shape == 0:
        return _frame(styles=[_fill(piece, LIMITS.style_characters)] * 2)
    if shape == 1:
        short = piece * max(1, chance.randint(1, 200) // len(piece))
        count = min(LIMITS.frame_style_characters // len(short), LIMITS.frame_styles)
        return _frame(styles=[short] * min(count, _BODY_BYTES // (len(json.dumps(short)) + 1)))
    if shape == 2:
        return _frame(styles=[_fill(piece, _BODY_BYTES)])
    return _frame(styles=["("] * (_BODY_BYTES // 4))


def _tables(chance: Chance) -> Data:
    name = chance.choice(["tags", "names", "urls", "texts"])
    entries: dict[str, list[Any]] = {
        "tags": ["div", "a-b", "svg:path", "a" * 63 + "-"],
        "names": ["div class", "a-b class", "svg:path fill", "a-"],
        "urls": [1, 100_000],
        "texts": ["", "a", "x" * 17_000],
    }
    entry = chance.choice(entries[name])
    fits = _BODY_BYTES // (len(json.dumps(entry)) + 1)
    most = {"tags": LIMITS.frame_tags, "names": LIMITS.frame_names}.get(name, fits)
    return _frame(**{name: [entry] * min(fits, chance.choice((most, most + 1, fits)))})


def _washed(chance: Chance) -> Data:
    """Texts that are numbers everywhere: in one text, or split over as many as there is room for."""
    piece = chance.choice(_TEXTS)
    if chance.random() < 0.5:
        most = chance.choice((LIMITS.frame_text_characters - len(piece) - 16, _BODY_BYTES))
        return _frame(texts=[_fill(piece, most)], ops=[OPS.text, 40, 5, 0, 0])
    count = 30_000
    ints = [integer for place in range(count) for integer in (OPS.text, 40 + place, 5, 0, 0)]
    # One long text in many places is short in the frame and endless to read.
    long = piece if chance.random() < 0.5 else _fill(piece, _BODY_BYTES // 4)
    return _frame(texts=[long], ops=ints)


def _tree(chance: Chance) -> Data:
    """As many records as a frame holds: wide, deep, or one within the other."""
    shape = chance.choice(["wide", "deep", "cycle", "flags", "moves", "removes", "changes", "sheets", "uses", "texts"])
    record: Callable[[int], list[int]] = {
        "wide": lambda n: [OPS.element, 40 + n, 5, 0, 0, 0],
        "deep": lambda n: [OPS.element, 40 + n, 39 + n if n else 5, 0, 0, 0],
        "cycle": lambda n: [OPS.move, 40 + n, 41 + n, 0],
        "flags": lambda n: [
            OPS.element,
            40 + n,
            5,
            0,
            0,
            LIMITS.attributes_per_element,
            *([0, 1] * LIMITS.attributes_per_element),
        ],
        "moves": lambda n: [OPS.move, 5, 3, 0],
        "removes": lambda n: [OPS.remove, n + 1],
        "changes": lambda n: [OPS.attribute, 5, 0, 1],
        "sheets": lambda n: [OPS.sheet, 7, 6, 0, 0],
        "uses": lambda n: [OPS.element, 40 + n, 5, 0, 1, 0],
        "texts": lambda n: [OPS.text, 40 + n, 5, 0, 0],
    }[shape]
    ints: list[int] = []
    size = 0
    place = 0
    while size < _BODY_BYTES - 2048:
        one = record(place)
        size += sum(len(str(integer)) + 1 for integer in one)
        ints += one
        place += 1
    return _frame(tags=["div", "svg:use"], names=["div hidden"], texts=["x"], ops=ints)


_KINDS: dict[str, Callable[[Chance], Data]] = {
    "bomb": _bomb,
    "nested": _nested,
    "css": _css,
    "tables": _tables,
    "wash": _washed,
    "tree": _tree,
}
