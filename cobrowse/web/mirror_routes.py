"""The asset relay on the mirror's origin: an image, a font or a stylesheet of the customer's page, by number.

The bytes come from a page nobody trusts: they are handed out only where the browser says that it wants an image, a font
or a stylesheet (an SVG opened as a page would run its scripts), never sniffed, sandboxed, never cached.
"""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cobrowse.core.errors import NotAllowed, NotFound
from cobrowse.core.tokens import MirrorToken
from cobrowse.web.headers import ASSET
from cobrowse.web.parts import asset_number_of, parts_of

ASSET_DESTINATIONS = frozenset({"image", "font", "style"})
STYLESHEET = "text/css"
# The only form of an address in checked CSS. On the wire it counts from the mirror page; in a stylesheet served as a
# file it counts from that file, whose neighbours the other assets are.
ADDRESS_IN_CSS = re.compile(rb'url\("a/([0-9]{1,10})"\)')


async def asset(request: Request) -> Response:
    parts = parts_of(request)
    destination = request.headers.get("sec-fetch-dest", "")
    if destination not in ASSET_DESTINATIONS:
        raise NotAllowed(
            "An asset is an image, a font or a stylesheet of a mirror, nothing to open.", code="wrong_destination"
        )
    token = parts.tokens.verify(MirrorToken, request.path_params["token"], parts.clock.now())
    n = asset_number_of(request)
    if n is None:
        raise NotFound("An asset has a number.")
    found = await parts.hub.asset(token.session, n, destination)
    data = found.data
    if found.media_type == STYLESHEET:
        data = ADDRESS_IN_CSS.sub(rb'url("\1")', data)
    return Response(data, headers={"Content-Security-Policy": ASSET}, media_type=found.media_type)


ROUTES = [Route("/m/{token}/a/{n}", asset, methods=["GET"])]
