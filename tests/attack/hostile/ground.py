"""Where hostile frames are tried: the mirror page in a watched browser, fed by a stand-in for the console."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext

from tests.attack.hostile.canary import Canary, canary, watched_browser
from tests.attack.hostile.pages import RAN
from tests.live_hub import LiveHub
from tests.mirror.mirror_page import MirrorPage, hub_with_stand_in


class Ground:
    """A mirror page in a watched browser, and what must not happen there."""

    def __init__(self, mirror: MirrorPage, bird: Canary) -> None:
        self.mirror = mirror
        self.bird = bird
        self.epoch = 0
        # Set where a test puts into the mirror's document what no builder would.
        self.fooled = False
        self.said: list[str] = []
        self.opened: list[str] = []
        page = mirror.page
        page.on("console", lambda message: self.said.append(message.text))
        page.on("dialog", lambda dialog: self.opened.append(dialog.message))
        page.context.on("page", lambda opened: self.opened.append(f"a page opened: {opened.url}"))
        page.on("download", lambda download: self.opened.append(f"a download: {download.url}"))

    async def refusals(self, messages: list[dict[str, Any]]) -> list[str]:
        """The reasons with which the mirror refuses what it refuses of these messages, in order."""
        before = len(await self.mirror.heard("refused"))
        await self.mirror.views(messages)
        return [said["reason"] for said in (await self.mirror.heard("refused"))[before:]]

    def next_epoch(self) -> int:
        self.epoch += 1
        return self.epoch

    async def assert_harmless(self) -> None:
        """Nothing ran, nothing left, nothing opened, and the agent still types where she typed."""
        # What an element starts to load, it starts in a task of its own.
        await self.mirror.frame.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20)))"
        )
        mirror = self.mirror
        # Documents in the picture's frames have no address of their own.
        own = ("", "about:blank", mirror.address)
        harm: dict[str, Any] = {
            "ran": [text for text in self.said if text.startswith(RAN)],
            "errors": mirror.errors,
            "opened": self.opened,
            "heard": self.bird.heard,
            "cookie": await mirror.frame.evaluate("() => document.cookie"),
            "frames": [url for frame in mirror.page.frames[3:] if (url := frame.url) not in own],
        }
        if not self.fooled:
            # Not one was even tried. Where CSP alone stands, what it stops was; and a link that is followed connects.
            harm["requests"] = mirror.off_host()
            harm["connections"] = self.bird.connections
            typing = await mirror.page.evaluate("() => document.activeElement.id")
            harm["focus"] = typing if typing != "typing" else ""
        done = {kind: found for kind, found in harm.items() if found}
        if done:
            raise AssertionError(done)


@pytest.fixture(scope="module")
def bird() -> Iterator[Canary]:
    with canary() as made:
        yield made


@pytest.fixture(scope="module")
def network_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "network.json"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def watched(bird: Canary, network_log: Path) -> AsyncIterator[Browser]:
    async with watched_browser(bird, network_log) as chromium:
        yield chromium


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveHub]:
    async with hub_with_stand_in(tmp_path_factory.mktemp("hostile")) as live:
        yield live


@pytest_asyncio.fixture(loop_scope="module")
async def ground(watched: Browser, standing: LiveHub, bird: Canary) -> AsyncIterator[Ground]:
    context: BrowserContext = await watched.new_context(viewport={"width": 1200, "height": 800})
    mirror = MirrorPage(await context.new_page(), standing)
    made = Ground(mirror, bird)
    await mirror.open()
    await mirror.page.focus("#typing")
    yield made
    await made.assert_harmless()
    await context.close()
