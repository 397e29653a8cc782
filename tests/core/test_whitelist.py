"""The whitelist: what it says, and that it stays closed."""

import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobrowse.core import whitelist
from cobrowse.core.policy import CONTROL_ACTS, FIELD_ACTS, GUIDE_ACTS
from cobrowse.core.protocol import AnyDo

RAW = json.loads(files("cobrowse.core").joinpath("whitelist.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("img src", "url"),
        ("img alt", "text"),
        ("img width", "token"),
        ("acme-card variant", "token"),
        ("acme-card active", "flag"),
        ("a :link", "flag"),
        ("div style", "style"),
        ("div class", "token"),
        ("svg:path d", "token"),
        ("svg:image href", "url"),
        ("acme-card class", "token"),
        ("acme-card title", "text"),
    ],
)
def test_kinds(name: str, kind: str) -> None:
    assert whitelist.kind_of(name) == kind


@pytest.mark.parametrize(
    "name",
    [
        "a href",
        "img srcset",
        "img onerror",
        "input value",
        "input checked",
        "iframe src",
        "script src",
        "div data-secret",
        "div nonce",
        "li src",
        "path d",
        "svg:script href",
        "svg:use href",
        "acme-card src",
        "acme-card onclick",
        "acme-card",
        "acme-card  class",
        "font-face class",
        "img",
        "",
        " ",
        "img  src",
        "IMG SRC",
        "img src ",
    ],
)
def test_what_is_not_listed_has_no_kind(name: str) -> None:
    assert whitelist.kind_of(name) is None


@pytest.mark.parametrize("tag", ["div", "svg:svg", "svg:path", "placeholder", "acme-card", "a-", "x-1.2_3", "a._-b"])
def test_tags(tag: str) -> None:
    assert whitelist.is_tag(tag)


@pytest.mark.parametrize(
    "tag",
    [
        "script",
        "frame",
        "object",
        "embed",
        "meta",
        "base",
        "template",
        "noscript",
        "audio",
        "object",
        "path",
        "svg:foreignObject",
        "svg:script",
        "svg:animate",
        "svg:set",
        "svg:a-b",
        "font-face",
        "annotation-xml",
        "missing-glyph",
        "Acme-card",
        "1-a",
        "-a",
        "a-b c",
        "a-é",
        "a-b\n",
        "a-" + "b" * 63,
        "",
    ],
)
def test_what_is_not_a_tag(tag: str) -> None:
    assert not whitelist.is_tag(tag)


def test_no_name_carries_a_script_an_address_or_a_value() -> None:
    for name in whitelist.names():
        attribute = name.partition(" ")[2]
        assert not attribute.startswith("on")
        assert attribute not in ("checked", "selected", "action", "formaction", "srcdoc", "srcset", "nonce")
        assert attribute != "value" or name == "li value", "a list item's number is the only value there is"


def test_urls_and_styles_are_nowhere_else() -> None:
    urls = {name for name, kind in whitelist.names().items() if kind == "url"}
    backgrounds = {f"{tag} background" for tag in ("body", "table", "td", "th")}
    others = {"video poster", "canvas :still", "svg:image href"}
    assert urls == {"img src", "input src", "link href", *others, *backgrounds}
    styles = {name.partition(" ")[2] for name, kind in whitelist.names().items() if kind == "style"}
    assert styles == {"style"}


def test_the_list_of_acts_is_that_of_protocol_and_policy() -> None:
    tags = {member.__struct_config__.tag for member in AnyDo.__args__}
    assert tags == whitelist.ACTS == {*GUIDE_ACTS, *CONTROL_ACTS, *FIELD_ACTS}


def test_op_numbers_are_those_of_the_file_and_all_different() -> None:
    numbers = {key: getattr(whitelist.OPS, key) for key in RAW["ops"]}
    assert numbers == RAW["ops"]
    assert sorted(numbers.values()) == list(range(1, 17))
    assert set(numbers.values()) >= whitelist.SNAPSHOT_OPS


def test_limits_are_those_of_the_design() -> None:
    limits = whitelist.LIMITS
    assert (limits.depth, limits.nodes, limits.use) == (512, 200_000, 10_000)


@given(st.text(max_size=20), st.text(max_size=20))
def test_every_name_with_a_kind_is_of_a_tag(tag: str, attribute: str) -> None:
    if whitelist.kind_of(f"{tag} {attribute}") is not None:
        assert whitelist.is_tag(tag)


@given(st.from_regex(r"\A[a-z][a-z0-9._]*-[a-z0-9._-]*\Z").filter(lambda tag: len(tag) <= 64))
def test_custom_elements_have_the_global_attributes_alone(tag: str) -> None:
    if whitelist.is_tag(tag):
        assert whitelist.kind_of(f"{tag} class") == "token"
        assert whitelist.kind_of(f"{tag} href") is None
