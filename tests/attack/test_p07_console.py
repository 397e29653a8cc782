"""P7: whatever the mirror shows, the console around it stays as it is, keeps the keys, and can end the session."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.attack.hostile.canary import Canary
from tests.attack.hostile.frames import REDRESS
from tests.live_hub import LiveHub, sqlite_url
from tests.mirror.customer import Customer
from tests.mirror.frames import Frame, page_with_body
from tests.mirror.test_mirror_console import Console

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
# How often Tab is pressed; the console has fewer places to stop at.
TABS = 24
# Without a space, which presses what is in focus.
PASSWORD = "a-password-that-nobody-has"
TOUCHED = """() => {
  const inner = document.querySelector("iframe").contentDocument;
  const idle = inner.activeElement === inner.body || inner.activeElement === null;
  return [idle, [...inner.querySelectorAll("input")].map((each) => each.value).join("")];
}"""


@pytest_asyncio.fixture(loop_scope="module")
async def console(watched: Browser, tmp_path: Path) -> AsyncIterator[Console]:
    async with LiveHub(store=sqlite_url(tmp_path)) as hub:
        await hub.add_agent()
        context = await watched.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(30_000)
        opened = Console(await context.new_page(), hub)
        await opened.sign_in()
        yield opened
        await context.close()
        assert opened.errors == []


async def around_the_mirror(console: Console) -> bytes:
    """A picture of all of the console but the mirror's box, and what the console itself says of the picture."""
    await console.by("doctor-open").evaluate("(button) => { button.style.visibility = 'hidden' }")
    return await console.page.screenshot(mask=[console.by("mirror")], animations="disabled")


async def show(console: Console, customer: Customer, frame: Frame) -> None:
    """The customer's page looks like this now, and the mirror shows it."""
    customer.make = lambda: frame
    customer.epoch += 1
    await customer.say(frame.snapshot(customer.epoch, page=customer.page_info))
    found = await (await console.by("mirror").element_handle()).content_frame()
    assert found is not None
    await found.wait_for_function(
        "(epoch) => cobrowseMirror.epoch === epoch && !document.querySelector('.fit').hidden", arg=customer.epoch
    )


async def test_nothing_is_painted_outside_of_the_mirrors_box(console: Console, bird: Canary) -> None:
    customer = await console.live()
    await console.page.mouse.move(5, 5)
    before = await around_the_mirror(console)
    for name, build in REDRESS.items():
        await show(console, customer, build(page_with_body()))
        # Not as an `assert`: to explain how two pictures differ takes minutes.
        if await around_the_mirror(console) != before:
            raise AssertionError(name)
    assert bird.connections == 0


async def test_neither_keys_nor_focus_reach_the_page(console: Console) -> None:
    customer = await console.live()
    await console.page.evaluate("() => document.activeElement?.blur()")
    for name, build in REDRESS.items():
        frame = build(page_with_body())
        await show(console, customer, frame)
        assert await console.page.evaluate("() => document.activeElement === document.body"), name
    # The last one is the imitation: the agent falls for it.
    box = await console.by("mirror").bounding_box()
    assert box is not None
    mirror = next(frame for frame in console.page.frames if frame.url.startswith(console.hub.mirror_url))
    await console.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await console.page.keyboard.type(PASSWORD)
    for _ in range(TABS):
        await console.page.keyboard.press("Tab")
        await console.page.keyboard.type(PASSWORD)
        assert await mirror.evaluate(TOUCHED) == [True, ""]
    for _ in range(TABS):
        await console.page.keyboard.press("Shift+Tab")
        assert await mirror.evaluate(TOUCHED) == [True, ""]


async def test_a_mirror_that_hangs_leaves_the_console_alone(console: Console) -> None:
    customer = await console.live()
    mirror = next(frame for frame in console.page.frames if frame.url.startswith(console.hub.mirror_url))
    await mirror.evaluate("() => { setTimeout(() => { for (;;); }, 0); }")
    for seq in range(1, 20):
        await customer.say(Frame().element(100 + seq, 4, "p").ops(seq, customer.epoch))
    await console.by("end-session").click()
    await console.assert_state("ended")
    await expect(console.by("mirror")).to_have_count(0)


async def test_the_address_says_where_the_customer_is_and_nothing_else(console: Console) -> None:
    customer = await console.live()
    origin = console.hub.origin
    await expect(console.by("address")).to_have_value(f"{origin}/catalogue")
    for address in (
        f"{origin}/\u202egro.knab//:sptth",
        f"{origin}/\u2066\u200b",
        f"http://bank.example@{origin.removeprefix('http://')}/",
        "https://bank.example/",
        origin.upper() + "/",
        origin.replace("127", "%31%32%37") + "/",
        f" {origin}/",
        "javascript:1",
    ):
        heard = customer.heard.count("problem")
        customer.epoch += 1
        await customer.say(page_with_body().snapshot(customer.epoch, page={"address": address}))
        await customer.wait_for("problem", heard + 1)
    await expect(console.by("address")).to_have_value(f"{origin}/catalogue")


async def test_a_customer_writes_no_sentence_into_the_console(console: Console) -> None:
    customer = await console.live()
    customer.answer = {"status": "refused", "reason": "Call +1 555 0100 to go on"}
    await console.by("tool-point").click()
    await console.press_button()
    await expect(console.by("act-result")).to_have_attribute("data-status", "lost")
    await expect(console.page.get_by_text("555")).to_have_count(0)
