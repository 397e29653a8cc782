"""What the doctor says where the customer's side is made by hand, frame by frame."""

import asyncio
import json
import secrets
from typing import Any

import pytest
from playwright.async_api import expect

from tests.mirror.customer import Customer
from tests.mirror.frames import Frame, page_with_body
from tests.mirror.test_mirror_console import Console, console, real_hub

__all__ = ["console", "real_hub"]

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
# Silence is said after 6 s, slowness after two answers 3 s apart.
PATIENCE_MS = 20_000
SLOW_SECONDS = 0.8


async def finds(console: Console, cause: str, text: str) -> None:
    """The panel lists it, with this sentence."""
    if not await console.by("doctor").is_visible():
        await console.by("doctor-open").click()
    found = console.by("doctor").locator(f'[data-cause="{cause}"]')
    await expect(found).to_contain_text(text, timeout=PATIENCE_MS)


async def covers(console: Console, cause: str, text: str) -> None:
    """It stands in the place of the picture."""
    await expect(console.by("cover")).to_have_attribute("data-cause", cause, timeout=PATIENCE_MS)
    await expect(console.by("cover")).to_contain_text(text)


async def has_quality(console: Console, quality: str) -> None:
    await expect(console.by("doctor-open")).to_have_attribute("data-quality", quality)


async def test_findings_come_and_go_with_their_causes(console: Console) -> None:
    await console.sign_in()
    customer = await console.live()
    await has_quality(console, "good")
    customer.condition = {"troubles": ["csp_connect"], "hidden": True}
    await customer.tell()
    await finds(console, "csp_connect", "https:// address to connect-src")
    await finds(console, "hidden", "another tab")
    await has_quality(console, "poor")
    await console.assert_accessible()
    customer.condition = {}
    await customer.tell()
    await expect(console.by("doctor-nothing")).to_be_visible()
    # A rung, by the picture itself.
    page = {**customer.make().snapshot()["page"], **customer.page_info, "pace": "outline", "pace_why": "busy"}
    await customer.say({"k": "page", "epoch": customer.epoch, "page": page})
    await finds(console, "outline", "it changes more than can be followed")
    # By keyboard alone, and back to where it was opened.
    await console.page.keyboard.press("Escape")
    await expect(console.by("doctor")).to_be_hidden()
    await expect(console.by("doctor-open")).to_be_focused()


async def test_frames_that_were_refused(console: Console) -> None:
    await console.sign_in()
    customer = await console.live()
    customer.condition = None
    asked = customer.heard.count("resync")
    await customer.say(Frame().element(20, 999, "p").ops(1, customer.epoch))
    await finds(console, "frames_refused", "The mirror refused 1 part")
    await customer.wait_for("resync", asked + 1)
    await expect(console.picture.get_by_text("Enamel mugs")).to_be_visible()


async def test_a_tab_that_hangs_is_told_from_one_that_is_slow(console: Console) -> None:
    await console.sign_in()
    customer = await console.live()
    customer.condition = None
    await finds(console, "tab_silent", "does not answer")
    customer.condition = {}
    answering = asyncio.create_task(answers_slowly(customer))
    await finds(console, "slow_customer", "Their tab answers after 0.")
    await expect(console.by("doctor").locator('[data-cause="tab_silent"]')).to_have_count(0)
    await expect(console.by("doctor").locator('[data-cause="slow_agent"]')).to_have_count(0)
    answering.cancel()


async def answers_slowly(customer: Customer) -> None:
    """As over a long way: each answer comes late."""
    said = customer.say

    async def late(message: dict[str, Any]) -> None:
        if message["k"] == "condition":
            await asyncio.sleep(SLOW_SECONDS)
        await said(message)

    customer.say = late  # type: ignore[method-assign]  # this one customer is far away
    await asyncio.Event().wait()


async def test_a_page_of_another_version(console: Console) -> None:
    await console.sign_in()
    customer = await console.live()
    await customer.navigate()
    await covers(console, "navigating", "opening another page")
    hello = {"k": "hello", "version": 2, "token": customer.token, "page": "page-of-an-old-build", "nonce": "n" * 32}
    socket = await console.hub.socket("customer")
    await socket.send(json.dumps(hello))
    await socket.wait_closed()
    assert socket.close_code == 4106
    await covers(console, "old_snippet", "reload the page")
    await customer.connect()
    await expect(console.picture.get_by_text("Enamel mugs")).to_be_visible()
    await has_quality(console, "good")


async def test_a_picture_that_differs_is_asked_for_again(console: Console) -> None:
    await console.sign_in()
    customer = await console.live()
    customer.condition = {"digest": secrets.token_hex(32)}
    asked = customer.heard.count("resync")
    await console.by("doctor-open").click()
    await console.by("doctor-check").click()
    await expect(console.by("doctor-compared")).to_contain_text("differed")
    await customer.wait_for("resync", asked + 1)


async def test_a_masked_page_and_what_stands_for_parts(console: Console) -> None:
    await console.sign_in()
    customer = await console.live()
    frame = page_with_body().element(10, 4, "h1").text(11, 10, "Enamel mugs")
    for place in range(9):
        frame.element(20 + 2 * place, 4, "p").text(21 + 2 * place, 20 + 2 * place, "•••••")
    frame.element(60, 4, "placeholder", {":reason": "frame", ":tag": "iframe", ":width": 300, ":height": 80})
    await customer.say(frame.snapshot(customer.epoch + 1, page=customer.page_info))
    await finds(console, "masked", "masks 90 %")
    await finds(console, "placeholders", "1 frame of another page")
    await has_quality(console, "poor")


async def test_a_tab_that_claims_and_does_not_come(console: Console) -> None:
    await console.sign_in()
    await console.by("new-session").click()
    code = "".join((await console.by("code").inner_text()).split())
    await console.hub.claim(code)
    await covers(console, "not_seated", "connect-src")
    await console.assert_accessible()
