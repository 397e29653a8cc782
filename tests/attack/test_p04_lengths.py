"""P4: nor does a secret's length leave. The canary page says the same with secrets of 1, 7 and 40 letters.

Compared are the whole snapshot, frame by frame, and after each way of planting the picture, its places, and what the
tables said since: which frame carries a record, and its id, is a matter of time.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.attack.canaries.page import DENIED, MASK, SHOW, CanarySite
from tests.chromium import ENGINE
from tests.mirror import capture_page
from tests.mirror.capture_page import Tab

pytestmark = pytest.mark.browser
LENGTHS = (1, 7, 40)
# Each has elements of its own; those of a group follow each other at once.
WAYS = (("inserted", "changed"), ("moved", "slotted later"))
TABLES = ("tags", "names", "urls", "styles", "texts")
# Some places change once more a moment later.
LATER_MS = 200
# So much of a difference is told, before and after where it begins.
AROUND = 300


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with capture_page.browser(ENGINE) as opened:
        yield opened


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> str:
    return capture_page.bundle(Path(tmp_path_factory.mktemp("probe")) / "probe.js")


@pytest.fixture
def site() -> Iterator[CanarySite]:
    opened = CanarySite()
    yield opened
    opened.close()


@pytest.fixture
def tab(chromium: Browser, bundle: str) -> Iterator[Tab]:
    opened = Tab(chromium, bundle)
    yield opened
    opened.close()


class Told:
    """All that one page told, by the step after which it did."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab
        self.steps: dict[str, Any] = {}
        self._seen = 0

    def note(self, step: str) -> None:
        picture = self.tab.settle()
        fresh = self.tab.messages[self._seen :]
        self._seen = len(self.tab.messages)
        self.steps[step] = {
            "snapshot": [snapshot(message) for message in fresh if message["k"] == "snapshot"],
            "page": latest([message["page"] for message in self.tab.messages if message.get("page")]),
            "pointer": [message for message in fresh if message["k"] == "pointer"],
            "tables": {
                name: sorted({str(entry) for message in fresh for entry in message.get(name, ())}) for name in TABLES
            },
            "picture": picture.canonical(),
            "places": (sorted(picture.scrolls.values()), picture.focus > 0, picture.selection[1::2]),
            "assets": self.tab.run("P.assets.next"),
        }


def snapshot(message: dict[str, Any]) -> str:
    page = message.get("page")
    return json.dumps({**message, "page": latest([page]) if page else None})


def latest(pages: list[dict[str, Any]]) -> dict[str, Any]:
    """The page as it was said last: how often it was said is a matter of time, and so are ids and the pace."""
    page = {name: value for name, value in (pages[-1] if pages else {}).items() if not name.startswith("pace")}
    return {**page, "target": page.get("target", 0) > 0, "fullscreen": page.get("fullscreen", 0) > 0}


def tell(tab: Tab, site: CanarySite, length: int, *, private: bool) -> dict[str, Any]:
    site.carry("", "shop", private=private, secret="s" * length)
    tab.page.goto(site.url + "/live")
    tab.origin = site.url
    tab.start(mask=MASK, show=SHOW, deny_paths=DENIED, private=private)
    told = Told(tab)
    told.note("at load")
    for ways in (("private",),) if private else WAYS:
        tab.run("ways => { for (const way of ways) canaries.live[way]() }", list(ways))
        tab.page.wait_for_timeout(LATER_MS)
        told.note(", ".join(ways))
    return told.steps


def difference(first: Any, other: Any) -> str:
    """Where two of them begin to differ."""
    one, two = json.dumps(first), json.dumps(other)
    at = next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    return f"{one[max(0, at - AROUND) : at + AROUND]} … {two[max(0, at - AROUND) : at + AROUND]}"


@pytest.mark.parametrize("private", [False, True], ids=["masked parts", "private site"])
def test_every_length_looks_the_same(tab: Tab, site: CanarySite, private: bool) -> None:
    first, *others = (tell(tab, site, length, private=private) for length in LENGTHS)
    for other in others:
        for step, what in first.items():
            for name, value in what.items():
                # Not by an assertion: to explain how two long pictures differ takes pytest minutes.
                if other[step][name] != value:
                    pytest.fail(f"{step}, {name}: {difference(value, other[step][name])}")
