"""Pages, mirror and assets, on a live hub: the shells, their policies, and who answers on which host."""

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import ClientConnection

from cobrowse.core.tokens import CustomerToken, MirrorToken
from tests.live_hub import ANSWER_SECONDS, NO_TLS, SHOP_ORIGIN, LiveHub, sqlite_url
from tests.web.test_customer_api import put
from tests.web.test_problems import assert_problem
from tests.web.test_sockets import heard, hello, ticket_for

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}


def mirror_token(hub: LiveHub, session: str = "s", lasting: float = 60.0) -> str:
    return hub.parts.tokens.sign(MirrorToken(session=session), hub.parts.clock.now() + lasting)


@asynccontextmanager
async def mirror_client(hub: LiveHub) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=hub.mirror_url, verify=NO_TLS, timeout=ANSWER_SECONDS) as client:
        yield client


def policy_of(answer: httpx.Response) -> dict[str, str]:
    parts = [part.strip().partition(" ") for part in answer.headers["content-security-policy"].split(";")]
    return {name: value for name, _, value in parts}


def assert_nothing_inline(html: str) -> None:
    for script in re.findall(r"<script[^>]*>(.*?)</script>", html, re.S):
        assert script == ""
    assert "<style" not in html
    assert " style=" not in html
    assert not re.search(r"\son\w+=", html)


async def test_the_console_is_a_shell_with_a_strict_policy(live: LiveHub) -> None:
    async with live.client() as agent:
        answer = await agent.get("/")
        script = re.search(r'<script src="(/static/[^"]+)" integrity="([^"]+)" defer>', answer.text)
        assert script is not None
        assert (await agent.get(script[1])).status_code == 200
    assert '<div id="app"></div>' in answer.text
    assert_nothing_inline(answer.text)
    policy = policy_of(answer)
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["connect-src"] == f"'self' ws://localhost:{live.port}"
    assert policy["frame-src"] == live.mirror_url
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert answer.headers["cache-control"] == "no-store"


async def test_the_hosted_code_entry_knows_its_site_and_escapes_its_name(tmp_path: Path, clients: Path) -> None:
    async with (
        LiveHub(store=sqlite_url(tmp_path), static=clients, site={"name": 'A "Shop" & <b>Co'}) as live,
        live.client() as customer,
    ):
        answer = await customer.get("/join/shop")
        assert 'data-site="shop" data-site-name="A &quot;Shop&quot; &amp; &lt;b&gt;Co"' in answer.text
        assert "<b>" not in answer.text
        assert_nothing_inline(answer.text)
        assert policy_of(answer)["frame-ancestors"] == "'none'"


async def test_a_hosted_code_entry_of_no_site_is_a_page_that_says_so(live: LiveHub) -> None:
    async with live.client() as customer:
        answer = await customer.get("/join/zoo")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<body><script" in answer.text
    assert policy_of(answer)["default-src"] == "'none'"


async def test_the_mirror_page_may_load_its_own_script_and_its_own_assets_alone(live: LiveHub) -> None:
    token = mirror_token(live)
    async with mirror_client(live) as agent:
        answer = await agent.get(f"/m/{token}/")
        script = re.search(r'<script src="(/static/[^"]+)"', answer.text)
        assert script is not None
        assert (await agent.get(script[1])).status_code == 200
    assert f'data-console="{live.public_url}"' in answer.text
    assert_nothing_inline(answer.text)
    assets = f"{live.mirror_url}/m/{token}/a/"
    assert policy_of(answer) == {
        "default-src": "'none'",
        "script-src": live.mirror_url + script[1],
        "style-src": f"'unsafe-inline' {assets}",
        "img-src": assets,
        "font-src": assets,
        "frame-ancestors": live.public_url,
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert "set-cookie" not in answer.headers


async def test_a_mirror_needs_its_token(live: LiveHub) -> None:
    wrong = live.parts.tokens.sign(CustomerToken(session="s", rotation=0), live.parts.clock.now() + 60)
    image = {"Sec-Fetch-Dest": "image"}
    async with mirror_client(live) as agent:
        for token in ("forged", wrong):
            assert_problem(await agent.get(f"/m/{token}/"), 401, "bad_token")
            assert_problem(await agent.get(f"/m/{token}/a/1", headers=image), 401, "bad_token")
        old = mirror_token(live, lasting=-100)
        assert_problem(await agent.get(f"/m/{old}/"), 401, "token_expired")


async def test_each_host_answers_for_its_own(live: LiveHub) -> None:
    token = mirror_token(live)
    async with (
        live.client() as public,
        mirror_client(live) as mirror,
        httpx.AsyncClient(verify=NO_TLS, timeout=ANSWER_SECONDS) as other,
    ):
        for path in ("/", "/join/shop", "/snippet.js", "/api/me", "/api/codes/claim"):
            assert_problem(await mirror.get(path), 421, "wrong_host")
        for path in (f"/m/{token}/", f"/m/{token}/a/1"):
            assert_problem(await public.get(path), 421, "wrong_host")
        for path in ("/healthz", "/readyz", "/metrics"):
            answer = await other.get(f"{live.base}{path}", headers={"Host": "10.0.0.1:8000"})
            assert answer.status_code == 200
        assert_problem(await other.get(live.base, headers={"Host": "evil.example"}), 421, "wrong_host")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/join/shop", 200),
        ("GET", "/snippet.js", 200),
        ("GET", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("GET", "/metrics", 200),
        ("GET", "/api/me", 401),
        ("POST", "/api/login", 403),
        ("GET", "/nowhere", 404),
        ("GET", "/join/shop/", 404),
        ("GET", "/static/../manifest.json", 404),
        ("GET", "/static/manifest.json", 404),
        ("PUT", "/", 405),
        ("GET", "/api/login", 405),
        ("OPTIONS", "/api/codes/claim", 403),
        ("POST", "/api/codes/claim", 415),
        ("GET", "/ws/agent", 404),
    ],
)
async def test_every_answer_carries_the_headers(live: LiveHub, method: str, path: str, status: int) -> None:
    async with live.client() as client:
        answer = await client.request(method, path)
    assert answer.status_code == status
    for name, value in EVERYWHERE.items():
        assert answer.headers[name] == value
    assert policy_of(answer)["default-src"] == "'none'"
    assert "frame-ancestors" in policy_of(answer)
    assert "permissions-policy" in answer.headers
    assert "server" not in answer.headers
    assert "strict-transport-security" not in answer.headers
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"


async def test_a_mistake_of_ours_has_the_headers_too(live: LiveHub, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(live.hub, "claim", broken)
    answer = await live.claim("000000000")
    assert_problem(answer, 500, "internal")
    assert "secret" not in answer.text
    for name, value in EVERYWHERE.items():
        assert answer.headers[name] == value
    assert answer.headers["access-control-allow-origin"] == SHOP_ORIGIN


# --- assets, through a customer's socket


@asynccontextmanager
async def live_session(hub: LiveHub) -> AsyncIterator[tuple[ClientConnection, str, str]]:
    """A live session: the customer's socket, the customer's token, the mirror's address."""
    code, ticket = await ticket_for(hub)
    joined = (await hub.claim(code)).json()
    async with hub.socket("agent") as agent, hub.socket("customer") as customer:
        await agent.send(hello(ticket))
        mirror = (await heard(agent))["mirror"]
        await customer.send(hello(joined["token"]))
        token = (await heard(customer))["token"]
        await customer.send(json.dumps({"k": "consent", "allow": True}))
        await agent.send(json.dumps({"k": "digits", "value": joined["digits"]}))
        await hear(customer, "resync")
        # It hears nothing that matters, but the hub gives up who answers no probe for a minute, and so the session.
        listening = asyncio.create_task(hear(agent, "nothing"))
        yield customer, token, mirror
        listening.cancel()


async def hear(socket: ClientConnection, kind: str) -> dict[str, object]:
    """The next message of this kind. Probes are answered meanwhile, as every page does."""
    while True:
        frame = json.loads(await socket.recv())
        for said in frame if isinstance(frame, list) else [frame]:
            if said["k"] == "probe":
                await socket.send(json.dumps({"k": "probe_answer", "id": said["id"]}))
            if said["k"] == kind:
                found: dict[str, object] = said
                return found


async def test_an_asset_comes_from_the_tab_to_the_mirror(live: LiveHub) -> None:
    async with (
        live_session(live) as (customer, token, mirror),
        httpx.AsyncClient(base_url=mirror, verify=NO_TLS, timeout=ANSWER_SECONDS) as agent,
    ):
        asking = asyncio.create_task(agent.get("a/7", headers={"Sec-Fetch-Dest": "image"}))
        wanted = await hear(customer, "asset_wanted")
        headers = {"Authorization": f"Bearer {token}", "Cobrowse-Asset-Ticket": str(wanted["ticket"])}
        assert (await put(live, 7, headers, PNG)).status_code == 204
        answer = await asking
        assert (answer.status_code, answer.content) == (200, PNG)
        assert answer.headers["content-type"] == "image/png"
        assert policy_of(answer) == {"sandbox": "", "default-src": "'none'", "frame-ancestors": "'none'"}
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        # Nobody asked for it a second time.
        assert (await put(live, 7, headers, PNG)).status_code == 403


async def test_a_stylesheet_names_its_neighbours(live: LiveHub) -> None:
    async with (
        live_session(live) as (customer, token, mirror),
        httpx.AsyncClient(base_url=mirror, verify=NO_TLS, timeout=ANSWER_SECONDS) as agent,
    ):
        asking = asyncio.create_task(agent.get("a/7", headers={"Sec-Fetch-Dest": "style"}))
        wanted = await hear(customer, "asset_wanted")
        headers = {"Authorization": f"Bearer {token}", "Cobrowse-Asset-Ticket": str(wanted["ticket"])}
        css = b'@import url("a/8");b{background:url("a/12")}i::after{content:"a/12"}'
        assert (await put(live, 7, headers, css)).status_code == 204
        answer = await asking
    # Read from …/a/7, where "a/12" would be …/a/a/12.
    assert answer.text == '@import url("8");b{background:url("12")}i::after{content:"a/12"}'
    assert answer.headers["content-type"].startswith("text/css")


async def test_a_tab_may_have_no_such_asset(live: LiveHub) -> None:
    async with (
        live_session(live) as (customer, _, mirror),
        httpx.AsyncClient(base_url=mirror, verify=NO_TLS, timeout=ANSWER_SECONDS) as agent,
    ):
        asking = asyncio.create_task(agent.get("a/7", headers={"Sec-Fetch-Dest": "font"}))
        await hear(customer, "asset_wanted")
        await customer.send(json.dumps({"k": "asset_refused", "n": 7, "reason": "no_store"}))
        assert_problem(await asking, 404, "no_store")


@pytest.mark.parametrize("destination", [None, "document", "script", "iframe", "object", "empty", "embed"])
async def test_an_asset_is_nothing_to_open(live: LiveHub, destination: str | None) -> None:
    headers = {"Sec-Fetch-Dest": destination} if destination else {}
    async with mirror_client(live) as agent:
        answer = await agent.get(f"/m/{mirror_token(live)}/a/1", headers=headers)
    assert_problem(answer, 403, "wrong_destination")


@pytest.mark.parametrize("n", ["0", "x", "2147483648", "-1"])
async def test_an_asset_has_a_number(live: LiveHub, n: str) -> None:
    async with mirror_client(live) as agent:
        answer = await agent.get(f"/m/{mirror_token(live)}/a/{n}", headers={"Sec-Fetch-Dest": "image"})
    assert_problem(answer, 404, "not_found")


async def test_without_a_live_session_there_is_no_asset(live: LiveHub) -> None:
    async with mirror_client(live) as agent:
        token = mirror_token(live, session=secrets.token_hex(8))
        answer = await agent.get(f"/m/{token}/a/1", headers={"Sec-Fetch-Dest": "image"})
    assert_problem(answer, 404, "asset_not_shared")
