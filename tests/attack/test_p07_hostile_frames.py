"""P7: frames that no snippet sends, past the hub and straight to the mirror, in real Chromium."""

from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.attack.hostile import styles as hostile_styles
from tests.attack.hostile.canary import Canary, named_in
from tests.attack.hostile.frames import AWAY, OPS, SNAPSHOTS, FrameCase
from tests.attack.hostile.ground import Ground
from tests.mirror.frames import page_with_body

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


Made = Callable[[FrameCase, int], list[dict[str, Any]]]


async def assert_as_foretold(ground: Ground, cases: list[FrameCase], made: Made) -> None:
    """Refused for the very reason, or shown and harmless. What is refused is written all at once."""
    refused = [case for case in cases if case.mirror]
    messages = [message for case in refused for message in made(case, ground.next_epoch())]
    found = await ground.refusals(messages)
    assert list(zip_longest([case.name for case in refused], found)) == [(case.name, case.mirror) for case in refused]
    for case in cases:
        if not case.mirror:
            assert await ground.refusals(made(case, ground.next_epoch())) == [], case.name
            await ground.assert_harmless()


async def test_hostile_pictures(ground: Ground) -> None:
    await assert_as_foretold(ground, SNAPSHOTS, lambda case, epoch: [case.snapshot(epoch)])


async def test_hostile_changes(ground: Ground) -> None:
    await assert_as_foretold(ground, OPS, FrameCase.ops)


async def test_hostile_css_as_an_attribute_and_as_a_rule(ground: Ground) -> None:
    messages = []
    for css in hostile_styles.REFUSED.values():
        far = css.replace("EVIL", AWAY)
        attribute = page_with_body().element(10, 4, "p", {"style": far})
        rule = page_with_body().element(10, 3, "style").sheet(11, 10, f"p{{{far}}}")
        messages += [attribute.snapshot(ground.next_epoch()), rule.snapshot(ground.next_epoch())]
    assert await ground.refusals(messages) == ["bad_style"] * len(messages)


async def test_css_that_only_looks_hostile(ground: Ground) -> None:
    for name, css in hostile_styles.HARMLESS.items():
        far = css.replace("EVIL", AWAY)
        frame = page_with_body().element(10, 3, "style").sheet(11, 10, far).sheet(12, 1, far)
        frame.element(20, 4, "p", {"title": AWAY}).text(21, 20, "aaa").element(22, 4, "a", {":link": 1}).text(
            23, 22, "x"
        )
        assert await ground.refusals([frame.snapshot(ground.next_epoch())]) == [], name
        await ground.assert_harmless()


async def test_nothing_was_even_looked_up(watched: Browser, bird: Canary, network_log: Path) -> None:
    """By the browser's own log of all that happened before; the last test here, for it closes the browser.

    The log means something, and so does the canary: one host is gone to on purpose."""
    page = await watched.new_page()
    await page.goto("http://control.evil.test/")
    assert set(bird.heard) == {"control.evil.test"}
    await watched.close()
    assert named_in(network_log) == {"control.evil.test"}
