"""The page that the canaries stand on, and the small site that serves it."""

import http.server
import json
import threading
from pathlib import Path

from tests.attack.canaries.place import canary
from tests.attack.canaries.table import ALL, MASKED_FROM, VISIBLE_FROM
from tests.mirror.capture_page import PIXEL

MASK = [".secret"]
SHOW = [".shown"]
DENIED = ["/denied/*"]

_SCRIPT = Path(__file__).with_name("page.js").read_text(encoding="utf-8")
# What stands around the box of a masked place, by the letter of the try; of others `a` and `c` alone are tried.
WRAPPERS = {
    "a": "<div data-cobrowse=mask>{box}</div>",
    "c": "<div data-cobrowse=mask>{box}</div>",
    "e": "<div class=secret>{box}</div>",
    "f": "<x-w data-cobrowse=mask><template shadowrootmode=open>{box}</template></x-w>",
    "g": "<x-w><template shadowrootmode=open><x-u><template shadowrootmode=open><div data-cobrowse=mask><slot></slot>"
    "</div></template><slot></slot></x-u></template>{box}</x-w>",
    "h": "<section data-cobrowse=hide>{box}</section>",
    "i": "<div>{box}</div>",
    "j": "<div data-cobrowse=mask>{box}</div>",
    "k": "<div>{box}</div>",
    "l": "<x-w>{box}</x-w>",
}
# Tries that begin with `x` in the place of the canary.
_LATER = "cijklr"


def _box(number: int, how: str, secret: str) -> str:
    if how in _LATER or (secret and number >= VISIBLE_FROM):
        said = "x"
    else:
        said = secret or canary(number, how)
    return f'<div data-box="{number} {how}">{ALL[number].html.replace("{c}", said)}</div>'


def _boxes(private: bool, secret: str) -> str:
    boxes = []
    for number in range(VISIBLE_FROM):
        if private:
            boxes += [_box(number, "p", secret), _box(number, "r", secret)]
        elif number < MASKED_FROM:
            boxes += [_box(number, "a", secret), _box(number, "c", secret)]
        else:
            boxes += [around.replace("{box}", _box(number, how, secret)) for how, around in WRAPPERS.items()]
    boxes += ["<div class=shown>", *(_box(number, "v", secret) for number in range(VISIBLE_FROM, len(ALL))), "</div>"]
    return "\n".join(boxes)


def page(hub_url: str, site: str, *, private: bool, secret: str = "") -> str:
    """The page with every canary that is there at load, or everywhere with this one secret."""
    table = json.dumps([[place.html, place.script] for place in ALL]).replace("<", "\\u003c")
    script = _SCRIPT.replace("TABLE", table)
    constants = f"const FROM = {MASKED_FROM}, VISIBLE = {VISIBLE_FROM}, WRAPPERS = {json.dumps(WRAPPERS)};"
    constants = constants.replace("<", "\\u003c") + f"const SECRET = {json.dumps(secret)};"
    return f"""<!doctype html><html><head><title data-cobrowse=mask>{secret or canary(MASKED_FROM, "a")}</title>
<meta name=referrer content=unsafe-url>
<script src="{hub_url}/snippet.js" data-site="{site}" referrerpolicy="no-referrer" async></script></head><body>
<h1 class=shown>Canaries</h1><cobrowse-code-entry></cobrowse-code-entry>
<main style="contain:strict;height:9px;overflow:hidden">
<div id=dark data-cobrowse=mask></div><div id=free></div>
{_boxes(private, secret)}
</main>
<script>{constants}
{script}</script></body></html>"""


def help_page(hub_url: str, site: str) -> str:
    """Where the customer types the code."""
    return f"""<!doctype html><title>Help</title><h1 class=shown>Help</h1>
<script src="{hub_url}/snippet.js" data-site="{site}" async></script><cobrowse-code-entry></cobrowse-code-entry>"""


class _Handler(http.server.BaseHTTPRequestHandler):
    pages: dict[str, str]

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        kind, body = "text/plain", b""
        if path in self.pages:
            kind, body = "text/html; charset=utf-8", self.pages[path].encode()
        elif path.startswith("/said/"):
            kind, body = "text/css", f"i.said::before {{ content: '{Path(path).stem}' }}".encode()
        elif path.startswith("/soft/"):
            kind, body = "text/html", f"<!doctype html><p>{Path(path).stem}".encode()
        elif path.startswith("/noted/"):
            kind, body = "text/css", f"/* {Path(path).stem} */ u {{ color: red /* {Path(path).stem} */ }}".encode()
        elif path.endswith(".css"):
            kind = "text/css"
        elif path.endswith(".png"):
            kind, body = "image/png", PIXEL
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class CanarySite:
    """A site on loopback: `/help` and `/live`."""

    def __init__(self) -> None:
        handler = type("Handler", (_Handler,), {"pages": {}})
        self._pages: dict[str, str] = handler.pages  # type: ignore[attr-defined]  # made in the line above
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def carry(self, hub_url: str, site: str, *, private: bool, secret: str = "") -> None:
        """Serve the pages with the snippet of this hub."""
        self._pages["/live"] = page(hub_url, site, private=private, secret=secret)
        self._pages["/help"] = help_page(hub_url, site)
        self._pages["/frame"] = "<!doctype html><p>x"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
