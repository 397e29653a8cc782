"""Small sites that count what they are asked for, and by whom, and a hub for one of them."""

import asyncio
import secrets
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from cobrowse.config import from_mapping
from cobrowse.demo.run import Demo
from cobrowse.store.base import Agent
from cobrowse.store.opening import open_store
from cobrowse.web.sign_in import Passwords
from tests.e2e.places import AGENT, FAST_HASHER, HOST, PASSWORD, ShiftedClock, free_port, hub_in_thread

# Whoever sends this header is a browser.
BROWSERS_OWN = "Sec-Fetch-Mode"


class File(NamedTuple):
    """What stands at a path."""

    media_type: str
    body: bytes
    headers: Mapping[str, str] = {}
    status: int = 200


class Seen(NamedTuple):
    """One request."""

    path: str
    headers: Mapping[str, str]


class CountingSite:
    """Serves `files` on a port of its own and remembers every request."""

    def __init__(self) -> None:
        self.files: dict[str, File] = {}
        self.seen: list[Seen] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.seen.append(Seen(self.path, dict(self.headers.items())))
                file = site.files.get(self.path, File("text/plain", b"no", {}, 404))
                self.send_response(file.status)
                told = {"Content-Type": file.media_type, "Content-Length": str(len(file.body)), **file.headers}
                for name, value in told.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(file.body)

            def log_message(self, *_args: object) -> None:
                pass

        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://{HOST}:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def asked_by_hub(self) -> list[str]:
        """Paths that were not asked for by a browser."""
        return [path for path, headers in list(self.seen) if BROWSERS_OWN not in headers]

    def asked(self, path: str) -> int:
        """How often this path was asked for, by whom ever."""
        return sum(1 for each in list(self.seen) if each.path == path)

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


class SitePlace:
    """A hub in a thread for one site, which a `CountingSite` serves."""

    def __init__(self, folder: Path, shop: CountingSite, **settings: Any) -> None:
        port = free_port()
        self.hub_url, self.mirror_url, self.shop_url = f"http://localhost:{port}", f"http://{HOST}:{port}", shop.url
        mapping = {
            "hub": {
                "public_url": self.hub_url,
                "mirror_url": self.mirror_url,
                "secret_keys": [secrets.token_urlsafe(32)],
                "store": f"sqlite://{folder / 'hub.db'}",
            },
            "sites": [
                {"id": "shop", "name": "Example Shop", "origins": [shop.url], "start_url": f"{shop.url}/", **settings}
            ],
        }
        self.settings = from_mapping(mapping)
        # In a thread: Playwright's own loop runs in this one.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, self._add_agent()).result()
        self._hub = hub_in_thread(self.settings, port, ShiftedClock())

    @property
    def demo(self) -> Demo:
        """The addresses as the demo command gives them."""
        return Demo(self.hub_url, self.mirror_url, self.shop_url, AGENT, PASSWORD)

    def page(self, title: str, body: str, head: str = "") -> File:
        """A page that carries the snippet and the code entry."""
        return File(
            "text/html; charset=utf-8",
            f"""<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>{head}
            <script src="{self.hub_url}/snippet.js" data-site="shop" referrerpolicy="no-referrer" async></script>
            <h1>{title}</h1>{body}<cobrowse-code-entry></cobrowse-code-entry>""".encode(),
            {"Cache-Control": "no-cache"},
        )

    async def _add_agent(self) -> None:
        hashed = Passwords(FAST_HASHER).hash(PASSWORD)
        async with open_store(self.settings.hub.store.reveal(), exclusive=False) as stores:
            await stores.accounts.put_agent(Agent(AGENT, "Ana", hashed))

    def close(self) -> None:
        """End the hub."""
        self._hub.stop()
