"""The tables of one frame of the view: what each index may be, and what more must hold for some values.

`Tables` lives for one frame. What must be remembered from frame to frame is in `Memory`, and nothing else is.
"""

import re
from collections.abc import Callable
from typing import Protocol

from cobrowse.core import styles
from cobrowse.core.errors import BadFrame
from cobrowse.core.whitelist import (
    INPUT_TYPES,
    LIMITS,
    LINK_RELS,
    PLACEHOLDER_REASONS,
    SVG_PREFIX,
    is_tag,
    kind_of,
    names,
)

MAX_INTEGER = 2**31 - 1
_NONE: frozenset[int] = frozenset()

# Inputs whose value no setting can show.
SECRET_INPUT_TYPES = frozenset({"password", "hidden", "file"})
# Inputs whose value is what is written on them, not what somebody entered.
LABEL_INPUT_TYPES = frozenset({"submit", "button", "reset"})
VALUE_NAMES = frozenset(
    {"input :value", "input :checked", "input :indeterminate", "textarea :value", "option :selected"}
)
# SVG attributes that a browser reads as CSS and that may point somewhere.
PAINT_ATTRIBUTES = frozenset(
    {"fill", "stroke", "clip-path", "mask", "filter", "marker-start", "marker-mid", "marker-end"}
)

_PLACE = re.compile(r"""url\(\s*(["']?)\#[A-Za-z_][\w.:-]*\1\s*\)""", re.IGNORECASE | re.ASCII)
_FUNCTION = re.compile(r"([-\w]*)\(", re.ASCII)
_LOADING = frozenset({"src", "image", "image-set", "-webkit-image-set", "expression"})
_STANDS_FOR = re.compile(r"(?:svg:)?[A-Za-z][A-Za-z0-9._-]{0,63}")


class Frame(Protocol):
    """The tables that Snapshot and Ops share."""

    @property
    def tags(self) -> list[str]: ...
    @property
    def names(self) -> list[str]: ...
    @property
    def urls(self) -> list[int]: ...
    @property
    def styles(self) -> list[str]: ...
    @property
    def texts(self) -> list[str]: ...


class Memory:
    """What an epoch's later frames depend on: totals, and ids of nodes that are closed, secret, or buttons, or frames
    without a document."""

    __slots__ = ("buttons", "closed", "documents", "frames", "nodes", "secret", "uses")

    def __init__(self) -> None:
        self.nodes = 0
        self.uses = 0
        self.documents = 0
        self.frames: set[int] = set()
        self.buttons: set[int] = set()
        self.closed: set[int] = set()
        self.secret: set[int] = set()


def refused(sentence: str) -> BadFrame:
    """The error for a frame that does not fit."""
    return BadFrame(sentence)


def _check_sizes(frame: Frame) -> None:
    """No table is so long, and no frame has so much CSS, that to look at it all would hold everybody else up."""
    if len(frame.tags) > LIMITS.frame_tags or len(frame.names) > LIMITS.frame_names:
        raise refused("A table of names is too long.")
    if frame.names and len(set(frame.names)) < len(frame.names):
        raise refused("A name stands twice.")
    if not frame.styles:
        return
    lengths = [len(css) for css in frame.styles]
    if len(lengths) > LIMITS.frame_styles or sum(lengths) > LIMITS.frame_style_characters:
        raise refused("A frame has too much CSS.")
    if max(lengths) > LIMITS.style_characters:
        raise refused("A piece of CSS is too long.")


class Tables:
    """A frame's tables, checked. By a name's index: its tag, the range of its value, and what more must hold.

    `labelled` and `valued` collect the ids of the frame's inputs that show a label or a value."""

    __slots__ = (
        "extras",
        "highs",
        "labelled",
        "long_texts",
        "lows",
        "owners",
        "shows_values",
        "style_count",
        "tags",
        "texts",
        "valued",
    )

    def __init__(self, frame: Frame, shows_values: bool) -> None:
        """Raises `BadFrame`. `shows_values`: the site lists fields whose value may be shown."""
        _check_sizes(frame)
        for tag in frame.tags:
            if not is_tag(tag):
                raise refused("A tag is not on the whitelist.")
        if frame.urls and not (min(frame.urls) >= 1 and max(frame.urls) <= LIMITS.url_numbers):
            raise refused("An asset's number is out of range.")
        for css in frame.styles:
            styles.check(css, asset=False)
        self.shows_values = shows_values
        self.tags = frame.tags
        self.texts = frame.texts
        self.style_count = len(frame.styles)
        self.long_texts = _NONE
        self.owners: list[str] = []
        self.lows: list[int] = []
        self.highs: list[int] = []
        self.extras: list[Extra | None] = []
        self.labelled: set[int] = set()
        self.valued: set[int] = set()
        if frame.names:
            self._read_names(frame, shows_values)

    def _read_names(self, frame: Frame, shows_values: bool) -> None:
        limit = LIMITS.token_characters
        self.long_texts = frozenset(index for index, text in enumerate(frame.texts) if len(text) > limit)
        ranges = {
            "text": (0, len(frame.texts)),
            "token": (0, len(frame.texts)),
            "style": (0, len(frame.styles)),
            "url": (0, len(frame.urls)),
            "flag": (0, 2),
            "number": (-MAX_INTEGER, MAX_INTEGER + 1),
        }
        for name in frame.names:
            kind = kind_of(name)
            if kind is None or (name in VALUE_NAMES and not shows_values):
                raise refused("A name is not on the whitelist.")
            low, high = ranges[kind]
            self.owners.append(name.partition(" ")[0])
            self.lows.append(low)
            self.highs.append(high)
            # Only where some text is too long for a token need any token be looked at.
            extra = _token if kind == "token" and self.long_texts else None
            self.extras.append(_EXTRAS.get(name, extra))


# --- what more must hold for a value: it is in range, `node` is the element that gets it

Extra = Callable[[Tables, Memory, int, int], None]


def _token(tables: Tables, memory: Memory, node: int, value: int) -> None:
    """A token is not too long."""
    if value in tables.long_texts:
        raise refused("A token is too long.")


def _paint(tables: Tables, memory: Memory, node: int, value: int) -> None:
    """What a browser reads as CSS points into its own document only."""
    _token(tables, memory, node, value)
    text = tables.texts[value]
    if "\\" in text or ("(" in text and not _is_local(text)):
        raise refused("A paint points outside the page.")


def _is_local(text: str) -> bool:
    for function in _FUNCTION.finditer(text):
        name = function[1].lower()
        if name in _LOADING or (name == "url" and _PLACE.match(text, function.start()) is None):
            return False
    return True


def _field_value(tables: Tables, memory: Memory, node: int, value: int) -> None:
    """A value is shown only where no record makes the field a secret one; the walk asks at its end."""
    tables.valued.add(node)


def _label(tables: Tables, memory: Memory, node: int, value: int) -> None:
    """A label is that of a button; the walk asks at its end."""
    tables.labelled.add(node)


def _input_type(tables: Tables, memory: Memory, node: int, value: int) -> None:
    """An input has a known type; once secret, it stays so."""
    text = tables.texts[value]
    if text not in INPUT_TYPES:
        raise refused("An input's type is not on the whitelist.")
    if text in SECRET_INPUT_TYPES:
        memory.secret.add(node)
    if text in LABEL_INPUT_TYPES:
        memory.buttons.add(node)
    else:
        memory.buttons.discard(node)


def _link_rel(tables: Tables, memory: Memory, node: int, value: int) -> None:
    """A link is a stylesheet."""
    if tables.texts[value] not in LINK_RELS:
        raise refused("A link that is no stylesheet.")


def _reason(tables: Tables, memory: Memory, node: int, value: int) -> None:
    """A placeholder says why by a word of the list."""
    if tables.texts[value] not in PLACEHOLDER_REASONS:
        raise refused("A placeholder's reason is not on the whitelist.")


def _stands_for(tables: Tables, memory: Memory, node: int, value: int) -> None:
    """A placeholder names a tag."""
    if _STANDS_FOR.fullmatch(tables.texts[value]) is None:
        raise refused("A placeholder stands for no tag.")


_EXTRAS: dict[str, Extra] = {
    "input :label": _label,
    "input type": _input_type,
    "link rel": _link_rel,
    **dict.fromkeys(("placeholder :reason", "iframe :reason", "canvas :reason", "video :reason"), _reason),
    "placeholder :tag": _stands_for,
    **dict.fromkeys(VALUE_NAMES, _field_value),
    **{name: _paint for name in names() if name.startswith(SVG_PREFIX) and name.partition(" ")[2] in PAINT_ATTRIBUTES},
}
