"""What the snippet does to the load of a page on which no session runs: `python -m bench.page_load`.

The demo shop's start page with its line for the loader, and the same page with a comment of the same length in its
place, in turns, each time in a browser that has nothing of it yet. Of each: the largest contentful paint (LCP), the
total blocking time (TBT: what long tasks take beyond 50 ms each), the load event, and the time that the main thread was
busy, by the browser's own account.

`page_load_*_more_ms` is the median of the pairs' differences; `page_load_lcp_more_of_noise` and its like say what part
that is of the width within which the middle half of the pages without the loader lies: below 1 it is no more than what
two loads of the very same page differ by. What is added is said in requests and bytes on the wire."""

import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bench.figures import Figure, spread, table
from cobrowse.demo.serving import serve_shop
from cobrowse.demo.shop import build_shop
from cobrowse.web.server import listen
from tests.chromium import ARGUMENTS, WHOLE
from tests.e2e.conftest import CUSTOMER_SCREEN
from tests.e2e.places import HOST, InThread, Place, Ready

PAIRS = 16
PATH = "/"
REST_MS = 250
KB = 1024
NOISE = "of noise"
# Two loads of one page that differ by less than this do not differ: the browser's clock is no better.
LEAST_NOISE_MS = 0.5
MEASURED = """async () => {
  const of = (type) => new Promise((done) => {
    new PerformanceObserver((list) => done(list.getEntries())).observe({ type, buffered: true });
    setTimeout(() => done([]), 60);
  });
  const [paints, tasks] = await Promise.all([of("largest-contentful-paint"), of("longtask")]);
  const [page] = performance.getEntriesByType("navigation");
  return {
    lcp: paints.at(-1)?.startTime ?? 0,
    tbt: tasks.reduce((sum, { duration }) => sum + Math.max(0, duration - 50), 0),
    load: page.loadEventEnd,
  };
}"""
COMPARED = ("lcp", "tbt", "load", "busy")


class WithoutLoader:
    """The shop with a comment in the place of the line that brings the loader."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def replaced(message: Message) -> None:
            body: bytes = message.get("body", b"")
            at = body.rfind(b"<script src", 0, body.find(b"/snippet.js") + 1)
            if at >= 0:
                end = body.index(b"</script>", at) + len(b"</script>")
                message = {**message, "body": body[:at] + b"<!--" + b" " * (end - at - 7) + b"-->" + body[end:]}
            await send(message)

        await self._app(scope, receive, replaced)


def measure() -> list[Figure]:
    """The medians of both, their differences, and what is added."""
    with tempfile.TemporaryDirectory() as folder, _places(Path(folder)) as urls, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=WHOLE, args=list(ARGUMENTS))
        for url in urls:
            _load(browser, url)
        pairs = [[_load(browser, url) for url in (urls if turn % 2 else urls[::-1])] for turn in range(PAIRS)]
        browser.close()
    ordered = [pair if turn % 2 else pair[::-1] for turn, pair in enumerate(pairs)]
    return [figure for name in COMPARED for figure in _compared(name, ordered)] + [
        Figure("page_load_more_requests", _more("requests", ordered), "requests"),
        Figure("page_load_more_kb", _more("bytes", ordered) / KB, "KB"),
    ]


def _more(name: str, pairs: list[list[dict[str, float]]]) -> float:
    return statistics.median(having[name] - lacking[name] for having, lacking in pairs)


def _compared(name: str, pairs: list[list[dict[str, float]]]) -> list[Figure]:
    having, lacking = ([pair[side][name] for pair in pairs] for side in (0, 1))
    differences = [one - other for one, other in zip(having, lacking, strict=True)]
    more = statistics.median(differences)
    low, high = spread(lacking) or (0.0, 0.0)
    return [
        Figure(f"page_load_{name}_with_ms", statistics.median(having), "ms", runs=having),
        Figure(f"page_load_{name}_without_ms", statistics.median(lacking), "ms", runs=lacking),
        Figure(f"page_load_{name}_more_ms", more, "ms", runs=differences),
        Figure(
            f"page_load_{name}_more_of_noise",
            abs(more) / max(high - low, LEAST_NOISE_MS),
            NOISE,
            1.0 if name in ("lcp", "tbt") else None,
        ),
    ]


@contextmanager
def _places(folder: Path) -> Iterator[list[str]]:
    """The addresses of the page with the loader and without it, while a hub serves it."""
    place = Place(folder)
    bound = listen(HOST, 0)

    async def without(stop: Any, ready: Ready) -> None:
        shop = build_shop(place.hub_url, "shop")
        shop.app = WithoutLoader(shop.app)  # type: ignore[assignment]  # any application will do
        bound.listen()
        ready()
        await serve_shop(shop, bound, stop)

    bare = InThread(without)
    hub = place.hub_process()
    try:
        yield [f"{place.shop_url}{PATH}", f"http://{HOST}:{bound.getsockname()[1]}{PATH}"]
    finally:
        hub.kill()
        bare.stop()
        place.close()


def _load(browser: Browser, url: str) -> dict[str, float]:
    """One load by a browser that has nothing of it yet."""
    context = browser.new_context(viewport=CUSTOMER_SCREEN)  # type: ignore[arg-type]  # of ints
    try:
        page = context.new_page()
        session = context.new_cdp_session(page)
        for domain in ("Network", "Performance"):
            session.send(f"{domain}.enable")
        sizes: list[float] = []
        session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.goto(url, wait_until="load")
        page.wait_for_timeout(REST_MS)
        metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        found: dict[str, float] = page.evaluate(MEASURED)
        return {**found, "busy": metrics["TaskDuration"] * 1000, "requests": len(sizes), "bytes": sum(sizes)}
    finally:
        context.close()


if __name__ == "__main__":
    print(table(measure()))
    sys.exit(0)
