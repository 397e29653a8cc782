"""The tables of a frame: closed vocabularies, and what some values must hold besides."""

import pytest

from cobrowse.core.errors import BadFrame
from cobrowse.core.protocol import Ops
from cobrowse.core.tables import SECRET_INPUT_TYPES, Memory, Tables
from cobrowse.core.whitelist import INPUT_TYPES, LIMITS, PLACEHOLDER_REASONS
from tests.core.sketch import Sketch
from tests.core.vectors import load


def tables_of(sketch: Sketch, *, shows_values: bool = False) -> Tables:
    return Tables(sketch.snapshot(), shows_values)


def assert_refused(sketch: Sketch, *, shows_values: bool = False, code: str = "bad_frame") -> None:
    with pytest.raises(BadFrame) as refusal:
        tables_of(sketch, shows_values=shows_values)
    assert refusal.value.code == code


def give(name: str, text: str, memory: Memory | None = None) -> None:
    """Give an element of id 7 this value."""
    sketch = Sketch()
    index, value = sketch.pair(name, text)
    tables = tables_of(sketch, shows_values=True)
    extra = tables.extras[index]
    if extra is not None:
        extra(tables, memory or Memory(), 7, value)


def assert_value_refused(name: str, text: str) -> None:
    with pytest.raises(BadFrame):
        give(name, text)


def test_ranges_by_kind() -> None:
    sketch = Sketch()
    for name, value in (
        ("img src", 12),
        ("img alt", "a"),
        ("li value", -3),
        ("a :link", 1),
        ("div style", "color:red"),
    ):
        sketch.pair(name, value)
    tables = tables_of(sketch)
    assert tables.owners == ["img", "img", "li", "a", "div"]
    assert tables.lows == [0, 0, -(2**31) + 1, 0, 0]
    assert tables.highs == [1, 1, 2**31, 2, 1]


@pytest.mark.parametrize("tag", ["script", "frame", "svg:foreignObject", "DIV", ""])
def test_a_tag_must_be_on_the_whitelist(tag: str) -> None:
    sketch = Sketch()
    sketch.tags.append(tag)
    assert_refused(sketch)


@pytest.mark.parametrize("name", ["a href", "img onerror", "div data-id", "input value", "img", ""])
def test_a_name_must_be_on_the_whitelist(name: str) -> None:
    sketch = Sketch()
    sketch.names.append(name)
    assert_refused(sketch)


@pytest.mark.parametrize("number", [0, LIMITS.url_numbers + 1])
def test_an_asset_has_a_number(number: int) -> None:
    sketch = Sketch()
    sketch.urls += [1, LIMITS.url_numbers]
    tables_of(sketch)
    sketch.urls.append(number)
    assert_refused(sketch)


def test_every_style_is_checked_even_if_nothing_points_to_it() -> None:
    sketch = Sketch()
    sketch.styles += ["color:red", "background:url(https://evil.example)"]
    assert_refused(sketch, code="bad_style")


@pytest.mark.parametrize(
    "name", ["input :value", "input :checked", "input :indeterminate", "textarea :value", "option :selected"]
)
def test_values_need_a_site_that_shows_some(name: str) -> None:
    sketch = Sketch()
    sketch.names.append(name)
    assert_refused(sketch)
    tables = tables_of(sketch, shows_values=True)
    extra = tables.extras[0]
    assert extra is not None
    extra(tables, Memory(), 7, 0)
    assert tables.valued == {7}


def test_tokens_are_short_and_texts_are_not() -> None:
    give("div class", "c" * LIMITS.token_characters)
    give("div title", "t" * (LIMITS.token_characters + 1))
    assert_value_refused("div class", "c" * (LIMITS.token_characters + 1))
    assert_value_refused("svg:path fill", "c" * (LIMITS.token_characters + 1))


def test_only_long_tokens_are_refused_in_a_frame_with_a_long_text() -> None:
    sketch = Sketch()
    sketch.pair("div title", "t" * (LIMITS.token_characters + 1))
    index, value = sketch.pair("div class", "card")
    tables = tables_of(sketch)
    extra = tables.extras[index]
    assert extra is not None
    extra(tables, Memory(), 7, value)


@pytest.mark.parametrize("kind", sorted(INPUT_TYPES))
def test_input_types(kind: str) -> None:
    memory = Memory()
    give("input type", kind, memory)
    assert memory.secret == ({7} if kind in SECRET_INPUT_TYPES else set())


@pytest.mark.parametrize("kind", ["", "PASSWORD", "pass", "text "])
def test_unknown_input_types(kind: str) -> None:
    assert_value_refused("input type", kind)


@pytest.mark.parametrize("rel", ["preconnect", "dns-prefetch", "icon", "stylesheet preload", "", "manifest"])
def test_a_link_is_a_stylesheet(rel: str) -> None:
    give("link rel", "stylesheet")
    give("link rel", "alternate stylesheet")
    assert_value_refused("link rel", rel)


def test_a_placeholder_says_why_and_for_what() -> None:
    for reason in PLACEHOLDER_REASONS:
        give("placeholder :reason", reason)
    for tag in ("iframe", "video", "svg:foreignObject", "acme-card"):
        give("placeholder :tag", tag)
    assert_value_refused("placeholder :reason", "because")
    for tag in ("", "<b>", "a b", "a" * 65, "https://evil.example"):
        assert_value_refused("placeholder :tag", tag)


@pytest.mark.parametrize(
    "paint",
    [
        "none",
        "#fff",
        "rgb(1, 2, 3)",
        "url(#grad)",
        'url("#grad-1") red',
        "url( '#a.b:c' )",
        "URL(#a)",
        "circle(5px at 1px 2px)",
        "drop-shadow(0 0 1px rgb(0 0 0 / 50%))",
        "",
    ],
)
def test_paints_point_into_the_page(paint: str) -> None:
    for name in ("svg:path fill", "svg:g stroke", "svg:rect clip-path", "svg:g filter", "svg:line marker-end"):
        give(name, paint)


@pytest.mark.parametrize(
    "paint",
    [
        "url(https://evil.example/#a)",
        "url(evil#a)",
        "url('#a)",
        "url(#)",
        'url("#a" url(x))',
        "u\\72l(#a)",
        "UrL(//evil.example)",
        "url(#a) url(b)",
        'image-set("x" 1x)',
        'src("x")',
        'image("x")',
    ],
)
def test_paints_point_nowhere_else(paint: str) -> None:
    assert_value_refused("svg:path fill", paint)
    assert_value_refused("svg:g mask", paint)


# --- how large a table may be

SIZES = load("limits")


def _sized(vector: dict[str, list[tuple[str, int, int]]]) -> Ops:
    tables = {
        table: [
            (piece * repeat).replace("#", str(place))
            for piece, repeat, count in vector.get(table, [])
            for place in range(count)
        ]
        for table in ("tags", "names", "styles")
    }
    return Ops(epoch=1, seq=1, urls=[], texts=[], ops=[], **tables)


@pytest.mark.parametrize("vector", SIZES["accepted"], ids=lambda vector: vector["why"])
def test_the_largest_tables(vector: dict[str, list[tuple[str, int, int]]]) -> None:
    Tables(_sized(vector), shows_values=False)


@pytest.mark.parametrize("vector", SIZES["refused"], ids=lambda vector: vector["why"])
def test_tables_that_are_too_large(vector: dict[str, list[tuple[str, int, int]]]) -> None:
    with pytest.raises(BadFrame) as refusal:
        Tables(_sized(vector), shows_values=False)
    assert refusal.value.code == "bad_frame"
