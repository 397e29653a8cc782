"""From the customer's click on Allow to the first picture of their page: `python -m bench.first_picture`.

Each session has a customer whose browser has nothing of ours yet, on the demo shop's catalogue with its stylesheet and
pictures; the agent has had a session before, and has entered the digits already, so that Allow is all it waits for. In
between lie the parts that are loaded after Allow, the capture, the hub, and the stylesheet by way of the asset relay.

`allow_to_first_picture_*`: to when the page is painted in the mirror with its stylesheets; bench/both_ends.py says what
"painted" is. `allow_to_whole_picture_*`: with the pictures that are in view, too. `allow_to_anything_*`: to when
anything of it is painted."""

import sys

from playwright.sync_api import expect

from bench.both_ends import BothEnds, both_ends, percentiles
from bench.figures import Figure, table

SESSIONS = 18
BUDGET_MS = 500.0
PATH, HEADING = "/catalogue", "Catalogue"
# Of the click itself, not of when somebody got around to hearing of it.
ALLOWED = """
addEventListener("click", (event) => {
  if (event.composedPath()[0].closest("[data-testid=consent-allow]")) window.allowedAt = wallOf(event.timeStamp);
}, true);
"""
MOMENTS = {"anything": "any", "first_picture": "styled", "whole_picture": "whole"}


def measure() -> list[Figure]:
    """p50 and p95 of the sessions."""
    with both_ends() as both:
        one(both)  # the agent's browser has the console and the mirror page from then on
        found = [one(both) for _ in range(SESSIONS)]
    figures = []
    for name, moment in MOMENTS.items():
        delays = [each[moment] for each in found]
        p50, p95 = percentiles(delays)
        budget = BUDGET_MS if name == "first_picture" else None
        figures.append(Figure(f"allow_to_{name}_p50_ms", p50, "ms"))
        figures.append(Figure(f"allow_to_{name}_p95_ms", p95, "ms", budget, runs=delays))
    return figures


def one(both: BothEnds) -> dict[str, float]:
    """One session: how long after the click each moment was, in ms."""
    customer = both.new_customer(ALLOWED)
    digits = both.ask(PATH)
    both.agent.confirm(digits)
    expect(both.agent.page.locator("li.done")).to_have_count(1)
    customer.allow()
    painted = both.first_painted(HEADING)
    allowed: float = customer.page.evaluate("allowedAt")
    both.end_session()
    return {moment: painted[moment] - allowed for moment in MOMENTS.values()}


if __name__ == "__main__":
    print(table(measure()))
    sys.exit(0)
