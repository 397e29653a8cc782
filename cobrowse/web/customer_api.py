"""The customer's side: claim a code, redeem a handoff, bring an asset.

From the site's own page a claim answers what the snippet needs. From the hub's /join page it answers an address: the
site's start page with a handoff in the fragment. Only a page of that site's origins can redeem it, once, within 30 s.
"""

from typing import Annotated

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cobrowse.core import codes
from cobrowse.core.errors import BadInput, BadToken
from cobrowse.core.policy import Site
from cobrowse.core.protocol import Nonce, TokenText
from cobrowse.core.tokens import AssetTicket, CustomerToken, Handoff, secret_hash
from cobrowse.hub.assets import ASSET_MAX_BYTES
from cobrowse.hub.desk import Joined
from cobrowse.web.gates import require_origin
from cobrowse.web.parts import Parts, address_of, asset_number_of, parts_of
from cobrowse.web.problems import json, read_body, read_json

HANDOFF_SECONDS = 30.0
CORS_METHODS = {"/api/codes/claim": "POST", "/api/handoffs/redeem": "POST", "/api/assets/": "PUT"}

SiteId = Annotated[str, Meta(max_length=64)]


class Claim(Struct, frozen=True, forbid_unknown_fields=True):
    site: SiteId
    code: Annotated[str, Meta(max_length=64)]
    nonce: Nonce


class Redeem(Struct, frozen=True, forbid_unknown_fields=True):
    site: SiteId
    handoff: TokenText
    nonce: Nonce


class Redirect(Struct, frozen=True):
    redirect: str


async def claim(request: Request) -> Response:
    parts = parts_of(request)
    body = await read_json(request, Claim)
    site = parts.site(body.site)
    own = parts.settings.hub.public_url
    origin = require_origin(request, (*site.origins, own))
    # A typing error is caught here, before anything is asked or counted.
    code = codes.normalise(body.code)
    async with parts.limits.claiming(address_of(request), site, len(code)):
        joined = await parts.hub.claim(site.id, code, body.nonce)
    await parts.limits.claimed(joined.session)
    return await _hand_off(parts, site, joined, body.nonce) if origin == own else json(joined)


async def _hand_off(parts: Parts, site: Site, joined: Joined, nonce: str) -> Response:
    expires_at = parts.clock.now() + HANDOFF_SECONDS
    handoff = parts.tokens.sign(Handoff(session=joined.session, nonce=nonce), expires_at)
    await parts.accounts.put_ticket(secret_hash(handoff), site.id, expires_at)
    return json(Redirect(f"{site.start_url}#cobrowse={handoff}"))


async def redeem(request: Request) -> Response:
    parts = parts_of(request)
    body = await read_json(request, Redeem)
    site = parts.site(body.site)
    require_origin(request, site.origins)
    async with parts.limits.redeeming(address_of(request)):
        handoff = await _redeemed(parts, site, body)
    return json(await parts.hub.joined(handoff.session, handoff.nonce))


async def _redeemed(parts: Parts, site: Site, body: Redeem) -> Handoff:
    now = parts.clock.now()
    handoff = parts.tokens.verify(Handoff, body.handoff, now)
    # The ticket, not the token, says "once" and "30 s"; it knows for which site it was made.
    made_for = await parts.accounts.take_ticket(secret_hash(body.handoff), body.nonce, now)
    if made_for != site.id:
        raise BadToken("This handoff has been used, has expired, or is of another site.", code="handoff_invalid")
    return handoff


async def put_asset(request: Request) -> Response:
    parts = parts_of(request)
    require_origin(request, parts.settings.site_origins)
    n = asset_number_of(request)
    if n is None:
        raise BadInput("An asset has a number.", code="bad_request")
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    ticket = request.headers.get("cobrowse-asset-ticket", "")
    if scheme.lower() != "bearer":
        raise BadToken("An asset needs the customer's token.")
    # Judged here before five megabytes are read; the hub judges again whether it still wants them.
    now = parts.clock.now()
    customer = parts.tokens.verify(CustomerToken, token, now)
    asked = parts.tokens.verify(AssetTicket, ticket, now)
    if (asked.session, asked.n) != (customer.session, n):
        raise BadToken("This ticket is for another asset.")
    async with parts.bodies.turn(customer.session):
        body = await read_body(request, ASSET_MAX_BYTES)
        await parts.limits.asset(customer.session, len(body))
        await parts.hub.put_asset(token, ticket, n, body)
    return Response(status_code=204)


ROUTES = [
    Route("/api/codes/claim", claim, methods=["POST"]),
    Route("/api/handoffs/redeem", redeem, methods=["POST"]),
    Route("/api/assets/{n}", put_asset, methods=["PUT"]),
]
