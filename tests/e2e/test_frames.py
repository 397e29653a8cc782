"""What the agent does in a frame of the customer's page, of the same origin: it shows and happens where she sees it."""

import pytest
from playwright.sync_api import expect

from tests.chromium import ENGINE
from tests.e2e.walk import Agent, Customer, go_live, take_control

BROWSER = ENGINE
# A frame with a border, away from the edge, and one in it; styled by script, since the shop's policy forbids the rest.
PUT = """async () => {
    const framed = async (parent, size) => {
        const frame = parent.ownerDocument.createElement("iframe");
        frame.srcdoc = "<!doctype html><button id=target type=button>Target</button>";
        Object.assign(frame.style, {position: "absolute", left: "60px", top: "120px", border: "7px solid", ...size});
        const loaded = new Promise(done => frame.addEventListener("load", done, {once: true}));
        parent.append(frame);
        await loaded;
        const inside = frame.contentDocument;
        Object.assign(inside.body.style, {margin: "0", height: "3000px"});
        Object.assign(inside.querySelector("button").style,
            {position: "absolute", left: "30px", top: "40px", width: "100px", height: "40px"});
        return inside;
    };
    const outer = await framed(document.body, {width: "600px", height: "500px", zIndex: 9, background: "white"});
    await framed(outer.body, {width: "300px", height: "200px"});
}"""
# In the page or its mirror: the button in the frame that is so deep, in pixels of the whole window.
BOX = """(doc, depth) => {
    let x = 0, y = 0;
    for (let n = 0; n < depth; n++) {
        const frame = doc.querySelector("iframe"), {left, top} = frame.getBoundingClientRect();
        [x, y, doc] = [x + left + frame.clientLeft, y + top + frame.clientTop, frame.contentDocument];
    }
    const {left, top, width, height} = doc.querySelector("#target").getBoundingClientRect();
    return [x + left, y + top, width, height];
}"""
IN_MIRROR = """depth => {
    const frame = document.querySelector("iframe"), {left, top, width} = frame.getBoundingClientRect();
    const scale = width / frame.offsetWidth;
    const [x, y, wide, high] = (BOX)(frame.contentDocument, depth);
    return [left + (x + wide / 2) * scale, top + (y + high / 2) * scale, innerWidth];
}""".replace("BOX", BOX)
SCROLLED = """([depth, least]) => { let doc = ROOT;
    for (let n = 0; n < depth; n++) doc = doc?.querySelector("iframe")?.contentDocument;
    return doc?.scrollingElement.scrollTop >= least }"""
# A frame is 7 px of border and 60 and 120 px away; a mark may be off by what rounding takes.
NEAR_PX = 2


def aim(agent: Agent, depth: int) -> tuple[float, float]:
    """Where the agent sees the middle of the button."""
    agent.mirror_frame().wait_for_function(
        """depth => { let doc = document.querySelector("iframe")?.contentDocument;
            for (let n = 0; n < depth; n++) doc = doc?.querySelector("iframe")?.contentDocument;
            return doc?.querySelector("#target") && doc.body.offsetHeight > 2000 }""",
        arg=depth,
    )
    x, y, width = agent.mirror_frame().evaluate(IN_MIRROR, depth)
    outer = agent.page.get_by_test_id("mirror").bounding_box()
    assert outer is not None
    scale = outer["width"] / width
    return outer["x"] + x * scale, outer["y"] + y * scale


def mark(customer: Customer, kind: str) -> list[float]:
    """The mark that the customer sees: its box in the window."""
    expect(customer.page.locator(f".marks .{kind}")).to_have_count(1)
    found: list[float] = customer.page.locator(f".marks .{kind}").evaluate(
        "mark => { const {left, top, width, height} = mark.getBoundingClientRect(); return [left, top, width, height] }"
    )
    return found


@pytest.mark.parametrize("depth", [1, 2])
def test_pointing_and_scrolling_in_a_frame(agent: Agent, customer: Customer, depth: int) -> None:
    go_live(agent, customer, "/help")
    customer.page.evaluate(PUT)
    left, top, width, height = customer.page.evaluate(f"depth => ({BOX})(document, depth)", depth)

    agent.tool("point")
    agent.page.mouse.click(*aim(agent, depth))
    agent.expect_result("done")
    point = mark(customer, "point")
    assert point[:2] == pytest.approx([left + width / 2, top + height / 2], abs=NEAR_PX)

    agent.tool("highlight")
    agent.page.mouse.click(*aim(agent, depth))
    box = mark(customer, "outline")
    assert box == pytest.approx([left, top, width, height], abs=NEAR_PX)

    take_control(agent, customer)
    agent.page.mouse.move(*aim(agent, depth))
    # Her wheel waits while the customer's own hand was on the page.
    for _ in range(60):
        agent.page.mouse.wheel(0, 300)
        agent.page.wait_for_timeout(500)
        if customer.page.evaluate(SCROLLED.replace("ROOT", "document"), [depth, 200]):
            break
    customer.page.wait_for_function(SCROLLED.replace("ROOT", "document"), arg=[depth, 200])
    mirror = SCROLLED.replace("ROOT", "document.querySelector('iframe')?.contentDocument")
    agent.mirror_frame().wait_for_function(mirror, arg=[depth, 200])
    # What is around it stays where it is.
    assert customer.page.evaluate("scrollY") == 0
    assert not customer.page.evaluate(SCROLLED.replace("ROOT", "document"), [depth - 1, 1])
    customer.expect_no_error()


def test_a_click_in_a_frame_is_refused(agent: Agent, customer: Customer) -> None:
    """What it leads to there is not watched over."""
    go_live(agent, customer, "/help")
    customer.page.evaluate(PUT)
    customer.page.evaluate(
        "() => { const inside = document.querySelector('iframe').contentDocument;"
        "inside.querySelector('#target').addEventListener('click', () => { window.clicked = true }) }"
    )
    take_control(agent, customer)
    result = agent.page.get_by_test_id("act-result")
    for _ in range(60):
        agent.page.mouse.click(*aim(agent, 1))
        expect(result).to_have_attribute("data-status", "refused")
        if result.get_attribute("data-reason") != "paused_by_customer":
            break
        agent.page.wait_for_timeout(500)
    expect(result).to_have_attribute("data-reason", "in_frame")
    assert not customer.page.evaluate("() => window.clicked")
