"""The mirror page as the hub serves it, in Chromium, framed by a stand-in console that keeps what it says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Frame, Page, Request, async_playwright

from cobrowse.core.tokens import MirrorToken
from tests.chromium import ARGUMENTS, ENGINE
from tests.live_hub import LiveHub, sqlite_url

TOKEN_SECONDS = 3600
CONSOLE = """<!doctype html><title>Console</title><body style="margin:0"><input id="typing">
<iframe id="mirror" sandbox="allow-scripts allow-same-origin" style="width:1000px;height:700px;border:0"></iframe>
<script>
  window.heard = [];
  window.post = (message) => mirror.contentWindow.postMessage(message, "MIRROR");
  addEventListener("message", (event) => { if (event.origin === "MIRROR") heard.push(event.data); });
</script>"""


class MirrorPage:
    """One mirror page and its stand-in for the console."""

    def __init__(self, page: Page, hub: LiveHub) -> None:
        self.page = page
        self.hub = hub
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.frame: Frame

    async def open(self) -> None:
        """Load both pages and begin a live session."""
        hub = self.hub
        self.page.on("request", self._keep)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        await self.page.goto(f"{hub.public_url}/")
        parts = hub.parts
        token = parts.tokens.sign(MirrorToken(session="none"), parts.clock.now() + TOKEN_SECONDS)
        self.address = f"{hub.mirror_url}/m/{token}/"
        await self.page.evaluate("(address) => { document.querySelector('#mirror').src = address }", self.address)
        await self.page.wait_for_function("heard.some((each) => each.k === 'ready')")
        element = await self.page.query_selector("#mirror")
        found = await element.content_frame() if element else None
        if found is None:
            raise AssertionError("The mirror page has no frame.")
        self.frame = found
        # Added after the mirror's own listener, so it counts what the mirror has dealt with.
        await self.frame.evaluate("() => { window.dealtWith = 0; addEventListener('message', () => dealtWith++) }")
        self.posted = 0
        await self.post({"k": "setup", "language": "en"})
        await self.post({"k": "live"})

    def _keep(self, request: Request) -> None:
        self.requests.append(request.url)

    async def post(self, message: dict[str, Any]) -> None:
        """Say it and wait until the mirror has dealt with it."""
        await self._posts([message])

    async def view(self, message: dict[str, Any]) -> None:
        """As `post`, for a message of the view."""
        await self.views([message])

    async def views(self, messages: list[dict[str, Any]]) -> None:
        """As `view`, many at once."""
        await self._posts([{"k": "view", "message": message} for message in messages])

    async def _posts(self, messages: list[dict[str, Any]]) -> None:
        self.posted += len(messages)
        await self.page.evaluate("(list) => list.forEach((message) => post(message))", messages)
        # The mirror is another process: how long a message takes to it is nobody's promise.
        await self.frame.evaluate(
            """(count) => new Promise((resolve) => {
              const look = () => (dealtWith >= count ? resolve() : setTimeout(look, 2));
              setTimeout(look);
            })""",
            self.posted,
        )

    async def heard(self, kind: str) -> list[dict[str, Any]]:
        """What the mirror said of this kind, so far."""
        said: list[dict[str, Any]] = await self.page.evaluate("(k) => heard.filter((each) => each.k === k)", kind)
        return said

    async def wait_for(self, kind: str, count: int = 1) -> list[dict[str, Any]]:
        """What the mirror said of this kind, once it is so much."""
        await self.page.wait_for_function(
            "([k, n]) => heard.filter((each) => each.k === k).length >= n", arg=[kind, count]
        )
        return await self.heard(kind)

    async def inner(self, script: str, argument: Any = None) -> Any:
        """The value of `(doc, argument) => …` for the picture's document, by the mirror page's own script."""
        return await self.frame.evaluate(
            f"([given]) => ({script})(document.querySelector('iframe')?.contentDocument ?? null, given)", [argument]
        )

    async def canonical(self) -> str:
        text: str = await self.frame.evaluate("() => cobrowseMirror.canonical()")
        return text

    async def assert_refused(self, message: dict[str, Any], reason: str) -> None:
        """The frame is refused with this reason, the picture goes, and a new one is asked for."""
        before = len(await self.heard("refused"))
        asked = len(await self.heard("resync"))
        await self.view(message)
        said = await self.wait_for("refused", before + 1)
        assert said[-1]["reason"] == reason
        assert await self.frame.evaluate("() => document.querySelectorAll('iframe').length") == 0
        await self.wait_for("resync", asked + 1)

    def off_host(self) -> list[str]:
        """Requests to anybody but the hub's two origins."""
        own = (self.hub.public_url + "/", self.hub.mirror_url + "/")
        return [url for url in self.requests if not url.startswith(own)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=ENGINE, args=ARGUMENTS)
        yield chromium
        await chromium.close()


class Listener:
    """A web server of somebody else: what it was asked for, and the pages it answers with."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.pages: dict[str, str] = {}
        self.origin = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.read(4096)
        path = head.split()[1].decode() if len(head.split()) > 1 else ""
        self.heard.append(path)
        body = self.pages.get(path)
        status = "200 OK" if body else "404 Not Found"
        kind = "Content-Type: text/html; charset=utf-8\r\nConnection: close"
        writer.write(f"HTTP/1.1 {status}\r\n{kind}\r\n\r\n{body or ''}".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def _listening(host: str) -> AsyncIterator[Listener]:
    listener = Listener()
    server = await asyncio.start_server(listener.answer, "127.0.0.1", 0)
    listener.origin = f"http://{host}:{server.sockets[0].getsockname()[1]}"
    yield listener
    server.close()


@pytest_asyncio.fixture(loop_scope="module")
async def listener() -> AsyncIterator[Listener]:
    """A host the mirror must never talk to; it even hears connections without a request."""
    async with _listening("127.0.0.1") as listening:
        yield listening


@asynccontextmanager
async def hub_with_stand_in(folder: Path) -> AsyncIterator[LiveHub]:
    """A hub whose console is the stand-in: only its origin may frame the mirror and feed it."""
    async with _listening("localhost") as console:
        async with LiveHub(store=sqlite_url(folder), hub={"public_url": console.origin}) as live:
            console.pages["/"] = CONSOLE.replace("MIRROR", live.mirror_url)
            yield live


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveHub]:
    """The hub of a module's tests."""
    async with hub_with_stand_in(tmp_path_factory.mktemp("mirror")) as live:
        yield live


@pytest_asyncio.fixture(loop_scope="module")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    made = await browser.new_context(viewport={"width": 1200, "height": 800}, locale="en-GB")
    made.set_default_timeout(30_000)
    yield made
    await made.close()


@pytest_asyncio.fixture(loop_scope="module")
async def mirror(context: BrowserContext, hub: LiveHub) -> MirrorPage:
    page = MirrorPage(await context.new_page(), hub)
    await page.open()
    return page
