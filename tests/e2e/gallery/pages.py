"""The pages of the gallery: what each is made with, and what its customer does on it."""

from collections.abc import Callable
from typing import NamedTuple

from playwright.sync_api import Page, expect

Use = Callable[[Page], None]


class Shown(NamedTuple):
    """A page: `/{name}/`, drawn once `ready` is visible.

    `scroll` and `interact` return once the customer sees what they lead to."""

    name: str
    made_with: str
    ready: str
    interaction: str
    interact: Use
    scroll: Use
    colour_scheme: str = "light"

    @property
    def path(self) -> str:
        """Its address on the site."""
        return f"/{self.name}/"


def scroll_page(page: Page) -> None:
    """To where 420 pixels are above the window."""
    page.evaluate("window.scrollTo({top: 420, behavior: 'instant'})")
    page.wait_for_function("scrollY === 420")


def scroll_top(page: Page) -> None:
    """Back to where a page begins."""
    page.evaluate("window.scrollTo({top: 0, behavior: 'instant'})")


def _bootstrap(page: Page) -> None:
    page.get_by_role("button", name="Ask for an offer").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("Your name").fill("Robin Example")
    page.get_by_role("tab", name="By post").click()
    expect(page.get_by_text("We write to the address")).to_be_visible()


def _mui(page: Page) -> None:
    page.get_by_role("button", name="New transfer").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("combobox", name="From account").click()
    expect(page.get_by_role("listbox")).to_be_visible()


def _shoelace(page: Page) -> None:
    page.get_by_role("tab", name="Cover").click()
    page.get_by_role("button", name="Report a claim").click()
    expect(page.get_by_role("dialog", name="Report a claim")).to_be_visible()


PAGES = (
    Shown("bootstrap", "Bootstrap 5", "text=Compare our covers", "a dialog with tabs", _bootstrap, scroll_page),
    Shown("mui", "MUI (emotion)", "text=Latest movements", "a dialog with an open select", _mui, scroll_page),
    Shown("shoelace", "Lit, Shoelace", "text=Your policies", "a tab, then a dialog", _shoelace, scroll_page),
)
