"""The two people of a walk, who know nothing but what the pages promise (DESIGN, section 14).

Everything waits for what it needs to see; nothing sleeps.
"""

import re
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, FrameLocator, Locator, Page, Request, expect

from tests.e2e.places import AGENT, PASSWORD, Place

# Where in the mirror page a node of the picture is, in pixels of that page. The picture may be scaled to fit.
BOX_IN_MIRROR = """selector => {
    const frame = document.querySelector("iframe"), outer = frame.getBoundingClientRect();
    const node = frame.contentDocument.querySelector(selector);
    if (node === null) return null;
    const inner = node.getBoundingClientRect();
    const scale = outer.width / frame.offsetWidth;
    return {x: outer.left + (inner.left + inner.width / 2) * scale,
            y: outer.top + (inner.top + inner.height / 2) * scale,
            width: innerWidth};
}"""


class Agent:
    """Ana, in her own browser."""

    def __init__(self, context: BrowserContext, place: Place) -> None:
        self.place = place
        self.requests: list[str] = []
        self.errors: list[str] = []
        context.on("request", self._note)
        self.page = context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _note(self, request: Request) -> None:
        self.requests.append(request.url)

    def foreign_requests(self) -> list[str]:
        """Requests to anything but the hub's two origins."""
        own = {self.place.hub_url, self.place.mirror_url}
        found = []
        for url in self.requests:
            parts = urlsplit(url)
            if parts.scheme in ("data", "blob", "about"):
                continue
            if f"{parts.scheme.replace('ws', 'http')}://{parts.netloc}" not in own:
                found.append(url)
        return found

    # --- before a session is live

    def sign_in(self) -> None:
        self.page.goto(f"{self.place.hub_url}/")
        self.page.get_by_test_id("login-name").fill(AGENT)
        self.page.get_by_test_id("login-password").fill(PASSWORD)
        self.page.get_by_test_id("login-submit").click()
        expect(self.page.get_by_test_id("new-session")).to_be_visible()

    def new_session(self, site: str = "shop") -> str:
        """Press the button; the code as it is read out, in threes."""
        self.page.get_by_test_id("site-select").select_option(site)
        self.page.get_by_test_id("new-session").click()
        code = self.page.get_by_test_id("code")
        expect(code).to_have_text(re.compile(r"\d{3}\s*\d{3}\s*\d{3}"))
        return " ".join(re.findall(r"\d{3}", re.sub(r"\s", "", code.inner_text())))

    def confirm(self, digits: str) -> None:
        self.page.get_by_test_id("confirm-digits").fill(digits)
        self.page.get_by_test_id("confirm-submit").click()

    # --- what she sees

    def expect_state(self, name: str, timeout_ms: float = 30_000) -> None:
        expect(self.page.get_by_test_id("session-state")).to_have_attribute("data-state", name, timeout=timeout_ms)

    @property
    def mirror(self) -> FrameLocator:
        """The customer's page, as she sees it."""
        return self.page.frame_locator('[data-testid="mirror"]').frame_locator("iframe")

    def expect_heading(self, text: str, timeout_ms: float = 30_000) -> None:
        expect(self.mirror.locator("h1").first).to_have_text(text, timeout=timeout_ms)

    def expect_address(self, path: str) -> None:
        expect(self.page.get_by_test_id("address")).to_have_value(re.compile(re.escape(path) + "$"))

    def expect_result(self, status: str, reason: str = "") -> None:
        """The newest act's answer."""
        result = self.page.get_by_test_id("act-result")
        try:
            expect(result).to_have_attribute("data-status", status)
        except AssertionError as error:
            raise AssertionError(f"{result.get_attribute('data-act')}: {result.inner_text()}") from error
        if reason:
            expect(result).to_have_attribute("data-reason", reason)

    def mirror_frame(self) -> Any:
        """The mirror page itself, where `cobrowseMirror` is."""
        handle = self.page.locator('[data-testid="mirror"]').element_handle()
        frame = handle.content_frame() if handle is not None else None
        assert frame is not None, "there is no mirror"
        return frame

    def broken_pictures(self) -> list[str]:
        """Pictures in the mirror that show nothing."""
        found: list[str] = self.mirror_frame().evaluate(
            """() => [...document.querySelector("iframe").contentDocument.images]
                .filter(image => !(image.complete && image.naturalWidth > 0))
                .map(image => image.outerHTML)"""
        )
        return found

    # --- what she does

    def tool(self, name: str) -> None:
        self.page.get_by_test_id(f"tool-{name}").click()
        expect(self.page.get_by_test_id(f"tool-{name}")).to_have_attribute("aria-pressed", "true")

    def press(self, selector: str) -> None:
        """Click in the mirror, on the middle of what `selector` finds there."""
        expect(self.mirror.locator(selector).first).to_be_visible()
        box = self.mirror_frame().evaluate(BOX_IN_MIRROR, selector)
        outer = self.page.get_by_test_id("mirror").bounding_box()
        assert box is not None and outer is not None
        scale = outer["width"] / box["width"]
        self.page.mouse.click(outer["x"] + box["x"] * scale, outer["y"] + box["y"] * scale)

    def press_until_answered(self, selector: str, status: str) -> None:
        """Press, and wait for the answer to this very act: the one before may have been the same."""
        acts = self.page.locator(".history li")
        before = acts.count()
        self.press(selector)
        expect(acts).to_have_count(before + 1)
        self.expect_result(status)

    def ask_control(self) -> None:
        self.page.get_by_test_id("request-control").click()

    def expect_control(self, state: str) -> None:
        expect(self.page.get_by_test_id("request-control")).to_have_attribute("data-control", state)

    def type_address(self, address: str) -> None:
        field = self.page.get_by_test_id("address")
        field.fill(address)
        field.press("Enter")

    def back(self) -> None:
        self.page.get_by_test_id("nav-back").click()

    def forward(self) -> None:
        self.page.get_by_test_id("nav-forward").click()

    def end(self) -> None:
        self.page.get_by_test_id("end-session").click()


class Customer:
    """The person on the phone, in a browser of their own."""

    def __init__(self, context: BrowserContext, place: Place) -> None:
        self.context = context
        self.place = place
        self.errors: list[str] = []
        self.page = self._watch(context.new_page())

    def _watch(self, page: Page) -> Page:
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def use(self, page: Page) -> None:
        """Go on in another tab."""
        self.page = self._watch(page)

    def open(self, path: str = "/help") -> None:
        self.page.goto(f"{self.place.shop_url}{path}")

    def enter_code(self, code: str, path: str = "/help") -> None:
        self.open(path)
        self.type_code(code)

    def type_code(self, code: str) -> None:
        self.page.get_by_test_id("code-input").fill(code)
        self.page.get_by_test_id("code-submit").click()

    def see(self, name: str) -> Locator:
        """One of the contract's elements."""
        return self.page.get_by_test_id(name)

    def digits(self) -> str:
        expect(self.see("consent-digits")).to_have_text(re.compile(r"\d\D*\d"))
        return "".join(re.findall(r"\d", self.see("consent-digits").inner_text()))

    def allow(self) -> None:
        self.see("consent-allow").click()

    def decline(self) -> None:
        self.see("consent-decline").click()

    def expect_heading(self, text: str) -> None:
        expect(self.page.locator("h1").first).to_have_text(text)

    def expect_banner(self, timeout_ms: float = 30_000) -> None:
        expect(self.see("banner")).to_be_visible(timeout=timeout_ms)

    def expect_no_error(self) -> None:
        """The page was not harmed."""
        assert self.errors == []


def go_live(agent: Agent, customer: Customer, path: str = "/") -> None:
    """From sign-in to a live session, the customer being on `path` in the end."""
    join(agent, customer)
    digits = customer.digits()
    customer.allow()
    agent.confirm(digits)
    agent.expect_state("live")
    customer.expect_banner()
    if path != "/help":
        customer.open(path)
        customer.expect_banner()
        agent.expect_address(path)
        agent.expect_state("live")


def join(agent: Agent, customer: Customer) -> None:
    """From sign-in to where the customer is asked."""
    agent.sign_in()
    customer.enter_code(agent.new_session())
    expect(customer.see("consent-allow")).to_be_enabled()


def take_control(agent: Agent, customer: Customer) -> None:
    """The agent asks and the customer allows."""
    agent.ask_control()
    customer.see("control-allow").click()
    agent.expect_control("on")


def scroll_to(agent: Agent, customer: Customer, selector: str) -> None:
    """The customer's page scrolls there, and so does the mirror."""
    there = customer.page.evaluate(
        """selector => {
            document.querySelector(selector).scrollIntoView({block: "center", behavior: "instant"});
            return scrollY;
        }""",
        selector,
    )
    agent.mirror_frame().wait_for_function(
        "there => Math.abs(document.querySelector('iframe').contentWindow.scrollY - there) < 2", arg=there
    )
