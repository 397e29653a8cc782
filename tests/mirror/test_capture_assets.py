"""Assets: a number for each address, and bytes only of what the page itself loaded from its own origin."""

import pytest

from tests.mirror.capture_page import PIXEL, Tab

pytestmark = pytest.mark.browser


def number_of(tab: Tab, path: str, kind: str = "image") -> int:
    found: int = tab.run("([url, kind]) => P.assets.number(new URL(url, location.href).href, kind)", [path, kind])
    return found


def upload(tab: Tab, n: int) -> None:
    tab.run("n => P.assets.upload(n, 'ticket')", n)


def test_one_address_has_one_number(tab: Tab) -> None:
    tab.open(
        "<!doctype html><img id=a src=/pixel.png><img id=b src='/pixel.png#x'><p style='background: url(/pixel.png)'>"
    )
    tab.page.wait_for_load_state()
    tab.start()
    tab.settle()
    urls = {url for message in tab.messages if message["k"] == "snapshot" for url in message["urls"]}
    assert urls == {number_of(tab, "/pixel.png")}
    assert 'url("a/1")' in tab.picture.canonical().replace("\\", "")


def test_a_loaded_picture_goes_to_the_hub(tab: Tab) -> None:
    tab.open("<!doctype html><img src=/pixel.png>")
    tab.page.wait_for_load_state()
    tab.start()
    upload(tab, number_of(tab, "/pixel.png"))
    [(path, headers, body)] = tab.puts
    assert (path, body) == ("/api/assets/1", PIXEL)
    assert headers["Authorization"] == "Bearer token"
    assert headers["Cobrowse-Asset-Ticket"] == "ticket"
    assert "Cookie" not in headers


@pytest.mark.parametrize(
    ("headers", "size", "reason"),
    [({"Cache-Control": "no-store"}, 10, "no_store"), ({}, 5 * 1024 * 1024 + 1, "too_big")],
)
def test_what_is_not_kept_or_too_big(tab: Tab, headers: dict[str, str], size: int, reason: str) -> None:
    tab.files["/x.bin"] = ("application/octet-stream", b"x" * size, headers)
    tab.open("<!doctype html><img src=/x.bin>")
    tab.page.wait_for_load_state()
    tab.start()
    upload(tab, number_of(tab, "/x.bin"))
    assert tab.run("P.refused") == [[1, reason]]


def test_data_addresses_are_read_directly(tab: Tab) -> None:
    tab.open("<!doctype html><p>x")
    tab.start()
    upload(tab, number_of(tab, "data:image/gif;base64,R0lGODlhAQABAAAAACw="))
    assert tab.puts[0][2].startswith(b"GIF89a")


def test_a_linked_sheet_is_an_asset_with_addresses_rewritten(tab: Tab) -> None:
    tab.files["/css/main.css"] = (
        "text/css",
        b"@import 'more.css'; @font-face { font-family: f; src: url(../f.woff2) }p { background: url('../pixel.png') }",
        {},
    )
    tab.files["/css/more.css"] = ("text/css", b"b { color: red }", {})
    tab.open("<!doctype html><link rel=stylesheet href=/css/main.css media=screen><link rel=preconnect href=//x><p>x")
    tab.page.wait_for_load_state()
    tab.start()
    tab.assert_mirrored()
    [link] = tab.picture.find("link")
    assert link.attributes == {"rel": "stylesheet", "media": "screen", "href": number_of(tab, "/css/main.css", "style")}
    upload(tab, 1)
    css = tab.puts[0][2].decode()
    more, font, pixel = (number_of(tab, path) for path in ("/css/more.css", "/f.woff2", "/pixel.png"))
    assert f'@import url("a/{more}")' in css
    assert f'src: url("a/{font}")' in css
    assert f'background: url("a/{pixel}")' in css


def test_a_lazy_picture_comes_when_it_is_loaded(tab: Tab) -> None:
    tab.open("<!doctype html><div style='height: 20000px'></div><img id=i loading=lazy src=/pixel.png>")
    tab.start()
    tab.assert_mirrored()
    assert "src" not in tab.picture.find("img")[0].attributes
    tab.run("() => i.scrollIntoView()")
    tab.page.wait_for_function("i.complete && i.naturalWidth")
    tab.change("() => 0")
    tab.assert_mirrored()
    assert tab.picture.find("img")[0].attributes["src"] == 1
