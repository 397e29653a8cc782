"""Addresses: one form on both sides, what may share, and what may leave. The vectors are vitest's too."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobrowse.core import addresses
from cobrowse.core.errors import BadAddress
from cobrowse.core.policy import Site
from tests.core.vectors import load

VECTORS = load("addresses")
QUERY_PARAMS = VECTORS["site"]["query_params"]
SITE = Site(
    id="shop",
    name="Example Shop",
    origins=tuple(VECTORS["site"]["origins"]),
    start_url="https://www.shop.example/",
    deny_paths=tuple(VECTORS["site"]["deny_paths"]),
    allow_default_denied_paths=True,
    query_params=tuple(QUERY_PARAMS),
)

segment = st.text(st.characters(exclude_characters="/?#\\;%", exclude_categories=["Cs", "Cc"]), max_size=40)


@pytest.mark.parametrize("vector", VECTORS["addresses"], ids=lambda vector: ascii(vector["input"])[:60])
def test_vectors(vector: dict[str, Any]) -> None:
    text, base = vector["input"], vector.get("base")
    if "refused" in vector:
        with pytest.raises(BadAddress):
            addresses.parse(text, base)
    else:
        found = addresses.parse(text, base)
        assert [found.href, found.origin, found.path, found.query] == [
            vector[key] for key in ("href", "origin", "path", "query")
        ]
    if "redacted" in vector:
        assert addresses.redact(text, QUERY_PARAMS) == vector["redacted"]
    if "verdict" in vector:
        assert addresses.judge(SITE, text) == vector["verdict"]


@pytest.mark.parametrize("vector", VECTORS["rules"], ids=lambda vector: f"{vector['rule']} {vector['path']}")
def test_rules(vector: dict[str, Any]) -> None:
    assert addresses.matches([vector["rule"]], vector["path"]) is vector["matches"]


@pytest.mark.parametrize("vector", VECTORS["origins"], ids=lambda vector: vector["input"])
def test_origins(vector: dict[str, Any]) -> None:
    if "refused" in vector:
        with pytest.raises(BadAddress):
            addresses.check_origin(vector["input"])
    else:
        assert addresses.check_origin(vector["input"]) == vector["origin"]


def test_a_refusal_does_not_repeat_the_address() -> None:
    with pytest.raises(BadAddress) as refusal:
        addresses.parse("https://shop.example/a//secret")
    assert "secret" not in refusal.value.sentence


def test_any_rule_of_several_covers() -> None:
    assert addresses.matches(["/a", "/b/*"], "/b/c")
    assert not addresses.matches([], "/b/c")


def test_paths_with_secrets_are_denied_unless_the_site_says_otherwise() -> None:
    plain = Site(id="x", name="X", origins=("https://x.example",), start_url="https://x.example/")
    opted_out = Site(
        id="x",
        name="X",
        origins=("https://x.example",),
        start_url="https://x.example/",
        allow_default_denied_paths=True,
    )
    assert addresses.judge(plain, "https://x.example/verify/abc") == "other_path"
    assert addresses.judge(opted_out, "https://x.example/verify/abc") == "ok"


@pytest.mark.parametrize(
    ("origin", "secure"),
    [
        ("https://shop.example", True),
        ("http://shop.example", False),
        ("http://localhost:8000", True),
        ("http://shop.localhost", True),
        ("http://127.0.0.1:8001", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:8000", True),
        ("http://128.0.0.1", False),
        ("http://localhost.example", False),
        ("http://notlocalhost", False),
        ("http://127.0.0.1.example", False),
    ],
)
def test_only_https_and_loopback_are_secure(origin: str, secure: bool) -> None:
    assert addresses.is_secure(origin) is secure


@given(st.lists(segment, max_size=4), st.dictionaries(st.sampled_from(["q", "z"]), segment), segment)
def test_redacting_twice_changes_nothing(path: list[str], query: dict[str, str], fragment: str) -> None:
    pairs = "&".join(f"{name}={value}" for name, value in query.items())
    text = f"https://www.shop.example/{'/'.join(path)}?{pairs}#{fragment}"
    try:
        once = addresses.redact(text, QUERY_PARAMS)
    except BadAddress:
        return
    assert addresses.redact(once, QUERY_PARAMS) == once
    assert "z=" not in once.partition("?")[2] or "q=" in once
    assert "#" not in once
    assert len(once) <= addresses.ADDRESS_MAX_UNITS


@pytest.mark.parametrize("path", ["", "a|b", "a%7Cb", "a^b", "a%5Eb", "%C3%A4", "…", "%E2%80%A6", "?q=…&page=%20"])
def test_what_browsers_write_differently_is_redacted_all_the_same(path: str) -> None:
    assert addresses.is_redacted("https://www.shop.example/" + path, QUERY_PARAMS)


@pytest.mark.parametrize(
    "path", ["#a", "%23#a", "?z=1", "?q=1&z=2", "?", "?q=1%26z#", "a/550e8400-e29b-41d4-a716-446655440000"]
)
def test_what_is_left_to_redact_shows(path: str) -> None:
    assert not addresses.is_redacted("https://www.shop.example/" + path, QUERY_PARAMS)


@pytest.mark.parametrize(
    "address",
    [
        "https://www.shop.example/\u202emoc.knab",
        "https://www.shop.example/\u200b",
        "https://www.shop.example/\u00e4",
        "https://www.shop.example/a b",
        "https://www.shop.%65xample/",
        "HTTPS://www.shop.example/",
        "https://www.shop.example:443/",
        "https:/www.shop.example/",
    ],
)
def test_an_address_that_could_be_read_as_another_is_not_redacted(address: str) -> None:
    assert addresses.judge(SITE, address) == "ok"
    assert not addresses.is_redacted(address, QUERY_PARAMS)


@given(segment, st.sampled_from(["/checkout/payment/{}", "/CHECKOUT/pay%6dent/{}", "/checkout;v/payment;w/{}"]))
def test_nothing_below_a_denied_path_shares(rest: str, form: str) -> None:
    assert addresses.judge(SITE, "https://www.shop.example" + form.format(rest)) != "ok" or _climbs(rest)


def _climbs(rest: str) -> bool:
    return rest == ".."


@given(st.text(max_size=60))
def test_any_text_gets_a_verdict(text: str) -> None:
    assert addresses.judge(SITE, text) in ("ok", "other_origin", "other_path")
    assert addresses.judge(SITE, "https://www.shop.example/" + text) in ("ok", "other_origin", "other_path")
