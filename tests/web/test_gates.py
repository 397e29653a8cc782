"""Gates: hosts, proxies, Origin and CORS, each by itself."""

import httpx
import pytest
from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from cobrowse.core.errors import NotAllowed
from cobrowse.web.gates import (
    PROXY_ALARM_SECONDS,
    CustomerCors,
    HostGate,
    Proxies,
    ProxyReport,
    authority,
    authority_of_host,
    origin_of,
    require_origin,
)

SITE = "https://shop.example"


async def who_asks(scope: Scope, receive: Receive, send: Send) -> None:
    client = Request(scope).client
    await PlainTextResponse(client.host if client else "nobody")(scope, receive, send)


def test_an_origin_has_a_host_and_a_port() -> None:
    assert authority("https://Hub.example") == ("hub.example", 443)
    assert authority("http://localhost:8000") == ("localhost", 8000)
    assert authority("http://[::1]:8000") == ("::1", 8000)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("hub.example", ("hub.example", 443)),
        ("HUB.example:8443", ("hub.example", 8443)),
        ("[::1]:8000", ("::1", 8000)),
        ("", None),
        ("hub.example:port", None),
        ("hub.example:99999", None),
        ("hub.example/path", None),
        ("hub.example?x", None),
        ("hub.example#x", None),
        ("me@hub.example", None),
        ("[::1", None),
    ],
)
def test_a_host_header_is_one_host_or_nothing(header: str, found: tuple[str, int] | None) -> None:
    assert authority_of_host(header, "https") == found


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        ("hub.example", "/", 200),
        ("hub.example:443", "/api/me", 200),
        ("mirror.example", "/m/token/", 200),
        ("mirror.example", "/static/mirror-1.js", 200),
        ("hub.example", "/static/console-1.js", 200),
        ("anything.example", "/healthz", 200),
        ("10.1.2.3", "/readyz", 200),
        ("10.1.2.3:8000", "/metrics", 200),
        ("mirror.example", "/", 421),
        ("mirror.example", "/api/login", 421),
        ("mirror.example", "/ws/agent", 421),
        ("hub.example", "/m/token/", 421),
        ("hub.example:8443", "/", 421),
        ("other.example", "/static/console-1.js", 421),
        ("other.example", "/", 421),
        ("hub.example.", "/", 421),
    ],
)
async def test_the_host_decides_what_answers(host: str, path: str, status: int) -> None:
    gate = HostGate(who_asks, public_url="https://hub.example", mirror_url="https://mirror.example")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gate), base_url="https://hub.example") as client:
        answer = await client.get(path, headers={"Host": host})
    assert answer.status_code == status
    if status == 421:
        assert answer.json()["code"] == "wrong_host"


async def test_two_hosts_are_none() -> None:
    gate = HostGate(who_asks, public_url="https://hub.example", mirror_url="https://mirror.example")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gate), base_url="https://hub.example") as client:
        answer = await client.get("/", headers=[("Host", "hub.example"), ("Host", "hub.example")])
    assert answer.status_code == 421


@pytest.mark.parametrize(
    ("peer", "headers", "client", "alarming"),
    [
        ("10.0.0.7", {"X-Forwarded-For": "203.0.113.9"}, "203.0.113.9", False),
        ("10.0.0.7", {"X-Forwarded-For": "198.51.100.1, 203.0.113.9, 10.0.0.8"}, "203.0.113.9", False),
        ("203.0.113.5", {"X-Forwarded-For": "1.2.3.4"}, "203.0.113.5", True),
        ("203.0.113.5", {"Forwarded": "for=1.2.3.4"}, "203.0.113.5", True),
        ("203.0.113.5", {"X-Real-IP": "1.2.3.4"}, "203.0.113.5", True),
        ("203.0.113.5", {}, "203.0.113.5", False),
        ("unix", {"X-Forwarded-For": "1.2.3.4"}, "unix", True),
    ],
)
async def test_only_listed_proxies_name_the_client(
    peer: str, headers: dict[str, str], client: str, alarming: bool
) -> None:
    report = ProxyReport()
    gate = Proxies(who_asks, trusted=["10.0.0.0/8"], report=report, monotonic=lambda: 100.0)
    transport = httpx.ASGITransport(gate, client=(peer, 1))
    async with httpx.AsyncClient(transport=transport, base_url="https://hub.example") as asking:
        answer = await asking.get("/", headers=headers)
    assert answer.text == client
    assert report.alarming(100.0) is alarming
    assert not report.alarming(100.0 + PROXY_ALARM_SECONDS)


def connection(*origins: str) -> HTTPConnection:
    return HTTPConnection({"type": "http", "headers": [(b"origin", origin.encode()) for origin in origins]})


def test_there_is_one_origin_or_none() -> None:
    assert origin_of(connection(SITE)) == SITE
    assert origin_of(connection()) is None
    assert origin_of(connection("null")) is None
    assert origin_of(connection(SITE, SITE)) is None


@pytest.mark.parametrize("origins", [(), ("null",), ("https://evil.example",), (SITE + "/",), (SITE, SITE)])
def test_an_origin_that_is_not_the_very_one_is_refused(origins: tuple[str, ...]) -> None:
    with pytest.raises(NotAllowed) as caught:
        require_origin(connection(*origins), {SITE})
    assert caught.value.code == "origin_not_allowed"


def test_the_very_origin_is_let_in() -> None:
    assert require_origin(connection(SITE), {SITE}) == SITE


@pytest.fixture
def cors() -> CustomerCors:
    return CustomerCors(who_asks, origins=frozenset({SITE}), methods={"/claim": "POST", "/assets/": "PUT"})


async def asked(app: CustomerCors, method: str, path: str, origin: str | None) -> httpx.Response:
    headers = {"Origin": origin} if origin else {}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://hub.example") as client:
        return await client.request(method, path, headers=headers)


async def test_a_site_may_ask_and_read_the_answer(cors: CustomerCors) -> None:
    before = await asked(cors, "OPTIONS", "/assets/7", SITE)
    assert before.status_code == 204
    assert before.headers["access-control-allow-origin"] == SITE
    assert before.headers["access-control-allow-methods"] == "PUT"
    assert "cobrowse-asset-ticket" in before.headers["access-control-allow-headers"]
    assert before.headers["vary"] == "Origin"
    answer = await asked(cors, "POST", "/claim", SITE)
    assert answer.headers["access-control-allow-origin"] == SITE
    assert "access-control-allow-credentials" not in {**before.headers, **answer.headers}


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "https://shop.example.evil"])
async def test_others_may_not(cors: CustomerCors, origin: str | None) -> None:
    before = await asked(cors, "OPTIONS", "/claim", origin)
    assert before.status_code == 403
    assert before.json()["code"] == "origin_not_allowed"
    answer = await asked(cors, "POST", "/claim", origin)
    for response in (before, answer):
        assert "access-control-allow-origin" not in response.headers
        assert response.headers["vary"] == "Origin"


async def test_other_paths_have_no_cors(cors: CustomerCors) -> None:
    answer = await asked(cors, "OPTIONS", "/api/sessions", SITE)
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers
