"""P7, the other way round: who asks a tab for assets gets nothing out that the page itself did not draw with."""

from collections.abc import Iterator

import pytest

from tests.mirror import capture_page
from tests.mirror.capture_page import PIXEL, Tab
from tests.mirror.test_capture_assets import number_of, upload

pytestmark = pytest.mark.browser
NOT_LOADED = {
    "/never-loaded.png": "not_loaded",
    "/logout": "not_loaded",
    "/api/transfer?to=evil": "not_loaded",
    "/only-fetched.json": "not_loaded",
    "/?page": "not_loaded",
    "https://other.example/x.png": "other_origin",
    "//other.example/x.png": "other_origin",
    "data:text/html,x": "failed",
    "blob:https://other.example/1": "other_origin",
    # These have no number.
    "file:///etc/hostname": "gone",
    "chrome://version/": "gone",
    "javascript:1": "gone",
}
NEVER_NAMED = [0, 77, 100_000, 2**31 - 1, -1]
READ_BY_SCRIPTS = [
    *("application/json", "application/vnd.api+json; charset=utf-8", "text/html", "TEXT/plain", "text/csv", "text/css"),
    *("text/javascript", "application/xml", "application/pdf"),
]
DRAWN_WITH = [
    "image/png",
    "image/svg+xml",
    "application/octet-stream",
    "font/woff2",
    "application/font-woff",
]


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    bundle = capture_page.bundle(tmp_path_factory.mktemp("probe") / "probe.js")
    with capture_page.browser() as chromium:
        opened = Tab(chromium, bundle)
        opened.files["/favicon.ico"] = ("image/png", PIXEL, {})
        yield opened
        opened.close()


def asked(tab: Tab) -> list[str]:
    """What the tab asked of its site so far."""
    return [path for path in tab.requests if path != "/favicon.ico"]


def shared(tab: Tab, html: str) -> None:
    """A page with this in it, that is shared from now on; nothing was brought yet."""
    tab.open(f"<!doctype html>{html}")
    tab.page.wait_for_load_state()
    tab.start()
    tab.puts.clear()


def test_addresses_that_the_page_did_not_load(tab: Tab) -> None:
    tab.files["/never-loaded.png"] = tab.files["/logout"] = ("image/png", PIXEL, {})
    tab.files["/only-fetched.json"] = ("application/json", b"{}", {"Cache-Control": "no-store"})
    shared(tab, "<p>x")
    tab.run("() => fetch('/only-fetched.json').then((answer) => answer.text())")
    before = asked(tab)
    expected = []
    for path, reason in NOT_LOADED.items():
        n = number_of(tab, path)
        # Twice: the first try must not make an entry that the second takes for the page's own.
        upload(tab, n)
        upload(tab, n)
        expected += [[n, reason]] * 2
    assert tab.run("P.refused") == expected
    assert (tab.puts, asked(tab)) == ([], before)


def test_numbers_that_were_never_named(tab: Tab) -> None:
    shared(tab, "<p>x")
    before = asked(tab)
    for n in NEVER_NAMED:
        upload(tab, n)
    assert tab.run("P.refused") == [[n, "gone"] for n in NEVER_NAMED]
    assert (tab.puts, asked(tab)) == ([], before)


def test_a_redirect_is_not_followed(tab: Tab) -> None:
    """A picture may lead to another address the second time, with the customer's cookies."""
    tab.files["/picture.png"] = ("image/png", PIXEL, {"Cache-Control": "no-store"})
    tab.files["/secret"] = ("image/png", PIXEL, {})
    shared(tab, "<img src=/picture.png>")
    tab.files["/picture.png"] = ("image/png", b"", {"Location": "/secret", "Cache-Control": "no-store"})
    n = number_of(tab, "/picture.png")
    upload(tab, n)
    assert tab.run("P.refused") == [[n, "failed"]]
    assert tab.puts == []
    assert "/secret" not in asked(tab)


def test_what_is_no_picture_is_not_got_out_as_one(tab: Tab) -> None:
    """Somebody gets `<img src="/api/me">` into the page, and an agent looks at what comes."""
    for at, kind in enumerate([*READ_BY_SCRIPTS, *DRAWN_WITH]):
        tab.files[f"/api/{at}"] = (kind, PIXEL, {"Cache-Control": "max-age=60"})
    shared(tab, "".join(f"<img src=/api/{at}>" for at in range(len(READ_BY_SCRIPTS) + len(DRAWN_WITH))))
    numbers = [number_of(tab, f"/api/{at}") for at in range(len(READ_BY_SCRIPTS) + len(DRAWN_WITH))]
    for n in numbers:
        upload(tab, n)
    assert tab.run("P.refused") == [[n, "wrong_type"] for n in numbers[: len(READ_BY_SCRIPTS)]]
    assert [path for path, _, _ in tab.puts] == [f"/api/assets/{n}" for n in numbers[len(READ_BY_SCRIPTS) :]]
