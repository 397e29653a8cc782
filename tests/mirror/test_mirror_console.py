"""The console against a real hub and a customer without a browser: every screen, every state, and what axe says."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, FrameLocator, Locator, Page, expect

from tests.live_hub import PASSWORD, LiveHub, sqlite_url
from tests.mirror.capture_page import ROOT
from tests.mirror.customer import Customer
from tests.mirror.frames import Frame, page_with_body

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
AXE = (ROOT / "client_js/node_modules/axe-core/axe.min.js").read_text()
BOX = "position:absolute;left:100px;top:100px;width:200px;height:80px"


def shop() -> Frame:
    frame = page_with_body().element(10, 4, "h1").text(11, 10, "Enamel mugs")
    frame.element(12, 4, "button", {"style": BOX}).text(13, 12, "Add to basket")
    return frame.element(14, 4, "div", {"style": "height:4000px"})


class Console:
    """The console in one tab, by what the UI contract names."""

    def __init__(self, page: Page, hub: LiveHub) -> None:
        self.page = page
        self.hub = hub
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def by(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    @property
    def picture(self) -> FrameLocator:
        return self.page.frame_locator("[data-testid=mirror]").frame_locator("iframe")

    async def sign_in(self) -> None:
        await self.page.goto(self.hub.public_url)
        await self.by("login-name").fill("ana")
        await self.by("login-password").fill(PASSWORD)
        await self.by("login-submit").click()
        await self.by("new-session").wait_for()

    async def join(self) -> Customer:
        """A new session, and a customer who typed its code."""
        await self.by("new-session").click()
        code = "".join((await self.by("code").inner_text()).split())
        customer = Customer(self.hub, shop)
        await customer.join(code)
        await self.by("confirm-digits").wait_for()
        return customer

    async def enter(self, digits: str) -> None:
        await self.by("confirm-digits").fill(digits)
        await self.by("confirm-submit").click()

    async def live(self) -> Customer:
        customer = await self.join()
        await customer.say({"k": "consent", "allow": True})
        await self.enter(customer.digits)
        await expect(self.picture.get_by_text("Enamel mugs")).to_be_visible()
        return customer

    async def with_control(self) -> Customer:
        customer = await self.live()
        await self.by("request-control").click()
        await customer.wait_for("control_asked")
        await customer.say({"k": "control_answer", "allow": True})
        await expect(self.by("request-control")).to_have_attribute("data-control", "on")
        return customer

    async def press_button(self) -> None:
        """Click on the picture's button, through the surface over it."""
        box = await self.picture.get_by_text("Add to basket").bounding_box()
        assert box is not None
        await self.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    async def assert_result(self, act: str, status: str, reason: str = "") -> None:
        result = self.by("act-result")
        await expect(result).to_have_attribute("data-act", act)
        await expect(result).to_have_attribute("data-status", status)
        await expect(result).to_have_attribute("data-reason", reason)

    async def assert_state(self, name: str) -> None:
        await expect(self.by("session-state")).to_have_attribute("data-state", name)

    async def assert_accessible(self) -> None:
        """axe finds nothing in the console's own frame, at WCAG 2.2 AA."""
        await self.page.evaluate(AXE)
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        options = {"runOnly": tags, "iframes": False}
        found = await self.page.evaluate("(options) => axe.run(document, options)", options)
        assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def real_hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveHub]:
    folder: Path = tmp_path_factory.mktemp("console")
    async with LiveHub(store=sqlite_url(folder)) as live:
        await live.add_agent()
        yield live


@pytest_asyncio.fixture(loop_scope="module")
async def console(context: BrowserContext, real_hub: LiveHub) -> AsyncIterator[Console]:
    opened = Console(await context.new_page(), real_hub)
    yield opened
    # One agent in all tests: what a test leaves open, the next would resume into.
    async with real_hub.signed_in() as agent:
        for session in (await agent.get("/api/sessions")).json()["sessions"]:
            await agent.delete(f"/api/sessions/{session['session']}")
    assert opened.errors == []


async def test_signing_in_and_out(console: Console) -> None:
    await console.page.goto(console.hub.public_url)
    await console.by("login-name").fill("ana")
    await console.by("login-password").fill("wrong")
    await console.assert_accessible()
    await console.by("login-submit").click()
    await expect(console.by("login-error")).to_contain_text("don't match")
    await expect(console.by("login-password")).to_have_value("")
    await console.assert_accessible()
    await console.sign_in()
    await console.assert_accessible()
    await console.by("logout").click()
    await console.by("login-name").wait_for()


async def test_a_hub_that_is_away_is_said_so(console: Console) -> None:
    await console.page.goto(console.hub.public_url)
    await console.by("login-name").fill("ana")
    await console.by("login-password").fill(PASSWORD)
    await console.page.route("**/api/login", lambda route: route.abort())
    await console.by("login-submit").click()
    await expect(console.by("login-error")).to_contain_text("can't be reached")


async def test_the_code_is_in_threes_and_runs_out(console: Console) -> None:
    await console.sign_in()
    await console.by("new-session").click()
    await expect(console.by("code")).to_have_text(re.compile(r"^\d{3} \d{3} \d{3}$"))
    await expect(console.by("code-expires")).to_contain_text("4:5")
    await console.assert_state("waiting")
    await console.assert_accessible()
    # After a reload the code can't be shown again, and the page says so.
    await console.page.reload()
    await console.by("new-session").wait_for()
    await expect(console.page.get_by_text("can't be shown again")).to_be_visible()
    await console.by("cancel").click()
    await console.by("site-select").wait_for()


async def test_wrong_digits_leave_one_try_and_a_second_miss_ends(console: Console) -> None:
    await console.sign_in()
    customer = await console.join()
    await console.assert_accessible()
    await expect(console.page.get_by_text("do not prove who your caller is")).to_be_visible()
    wrong = f"{(int(customer.digits) + 1) % 100:02d}"
    await console.enter(wrong)
    await expect(console.by("confirm-error")).to_contain_text("One try left")
    await console.enter(wrong)
    await console.assert_state("ended")
    await expect(console.page.get_by_text("not confirmed")).to_be_visible()
    await console.assert_accessible()


async def test_a_declined_session_says_so(console: Console) -> None:
    await console.sign_in()
    customer = await console.join()
    await customer.say({"k": "consent", "allow": False})
    await expect(console.page.get_by_text("did not allow it")).to_be_visible()
    await console.by("back-to-start").click()
    await console.by("site-select").wait_for()


async def test_the_live_picture_is_pointed_at_and_highlighted(console: Console) -> None:
    await console.sign_in()
    customer = await console.live()
    await console.assert_state("live")
    await console.assert_accessible()
    await expect(console.by("address")).to_have_value(f"{console.hub.origin}/catalogue")
    await console.by("tool-point").click()
    await console.press_button()
    await console.assert_result("point", "done")
    await console.by("tool-highlight").click()
    await console.press_button()
    await console.assert_result("highlight", "done")
    assert [(act["act"], act["node"]) for act in customer.acts] == [("point", 12), ("highlight", 12)]


async def test_without_control_nothing_is_even_sent(console: Console) -> None:
    await console.sign_in()
    customer = await console.live()
    await expect(console.by("nav-back")).to_be_disabled()
    await console.by("address").fill("/basket")
    await console.by("address").press("Enter")
    await console.assert_result("navigate", "refused", "no_control")
    await expect(console.by("act-result")).to_contain_text("ask for control first")
    assert customer.acts == []


async def test_with_control_clicks_wheel_and_address_are_acts(console: Console) -> None:
    await console.sign_in()
    customer = await console.with_control()
    await console.press_button()
    await console.assert_result("click", "done")
    await console.page.mouse.wheel(0, 300)
    await console.assert_result("scroll", "done")
    customer.answer = {"status": "asking"}
    await console.by("address").fill("/basket")
    await console.by("address").press("Enter")
    await console.assert_result("navigate", "asking")
    customer.answer = {"status": "refused", "reason": "leaves_site"}
    await console.by("nav-back").click()
    await console.assert_result("back", "refused", "leaves_site")
    await console.assert_accessible()
    assert [act["act"] for act in customer.acts] == ["click", "scroll", "navigate", "back"]
    await customer.say({"k": "control_release"})
    await expect(console.by("nav-back")).to_be_disabled()


async def test_an_act_without_an_answer_is_lost(console: Console) -> None:
    await console.sign_in()
    customer = await console.live()
    customer.answer = {}
    await console.press_button()
    await console.assert_result("point", "sent")
    await expect(console.by("act-result")).to_have_attribute("data-status", "lost", timeout=30_000)


async def test_denied_control_is_said(console: Console) -> None:
    await console.sign_in()
    customer = await console.live()
    await console.by("request-control").click()
    await customer.wait_for("control_asked")
    await expect(console.by("request-control")).to_be_disabled()
    await customer.say({"k": "control_answer", "allow": False})
    await expect(console.page.get_by_text("did not allow control")).to_be_visible()


async def test_pause_and_away_blank_the_picture_and_say_why(console: Console) -> None:
    await console.sign_in()
    customer = await console.live()
    await customer.say({"k": "pause"})
    await expect(console.by("cover")).to_contain_text("The customer paused")
    await expect(console.picture.get_by_text("Enamel mugs")).to_have_count(0)
    await console.assert_accessible()
    await customer.say({"k": "resume"})
    await expect(console.picture.get_by_text("Enamel mugs")).to_be_visible()
    await customer.say({"k": "withhold", "reason": "other_path"})
    await expect(console.by("cover")).to_contain_text("keeps private")
    await customer.say({"k": "share"})
    await expect(console.picture.get_by_text("Enamel mugs")).to_be_visible()
    await customer.navigate()
    await expect(console.by("cover")).to_contain_text("They are opening another page")
    await customer.connect()
    await expect(console.picture.get_by_text("Enamel mugs")).to_be_visible()


async def test_a_reload_of_the_console_goes_on(console: Console) -> None:
    await console.sign_in()
    customer = await console.live()
    await console.press_button()
    await console.assert_result("point", "done")
    await console.page.reload()
    await expect(console.picture.get_by_text("Enamel mugs")).to_be_visible()
    await console.press_button()
    await console.assert_result("point", "done")
    assert len(customer.acts) == 2


async def test_a_second_window_is_told_where_the_session_is(console: Console, context: BrowserContext) -> None:
    await console.sign_in()
    await console.live()
    second = await context.new_page()
    await second.goto(console.hub.public_url)
    await expect(second.get_by_text("Go on there, or close it")).to_be_visible()
    await second.close()
    await console.assert_state("live")


async def test_ending_works_with_and_without_the_mirror(console: Console) -> None:
    await console.sign_in()
    await console.live()
    await console.by("end-session").click()
    await expect(console.page.get_by_text("You ended it.")).to_be_visible()
    await expect(console.by("mirror")).to_have_count(0)
    await console.by("new-session").click()
    await console.by("code").wait_for()
    await console.by("cancel").click()
    customer = await console.live()
    # The mirror hangs; the console does not.
    frame = next(each for each in console.page.frames if each.url.startswith(console.hub.mirror_url + "/m/"))
    hanging = asyncio.ensure_future(
        frame.evaluate("() => { const until = Date.now() + 6000; while (Date.now() < until); }")
    )
    await asyncio.sleep(0.2)
    await console.by("end-session").click()
    await expect(console.page.get_by_text("You ended it.")).to_be_visible(timeout=30_000)
    await asyncio.gather(hanging, return_exceptions=True)
    await customer.leave()


async def test_a_hub_that_restarts_is_found_again(console: Console) -> None:
    await console.sign_in()
    customer = await console.live()
    await console.hub.restart()
    await customer.connect()
    await expect(console.by("reconnecting")).to_have_count(0)
    await expect(console.picture.get_by_text("Enamel mugs")).to_be_visible()
    await console.assert_state("live")


async def test_german_and_a_narrow_screen(console: Console, context: BrowserContext) -> None:
    await console.page.add_init_script("Object.defineProperty(navigator, 'language', { get: () => 'de-DE' })")
    await console.page.set_viewport_size({"width": 360, "height": 740})
    await console.sign_in()
    await expect(console.by("new-session")).to_have_text("Neue Sitzung")
    customer = await console.join()
    await customer.say({"k": "consent", "allow": True})
    await console.enter(customer.digits)
    await expect(console.picture.get_by_text("Enamel mugs")).to_be_visible()
    assert await console.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await console.page.evaluate("document.documentElement.lang") == "de"
    await console.assert_accessible()
    await customer.say({"k": "stop"})
    await expect(console.page.get_by_text("Ihr Gegenüber hat sie beendet.")).to_be_visible()


async def test_the_agents_browser_asks_nobody_but_the_hub(console: Console) -> None:
    asked: list[str] = []
    console.page.on("request", lambda request: asked.append(request.url))
    await console.sign_in()
    await console.live()
    own = (console.hub.public_url + "/", console.hub.mirror_url + "/", "data:")
    assert [url for url in asked if not url.startswith(own)] == []
