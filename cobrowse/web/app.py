"""build_app: all wiring, nothing else."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from cobrowse.config import Settings
from cobrowse.core.addresses import is_on_loopback
from cobrowse.core.errors import CobrowseError
from cobrowse.core.tokens import Tokens, secret_hash
from cobrowse.hub.clock import Clock, StoreClock
from cobrowse.hub.fetching import Fetcher
from cobrowse.hub.house import House
from cobrowse.hub.hub import Hub
from cobrowse.store.base import AccountStore, Bus, Counts, SessionStore
from cobrowse.web import agent_api, customer_api, mirror_routes, ops, pages, slots, sockets
from cobrowse.web.colleagues import Worker
from cobrowse.web.connections import Doors
from cobrowse.web.counting import Sources, counting
from cobrowse.web.gates import BodyDeadline, CustomerCors, HostGate, Proxies, ProxyReport
from cobrowse.web.headers import SecurityHeaders
from cobrowse.web.limits import RateLimits
from cobrowse.web.measured import StoreWatch, measured
from cobrowse.web.metrics import Metrics
from cobrowse.web.parts import Parts
from cobrowse.web.problems import CatchAll, on_error, on_http_exception
from cobrowse.web.sign_in import Passwords, SignIns
from cobrowse.web.slots import Slots
from cobrowse.web.static import FOLDER, StaticFiles
from cobrowse.web.turnstile import Turnstile

# 128 bits: ids of sessions and hubs are not secret, but nobody should run into one.
SESSION_ID_BYTES = 16

ROUTES = [
    *ops.ROUTES,
    *pages.ROUTES,
    *agent_api.ROUTES,
    *customer_api.ROUTES,
    *mirror_routes.ROUTES,
    *sockets.ROUTES,
]


def build_app(
    settings: Settings,
    store: SessionStore,
    accounts: AccountStore,
    bus: Bus,
    clock: Clock,
    *,
    static: Path = FOLDER,
    hasher: PasswordHasher | None = None,
    fetcher: Fetcher | None = None,
    counts: Counts | None = None,
    worker: Worker | None = None,
) -> Starlette:
    """The whole hub as one ASGI app. `static` is the folder of built client files, `hasher` what passwords are hashed
    with (tests pass a cheap one), `fetcher` what gets assets of listed origins, `counts` where hubs
    that share a store count for the rate limits, `worker` which of several this is."""
    clock = StoreClock(clock)
    watch = StoreWatch(clock.monotonic)
    store, accounts = measured(store, watch), measured(accounts, watch)
    tokens = Tokens([key.reveal() for key in settings.hub.secret_keys])
    passwords = Passwords(hasher)
    report = ProxyReport()

    async def take_ticket(ticket: str, nonce: str) -> str | None:
        return await accounts.take_ticket(secret_hash(ticket), nonce, clock.now())

    house = House(
        store=store,
        bus=bus,
        sites=settings.by_id,
        tokens=tokens,
        pepper=settings.pepper,
        audit_keys=settings.audit_keys,
        clock=clock,
        randbelow=secrets.randbelow,
        new_id=lambda: secrets.token_urlsafe(SESSION_ID_BYTES),
        mirror_url=settings.hub.mirror_url,
        take_ticket=take_ticket,
    )
    hub = Hub(house, fetcher or Fetcher(clock, on_loopback=is_on_loopback(settings.hub.public_url)))
    limits = RateLimits(counts, clock)
    turnstile, doors = Turnstile(), Doors(settings.hub.trusted_proxies)
    files = StaticFiles(static)
    sources = Sources(hub, watch, limits, turnstile, doors, report, files, clock)
    parts = Parts(
        settings=settings,
        sites=settings.by_id,
        hub=hub,
        store=store,
        accounts=accounts,
        tokens=tokens,
        clock=clock,
        static=files,
        limits=limits,
        sign_ins=SignIns(accounts, passwords, clock, https=settings.https),
        proxies=report,
        turnstile=turnstile,
        doors=doors,
        metrics=Metrics(settings, counting(settings, sources), worker),
        bodies=Slots(slots.BODIES_PER_SESSION, slots.BODIES),
        answers=Slots(slots.ANSWERS_PER_SESSION, slots.ANSWERS),
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        try:
            async with parts.metrics.running(), hub.running():
                yield
        finally:
            passwords.close()

    app = Starlette(
        routes=ROUTES,
        middleware=[
            Middleware(SecurityHeaders, https=settings.https),
            Middleware(Proxies, trusted=settings.hub.trusted_proxies, report=report, monotonic=clock.monotonic),
            Middleware(HostGate, public_url=settings.hub.public_url, mirror_url=settings.hub.mirror_url),
            Middleware(CustomerCors, origins=settings.site_origins, methods=customer_api.CORS_METHODS),
            Middleware(CatchAll),
            Middleware(BodyDeadline, clock=clock),
        ],
        exception_handlers={CobrowseError: on_error, HTTPException: on_http_exception},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    app.state.parts = parts
    return app
