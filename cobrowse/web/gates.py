"""Who may come in at all: by host, by proxy, by Origin. Each gate is asked before anything is read."""

import ipaddress
from collections.abc import Callable, Collection, Mapping, Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from cobrowse.core.errors import BadInput, NotAllowed
from cobrowse.hub.clock import Clock, within
from cobrowse.web.problems import problem

OPEN_PATHS = ("/healthz", "/readyz", "/metrics")
MIRROR_PREFIX = "/m/"
STATIC_PREFIX = "/static/"
PROXY_HEADERS = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded", "x-real-ip")
# How long /readyz stays red after proxy headers came from an address that is not listed.
PROXY_ALARM_SECONDS = 300.0
DEFAULT_PORTS = {"http": 80, "https": 443}
CORS_SECONDS = 600
# As long as the ticket of an asset works.
BODY_SECONDS = 30.0

Authority = tuple[str, int]


def authority(origin: str) -> Authority:
    """Host and port of an origin, the port also where it is the scheme's own."""
    parts = urlsplit(origin)
    return (parts.hostname or "").lower(), parts.port or DEFAULT_PORTS.get(parts.scheme, 0)


def authority_of_host(header: str, scheme: str) -> Authority | None:
    """Host and port of a Host header; None where it is not one."""
    try:
        parts = urlsplit(f"//{header}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or parts.path or parts.query or parts.fragment or parts.username is not None:
        return None
    return host.lower(), port or DEFAULT_PORTS[scheme]


class HostGate:
    """The request's host decides what answers; what is asked at the wrong one is 421.

    A missing port stands for that of the configured URL's scheme: behind a proxy the hub itself speaks http."""

    def __init__(self, app: ASGIApp, *, public_url: str, mirror_url: str) -> None:
        self.app = app
        self.public, self.public_scheme = authority(public_url), urlsplit(public_url).scheme
        self.mirror, self.mirror_scheme = authority(mirror_url), urlsplit(mirror_url).scheme

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or scope["path"] in OPEN_PATHS or self._fits(scope):
            await self.app(scope, receive, send)
            return
        response = problem(421, "wrong_host", "This host does not answer for this address.")
        await response(scope, receive, send)

    def _fits(self, scope: Scope) -> bool:
        hosts = Headers(scope=scope).getlist("host")
        if len(hosts) != 1:
            return False
        path: str = scope["path"]
        is_public = authority_of_host(hosts[0], self.public_scheme) == self.public
        is_mirror = authority_of_host(hosts[0], self.mirror_scheme) == self.mirror
        if path.startswith(STATIC_PREFIX):
            return is_public or is_mirror
        return is_mirror if path.startswith(MIRROR_PREFIX) else is_public


class Proxies:
    """Takes the client's address from proxy headers, but only where the peer is a listed proxy.

    Such headers from anyone else are ignored and remembered: then the hub stands behind a proxy it was not told of,
    all customers share one address in the rate limits, and /readyz says so. uvicorn's own switch stays off."""

    def __init__(
        self, app: ASGIApp, *, trusted: Sequence[str], report: "ProxyReport", monotonic: Callable[[], float]
    ) -> None:
        self.app = app
        self.behind = ProxyHeadersMiddleware(app, list(trusted))  # type: ignore[arg-type]  # two spellings of ASGI
        self.networks = [ipaddress.ip_network(network) for network in trusted]
        self.report = report
        self.monotonic = monotonic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        # In no variable of this frame, which lives as long as a socket does.
        if not _from_a_proxy(scope):
            await self.app(scope, receive, send)
        elif self._is_trusted(scope):
            await self.behind(scope, receive, send)  # type: ignore[arg-type]  # two spellings of ASGI
        else:
            self.report.seen_at = self.monotonic()
            await self.app(scope, receive, send)

    def _is_trusted(self, scope: Scope) -> bool:
        try:
            peer = ipaddress.ip_address((scope.get("client") or ("", 0))[0])
        except ValueError:
            return False
        return any(peer in network for network in self.networks)


def is_proxied(connection: HTTPConnection) -> bool:
    """True where a proxy, listed or not, says that it passed this on."""
    return any(name in connection.headers for name in PROXY_HEADERS)


def _from_a_proxy(scope: Scope) -> bool:
    return any(name.decode("latin-1") in PROXY_HEADERS for name, _ in scope["headers"])


class ProxyReport:
    """When proxy headers last came from an unlisted peer."""

    def __init__(self) -> None:
        self.seen_at: float | None = None

    def alarming(self, now: float) -> bool:
        """True for a while after that."""
        return self.seen_at is not None and now - self.seen_at < PROXY_ALARM_SECONDS


class BodyDeadline:
    """A body must come within `BODY_SECONDS`, however slowly its bytes drip: `BadInput` code `too_slow`."""

    def __init__(self, app: ASGIApp, *, clock: Clock) -> None:
        self.app = app
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        until = self.clock.monotonic() + BODY_SECONDS

        async def in_time() -> Message:
            try:
                return await within(self.clock, until - self.clock.monotonic(), _received(receive))
            except TimeoutError as error:
                raise BadInput(f"The body did not come within {BODY_SECONDS:.0f} s.", code="too_slow") from error

        await self.app(scope, in_time, send)


async def _received(receive: Receive) -> Message:
    return await receive()


def origin_of(connection: HTTPConnection) -> str | None:
    """The one Origin header; None where there is none, several, or the opaque `null`."""
    origins = connection.headers.getlist("origin")
    return origins[0] if len(origins) == 1 and origins[0] != "null" else None


def require_origin(connection: HTTPConnection, allowed: Collection[str]) -> str:
    """The Origin where it is one of `allowed`, else `NotAllowed` code `origin_not_allowed`; so for a missing one."""
    origin = origin_of(connection)
    if origin is None or origin not in allowed:
        raise NotAllowed("This origin may not do this.", code="origin_not_allowed")
    return origin


class CustomerCors:
    """CORS for the customer's endpoints: the exact origin of a site, without credentials, on errors too.

    Which site it must be is in the body, so the endpoint itself judges; here every site's origin may ask."""

    def __init__(self, app: ASGIApp, *, origins: frozenset[str], methods: Mapping[str, str]) -> None:
        self.app = app
        self.origins = origins
        # The method that each path (or, ending in a slash, each path below it) takes.
        self.methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = self._method(scope["path"]) if scope["type"] == "http" else None
        if method is None:
            await self.app(scope, receive, send)
            return
        origin = origin_of(HTTPConnection(scope))
        known = origin if origin in self.origins else None
        if scope["method"] == "OPTIONS":
            await self._preflight(known, method)(scope, receive, send)
            return

        async def with_cors(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Origin")
                if known is not None:
                    headers.update(_cors(known))
            await send(message)

        await self.app(scope, receive, with_cors)

    def _method(self, path: str) -> str | None:
        return next((m for p, m in self.methods.items() if path == p or (p.endswith("/") and path.startswith(p))), None)

    def _preflight(self, origin: str | None, method: str) -> Response:
        if origin is None:
            response = problem(403, "origin_not_allowed", "This origin is not one of a site.")
        else:
            response = Response(status_code=204, headers=_cors(origin))
            response.headers["Access-Control-Allow-Methods"] = method
            response.headers["Access-Control-Allow-Headers"] = "authorization, cobrowse-asset-ticket, content-type"
            response.headers["Access-Control-Max-Age"] = str(CORS_SECONDS)
        response.headers["Vary"] = "Origin"
        return response


def _cors(origin: str) -> dict[str, str]:
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "Retry-After",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
