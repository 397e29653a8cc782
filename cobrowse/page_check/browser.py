"""The browser of the masking check: finds a Chromium, opens a page in it, and takes what would leave the tab.

Our capture is put in by the browser itself, before the page's own scripts, so no Content-Security-Policy of the page is
in its way. What is sent is what the page itself loads; the browser's own services are off.
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from cobrowse.core.errors import CobrowseError
from cobrowse.web.static import FOLDER, MANIFEST, Entry

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)
SCREEN = {"width": 1280, "height": 900}
# The picture is done when nothing has changed for so long; in a page that never rests, after so long.
QUIET_MS = 500
SETTLE_MS = 5_000
HTML_TYPES = ("text/html", "application/xhtml+xml")

_CHECK = 'window[Symbol.for("cobrowse.check")]'


class CannotCheck(CobrowseError):
    """A page could not be looked at; the sentence says why and what to do."""

    code = "cannot_check"


class Visit(Struct, kw_only=True):
    """How pages are opened. `headers` are sent to `origins` alone."""

    browser: str | None = None
    storage_state: Path | None = None
    headers: dict[str, str] = {}
    origins: tuple[str, ...] = ()
    wait: str | None = None
    timeout_seconds: float = 30.0
    insecure: bool = False


class Seen(Struct, kw_only=True):
    """What would leave the tab. `withheld` says why nothing would; `failed` why there is no picture."""

    withheld: str
    failed: str
    messages: list[dict[str, Any]]


class Tab:
    """A tab with our capture in it."""

    def __init__(self, context: "BrowserContext", visit: Visit) -> None:
        self._context = context
        self._page = context.new_page()
        self._visit = visit

    @property
    def address(self) -> str:
        """Where the tab is now."""
        return self._page.url

    def open(self, url: str) -> None:
        """Go there, in a fresh tab of the same person. Raises `CannotCheck`."""
        from playwright.sync_api import Error

        try:
            self._page.close()
            self._page = self._context.new_page()
            self._send_headers()
            answer = self._page.goto(url, wait_until="load")
            if answer is not None and answer.status >= 400:
                raise CannotCheck(f"{url} cannot be checked: it answers {answer.status}.")
            if self._page.evaluate("document.contentType") not in HTML_TYPES:
                raise CannotCheck(f"{url} cannot be checked: it is no HTML page.")
            if self._visit.wait is not None:
                self._page.locator(self._visit.wait).first.wait_for(state="visible")
        except Error as error:
            raise CannotCheck(f"{url} cannot be checked: {_first_line(error)}") from error

    def _send_headers(self) -> None:
        # By the browser's own protocol: Playwright's `route` would send them along where a redirect leads, too.
        if not self._visit.headers:
            return
        session = self._context.new_cdp_session(self._page)

        def paused(event: dict[str, Any]) -> None:
            headers = {**event["request"]["headers"], **self._visit.headers}
            pairs = [{"name": name, "value": value} for name, value in headers.items()]
            session.send("Fetch.continueRequest", {"requestId": event["requestId"], "headers": pairs})

        session.on("Fetch.requestPaused", paused)
        session.send("Fetch.enable", {"patterns": [{"urlPattern": f"{origin}/*"} for origin in self._visit.origins]})

    def see(self, policy: Mapping[str, Any]) -> Seen:
        """What would leave this tab under this policy."""
        found = self._ask(
            f"([policy, ...times]) => {_CHECK}.see(policy, ...times)",
            [policy, QUIET_MS, SETTLE_MS, self._visit.timeout_seconds * 1000],
        )
        return msgspec.convert(found, Seen)

    def paths(self, ids: Sequence[int]) -> list[str]:
        """A CSS path for each node of the picture."""
        return msgspec.convert(self._ask(f"ids => {_CHECK}.paths(ids)", list(ids)), list[str])

    def hints(self, ids: Sequence[int]) -> list[str]:
        """What the page's own names say of each node of the picture."""
        return msgspec.convert(self._ask(f"ids => {_CHECK}.hints(ids)", list(ids)), list[str])

    def _ask(self, script: str, argument: Any) -> Any:
        from playwright.sync_api import Error

        try:
            return self._page.evaluate(script, argument)
        except Error as error:
            raise CannotCheck(f"{self.address} cannot be checked: {_first_line(error)}") from error


@contextmanager
def opened(visit: Visit) -> Iterator[Tab]:
    """A tab of a fresh browser. Raises `CannotCheck` with what to install, where something is missing."""
    bundle = _bundle()
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError as error:
        raise CannotCheck("check-page needs Playwright: pip install 'cobrowse[check]'.") from error
    with sync_playwright() as playwright:
        browser = _launch(playwright, visit.browser)
        try:
            context = _context(browser, visit)
        except (Error, OSError, ValueError) as error:
            raise CannotCheck(f"The browser could not be made ready: {_first_line(error)}") from error
        context.add_init_script(bundle)
        try:
            yield Tab(context, visit)
        finally:
            browser.close()


def _launch(playwright: "Playwright", chosen: str | None) -> "Browser":
    from playwright.sync_api import Error

    path = chosen or _found(playwright)
    # Chromium's own sandbox needs a user that is not root, which containers seldom have.
    arguments = [*ARGUMENTS, *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])]
    try:
        return playwright.chromium.launch(executable_path=path, args=arguments)
    except Error as error:
        raise CannotCheck(f"The browser {path} did not start: {_first_line(error)}") from error


def _found(playwright: "Playwright") -> str:
    own = playwright.chromium.executable_path
    if Path(own).is_file():
        return own
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise CannotCheck(
            "No Chromium was found: install one (on Debian `apt-get install chromium`, elsewhere `playwright install "
            "chromium`), or name one with --browser."
        )
    return path


def _context(browser: "Browser", visit: Visit) -> "BrowserContext":
    context = browser.new_context(
        viewport={"width": SCREEN["width"], "height": SCREEN["height"]},
        storage_state=visit.storage_state,
        ignore_https_errors=visit.insecure,
    )
    context.set_default_timeout(visit.timeout_seconds * 1000)
    return context


def _bundle() -> str:
    manifest = FOLDER / MANIFEST
    entries = msgspec.json.decode(manifest.read_bytes(), type=dict[str, Entry]) if manifest.is_file() else {}
    path = FOLDER / entries["check"].file if "check" in entries else None
    if path is None or not path.is_file():
        raise CannotCheck("The client files are not built; `make setup` builds them.")
    return path.read_text(encoding="utf-8")


def _first_line(error: Exception) -> str:
    """Playwright's errors go on with a log of what it tried."""
    first = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return first if first.endswith(".") else f"{first}."
