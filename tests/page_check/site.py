"""A small site on loopback for the masking check: pages made by tests, and what was asked of it."""

import http.server
import threading
from typing import Self

from cobrowse.core.policy import Site

STRICT = "default-src 'none'; script-src 'nonce-own'; img-src 'self'; require-trusted-types-for 'script'"
Headers = dict[str, str]


class SmallSite:
    """`pages`: path → HTML. Everything else is 404. `requests`: path and headers of each request."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.headers: dict[str, Headers] = {}
        self.requests: list[tuple[str, Headers]] = []
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def page(self, body: str, path: str = "/", *, title: str = "Page", **headers: str) -> str:
        """Serve this body at this path, under a strict policy; its address."""
        self.pages[path] = f"<!doctype html><html><head><title>{title}</title></head><body>{body}</body></html>"
        self.headers[path] = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": STRICT,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self.origin + path

    def policy(self, **policy: object) -> Site:
        """The site's settings."""
        chosen = {"deny_paths": ("/denied/*",), "query_params": ("q",), **policy}
        return Site(id="s", name="S", origins=(self.origin,), start_url=self.origin + "/", **chosen)  # type: ignore[arg-type]  # a test's own words

    def paths(self) -> list[str]:
        """The paths that were asked for, but for the browser's own wish for an icon."""
        return [path for path, _ in self.requests if path != "/favicon.ico"]


def _handler(site: SmallSite) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            site.requests.append((path, {name.lower(): value for name, value in self.headers.items()}))
            body = site.pages.get(path)
            self.send_response(404 if body is None else 302 if "Location" in site.headers[path] else 200)
            for name, value in site.headers.get(path, {}).items():
                self.send_header(name, value)
            data = ("missing" if body is None else body).encode()
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
