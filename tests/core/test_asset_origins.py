"""What may be listed as asset origin, and what is said of all else."""

import pytest

from cobrowse.core.addresses import is_on_loopback, of_asset
from cobrowse.core.asset_origins import check_beside, checked
from cobrowse.core.errors import ConfigError, NoAsset, NotFound

WHERE = "sites.shop.asset_origins"


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://cdn.shop.example", "https://cdn.shop.example"),
        ("HTTPS://CDN.Shop.example:443/", "https://cdn.shop.example"),
        ("https://cdn.shop.example:8443", "https://cdn.shop.example:8443"),
        ("https://8.8.8.8", "https://8.8.8.8"),
        ("http://127.0.0.1:9001", "http://127.0.0.1:9001"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_an_origin_is_taken_in_one_form(text: str, origin: str) -> None:
    assert checked(WHERE, text) == origin


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("https://*.shop.example", "has a wildcard"),
        ("*", "has a wildcard"),
        ("cdn.shop.example", "is not an origin"),
        ("", "is not an origin"),
        ("ftp://cdn.shop.example", "is not an origin"),
        ("https://user:secret@cdn.shop.example", "is not an origin"),
        ("https://cdn.shop.example/img", "write https://cdn.shop.example."),
        ("https://cdn.shop.example?v=1", "write https://cdn.shop.example."),
        ("https://cdn.shop.example/#x", "write https://cdn.shop.example."),
        ("http://cdn.shop.example", "must begin with https://"),
        ("http://10.0.0.1", "must begin with https://"),
        ("https://10.0.0.1", "is not on the public internet"),
        ("https://[fd00::1]", "is not on the public internet"),
        ("https://169.254.169.254", "is not on the public internet"),
        ("https://0xa9fea9fe", "is not on the public internet"),
    ],
)
def test_what_is_none_is_refused_with_a_sentence(text: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        checked(WHERE, text)
    assert caught.value.sentence.startswith(WHERE + ": ")
    assert says in caught.value.sentence


@pytest.mark.parametrize(
    ("origins", "public_url", "says"),
    [
        (["https://hub.example"], "https://hub.example", "the hub's own"),
        (["https://mirror.example"], "https://hub.example", "the hub's own"),
        (["https://cdn.example", "http://localhost:9"], "https://hub.example", "which is this machine"),
        (["https://127.0.0.1"], "https://hub.example", "which is this machine"),
        (["https://cdn.example"], "https://hub.example", ""),
        (["http://localhost:9", "https://cdn.example"], "http://localhost:8000", ""),
    ],
)
def test_what_a_hub_gets_depends_on_where_it_is(origins: list[str], public_url: str, says: str) -> None:
    if not says:
        check_beside(WHERE, origins, public_url, "https://mirror.example")
        return
    with pytest.raises(ConfigError, match=says):
        check_beside(WHERE, origins, public_url, "https://mirror.example")


LISTED = ("https://cdn.example", "http://localhost:9")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://cdn.example/a%2Fb//c.png?x=1&y#f", "https://cdn.example/a%2Fb//c.png?x=1&y"),
        ("HTTPS://CDN.example:443/ä", "https://cdn.example/%C3%A4"),
        ("http://localhost:9/", "http://localhost:9/"),
        ("http://cdn.example/", None),
        ("https://cdn.example./", None),
        ("https://cdn.example:8443/", None),
        ("https://user@cdn.example/", None),
        ("https://cdn.example\\@evil.example/", "https://cdn.example/@evil.example/"),
        ("https://evil.example/https://cdn.example/", None),
        ("https://cdn.example/\n", None),
        ("data:,x", None),
        ("", None),
    ],
)
def test_an_assets_address_is_on_the_list_or_nothing(text: str, address: str | None) -> None:
    assert of_asset(text, LISTED) == address


def test_an_assets_address_may_be_relative_to_another() -> None:
    base = "https://cdn.example/a/b.css"
    assert of_asset("../c.png", LISTED, base) == "https://cdn.example/c.png"
    assert of_asset("//evil.example/c.png", LISTED, base) is None


@pytest.mark.parametrize(
    ("origin", "loopback"),
    [
        ("http://localhost:1", True),
        ("https://a.localhost", True),
        ("http://[::1]:1", True),
        ("http://127.0.0.1.example", False),
    ],
)
def test_which_origins_are_this_machine(origin: str, loopback: bool) -> None:
    assert is_on_loopback(origin) is loopback


def test_who_has_no_asset_says_what_is_known_of_it() -> None:
    error = NoAsset("The tab has no such asset.", code="failed", status=404, width=640, height=480)
    assert (error.code, error.status, error.width, error.height) == ("failed", 404, 640, 480)
    assert isinstance(error, NotFound)
