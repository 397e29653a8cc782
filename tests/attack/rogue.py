"""A hostile agent who speaks the protocol by raw frames, with a valid sign-in and ticket; a site to be hostile on; and
the customer in real Chromium. A hub as a process of its own stands between them, so that it can be stopped and killed.

    with rogue.stage(folder) as stage:
        stage.go_live()
        stage.open("/page", "<button id=b>Go</button>")
        stage.control()
        assert stage.agent.click("b") == ["done"]
"""

import http.server
import json
import secrets
import socketserver
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, WebSocketRoute, expect, sync_playwright
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from cobrowse.core import whitelist
from cobrowse.core.protocol import SUBPROTOCOL
from tests.chromium import ARGUMENTS, ENGINE
from tests.live_hub import ANSWER_SECONDS, NO_TLS, PASSWORD, HubProcess, sqlite_url
from tests.mirror.replay import Picture, WrongFrame

PATIENCE_SECONDS = 30.0
KINDS: dict[str, str] = {name: str(kind) for name, kind in whitelist.names().items()}
FINAL = ("done", "started", "refused")
# Lets a test set the customer's clock ahead, over pages.
CLOCK = (
    "{ const now = Date.now; Date.now = () => now() + Number(sessionStorage.getItem('test-ahead') ?? 0); }"
    "window.faults = []; addEventListener('error', event => faults.push(String(event.message)));"
    "addEventListener('unhandledrejection', event => faults.push(String(event.reason)));"
)


class _Handler(http.server.BaseHTTPRequestHandler):
    server: "_Server"

    def do_GET(self) -> None:
        self.server.shop.requests.append(("GET", self.path))
        target = self.server.shop.redirects.get(self.path)
        if target is not None:
            self._answer(302, b"", Location=target)
            return
        found = self.server.shop.pages.get(self.path.split("?")[0])
        self._answer(200 if found is not None else 404, (found or "<!doctype html><h1>404</h1>").encode())

    def do_POST(self) -> None:
        self.server.shop.requests.append(("POST", self.path))
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer(200, (self.server.shop.pages.get(self.path.split("?")[0]) or "<!doctype html>").encode())

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class _Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    shop: "Shop"


class Shop:
    """A website: `pages` (path → HTML), `redirects` (path with query → address), and every request it got."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.redirects: dict[str, str] = {}
        self.requests: list[tuple[str, str]] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.shop = self
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Rogue:
    """The agent's seat by raw frames. Answers probes, keeps the picture, and says whatever it is told to say."""

    def __init__(self, hub: HubProcess, session: str, client: httpx.Client) -> None:
        self.hub = hub
        self.session = session
        self.client = client
        self.heard: list[dict[str, Any]] = []
        self.picture = Picture(KINDS)
        # Ids rise over every console of a session, as they do in a real one.
        self.next_id = 1
        self._page = secrets.token_hex(8)
        self._news = threading.Condition()
        self._socket: ClientConnection | None = None
        # Where the customer's socket is looked at, it moves only while Playwright does.
        self.pump: Callable[[], object] = lambda: None

    # --- the socket

    def enter(self) -> None:
        """Take the agent's seat with a new ticket."""
        ticket = self.client.post(f"/api/sessions/{self.session}/ticket").json()["ticket"]
        self.heard = []
        self.picture = Picture(KINDS)
        url = f"ws://localhost:{self.hub.port}/ws/agent"
        origin = self.hub.public_url
        options: dict[str, Any] = {"origin": origin, "subprotocols": [SUBPROTOCOL], "compression": None, "proxy": None}
        options["legacy"] = True  # Kept open for longer than a block.
        self._socket = connect(url, **options)
        hello = {"k": "hello", "version": 1, "token": ticket, "page": self._page, "nonce": secrets.token_hex(8)}
        self.say(hello)
        threading.Thread(target=self._listen, args=(self._socket,), daemon=True).start()
        self.hear("agent_welcome")

    def leave(self) -> None:
        if self._socket is not None:
            self._socket.close()

    def say(self, *messages: dict[str, Any]) -> None:
        """One frame."""
        self.say_raw(json.dumps(messages[0] if len(messages) == 1 else list(messages)))

    def say_raw(self, text: str) -> None:
        assert self._socket is not None
        self._socket.send(text)

    def _listen(self, socket: ClientConnection) -> None:
        try:
            for data in socket:
                text = zlib.decompress(data, -15).decode() if isinstance(data, bytes) else data
                found = json.loads(text)
                for message in found if isinstance(found, list) else [found]:
                    self._take(message)
        except ConnectionClosed:
            pass
        finally:
            self._note({"k": "closed", "code": socket.close_code})

    def _take(self, message: dict[str, Any]) -> None:
        if message["k"] == "probe":
            self.say({"k": "probe_answer", "id": message["id"]})
        if message["k"] in ("snapshot", "ops"):
            with self._news:
                try:
                    self.picture.apply(message)
                except WrongFrame:
                    self.picture.whole = False
        self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        with self._news:
            self.heard.append(message)
            self._news.notify_all()

    # --- hearing

    def wait(self, what: Any, why: str = "nothing came") -> Any:
        """Until `what()` is true; what it gave."""
        until = time.monotonic() + PATIENCE_SECONDS
        while not (found := self._look(what)) and time.monotonic() < until:
            self.pump()
        assert found, f"{why}: {[each for each in self.heard if each['k'] not in ('snapshot', 'ops')][-12:]}"
        return found

    def _look(self, what: Any) -> Any:
        with self._news:
            return what() or (self._news.wait(0.01) and what())

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.heard if message["k"] == kind]

    def hear(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The newest message of this kind with these fields; waits for one."""

        def find() -> Any:
            fitting = (each for each in reversed(self.of(kind)) if all(each.get(k) == v for k, v in fields.items()))
            return next(fitting, None)

        found: dict[str, Any] = self.wait(find, f"no {kind} {fields}")
        return found

    @property
    def state(self) -> dict[str, Any]:
        states: list[dict[str, Any]]
        states = [each["state"] if each["k"] == "agent_welcome" else each for each in self.heard]
        return next(each for each in reversed(states) if each["k"] == "state")

    def in_state(self, name: str, **fields: Any) -> dict[str, Any]:
        """Wait until the session is like that."""

        def find() -> dict[str, Any] | None:
            state = self.state
            wanted = {"name": name, **fields}
            return state if all(state[key] == value for key, value in wanted.items()) else None

        found: dict[str, Any] = self.wait(find, f"not {name} {fields}")
        return found

    def forget(self) -> None:
        """What was heard until now, but for the state."""
        with self._news:
            self.heard = [self.heard[0], {**self.state}]

    # --- aiming

    def node(self, name: str) -> int:
        """The node whose attribute `id` is this; waits until it is in the picture."""
        return int(self.wait(lambda: self._node(name), f"no #{name} in the picture"))

    def _node(self, name: str) -> int:
        if not self.picture.whole:
            return 0
        return next((node.id for node in self.picture.nodes.values() if node.attributes.get("id") == name), 0)

    def document(self) -> int:
        return int(self.wait(lambda: self.picture.whole and self.picture.root and self.picture.root.id))

    # --- acting

    def send(self, do: dict[str, Any], *, id_: int | None = None, epoch: int | None = None) -> int:
        """One act; its id."""
        if id_ is None:
            id_ = self.next_id
        self.next_id = max(self.next_id, id_) + 1
        aimed = self.picture.epoch if epoch is None else epoch
        self.say({"k": "act", "id": id_, "epoch": aimed, "seq": self.picture.seq, "do": do})
        return id_

    def answers(self, id_: int) -> list[str]:
        """All answers to this act so far."""
        found = [message for message in self.of("act_result") if message["id"] == id_]
        return [f"{each['status']} {each['reason']}".strip() for each in found]

    def act(self, do: dict[str, Any], **how: Any) -> list[str]:
        """One act; its answers up to the one that settles it."""
        id_ = self.send(do, **how)
        self.wait(lambda: any(each.split()[0] in FINAL for each in self.answers(id_)), f"no answer to {do}")
        return self.answers(id_)

    def click(self, name: str, x: float = 0.5, y: float = 0.5) -> list[str]:
        return self.act({"act": "click", "node": self.node(name), "x": x, "y": y})


class Stage:
    """Everything an attack needs."""

    def __init__(self, browser: Browser, shop: Shop, hub: HubProcess, **context: Any) -> None:
        self.shop = shop
        self.hub = hub
        self.context = browser.new_context(**{"locale": "en-GB", **context})
        self.context.set_default_timeout(PATIENCE_SECONDS * 1000)
        self.context.add_init_script(CLOCK)
        self.page: Page = self.context.new_page()
        self.client = httpx.Client(
            base_url=hub.public_url, headers={"Origin": hub.public_url}, verify=NO_TLS, timeout=ANSWER_SECONDS
        )
        self.client.post("/api/login", json={"name": "ana", "password": PASSWORD}).raise_for_status()
        self.agent: Rogue
        # What goes over the customer's socket, where it is looked at (see `between`).
        self.sent: list[dict[str, Any]] = []
        self.route: WebSocketRoute | None = None
        shop.pages["/"] = self.document("<h1>Start</h1>")
        shop.pages["/help"] = self.document("<h1>Help</h1><cobrowse-code-entry></cobrowse-code-entry>")

    def close(self) -> None:
        self.agent.leave()
        self.client.close()
        self.context.close()

    # --- the site

    def document(self, body: str, first: str = "") -> str:
        """A page of the site that carries the snippet; `first` runs before it."""
        snippet = f'<script src="{self.hub.public_url}/snippet.js" data-site="shop" async></script>'
        head = "<meta charset=utf-8><meta name=viewport content='width=device-width'><title>t</title>"
        return f"<!doctype html>{head}{first}{snippet}<body style='margin:20px'>{body}"

    def put(self, path: str, body: str, first: str = "") -> str:
        self.shop.pages[path] = self.document(body, first)
        return self.shop.origin + path

    def open(self, path: str, body: str, first: str = "") -> None:
        """The customer goes to this page; returns once the agent has its picture."""
        self.agent.forget()
        self.page.goto(self.put(path, body, first))
        expect(self.see("banner")).to_be_visible()
        self.shown(path)

    def shown(self, path: str) -> None:
        """The agent has a whole picture of the page at this path."""

        def there() -> bool:
            pages = [each.get("page") for each in self.agent.heard if each["k"] in ("snapshot", "page")]
            newest = next((page for page in reversed(pages) if page), None)
            return bool(newest and newest["address"] == self.shop.origin + path and self.agent.picture.whole)

        self.agent.wait(there, f"no picture of {path}")
        self.agent.in_state("live")

    # --- the customer

    def see(self, testid: str) -> Any:
        return self.page.get_by_test_id(testid)

    def press(self, testid: str) -> None:
        self.see(testid).click()

    def between(self) -> None:
        """Stand between the customer's socket and the hub: note what the tab says, be able to say anything to it."""

        def opened(route: WebSocketRoute) -> None:
            server = route.connect_to_server()
            self.route = route

            def said(data: str | bytes) -> None:
                text = zlib.decompress(data, -15).decode() if isinstance(data, bytes) else data
                found = json.loads(text)
                self.sent.extend(found if isinstance(found, list) else [found])
                server.send(data)

            route.on_message(said)

        self.page.route_web_socket("**/ws/customer*", opened)

    def tell(self, *messages: dict[str, Any]) -> None:
        """What a hub that checks nothing would say to the tab."""
        assert self.route is not None
        for message in messages:
            self.route.send(json.dumps(message))

    def ahead(self, seconds: float) -> None:
        """Set the customer's clock ahead."""
        self.page.evaluate("ms => sessionStorage.setItem('test-ahead', ms)", str(int(seconds * 1000)))

    # --- the session

    def ask(self) -> None:
        """From a new session to where the customer is asked."""
        created = self.client.post("/api/sessions", json={"site": "shop"}).json()
        self.agent = Rogue(self.hub, created["id"], self.client)
        self.agent.pump = lambda: self.page.wait_for_timeout(5)
        self.agent.enter()
        self.page.goto(f"{self.shop.origin}/help")
        self.page.get_by_test_id("code-input").fill(created["code"])
        self.page.get_by_test_id("code-submit").click()
        expect(self.see("consent-digits")).to_be_visible()

    def go_live(self) -> None:
        self.ask()
        digits = self.see("consent-digits").inner_text()
        self.press("consent-allow")
        self.agent.say({"k": "digits", "value": digits})
        self.agent.in_state("live")
        self.shown("/help")

    def control(self) -> None:
        """The agent asks and the customer allows."""
        self.agent.say({"k": "ask_control"})
        self.press("control-allow")
        self.agent.in_state("live", control="on")

    def calm(self) -> None:
        """Until the customer's last input is over, so that acts count again."""
        self.page.wait_for_timeout(2_050)


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=ENGINE, args=list(ARGUMENTS))
        yield opened
        opened.close()


@contextmanager
def place(folder: Path, **site: Any) -> Iterator[tuple[Shop, HubProcess]]:
    """A site and a hub for it, with the agent `ana`."""
    shop = Shop()
    hub = HubProcess.on_free_port(folder, sqlite_url(folder), [shop.origin], **site)
    hub.add_agent()
    hub.start()
    try:
        yield shop, hub
    finally:
        hub.kill()
        shop.close()


@contextmanager
def stage(browser: Browser, folder: Path, *, context: dict[str, Any] | None = None, **site: Any) -> Iterator[Stage]:
    """A stage of its own."""
    with place(folder, **site) as (shop, hub):
        made = Stage(browser, shop, hub, **(context or {}))
        try:
            yield made
        finally:
            made.close()
