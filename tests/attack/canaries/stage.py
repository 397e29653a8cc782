"""Where the canaries are tried: a hub of its own as a child, behind a recorder, and a live session with two tabs."""

import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from playwright.sync_api import Browser, ViewportSize

from cobrowse.web.server import listen
from tests.attack.canaries import search, table
from tests.attack.canaries.page import DENIED, MASK, SHOW, CanarySite
from tests.e2e.places import AGENT, PASSWORD, InThread, Place, free_port
from tests.e2e.walk import Agent, Customer, go_live
from tests.live_hub import settings_for

AGENT_SCREEN: ViewportSize = {"width": 1440, "height": 960}
CUSTOMER_SCREEN: ViewportSize = {"width": 1100, "height": 760}
PATIENCE_MS = 30_000
# Null while there is nothing in it.
MIRROR_DIGEST = """async () => {
    try { await window.cobrowseMirror.settled(); return await window.cobrowseMirror.digest() } catch { return null }
}"""
SETTLE_SECONDS = 120.0


class Stage:
    """`found` grows: canary → where it was seen first, for people."""

    def __init__(self, browser: Browser, folder: Path, store: str, **site: Any) -> None:
        self.folder = folder
        self.store = store
        self.private = site.get("mode") == "private"
        self.site = CanarySite()
        bound = listen("127.0.0.1", 0)
        port, hub_port = bound.getsockname()[1], free_port()
        site = {"deny_paths": DENIED, "query_params": ["q"], "mask": MASK, "show": SHOW, **site}
        settings = settings_for(hub_port, store, [self.site.url], **site)
        self.hub_url, mirror_url = f"http://localhost:{port}", f"http://127.0.0.1:{port}"
        settings["hub"] |= {"public_url": self.hub_url, "mirror_url": mirror_url}
        self.site.carry(self.hub_url, "shop", private=self.private)
        self.hub = search.Watched(folder, settings)
        self.hub.add_agent(AGENT, "Ana", PASSWORD)
        self.hub.start()
        self.recorder = search.Recorder(bound, hub_port)
        self._recording = InThread(self.recorder.serve)
        place = cast(Place, SimpleNamespace(hub_url=self.hub_url, mirror_url=mirror_url, shop_url=self.site.url))
        self._contexts = [browser.new_context(viewport=screen) for screen in (AGENT_SCREEN, CUSTOMER_SCREEN)]
        for context in self._contexts:
            context.set_default_timeout(PATIENCE_MS)
        self.agent, self.customer = Agent(self._contexts[0], place), Customer(self._contexts[1], place)
        self.taps = {
            "the console's wire or log": search.Tap(self.agent.page),
            "the tab's wire or log": search.Tap(self.customer.page, hub_url=self.hub_url),
        }
        self._tab = self._contexts[1].new_cdp_session(self.customer.page)
        self.found: dict[str, str] = {}

    def go_live(self) -> None:
        """A live session on the canary page."""
        go_live(self.agent, self.customer, "/help")
        self.customer.open("/live")
        self.settle("at load")

    def run(self, *steps: str) -> None:
        """The page's ways of planting canaries while live, one after the other, and all that came of them."""
        for step in steps:
            self.ask(f"canaries.live[{json.dumps(step)}]()")
            # Some places change once more a moment later.
            self.customer.page.wait_for_timeout(150)
        self.settle(", ".join(steps))

    def ask(self, expression: str) -> Any:
        """What this comes to in the tab. Not by Playwright's `evaluate`, which counts as the customer's hand: one that
        the snippet did not hear of pauses the session."""
        options = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        answer = self._tab.send("Runtime.evaluate", options)
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def reload_console(self) -> None:
        """The agent's page anew: the tab sends all again."""
        self.agent.page.reload()
        self.agent.expect_state("live")
        self.settle("sent again")

    def settle(self, step: str) -> None:
        """Until the mirror equals the page; then look at the wire, the mirror and the hub's memory."""
        give_up_at = time.monotonic() + SETTLE_SECONDS
        while not self._is_shown():
            self.customer.page.wait_for_timeout(100)
            if time.monotonic() < give_up_at:
                continue
            raise AssertionError(f"The mirror differs from the page: {step}\n{self.hub.printed.read_text()}")
        frame = self.agent.mirror_frame()
        self.mirrored = search.canaries(frame.evaluate(search.MIRRORED))
        self._note(self.mirrored, f"the mirror, {step}")
        for where, tap in self.taps.items():
            self._note(tap.found(), f"{where}, {step}")
        # Frames only pass by: what is left of them is soon written over.
        self._note(self.hub.in_memory(), f"the hub's memory, {step}")

    def _is_shown(self) -> bool:
        """The mirror equals the page."""
        state = self.agent.page.get_by_test_id("session-state").get_attribute("data-state")
        if state == "paused":
            # Thousands of places may keep a busy machine from drawing the banner for a second, and then it pauses.
            self.customer.see("banner-pause").click()
        if state != "live":
            return False
        wanted = self.ask("window.cobrowse?.digest?.()")
        return bool(wanted) and self.agent.mirror_frame().evaluate(MIRROR_DIGEST) == wanted

    def look_around(self, step: str) -> None:
        """The hub's heap, files and log, the store, and every byte that clients sent."""
        self._note(self.recorder.sent, f"bytes sent to the hub, {step}")
        self._note(self.hub.in_heap(), f"the hub's heap, {step}")
        self._note(search.in_files(self.folder), f"the store's files and the log, {step}")
        if self.store.startswith("redis"):
            self._note(search.in_redis(self.store), f"Redis, {step}")
        metrics = self._contexts[0].request.get(f"{self.hub_url}/metrics").text()
        self._note(search.canaries(metrics), f"the hub's counts, {step}")

    def _note(self, seen: set[str], where: str) -> None:
        for canary in seen:
            self.found.setdefault(canary, where)

    def leaks(self) -> list[str]:
        """One line for each canary that was seen and should not have been."""
        hidden = sorted(one for one in self.found if not table.is_visible(one))
        return [f"{one} {table.says(one)}: {self.found[one]}" for one in hidden]

    def end(self) -> None:
        """The agent ends the session."""
        self.agent.end()
        self.agent.page.get_by_test_id("new-session").wait_for()

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        self.hub.kill()
        self._recording.stop()
        self.site.close()
