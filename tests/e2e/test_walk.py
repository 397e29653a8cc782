"""The whole walk of DESIGN section 3, by what the pages promise."""

import re

from playwright.sync_api import expect

from tests.e2e.walk import Agent, Customer, go_live, join, take_control


def test_the_whole_walk(agent: Agent, customer: Customer) -> None:
    agent.sign_in()
    code = agent.new_session()
    expect(agent.page.get_by_test_id("code-expires")).to_be_visible()
    customer.enter_code(code)
    expect(customer.page.get_by_text("only if you called Example Shop", exact=False)).to_be_visible()
    digits = customer.digits()
    customer.allow()
    agent.confirm(digits)

    agent.expect_state("live")
    agent.expect_heading("Help")
    customer.expect_banner()

    agent.tool("point")
    agent.press("h1")
    agent.expect_result("done")
    agent.tool("highlight")
    agent.press("h1")
    agent.expect_result("done")

    take_control(agent, customer)
    agent.press("#menu a")
    customer.expect_heading("Catalogue")
    customer.expect_banner()
    agent.expect_state("live")
    agent.expect_heading("Catalogue")
    agent.expect_address("/catalogue")

    agent.type_address("/product/5")
    expect(customer.see("navigate-allow")).to_be_visible()
    expect(customer.page.get_by_text("/product/5", exact=False).first).to_be_visible()
    customer.see("navigate-allow").click()
    customer.expect_heading("River teapot")
    agent.expect_heading("River teapot")

    agent.back()
    customer.expect_heading("Catalogue")
    agent.expect_heading("Catalogue")
    agent.forward()
    customer.expect_heading("River teapot")
    agent.expect_heading("River teapot")

    agent.end()
    expect(customer.see("receipt")).to_be_visible()
    customer.expect_heading("River teapot")
    assert agent.foreign_requests() == []
    customer.expect_no_error()
    assert agent.errors == []


def test_pictures_and_icons_are_visible_in_the_mirror(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/")
    agent.expect_heading("Things that last")
    count = customer.page.locator("img").count()
    expect(agent.mirror.locator("img")).to_have_count(count)
    agent.mirror_frame().wait_for_function(
        """() => [...document.querySelector("iframe").contentDocument.images]
            .every(image => image.complete && image.naturalWidth > 0)"""
    )
    assert agent.broken_pictures() == []
    icon = agent.mirror.locator(".tools .icon use").first
    box = icon.bounding_box()
    assert box is not None and box["width"] > 10 and box["height"] > 10
    # The stylesheet, what it imports, and its own pictures.
    expect(agent.mirror.locator(".button").first).to_have_css("background-color", "rgb(47, 93, 82)")
    tick = agent.mirror.locator(".promises li").first.evaluate(
        "node => getComputedStyle(node, '::before').backgroundImage"
    )
    assert re.search(r"url\(.*/a/\d+", tick)
    assert agent.foreign_requests() == []


def test_a_web_component_and_made_rules_are_visible_in_the_mirror(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/product/5")
    stars = agent.mirror.locator("rating-stars .full").first
    expect(stars).to_be_visible()
    expect(stars).to_have_css("color", "rgb(185, 120, 31)")
    customer.page.get_by_text("Add to basket").click()
    toast = agent.mirror.locator(".toast")
    expect(toast).to_have_text("It is in your basket.")
    expect(toast).to_have_css("background-color", "rgb(36, 53, 47)")
    expect(agent.mirror.locator(".count")).to_have_text("1")


def test_a_modal_dialog_is_modal_in_the_mirror(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/product/5")
    customer.page.get_by_role("button", name="Delivery").click()
    dialog = agent.mirror.locator("#delivery")
    expect(dialog).to_be_visible()
    expect(agent.mirror.locator("#delivery h2")).to_have_text("Delivery")
    expect(customer.see("banner-stop")).to_be_visible()
    customer.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_scrolling_is_followed(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/catalogue")
    customer.page.evaluate("window.scrollTo({top: 400, behavior: 'instant'})")
    agent.mirror_frame().wait_for_function(
        "() => Math.abs(document.querySelector('iframe').contentWindow.scrollY - 400) < 2"
    )


def test_nothing_flows_before_allow_and_the_digits(agent: Agent, customer: Customer) -> None:
    sent: list[str] = []
    customer.page.on(
        "websocket", lambda socket: socket.on("framesent", lambda data: sent.append(type(data).__name__ + str(data)))
    )
    join(agent, customer)
    agent.confirm(customer.digits())
    expect(agent.page.get_by_test_id("session-state")).to_have_attribute("data-state", "joining")
    assert sent, "the snippet said hello"
    assert not [frame for frame in sent if "snapshot" in frame or frame.startswith("bytes")]
    customer.allow()
    agent.expect_state("live")
    agent.expect_heading("Help")
