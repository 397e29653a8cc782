"""How far the mirror is from what the customer sees, on every page of the gallery: `python -m bench.fidelity`.

Percent of the pixels that differ, the most of load, scroll and interaction; docs/fidelity.md says how that is found."""

import sys

from bench.figures import Figure, table
from tests.e2e.gallery.__main__ import measured
from tests.e2e.gallery.figures import AT_MOST_PERCENT
from tests.e2e.gallery.pages import PAGES


def measure() -> list[Figure]:
    """The worst page, and each page's worst moment."""
    moments = measured(list(PAGES))
    worst = {shown.name: max(one.percent for one in moments if one.page == shown.name) for shown in PAGES}
    pages = [Figure(f"mirror difference, {name}", percent, "%", AT_MOST_PERCENT) for name, percent in worst.items()]
    return [Figure("mirror_pixel_difference_percent", max(worst.values()), "%", AT_MOST_PERCENT), *pages]


if __name__ == "__main__":
    print(table(measure()))
    sys.exit(0)
