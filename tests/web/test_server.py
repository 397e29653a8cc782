"""Running the app: ports, stores, signals, workers, draining."""

import asyncio
import os
import resource
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from cobrowse.config import Settings, from_mapping
from cobrowse.core.errors import ConfigError, StoreBusy, StoreError
from cobrowse.store.local_bus import LocalBus
from cobrowse.web.server import (
    CONNECTIONS,
    DRAIN_SECONDS,
    REQUESTS_SECONDS,
    SPARE_FILES,
    CannotListen,
    allow_many_files,
    listen,
    serve,
)
from cobrowse.web.workers import WORKERS_MAX, check_workers
from tests.live_hub import CHEAP, HubProcess, LiveHub, as_toml, settings_for, sqlite_url
from tests.web.test_sockets import heard, hello, ticket_for


def settings(store: str) -> Settings:
    return from_mapping(settings_for(8000, store))


def test_a_port_in_use_is_a_sentence() -> None:
    with listen("127.0.0.1", 0) as bound:
        bound.listen()
        port = bound.getsockname()[1]
        with pytest.raises(CannotListen, match=f"Port {port} on 127.0.0.1 is in use"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "words"), [("no such host", "is not an address to listen on"), ("192.0.2.1", "Cannot listen on 192.0.2.1")]
)
def test_an_address_that_is_not_here_is_a_sentence(host: str, words: str) -> None:
    with pytest.raises(CannotListen, match=words):
        listen(host, 0)


def test_more_than_one_worker_is_refused_with_what_to_do(tmp_path: Path) -> None:
    embedded, shared = settings(sqlite_url(tmp_path)), settings("redis://localhost")
    check_workers(embedded, 1)
    check_workers(shared, 1)
    check_workers(shared, 3)
    with pytest.raises(ConfigError, match="an SQLite file has one server"):
        check_workers(embedded, 2)
    for count in (0, WORKERS_MAX + 1):
        with pytest.raises(ConfigError, match="--workers must be from 1 to"):
            check_workers(shared, count)


async def test_a_second_server_on_one_file_is_refused(live: LiveHub) -> None:
    with pytest.raises(StoreBusy):
        await serve(settings(live.settings.hub.store.reveal()), port=0, signals=False)
    async with live.client() as client:
        assert (await client.get("/readyz")).status_code == 200


async def test_a_store_that_cannot_be_opened_serves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    started: list[int] = []
    with pytest.raises(ConfigError):
        await serve(settings(f"sqlite://{tmp_path}/file/x.db"), port=0, started=started.append, signals=False)
    assert started == []


async def test_a_bus_that_is_away_serves_nothing_and_says_so(
    tmp_path: Path, clients: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def away(_bus: LocalBus, _hub: str, _receive: object) -> AsyncIterator[None]:
        raise StoreError("no Bus")
        yield

    monkeypatch.setattr(LocalBus, "listen", away)
    with pytest.raises(StoreError, match="no Bus"):
        await LiveHub(store=sqlite_url(tmp_path), static=clients).start()


async def test_a_restart_keeps_sign_ins_and_sessions_on_the_same_port(live: LiveHub) -> None:
    async with live.signed_in() as agent:
        new = await live.new_code(agent)
        await live.restart()
        state = (await agent.get(f"/api/sessions/{new.id}")).json()
    assert state["name"] == "waiting"
    assert (await live.claim(new.code)).status_code == 200


async def test_a_seat_is_taken_again_after_a_restart(live: LiveHub) -> None:
    code, _ = await ticket_for(live)
    joined = (await live.claim(code)).json()
    async with live.socket("customer") as customer:
        await customer.send(hello(joined["token"], page="p" * 16))
        token = (await heard(customer))["token"]
        await live.restart()
    async with live.socket("customer") as customer:
        await customer.send(hello(token, page="p" * 16))
        assert (await heard(customer))["k"] == "customer_welcome"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_it_well(tmp_path: Path, clients: Path, number: signal.Signals) -> None:
    apps: list[Starlette] = []
    before = signal.getsignal(number)
    started: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(
        serve(
            settings(sqlite_url(tmp_path)),
            port=0,
            started=started.set_result,
            static=clients,
            hasher=CHEAP,
            on_app=apps.append,
        )
    )
    port = await asyncio.wait_for(started, 30)
    async with httpx.AsyncClient(timeout=30) as client:
        assert (await client.get(f"http://localhost:{port}/healthz")).status_code == 200
    os.kill(os.getpid(), number)
    await asyncio.wait_for(serving, 30)
    assert apps[0].state.parts.hub.draining
    assert signal.getsignal(number) is before
    with pytest.raises(OSError, match="refused"), socket.create_connection(("127.0.0.1", port), 1):
        pass


async def test_it_serves_without_being_watched(tmp_path: Path, clients: Path) -> None:
    stop = asyncio.Event()
    stop.set()
    await serve(settings(sqlite_url(tmp_path)), port=0, stop=stop, static=clients, hasher=CHEAP, signals=False)
    assert (tmp_path / "cobrowse.db").exists()


@pytest.mark.redis
async def test_two_hubs_on_one_redis_share_sign_ins_codes_and_counts(redis_url: str, clients: Path) -> None:
    async with LiveHub(store=redis_url, static=clients) as one, LiveHub(store=redis_url, static=clients) as two:
        await one.add_agent()
        async with two.signed_in() as agent:
            code = (await two.new_code(agent)).code
        for hub in (one, two, one, two):
            assert (await hub.claim("000000000")).status_code == 404
        assert (await one.claim(code)).status_code == 200
        assert (await two.claim("000000000")).status_code == 404
        for hub in (one, two):
            answer = await hub.claim("000000000")
            assert answer.status_code == 429
            assert int(answer.headers["retry-after"]) > 0


def test_a_hub_process_is_killed_and_comes_back(tmp_path: Path) -> None:
    hub = HubProcess.on_free_port(tmp_path, sqlite_url(tmp_path))
    with hub, httpx.Client(base_url=hub.public_url, headers={"Origin": hub.public_url}, timeout=30) as agent:
        hub.add_agent()
        body = {"name": "ana", "password": "correct horse battery"}
        assert agent.post("/api/login", json=body).status_code == 200
        hub.kill()
        with pytest.raises(httpx.TransportError):
            agent.get("/api/me")
        hub.start()
        assert agent.get("/api/me").status_code == 200
        assert hub.stop() == 0


def test_settings_are_written_as_toml() -> None:
    table = settings_for(8000, "redis://x", name='A "quoted" \\ name', limits={"idle_seconds": 60}, code_digits=10)
    table["sites"][0]["allow_default_denied_paths"] = True
    assert "[sites.limits]\nidle_seconds = 60" in as_toml(table)
    with pytest.raises(AssertionError):
        as_toml({"hub": {}, "sites": [{"limits": {}}]})


async def test_a_peer_that_never_answers_cannot_hold_up_the_end(live: LiveHub) -> None:
    code, _ = await ticket_for(live)
    token = (await live.claim(code)).json()["token"]
    # By hand, since no client library leaves a close unanswered.
    reader, writer = await asyncio.open_connection("localhost", live.port)
    lines = [
        "GET /ws/customer HTTP/1.1",
        f"Host: localhost:{live.port}",
        f"Origin: {live.origin}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Protocol: cobrowse.v1",
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
    said = hello(token).encode()
    writer.write(b"\x81\xfe" + len(said).to_bytes(2, "big") + b"\0\0\0\0" + said)
    assert b"customer_welcome" in await reader.read(65536)
    await asyncio.wait_for(live.stop(), DRAIN_SECONDS + REQUESTS_SECONDS)
    writer.close()
    await writer.wait_closed()


def test_as_many_files_as_the_system_allows() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        allow_many_files()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        assert hard == before[1]
        assert soft == min(hard, CONNECTIONS + SPARE_FILES) or hard == resource.RLIM_INFINITY
        assert soft > 256
        allow_many_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (soft, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
