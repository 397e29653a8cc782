"""Pictures, fonts and stylesheets from the site and from an origin that it lists: in the mirror, each got once."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Response, expect

from tests.chromium import ENGINE
from tests.e2e.conftest import AGENT_SCREEN, CUSTOMER_SCREEN, NewContext
from tests.e2e.places import Place
from tests.e2e.sites import BROWSERS_OWN, CountingSite, File, SitePlace
from tests.e2e.walk import Agent, Customer, join

BROWSER = ENGINE
YEAR = {"Cache-Control": "public, max-age=31536000"}


def picture(width: int, height: int, kind: str = "PNG", *, noise: bool = False) -> bytes:
    image = (
        Image.effect_noise((width, height), 90).convert("RGB") if noise else Image.new("RGB", (width, height), "teal")
    )
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


# No face that could be drawn: that it is asked for and brought is what is looked at.
FONT = b"wOF2" + bytes(60)
SHEET = b"""@import "more.css"; @font-face { font-family: "far"; src: url(fonts/far.woff2) }
#styled { color: rgb(1, 2, 3); background: url("bg.png") } h1 { font-family: far, sans-serif }"""
MORE = b"#styled { border-left: 7px solid rgb(4, 5, 6) }"
BODY = """<p id=styled>Styled from afar</p><img id=logo src=/logo.png><img id=far src={cdn}/photo.png?v=1>
<img id=kept src=/kept.png><img id=big src=/big.jpg style="max-width: 300px"><p><img id=foreign src={other}/x.png></p>
<a id=next href=/two>Next</a>"""


class Web:
    """A site, the origin that it lists, and one that it does not."""

    def __init__(self, folder: Path) -> None:
        self.site, self.cdn, self.other = CountingSite(), CountingSite(), CountingSite()
        self.place = SitePlace(folder, self.site, asset_origins=[self.cdn.url])
        body = BODY.format(cdn=self.cdn.url, other=self.other.url)
        head = f'<link rel=stylesheet href="{self.cdn.url}/css/sheet.css">'
        self.site.files = {
            "/help": self.place.page("One", body, head),
            "/two": self.place.page("Two", body, head),
            "/logo.png": File("image/png", picture(60, 40), YEAR),
            "/kept.png": File("image/png", picture(160, 90), {"Cache-Control": "no-store"}),
            "/big.jpg": File("image/jpeg", picture(1600, 1200, "JPEG", noise=True), YEAR),
        }
        self.cdn.files = {
            "/css/sheet.css": File("text/css", SHEET, YEAR),
            "/css/more.css": File("text/css", MORE, YEAR),
            "/css/bg.png": File("image/png", picture(8, 8), YEAR),
            "/css/fonts/far.woff2": File("font/woff2", FONT, {**YEAR, "Access-Control-Allow-Origin": "*"}),
            "/photo.png?v=1": File("image/png", picture(80, 50), YEAR),
        }
        self.other.files = {"/x.png": File("image/png", picture(200, 100), YEAR)}

    def close(self) -> None:
        for each in (self.place, self.site, self.cdn, self.other):
            each.close()


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    made = Web(tmp_path)
    yield made
    made.close()


def missing(image: Locator, says: str) -> None:
    expect(image).to_have_attribute("data-cobrowse-missing", re.compile(says))


def eventually(page: Page, holds: Callable[[], bool]) -> None:
    """Until it holds; what is looked at is beside the browser."""
    for _ in range(600):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError("It did not come to hold within 30 s.")


def test_what_a_listed_origin_has_is_in_the_mirror_and_is_got_once(web: Web, new_context: NewContext) -> None:
    place = cast(Place, web.place)
    agent = Agent(new_context(viewport=AGENT_SCREEN, locale="en-GB"), place)
    customer = Customer(new_context(viewport=CUSTOMER_SCREEN, locale="en-GB"), place)
    brought: dict[str, Response] = {}
    agent.page.on("response", lambda answer: brought.update({answer.url: answer}) if "/a/" in answer.url else None)
    join(agent, customer)
    digits = customer.digits()
    customer.allow()
    agent.confirm(digits)
    agent.expect_state("live")
    mirror = agent.mirror

    agent.expect_heading("One")
    for name in ("logo", "far", "big"):
        expect(mirror.locator(f"#{name}")).to_have_js_property("complete", True)
    styled = mirror.locator("#styled")
    expect(styled).to_have_css("color", "rgb(1, 2, 3)")
    expect(styled).to_have_css("border-left-color", "rgb(4, 5, 6)")
    expect(mirror.locator("#far")).to_have_js_property("naturalWidth", 80)
    # A large picture comes in the size in which it is shown, and still says its own.
    big = mirror.locator("#big")
    expect(big).to_have_js_property("naturalWidth", 1600)
    expect(big).to_have_js_property("naturalHeight", 1200)
    expect(big).to_have_js_property("width", 300)
    sent = brought[big.evaluate("image => image.src")]
    assert sent.headers["content-type"] == "image/svg+xml"
    assert len(sent.body()) < len(web.site.files["/big.jpg"].body) / 4
    # What is not to be had says why, in its own size.
    missing(mirror.locator("#kept"), "Picture not shared: the website asks that nobody keeps it")
    missing(mirror.locator("#foreign"), "Picture not shared: it is from another website, which is not listed")
    for name, width, height in (("kept", 160, 90), ("foreign", 200, 100)):
        box = mirror.locator(f"#{name}").evaluate("image => [image.offsetWidth, image.offsetHeight]")
        assert box == [width, height], name

    by_hub = ["/css/bg.png", "/css/fonts/far.woff2", "/css/more.css", "/css/sheet.css", "/photo.png?v=1"]
    eventually(agent.page, lambda: sorted(web.cdn.asked_by_hub()) == by_hub)
    for _, headers in web.cdn.seen:
        if BROWSERS_OWN not in headers:
            assert {name.lower() for name in headers} == {"host", "accept", "accept-encoding", "user-agent"}
    of_site = {path: web.site.asked(path) for path in ("/logo.png", "/big.jpg", "/kept.png")}
    assert of_site == {"/logo.png": 1, "/big.jpg": 1, "/kept.png": 2}
    asked_first = set(brought)

    customer.page.locator("#next").click()
    agent.expect_heading("Two")
    for name, width in (("logo", 60), ("far", 80), ("big", 1600)):
        expect(mirror.locator(f"#{name}")).to_have_js_property("naturalWidth", width)
    expect(mirror.locator("#styled")).to_have_css("border-left-color", "rgb(4, 5, 6)")
    for name in ("kept", "foreign"):
        missing(mirror.locator(f"#{name}"), "Picture not shared: ")
    assert sorted(web.cdn.asked_by_hub()) == by_hub
    assert (web.site.asked("/logo.png"), web.site.asked("/big.jpg")) == (1, 1)
    # The same numbers again, and one for the picture that the browser had to get anew.
    assert len(set(brought) - asked_first) == 1
    assert web.other.asked_by_hub() == []
    assert agent.foreign_requests() == []
    customer.expect_no_error()


def test_a_policy_that_keeps_us_from_the_sites_own_files_is_named(web: Web, new_context: NewContext) -> None:
    """Without `connect-src 'self'`; said in the agent's language, and without a flood of reports."""
    sockets = web.place.hub_url.replace("http", "ws")
    policy = (
        f"default-src 'none'; script-src {web.place.hub_url}; connect-src {web.place.hub_url} {sockets}; "
        "img-src 'self'; style-src 'self'"
    )
    pictures = "".join(f"<img id=i{n} src=/i{n}.png width=300 height=60>" for n in range(12))
    page = web.place.page("Strict", pictures)
    web.site.files |= {"/help": page._replace(headers={**page.headers, "Content-Security-Policy": policy})}
    web.site.files |= {f"/i{n}.png": File("image/png", picture(30, 6), YEAR) for n in range(12)}
    place = cast(Place, web.place)
    agent = Agent(new_context(viewport=AGENT_SCREEN, locale="de-DE"), place)
    customer = Customer(new_context(viewport=CUSTOMER_SCREEN, locale="en-GB"), place)
    customer.page.add_init_script(
        """window.violations = [];
        document.addEventListener("securitypolicyviolation", (event) => violations.push(event.blockedURI));"""
    )
    join(agent, customer)
    digits = customer.digits()
    customer.allow()
    agent.confirm(digits)
    agent.expect_state("live")
    for n in range(12):
        missing(agent.mirror.locator(f"#i{n}"), "^Bild nicht geteilt: die Sicherheitsregeln der Website verbieten")
    blocked = customer.page.evaluate("violations")
    assert [address for address in blocked if address.endswith(".png")] == [f"{web.site.url}/i0.png"]
    customer.expect_no_error()
