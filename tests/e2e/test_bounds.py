"""P4 and P5: what stays on the site stays there, and what is secret stays in the tab."""

import json
from pathlib import Path

from playwright.sync_api import WebSocketRoute, expect

from tests.chromium import ENGINE
from tests.e2e.frames import watch_sent
from tests.e2e.walk import Agent, Customer, go_live, scroll_to, take_control

BROWSER = ENGINE
# What the customer enters into every kind of field of /account, by the field's name.
CANARIES = {
    "name": "Canary-Name-Quill",
    "email": "canary.email@quill.example",
    "tel": "0815 4711 2233",
    "password": "Canary-Password-77",
    "birth": "1971-03-09",
    "town": "Canarytown",
    "notes": "Canary notes nobody may read",
    "card": "4111111111111111",
    "until": "11/39",
    "cvc": "907",
    "otp": "660142",
}
# What the page itself says and the site wants masked or hidden.
PAGE_SECRETS = ("EX-2041-8837", "EX-2040-1192", "hidden-4711", "Orchard Lane", "DE89 3704", "0532 0130", "SPRING-7788")


def test_fields_and_masked_texts_never_leave(agent: Agent, customer: Customer, tmp_path: Path) -> None:
    sent = watch_sent(customer.page)
    go_live(agent, customer, "/account")
    page = customer.page
    for name, value in CANARIES.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=password]").press_sequentially("Typed-Canary")
    page.locator("[data-reveal]").click()
    page.locator("[data-reveal]").click()
    page.locator("[name=country]").select_option("fr")
    page.locator("[name=call][value=evening]").check()
    page.locator("[name=letter]").check()
    page.locator("[name=patience]").fill("9")
    page.locator("[name=colour]").fill("#c0ffee")
    picture = tmp_path / "Canary-File.txt"
    picture.write_text("x", encoding="utf-8")
    page.locator("[name=picture]").set_input_files(picture)
    page.locator("[data-bio]").press_sequentially("Canary-Bio-Word")
    page.locator("#q").fill("shown words")
    page.evaluate("document.querySelector('h1').textContent = 'All is entered'")
    agent.expect_heading("All is entered")

    everything = "\n".join(sent)
    assert "Card on file" in everything, "the page itself was sent"
    secrets = [*CANARIES.values(), *PAGE_SECRETS, "Typed-Canary", "#c0ffee", "Canary-File", "Canary-Bio-Word"]
    assert [secret for secret in secrets if secret in everything] == []
    assert '"evening"' not in everything and '"fr"' not in everything
    seen = agent.mirror.locator("body").inner_text()
    assert [secret for secret in secrets if secret in seen] == []


def test_a_shown_field_is_shown(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/")
    customer.page.locator("#q").fill("blue teapot")
    expect(agent.mirror.locator("#q")).to_have_value("blue teapot")


LEAVING = {
    "https://example.org/": "leaves_site",
    "/checkout/payment": "denied_path",
    "/CHECKOUT/%70ayment": "denied_path",
    "javascript:alert(1)": "bad_address",
}


def test_addresses_that_leave_the_site(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/")
    take_control(agent, customer)
    result = agent.page.get_by_test_id("act-result")
    for number, (address, reason) in enumerate(LEAVING.items(), 1):
        agent.type_address(address)
        expect(agent.page.locator(".history li")).to_have_count(number)
        agent.expect_result("refused")
        assert result.get_attribute("data-reason") in (reason, "leaves_site", "bad_address")
        expect(customer.see("navigate-allow")).to_have_count(0)
        customer.expect_heading("Things that last")


def test_links_that_leave_the_site(agent: Agent, customer: Customer) -> None:
    customer.open("/product/5")
    customer.page.get_by_text("Add to basket").click()
    expect(customer.page.locator(".toast")).to_be_visible()
    go_live(agent, customer, "/basket")
    take_control(agent, customer)
    agent.press(".row.end a:last-child")
    agent.expect_result("refused", "denied_path")
    # The bar lies over the end of the page.
    customer.see("banner-move").click()
    scroll_to(agent, customer, ".bottom ul:last-child li")
    agent.press(".bottom ul:last-child li:nth-child(2) a")
    agent.expect_result("refused", "leaves_site")
    customer.see("banner-move").click()
    customer.page.evaluate("document.querySelector('.brand').target = '_blank'")
    agent.press(".brand")
    agent.expect_result("refused", "new_window")
    customer.expect_heading("Basket")


def test_fields_buttons_and_no_control(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/account")
    take_control(agent, customer)
    scroll_to(agent, customer, "[name=letter]")
    agent.press("[name=letter]")
    agent.expect_result("refused")
    expect(customer.page.locator("[name=letter]")).not_to_be_checked()
    scroll_to(agent, customer, "button.danger")
    agent.press("button.danger")
    agent.expect_result("refused", "no_control")
    expect(customer.page.locator(".toast")).to_be_hidden()


class HeldPicture:
    """Lets the agent's socket through until told to hold the picture; answers to acts still come."""

    def __init__(self) -> None:
        self.holding = False

    def route(self, ws: WebSocketRoute) -> None:
        server = ws.connect_to_server()
        ws.on_message(server.send)

        def from_server(frame: str | bytes) -> None:
            if self.holding and not (isinstance(frame, str) and self._is_answer(frame)):
                return
            ws.send(frame)

        server.on_message(from_server)

    @staticmethod
    def _is_answer(frame: str) -> bool:
        said = json.loads(frame)
        return all(message["k"] == "act_result" for message in (said if isinstance(said, list) else [said]))


def test_a_click_on_a_vanished_node(agent: Agent, customer: Customer) -> None:
    held = HeldPicture()
    agent.page.route_web_socket("**/ws/agent*", held.route)
    go_live(agent, customer, "/product/5")
    take_control(agent, customer)
    held.holding = True
    customer.page.evaluate("document.querySelector('#tab-care').remove()")
    agent.press("#tab-care")
    agent.expect_result("refused", "gone")
    held.holding = False
    expect(agent.mirror.locator("#tab-care")).to_have_count(0)
    customer.expect_no_error()
