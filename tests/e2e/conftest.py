"""Real Chromium for every walk: one browser a module, a fresh context for each person."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.chromium import ARGUMENTS, WHOLE
from tests.e2e.places import Place
from tests.e2e.walk import Agent, Customer

# Playwright turns it off; real browsers have it, and the snippet must live with it.
KEPT = ("--disable-back-forward-cache",)
AGENT_SCREEN = {"width": 1440, "height": 960}
CUSTOMER_SCREEN = {"width": 1100, "height": 760}
PATIENCE_MS = 30_000

NewContext = Callable[..., BrowserContext]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def chromium(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """The whole browser, or what the module calls `BROWSER`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=getattr(request.module, "BROWSER", WHOLE),
            args=list(ARGUMENTS),
            ignore_default_args=list(KEPT),
        )
        yield browser
        browser.close()


@pytest.fixture
def new_context(chromium: Browser) -> Iterator[NewContext]:
    """Makes contexts that are closed at the end, before the hub is."""
    opened: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        context = chromium.new_context(**options)  # type: ignore[arg-type]  # handed through
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A hub and two shops."""
    made = Place(tmp_path)
    made.start_hub()
    yield made
    made.close()


@pytest.fixture
def agent(place: Place, new_context: NewContext) -> Agent:
    return Agent(new_context(viewport=AGENT_SCREEN, locale="en-GB"), place)


@pytest.fixture
def customer(place: Place, new_context: NewContext) -> Customer:
    return Customer(new_context(viewport=CUSTOMER_SCREEN, locale="en-GB"), place)
