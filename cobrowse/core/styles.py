"""Check CSS: what it may load, and nothing else. docs/protocol.md says the rule; tests/vectors/styles.json shows it.

An address appears only as `url("a/12")`, with an asset's number, or `url("#name")`, a place in the same document;
`@import` only in an asset and only as `@import url("a/12")`. No other function that loads, no strings and no `var()`
inside `image-set()`, no `expression`, `behavior` or `-moz-binding`, no escape inside a function's or an at-keyword's
name. What a browser would have to repair (an open string, comment or escape) is refused, since two parsers might
repair it differently.

This is the tokeniser of CSS Syntax level 3, cut down to the tokens that can matter: everything between them is
skipped by one regular expression. It runs in time linear in the text.
"""

import re

from cobrowse.core.errors import BadFrame

MAX_NESTING = 256

# The tokens that can matter. All else is text between them.
_STOP = re.compile(r"""["'()@\\]|/\*""")
_STRING = re.compile(r""""(?:[^"\\\n\r\f]|\\(?:\r\n|[\s\S]))*+"|'(?:[^'\\\n\r\f]|\\(?:\r\n|[\s\S]))*+'""")
_ESCAPE = r"\\(?:[0-9a-fA-F]{1,6}(?:\r\n|[ \t\r\n\f])?|[^0-9a-fA-F\r\n\f])"
_NAME = re.compile(rf"(?:[-\w]|[^\x00-\x7f]|{_ESCAPE})*+", re.ASCII)
_NAME_END = re.compile(r"(?:[-\w]|[^\x00-\x7f])*+\Z", re.ASCII)
_URL = re.compile(r"""\("(?:a/[1-9][0-9]{0,9}|\#[A-Za-z_][\w.:-]{0,199})"\)""", re.ASCII)
_IMPORT = re.compile(r"""[ \t\r\n\f]*url\("a/[1-9][0-9]{0,9}"\)""", re.IGNORECASE)
_GAP = r"(?:\s|/\*[^*]{0,200}\*/)*+"
_OLD_SCRIPT = re.compile(rf"(?:\A|[{{}};]){_GAP}(?:behavior|-moz-binding){_GAP}:", re.IGNORECASE)
_HEX = re.compile(r"\\([0-9a-fA-F]{1,6})(?:\r\n|[ \t\r\n\f])?|\\(.)", re.DOTALL)

# Longer than any name below; a longer one is none of them.
_NAME_WINDOW = 33
_REFUSED_FUNCTIONS = frozenset({"src", "image", "expression"})
_IMAGE_SETS = frozenset({"image-set", "-webkit-image-set"})


def check(css: str, *, asset: bool) -> None:
    """Return if this CSS may be shown; `asset` is true for a stylesheet file. Raises `BadFrame` with code `bad_style`.

    `css` is a declaration list, rules, or a whole sheet; nothing is said about whether it makes sense."""
    if _OLD_SCRIPT.search(css) is not None:
        raise _refused("a property that runs code")
    if _STOP.search(css) is not None:
        _Walk(css, asset).run()


class _Walk:
    """One pass over the tokens that matter. `_in_set` has, for each open parenthesis, whether it is in an image-set."""

    __slots__ = ("_asset", "_css", "_from", "_in_set")

    def __init__(self, css: str, asset: bool) -> None:
        self._css = css
        self._asset = asset
        self._in_set: list[bool] = []
        # Where the text since the last token begins, which a function's name may stand at the end of.
        self._from = 0

    def run(self) -> None:
        css = self._css
        position = 0
        while True:
            stop = _STOP.search(css, position)
            if stop is None:
                return
            mark, at = stop.group(), stop.start()
            if mark == "(":
                self._opened(at)
                position = at + 1
            elif mark == ")":
                if self._in_set:
                    self._in_set.pop()
                position = at + 1
            else:
                position = self._other(mark, at)
            self._from = position

    def _other(self, mark: str, at: int) -> int:
        """Deal with a string, comment, at-keyword or escape; where to go on."""
        if mark == "@":
            return self._at_keyword(at)
        if mark == "\\":
            return self._escaped_name(at)
        if mark == "/*":
            end = self._css.find("*/", at + 2)
            if end < 0:
                raise _refused("an open comment")
            return end + 2
        string = _STRING.match(self._css, at)
        if string is None:
            raise _refused("an open string")
        if self._in_set and self._in_set[-1]:
            raise _refused("an address as a string")
        return string.end()

    def _opened(self, at: int) -> None:
        name = self._name_before(at).lower()
        if name == "url" and _URL.match(self._css, at) is None:
            raise _refused("an address that is no asset's number")
        if name in _REFUSED_FUNCTIONS:
            raise _refused("a function that loads or runs")
        inside = bool(self._in_set) and self._in_set[-1]
        if inside and name == "var":
            raise _refused("a variable inside image-set")
        if len(self._in_set) >= MAX_NESTING:
            raise _refused("too many open parentheses")
        # type("image/png") is the one string an image-set needs that is no address; url() was checked above.
        self._in_set.append(name in _IMAGE_SETS or (inside and name not in ("type", "url")))

    def _name_before(self, at: int) -> str:
        name = _NAME_END.search(self._css[max(self._from, at - _NAME_WINDOW) : at])
        return name.group() if name is not None else ""

    def _at_keyword(self, at: int) -> int:
        name = _NAME.match(self._css, at + 1)
        if name is None or "\\" in name.group():
            raise _refused("an escape in an at-keyword")
        if name.group().lower() != "import":
            return name.end()
        if not self._asset or _IMPORT.match(self._css, name.end()) is None:
            raise _refused("an import")
        return name.end()

    def _escaped_name(self, at: int) -> int:
        rest = _NAME.match(self._css, at)
        if rest is None or rest.end() == at:
            raise _refused("an open escape")
        end = rest.end()
        if self._css.startswith("(", end):
            raise _refused("an escape in a function's name")
        name = _unescape(self._name_before(at) + rest.group())
        if name.lower() in ("behavior", "-moz-binding"):
            raise _refused("an escape in a property that runs code")
        return end


def _unescape(name: str) -> str:
    return _HEX.sub(lambda found: chr(min(int(found[1], 16), 0x10FFFF)) if found[1] else found[2], name)


def _refused(what: str) -> BadFrame:
    return BadFrame(f"This CSS holds {what}.", code="bad_style")
