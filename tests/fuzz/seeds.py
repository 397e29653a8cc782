"""What cases are made of: golden messages, good frames of the view, and pieces that have broken decoders before."""

import json
import random
from typing import Any

import msgspec

from cobrowse.core import whitelist
from cobrowse.core.protocol import VERSION
from tests.core.sketch import Sketch, page_sketch
from tests.core.vectors import load
from tests.fuzz.target import EPOCH, SEQ, Way, good_token

_GOLDEN = load("messages")
_STYLES = load("styles")

TAGS = [
    *sorted({name.partition(" ")[0] for name in whitelist.names()}),
    "script",
    "iframe",
    "svg:script",
    "svg:foreignObject",
    "acme-card",
    "font-face",
    "math",
    "a b",
    "",
    "Ä-b",
    "-" * 70,
    "a-" * 40,
]
NAMES = [
    *sorted(whitelist.names()),
    "img onerror",
    "a href",
    "li src",
    "div srcdoc",
    "acme-card src",
    "img",
    " ",
    "img  src",
    "img src ",
    "input value",
    "div constructor",
]
STYLES = [
    *_STYLES["accepted"],
    *_STYLES["accepted_in_assets"],
    *(each["css"] for each in _STYLES["refused"]),
]
TEXTS = [
    "",
    " ",
    "\0",
    "text",
    "password",
    "hidden",
    "file",
    "submit",
    "stylesheet",
    "preconnect",
    "frame",
    "url(#a)",
    "url(https://evil.example)",
    "4111 1111 1111 1111",
    "DE89 3704 0044 0532 0130 00",
    "4" * 40,
    "GB" + "1" * 60,
    "\U0001f600" * 9,
    "é",
    "\u202e",
    "x" * 17_000,
    "\\",
    "(",
]
INTEGERS = [
    -1,
    0,
    1,
    2,
    3,
    5,
    7,
    10,
    15,
    16,
    127,
    128,
    255,
    256,
    511,
    512,
    513,
    65_535,
    2**31 - 1,
    2**31,
    -(2**31),
    -(2**31) - 1,
    2**32,
    2**53,
    2**63 - 1,
    2**63,
    2**64,
    -(2**63),
    10**30,
]
VALUES: list[Any] = [None, True, False, 1.0, 1.5, -0.0, 1e308, "", "1", [], [1], {}, {"a": 1}, ["x", 2], *INTEGERS]
KEYS = [
    "k",
    "K",
    "extra",
    "__proto__",
    "constructor",
    "epoch",
    "seq",
    "nodes",
    "ops",
    "do",
    "act",
    "token",
    "",
    "\0",
    "page",
    "k ",
]
# Text that stands in the middle of JSON where it should not.
SPLINTERS = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    "\\",
    "\\u",
    "\\ud800",
    "\\udc00",
    "\\u0000",
    "\0",
    "\ufeff",
    "NaN",
    "Infinity",
    "-",
    "1e999",
    "-0",
    "1E400",
    "1.0000000000000000000001",
    "00",
    "0x1",
    "tru",
    "null",
    "//",
    "/**/",
    "'",
    "\ud7ff",
    "[" * 40,
    '{"a":' * 20,
    '"k":"ops",',
    '"k":"snapshot",',
    "\u2028",
    "9" * 400,
]


def _drawn() -> list[dict[str, Any]]:
    """Good frames that use every record and every kind of value."""
    rich = (
        page_sketch()
        .element(20, 3, "div", style="color:red", title="Hello", id="a")
        .element(21, 20, "img", src=12, alt="A lamp", width=30)
        .element(22, 20, "input", type="text", _filled=1, placeholder="Name")
        .element(23, 20, "svg:svg", viewBox="0 0 1 1")
        .element(24, 23, "svg:path", d="M0 0", fill="url(#g)")
        .element(25, 20, "acme-card", id="x")
        .record(whitelist.OPS.shadow, 26, 25)
        .text(27, 26, "4111 1111")
        .element(28, 2, "style")
        .sheet(29, 28, "a{color:red}", '.b{background:url("a/3")}')
        .element(30, 20, "placeholder", _reason="frame", _tag="iframe", _width=10, _height=10)
        .record(whitelist.OPS.scroll, 20, 0, 10)
        .record(whitelist.OPS.focus, 22)
        .record(whitelist.OPS.selection, 27, 0, 27, 2)
    )
    ops = whitelist.OPS
    changes = (
        Sketch()
        .element(40, 5, "b", before=10, id="x")
        .text(41, 40, " 1111 1111")
        .text_change(10, "4111")
        .attribute(4, "img alt", "Lamp")
        .record(ops.attribute_removed, 4, 0)
        .record(ops.move, 5, 2, 3)
        .record(ops.scroll, 1, -3, 40)
        .record(ops.focus, 0)
        .record(ops.rule_removed, 7, 0)
        .record(ops.remove, 4)
    )
    changes.record(ops.rule_inserted, 7, 0, _style(changes, "a:hover{color:blue}"))
    numbers = (
        page_sketch()
        .text(20, 3, "4111 1111 ")
        .element(21, 3, "b")
        .text(22, 21, "1111 1111")
        .element(23, 3, "p", title="x")
    )
    return [
        _plain(rich.snapshot(epoch=EPOCH + 1)),
        _plain(changes.ops(epoch=EPOCH, seq=SEQ + 1)),
        _plain(numbers.snapshot(epoch=EPOCH + 1)),
    ]


def _style(sketch: Sketch, css: str) -> int:
    sketch.styles.append(css)
    return len(sketch.styles) - 1


def _plain(message: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(msgspec.json.encode(message))
    return found


def _of(direction: str) -> list[dict[str, Any]]:
    found = [dict(each["json"]) for each in _GOLDEN["valid"] if each["direction"] == direction]
    for each in found:
        if each["k"] == "snapshot":
            each["epoch"] = EPOCH + 1
    return found


def _hellos() -> list[dict[str, Any]]:
    hello = {"k": "hello", "version": VERSION, "token": good_token(), "page": "p" * 20, "nonce": "n" * 20}
    return [hello, {**hello, "withheld": "other_path"}, {**hello, "token": "x.y.z"}]


SEEDS: dict[Way, list[dict[str, Any]]] = {
    # The view is where there is most to check, so it stands here more often than the rest.
    "customer": [*_of("FromCustomer"), *(_drawn() * 12)],
    "agent": _of("FromAgent"),
    "hello": _hellos(),
}
_REFUSED = [each["json"] for each in _GOLDEN["invalid"] if isinstance(each["json"], dict)]
INVALID: dict[Way, list[dict[str, Any]]] = {
    "customer": _REFUSED,
    "agent": _REFUSED,
    "hello": _hellos(),
}
_TEXTS = {way: [json.dumps(seed) for seed in seeds] for way, seeds in SEEDS.items()}


def seed_of(way: Way, chance: random.Random) -> dict[str, Any]:
    """A fresh copy of a message that may be said on this way; now and then of one that may not."""
    if chance.random() < 0.03:
        other: dict[str, Any] = json.loads(json.dumps(chance.choice(INVALID[way])))
        return other
    found: dict[str, Any] = json.loads(chance.choice(_TEXTS[way]))
    return found
