"""P4: a page with a canary in every place where something private can stand; none is found anywhere outside the tab.

`python -m tests.attack.canaries` lists the places. That the search would find one is shown by those that are to be
seen: they arrive, and are gone again after the end (P12).
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.attack.canaries import search, table
from tests.attack.canaries.place import canary
from tests.attack.canaries.stage import Stage
from tests.chromium import ARGUMENTS, ENGINE
from tests.live_hub import sqlite_url

pytestmark = pytest.mark.browser
# Each way has elements of its own. Those of a group follow each other at once: the capture finds them together.
WAYS = (("inserted", "changed", "cloned"), ("moved", "moved out and back", "masked later", "slotted later"))
# A file in the place of markup: these go as assets, and only they.
ASSETS = {"what a linked style says", "picture"}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ENGINE, args=list(ARGUMENTS))
        yield browser
        browser.close()


def visible(ways: str, *, assets: bool) -> set[str]:
    """Canaries that are to be seen, in frames or as assets."""
    numbers = [at for at in range(table.VISIBLE_FROM, len(table.ALL)) if (table.ALL[at].name in ASSETS) == assets]
    return {canary(number, how) for number in numbers for how in ways}


def assert_none_leaks(stage: Stage) -> None:
    leaks = stage.leaks()
    sys.stdout.write(f"{len({line[3:6] for line in leaks})} of {len(table.PRIVATE)} leak\n")
    assert not leaks, "\n".join(leaks)
    assert stage.ask("canaries.errors") == []


def assert_seen(stage: Stage, ways: str) -> None:
    """The visible ones are found wherever the private ones were looked for."""
    assert visible(ways, assets=False) <= stage.taps["the tab's wire or log"].found()
    assert visible(ways, assets=False) <= stage.taps["the console's wire or log"].found()
    assert visible(ways, assets=False) - stage.mirrored == set()
    assert visible(ways, assets=True) <= stage.recorder.sent
    assert visible(ways, assets=True) & stage.hub.in_heap(), "assets are kept as long as the session"
    assert visible(ways, assets=True) <= stage.hub.in_memory()


def assert_no_trace(stage: Stage) -> None:
    """After the end nothing that is alive, and nothing that is kept, knows any of them."""
    stage.end()
    assert not stage.hub.in_heap()
    assert not search.in_files(stage.folder)


def test_no_canary_leaves(chromium: Browser, tmp_path: Path) -> None:
    stage = Stage(chromium, tmp_path, sqlite_url(tmp_path))
    try:
        stage.go_live()
        for ways in WAYS:
            stage.run(*ways)
        stage.reload_console()
        stage.look_around("while live")
        assert_none_leaks(stage)
        assert_seen(stage, "vw")
        assert_no_trace(stage)
    finally:
        stage.close()


@pytest.mark.redis
def test_no_canary_leaves_a_private_site(chromium: Browser, tmp_path: Path, redis_url: str) -> None:
    stage = Stage(chromium, tmp_path, redis_url, mode="private")
    try:
        stage.go_live()
        stage.run("private")
        stage.reload_console()
        stage.look_around("while live")
        assert_none_leaks(stage)
        assert_seen(stage, "v")
        assert_no_trace(stage)
    finally:
        stage.close()


def test_the_list_is_long_and_each_place_has_a_name_of_its_own() -> None:
    sys.stdout.write(table.listing() + "\n")
    names = [place.name for place in table.PRIVATE]
    assert len(names) == len(set(names)) >= 200
    assert all(name in table.listing() for name in names)
