"""CSS may load assets by number and nothing else."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobrowse.core import styles
from cobrowse.core.errors import BadFrame
from tests.core.vectors import load

VECTORS = load("styles")


def assert_refused(css: str, *, asset: bool) -> None:
    with pytest.raises(BadFrame) as refusal:
        styles.check(css, asset=asset)
    assert refusal.value.code == "bad_style"


@pytest.mark.parametrize("asset", [False, True])
@pytest.mark.parametrize("css", VECTORS["accepted"])
def test_accepted(css: str, asset: bool) -> None:
    styles.check(css, asset=asset)


@pytest.mark.parametrize("css", VECTORS["accepted_in_assets"])
def test_imports_stand_in_assets_alone(css: str) -> None:
    styles.check(css, asset=True)
    assert_refused(css, asset=False)


@pytest.mark.parametrize("asset", [False, True])
@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["why"])
def test_refused(vector: dict[str, str], asset: bool) -> None:
    assert_refused(vector["css"], asset=asset)


HIDING = st.sampled_from(
    [
        "",
        " ",
        "\n",
        "/**/",
        "a",
        "1",
        "(",
        ")",
        "{",
        "}",
        ";",
        '"x"',
        "'y'",
        "#",
        ".",
        "@",
        "-",
        "\\61",
        "é",
        'url("a/1")',
    ]
)


@given(st.lists(HIDING, max_size=8).map("".join), st.lists(HIDING, max_size=8).map("".join))
def test_no_context_lets_a_foreign_address_through(before: str, after: str) -> None:
    for foreign in ("url(https://evil.example/x)", "image-set('https://evil.example/x' 1x)"):
        css = f"{before} {foreign}{after}"
        # Inside a string or a comment it is no address; these pieces open neither.
        assert_refused(css, asset=True)


@given(st.text(alphabet="url(\"'a/1#) \\@import;:{}*-_e\n", max_size=40))
def test_what_is_accepted_has_no_other_url(css: str) -> None:
    try:
        styles.check(css, asset=False)
    except BadFrame:
        return
    outside = _without_strings_and_comments(css)
    assert re.search(r"(?<![-\w\\\x80-\U0010ffff])url\((?!§\))", outside, re.IGNORECASE) is None


def _without_strings_and_comments(css: str) -> str:
    """A second, slow reading: every string becomes `§`, every comment a space."""
    out, at = "", 0
    while at < len(css):
        if css.startswith("/*", at):
            at = css.index("*/", at + 2) + 2
            out += " "
        elif css[at] in "\"'":
            quote, at = css[at], at + 1
            while css[at] != quote:
                at += 2 if css[at] == "\\" else 1
            at += 1
            out += "§"
        else:
            step = 2 if css[at] == "\\" else 1
            out += css[at : at + step]
            at += step
    return out


HOSTILE = {
    "one long name": "a" * 500_000,
    "parentheses in a row": "(a)" * 150_000,
    "deep parentheses": "(" * 150_000 + ")" * 150_000,
    "deep parentheses with others between": "(" * 200 + ")(" * 200_000,
    "escapes": "\\a " * 150_000,
    "open comments": ";behavior/*" * 50_000,
    "an open comment": "/*" + "*" * 500_000,
    "an open string": '"' + "\\" * 500_001,
    "at-keywords": "@a" * 200_000,
    "spaces": ";" + " " * 500_000,
    "image-sets": "image-set((" * 50_000,
    "comments": ";/**/" * 100_000,
}


@pytest.mark.parametrize("tokens", [styles.PIECE_TOKENS - 1, styles.PIECE_TOKENS, 3 * styles.PIECE_TOKENS])
def test_a_long_sheet_is_checked_to_its_end(tokens: int) -> None:
    # "a" and ";" are a token each.
    sheet = "a;" * (tokens // 2) + "a" * (tokens % 2)
    styles.check(sheet + '@import url("a/1")', asset=True)
    assert_refused(sheet + " url(https://evil.example/x)", asset=True)
    assert_refused(sheet + "\\", asset=True)


@pytest.mark.parametrize("name", HOSTILE)
def test_time_is_linear_in_the_text(name: str) -> None:
    """Half a megabyte takes a fraction of a second; a quadratic reading would take hours."""
    started = time.process_time()
    try:
        styles.check(HOSTILE[name], asset=True)
    except BadFrame as refusal:
        assert refusal.code == "bad_style"
    assert time.process_time() - started < 3
