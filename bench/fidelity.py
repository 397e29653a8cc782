"""How far the mirror is from what the customer sees, on every page of the gallery: `python -m bench.fidelity`.

Percent of the pixels that differ, the most of load, scroll and interaction; docs/fidelity.md says how that is found.
`briefly` measures only the pages that were the worst when that page was written."""

import re
import sys
from collections.abc import Sequence

from bench.figures import Figure, table
from bench.ground import CannotMeasure
from tests.e2e.gallery.__main__ import measured
from tests.e2e.gallery.fidelity import DOCUMENT
from tests.e2e.gallery.figures import AT_MOST_PERCENT
from tests.e2e.gallery.pages import PAGES, Shown

WORST = 3
# A page's name, and the percents of its moments.
ROW = re.compile(r"^\| (\w+) \|.*?((?:\| \d+\.\d+ % ?)+)\|$", re.MULTILINE)


def measure() -> list[Figure]:
    """The worst page, and each page's worst moment."""
    return _figures(PAGES)


def briefly() -> list[Figure]:
    """The worst page of the few that were the worst of all."""
    return _figures(worst(DOCUMENT.read_text(encoding="utf-8")))


def worst(document: str) -> list[Shown]:
    """The pages with the worst moments by this text, the worst first."""
    percents = {name: max(map(float, re.findall(r"[\d.]+", cells))) for name, cells in ROW.findall(document)}
    return sorted(PAGES, key=lambda shown: -percents.get(shown.name, 0.0))[:WORST]


def _figures(pages: Sequence[Shown]) -> list[Figure]:
    moments = measured(list(pages))
    for one in moments:
        if one.why:
            raise CannotMeasure(f"The page {one.page} could not be compared at its {one.name}{one.why}".splitlines()[0])
    percents = {shown.name: max(one.percent for one in moments if one.page == shown.name) for shown in pages}
    each = [Figure(f"mirror_difference_{name}_percent", most, "%", AT_MOST_PERCENT) for name, most in percents.items()]
    return [Figure("mirror_pixel_difference_percent", max(percents.values()), "%", AT_MOST_PERCENT), *each]


if __name__ == "__main__":
    print(table(measure()))
    sys.exit(0)
