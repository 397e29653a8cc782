"""Pages to measure in, each one fresh: what a browser has compiled and cached for one does not help the next."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, Route

# Long enough for what a page does by itself once it is loaded.
REST_MS = 300
# Long enough for what Chromium does by itself beside a new window: in other processes it loads its own interface, for
# some 0.7 s, and on two cores that takes the page's time.
WINDOW_REST_MS = 900
MADE = """n => {
  document.body.innerHTML = ''; const list = document.createElement('ul');
  for (let i = 0; i < n / 5; i++) {
  const item = document.createElement('li'); item.className = 'card c' + i % 7; item.id = 'i' + i;
  item.innerHTML = '<a class=link href=/p/' + i + '><b>Lamp ' + i + '</b></a>'
    + '<span style="color: red">' + i * 7 + ' kr</span>'
    + '<p title="t' + i + '">A lamp for the desk, number ' + i + '.</p>'; list.append(item); }
  document.body.append(list); return document.body.offsetHeight }"""


Files = Mapping[str, tuple[str, bytes]]


@contextmanager
def fresh_page(
    browser: Browser,
    url: str,
    *scripts: str,
    elements: int = 0,
    files: Files | None = None,
    rest_ms: int = REST_MS,
) -> Iterator[Page]:
    """The page of `url` in a context of its own, at rest for `rest_ms`, with `scripts` (files) in it; where `elements`,
    with that many made ones in place of what it said. `files` (address → type, body) are answered without a server."""
    context = browser.new_context(bypass_csp=True)
    try:
        for address, (kind, body) in (files or {}).items():
            context.route(address, _answer(kind, body))
        page = context.new_page()
        page.goto(url, wait_until="load")
        if elements:
            page.evaluate(MADE, elements)
        for script in scripts:
            page.add_script_tag(path=script)
        page.wait_for_timeout(rest_ms)
        yield page
    finally:
        context.close()


def measured(
    browser: Browser,
    url: str,
    script: str,
    measure: str,
    *,
    elements: int = 0,
    files: Files | None = None,
    rest_ms: int = REST_MS,
) -> Any:
    """The value of the expression `measure` in such a page, to which nothing was asked before."""
    with fresh_page(browser, url, script, elements=elements, files=files, rest_ms=rest_ms) as page:
        return page.evaluate(measure)


def _answer(kind: str, body: bytes) -> Callable[[Route], None]:
    return lambda route: route.fulfill(content_type=kind, body=body)
