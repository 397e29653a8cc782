"""A tab says where an asset of a listed origin is, and the hub gets it: over HTTP, on a live hub."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from cobrowse.hub.assets import ASSET_MAX_BYTES
from cobrowse.web import customer_api
from tests.hub.origin import Origin, answer
from tests.live_hub import NO_TLS, SHOP_ORIGIN, LiveHub, sqlite_url
from tests.web.test_pages import hear, live_session
from tests.web.test_problems import assert_problem

PNG = b"\x89PNG\r\n\x1a\n and so on"
SECRET = "X-Signature=5up3r53cr37"
WITHIN_SECONDS = 20


class Relay:
    """A live session, of which a test plays mirror and tab."""

    def __init__(self, hub: LiveHub, origin: Origin, customer: Any, token: str, mirror: str) -> None:
        self.hub, self.origin, self.customer, self.token, self.mirror = hub, origin, customer, token, mirror
        self.listed = f"http://127.0.0.1:{origin.port}"

    async def get(self, n: int, destination: str = "image") -> httpx.Response:
        async with httpx.AsyncClient(verify=NO_TLS, timeout=WITHIN_SECONDS) as agent:
            return await agent.get(f"{self.mirror}a/{n}", headers={"Sec-Fetch-Dest": destination})

    async def ask(self, n: int, destination: str = "image") -> tuple["asyncio.Task[httpx.Response]", dict[str, str]]:
        """The mirror asks; what the tab answers with."""
        asking = asyncio.create_task(self.get(n, destination))
        wanted = await asyncio.wait_for(hear(self.customer, "asset_wanted"), WITHIN_SECONDS)
        assert wanted["n"] == n
        return asking, {
            "Authorization": f"Bearer {self.token}",
            "Cobrowse-Asset-Ticket": str(wanted["ticket"]),
        }

    async def name(self, n: int, headers: dict[str, str], body: object, origin: str = SHOP_ORIGIN) -> httpx.Response:
        async with self.hub.client(origin) as page:
            return await page.put(f"/api/assets/{n}/address", json=body, headers=headers)


@asynccontextmanager
async def relaying(folder: Path, clients: Path) -> AsyncIterator[Relay]:
    origin = Origin()
    async with origin.serving():
        site = {"asset_origins": [f"http://127.0.0.1:{origin.port}"]}
        async with LiveHub(store=sqlite_url(folder), static=clients, site=site) as hub:
            await hub.add_agent()
            async with live_session(hub) as (customer, token, mirror):
                yield Relay(hub, origin, customer, token, mirror)


@pytest.fixture
async def relay(tmp_path: Path, clients: Path) -> AsyncIterator[Relay]:
    async with relaying(tmp_path, clients) as made:
        yield made


async def test_the_hub_gets_what_the_tab_names(relay: Relay) -> None:
    relay.origin.pages["/a.png?v=1"] = answer(PNG)
    asking, headers = await relay.ask(1)
    told = await relay.name(1, headers, {"address": f"{relay.listed}/a.png?v=1", "kind": "image"})
    assert told.status_code == 204
    assert told.headers["access-control-allow-origin"] == SHOP_ORIGIN
    brought = await asking
    assert (brought.status_code, brought.content, brought.headers["content-type"]) == (200, PNG, "image/png")
    assert (await relay.get(1)).content == PNG
    assert relay.origin.paths == ["/a.png?v=1"]


async def test_a_stylesheet_goes_through_the_tab(relay: Relay) -> None:
    sheet = b"p { background: url(b.png) }"
    relay.origin.pages["/css/a.css"] = answer(sheet, content_type="text/css")
    asking, headers = await relay.ask(1, "style")
    told = await relay.name(1, headers, {"address": f"{relay.listed}/css/a.css", "kind": "style"})
    assert told.json() == {"address": f"{relay.listed}/css/a.css", "css": sheet.decode()}
    assert told.headers["x-content-type-options"] == "nosniff"
    assert not asking.done()
    async with relay.hub.client(SHOP_ORIGIN) as page:
        put = await page.put("/api/assets/1", content=b'p { background: url("a/2") }', headers=headers)
    assert put.status_code == 204
    assert (await asking).content == b'p { background: url("2") }'


@pytest.mark.parametrize(
    ("page", "kind", "status", "code"),
    [
        (answer(b"x", status="404 Not Found"), "image", 404, "failed"),
        (answer(b"<html>", content_type="text/html"), "image", 415, "wrong_type"),
        (answer(b"no picture\0"), "image", 400, "asset_type"),
        (answer(PNG, cache_control="no-store"), "image", 404, "no_store"),
    ],
)
async def test_what_the_hub_does_not_get_both_sides_hear(
    relay: Relay, page: bytes, kind: str, status: int, code: str
) -> None:
    relay.origin.pages["/x"] = page
    asking, headers = await relay.ask(1)
    told = await relay.name(1, headers, {"address": f"{relay.listed}/x", "kind": kind})
    assert_problem(told, status, code)
    assert told.headers["access-control-allow-origin"] == SHOP_ORIGIN
    assert_problem(await asking, 404 if code == "asset_type" else status, code)


@pytest.mark.parametrize(
    "address",
    [
        *("http://169.254.169.254/latest/meta-data/", "http://localhost:{port}/x", "https://127.0.0.1:{port}/x"),
        *("http://127.0.0.1:{port}@evil.example/", "file:///etc/passwd", "http://[::1]:{port}/x", "", "x" * 6000),
    ],
)
async def test_no_address_off_the_list_is_got(relay: Relay, address: str) -> None:
    asking, headers = await relay.ask(1)
    named = address.replace("{port}", str(relay.origin.port))
    assert_problem(await relay.name(1, headers, {"address": named, "kind": "image"}), 404, "other_origin")
    assert_problem(await asking, 404, "other_origin")
    assert relay.origin.heads == []


@pytest.mark.parametrize(
    "body", [{}, {"address": "x" * 6001, "kind": "image"}, {"address": "x", "kind": "script"}, {"address": "x" * 9000}]
)
async def test_what_cannot_be_read_is_not_waited_for(relay: Relay, body: dict[str, str]) -> None:
    asking, headers = await relay.ask(1)
    told = await relay.name(1, headers, body)
    assert told.status_code in (400, 413)
    brought = await asyncio.wait_for(asking, WITHIN_SECONDS)
    assert brought.json()["code"] in ("not_taken", "asset_too_large")


async def test_a_body_that_is_too_large_is_not_waited_for(relay: Relay) -> None:
    """Ten seconds it would have been, for each."""
    asking, headers = await relay.ask(1)
    async with relay.hub.client(SHOP_ORIGIN) as page:
        told = await page.put("/api/assets/1", content=bytes(ASSET_MAX_BYTES + 1), headers=headers)
    assert_problem(told, 413, "too_large")
    assert_problem(await asking, 413, "asset_too_large")


async def test_what_is_fetched_counts_against_the_sessions_bytes(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customer_api, "FETCH_COST_BYTES", 60 * 1024 * 1024)
    relay.origin.pages["/a.png"] = answer(PNG)
    answers = []
    for n in (1, 2):
        asking, headers = await relay.ask(n)
        body = {"address": f"{relay.listed}/a.png", "kind": "image"}
        answers.append((await relay.name(n, headers, body)).status_code)
        asking.cancel()
    assert answers == [204, 429]


async def test_nobody_names_what_was_not_asked_for(relay: Relay) -> None:
    relay.origin.pages["/a.png"] = answer(PNG)
    body = {"address": f"{relay.listed}/a.png", "kind": "image"}
    asking, headers = await relay.ask(1)
    assert_problem(await relay.name(2, headers, body), 401, "bad_token")
    assert_problem(await relay.name(1, {**headers, "Authorization": "Bearer x"}, body), 401, "bad_token")
    assert_problem(await relay.name(1, headers, body, "https://evil.example"), 403, "origin_not_allowed")
    assert relay.origin.heads == []
    assert (await relay.name(1, headers, body)).status_code == 204
    await asking
    # A ticket is worth nothing once the asset is there.
    assert_problem(await relay.name(1, headers, body), 403, "not_asked")
    assert relay.origin.paths == ["/a.png"]


async def test_p12_an_address_is_in_no_log(tmp_path: Path, clients: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Signed addresses open what they name to whoever has them. Neither where all goes well, nor where nothing does."""
    caplog.set_level(logging.DEBUG)
    async with relaying(tmp_path, clients) as relay:
        relay.origin.pages[f"/a.png?{SECRET}"] = answer(PNG)
        relay.origin.pages[f"/off?{SECRET}"] = answer(
            b"", status="302 Found", location=f"http://evil.example/?{SECRET}"
        )
        for n, path in enumerate(("/a.png", "/missing", "/off"), 1):
            asking, headers = await relay.ask(n)
            await relay.name(n, headers, {"address": f"{relay.listed}{path}?{SECRET}", "kind": "image"})
            await asking
        assert len(relay.origin.heads) == 3
        async with relay.hub.client() as anybody:
            metrics = (await anybody.get("/metrics")).text
    assert SECRET not in caplog.text
    assert SECRET not in metrics
    kept = await asyncio.to_thread(lambda: [path.read_bytes() for path in tmp_path.glob("*.db*")])
    assert len(kept) > 0
    assert not any(SECRET.encode() in each for each in kept)
