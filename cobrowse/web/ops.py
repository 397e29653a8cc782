"""For the operator: /healthz (the process runs), /readyz (it can serve, or why not), /metrics (counts alone)."""

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from cobrowse.core.errors import StoreError
from cobrowse.web.gates import is_proxied
from cobrowse.web.parts import Parts, parts_of
from cobrowse.web.problems import json


class Readiness(Struct, frozen=True, omit_defaults=True):
    """`problems` is empty where the hub is ready. `warnings` are no reason not to send it anybody."""

    ready: bool
    problems: list[str]
    warnings: list[str] = []


async def healthz(_request: Request) -> Response:
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    parts = parts_of(request)
    problems = await _problems(parts)
    return json(Readiness(not problems, problems, _warnings(parts)), 503 if problems else 200)


def _warnings(parts: Parts) -> list[str]:
    if not parts.hub.clock_alarm:
        return []
    seconds = parts.hub.clock_difference or 0.0
    way = "ahead of" if seconds > 0 else "behind"
    return [
        f"This machine's clock is {abs(seconds):.0f} s {way} the store's. The hub goes by the store's until it is set "
        "right: check NTP."
    ]


async def _problems(parts: Parts) -> list[str]:
    found = []
    try:
        await parts.store.ping()
    except StoreError as error:
        found.append(f"The store does not answer: {error.sentence}")
    if parts.static.missing:
        found.append(f"The client files are not built; missing: {', '.join(parts.static.missing)}.")
    if parts.proxies.alarming(parts.clock.monotonic()):
        found.append(
            "Proxy headers came from an address that hub.trusted_proxies does not list. All customers behind it share "
            "one address in the rate limits: list your proxy, or keep others from the hub's port."
        )
    if parts.hub.draining:
        found.append("The hub is going away.")
    return found


async def metrics(request: Request) -> Response:
    metrics = parts_of(request).metrics
    metrics.check(request.headers.get("authorization", ""), proxied=is_proxied(request))
    text, media_type = await metrics.text(request.headers.get("accept", ""))
    return Response(text, headers={"Content-Type": media_type})


ROUTES = [
    Route("/healthz", healthz, methods=["GET"]),
    Route("/readyz", readyz, methods=["GET"]),
    Route("/metrics", metrics, methods=["GET"]),
]
