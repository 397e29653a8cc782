"""One agent and one customer who look at page after page of the gallery in one session, and what both see."""

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image
from playwright.sync_api import Browser, CDPSession, Frame, Page, WebSocket, expect, sync_playwright

from tests.chromium import ARGUMENTS, WHOLE
from tests.e2e.conftest import CUSTOMER_SCREEN, KEPT
from tests.e2e.frames import as_text
from tests.e2e.gallery import bundles
from tests.e2e.gallery.pictures import Box, Difference, difference, opened, painted
from tests.e2e.gallery.site import SITE, GalleryPlace
from tests.e2e.walk import Agent, Customer

# Wide enough that the mirror shows the customer's window at its own size.
AGENT_SCREEN = {"width": 1500, "height": 1200}
PATIENCE_MS = 30_000
# How long the two pictures of a page may take until nothing changes in them any more.
QUIET_SECONDS = 60.0
HERE = Path(__file__).parent
MASKED, DRAWN, STILL = (
    "".join(line for line in (HERE / f"{name}.js").read_text("utf-8").splitlines(True) if not line.startswith("//"))
    .strip()
    .removesuffix(";")
    for name in ("masked", "drawn", "still")
)
INNER = "document.querySelector('iframe').contentDocument"
# The banner is faded, not hidden: it must stay within reach, or the session would pause itself.
FADE_BANNER = """() => {
    const host = [...document.querySelectorAll("[popover=manual]")].find((each) =>
        each.shadowRoot?.querySelector("[data-testid=banner]"));
    for (const part of host?.shadowRoot.querySelectorAll(".dock, .marks") ?? []) part.style.filter = "opacity(0)";
    return host !== undefined;
}"""
# Where in the mirror page the customer's whole window is, which the picture may fill but for a scroll bar.
WINDOW = """() => {
    const box = document.querySelector(".fit").getBoundingClientRect();
    document.querySelector(".surface").style.visibility = "hidden";
    return {x: box.x, y: box.y, scale: document.querySelector("iframe").style.scale};
}"""
END_ALL = """async () => {
    const { sessions } = await (await fetch("/api/sessions")).json();
    for (const { session } of sessions) await fetch(`/api/sessions/${session}`, { method: "DELETE" });
}"""
NO_CARET = "*{caret-color:transparent!important}"


class Pair(NamedTuple):
    """What both saw at one moment, masked places painted over."""

    customer: Image.Image
    mirror: Image.Image

    def compared(self) -> Difference:
        """How the mirror differs from the customer's window."""
        return difference(self.customer, self.mirror)


class Unlike(AssertionError):
    """The mirror did not come to rest as the customer's page; `pair` is what was seen last."""

    def __init__(self, why: str, pair: Pair | None) -> None:
        super().__init__(why)
        self.pair = pair


class Sent:
    """The newest frame of the view that the customer's tab has sent."""

    def __init__(self, page: Page) -> None:
        self.last = (0, 0)
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", self._hear)

    def _hear(self, frame: str | bytes) -> None:
        said = json.loads(as_text(frame))
        for message in said if isinstance(said, list) else [said]:
            if message["k"] == "snapshot":
                self.last = (message["epoch"], 0)
            elif message["k"] == "ops":
                self.last = (message["epoch"], message["seq"])


class Stage:
    """`open` a page, use it by `page`, and ask for the `pair`."""

    def __init__(self, browser: Browser, place: GalleryPlace) -> None:
        self._contexts = [
            browser.new_context(viewport=size, locale="en-GB")  # type: ignore[arg-type]  # sizes are dicts
            for size in (AGENT_SCREEN, CUSTOMER_SCREEN)
        ]
        for context in self._contexts:
            context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        # They know nothing of the demo shop but its address.
        self.agent = Agent(self._contexts[0], place)  # type: ignore[arg-type]
        self.customer = Customer(self._contexts[1], place)  # type: ignore[arg-type]
        self.sent = Sent(self.customer.page)
        self._tab: CDPSession = self._contexts[1].new_cdp_session(self.customer.page)
        self._console: CDPSession = self._contexts[0].new_cdp_session(self.agent.page)
        self._caretless = ""
        self.agent.sign_in()

    @property
    def page(self) -> Page:
        """The customer's tab."""
        return self.customer.page

    def open(self, path: str, colour_scheme: str = "light") -> None:
        """The customer goes to `path` and the agent follows; a session that ended is begun anew."""
        self.page.emulate_media(color_scheme=colour_scheme)  # type: ignore[arg-type]  # a word of Playwright's
        if self._state() != "live":
            self._begin()
        self.agent.requests.clear()
        self.customer.errors.clear()
        self.customer.open(path)
        self.customer.expect_banner()
        self.agent.expect_address(path)
        self.agent.expect_state("live")
        self._caretless = ""

    def pair(self) -> Pair:
        """Both pictures, once the mirror has all that was sent, equals the page, and both are drawn and at rest.

        Unlike: they did not come to rest in time, or the mirror is another page."""
        until = time.monotonic() + QUIET_SECONDS
        before: Pair | None = None
        why = "nothing was seen"
        while time.monotonic() < until:
            why = self._unrest()
            if why:
                self.page.wait_for_timeout(50)
                continue
            last = self.sent.last
            pair = self._shoot()
            if before == pair and last == self.sent.last and self._is_equal():
                return pair
            why = "its DOM differs from the page's" if before == pair else "the pictures go on changing"
            before = pair
        raise Unlike(why, before or self._shoot())

    def close(self) -> None:
        """Close both browsers."""
        for context in self._contexts:
            context.close()

    # --- a session

    def _state(self) -> str | None:
        state = self.agent.page.get_by_test_id("session-state")
        return state.get_attribute("data-state") if state.count() else None

    def _begin(self) -> None:
        # What is left of a session that a page lost would be shown again instead of the start.
        self.agent.page.evaluate(END_ALL)
        self.agent.page.goto(f"{self.agent.place.hub_url}/")
        self.customer.enter_code(self.agent.new_session(SITE))
        expect(self.customer.see("consent-allow")).to_be_enabled()
        digits = self.customer.digits()
        self.customer.allow()
        self.agent.confirm(digits)
        self.agent.expect_state("live")
        self.customer.expect_banner()

    # --- until nothing moves

    def _unrest(self) -> str:
        """Why it is too early for a picture, or nothing."""
        drawn: str = self.page.evaluate(f"({DRAWN})(document)")
        if drawn:
            return f"the page waits for {drawn}"
        mirror = self.agent.mirror_frame()
        epoch, seq = mirror.evaluate("() => [cobrowseMirror.epoch, cobrowseMirror.seq]")
        if (epoch, seq) != self.sent.last:
            return f"the mirror has {epoch}.{seq} of {self.sent.last}"
        mirror.evaluate("() => cobrowseMirror.settled()")
        drawn = mirror.evaluate(f"() => ({DRAWN})({INNER})")
        if drawn:
            return f"the mirror waits for {drawn}"
        return ""

    def _is_equal(self) -> bool:
        """Whether the two DOMs are the same, by their digests."""
        digest: str = self.page.evaluate("cobrowse.digest()")
        shown: str = self.agent.mirror_frame().evaluate("() => cobrowseMirror.digest()")
        return digest == shown

    # --- pictures

    def _shoot(self) -> Pair:
        mirror = self.agent.mirror_frame()
        self.page.evaluate(f"({STILL})(document, true)")
        mirror.evaluate(f"() => ({STILL})({INNER}, true)")
        boxes: list[Box] = self.page.evaluate(f"({MASKED})(document)")
        seen, shown = self._shoot_tab(), self._shoot_mirror(mirror)
        mirror.evaluate(f"() => ({STILL})({INNER}, false)")
        self.page.evaluate(f"({STILL})(document, false)")
        return Pair(painted(seen, boxes), painted(shown, boxes))

    def _shoot_tab(self) -> Image.Image:
        """The customer's window without our banner and without the caret, and with no change of its DOM, which the
        snippet would tell of: Playwright's own screenshots change it."""
        assert self.page.evaluate(FADE_BANNER), "the banner is gone"
        if not self._caretless:
            self._tab.send("DOM.enable")
            self._tab.send("CSS.enable")
            frame = self._tab.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
            self._caretless = self._tab.send("CSS.createStyleSheet", {"frameId": frame})["styleSheetId"]
            self._tab.send("CSS.setStyleSheetText", {"styleSheetId": self._caretless, "text": NO_CARET})
        return _shot(self._tab, {})

    def _shoot_mirror(self, mirror: Frame) -> Image.Image:
        window = mirror.evaluate(WINDOW)
        outer = self.agent.page.get_by_test_id("mirror").bounding_box()
        assert outer is not None
        assert float(window["scale"]) == 1, "the agent's window is too small for the customer's"
        place = {"x": outer["x"] + window["x"], "y": outer["y"] + window["y"], "scale": 1}
        return _shot(self._console, {"clip": {**place, **CUSTOMER_SCREEN}})


def _shot(session: CDPSession, options: dict[str, Any]) -> Image.Image:
    answer = session.send("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": True, **options})
    return opened(base64.b64decode(answer["data"]))


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """A browser, a hub whose store is in `folder`, the gallery, and both people."""
    built = bundles.made()
    place = GalleryPlace(folder, built)
    try:
        with sync_playwright() as playwright:
            # Playwright hides scrollbars, which people have.
            kept = [*KEPT, "--hide-scrollbars"]
            browser = playwright.chromium.launch(executable_path=WHOLE, args=list(ARGUMENTS), ignore_default_args=kept)
            made = Stage(browser, place)
            try:
                yield made
            finally:
                made.close()
                browser.close()
    finally:
        place.close()
