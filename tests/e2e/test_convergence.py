"""P8: the mirror equals the masked page, also after 500 random mutations."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e.walk import Agent, Customer, go_live

MUTATE = Path(__file__).with_name("mutate.js").read_text(encoding="utf-8").split("\n", 1)[1]
# A round waits for the next picture or a quarter of a second, whichever comes first.
ROUNDS = 60


def digest(page: Page) -> str:
    found: str = page.evaluate("window.cobrowse.digest()")
    return found


def expect_equal(agent: Agent, customer: Customer) -> None:
    """The two digests meet, and stay."""
    frame = agent.mirror_frame()
    for _ in range(ROUNDS):
        frame.evaluate("() => window.cobrowseMirror.settled()")
        if digest(customer.page) == frame.evaluate("() => window.cobrowseMirror.digest()"):
            return
        customer.page.wait_for_timeout(100)
    raise AssertionError("the mirror differs from the page")


@pytest.mark.parametrize("seed", [1, 20261122])
def test_500_random_mutations(agent: Agent, customer: Customer, seed: int) -> None:
    go_live(agent, customer, "/catalogue")
    agent.expect_heading("Catalogue")
    expect_equal(agent, customer)
    before = digest(customer.page)
    counts = customer.page.evaluate(MUTATE, seed)
    assert sum(counts.values()) == 500
    expect_equal(agent, customer)
    assert digest(customer.page) != before


@pytest.mark.parametrize("path", ["/", "/account", "/product/5", "/help", "/search?q=walnut"])
def test_every_page_of_the_shop(agent: Agent, customer: Customer, path: str) -> None:
    go_live(agent, customer, path)
    expect_equal(agent, customer)


def test_a_filter_that_makes_the_list_anew(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/catalogue")
    for name in ("Kitchen", "On the way", "Everything"):
        customer.page.locator(".chip", has_text=name).click()
    customer.page.get_by_label("Sort by").select_option("price")
    expect_equal(agent, customer)
