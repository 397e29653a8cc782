"""From the start of the customer's next page to its picture in the console: `python -m bench.resume`.

A live session goes from page to page of the demo shop by clicks on its links (bench/both_ends.py). In between: the old
page leaves its seat, the new one is loaded with the loader, the session and the view part, takes the seat, and its
picture goes to the mirror. The browser has had all of ours and the shop's files before, as on any second page.

`resume_after_navigation_*`: from when the new document began (its `performance.timeOrigin`) to when it is painted in
the mirror with its stylesheets. `resume_after_click_*`: from the click on the link, with all that the site's server and
the browser take until the new document begins."""

import sys

from playwright.sync_api import expect

from bench.both_ends import BothEnds, both_ends, percentiles
from bench.figures import Figure, table

ROUNDS = 6
BUDGET_MS = 500.0
START = "/catalogue"
# Each is on the page before it.
LINKS = (
    "main a[href='/product/1']",
    "header a[href='/account']",
    ".bottom a[href='/help']",
    "nav.menu a[href='/catalogue']",
)
CLICKED = """
addEventListener("click", (event) => {
  if (event.composedPath()[0].closest("a")) sessionStorage.setItem("clicked", String(wallOf(event.timeStamp)));
}, true);
"""
BEGAN = "() => ({ began: wallOf(0), clicked: Number(sessionStorage.getItem('clicked')) })"


def measure() -> list[Figure]:
    """p50 and p95 of all page changes."""
    with both_ends() as both:
        both.new_customer(CLICKED)
        both.go_live(START)
        for link in LINKS:  # what any second page finds in the cache
            _follow(both, link)
        found = [_follow(both, link) for _ in range(ROUNDS) for link in LINKS]
    figures = []
    for name, budget in (("navigation", BUDGET_MS), ("click", None)):
        delays = [each[name] for each in found]
        p50, p95 = percentiles(delays)
        figures.append(Figure(f"resume_after_{name}_p50_ms", p50, "ms"))
        figures.append(Figure(f"resume_after_{name}_p95_ms", p95, "ms", budget, runs=delays))
    return figures


def _follow(both: BothEnds, link: str) -> dict[str, float]:
    """One page change: how long after each beginning the new page was painted, in ms."""
    both.agent.mirror_frame().evaluate("() => { firsts.length = 0 }")
    page = both.customer.page
    with page.expect_navigation(wait_until="commit"):
        page.locator(link).first.click()
    heading = page.locator("h1").first.inner_text()
    painted = both.first_painted(heading)
    both.customer.expect_banner()
    expect(both.agent.page.get_by_test_id("session-state")).to_have_attribute("data-state", "live")
    began = page.evaluate(BEGAN)
    return {"navigation": painted["styled"] - began["began"], "click": painted["styled"] - began["clicked"]}


if __name__ == "__main__":
    print(table(measure()))
    sys.exit(0)
