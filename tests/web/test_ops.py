"""What the operator asks, on a live hub."""

import math
from pathlib import Path

import pytest

from cobrowse.core.errors import StoreError
from tests.live_hub import LiveHub, sqlite_url
from tests.web.test_sockets import heard, hello, ticket_for


async def test_a_hub_that_runs_is_well_and_ready(live: LiveHub) -> None:
    async with live.client() as operator:
        assert (await operator.get("/healthz")).text == "ok\n"
        answer = await operator.get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"ready": True, "problems": []})
        assert (await operator.head("/healthz")).status_code == 200


async def test_a_store_that_is_away(live: LiveHub, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away() -> None:
        raise StoreError("no answer")

    monkeypatch.setattr(live.parts.store, "ping", away)
    async with live.client() as operator:
        answer = await operator.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["problems"] == ["The store does not answer: no answer"]


async def test_clients_that_were_not_built(tmp_path: Path) -> None:
    async with LiveHub(store=sqlite_url(tmp_path), static=tmp_path / "nothing") as live, live.client() as operator:
        answer = await operator.get("/readyz")
        assert answer.status_code == 503
        assert "manifest.json" in answer.json()["problems"][0]
        for path in ("/", "/join/shop", "/snippet.js"):
            page = await operator.get(path)
            assert (page.status_code, page.json()["code"]) == (503, "client_not_built")


async def test_a_proxy_nobody_listed_fails_loudly(live: LiveHub) -> None:
    async with live.client() as operator:
        await operator.get("/healthz", headers={"X-Forwarded-For": "203.0.113.1"})
        answer = await operator.get("/readyz")
    assert answer.status_code == 503
    assert "hub.trusted_proxies" in answer.json()["problems"][0]


async def test_a_listed_proxy_is_fine(tmp_path: Path, clients: Path) -> None:
    hub = {"trusted_proxies": ["127.0.0.0/8"]}
    async with LiveHub(store=sqlite_url(tmp_path), static=clients, hub=hub) as live, live.client() as operator:
        answer = await operator.get("/readyz", headers={"X-Forwarded-For": "203.0.113.1"})
    assert answer.status_code == 200


async def test_a_hub_that_goes_away_is_not_ready(live: LiveHub) -> None:
    await live.hub.drain(timeout_seconds=1)
    async with live.client() as operator:
        answer = await operator.get("/readyz")
    assert answer.json() == {"ready": False, "problems": ["The hub is going away."]}


async def test_metrics_are_counts_alone(live: LiveHub) -> None:
    _, ticket = await ticket_for(live)
    async with live.socket("agent") as refused:
        await refused.send("garbage")
        await refused.wait_closed()
    async with live.socket("agent") as agent, live.client() as operator:
        await agent.send(hello(ticket))
        await heard(agent)
        answer = await operator.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    assert lines['cobrowse_peers{seat="agent"}'] == "1.0"
    assert lines["cobrowse_rate_limit_alarms_total"] == "0.0"
    assert lines['cobrowse_turned_away_total{reason="bad_hello"}'] == "1.0"
    assert all(math.isfinite(float(value)) for value in lines.values())
