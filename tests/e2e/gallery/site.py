"""The gallery as a site with the snippet, and a hub that knows it.

Its policy is what a shop, a bank or an insurer would have: texts are shown, what is in fields is not, account numbers
are masked, charts and an editor are shown.
"""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from cobrowse.config import from_mapping
from cobrowse.demo.serving import serve_shop
from cobrowse.demo.shop import PageHeaders
from cobrowse.store.base import Agent
from cobrowse.store.opening import open_store
from cobrowse.web.server import listen
from cobrowse.web.sign_in import Passwords
from tests.e2e.gallery import drawings, fragments
from tests.e2e.places import AGENT, FAST_HASHER, HOST, PASSWORD, InThread, Ready, ShiftedClock, free_port, hub_in_thread

SITE = "gallery"
HELP = "<!doctype html><html lang=en><title>Help</title><h1>Help</h1><cobrowse-code-entry></cobrowse-code-entry>"
# A tab has them at hand for the agent's picture, as on sites that let browsers keep their files.
KEPT = {"Cache-Control": "public, max-age=3600"}


def snippet(hub_url: str) -> str:
    """The one line that a site needs."""
    return f'<script src="{hub_url}/snippet.js" data-site="{SITE}" referrerpolicy="no-referrer" async></script>'


class KeptFiles(StaticFiles):
    """Scripts, styles and fonts."""

    async def get_response(self, path: str, scope: Any) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(KEPT)
        return response


def build_site(hub_url: str, built: Path) -> Starlette:
    """The gallery's pages with the snippet in them, from the folder of `bundles.made`."""

    async def page(request: Request) -> Response:
        path = built / request.path_params["page"] / "index.html"
        if path.parent.parent != built or not path.is_file():
            return Response(status_code=404)
        return HTMLResponse(path.read_text(encoding="utf-8").replace("</head>", f"{snippet(hub_url)}</head>", 1))

    async def help_page(request: Request) -> Response:
        return HTMLResponse(HELP + snippet(hub_url))

    async def photo(request: Request) -> Response:
        return Response(drawings.photo(request.path_params["number"]), media_type="image/jpeg", headers=KEPT)

    async def tile(request: Request) -> Response:
        place = request.path_params
        return Response(drawings.tile(place["z"], place["x"], place["y"]), media_type="image/png", headers=KEPT)

    return Starlette(
        routes=[
            Route("/help", help_page),
            Route("/photo/{number:int}.jpg", photo),
            Route("/tiles/{z:int}/{x:int}/{y:int}.png", tile),
            Route("/fragment/{name}", fragments.answer, methods=["GET", "POST"]),
            Route("/{page}/", page),
            Mount("/", KeptFiles(directory=built)),
        ]
    )


class GalleryPlace:
    """A hub, its mirror and the gallery, each on a free port, in threads: what `walk`'s two people need."""

    def __init__(self, folder: Path, built: Path) -> None:
        port = free_port()
        bound = listen(HOST, 0)
        self.hub_url = f"http://localhost:{port}"
        self.mirror_url = f"http://{HOST}:{port}"
        self.shop_url = f"http://{HOST}:{bound.getsockname()[1]}"
        store = f"sqlite://{folder / 'hub.db'}"
        self._settings = from_mapping(
            {
                "hub": {
                    "public_url": self.hub_url,
                    "mirror_url": self.mirror_url,
                    "secret_keys": [secrets.token_urlsafe(32)],
                    "store": store,
                },
                "sites": [
                    {
                        "id": SITE,
                        "name": "Example Gallery",
                        "origins": [self.shop_url],
                        "start_url": f"{self.shop_url}/help",
                        "mask": [".account-number"],
                        "show": [".cm-editor"],
                        "show_canvas": ["canvas"],
                    }
                ],
            }
        )
        # In a thread: Playwright's own loop runs in this one.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, self._add_agent(store)).result()
        site = PageHeaders(build_site(self.hub_url, built), "frame-ancestors 'self'")

        async def serve_site(stop: asyncio.Event, ready: Ready) -> None:
            bound.listen()
            ready()
            await serve_shop(site, bound, stop)

        self._servers = [InThread(serve_site), hub_in_thread(self._settings, port, ShiftedClock())]

    def close(self) -> None:
        """End everything."""
        for server in reversed(self._servers):
            server.stop()

    async def _add_agent(self, store: str) -> None:
        hashed = Passwords(FAST_HASHER).hash(PASSWORD)
        async with open_store(store, exclusive=False) as stores:
            await stores.accounts.put_agent(Agent(AGENT, "Ana", hashed))
