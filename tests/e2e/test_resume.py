"""The session goes on: over links, reloads, fast clicks, back and forward, and a hub that ends or dies."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.places import Place
from tests.e2e.walk import Agent, Customer, go_live, take_control

# DESIGN, P11: visible tabs are live again within 3 s of any hub accepting; a busy machine gets more.
BACK_WITHIN_MS = 30_000


def test_a_link_the_customer_follows(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/")
    customer.page.get_by_role("link", name="See the catalogue").click()
    customer.expect_heading("Catalogue")
    customer.expect_banner()
    agent.expect_heading("Catalogue")
    agent.expect_state("live")


def test_a_form_the_customer_sends(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/")
    customer.page.get_by_label("Search the shop").fill("walnut")
    customer.page.keyboard.press("Enter")
    agent.expect_heading("Search")
    agent.expect_address("/search?q=walnut")
    agent.expect_state("live")


def test_a_reload(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/product/3")
    customer.page.reload()
    customer.expect_banner()
    agent.expect_state("live")
    customer.page.evaluate("document.querySelector('h1').textContent = 'After the reload'")
    agent.expect_heading("After the reload")


def test_control_survives_a_page_change(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/")
    take_control(agent, customer)
    customer.page.reload()
    customer.expect_banner()
    agent.expect_state("live")
    agent.expect_control("on")


def test_fast_clicks_through_three_pages(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/")
    for path in ("/catalogue", "/product/1", "/basket"):
        customer.page.goto(f"{customer.place.shop_url}{path}", wait_until="commit")
    customer.expect_heading("Basket")
    customer.expect_banner()
    agent.expect_heading("Basket")
    agent.expect_state("live")
    customer.expect_no_error()


def test_back_and_forward_from_the_page_cache(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/catalogue")
    customer.page.evaluate("window.wasHereBefore = true")
    customer.open("/product/7")
    agent.expect_heading("Weekend backpack")
    customer.page.go_back(wait_until="commit")
    customer.expect_heading("Catalogue")
    assert customer.page.evaluate("window.wasHereBefore === true"), "the page came from the page cache"
    customer.expect_banner()
    agent.expect_heading("Catalogue")
    agent.expect_state("live")
    customer.page.go_forward(wait_until="commit")
    customer.expect_heading("Weekend backpack")
    agent.expect_heading("Weekend backpack")
    agent.expect_state("live")
    customer.expect_no_error()


def test_a_hub_that_restarts(agent: Agent, customer: Customer, place: Place) -> None:
    go_live(agent, customer, "/")
    place.stop_hub()
    customer.page.evaluate("document.querySelector('h1').textContent = 'While the hub was away'")
    place.start_hub()
    agent.expect_heading("While the hub was away", timeout_ms=BACK_WITHIN_MS)
    agent.expect_state("live")
    expect(customer.see("banner-stop")).to_be_visible()
    customer.expect_no_error()


def test_the_agent_reloads_the_console(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/catalogue")
    agent.page.reload()
    agent.expect_state("live")
    agent.expect_heading("Catalogue")


@pytest.fixture
def place_of_processes(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.close()


class TestAHubThatIsKilled:
    """With SIGKILL: no drain, no goodbye."""

    @pytest.fixture
    def place(self, place_of_processes: Place) -> Place:
        return place_of_processes

    def test_the_session_goes_on(self, place: Place, agent: Agent, customer: Customer) -> None:
        hub = place.hub_process()
        try:
            go_live(agent, customer, "/")
            hub.kill()
            hub = place.hub_process()
            customer.page.evaluate("document.querySelector('h1').textContent = 'After the kill'")
            agent.expect_heading("After the kill", timeout_ms=BACK_WITHIN_MS)
            agent.expect_state("live")
        finally:
            assert hub.stop() == 0
