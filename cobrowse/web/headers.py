"""What every answer carries: a strict CSP, no sniffing, no referrer, no caching unless a route says otherwise."""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HSTS_SECONDS = 63_072_000  # two years, what hstspreload.org recommends
NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
ASSET: Mapping[str, str] = {
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    # Were one opened after all, it would be a download, not a document. Images, fonts and sheets ignore it.
    "Content-Disposition": "attachment",
}

ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
    # The mirror gets a process of its own where it can, also beside a hub of the same registrable domain: what hangs
    # the one leaves the other alone. And no name in a shown page is looked up ahead of time.
    "Origin-Agent-Cluster": "?1",
    "X-DNS-Prefetch-Control": "off",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
UNLESS_SET: Mapping[str, str] = {
    "Content-Security-Policy": NOTHING,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def socket_origin(origin: str) -> str:
    """The WebSocket origin beside an HTTP one. (Not every browser lets 'self' stand for it.)"""
    return "ws" + origin.removeprefix("http")


def console_policy(public_url: str, mirror_url: str) -> str:
    """The console's CSP: our own scripts, our own sockets, and the mirror in a frame."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self' {socket_origin(public_url)}; frame-src {mirror_url}; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )


def join_policy() -> str:
    """The hosted code entry's CSP."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )


def mirror_policy(public_url: str, mirror_url: str, token: str, file: str) -> str:
    """The mirror page's CSP, which its inner frame inherits. It holds only its own script and its own asset path.

    'unsafe-inline' in style-src is for the `style` attributes and `<style>` elements of the shown page; there is
    no script beside them for it to help. `token` is URL-safe by its make (itsdangerous), so it cannot end the path."""
    assets = f"{mirror_url}/m/{token}/a/"
    return (
        f"default-src 'none'; script-src {mirror_url}/static/{file}; style-src 'unsafe-inline' {assets}; "
        f"img-src {assets}; font-src {assets}; frame-ancestors {public_url}; base-uri 'none'; form-action 'none'"
    )


class SecurityHeaders:
    """Adds the headers to every answer, also to refused upgrades and to errors."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self.always = dict(ALWAYS)
        if https:
            self.always["Strict-Transport-Security"] = f"max-age={HSTS_SECONDS}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                headers = MutableHeaders(scope=message)
                for name, value in self.always.items():
                    headers[name] = value
                for name, value in UNLESS_SET.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] != "lifespan" else send)
