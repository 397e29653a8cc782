"""Our walk against rrweb's `snapshot`, of the same pages, in the same run: `python -m bench.against_rrweb`.

Neither makes JSON of it or packs it. Every run has a fresh page, in which nothing was compiled before, as on the
customer's page; the two take turns, and the medians count.

`capture_vs_rrweb_ratio` is of a shop's page of about 570 elements with Bootstrap's stylesheet, linked. rrweb runs with
its default options, with which the stylesheet is part of the snapshot; ours leaves as an asset, by the relay, and costs
the page one request from its cache. `capture_vs_rrweb_1k_ratio`, `_10k_` and `_50k_` have no stylesheet at all: the
walks over so many bare elements alone, which is where the two are nearest."""

import subprocess
import sys
import tempfile
from pathlib import Path

from bench.browser import Files, measured
from bench.figures import Figure, compared, table
from bench.shop_page import shop_page
from tests.mirror import capture_page

HERE = Path(__file__).parent
RRWEB = HERE / "node_modules" / "rrweb-snapshot" / "dist" / "rrweb-snapshot.umd.min.cjs"
BOOTSTRAP = HERE / "node_modules" / "bootstrap" / "dist" / "css" / "bootstrap.min.css"
BAR = 0.2
PEER = "rrweb's snapshot"
RUNS = 9
# Elements of the bare pages, by their name, and how often each is measured.
BARE_PAGES = {"1k": (1_000, 5), "10k": (10_000, 5), "50k": (50_000, 3)}
OURS = "() => probe.walked().ms"
THEIRS = """() => {
  const before = performance.now();
  rrwebSnapshot.snapshot(document);
  return performance.now() - before }"""
SHOP = "http://localhost/shop"
CSS = "http://localhost/bootstrap.min.css"
BARE = "http://localhost/bare"
EMPTY = b"<!doctype html><title>t</title><body>"


def measure() -> list[Figure]:
    """The ratios for each page; both sides' medians stand beside them."""
    rrweb = installed()
    files: Files = {
        SHOP: ("text/html", shop_page(CSS).encode()),
        CSS: ("text/css", BOOTSTRAP.read_bytes()),
        BARE: ("text/html", EMPTY),
    }
    with tempfile.TemporaryDirectory() as folder, capture_page.browser() as browser:
        probe = capture_page.bundle(Path(folder) / "probe.js", minified=True)

        def taken(url: str, elements: int, runs: int) -> tuple[list[float], list[float]]:
            ours, theirs = [], []
            for _ in range(runs):
                ours.append(measured(browser, url, probe, OURS, elements=elements, files=files))
                theirs.append(measured(browser, url, rrweb, THEIRS, elements=elements, files=files))
            return ours, theirs

        shop = compared("capture_vs_rrweb_ratio", *taken(SHOP, 0, RUNS), peer=PEER, unit="ms", budget=BAR)
        bare = [
            compared(f"capture_vs_rrweb_{name}_ratio", *taken(BARE, elements, runs), peer=PEER, unit="ms")
            for name, (elements, runs) in BARE_PAGES.items()
        ]
    return [shop, *bare]


def installed() -> str:
    """The file of rrweb's, fetched by the lock file where it is not there yet."""
    if not RRWEB.exists() or not BOOTSTRAP.exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=HERE, check=True)
    return str(RRWEB)


if __name__ == "__main__":
    print(table(measure()))
    sys.exit(0)
