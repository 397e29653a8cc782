"""P6: the customer is in charge."""

from playwright.sync_api import expect

from tests.e2e.places import Place
from tests.e2e.walk import Agent, Customer, go_live, join, take_control


def expect_over(agent: Agent, customer: Customer) -> None:
    agent.expect_state("ended")
    expect(customer.see("receipt")).to_be_visible()
    expect(customer.see("banner")).to_be_hidden()


def test_stop(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/")
    customer.see("banner-stop").click()
    expect_over(agent, customer)
    expect(agent.page.get_by_test_id("mirror")).to_be_hidden()
    customer.page.reload()
    expect(customer.page.locator("h1")).to_be_visible()
    expect(customer.see("banner")).to_be_hidden()
    customer.expect_no_error()


def test_stop_under_a_modal_dialog_of_the_page(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/product/5")
    customer.page.get_by_role("button", name="Delivery").click()
    expect(customer.page.locator("#delivery")).to_be_visible()
    customer.see("banner-stop").click()
    agent.expect_state("ended")
    expect(customer.see("banner")).to_be_hidden()


def test_stop_with_the_hub_gone(agent: Agent, customer: Customer, place: Place) -> None:
    go_live(agent, customer, "/")
    place.stop_hub()
    customer.see("banner-stop").click()
    expect(customer.see("banner")).to_be_hidden()
    expect(customer.see("receipt")).to_be_visible()
    place.start_hub()
    customer.page.reload()
    expect(customer.page.locator("h1")).to_be_visible()
    expect(customer.see("banner")).to_be_hidden()
    customer.expect_no_error()


def test_pause_and_resume(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/")
    customer.see("banner-pause").click()
    agent.expect_state("paused")
    expect(agent.mirror.locator("h1")).to_have_count(0)
    customer.page.evaluate("document.querySelector('h1').textContent = 'Changed in the pause'")
    customer.see("banner-pause").click()
    agent.expect_state("live")
    agent.expect_heading("Changed in the pause")


def test_pause_ends_control(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/")
    take_control(agent, customer)
    customer.see("banner-pause").click()
    agent.expect_state("paused")
    customer.see("banner-pause").click()
    agent.expect_state("live")
    agent.expect_control("off")


def test_take_back(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/")
    take_control(agent, customer)
    customer.see("control-release").click()
    agent.expect_control("off")
    expect(customer.see("control-release")).to_be_hidden()
    agent.expect_state("live")


def test_own_input_pauses_hers(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/product/5")
    take_control(agent, customer)
    customer.page.get_by_role("tab", name="Care").click()
    agent.press("#tab-about")
    agent.expect_result("refused", "paused_by_customer")


def test_control_denied(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/")
    agent.ask_control()
    customer.see("control-deny").click()
    agent.expect_control("off")
    expect(customer.see("control-deny")).to_be_hidden()
    agent.expect_state("live")


def test_an_address_denied(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/")
    take_control(agent, customer)
    agent.type_address("/catalogue")
    customer.see("navigate-deny").click()
    agent.expect_result("refused", "declined")
    customer.expect_heading("Things that last")


def test_declined_consent(agent: Agent, customer: Customer) -> None:
    join(agent, customer)
    customer.decline()
    agent.expect_state("ended")
    expect(customer.see("consent-decline")).to_be_hidden()
    expect(customer.see("banner")).to_be_hidden()
    customer.expect_heading("Help")
    customer.expect_no_error()


def test_prompts_wait_a_second_before_they_can_be_answered(agent: Agent, customer: Customer) -> None:
    agent.sign_in()
    customer.enter_code(agent.new_session())
    expect(customer.see("consent-allow")).to_be_disabled()
    expect(customer.see("consent-allow")).to_be_enabled()


def test_clicks_made_by_script_do_not_count(agent: Agent, customer: Customer) -> None:
    join(agent, customer)
    agent.confirm(customer.digits())
    customer.see("consent-allow").evaluate("node => node.click()")
    agent.expect_state("joining")
    customer.allow()
    agent.expect_state("live")
