"""P5, one tab, one site, in Chromium: a duplicated, opened or second tab shares nothing, nor does a page off the site
or on a denied path, whatever led there."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import conftest as walks
from tests.e2e.frames import watch_sent
from tests.e2e.walk import Agent, Customer, go_live

pytestmark = pytest.mark.browser

# The fixtures of a walk.
chromium, new_context, place = walks.chromium, walks.new_context, walks.place
agent, customer = walks.agent, walks.customer

# A page's last breath: keep a copy of what the snippet parks for the next page, as a duplicated tab would have it.
KEEP_COPY = "addEventListener('pagehide', () => localStorage.setItem('copy', JSON.stringify({...sessionStorage})))"
USE_COPY = "Object.assign(sessionStorage, JSON.parse(localStorage.getItem('copy') ?? '{}'))"


def expect_silent(page: Page, heading: str) -> None:
    """The page is there and shares nothing."""
    expect(page.locator("h1")).to_have_text(heading)
    expect(page.locator("cobrowse-code-entry, main")).not_to_have_count(0)
    page.wait_for_function("() => !!window.cobrowse")
    expect(page.get_by_test_id("banner")).to_have_count(0)


def test_a_duplicated_tab_shares_nothing(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/")
    customer.page.evaluate(KEEP_COPY)
    customer.open("/catalogue")
    customer.expect_banner()
    assert customer.page.evaluate("Object.keys(JSON.parse(localStorage.getItem('copy'))).length") > 0, "nothing parked"
    twin = customer.context.new_page()
    twin.add_init_script(USE_COPY)
    twin.goto(f"{customer.place.shop_url}/product/3")
    expect_silent(twin, "Corner armchair")
    customer.page.evaluate("document.querySelector('h1').textContent = 'Still here'")
    agent.expect_heading("Still here")
    agent.expect_state("live")
    expect_silent(twin, "Corner armchair")


def test_a_tab_opened_by_the_page_shares_nothing(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/")
    with customer.context.expect_page() as opened:
        customer.page.evaluate("window.open('/product/3')")
    expect_silent(opened.value, "Corner armchair")
    agent.expect_heading("Things that last")
    agent.expect_state("live")


def test_a_link_into_a_new_tab_shares_nothing(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/product/5")
    with customer.context.expect_page() as opened:
        customer.page.get_by_role("link", name="New: on the way (new tab)").click()
    expect_silent(opened.value, "Catalogue")
    agent.expect_heading("River teapot")
    agent.expect_state("live")


def test_two_tabs_with_one_code(agent: Agent, customer: Customer) -> None:
    agent.sign_in()
    code = agent.new_session()
    tabs = [customer.page, customer.context.new_page()]
    for tab in tabs:
        tab.goto(f"{customer.place.shop_url}/help")
        tab.get_by_test_id("code-input").fill(code)
    for tab in tabs:
        tab.get_by_test_id("code-submit").click(no_wait_after=True)
    for tab in tabs:
        either = tab.get_by_test_id("consent-allow").or_(tab.get_by_test_id("code-error"))
        expect(either.filter(visible=True).first).to_be_visible()
    asked = [tab for tab in tabs if tab.get_by_test_id("consent-allow").is_visible()]
    assert len(asked) == 1
    agent.expect_state("joining")


def test_a_denied_path_shares_nothing(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/basket")
    sent = watch_sent(customer.page)
    customer.open("/checkout/payment")
    agent.expect_state("away")
    expect(agent.mirror.locator("h1")).to_have_count(0)
    assert sent, "the page said hello"
    assert not [frame for frame in sent if re.search('"k":"(snapshot|ops|page|pointer)"', frame)]
    customer.open("/catalogue")
    agent.expect_state("live")
    agent.expect_heading("Catalogue")


def test_push_state_onto_a_denied_path(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/catalogue")
    customer.page.evaluate("history.pushState(null, '', '/checkout/payment')")
    agent.expect_state("away")
    customer.page.evaluate("history.pushState(null, '', '/catalogue?category=kitchen')")
    agent.expect_state("live")
    agent.expect_address("/catalogue?category=kitchen")


def test_the_customer_goes_to_another_site_and_comes_back(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/")
    customer.page.goto(f"{customer.place.other_url}/")
    agent.expect_state("away")
    expect(agent.mirror.locator("h1")).to_have_count(0)
    expect(customer.see("banner")).to_have_count(0)
    customer.open("/catalogue")
    agent.expect_state("live")
    agent.expect_heading("Catalogue")


# As a prerendered page is: it runs, but is in no tab yet. (Playwright's Chromium prerenders, but never shows it.)
PRERENDERING = """
    window.prerenderedStill = true;
    Object.defineProperty(document, "prerendering", { get: () => window.prerenderedStill });
"""
ACTIVATE = "window.prerenderedStill = false; document.dispatchEvent(new Event('prerenderingchange'))"


def test_a_prerendered_page_shares_nothing_before_it_is_shown(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/")
    customer.page.add_init_script(PRERENDERING)
    sent = watch_sent(customer.page)
    customer.open("/catalogue")
    expect_silent(customer.page, "Catalogue")
    agent.expect_state("away")
    assert [frame for frame in sent if '"k":"hello"' in frame] == []
    customer.page.evaluate(ACTIVATE)
    customer.expect_banner()
    agent.expect_heading("Catalogue")
    agent.expect_state("live")
