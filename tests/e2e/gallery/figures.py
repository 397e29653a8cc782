"""The three moments of each page, measured."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Error

from tests.e2e.gallery.pages import Shown, scroll_top
from tests.e2e.gallery.pictures import Difference
from tests.e2e.gallery.stage import Pair, Stage, Unlike

AT_MOST_PERCENT = 1.0
# For people: what was seen where the two differ by more than that. Git ignores it.
RESULTS = Path("test-results/gallery")


class Moment(NamedTuple):
    """How a page looked at one moment. `why` says why the pictures are not those of a page at rest."""

    page: str
    name: str
    percent: float
    why: str = ""

    @property
    def file(self) -> str:
        """What its pictures begin with."""
        return f"{self.page}-{self.name}"


def moments(stage: Stage, shown: Shown, *, keep: bool = False) -> Iterator[Moment]:
    """Load, scroll, interaction: each measured when it is asked for. `keep` keeps the good ones' pictures, too."""
    try:
        stage.open(shown.path, shown.colour_scheme)
        stage.page.locator(shown.ready).first.wait_for()
        shown.load(stage.page)
        yield _measured(stage, shown, "load", keep)
        shown.scroll(stage.page)
        yield _measured(stage, shown, "scroll", keep)
        scroll_top(stage.page)
        shown.interact(stage.page)
        yield _measured(stage, shown, "interaction", keep)
    except (AssertionError, Error) as error:
        # Playwright adds the whole page to it, with all its ten thousand rows.
        yield Moment(shown.name, "use", 100.0, f", since it could not be used: {str(error).split('Aria snapshot')[0]}")


def _measured(stage: Stage, shown: Shown, name: str, keep: bool) -> Moment:
    why = ""
    until = time.monotonic() + shown.late_seconds
    try:
        pair: Pair | None = stage.pair()
        while pair is not None and time.monotonic() < until and pair.compared().percent > AT_MOST_PERCENT:
            pair = stage.pair()
    except Unlike as error:
        why, pair = f", and {error}", error.pair
    found = None if pair is None else pair.compared()
    moment = Moment(shown.name, name, 100.0 if found is None else found.percent, why)
    if pair is not None and found is not None and (keep or why or found.percent > AT_MOST_PERCENT):
        _keep(moment, pair, found)
    return moment


def _keep(moment: Moment, pair: Pair, found: Difference) -> None:
    RESULTS.mkdir(parents=True, exist_ok=True)
    pair.customer.save(RESULTS / f"{moment.file}-customer.png")
    pair.mirror.save(RESULTS / f"{moment.file}-mirror.png")
    found.picture.save(RESULTS / f"{moment.file}-difference.png")
