"""The customer's tab for capture's tests: real Chromium, a small site on loopback, and a probe that keeps the view."""

import difflib
import http.server
import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from cobrowse.core import view, whitelist
from cobrowse.core.policy import Site
from tests.chromium import ARGUMENTS, WHOLE
from tests.mirror.replay import Picture

ROOT = Path(__file__).parents[2]
KINDS: dict[str, str] = {name: str(kind) for name, kind in whitelist.names().items()}
MEET_TRIES = 20
MEET_EVERY_MS = 100
# A header of a file: for how many seconds the server keeps it back.
SLOW = "Test-Slow-Seconds"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fccfc0500f00"
    "05830181f4a5a2290000000049454e44ae426082"
)


class SiteHandler(http.server.BaseHTTPRequestHandler):
    """Serves what the test put into `server.files`: path → (type, body, headers), in its time where `SLOW` says one."""

    def do_GET(self) -> None:
        files: dict[str, tuple[str, bytes, dict[str, str]]] = self.server.files  # type: ignore[attr-defined]  # ours, added below
        # A browser asks for an icon whenever it has the time; no page asked for that.
        if self.path != "/favicon.ico":
            self.server.requests.append(self.path)  # type: ignore[attr-defined]  # ours, added below
        found = files.get(self.path.split("?")[0])
        kind, body, headers = found or ("text/plain", b"", {})
        time.sleep(float(headers.get(SLOW, 0)))
        self.send_response(302 if "Location" in headers else 200 if found else 404)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.server.posted.append(self.path)  # type: ignore[attr-defined]  # ours, added below
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.puts.append((self.path, dict(self.headers), body))  # type: ignore[attr-defined]  # ours, added below
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Tab:
    """One tab with the probe in it, and the picture that its view makes."""

    def __init__(self, browser: Browser, bundle: str) -> None:
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), SiteHandler)
        self.files: dict[str, tuple[str, bytes, dict[str, str]]] = {"/pixel.png": ("image/png", PIXEL, {})}
        self.server.files = self.files  # type: ignore[attr-defined]  # ours, added below
        self.puts: list[tuple[str, dict[str, str], bytes]] = []
        self.server.puts = self.puts  # type: ignore[attr-defined]  # ours, added below
        self.posted: list[str] = []
        self.server.posted = self.posted  # type: ignore[attr-defined]  # ours, added below
        self.requests: list[str] = []
        self.server.requests = self.requests  # type: ignore[attr-defined]  # ours, added below
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.origin = f"http://127.0.0.1:{self.server.server_address[1]}"
        # The probe is asked by `eval`, which the pages of the shop forbid.
        self.context = browser.new_context(bypass_csp=True)
        self.page: Page = self.context.new_page()
        self.page.add_init_script(path=bundle)
        self.picture = Picture(KINDS)
        self.taken = 0
        self.messages: list[dict[str, Any]] = []
        self.check = self._hub_check({})

    def close(self) -> None:
        self.context.close()
        self.server.shutdown()
        self.server.server_close()

    def open(self, html: str, path: str = "/", **files: tuple[str, bytes, dict[str, str]]) -> None:
        self.files[path.split("?")[0]] = ("text/html; charset=utf-8", html.encode(), {})
        self.page.goto(self.origin + path)

    def start(self, *, credit: bool = True, options: dict[str, Any] | None = None, **policy: Any) -> None:
        self.begin(**policy)
        chosen = {"policy": policy, "credit": credit, **(options or {})}
        self.page.evaluate("options => { window.P = probe.start(options) }", chosen)

    def begin(self, **policy: Any) -> None:
        """Nothing was heard yet of a page with this policy."""
        self.picture = Picture(KINDS)
        self.taken = 0
        self.messages = []
        self.check = self._hub_check(policy)

    def _hub_check(self, policy: dict[str, Any]) -> view.ViewCheck:
        site = Site(
            id="s",
            name="S",
            origins=(self.origin,),
            start_url=self.origin + "/",
            deny_paths=("/denied/*",),
            query_params=("q",),
            show=tuple(policy.get("show", ())),
        )
        return view.ViewCheck(site)

    def settle(self) -> Picture:
        """Wait until nothing is on its way, then bring the picture up to date."""
        # Two drawings: by then the sizes of placeholders have been told.
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        self.page.wait_for_function("P.failures.length || (P.last && P.quiet())")
        return self.read()

    def read(self) -> Picture:
        failures = self.page.evaluate("P.failures")
        if failures:
            raise AssertionError(failures)
        fresh = self.page.evaluate("from => P.sent.slice(from)", self.taken)
        self.taken += len(fresh)
        self.messages += fresh
        for message in fresh:
            self.checked(message)
            self.picture.apply(message)
        return self.picture

    def checked(self, message: dict[str, Any]) -> None:
        """The hub's own check refuses nothing that the snippet sends."""
        import msgspec

        from cobrowse.core import protocol

        kinds = protocol.Snapshot | protocol.Ops | protocol.Page | protocol.Pointer | protocol.Tip
        self.check.check(msgspec.json.decode(json.dumps(message).encode(), type=kinds))

    def run(self, script: str, argument: Any = None) -> Any:
        return self.page.evaluate(script, argument)

    def change(self, script: str, argument: Any = None) -> Picture:
        """Run a script in the page and wait until what it did has left."""
        self.page.evaluate(script, argument)
        self.page.evaluate("() => new Promise(done => setTimeout(done, 40))")
        return self.settle()

    def act(self, **do: Any) -> list[str]:
        """Run one act; its answers."""
        answers: list[str] = self.page.evaluate("do_ => P.act(do_)", do)
        return answers

    def click(self, selector: str, x: float = 0.5, y: float = 0.5) -> list[str]:
        return self.act(act="click", node=self.id(selector), x=x, y=y)

    def id(self, selector: str) -> int:
        found: int = self.page.evaluate("selector => P.id(selector)", selector)
        return found

    def assert_mirrored(self) -> None:
        for _ in range(MEET_TRIES):
            mirrored, wanted = self.settle().canonical(), self.page.evaluate("P.canonical()")
            if mirrored == wanted:
                return
            # The browser tells the size of a new placeholder when it next draws: it may just have done so.
            self.page.wait_for_timeout(MEET_EVERY_MS)
        page, picture = (text.replace("<", "\n<").splitlines() for text in (wanted, mirrored))
        raise AssertionError("\n".join(difflib.unified_diff(page, picture, "page", "picture", lineterm="")))

    def sent_text(self) -> str:
        self.read()
        return json.dumps(self.messages, ensure_ascii=False)


@contextmanager
def browser(path: str = WHOLE) -> Iterator[Browser]:
    """A Chromium without a window."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


def bundle(target: Path, *, minified: bool = False) -> str:
    script = ROOT / "client_js" / "tests" / "capture" / "bundle.mjs"
    more = ["probe.ts", "--minify"] if minified else []
    subprocess.run(["node", str(script), str(target), *more], check=True, capture_output=True)
    return str(target)


Opened = Callable[[], Tab]
