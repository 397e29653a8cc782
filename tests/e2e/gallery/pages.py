"""The pages of the gallery: what each is made with, and what its customer does on it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from playwright.sync_api import Page, expect

Use = Callable[[Page], None]

SCROLL_PIXELS = 420
# A still is looked at every 2 s, and the drawing may be moving for a second.
STILLS_LATE_SECONDS = 10.0


def drawn(page: Page) -> None:
    """Nothing more to do."""


def scroll_page(page: Page) -> None:
    """Some way down; what is not high enough goes as far as it can."""
    page.evaluate(f"window.scrollTo({{top: {SCROLL_PIXELS}, behavior: 'instant'}})")
    page.wait_for_function("scrollY > 0")


def scroll_top(page: Page) -> None:
    """Back to where a page begins."""
    page.evaluate("window.scrollTo({top: 0, behavior: 'instant'})")


class Shown(NamedTuple):
    """A page: `/{name}/`, drawn once `ready` is visible.

    `load`, `scroll` and `interact` return once the customer sees what they lead to. `above` are the moments that are
    known to be above the bar, with the reason; a moment that is there no longer must be taken out. Still pictures of
    drawings may be `late_seconds` behind."""

    name: str
    made_with: str
    ready: str
    interaction: str
    interact: Use
    scroll: Use = scroll_page
    load: Use = drawn
    colour_scheme: str = "light"
    above: Mapping[str, str] = MappingProxyType({})
    late_seconds: float = 0.0

    @property
    def path(self) -> str:
        """Its address on the site."""
        return f"/{self.name}/"


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


def _tailwind(page: Page) -> None:
    page.get_by_role("button", name="Plants").hover()
    expect(page.get_by_text("For the patient")).to_be_visible()


def _antd(page: Page) -> None:
    page.get_by_role("columnheader", name="Total").click()
    page.get_by_role("button", name="New order").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _vuetify(page: Page) -> None:
    page.get_by_role("tab", name="Way back").click()
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _htmx(page: Page) -> None:
    page.get_by_role("button", name="Paid").click()
    expect(page.locator("#claims tr")).to_have_count(2)
    page.get_by_role("button", name="Open").first.click()
    expect(page.locator(".details")).to_be_visible()


def _swiper(page: Page) -> None:
    page.locator(".swiper-button-next").click()
    expect(page.locator(".stage .swiper-slide-active h2")).to_have_text("The Net Loft")


def _table(page: Page) -> None:
    page.get_by_role("button", name="Amount").click()
    page.get_by_role("button", name="Amount").click()
    expect(page.locator("tbody tr").first).to_contain_text("189")


def _scroll_table(page: Page) -> None:
    page.evaluate("window.scrollTo({top: 120_000, behavior: 'instant'})")


def _leaflet(page: Page) -> None:
    box = page.locator("#map").bounding_box()
    assert box is not None
    x, y = box["x"] + 400, box["y"] + 260
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 150, y - 60, steps=8)
    page.mouse.up()
    page.get_by_role("button", name="Old Harbour").click()
    expect(page.get_by_text("Make an appointment")).to_be_visible()


def _codemirror(page: Page) -> None:
    page.get_by_role("button", name="Dark editor").click()
    page.wait_for_function("document.querySelector('.cm-scroller').scrollTop === 600")


def _chart(page: Page) -> None:
    page.get_by_role("tab", name="5 years").click()
    expect(page.get_by_role("tab", name="5 years")).to_have_attribute("aria-selected", "true")


def _fontawesome(page: Page) -> None:
    page.get_by_text("What does it cost abroad?").click()
    expect(page.get_by_text("Nothing more in the Union")).to_be_visible()


def _dark(page: Page) -> None:
    page.get_by_role("button", name="Light").click()
    expect(page.get_by_role("button", name="Dark")).to_be_visible()


def _arabic(page: Page) -> None:
    page.locator("#open").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _pause(page: Page) -> None:
    page.locator("#pause").click()
    expect(page.locator("#pause")).to_have_text("Go on")


def _run(page: Page, changes: int) -> None:
    """Let so many changes go by, then hold the board for the picture."""
    before = _changes(page)
    if page.locator("#pause").inner_text() == "Go on":
        page.locator("#pause").click()
    page.wait_for_function(
        "most => Number.parseInt(document.querySelector('#count').textContent) > most", arg=before + changes
    )
    _pause(page)


def _changes(page: Page) -> int:
    return int(page.locator("#count").inner_text().split()[0])


def _busy_load(page: Page) -> None:
    _run(page, 5_000)


def _busy_scroll(page: Page) -> None:
    scroll_page(page)
    _run(page, 3_000)


def _busy(page: Page) -> None:
    page.locator("#pause").click()
    page.get_by_role("button", name="Sort by name").click()
    _run(page, 3_000)


def _alpine(page: Page) -> None:
    page.get_by_label("More: Fountain pen").click()
    page.get_by_role("button", name="Account").click()
    page.get_by_role("button", name="Add sealing wax").click()
    expect(page.locator(".toast")).to_be_visible()


def _frame(page: Page) -> None:
    inner = page.frame_locator("iframe")
    inner.locator("summary").click()
    inner.locator("body").evaluate("body => body.ownerDocument.defaultView.scrollTo({top: 90, behavior: 'instant'})")


def _native(page: Page) -> None:
    page.get_by_text("With food?").click()
    page.get_by_role("button", name="Menu").click()
    expect(page.locator("#menu")).to_be_visible()


PAGES = (
    Shown("bootstrap", "Bootstrap 5", "text=Compare our covers", "a dialog with tabs", _bootstrap),
    Shown("tailwind", "Tailwind", "#plants li", "a menu under the pointer", _tailwind),
    Shown("mui", "MUI (emotion)", "text=Latest movements", "a dialog with an open select", _mui),
    Shown("antd", "Ant Design", ".ant-table-row", "rows sorted, then a drawer", _antd),
    Shown("vuetify", "Vue, Vuetify", "text=Your journeys", "a tab, then a dialog", _vuetify),
    Shown("shoelace", "Lit, Shoelace", "text=Your policies", "a tab, then a dialog", _shoelace),
    Shown("htmx", "htmx", "#claims tr", "rows filtered and opened", _htmx),
    Shown("alpine", "Alpine.js", "ol li", "a menu, and an item added", _alpine),
    Shown("swiper", "Swiper", ".swiper-slide-active", "the next slide", _swiper),
    Shown("table", "10,000 rows", "tbody tr", "rows sorted", _table, scroll=_scroll_table),
    Shown("leaflet", "Leaflet", ".leaflet-tile-loaded", "the map dragged, a place opened", _leaflet),
    Shown("codemirror", "CodeMirror", ".cm-line", "another theme, the editor scrolled", _codemirror),
    Shown("chart", "Chart.js", "text=Figures", "other years", _chart, late_seconds=STILLS_LATE_SECONDS),
    Shown("fontawesome", "Font Awesome", ".wall i", "an answer opened", _fontawesome),
    Shown("dark", "a dark scheme", ".list li", "the light one", _dark, colour_scheme="dark"),
    Shown("arabic", "Arabic, right to left", "tbody tr", "a dialog", _arabic),
    Shown("busy", "5,000 changes a second", ".quote", "sorted meanwhile", _busy, scroll=_busy_scroll, load=_busy_load),
    Shown("frame", "a frame of the same origin", "text=Please read", "opened and scrolled in the frame", _frame),
    Shown("native", "what browsers bring", ".many p", "an answer, then a popover", _native),
)
