"""The asset relay on the mirror's origin: an image, a font or a stylesheet of the customer's page, by number.

The bytes come from a page nobody trusts: they are handed out only where the browser says that it wants an image, a font
or a stylesheet (an SVG opened as a page would run its scripts), never sniffed, sandboxed, never cached.
"""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from cobrowse.core.errors import NotAllowed, NotFound
from cobrowse.core.tokens import MirrorToken
from cobrowse.store.base import Asset
from cobrowse.web.headers import ASSET
from cobrowse.web.parts import asset_number_of, parts_of
from cobrowse.web.slots import Slots

ASSET_DESTINATIONS = frozenset({"image", "font", "style"})
ASSET_MODES = frozenset({"no-cors", "cors"})
STYLESHEET = "text/css"
# What is written at once.
CHUNK_BYTES = 64 * 1024
MORE = {"more_body": True}
# The only form of an address in checked CSS. On the wire it counts from the mirror page; in a stylesheet served as a
# file it counts from that file, whose neighbours the other assets are.
ADDRESS_IN_CSS = re.compile(rb'url\("a/([0-9]{1,10})"\)')


async def asset(request: Request) -> Response:
    parts = parts_of(request)
    destination = _destination(request)
    token = parts.tokens.verify(MirrorToken, request.path_params["token"], parts.clock.now())
    n = asset_number_of(request)
    if n is None:
        raise NotFound("An asset has a number.")
    found = await parts.hub.asset(token.session, n, destination)
    return AssetResponse(found, parts.answers, token.session)


def _destination(request: Request) -> str:
    """What the browser says that it wants the bytes for. Raises `NotAllowed` unless it is what a mirror draws with.

    The headers are the browser's own, no page can set them; where the first is missing or stands twice, it says
    nothing. Browsers that do not say where they ask from, or how, are let through."""
    destinations = request.headers.getlist("sec-fetch-dest")
    if len(destinations) != 1 or destinations[0] not in ASSET_DESTINATIONS:
        raise NotAllowed(
            "An asset is an image, a font or a stylesheet of a mirror, nothing to open.", code="wrong_destination"
        )
    sites, modes = request.headers.getlist("sec-fetch-site"), request.headers.getlist("sec-fetch-mode")
    if not {*sites} <= {"same-origin"} or not {*modes} <= ASSET_MODES:
        raise NotAllowed("An asset is for the mirror's own page alone.", code="wrong_destination")
    return destinations[0]


class AssetResponse(Response):
    """An asset, handed out bit by bit, in turn.

    Written at once, five megabytes would lie in the connection for as long as the mirror takes nothing; so they stay
    where they are, shared by all who ask, but for a stylesheet, of which each answer has a copy of its own."""

    def __init__(self, asset: Asset, slots: Slots, session: str) -> None:
        super().__init__(headers=ASSET, media_type=asset.media_type)
        self._asset = asset
        self._slots = slots
        self._session = session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._slots.turn(self._session):
            data = memoryview(self._data())
            self.headers["Content-Length"] = str(len(data))
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            for start in range(0, len(data), CHUNK_BYTES):
                await send({"type": "http.response.body", "body": bytes(data[start : start + CHUNK_BYTES]), **MORE})
            await send({"type": "http.response.body", "body": b""})

    def _data(self) -> bytes:
        if self._asset.media_type != STYLESHEET:
            return self._asset.data
        return ADDRESS_IN_CSS.sub(rb'url("\1")', self._asset.data)


ROUTES = [Route("/m/{token}/a/{n}", asset, methods=["GET"])]
