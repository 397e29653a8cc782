"""Where everything is: the boxes of all elements of a page and of its mirror, through shadow roots and frames."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Error, Route

from tests.live_hub import LiveHub
from tests.mirror.mirror_page import MirrorPage
from tests.mirror.test_style_fidelity import DEADLINE_SECONDS, Pair

TOLERANCE_PIXELS = 1.0
# Element by element: its path, its box in its own viewport, and what is written in it. What stands in for something
# else, and what is not drawn, goes by the place it takes.
BOXES = """(doc) => {
  const skipped = /^(head|style|script|link|template|noscript|source|track|param|cobrowse-own)$/;
  const stands = /^(audio|object|embed)$/;
  const found = [];
  const visit = (node, path) => {
    if (node.nodeType === 3 && node.data.trim()) found.push([path + ' "' + node.data.trim() + '"']);
    if (node.nodeType === 1) {
      if (skipped.test(node.localName) || node.hasAttribute('data-cobrowse-filled')) return;
      const other = node.hasAttribute('data-cobrowse-placeholder') || stands.test(node.localName);
      path += ' ' + (other ? '*' : node.localName) + (node.id && '#' + node.id);
      const box = node.getBoundingClientRect();
      found.push([path, box.left, box.top, box.width, box.height]);
      if (other || /^(canvas|video|textarea|progress|meter)$/.test(node.localName)) return;
      if (node.localName === 'iframe') {
        const inside = node.contentDocument;
        if (inside && !node.hasAttribute('data-cobrowse-withheld')) visit(inside, path);
        return;
      }
      if (node.shadowRoot) visit(node.shadowRoot, path + ' #');
    }
    for (const child of node.childNodes) visit(child, path);
  };
  visit(doc, '');
  return found;
}"""


def difference(page: list[list[Any]], picture: list[list[Any]]) -> list[str]:
    """What is elsewhere, or not there, in words; empty where both are the same."""
    if [each[0] for each in page] != [each[0] for each in picture]:
        return [f"page {[each[0] for each in page]}", f"mirror {[each[0] for each in picture]}"]
    return [
        f"{here[0]}: page {here[1:]}, mirror {there[1:]}"
        for here, there in zip(page, picture, strict=True)
        if any(abs(a - b) > TOLERANCE_PIXELS for a, b in zip(here[1:], there[1:], strict=True))
    ]


class Boxes(Pair):
    """A pair whose pages are alike when everything is in the same place."""

    alike = True

    async def give(self, route: Route) -> None:
        """An asset of the site's own, as it is."""
        n = int(route.request.url.rpartition("/")[2])
        try:
            given = await self.page.evaluate("(n) => P.assets.given(n, true)", n)
        except Error:
            # For the picture of the page before this one.
            await route.fulfill(status=404)
            return
        kind, body, _ = self.files.get(given["address"].removeprefix(self.origin), ("", given["css"].encode(), {}))
        await route.fulfill(body=body, content_type=kind or "text/css", status=200 if body else 404)

    async def difference(self) -> list[str]:
        if not self.alike:
            return []
        return difference(await self.page.evaluate(f"() => ({BOXES})(document)"), await self.mirror.inner(BOXES))

    async def show(self, case: Any) -> None:
        """Open the page of a case, run its script, and wait until the mirror shows the same."""
        self.alike = case.alike
        await self.open(case)
        if case.script:
            await self.page.wait_for_function("P.last && P.quiet()")
            await self.sync()
            await self.page.evaluate(f"() => {{ {case.script} }}")
        await self.assert_same({})
        for expression, value in case.shown.items():
            await self.assert_shown(expression, value)

    async def assert_shown(self, expression: str, value: Any) -> None:
        """In the end the mirror's document says this."""
        until = time.monotonic() + DEADLINE_SECONDS
        while (said := await self.mirror.inner(f"(doc) => {expression}")) != value:
            if time.monotonic() > until:
                raise AssertionError(f"{expression}: {said!r}, not {value!r}")
            await self.sync()
            await asyncio.sleep(0.05)


@asynccontextmanager
async def opened(browser: Browser, hub: LiveHub, bundle: str) -> AsyncIterator[Boxes]:
    """A pair in a context of its own."""
    context = await browser.new_context(viewport={"width": 1200, "height": 800})
    context.set_default_timeout(10_000)
    mirror = MirrorPage(await context.new_page(), hub)
    page = await context.new_page()
    await page.add_init_script(path=Path(bundle))
    made = Boxes(page, mirror)
    await context.route("**/m/*/a/*", made.give)
    await mirror.open()
    yield made
    await context.close()
    made.server.shutdown()
    made.server.server_close()
