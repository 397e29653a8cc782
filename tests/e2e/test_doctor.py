"""Why the mirror is blank or poor, each cause made truly in the customer's tab, and read in the console."""

import re

from playwright.sync_api import expect

from tests.chromium import ENGINE
from tests.e2e.conftest import CUSTOMER_SCREEN, NewContext
from tests.e2e.places import Place
from tests.e2e.walk import Agent, Customer, go_live, join

BROWSER = ENGINE
# What a site that forbids more than it should adds to its policy; it holds from then on.
FORBID = """policy => {
    const meta = document.createElement("meta");
    meta.httpEquiv = "Content-Security-Policy";
    meta.content = policy;
    document.head.append(meta);
}"""


DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><circle cx="20" cy="20" r="20"/></svg>'
ONCE = {"Content-Type": "image/svg+xml", "Cache-Control": "no-store"}


def expect_finding(agent: Agent, cause: str, text: str) -> None:
    """The panel lists it, with this sentence."""
    panel = agent.page.get_by_test_id("doctor")
    if not panel.is_visible():
        agent.page.get_by_test_id("doctor-open").click()
    found = panel.locator(f'[data-cause="{cause}"]')
    expect(found).to_be_visible()
    expect(found).to_contain_text(text)


def expect_cover(agent: Agent, cause: str, text: str) -> None:
    """It stands in the place of the picture."""
    cover = agent.page.get_by_test_id("cover")
    expect(cover).to_have_attribute("data-cause", cause)
    expect(cover).to_contain_text(text)


def expect_quality(agent: Agent, quality: str) -> None:
    expect(agent.page.get_by_test_id("doctor-open")).to_have_attribute("data-quality", quality)


def confirm(agent: Agent, customer: Customer) -> None:
    digits = customer.digits()
    customer.allow()
    agent.confirm(digits)
    agent.expect_state("live")


def test_a_good_picture_is_said_to_be_one_and_compared(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/help")
    agent.expect_heading("Help")
    expect_quality(agent, "good")
    agent.page.get_by_test_id("doctor-open").click()
    expect(agent.page.get_by_test_id("doctor-nothing")).to_be_visible()
    agent.page.get_by_test_id("doctor-check").click()
    expect(agent.page.get_by_test_id("doctor-compared")).to_have_attribute("data-compared", "same")
    # A picture that the customer sees and the agent may not.
    customer.context.route("**/once.svg", lambda route: route.fulfill(body=DRAWING, headers=ONCE))
    customer.page.evaluate("() => document.querySelector('h1').append(Object.assign(new Image(), {src: '/once.svg'}))")
    expect_finding(agent, "assets", "1 picture")
    expect_quality(agent, "poor")
    # A page that the site keeps private, and back.
    customer.page.evaluate("() => history.pushState(null, '', '/checkout/payment')")
    expect_cover(agent, "other_path", "keeps private")
    expect_quality(agent, "none")
    customer.page.evaluate("() => history.back()")
    agent.expect_heading("Help")
    # What the capture relies on breaks: nothing is shown, and it is not said that the customer paused.
    customer.page.evaluate("() => { document.getSelection = () => { throw new Error('broken') }; }")
    customer.page.evaluate("() => document.dispatchEvent(new Event('selectionchange'))")
    expect_cover(agent, "capture_failed", "could not be read")
    assert agent.errors == []


def test_a_policy_that_forbids_reading_the_sites_own_files(agent: Agent, customer: Customer, place: Place) -> None:
    join(agent, customer)
    hub = place.hub_url
    customer.page.evaluate(FORBID, f"connect-src {hub} {hub.replace('http', 'ws')}")
    confirm(agent, customer)
    expect_finding(agent, "csp_self", "add 'self' to connect-src")
    expect_quality(agent, "poor")
    agent.page.get_by_test_id("doctor-copy").click()
    expect(agent.page.get_by_test_id("doctor-copied")).not_to_be_empty()


def test_a_policy_that_forbids_a_part_of_the_snippet(place: Place, new_context: NewContext) -> None:
    agent = Agent(new_context(viewport={"width": 360, "height": 740}, locale="de-DE"), place)
    customer = Customer(new_context(viewport=CUSTOMER_SCREEN, locale="de-DE"), place)
    join(agent, customer)
    customer.page.evaluate(FORBID, "script-src 'none'")
    confirm(agent, customer)
    expect_cover(agent, "csp_script", "in script-src aufnehmen")
    expect_quality(agent, "none")
    expect(agent.page.get_by_test_id("doctor-open")).to_have_text(re.compile("Bild: keins"))


def test_a_part_that_does_not_come_is_said_until_it_does(agent: Agent, customer: Customer) -> None:
    join(agent, customer)
    customer.context.route("**/static/view-*.js", lambda route: route.abort())
    confirm(agent, customer)
    expect_cover(agent, "part_missing", "did not load")
    customer.context.unroute("**/static/view-*.js")
    agent.expect_heading("Help")
    expect(agent.page.get_by_test_id("cover")).to_have_attribute("data-cause", "")
