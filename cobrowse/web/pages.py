"""The HTML pages: console, hosted code entry, mirror. Each is a shell that loads one script, nothing inline."""

from html import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cobrowse.core.errors import NotFound
from cobrowse.core.tokens import MirrorToken
from cobrowse.web.headers import console_policy, join_policy, mirror_policy
from cobrowse.web.parts import parts_of
from cobrowse.web.static import Entry

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
{icon}<title>{title}</title>
</head>
<body{attributes}>{content}<script src="/static/{file}" integrity="{integrity}" defer></script></body>
</html>
"""


# An empty icon, so that no browser asks for /favicon.ico.
_ICON = '<link rel="icon" href="data:,">\n'


def _page(
    policy: str, script: Entry, title: str, *, content: str = "", icon: str = _ICON, status: int = 200, **data: str
) -> Response:
    html = _PAGE.format(
        icon=icon,
        title=escape(title),
        attributes="".join(f' data-{name.replace("_", "-")}="{escape(value)}"' for name, value in data.items()),
        content=content,
        file=escape(script.file),
        integrity=escape(script.integrity),
    )
    return Response(html, status, headers={"Content-Security-Policy": policy}, media_type="text/html")


async def console(request: Request) -> Response:
    """The agent's app; signing in is its first screen."""
    parts = parts_of(request)
    hub = parts.settings.hub
    policy = console_policy(hub.public_url, hub.mirror_url)
    return _page(policy, parts.static.entry("console"), "Cobrowse", content='<div id="app"></div>')


async def join(request: Request) -> Response:
    """The hosted code entry of one site. People type its address: where there is no such site, a page says so."""
    parts = parts_of(request)
    script = parts.static.entry("join")
    site = parts.sites.get(request.path_params["site"])
    if site is None:
        return _page(join_policy(), script, "Cobrowse", status=404)
    return _page(join_policy(), script, site.name, site=site.id, site_name=site.name)


async def mirror(request: Request) -> Response:
    """The mirror page of one session, framed by the console alone."""
    parts = parts_of(request)
    token: str = request.path_params["token"]
    parts.tokens.verify(MirrorToken, token, parts.clock.now())
    hub = parts.settings.hub
    script = parts.static.entry("mirror")
    policy = mirror_policy(hub.public_url, hub.mirror_url, token, script.file)
    # Framed pages need no icon, and the mirror may load nothing but assets.
    return _page(policy, script, "Mirror", icon="", console=hub.public_url)


async def snippet(request: Request) -> Response:
    """The loader, evergreen."""
    return parts_of(request).static.serve_snippet(request)


async def static(request: Request) -> Response:
    """A built file by its hashed name."""
    response = parts_of(request).static.serve(request, request.path_params["name"])
    if response is None:
        raise NotFound("There is no such file.")
    return response


ROUTES = [
    Route("/", console, methods=["GET"]),
    Route("/join/{site}", join, methods=["GET"]),
    Route("/snippet.js", snippet, methods=["GET"]),
    Route("/static/{name}", static, methods=["GET"]),
    Route("/m/{token}/", mirror, methods=["GET"]),
]
