"""Our walk against rrweb's `snapshot`, of the same pages, in the same run: `python -m bench.against_rrweb`.

Neither makes JSON of it or packs it. Every run has a fresh page, in which nothing was compiled before, as on the
customer's page; the two take turns, and the medians count. `capture_vs_rrweb_ratio` is the worse of the ratios."""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from bench.browser import measured
from bench.figures import Figure, table
from bench.shop import running_shop
from tests.mirror import capture_page

HERE = Path(__file__).parent
RRWEB = HERE / "node_modules" / "rrweb-snapshot" / "dist" / "rrweb-snapshot.umd.min.cjs"
BAR = 0.2
RUNS = 9
OURS = "() => probe.walked().ms"
# As `record` calls it: style sheets are part of the picture.
THEIRS = """() => {
  const before = performance.now();
  rrwebSnapshot.snapshot(document, { inlineStylesheet: true });
  return performance.now() - before }"""
PAGES = {"shop": ("/catalogue", 0), "1k": ("/catalogue", 1_000), "10k": ("/catalogue", 10_000)}


def measure() -> list[Figure]:
    """Both sides' medians in milliseconds for each page, and the ratios."""
    rrweb = installed()
    with tempfile.TemporaryDirectory() as folder, running_shop() as url, capture_page.browser() as browser:
        probe = capture_page.bundle(Path(folder) / "probe.js")
        found = [_of_page(browser, url, probe, rrweb, name) for name in PAGES]
    figures = [figure for three in found for figure in three]
    worst = max(three[-1].value for three in found)
    return [*figures, Figure("capture_vs_rrweb_ratio", worst, "ratio", BAR)]


def installed() -> str:
    """The file of rrweb's, fetched by the lock file where it is not there yet."""
    if not RRWEB.exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=HERE, check=True)
    return str(RRWEB)


def _of_page(browser: Browser, url: str, probe: str, rrweb: str, name: str) -> list[Figure]:
    path, elements = PAGES[name]
    ours, theirs = [], []
    for _ in range(RUNS):
        ours.append(measured(browser, url + path, probe, OURS, elements=elements))
        theirs.append(measured(browser, url + path, rrweb, THEIRS, elements=elements))
    mine, peers = statistics.median(ours), statistics.median(theirs)
    return [
        Figure(f"walk_{name}_ms", mine, "ms"),
        Figure(f"rrweb_snapshot_{name}_ms", peers, "ms"),
        Figure(f"walk_vs_rrweb_{name}_ratio", mine / peers, "ratio"),
    ]


if __name__ == "__main__":
    print(table(measure()))
    sys.exit(0)
