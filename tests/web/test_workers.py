"""Several processes on one port: started, kept, replaced and ended by one that watches over them."""

import asyncio
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin, Subprotocol

from cobrowse.core.protocol import SUBPROTOCOL
from cobrowse.store.opening import open_store
from cobrowse.web import workers
from cobrowse.web.server import listen
from cobrowse.web.workers import PAUSE_FIRST_SECONDS, PAUSE_LONGEST_SECONDS, Leash, Workers
from tests.live_hub import PASSWORD, SHOP_ORIGIN, HubProcess, as_toml, settings_for, sqlite_url
from tests.web.test_sockets import heard, hello

PATIENCE_SECONDS = 60.0
SESSIONS = 12


def until(wanted: Callable[[], bool], what: str) -> None:
    """Wait for it; an error after a minute."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not wanted():
        if time.monotonic() > give_up_at:
            raise AssertionError(f"not within {PATIENCE_SECONDS} s: {what}")
        time.sleep(0.05)


@pytest.fixture
def hub(tmp_path: Path, redis_url: str) -> Iterator[HubProcess]:
    made = HubProcess.on_free_port(tmp_path, redis_url)
    made.workers = 2
    with made:
        yield made


def is_well(hub: HubProcess) -> bool:
    """Whether a new connection is answered."""
    try:
        return httpx.get(f"{hub.public_url}/healthz", timeout=10).status_code == 200
    except httpx.TransportError:
        return False


def workers_told(hub: HubProcess) -> set[str]:
    """Of which workers the one that was asked told the counts; a busy one is left out."""
    told = httpx.get(f"{hub.public_url}/metrics", timeout=10).text
    return set(re.findall(r'^cobrowse_sockets{worker="(\d)"} ', told, re.MULTILINE))


@pytest.mark.redis
async def test_workers_share_a_port_are_started_again_replaced_and_drained(hub: HubProcess, redis_url: str) -> None:
    hub.add_agent()
    await assert_peers_meet(hub, redis_url)
    await asyncio.to_thread(assert_kept_replaced_and_drained, hub)


def assert_kept_replaced_and_drained(hub: HubProcess) -> None:
    """What becomes of workers that die, that are replaced, and that are told to end."""
    first = hub.worker_pids()
    assert len(first) == 2

    # One dies: the other serves, and the place is filled again.
    os.kill(first[0], signal.SIGKILL)
    until(lambda: first[0] not in hub.worker_pids(), "the dead one is gone")
    assert is_well(hub)
    until(lambda: len(hub.worker_pids()) == 2, "another is there")
    second = hub.worker_pids()
    assert first[1] in second

    # A rolling restart: at no moment nobody accepts, and in the end none of the old is left.
    with httpx.Client(base_url=hub.public_url, headers={"Origin": hub.public_url}) as agent:
        assert agent.post("/api/login", json={"name": "ana", "password": PASSWORD}).status_code == 200
        hub.roll()

        def replaced() -> bool:
            assert is_well(hub)
            return len(hub.worker_pids()) == 2 and not set(hub.worker_pids()) & set(second)

        until(replaced, "all are replaced")
        assert agent.get("/api/me").status_code == 200

    until(lambda: workers_told(hub) == {"1", "2"}, "whoever is asked tells the counts of both")

    last = hub.worker_pids()
    assert hub.stop() == 0
    for pid in last:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def assert_peers_meet(hub: HubProcess, redis_url: str) -> None:
    """The peers of each session are at one worker, and not all sessions at the same."""
    seen: set[str] = set()
    async with open_store(redis_url, exclusive=False) as stores, httpx.AsyncClient(base_url=hub.public_url) as client:
        client.headers["Origin"] = hub.public_url
        assert (await client.post("/api/login", json={"name": "ana", "password": PASSWORD})).status_code == 200
        for _ in range(SESSIONS):
            new = (await client.post("/api/sessions", json={"site": "shop"})).json()
            claim = {"site": "shop", "code": new["code"], "nonce": secrets.token_hex(16)}
            joined = await client.post("/api/codes/claim", json=claim, headers={"Origin": SHOP_ORIGIN})
            ticket = await client.post(f"/api/sessions/{new['id']}/ticket")
            async with (
                seat(hub, "agent", new["id"], ticket.json()["ticket"]),
                seat(hub, "customer", new["id"], joined.json()["token"]),
            ):
                found = await stores.sessions.read(new["id"])
                assert found is not None
                assert found.session.agent_seat.hub == found.session.customer.hub
                seen.add(found.session.customer.hub)
    # A chance in a thousand that it could be so without, for each of both.
    assert len(seen) == 2


@asynccontextmanager
async def seat(hub: HubProcess, who: str, session: str, token: str) -> AsyncIterator[None]:
    """A socket that has this seat."""
    origin = hub.public_url if who == "agent" else SHOP_ORIGIN
    address = f"ws://localhost:{hub.port}/ws/{who}?session={session}"
    async with connect(address, origin=Origin(origin), subprotocols=[Subprotocol(SUBPROTOCOL)], proxy=None) as socket:
        await socket.send(hello(token))
        assert (await heard(socket))["k"] == f"{who}_welcome"
        yield


@pytest.mark.redis
def test_workers_do_not_outlive_who_watches_over_them(tmp_path: Path, redis_url: str) -> None:
    settings = settings_for(0, redis_url)
    (tmp_path / "hub.toml").write_text(as_toml(settings))
    command = [sys.executable, "-m", "cobrowse", "serve", "--config", str(tmp_path / "hub.toml"), "--workers", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        assert "serves" in watching.stdout.readline()
        workers = [int(pid) for pid in Path(f"/proc/{watching.pid}/task/{watching.pid}/children").read_text().split()]
        watching.kill()
        for pid in workers:
            until(partial(is_over, pid), "a worker ended")


def is_over(pid: int) -> bool:
    """Whether this process has ended, also where nobody asked for its exit code yet."""
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_what_keeps_a_worker_from_coming_up_is_said_once(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings = settings_for(0, f"redis://127.0.0.1:{nobody.getsockname()[1]}/0")
    (tmp_path / "hub.toml").write_text(as_toml(settings))
    command = [sys.executable, "-m", "cobrowse", "serve", "--config", str(tmp_path / "hub.toml"), "--workers", "3"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    assert done.returncode == 1
    assert done.stderr.count("cobrowse: Redis at") == 1
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_an_sqlite_file_is_refused_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text(as_toml(settings_for(0, sqlite_url(tmp_path))))
    command = [sys.executable, "-m", "cobrowse", "serve", "--config", str(tmp_path / "hub.toml"), "--workers", "2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    assert done.returncode == 2
    assert "an SQLite file has one server. Set hub.store to redis://" in done.stderr


@pytest.mark.parametrize("limit", ["START_SECONDS", "SILENT_SECONDS"])
async def test_a_worker_that_says_nothing_is_killed(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(workers, limit, 0.3)
    # The second says that it is ready, and nothing more. Its leash is what the last argument names.
    says = "os.write(int(sys.argv[-1].split(',')[1]), b'r')" if limit == "SILENT_SECONDS" else "0"
    with listen("127.0.0.1", 0) as bound:
        made = Workers([sys.executable, "-c", f"import os, sys, time; {says}; time.sleep(600)"], bound, 1)
        place = workers._Place(1)
        async with asyncio.timeout(PATIENCE_SECONDS):
            worker = await made._start(place)
            assert await worker.ready == (limit == "SILENT_SECONDS")
            assert await worker.process.wait() == -signal.SIGKILL
            await asyncio.gather(*made._living.values())


async def test_who_dies_again_and_again_is_started_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def note(seconds: float) -> None:
        slept.append(seconds)

    with listen("127.0.0.1", 0) as bound:
        made, place = Workers([], bound, 1), workers._Place(1)
        with monkeypatch.context() as patch:
            patch.setattr(workers, "_sleep", note)
            for _ in range(8):
                await made._pause(place, None)
    assert slept[:3] == [0, PAUSE_FIRST_SECONDS, 2 * PAUSE_FIRST_SECONDS]
    assert slept[-1] == max(slept) == PAUSE_LONGEST_SECONDS


async def test_a_worker_whose_leash_breaks_stops() -> None:
    ours, theirs = socket.socketpair()
    stop = asyncio.Event()
    leash = Leash(theirs.detach(), stop)
    leash.ready()
    with ours:
        ours.setblocking(False)
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert (await asyncio.get_running_loop().sock_recv(ours, 1)) == b"r"
            assert (await asyncio.get_running_loop().sock_recv(ours, 1)) == b"."
        assert not stop.is_set()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await stop.wait()
    await leash.close()
