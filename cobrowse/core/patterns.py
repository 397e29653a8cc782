"""A site's own patterns: regular expressions for what only this site knows to be private (`KD-[0-9]{6}`).

The engine is RE2 (Russ Cox, "Regular Expression Matching in the Wild", 2010): it takes time linear in the text and
bounded by the pattern, whatever both are, which no engine that goes back can promise. The price is that there is no
look-around and no back-reference.

A pattern is looked for in each line a reader sees, `^` and `$` being its ends; white space of any kind is one space a
character. Where it is found everything it found is masked.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

import re2  # type: ignore[import-untyped]  # it brings no types

from cobrowse.core.errors import ConfigError

MAX_PATTERNS = 20
PATTERN_MAX_CHARACTERS = 500
# RE2's worst case is about 5 ns for each instruction and byte: 2 s for a frame of 1 MB that was made for it.
PATTERN_MAX_INSTRUCTIONS = 400
# Each find may have looked at the whole text. Beyond so many characters looked at in this way, whole lines are masked.
FIND_CHARACTERS = 8_000_000
MIN_FINDS = 10

# What stands between two lines. RE2 is told of it as the one character that nothing matches.
LINE_END = "\0"

_OTHER_SPACE = re.compile(r"[^\S ]")
_OPTIONS = re2.Options()
_OPTIONS.never_nl = True
_OPTIONS.never_capture = True
_OPTIONS.log_errors = False

Span = tuple[int, int]


class Patterns:
    """Compiled patterns of one site. Made by `compiled`."""

    __slots__ = ("_compiled",)

    def __init__(self, texts: Sequence[str]) -> None:
        """Raises `ConfigError` with a sentence that names the pattern."""
        if len(texts) > MAX_PATTERNS:
            raise ConfigError(f"there may be at most {MAX_PATTERNS} patterns")
        self._compiled = [_compile(text) for text in texts]

    def __bool__(self) -> bool:
        return bool(self._compiled)

    def find(self, lines: str) -> Iterator[Span]:
        """Every stretch of `lines`, which have a `LINE_END` between them, that must not be read."""
        text = _OTHER_SPACE.sub(" ", lines).replace(LINE_END, "\n")
        for pattern in self._compiled:
            yield from _find(pattern, text)


@cache
def compiled(texts: tuple[str, ...]) -> Patterns:
    """The patterns of a site's settings. Raises `ConfigError`, whose sentence begins in the middle of one."""
    return Patterns(texts)


def _compile(text: str) -> "re2._Regexp":
    if len(text) > PATTERN_MAX_CHARACTERS:
        raise ConfigError(f"“{text[:20]}…” has more than {PATTERN_MAX_CHARACTERS} characters")
    if r"\C" in text:
        raise ConfigError(f"“{text}” is not a pattern: \\C is a byte, and texts are characters")
    try:
        # `^` and `$` are the ends of a line.
        pattern = re2.compile(f"(?m){text}", _OPTIONS)
    except re2.error as error:
        why = error.args[0].decode(errors="replace").replace("(?m)", "")
        raise ConfigError(
            f"“{text}” is not a pattern: {why} (RE2's syntax, which has no look-around and no back-references)"
        ) from error
    if max(pattern.programsize, pattern.reverseprogramsize) > PATTERN_MAX_INSTRUCTIONS:
        raise ConfigError(
            f"“{text}” is too large: give it fewer or shorter repetitions, and [A-Za-zÄÖÜ] instead of \\p{{L}}"
        )
    if pattern.search("") is not None:
        raise ConfigError(f"“{text}” also matches nothing at all, so it would be found everywhere")
    return pattern


def _find(pattern: "re2._Regexp", text: str) -> Iterator[Span]:
    left = max(MIN_FINDS, FIND_CHARACTERS // (len(text) + 1))
    for found in pattern.finditer(text):
        start, end = found.span()
        if end > start:
            yield start, end
        left -= 1
        if not left:
            yield from _find_lines(pattern, text, end)
            return


def _find_lines(pattern: "re2._Regexp", text: str, start: int) -> Iterator[Span]:
    """From `start` on, the whole of each line in which it is found."""
    for line in text[start:].split("\n"):
        if pattern.search(line) is not None:
            yield start, start + len(line)
        start += len(line) + 1
