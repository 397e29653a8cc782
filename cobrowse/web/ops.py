"""For the operator: /healthz (the process runs), /readyz (it can serve, or why not), /metrics (counts alone)."""

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from cobrowse.core.errors import StoreError
from cobrowse.web.parts import Parts, parts_of
from cobrowse.web.problems import json

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Readiness(Struct, frozen=True):
    """`problems` is empty where the hub is ready."""

    ready: bool
    problems: list[str]


async def healthz(_request: Request) -> Response:
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    problems = await _problems(parts_of(request))
    return json(Readiness(not problems, problems), 503 if problems else 200)


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
    parts = parts_of(request)
    counts = {
        **parts.hub.stats(),
        "rate_limit_alarms": parts.limits.alarms,
        "sockets": parts.turnstile.sockets,
        "sockets_waiting": parts.turnstile.waiting,
        "sockets_refused": parts.turnstile.refused,
        "connections": len(parts.doors),
        "connections_cut": parts.doors.cut,
    }
    lines = [f"{_series(name)} {value}\n" for name, value in sorted(counts.items())]
    return Response("".join(lines), headers={"Content-Type": METRICS_TYPE})


def _series(name: str) -> str:
    # The hub's names are `what` or `what.reason`; what was washed is counted by site, troubles by site and reason.
    what, _, reason = name.partition(".")
    if what == "troubles":
        site, _, trouble = reason.rpartition(".")
        return f'cobrowse_troubles{{site="{site}",reason="{trouble}"}}'
    label = "site" if what == "washed" else "reason"
    return f'cobrowse_{what}{{{label}="{reason}"}}' if reason else f"cobrowse_{what}"


ROUTES = [
    Route("/healthz", healthz, methods=["GET"]),
    Route("/readyz", readyz, methods=["GET"]),
    Route("/metrics", metrics, methods=["GET"]),
]
