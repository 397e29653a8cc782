"""The receipt: what was shown and done, line by line, over pages, without a hub, and on the customer's side alone."""

import re

import pytest
from playwright.sync_api import expect

from tests.chromium import ENGINE
from tests.e2e.conftest import AGENT_SCREEN, CUSTOMER_SCREEN, NewContext
from tests.e2e.frames import watch_sent
from tests.e2e.places import Place
from tests.e2e.test_accessibility import expect_accessible
from tests.e2e.walk import Agent, Customer, go_live, join, take_control

BROWSER = ENGINE
CLIPBOARD = ["clipboard-read", "clipboard-write"]
TO_PAPER = """() => Object.defineProperty(HTMLIFrameElement.prototype, "contentWindow", {get() {
    const {body} = this.contentDocument;
    return {addEventListener: (_, done) => { window.printed = done; }, print: () => { window.paper = body.innerText; }};
}})"""
CANARY = "canary-77aa-in-the-query"


def rows(customer: Customer) -> dict[str, str]:
    """The summary: what each row says."""
    receipt = customer.see("receipt")
    expect(receipt.locator("dl")).to_be_visible()
    return dict(zip(receipt.locator("dt").all_inner_texts(), receipt.locator("dd").all_inner_texts(), strict=True))


def lines(customer: Customer) -> list[str]:
    """What happened, without the times."""
    expect(customer.see("receipt").locator("ol")).to_be_visible()
    said: list[str] = customer.see("receipt").locator("li span").all_inner_texts()
    return [line.replace(customer.place.shop_url, "") for line in said]


def test_it_tells_what_happened_over_several_pages(place: Place, agent: Agent, new_context: NewContext) -> None:
    customer = Customer(new_context(viewport=CUSTOMER_SCREEN, locale="en-GB", permissions=CLIPBOARD), place)
    go_live(agent, customer, "/help")
    agent.expect_heading("Help")
    agent.ask_control()
    customer.see("control-deny").click()
    agent.expect_control("off")
    customer.open(f"/catalogue?q=lamp&secret={CANARY}")
    agent.expect_heading("Catalogue")
    agent.tool("point")
    agent.press("h1")
    agent.expect_result("done")
    customer.see("banner-pause").click()
    agent.expect_state("paused")
    customer.see("banner-pause").click()
    agent.expect_state("live")
    customer.open("/checkout/payment")
    customer.expect_banner()
    agent.expect_state("away")
    customer.open("/account")
    agent.expect_heading("Your account")
    agent.end()
    assert lines(customer) == [
        "Page shown: /help",
        "You did not let Ana click",
        "Page shown: /catalogue?q=lamp",
        "Pause: nothing shown",
        "You went on",
        "A private page: nothing shown",
        "Page shown: /account",
    ]
    said = rows(customer)
    assert said["Support agent"] == "Ana, Example Shop"
    assert said["Pages shown"] == "3"
    assert int(said["Fields hidden"]) > 8
    assert said["Done by Ana"] == "nothing"
    assert said["Pointed, scrolled"] == "once"
    times = customer.see("receipt").locator("time").all_inner_texts()
    assert all(re.fullmatch(r"\d\d:\d\d:\d\d", each) for each in times)
    assert times == sorted(times)
    assert CANARY not in customer.see("receipt").inner_text()
    customer.see("receipt-copy").click()
    expect(customer.see("receipt-copy")).to_have_text("Copied")
    text = customer.page.evaluate("navigator.clipboard.readText()")
    assert "Receipt of a support session, Example Shop" in text
    assert "End: Ana ended it." in text
    assert f"Page shown: {place.shop_url}/account" in text
    with customer.page.expect_download() as saved:
        customer.see("receipt-save").click()
    assert re.fullmatch(r"support-session-\d{4}-\d\d-\d\d\.txt", saved.value.suggested_filename)
    assert saved.value.path().read_text(encoding="utf-8") == text
    customer.see("receipt-close").click()
    expect(customer.see("receipt")).to_have_count(0)
    # Nothing of it is left in the tab.
    assert customer.page.evaluate("() => JSON.stringify({...sessionStorage, ...localStorage})") == "{}"
    customer.expect_no_error()


def test_it_tells_what_the_agent_did_and_what_was_refused(agent: Agent, customer: Customer) -> None:
    sent = watch_sent(customer.page)
    go_live(agent, customer, "/help")
    agent.expect_heading("Help")
    customer.open("/product/5")
    agent.expect_heading("River teapot")
    take_control(agent, customer)
    agent.press("#menu a")
    customer.expect_heading("Catalogue")
    agent.expect_heading("Catalogue")
    agent.type_address("/product/5")
    customer.see("navigate-allow").click()
    agent.expect_heading("River teapot")
    agent.expect_state("live")
    agent.expect_control("on")
    agent.press_until_answered("h1", "done")
    agent.press_until_answered("h1", "done")
    customer.see("control-release").click()
    agent.expect_control("off")
    customer.see("banner-stop").click()
    told = lines(customer)
    assert told == [
        "Page shown: /help",
        "Page shown: /product/5",
        "You let Ana click for you",
        "Ana: click on a link",
        "Page shown: /catalogue",
        "Ana: open /product/5",
        "Page shown: /product/5",
        "Ana: click on a place on the page, 2 times",
        "Ana can no longer click",
    ]
    assert rows(customer)["Done by Ana"] == "4 things"
    # The account stays with the customer.
    assert not [text for text in sent if "control_on" in text or "Page shown" in text]


def test_it_is_there_without_a_hub(agent: Agent, customer: Customer, place: Place) -> None:
    go_live(agent, customer, "/help")
    agent.expect_heading("Help")
    place.stop_hub()
    customer.see("banner-stop").click()
    assert rows(customer)["Pages shown"] == "1"
    assert lines(customer) == ["Page shown: /help"]
    expect(customer.see("receipt")).to_contain_text("You stopped it")
    # A headless browser has no printer: what would go to one is looked at.
    customer.page.evaluate(TO_PAPER)
    customer.see("receipt-print").click()
    paper = customer.page.evaluate("() => window.paper")
    assert "You stopped it" in paper and "Page shown: " in paper
    customer.page.evaluate("() => window.printed()")
    expect(customer.page.locator("iframe[tabindex='-1']")).to_have_count(0)


def test_nothing_is_told_where_nothing_was_shown(agent: Agent, customer: Customer) -> None:
    join(agent, customer)
    customer.decline()
    expect(customer.see("receipt")).to_contain_text("You did not allow it. Nothing was shown.")
    expect(customer.see("receipt").locator("dl")).to_have_count(0)


@pytest.mark.parametrize(
    ("locale", "says", "width"), [("en-GB", "Pages shown", 1100), ("de-DE", "Gezeigte Seiten", 360)]
)
def test_it_is_read_everywhere(place: Place, new_context: NewContext, locale: str, says: str, width: int) -> None:
    agent = Agent(new_context(viewport=AGENT_SCREEN, locale="en-GB"), place)
    customer = Customer(new_context(viewport={"width": width, "height": 740}, locale=locale, bypass_csp=True), place)
    go_live(agent, customer, "/help")
    # A page that was left before it was shown is none of those that were.
    agent.expect_heading("Help")
    customer.open("/account")
    agent.expect_heading("Your account")
    agent.end()
    assert rows(customer)[says] == "2"
    expect(customer.see("receipt")).to_be_focused()
    for name in ("receipt-copy", "receipt-save", "receipt-print", "receipt-close"):
        box = customer.see(name).bounding_box()
        assert box and box["height"] >= 44 and box["x"] >= 0 and box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= 740
    assert customer.page.evaluate("document.documentElement.scrollWidth") <= width
    expect_accessible(customer.page)
    customer.page.keyboard.press("Escape")
    expect(customer.see("receipt")).to_have_count(0)
