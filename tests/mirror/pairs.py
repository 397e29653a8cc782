"""A customer's page and its mirror, side by side: what capture sends of the one goes into the other, and both are asked
the same questions."""

import itertools
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page

from tests.mirror.mirror_page import Listener, MirrorPage

PATIENCE_SECONDS = 10.0
# Over all pairs: a mirror may be fed by several.
_BEGUN = itertools.count(1_000, 1_000)
Step = Callable[[Page], Awaitable[Any]]
# In both: elements by a path of selectors through shadow roots and frames, and what is asked of them.
ASK = """(doc, asked) => {
  const find = (path) => path.split(" >>> ").reduce((at, selector) => {
    const inside = at.shadowRoot ?? at.contentDocument ?? at;
    return inside.querySelector(selector) ?? (() => { throw new Error(`nothing is ${selector}`) })();
  }, doc);
  const round = (value) => typeof value === "number" ? Math.round(value * 4) / 4 : value;
  const one = ([path, what]) => {
    const element = path === "" ? doc.scrollingElement : find(path);
    const view = element.ownerDocument.defaultView;
    if (what === "rect") {
      const { x, y, width, height } = element.getBoundingClientRect();
      return [x, y, width, height].map(round);
    }
    if (what === "scroll") return [element.scrollLeft, element.scrollTop].map(round);
    if (what === "inner") return [element.clientWidth, element.clientHeight];
    if (what.startsWith("is ")) return element.matches(what.slice(3));
    if (what === "selected") {
      const drawn = view.CSS.highlights.get("cobrowse-selected");
      const text = drawn ? [...drawn].join("") : String(doc.getSelection());
      return text.replace(/\\s+/g, "");
    }
    const [property, said] = what.split(" of ");
    const pseudo = said === "::selection" && doc !== document ? "::highlight(cobrowse-selected)" : said;
    return view.getComputedStyle(element, pseudo ?? null).getPropertyValue(property);
  };
  return asked.map(one);
}"""


class Pair:
    """One tab of a customer, and the mirror that is fed with its view."""

    def __init__(self, browser: Browser, mirror: MirrorPage, listener: Listener, bundle: str) -> None:
        self.browser = browser
        self.mirror = mirror
        self.listener = listener
        self.bundle = bundle
        self.page: Page
        self._contexts: dict[str, BrowserContext] = {}
        self._begun = 0
        self._taken = 0

    async def open(
        self, html: str, device: dict[str, Any], policy: dict[str, Any], path: str = "/", before: Step | None = None
    ) -> None:
        """Show this page to a customer with this device, and begin a picture of it."""
        key = repr(device)
        if key not in self._contexts:
            size = {"width": 800, "height": 600}
            made = await self.browser.new_context(**{"viewport": size, **device})
            await made.add_init_script(path=Path(self.bundle))
            made.set_default_timeout(PATIENCE_SECONDS * 1000)
            self._contexts[key] = made
        self.page = await self._contexts[key].new_page()
        self.listener.pages[path.split("#")[0]] = html
        await self.page.goto(self.listener.origin + path)
        if before is not None:
            await before(self.page)
        await self.page.evaluate("options => { window.P = probe.start(options) }", {"policy": policy, "credit": True})
        # Each page counts its epochs from 1, the mirror goes through all of them.
        self._begun = next(_BEGUN)
        self._taken = 0

    async def close(self) -> None:
        for context in self._contexts.values():
            await context.close()
        self._contexts = {}

    async def leave(self) -> None:
        await self.page.close()

    async def feed(self) -> None:
        """Everything that was sent since goes into the mirror."""
        await self.page.wait_for_function("P.failures.length || (P.last && P.quiet())")
        assert await self.page.evaluate("P.failures") == []
        fresh: list[dict[str, Any]] = await self.page.evaluate("from => P.sent.slice(from)", self._taken)
        self._taken += len(fresh)
        await self.mirror.views([{**message, "epoch": self._begun + message["epoch"]} for message in fresh])
        refused = await self.mirror.heard("refused")
        assert refused == [], refused[-1]

    async def asked(self, questions: list[tuple[str, str]]) -> tuple[list[Any], list[Any]]:
        """What the page answers, and what its mirror does."""
        given = [list(question) for question in questions]
        page = await self.page.evaluate(f"asked => ({ASK})(document, asked)", given)
        return page, await self.mirror.inner(ASK, given)

    async def assert_same(self, expected: dict[tuple[str, str], Any]) -> None:
        """Both sides come to answer the same, within the time; and the customer's is the one expected, where one is."""
        questions = list(expected)
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            await self.feed()
            page, mirror = await self.asked(questions)
            known = [value is ANYTHING or value == found for value, found in zip(expected.values(), page, strict=True)]
            if page == mirror and all(known):
                return
            if time.monotonic() > until:
                rows = [
                    f"{path or 'document'} | {what}: expected {value}, page {of_page}, mirror {of_mirror}"
                    for ((path, what), value), of_page, of_mirror in zip(expected.items(), page, mirror, strict=True)
                    if of_page != of_mirror or not (value is ANYTHING or value == of_page)
                ]
                raise AssertionError("\n".join(rows))
            await self.page.wait_for_timeout(50)


class _Anything:
    def __repr__(self) -> str:
        return "anything"


ANYTHING = _Anything()
