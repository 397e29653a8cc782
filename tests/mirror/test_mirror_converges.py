"""P8, whole: capture's frames from a real page, through JSON, into the real mirror, give the page's own digest."""

import asyncio
import difflib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page

from tests.mirror.capture_page import ROOT
from tests.mirror.mirror_page import Listener, MirrorPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
MUTATE = (ROOT / "client_js/tests/capture/mutate.js").read_text()
POLICY = {"mask": [".secret", ".a + .b"], "hide": [".hidden"], "show": [".shown"]}
PAGE = """<!doctype html><title>t</title><style>.a { color: red } @media print { p { color: blue } }</style><body>
<div id=field><p class=a>One</p><ul><li>1</li><li>2</li><li class=secret>3</li></ul>
<form><input name=n value=v><input type=checkbox checked><textarea>x</textarea>
<select><option>A<option>B</select></form>
<details open><summary>S</summary>T</details><a href="/next">next</a><video controls></video>
<svg viewBox="0 0 9 9"><symbol id=s><path d="M0 0h9"/></symbol><use href="#s"/></svg></div>"""


class Source:
    """A page with capture's probe in it, and how much of its view was taken so far."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taken = 0

    async def frames(self) -> list[dict[str, Any]]:
        """What was sent since the last call, once nothing is on its way."""
        await self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        await self.page.wait_for_function("P.failures.length || (P.last && P.quiet())")
        assert await self.page.evaluate("P.failures") == []
        fresh: list[dict[str, Any]] = await self.page.evaluate("from => P.sent.slice(from)", self.taken)
        self.taken += len(fresh)
        return fresh


@pytest_asyncio.fixture(loop_scope="module")
async def source(context: BrowserContext, listener: Listener, capture_bundle: str) -> AsyncIterator[Source]:
    page = await context.new_page()
    await page.add_init_script(path=Path(capture_bundle))
    listener.pages["/"] = PAGE
    await page.goto(listener.origin + "/")
    await page.evaluate(f"() => {{ {MUTATE} }}")
    await page.evaluate("options => { window.P = probe.start(options) }", {"policy": POLICY, "credit": True})
    yield Source(page)
    await page.close()


async def assert_mirrored(source: Source, mirror: MirrorPage) -> None:
    await mirror.views(await source.frames())
    assert await mirror.heard("refused") == []
    mirrored, wanted = await mirror.canonical(), await source.page.evaluate("P.canonical()")
    if mirrored != wanted:
        page, picture = (text.replace("<", "\n<").splitlines() for text in (wanted, mirrored))
        raise AssertionError("\n".join(difflib.unified_diff(page, picture, "page", "mirror", lineterm="")))


async def test_the_first_picture_equals_the_page(source: Source, mirror: MirrorPage) -> None:
    await assert_mirrored(source, mirror)
    assert "•••••" in await mirror.canonical()


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_mirror_equals_the_masked_page_after_500_random_changes(
    source: Source, mirror: MirrorPage, seed: int
) -> None:
    await assert_mirrored(source, mirror)
    for round_ in range(25):
        await source.page.evaluate("([seed, count]) => mutate(seed, count)", [seed * 1000 + round_, 20])
        await asyncio.sleep(0.04)
        await assert_mirrored(source, mirror)
