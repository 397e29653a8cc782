"""How the masking check opens pages: with what, as whom, and what it asks for. Each test has a browser of its own."""

import json
from pathlib import Path

import pytest

from cobrowse.page_check.browser import CannotCheck, Visit, opened
from cobrowse.page_check.checking import check
from tests.page_check.site import SmallSite

pytestmark = pytest.mark.browser


def test_it_asks_for_nothing_but_what_the_page_loads_and_keeps_headers_at_home(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    cookie = {"name": "signed_in", "value": "yes", "domain": "127.0.0.1", "path": "/", "expires": -1}
    cookie |= {"httpOnly": False, "secure": False, "sameSite": "Lax"}
    state.write_text(json.dumps({"cookies": [cookie], "origins": []}))
    with SmallSite() as site, SmallSite() as foreign:
        foreign.page("x", "/pixel.png")
        body = f'<img src="/own.png"><img src="{foreign.origin}/pixel.png"><p id="here">Here</p>'
        url = site.page(body, "/asking", Content_Security_Policy="default-src 'none'; img-src *")
        visit = Visit(
            timeout_seconds=10,
            headers={"X-Test-Door": "open"},
            origins=(site.origin,),
            storage_state=state,
            wait="p",
        )
        with opened(visit) as tab:
            assert check(tab, site.policy(), url).shared
            # A sign-in that lives elsewhere.
            site.page("", "/leads-away", Location=foreign.page("<p>Sign in</p>", "/login"))
            assert not check(tab, site.policy(), f"{site.origin}/leads-away").shared
    assert sorted(set(site.paths())) == ["/asking", "/leads-away", "/own.png"]
    assert foreign.paths() == ["/pixel.png", "/login"]
    assert all(headers["x-test-door"] == "open" for _, headers in site.requests)
    assert all("signed_in=yes" in headers.get("cookie", "") for _, headers in site.requests)
    assert not [headers for _, headers in foreign.requests if "x-test-door" in headers]


def test_what_is_waited_for_must_come() -> None:
    with SmallSite() as site, opened(Visit(timeout_seconds=0.7, wait="#never")) as tab:
        checked = check(tab, site.policy(), site.page("<p>Sign in</p>"))
    assert "cannot be checked" in checked.error
    assert not checked.shared


def test_a_browser_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "browser"
    path.write_text("#!/bin/sh\nexit 3\n")
    path.chmod(0o755)
    for chosen in (path, tmp_path / "missing"):
        with pytest.raises(CannotCheck, match="did not start"), opened(Visit(browser=str(chosen))):
            pass
    with pytest.raises(CannotCheck, match="could not be made ready"), opened(Visit(storage_state=tmp_path / "none")):
        pass
