"""The agent's side: sign in, sessions, tickets for the socket.

Every request that changes something carries the hub's own Origin (CSRF), besides the SameSite=Strict cookie.
"""

import secrets
from typing import Annotated

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cobrowse.core.protocol import SessionState
from cobrowse.core.tokens import secret_hash
from cobrowse.store.base import Agent
from cobrowse.web.gates import require_origin
from cobrowse.web.parts import Parts, address_of, parts_of
from cobrowse.web.problems import json, read_json
from cobrowse.web.sign_in import AGENT_NAME_MAX_CHARACTERS, ID_BYTES, PASSWORD_MAX_CHARACTERS, require_site

TICKET_SECONDS = 30.0


class Login(Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(max_length=AGENT_NAME_MAX_CHARACTERS)]
    password: Annotated[str, Meta(max_length=PASSWORD_MAX_CHARACTERS)]


class NewSession(Struct, frozen=True, forbid_unknown_fields=True):
    site: Annotated[str, Meta(max_length=64)]


class Named(Struct, frozen=True):
    """An agent or a site as the console may know it."""

    id: str
    name: str


class Me(Struct, frozen=True):
    agent: Named
    sites: list[Named]


class NewCode(Struct, frozen=True):
    id: str
    code: str
    expires_at: float


class Sessions(Struct, frozen=True):
    sessions: list[SessionState]


class Ticket(Struct, frozen=True):
    ticket: str


def _me(parts: Parts, agent: Agent) -> Me:
    allowed = [site for site in parts.sites.values() if not agent.sites or site.id in agent.sites]
    return Me(Named(agent.id, agent.name), [Named(site.id, site.name) for site in allowed])


def _require_own_origin(request: Request) -> None:
    require_origin(request, (parts_of(request).settings.hub.public_url,))


async def login(request: Request) -> Response:
    parts = parts_of(request)
    _require_own_origin(request)
    body = await read_json(request, Login)
    async with parts.limits.signing_in(address_of(request), body.name.strip().lower()):
        agent = await parts.sign_ins.prove(body.name, body.password)
    await parts.limits.signed_in(agent.id)
    signed_in = await parts.sign_ins.begin(agent)
    response = json(_me(parts, signed_in.agent))
    parts.sign_ins.set_cookie(response, signed_in.cookie)
    return response


async def logout(request: Request) -> Response:
    parts = parts_of(request)
    _require_own_origin(request)
    await parts.sign_ins.sign_out(request)
    response = Response(status_code=204)
    parts.sign_ins.drop_cookie(response)
    return response


async def me(request: Request) -> Response:
    parts = parts_of(request)
    return json(_me(parts, await parts.sign_ins.agent(request)))


async def create_session(request: Request) -> Response:
    parts = parts_of(request)
    _require_own_origin(request)
    agent = await parts.sign_ins.agent(request)
    body = await read_json(request, NewSession)
    site = parts.site(body.site)
    require_site(agent, site.id)
    await parts.limits.new_session(agent.id)
    digits = await parts.limits.digits_for(site)
    created = await parts.hub.create(agent.id, agent.name, site.id, digits=digits)
    return json(NewCode(created.id, created.code, created.expires_at), 201)


async def list_sessions(request: Request) -> Response:
    parts = parts_of(request)
    agent = await parts.sign_ins.agent(request)
    return json(Sessions(await parts.hub.list(agent.id)))


async def read_session(request: Request) -> Response:
    parts = parts_of(request)
    agent = await parts.sign_ins.agent(request)
    return json(await parts.hub.read(request.path_params["session"], agent.id))


async def end_session(request: Request) -> Response:
    parts = parts_of(request)
    _require_own_origin(request)
    agent = await parts.sign_ins.agent(request)
    await parts.hub.end(request.path_params["session"], agent.id)
    return Response(status_code=204)


async def make_ticket(request: Request) -> Response:
    """A ticket for the hello on /ws/agent: single use, so that no cookie opens a socket."""
    parts = parts_of(request)
    _require_own_origin(request)
    agent = await parts.sign_ins.agent(request)
    await parts.limits.new_ticket(agent.id)
    state = await parts.hub.read(request.path_params["session"], agent.id)
    ticket = secrets.token_urlsafe(ID_BYTES)
    await parts.accounts.put_ticket(secret_hash(ticket), state.session, parts.clock.now() + TICKET_SECONDS)
    return json(Ticket(ticket))


ROUTES = [
    Route("/api/login", login, methods=["POST"]),
    Route("/api/logout", logout, methods=["POST"]),
    Route("/api/me", me, methods=["GET"]),
    Route("/api/sessions", create_session, methods=["POST"]),
    Route("/api/sessions", list_sessions, methods=["GET"]),
    Route("/api/sessions/{session}", read_session, methods=["GET"]),
    Route("/api/sessions/{session}", end_session, methods=["DELETE"]),
    Route("/api/sessions/{session}/ticket", make_ticket, methods=["POST"]),
]
