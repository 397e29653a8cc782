"""axe-core finds nothing on the three user interfaces; German is spoken where German is asked for."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.chromium import ENGINE
from tests.e2e.conftest import AGENT_SCREEN, CUSTOMER_SCREEN, NewContext
from tests.e2e.places import Place
from tests.e2e.walk import Agent, Customer, go_live, join, take_control

BROWSER = ENGINE
AXE = Path(__file__).parents[2] / "client_js" / "node_modules" / "axe-core" / "axe.min.js"
LANGUAGES = ["en-GB", "de-DE"]


def expect_accessible(page: Page) -> None:
    """axe finds nothing; what it does find is told one line each, rule and place."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(
        """async () => {
            const runOnly = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
            const {violations} = await axe.run(document, {iframes: false, runOnly});
            return violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.target} ${node.html}`));
        }"""
    )
    assert not found, "\n".join(found)


@pytest.fixture(params=LANGUAGES)
def locale(request: pytest.FixtureRequest) -> str:
    value: str = request.param
    return value


@pytest.fixture
def agent(place: Place, new_context: NewContext, locale: str) -> Agent:
    return Agent(new_context(viewport=AGENT_SCREEN, locale=locale, bypass_csp=True), place)


@pytest.fixture
def customer(place: Place, new_context: NewContext, locale: str) -> Customer:
    return Customer(new_context(viewport=CUSTOMER_SCREEN, locale=locale, bypass_csp=True), place)


def test_the_console(agent: Agent, customer: Customer, locale: str) -> None:
    page = agent.page
    page.goto(f"{agent.place.hub_url}/")
    expect(page.get_by_test_id("login-submit")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", locale[:2])
    expect_accessible(page)
    agent.sign_in()
    expect_accessible(page)
    code = agent.new_session()
    expect_accessible(page)
    customer.enter_code(code)
    agent.expect_state("joining")
    expect_accessible(page)
    digits = customer.digits()
    customer.allow()
    agent.confirm(digits)
    agent.expect_state("live")
    agent.expect_heading("Help")
    expect_accessible(page)
    take_control(agent, customer)
    expect_accessible(page)
    agent.end()
    agent.expect_state("ended")
    expect_accessible(page)


def test_the_customers_side(agent: Agent, customer: Customer) -> None:
    customer.open()
    expect(customer.see("code-input")).to_be_visible()
    expect_accessible(customer.page)
    join(agent, customer)
    expect_accessible(customer.page)
    digits = customer.digits()
    customer.allow()
    agent.confirm(digits)
    customer.expect_banner()
    expect_accessible(customer.page)
    agent.expect_state("live")
    agent.ask_control()
    expect(customer.see("control-allow")).to_be_enabled()
    expect_accessible(customer.page)
    customer.see("control-allow").click()
    agent.expect_control("on")
    agent.type_address("/catalogue")
    expect(customer.see("navigate-allow")).to_be_enabled()
    expect_accessible(customer.page)
    customer.see("navigate-deny").click()
    customer.see("banner-stop").click()
    expect(customer.see("receipt")).to_be_visible()
    expect_accessible(customer.page)


def test_the_console_without_its_hub(place: Place, agent: Agent, customer: Customer) -> None:
    agent.page.route("**/api/me", lambda route: route.abort())
    agent.page.goto(f"{place.hub_url}/")
    expect(agent.page.get_by_test_id("retry")).to_be_visible()
    expect_accessible(agent.page)
    agent.page.unroute("**/api/me")
    go_live(agent, customer)
    place.stop_hub()
    expect(agent.page.get_by_test_id("reconnecting")).to_be_visible()
    expect(agent.page.get_by_test_id("cover")).to_have_attribute("data-shown", "")
    expect_accessible(agent.page)
    expect_accessible(customer.page)


def test_a_session_that_is_open_in_another_window(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer)
    other = agent.page.context.new_page()
    other.goto(f"{agent.place.hub_url}/")
    expect(other.get_by_test_id("retry")).to_be_visible()
    expect_accessible(other)


@pytest.mark.parametrize("locale", ["en-GB"], indirect=True)
def test_the_agent_sees_what_she_marked(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/product/5")
    agent.tool("highlight")
    agent.press("h1")
    agent.expect_result("done")
    mark = agent.page.frame_locator('[data-testid="mirror"]').locator(".mark-outline")
    expect(mark).to_be_visible()
    agent.page.get_by_test_id("tool-clear").click()
    expect(mark).to_be_hidden()


def test_the_code_entry_in_a_dialog(agent: Agent, customer: Customer) -> None:
    agent.sign_in()
    code = agent.new_session()
    customer.open("/")
    customer.page.wait_for_function("window.cobrowse")
    customer.page.evaluate("window.cobrowse.open()")
    expect(customer.see("code-input")).to_be_focused()
    expect_accessible(customer.page)
    customer.type_code("123 456 789")
    expect(customer.see("code-error")).not_to_be_empty()
    expect_accessible(customer.page)
    customer.type_code(code)
    expect(customer.see("consent-allow")).to_be_enabled()


def test_a_hosted_page_of_no_site(customer: Customer, locale: str) -> None:
    customer.page.goto(f"{customer.place.hub_url}/join/nowhere")
    said = {"en-GB": "This address leads nowhere", "de-DE": "Diese Adresse führt ins Leere"}
    expect(customer.page.locator("h1")).to_have_text(said[locale])
    expect(customer.page.locator("html")).to_have_attribute("lang", locale[:2])
    expect_accessible(customer.page)


def test_the_hosted_page(customer: Customer, locale: str) -> None:
    customer.page.goto(f"{customer.place.hub_url}/join/shop")
    expect(customer.see("code-input")).to_be_visible()
    expect(customer.page.locator("html")).to_have_attribute("lang", locale[:2])
    expect_accessible(customer.page)
    customer.type_code("123 456 789")
    expect(customer.see("code-error")).to_be_visible()
    expect_accessible(customer.page)


@pytest.mark.parametrize("locale", ["de-DE"], indirect=True)
def test_german_is_spoken(agent: Agent, customer: Customer) -> None:
    agent.page.goto(f"{agent.place.hub_url}/")
    expect(agent.page.get_by_test_id("login-submit")).to_have_text("Anmelden")
    join(agent, customer)
    expect(customer.see("consent-allow")).to_have_text("Erlauben")
    digits = customer.digits()
    customer.allow()
    agent.confirm(digits)
    expect(customer.see("banner-stop")).to_contain_text("eenden")
    agent.expect_state("live")
    expect(agent.page.get_by_test_id("end-session")).to_contain_text("eenden")


@pytest.mark.parametrize("locale", ["en-GB"], indirect=True)
@pytest.mark.parametrize("path", ["/", "/catalogue", "/product/5", "/account", "/help", "/checkout/payment"])
def test_the_shop(customer: Customer, path: str) -> None:
    customer.open(path)
    expect_accessible(customer.page)


@pytest.mark.parametrize("locale", ["en-GB"], indirect=True)
def test_the_whole_customers_side_by_keyboard(agent: Agent, customer: Customer) -> None:
    agent.sign_in()
    code = agent.new_session()
    customer.open()
    keys = customer.page.keyboard
    customer.see("code-input").focus()
    keys.type(code)
    keys.press("Enter")
    expect(customer.see("consent-allow")).to_be_enabled()
    digits = customer.digits()
    customer.see("consent-allow").focus()
    keys.press("Enter")
    agent.confirm(digits)
    agent.expect_state("live")
    customer.see("banner-stop").focus()
    keys.press("Enter")
    agent.expect_state("ended")


@pytest.mark.parametrize("locale", ["en-GB"], indirect=True)
def test_small_screens_do_not_scroll_sideways(agent: Agent, customer: Customer) -> None:
    for page in (agent.page, customer.page):
        page.set_viewport_size({"width": 360, "height": 740})
    go_live(agent, customer, "/help")
    for page in (agent.page, customer.page):
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
