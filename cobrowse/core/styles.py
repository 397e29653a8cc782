"""Check CSS: what it may load, and nothing else. docs/protocol.md says the rule; tests/vectors/styles.json shows it.

An address appears only as `url("a/12")`, with an asset's number, or `url("#name")`, a place in the same document;
`@import` only in an asset and only as `@import url("a/12")`. No other function that loads, no `expression`, `behavior`
or `-moz-binding`, no escape inside a function's or an at-keyword's name. What a browser would have to repair (an open
string, comment or escape) is refused, since two parsers might repair it differently.

`image-set()` is refused whatever it holds: a string in it is an address, and one can come from far away, through
`var()`, `env()`, `if()`, `attr()` or a function that the page made itself (`@function --f() { result: "…" }`).

This is the tokeniser of CSS Syntax level 3 as one regular expression. Every repetition is possessive: it never goes
back, so it takes time linear in the text, whatever a hostile page sends; and it takes a piece at a time, so that a
thread that checks a large sheet lets others run.
"""

import re

from cobrowse.core.errors import BadFrame

MAX_NESTING = 64
# So many tokens are a millisecond or two; meanwhile nothing else runs in the process.
PIECE_TOKENS = 8192

# What has none of these can neither load nor hide anything.
_SUSPECT = re.compile(r"""["'()@\\]|/\*|behavior|-moz-binding""", re.IGNORECASE)

# Letters beyond ASCII are tokens of their own: which of them belong to a name, browsers have not agreed on, and where
# the sign before `url(x)` does not, x is loaded.
_LETTER = r"[-\w]"
# A parenthesis is like any other: what stands before it was judged with its name.
_OTHER = r"""[^-\w"'@\\/]"""
_ESCAPE = r"\\(?:[0-9a-f]{1,6}(?:\r\n|[ \t\r\n\f])?|[^0-9a-f\r\n\f])"
_STRING = r""""(?:[^"\\\n\r\f]|\\(?:\r\n|[\s\S]))*+"|'(?:[^'\\\n\r\f]|\\(?:\r\n|[\s\S]))*+'"""
_COMMENT = r"/\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/"
_ASSET = r"""url\("a/[1-9][0-9]{0,9}"\)"""
_PLACE = r"""url\("\#[a-z_][\w.:-]{0,199}"\)"""

_LOADS = r"(?:url|src|image|expression|image-set|-webkit-image-set)\("

_NAME = rf"(?!{_LOADS})(?:{_LETTER}++(?!\\)|(?:{_LETTER}++|{_ESCAPE})++(?!\())"
_AT_KEYWORD = rf"@(?!import){_LETTER}*+(?!\\)"
_IMPORT = rf"@import[ \t\r\n\f]*+{_ASSET}"

_PARTS = (_OTHER + "++", "/(?!\\*)", _NAME, _ASSET, _PLACE, _STRING, _COMMENT, _AT_KEYWORD)
_FLAGS = re.IGNORECASE | re.ASCII
_RULES = re.compile(f"(?:{'|'.join(_PARTS)}){{1,{PIECE_TOKENS}}}+", _FLAGS)
_SHEET = re.compile(f"(?:{'|'.join((*_PARTS, _IMPORT))}){{1,{PIECE_TOKENS}}}+", _FLAGS)

_GAP = r"(?:\s|/\*[^*]{0,200}\*/)*+"
_RUNS = re.compile(rf"(?:\A|[{{}};]){_GAP}(?:behavior|-moz-binding){_GAP}:", _FLAGS)
_NO_PARENTHESES = bytes(byte for byte in range(256) if byte not in b"()")


def check(css: str, *, asset: bool) -> None:
    """Return if this CSS may be shown; `asset` is true for a stylesheet file. Raises `BadFrame` with code `bad_style`.

    `css` is a declaration list, rules, or a whole sheet; nothing is said about whether it makes sense."""
    if _SUSPECT.search(css) is None:
        return
    if not _is_all_tokens(_SHEET if asset else _RULES, css):
        raise BadFrame("This CSS loads, runs or hides something, or is cut short.", code="bad_style")
    if _RUNS.search(css) is not None:
        raise BadFrame("This CSS has a property that runs code.", code="bad_style")
    if css.count("(") > MAX_NESTING and _is_too_deep(css):
        raise BadFrame("This CSS nests too deep.", code="bad_style")


def _is_all_tokens(pieces: re.Pattern[str], css: str) -> bool:
    at = 0
    while at < len(css):
        piece = pieces.match(css, at)
        if piece is None:
            return False
        at = piece.end()
    return True


def _is_too_deep(css: str) -> bool:
    """Take off one level of parentheses at a time; what is still there after MAX_NESTING of them is too deep."""
    left = css.encode("ascii", "ignore").translate(None, _NO_PARENTHESES)
    for _ in range(MAX_NESTING):
        if b"(" * (MAX_NESTING + 1) in left:
            return True
        left = left.replace(b"()", b"")
    # What is left is too deep, or was never closed.
    return left.count(b"(") > MAX_NESTING or b"()" in left
