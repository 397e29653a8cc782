"""The closed vocabulary, loaded from whitelist.json; the snippet's and the mirror's build read the same file.

A tag is an HTML element's name (`div`), an SVG element's (`svg:path`), or a valid custom element's (`acme-card`).
A name is a tag and an attribute (`img src`); it has a kind: text, token, number, flag, url or style.
"""

import re
from importlib.resources import files
from typing import Literal

import msgspec
from msgspec import Struct

Kind = Literal["text", "token", "number", "flag", "url", "style"]


class _Vocabulary(Struct, frozen=True, forbid_unknown_fields=True):
    """The elements of one namespace, each with its attributes, and those that every element may have."""

    global_: dict[str, Kind] = msgspec.field(name="global")
    elements: dict[str, dict[str, Kind]]


class _Limits(Struct, frozen=True, forbid_unknown_fields=True):
    depth: int
    nodes: int
    use: int
    token_characters: int
    attributes_per_element: int
    url_numbers: int
    style_characters: int
    frame_style_characters: int
    frame_styles: int
    frame_text_characters: int
    frame_tags: int
    frame_names: int
    frame_documents: int
    frame_documents_per_epoch: int
    frame_depth: int


class _CustomElements(Struct, frozen=True, forbid_unknown_fields=True):
    """A subset of the HTML standard's valid custom element names, and the names it takes out again; the attributes that
    they may have beyond those of every element, by which their authors say how they look."""

    pattern: str
    attributes: dict[str, Kind]
    characters: int
    not_: list[str] = msgspec.field(name="not")


class _OpNumbers(Struct, frozen=True, forbid_unknown_fields=True):
    element: int
    text: int
    shadow: int
    document: int
    sheet: int
    remove: int
    move: int
    text_change: int
    attribute: int
    attribute_removed: int
    scroll: int
    focus: int
    rule_inserted: int
    rule_removed: int
    selection: int
    adopt: int


class _Whitelist(Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    kinds: dict[Kind, str]
    html: _Vocabulary
    svg: _Vocabulary
    ops: _OpNumbers
    snapshot_ops: list[int]
    acts: list[str]
    input_types: list[str]
    link_rels: list[str]
    placeholder_reasons: list[str]
    custom_elements: _CustomElements
    no_inside: list[str]
    limits: _Limits


_list = msgspec.json.decode(files("cobrowse.core").joinpath("whitelist.json").read_bytes(), type=_Whitelist)

OPS = _list.ops
LIMITS = _list.limits
SNAPSHOT_OPS: frozenset[int] = frozenset(_list.snapshot_ops)
ACTS: frozenset[str] = frozenset(_list.acts)
INPUT_TYPES: frozenset[str] = frozenset(_list.input_types)
# Others make a browser look up names or connect, and CSP does not cover preconnect.
LINK_RELS: frozenset[str] = frozenset(_list.link_rels)
PLACEHOLDER_REASONS: frozenset[str] = frozenset(_list.placeholder_reasons)

# Elements whose content is not theirs to show: a rule belongs into a sheet record, a value nowhere, and what stands in
# for something else has no inside.
NO_INSIDE: frozenset[str] = frozenset(_list.no_inside)

SVG_PREFIX = "svg:"

_CUSTOM = re.compile(_list.custom_elements.pattern, re.ASCII)
_CUSTOM_CHARACTERS = _list.custom_elements.characters
_NOT_CUSTOM = frozenset(_list.custom_elements.not_)


def _tables() -> tuple[frozenset[str], dict[str, Kind]]:
    tags: set[str] = set()
    kinds: dict[str, Kind] = {}
    for prefix, vocabulary in (("", _list.html), (SVG_PREFIX, _list.svg)):
        for element, own in vocabulary.elements.items():
            tags.add(prefix + element)
            for attribute, kind in {**vocabulary.global_, **own}.items():
                kinds[f"{prefix}{element} {attribute}"] = kind
    return frozenset(tags), kinds


_TAGS, _KINDS = _tables()


def is_custom(tag: str) -> bool:
    """True for a custom element's name."""
    return len(tag) <= _CUSTOM_CHARACTERS and _CUSTOM.fullmatch(tag) is not None and tag not in _NOT_CUSTOM


def is_tag(tag: str) -> bool:
    """True where an element of this name may be shown."""
    return tag in _TAGS or is_custom(tag)


def kind_of(name: str) -> Kind | None:
    """The kind of `element attribute`, or None where the whitelist does not have it."""
    kind = _KINDS.get(name)
    if kind is not None:
        return kind
    tag, _, attribute = name.partition(" ")
    if not is_custom(tag):
        return None
    return _list.html.global_.get(attribute) or _list.custom_elements.attributes.get(attribute)


def names() -> dict[str, Kind]:
    """Every name on the list with its kind, but those of custom elements."""
    return dict(_KINDS)
