"""A page that cannot be shown whole is shown as an outline; both people are told, and the whole page comes back."""

import re

from playwright.sync_api import expect

from tests.e2e.test_convergence import digest
from tests.e2e.walk import Agent, Customer, go_live, take_control

# Deeper than a picture may be: no matter how quick this machine is.
DEEPEN = """() => { let at = document.body; for (let n = 0; n < 520; n++)
  at = at.appendChild(document.createElement('b')); window.deep = document.body.lastElementChild }"""
# The rungs are kept for 5 s at least; and a loaded machine is slow.
COMES_BACK_MS = 90_000
ROUNDS = 300


def expect_told(agent: Agent, customer: Customer, cause: str, sentence: str) -> None:
    expect(customer.see("banner").get_by_role("status")).to_have_text(sentence, timeout=COMES_BACK_MS)
    finding = agent.page.locator(f'[data-testid="doctor-finding"][data-cause="{cause}"]')
    expect(finding).to_have_count(1, timeout=COMES_BACK_MS)


def test_a_page_beyond_the_limits_is_an_outline_until_it_is_not(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/help")
    agent.expect_heading("Help")
    agent.page.get_by_test_id("doctor-open").click()
    customer.page.evaluate(DEEPEN)
    expect_told(agent, customer, "outline", "Ana sees only this page\u2019s headings, links and buttons.")
    expect(agent.mirror.get_by_text("Where is my order?")).to_be_visible()
    expect(agent.mirror.get_by_text("In your account, under Orders.")).to_have_count(0)
    agent.page.get_by_test_id("doctor-open").click()

    # Acts reach what is in the outline.
    take_control(agent, customer)
    banner = customer.see("banner").get_by_role("status")
    expect(banner).to_have_text("Ana sees only this page\u2019s headings, links and buttons. Clicking is allowed.")
    result = agent.page.get_by_test_id("act-result")
    for _ in range(ROUNDS):
        agent.press("summary")
        expect(result).to_have_attribute("data-status", re.compile("done|refused"))
        if result.get_attribute("data-status") == "done":
            break
        # The customer's own click has just paused hers, for two seconds.
        expect(result).to_have_attribute("data-reason", "paused_by_customer")
        agent.page.wait_for_timeout(200)
    expect(customer.page.locator("details[open]")).to_have_count(1)
    agent.page.get_by_test_id("doctor-open").click()

    customer.page.evaluate("() => deep.remove()")
    expect(banner).to_have_text("Ana sees this page and can click.", timeout=COMES_BACK_MS)
    expect(agent.page.locator('[data-testid="doctor-finding"][data-cause="outline"]')).to_have_count(0)
    for _ in range(ROUNDS):
        agent.mirror_frame().evaluate("() => window.cobrowseMirror.settled()")
        if digest(customer.page) == agent.mirror_frame().evaluate("() => window.cobrowseMirror.digest()"):
            break
        customer.page.wait_for_timeout(100)
    else:
        raise AssertionError("the mirror differs from the page")
    customer.expect_no_error()
