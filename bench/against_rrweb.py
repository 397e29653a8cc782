"""Our walk against rrweb's `snapshot`, of the same pages, in the same run: `python -m bench.against_rrweb`.

Neither makes JSON of it or packs it. Every run has a fresh page, in which nothing was compiled before, as on the
customer's page; the two take turns, and the medians count.

`capture_vs_rrweb_ratio` is of a shop's page of about 570 elements with Bootstrap's stylesheet, linked. rrweb runs with
its default options, with which the stylesheet is part of the snapshot; ours leaves as an asset, by the relay, and costs
the page one request from its cache. `capture_vs_rrweb_10k_ratio` has no stylesheet at all: the walks over 10,000 bare
elements alone, which is where the two are nearest."""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser

from bench.browser import Files, measured
from bench.figures import Figure, table
from bench.shop_page import shop_page
from tests.mirror import capture_page

HERE = Path(__file__).parent
RRWEB = HERE / "node_modules" / "rrweb-snapshot" / "dist" / "rrweb-snapshot.umd.min.cjs"
BOOTSTRAP = HERE / "node_modules" / "bootstrap" / "dist" / "css" / "bootstrap.min.css"
BAR = 0.2
RUNS = 9
OURS = "() => probe.walked().ms"
THEIRS = """() => {
  const before = performance.now();
  rrwebSnapshot.snapshot(document);
  return performance.now() - before }"""
SHOP = "http://localhost/shop"
CSS = "http://localhost/bootstrap.min.css"
BARE = "http://localhost/bare"
EMPTY = b"<!doctype html><title>t</title><body>"


class Compared(NamedTuple):
    """The medians of one page, in milliseconds."""

    ours_ms: float
    theirs_ms: float

    @property
    def ratio(self) -> float:
        """Below 1 where ours takes less."""
        return self.ours_ms / self.theirs_ms


def measure() -> list[Figure]:
    """Both sides' medians for each page, and the ratios."""
    rrweb = installed()
    files: Files = {
        SHOP: ("text/html", shop_page(CSS).encode()),
        CSS: ("text/css", BOOTSTRAP.read_bytes()),
        BARE: ("text/html", EMPTY),
    }
    with tempfile.TemporaryDirectory() as folder, capture_page.browser() as browser:
        probe = capture_page.bundle(Path(folder) / "probe.js", minified=True)
        shop = _compared(browser, files, SHOP, 0, probe, rrweb)
        bare = _compared(browser, files, BARE, 10_000, probe, rrweb)
    return [
        Figure("walk_shop_ms", shop.ours_ms, "ms"),
        Figure("rrweb_snapshot_shop_ms", shop.theirs_ms, "ms"),
        Figure("capture_vs_rrweb_ratio", shop.ratio, "ratio", BAR),
        Figure("walk_10k_ms", bare.ours_ms, "ms"),
        Figure("rrweb_snapshot_10k_ms", bare.theirs_ms, "ms"),
        Figure("capture_vs_rrweb_10k_ratio", bare.ratio, "ratio"),
    ]


def installed() -> str:
    """The file of rrweb's, fetched by the lock file where it is not there yet."""
    if not RRWEB.exists() or not BOOTSTRAP.exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=HERE, check=True)
    return str(RRWEB)


def _compared(browser: Browser, files: Files, url: str, elements: int, probe: str, rrweb: str) -> Compared:
    ours, theirs = [], []
    for _ in range(RUNS):
        ours.append(measured(browser, url, probe, OURS, elements=elements, files=files))
        theirs.append(measured(browser, url, rrweb, THEIRS, elements=elements, files=files))
    return Compared(statistics.median(ours), statistics.median(theirs))


if __name__ == "__main__":
    print(table(measure()))
    sys.exit(0)
