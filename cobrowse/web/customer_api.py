"""The customer's side: claim a code, redeem a handoff, bring an asset or say where it is.

From the site's own page a claim answers what the snippet needs. From the hub's /join page it answers an address: the
site's start page with a handoff in the fragment. Only a page of that site's origins can redeem it, once, within 30 s.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cobrowse.core import codes
from cobrowse.core.errors import BadInput, BadToken, NotFound, Refused, TooMany
from cobrowse.core.policy import Site
from cobrowse.core.protocol import AssetKind, Nonce, TokenText
from cobrowse.core.tokens import AssetTicket, CustomerToken, Handoff, secret_hash
from cobrowse.hub.desk import Joined
from cobrowse.hub.fetching import ASSET_MAX_BYTES, text_of
from cobrowse.web.gates import require_origin
from cobrowse.web.parts import Parts, address_of, asset_number_of, parts_of
from cobrowse.web.problems import json, read_body, read_json

HANDOFF_SECONDS = 30.0
# Signed addresses of pictures are long; a body of JSON may have 8 KB.
ASSET_ADDRESS_MAX_CHARACTERS = 6000
# What one address counts in a session's budget of bytes: 100 MB a minute are then 1,600 of them.
FETCH_COST_BYTES = 64 * 1024
# What the mirror is told where a body was not taken.
GIVEN_UP = {"too_large": "asset_too_large", "too_slow": "asset_timeout"}
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


class Address(Struct, frozen=True, forbid_unknown_fields=True):
    """Where an asset of a listed origin is, and as what the page uses it."""

    address: Annotated[str, Meta(max_length=ASSET_ADDRESS_MAX_CHARACTERS)]
    kind: AssetKind


class Stylesheet(Struct, frozen=True):
    """A stylesheet as its server gave it, and from where in the end: its addresses count from there."""

    address: str
    css: str


class Asked(NamedTuple):
    """Who brings which asset, by what right."""

    n: int
    token: str
    ticket: str
    session: str


def _asked(request: Request) -> Asked:
    """Judged before five megabytes are read; the hub judges again whether it still wants them."""
    parts = parts_of(request)
    require_origin(request, parts.settings.site_origins)
    n = asset_number_of(request)
    if n is None:
        raise BadInput("An asset has a number.", code="bad_request")
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    ticket = request.headers.get("cobrowse-asset-ticket", "")
    if scheme.lower() != "bearer":
        raise BadToken("An asset needs the customer's token.")
    now = parts.clock.now()
    customer = parts.tokens.verify(CustomerToken, token, now)
    asked = parts.tokens.verify(AssetTicket, ticket, now)
    if (asked.session, asked.n) != (customer.session, n):
        raise BadToken("This ticket is for another asset.")
    return Asked(n, token, ticket, customer.session)


async def put_asset(request: Request) -> Response:
    parts, asked = parts_of(request), _asked(request)
    async with parts.bodies.turn(asked.session):
        async with _given_up(parts, asked):
            body = await read_body(request, ASSET_MAX_BYTES)
            await parts.limits.asset(asked.session, len(body))
        await parts.hub.put_asset(asked.token, asked.ticket, asked.n, body)
    return Response(status_code=204)


async def put_asset_address(request: Request) -> Response:
    parts, asked = parts_of(request), _asked(request)
    async with parts.bodies.turn(asked.session):
        async with _given_up(parts, asked):
            body = await read_json(request, Address)
            # Before it is fetched: a tab that lets the hub fetch for nothing pays the same as one that brings it.
            await parts.limits.asset(asked.session, FETCH_COST_BYTES)
        agent = request.headers.get("user-agent", "")
        found = await parts.hub.fetch_asset(asked.token, asked.ticket, asked.n, body.address, body.kind, agent)
        if found is None:
            return Response(status_code=204)
        return json(Stylesheet(found.address, text_of(found)))


@asynccontextmanager
async def _given_up(parts: Parts, asked: Asked) -> AsyncIterator[None]:
    """Where the body is refused, a mirror that waits for it hears of it at once."""
    try:
        yield
    except (BadInput, TooMany) as error:
        # Who may not bring it has nothing to give up either: the body's own error is what counts.
        with suppress(Refused, NotFound):
            await parts.hub.give_up_asset(asked.token, asked.ticket, asked.n, GIVEN_UP.get(error.code, "not_taken"))
        raise


ROUTES = [
    Route("/api/codes/claim", claim, methods=["POST"]),
    Route("/api/handoffs/redeem", redeem, methods=["POST"]),
    Route("/api/assets/{n}", put_asset, methods=["PUT"]),
    Route("/api/assets/{n}/address", put_asset_address, methods=["PUT"]),
]
