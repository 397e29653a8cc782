"""What the console and the customer's banner say of a session that runs, or no longer does: a slow line, a banner that
is covered, a private site, a page of another version."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import WebSocketRoute, expect

from tests.chromium import ENGINE
from tests.e2e.conftest import AGENT_SCREEN, CUSTOMER_SCREEN, NewContext
from tests.e2e.places import Place
from tests.e2e.test_doctor import expect_cover, expect_finding, expect_quality
from tests.e2e.walk import Agent, Customer, go_live

BROWSER = ENGINE
# What comes over the agent's sockets comes so many ms late, in order.
LATE = """(() => {
    window.WebSocket = class extends WebSocket {
        constructor(...given) {
            super(...given);
            super.addEventListener("message", (event) => {
                if (event.late) return;
                event.stopImmediatePropagation();
                const again = new MessageEvent("message", {data: event.data});
                again.late = true;
                setTimeout(() => this.dispatchEvent(again), MS);
            });
        }
    };
})()"""
# Above the 700 ms from which on an agent notices, and below the 6 s after which the tab counts as silent.
LATE_MS = 900
# Two looks in a row, of which a slow machine makes few.
TURNS_MS = 90_000
COVER = """() => {
    const host = [...document.querySelectorAll("[popover=manual]")].find(each => each.shadowRoot);
    window.covering = setInterval(() => host.remove(), 5);
}"""


def test_a_slow_line_of_the_agents_is_said(place: Place, new_context: NewContext, customer: Customer) -> None:
    context = new_context(viewport=AGENT_SCREEN, locale="en-GB")
    context.add_init_script(LATE.replace("MS", str(LATE_MS)))
    agent = Agent(context, place)
    go_live(agent, customer, "/help")
    agent.expect_heading("Help")
    agent.page.get_by_test_id("doctor-open").click()
    slow = agent.page.get_by_test_id("doctor").locator('[data-cause="slow_agent"]')
    expect(slow).to_contain_text("Your connection is slow", timeout=TURNS_MS)
    expect_quality(agent, "poor")
    # It is hers, and not the customer's.
    expect(agent.page.get_by_test_id("doctor").locator('[data-cause="tab_silent"]')).to_have_count(0)


def test_a_covered_banner_is_not_said_to_be_a_pause_of_the_customers(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/help")
    agent.expect_heading("Help")
    customer.page.evaluate(COVER)
    expect_cover(agent, "banner_lost", "covered the customer's controls")
    agent.expect_state("paused")
    expect_quality(agent, "none")
    customer.page.evaluate("() => clearInterval(window.covering)")
    customer.see("banner-pause").click()
    agent.expect_heading("Help")
    expect(agent.page.get_by_test_id("cover")).to_have_attribute("data-cause", "")


class PrivatePlace(Place):
    """The shop masks all that it does not list."""

    def _mapping(self, store: str, limits: dict[str, float]) -> dict[str, Any]:
        made = super()._mapping(store, limits)
        made["sites"][0]["mode"] = "private"
        return made


@pytest.fixture
def private(tmp_path: Path) -> Iterator[Place]:
    made = PrivatePlace(tmp_path)
    made.start_hub()
    yield made
    made.close()


def test_a_private_site_is_said_to_be_one(private: Place, new_context: NewContext) -> None:
    agent = Agent(new_context(viewport=AGENT_SCREEN, locale="de-DE"), private)
    customer = Customer(new_context(viewport=CUSTOMER_SCREEN, locale="de-DE"), private)
    go_live(agent, customer, "/catalogue")
    expect(agent.mirror.locator("h1").first).to_have_text(re.compile("^•+$"))
    expect_finding(agent, "private", "Diese Website ist privat")
    # It is as it should be.
    expect_quality(agent, "good")


def outdating(customer: Customer) -> Callable[[bool], None]:
    """From the next connection on the customer's page speaks another version, or its own again."""
    now: dict[str, Any] = {"other": False, "route": None}

    def opened(route: WebSocketRoute) -> None:
        server = route.connect_to_server()
        now["route"] = route
        other = now["other"]

        def said(data: str | bytes) -> None:
            server.send(re.sub(r'"version":\d+', '"version":9', data) if other and isinstance(data, str) else data)

        route.on_message(said)

    customer.page.route_web_socket("**/ws/customer*", opened)

    def switch(other: bool) -> None:
        now["other"] = other
        if other:
            now["route"].close(code=4000)

    return switch


def test_a_page_of_another_version_is_to_be_loaded_again(agent: Agent, customer: Customer) -> None:
    speak = outdating(customer)
    go_live(agent, customer, "/help")
    agent.expect_heading("Help")
    speak(True)
    banner = customer.see("banner").get_by_role("status")
    expect(banner).to_have_text("This page is out of date. Reload it to go on.")
    expect_cover(agent, "old_snippet", "page is out of date")
    # The customer stays in charge.
    expect(customer.see("banner-stop")).to_be_enabled()
    speak(False)
    customer.page.reload()
    expect(banner).to_have_text("Ana sees this page.")
    agent.expect_state("live")
    agent.expect_heading("Help")
    expect(agent.page.get_by_test_id("cover")).to_have_attribute("data-cause", "")
    customer.expect_no_error()
