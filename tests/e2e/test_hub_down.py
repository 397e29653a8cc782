"""The hub cannot be reached: the customer is told, and the page itself is never harmed."""

from playwright.sync_api import Error, Route, expect

from tests.e2e.places import Place
from tests.e2e.walk import Agent, Customer, go_live


def test_when_the_page_loads(customer: Customer, place: Place) -> None:
    place.stop_hub()
    customer.open("/product/5")
    customer.expect_heading("River teapot")
    customer.page.get_by_text("Add to basket").click()
    expect(customer.page.locator("[data-basket-count]")).to_have_text("1")
    customer.expect_no_error()


def test_when_the_code_is_typed(agent: Agent, customer: Customer, place: Place) -> None:
    agent.sign_in()
    code = agent.new_session()
    customer.open()
    expect(customer.see("code-input")).to_be_visible()
    place.stop_hub()
    customer.type_code(code)
    expect(customer.see("code-error")).to_be_visible()
    expect(customer.see("code-error")).not_to_be_empty()
    customer.expect_no_error()
    place.start_hub()
    customer.type_code(code)
    expect(customer.see("consent-allow")).to_be_visible()


def test_in_the_middle(agent: Agent, customer: Customer, place: Place) -> None:
    go_live(agent, customer, "/product/5")
    before = customer.see("banner").inner_text()
    place.stop_hub()
    expect(customer.see("banner")).not_to_have_text(before)
    customer.page.get_by_text("Add to basket").click()
    expect(customer.page.locator("[data-basket-count]")).to_have_text("1")
    customer.page.get_by_role("link", name="Catalogue").first.click()
    customer.expect_heading("Catalogue")
    customer.expect_no_error()
    place.start_hub()
    agent.expect_state("live")
    agent.expect_heading("Catalogue")
    customer.expect_banner()


def _hub_goes_and_comes(agent: Agent, place: Place) -> None:
    place.stop_hub()
    expect(agent.page.get_by_test_id("reconnecting")).to_be_visible()
    place.start_hub()
    expect(agent.page.get_by_test_id("reconnecting")).to_be_hidden()
    agent.expect_state("live")
    agent.expect_heading("Things that last")


def test_the_agent_is_told(agent: Agent, customer: Customer, place: Place) -> None:
    go_live(agent, customer, "/")
    _hub_goes_and_comes(agent, place)
    assert agent.errors == []


def test_a_ticket_that_the_hub_does_not_take_makes_way_for_another(
    agent: Agent, customer: Customer, place: Place
) -> None:
    """Close code 4102: the one that was used for the first connection is sent again for the second."""
    answers: list[str] = []

    def answer(route: Route) -> None:
        try:
            answers.append(route.fetch().text())
        except Error:
            # The hub is down.
            route.abort()
            return
        route.fulfill(body=answers[0] if len(answers) == 2 else answers[-1], content_type="application/json")

    agent.page.route("**/api/sessions/*/ticket", answer)
    go_live(agent, customer, "/")
    _hub_goes_and_comes(agent, place)
    assert len(answers) >= 3
    assert agent.errors == []
