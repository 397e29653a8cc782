"""Codes and digits that do not fit: a clear sentence each time, and nobody else disturbed."""

import secrets

import pytest
from playwright.sync_api import expect

from cobrowse.core import codes
from tests.chromium import ENGINE
from tests.e2e.conftest import CUSTOMER_SCREEN, NewContext
from tests.e2e.places import Place
from tests.e2e.walk import Agent, Customer, go_live, join

BROWSER = ENGINE


def unknown_code() -> str:
    """A code in the right form that nobody was given."""
    return codes.show(codes.make(secrets.randbelow))


def mistype(code: str) -> str:
    """The code with one digit wrong."""
    return code[:-1] + str((int(code[-1]) + 1) % 10)


@pytest.fixture
def other_customer(place: Place, new_context: NewContext) -> Customer:
    return Customer(new_context(viewport=CUSTOMER_SCREEN, locale="en-GB"), place)


def refused(customer: Customer) -> str:
    """What the customer is told; nobody asks them anything."""
    expect(customer.see("code-error")).to_be_visible()
    expect(customer.see("code-error")).not_to_be_empty()
    expect(customer.see("consent-allow")).to_have_count(0)
    customer.expect_no_error()
    return customer.see("code-error").inner_text()


def test_a_mistyped_code_asks_nobody(agent: Agent, customer: Customer) -> None:
    agent.sign_in()
    code = agent.new_session()
    claims: list[str] = []
    customer.page.on("request", lambda request: claims.append(request.url) if "/claim" in request.url else None)
    customer.enter_code(mistype(code))
    refused(customer)
    assert claims == []
    customer.type_code(code)
    expect(customer.see("consent-allow")).to_be_visible()


def test_spaces_and_dashes_are_fine(agent: Agent, customer: Customer) -> None:
    agent.sign_in()
    customer.enter_code(agent.new_session().replace(" ", "-"))
    expect(customer.see("consent-allow")).to_be_visible()


def test_wrong_expired_and_used_are_told_alike(
    agent: Agent, customer: Customer, other_customer: Customer, place: Place
) -> None:
    agent.sign_in()
    customer.enter_code(unknown_code())
    wrong = refused(customer)

    code = agent.new_session()
    customer.type_code(code)
    expect(customer.see("consent-allow")).to_be_visible()
    other_customer.enter_code(code)
    used = refused(other_customer)

    customer.decline()
    agent.expect_state("ended")
    agent.page.goto(place.hub_url)
    late = agent.new_session()
    place.clock.ahead_seconds += 301
    other_customer.enter_code(late)
    expired = refused(other_customer)
    assert wrong == used == expired


def test_a_code_for_another_site(agent: Agent, customer: Customer, place: Place) -> None:
    agent.sign_in()
    code = agent.new_session("other")
    customer.enter_code(code)
    refused(customer)
    customer.page.goto(f"{place.other_url}/help")
    customer.type_code(code)
    expect(customer.see("consent-allow")).to_be_visible()


def test_too_many_tries(agent: Agent, customer: Customer, place: Place) -> None:
    customer.open()
    told = []
    for _ in range(6):
        with customer.page.expect_response("**/api/codes/claim") as answered:
            customer.type_code(unknown_code())
        told.append((answered.value.status, refused(customer)))
    assert [status for status, _ in told] == [404] * 5 + [429]
    assert told[5][1] != told[4][1]
    # Good codes too, until the time is over.
    agent.sign_in()
    code = agent.new_session()
    customer.type_code(code)
    refused(customer)


def test_an_unknown_site(agent: Agent, customer: Customer, place: Place) -> None:
    agent.sign_in()
    code = agent.new_session()
    customer.page.goto(f"{place.lost_url}/help")
    with customer.page.expect_response("**/api/codes/claim") as answered:
        customer.type_code(code)
    assert (answered.value.status, answered.value.json()["code"]) == (404, "unknown_site")
    refused(customer)


def test_wrong_digits_once(agent: Agent, customer: Customer) -> None:
    join(agent, customer)
    digits = customer.digits()
    customer.allow()
    agent.confirm("00" if digits != "00" else "11")
    agent.expect_state("joining")
    expect(agent.page.get_by_test_id("confirm-digits")).to_be_visible()
    agent.confirm(digits)
    agent.expect_state("live")


def test_wrong_digits_twice_end_it(agent: Agent, customer: Customer) -> None:
    join(agent, customer)
    digits = customer.digits()
    customer.allow()
    wrong = "00" if digits != "00" else "11"
    agent.confirm(wrong)
    expect(agent.page.get_by_test_id("confirm-digits")).to_have_value("")
    agent.confirm(wrong)
    agent.expect_state("ended")
    expect(customer.see("banner")).to_have_count(0)
    expect(customer.see("consent-digits")).to_be_hidden()
    customer.expect_heading("Help")


def test_a_new_code_ends_the_old_one(agent: Agent, customer: Customer) -> None:
    agent.sign_in()
    old = agent.new_session()
    # As from a second console: this one shows the waiting session until it hears that it ended.
    new = agent.page.evaluate(
        """async () => {
            const body = JSON.stringify({site: "shop"});
            const headers = {"Content-Type": "application/json"};
            return (await (await fetch("/api/sessions", {method: "POST", headers, body})).json()).code;
        }"""
    )
    agent.expect_state("ended")
    customer.enter_code(old)
    refused(customer)
    customer.type_code(new)
    expect(customer.see("consent-allow")).to_be_visible()


def test_the_hosted_page_hands_over(agent: Agent, customer: Customer, place: Place) -> None:
    agent.sign_in()
    code = agent.new_session()
    customer.page.goto(f"{place.hub_url}/join/shop")
    customer.type_code(code)
    customer.page.wait_for_url(f"{place.shop_url}/**")
    digits = customer.digits()
    assert "cobrowse=" not in customer.page.url, "the handoff is gone from the address"
    customer.allow()
    agent.confirm(digits)
    agent.expect_state("live")
    agent.expect_heading("Things that last")


def test_a_walk_after_another(agent: Agent, customer: Customer, place: Place) -> None:
    go_live(agent, customer, "/")
    agent.end()
    expect(customer.see("receipt")).to_be_visible()
    agent.page.goto(f"{place.hub_url}/")
    customer.enter_code(agent.new_session())
    digits = customer.digits()
    customer.allow()
    agent.confirm(digits)
    agent.expect_state("live")
    agent.expect_heading("Help")
