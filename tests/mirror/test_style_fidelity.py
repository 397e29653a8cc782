"""The mirror's CSS is the page's: in a true pair of pages, every element computes the same style, whatever was done."""

import asyncio
import contextlib
import http.server
import json
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Error, Page, Route

from cobrowse.core import styles
from cobrowse.web.mirror_routes import ADDRESS_IN_CSS
from tests.live_hub import LiveHub
from tests.mirror.capture_page import PIXEL, SLOW, SiteHandler
from tests.mirror.mirror_page import MirrorPage
from tests.mirror.style_cases import CASES, CSS_FILES, Case

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
DEADLINE_SECONDS = 8.0
CACHED = {"Cache-Control": "max-age=600"}

# Every property of every element and of what it draws before and after itself. Addresses differ, so of each is only
# said whether there is one. The mirror scrolls where it is told to, at once: what is said of scrolling is its own.
LOOK = """(doc) => {
  const OWN = /^(overflow-anchor|scroll-behavior|scroll-snap-type|transition-property)$/;
  const said = (element, pseudo) => {
    const style = doc.defaultView.getComputedStyle(element, pseudo);
    if (pseudo && /^(none|normal)$/.test(style.content)) return null;
    const all = {};
    for (const name of style) if (!OWN.test(name)) all[name] = style.getPropertyValue(name)
      .replace(/url\\("[^"]*#_"\\)/g, 'none-at-all').replace(/url\\("[^"]*\\/_"\\)/g, 'none-at-all')
      .replace(/url\\((?:"(?:[^"\\\\]|\\\\.)*"|[^"()]*)\\)/g, 'url()');
    return all;
  };
  const found = [];
  const visit = (node, path) => {
    if (node.nodeType === 1) {
      if (/^(head|style|script|link|template|noscript)$/.test(node.localName)) return;
      const here = [path + ' ' + node.localName + (node.id && '#' + node.id), ...node.classList].join('.');
      for (const pseudo of [null, '::before', '::after']) {
        const all = said(node, pseudo);
        if (all) found.push([here + (pseudo ?? ''), all]);
      }
      if (node.shadowRoot) visit(node.shadowRoot, here + ' #');
      path = here;
    }
    for (const child of node.childNodes) visit(child, path);
  };
  visit(doc, '');
  return found;
}"""
# What the page itself computes for `selector property`; the last selector looks into shadow roots too.
SEEN = """(wanted) => wanted.map((each) => {
  const at = each.lastIndexOf(' ');
  const [selector, property] = [each.slice(0, at), each.slice(at + 1)];
  const [outer, inner] = [selector.slice(0, selector.lastIndexOf(' ')), selector.slice(selector.lastIndexOf(' ') + 1)];
  const element = document.querySelector(selector) ??
    [...document.querySelectorAll(outer || 'x')].map((host) => host.shadowRoot?.querySelector(inner)).find(Boolean);
  return element ? getComputedStyle(element).getPropertyValue(property) : 'no element';
})"""
# What became of the stylesheets of the picture.
SHEETS = """(doc) => [...doc.querySelectorAll('link')].map((link) => {
  let rules = 'no sheet';
  try { if (link.sheet) rules = link.sheet.cssRules.length } catch (error) { rules = error.name }
  return `${link.outerHTML} ${rules}`;
})"""


class Pair:
    """A page with capture's probe in it and the mirror that shows it."""

    def __init__(self, page: Page, mirror: MirrorPage) -> None:
        self.page = page
        self.mirror = mirror
        self.files: dict[str, tuple[str, bytes, dict[str, str]]] = {}
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), SiteHandler)
        self.server.files = self.files  # type: ignore[attr-defined]  # the handler looks there
        self.puts: list[tuple[str, dict[str, str], bytes]] = []
        self.server.puts = self.puts  # type: ignore[attr-defined]  # the handler looks there
        self.server.requests = []  # type: ignore[attr-defined]  # the handler looks there
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.origin = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.asked = 0
        # What the mirror of this case asked for: the number, and how many bytes it got, or why none.
        self.given: list[tuple[int, int | list[str]]] = []
        self.epoch = 0
        self.taken = 0
        self.bytes = 0
        self.messages: list[dict[str, Any]] = []

    def put(self, path: str, kind: str, body: bytes) -> None:
        self.files[path] = (kind, body, {**CACHED})

    async def give(self, route: Route) -> None:
        """An asset, as the hub would hand it out: from the tab, checked."""
        n = int(route.request.url.rpartition("/")[2])
        # Several are asked for at once, and each page begins its numbers anew.
        self.asked += 1
        ticket = f"ticket {self.asked}"
        # The page it was asked of may be gone.
        refused: list[list[Any]] = []
        with contextlib.suppress(Error):
            refused = await self.page.evaluate(
                "async (it) => { await P.assets.upload(...it); return P.refused }", [n, ticket]
            )
        data = next((body for _, head, body in self.puts if head["Cobrowse-Asset-Ticket"] == ticket), None)
        self.given.append((n, [why for refused_n, why in refused if refused_n == n] if data is None else len(data)))
        if data is None:
            await route.fulfill(status=404)
            return
        kind = "image/png" if data.startswith(b"\x89PNG") else "image/svg+xml" if b"<svg" in data else "text/css"
        if kind == "text/css":
            styles.check(data.decode(), asset=True)
            data = ADDRESS_IN_CSS.sub(rb'url("\1")', data)
        await route.fulfill(body=data, content_type=kind)

    async def open(self, case: Case) -> None:
        head, body = case.head, case.html
        late = f"<script>{case.before}</script>"
        html = f"<!doctype html><html><head><title>t</title>{head}</head><body>{body}{late}</body></html>"
        self.put("/", "text/html; charset=utf-8", html.encode("utf-8", "surrogatepass"))
        self.taken = self.bytes = 0
        self.messages = []
        self.given = []
        await self.page.goto(self.origin + "/")
        self.epoch += 1
        await self.page.evaluate("policy => { window.P = probe.start({ policy, credit: true }) }", case.policy)

    async def sync(self) -> None:
        """Hand what the page sent to the mirror."""
        assert await self.page.evaluate("P.failures") == []
        fresh = await self.page.evaluate("from => P.sent.slice(from)", self.taken)
        self.taken += len(fresh)
        for message in fresh:
            # Each page begins with its first epoch, the mirror goes on.
            self.bytes += len(json.dumps(message))
            message["epoch"] += self.epoch
        self.messages += fresh
        await self.mirror.views(fresh)
        assert await self.mirror.heard("refused") == []

    async def difference(self) -> list[str]:
        page = await self.page.evaluate(f"() => ({LOOK})(document)")
        picture = await self.mirror.inner(LOOK)
        if [path for path, _ in page] != [path for path, _ in picture]:
            return [f"elements: {[path for path, _ in page]} {[path for path, _ in picture]}"]
        return [
            f"{path} {name}: page {value}, mirror {there.get(name)}"
            for (path, here), (_, there) in zip(page, picture, strict=True)
            for name, value in here.items()
            if there.get(name) != value
        ]

    async def assert_same(self, seen: dict[str, str]) -> None:
        """In the end, both compute the same, and the page what the case means."""
        until = time.monotonic() + DEADLINE_SECONDS
        while True:
            await self.sync()
            computed = await self.page.evaluate(SEEN, list(seen))
            wrong = [f"page: {key} {value}" for key, value in zip(seen, computed, strict=True) if value != seen[key]]
            if await self.page.evaluate("P.last && P.quiet()"):
                wrong = wrong or await self.difference()
                mirrored, wanted = await self.mirror.canonical(), await self.page.evaluate("P.canonical()")
                if not wrong and mirrored == wanted:
                    return
                wrong = wrong or [f"digest: page {wanted[-3000:]}, mirror {mirrored[-3000:]}"]
            if time.monotonic() > until:
                raise AssertionError(
                    "\n".join([*wrong[:20], f"assets: {self.given}", *await self.mirror.inner(SHEETS)])
                )
            await asyncio.sleep(0.05)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pair(browser: Browser, hub: LiveHub, capture_bundle: str) -> AsyncIterator[Pair]:
    context = await browser.new_context(viewport={"width": 1200, "height": 800}, bypass_csp=False)
    context.set_default_timeout(10_000)
    mirror = MirrorPage(await context.new_page(), hub)
    page = await context.new_page()
    await page.add_init_script(path=Path(capture_bundle))
    made = Pair(page, mirror)
    for path, css in CSS_FILES.items():
        made.put(path, "text/css", css.encode())
    made.files["/css/slow.css"][2][SLOW] = "0.7"
    for path in ("/pixel.png", "/css/dot.png"):
        made.put(path, "image/png", PIXEL)
    await context.route("**/m/*/a/*", made.give)
    await mirror.open()
    yield made
    await context.close()
    made.server.shutdown()
    made.server.server_close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_computed_styles(pair: Pair, case: Case) -> None:
    await pair.open(case)
    if case.script:
        await pair.page.wait_for_function("P.last && P.quiet()")
        await pair.sync()
        await pair.page.evaluate(f"() => {{ {case.script} }}")
    await pair.assert_same(case.seen)
