"""The customer's tab for capture's tests; one browser a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.chromium import ENGINE
from tests.mirror import capture_page
from tests.mirror.capture_page import Tab
from tests.mirror.mirror_page import browser, context, hub, listener, mirror

__all__ = ["browser", "context", "hub", "listener", "mirror"]


@pytest.fixture(scope="module")
def capture_browser() -> Iterator[Browser]:
    with capture_page.browser(ENGINE) as opened:
        yield opened


@pytest.fixture(scope="session")
def capture_bundle(tmp_path_factory: pytest.TempPathFactory) -> str:
    return capture_page.bundle(Path(tmp_path_factory.mktemp("probe")) / "probe.js")


@pytest.fixture
def tab(capture_browser: Browser, capture_bundle: str) -> Iterator[Tab]:
    opened = Tab(capture_browser, capture_bundle)
    yield opened
    opened.close()
