"""P11 with real processes: two hubs on one Redis, peers that come again as the snippet does, and SIGKILL.

Live again within 3 s of any hub accepting: here the other hub accepts all the while."""

import asyncio
import json
import random
import secrets
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Subprotocol

from cobrowse.core.protocol import SUBPROTOCOL, VERSION
from tests.attack.wire import text_of
from tests.hub.peers import ORIGIN, picture
from tests.live_hub import ANSWER_SECONDS, NO_TLS, PASSWORD, HubProcess

pytestmark = pytest.mark.redis

KILLS = 6
LIVE_AGAIN_SECONDS = 3.0
HANG_SECONDS = 30.0
FIRST_STEP_SECONDS = 0.25
CAP_SECONDS = 1.0
AWAY = (OSError, TimeoutError, ConnectionClosed, InvalidHandshake, httpx.HTTPError, KeyError)


class Peer:
    """A page that comes again to any hub: at once, then after up to 0.25 s, doubling to 1 s, with full jitter."""

    def __init__(self, seat: str, hubs: list[HubProcess]) -> None:
        self.seat = seat
        self.hubs = hubs
        self.at: HubProcess | None = None
        self.page = secrets.token_hex(8)
        self.heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)

    async def hear(self, kind: str, **fields: Any) -> dict[str, Any]:
        async with asyncio.timeout(HANG_SECONDS):
            while True:
                message = await self.heard.get()
                if message["k"] == kind and fields.items() <= message.items():
                    return message

    async def _run(self) -> None:
        step = 0.0
        while True:
            await asyncio.sleep(random.uniform(0, step))  # noqa: S311 - no secret
            step = min(max(step * 2, FIRST_STEP_SECONDS), CAP_SECONDS)
            hub = random.choice(self.hubs)  # noqa: S311
            with suppress(*AWAY):
                url = f"ws://localhost:{hub.port}/ws/{self.seat}"
                async with connect(
                    url, origin=self.origin(hub), subprotocols=[Subprotocol(SUBPROTOCOL)], proxy=None
                ) as socket:
                    await self._sit(hub, socket)
                    step = 0.0
            self.at = None

    async def _sit(self, hub: HubProcess, socket: ClientConnection) -> None:
        hello = {"k": "hello", "version": VERSION, "token": await self.token(hub), "page": self.page}
        await socket.send(json.dumps({**hello, "nonce": secrets.token_hex(8)}))
        async for frame in socket:
            said = json.loads(frame)
            for message in said if isinstance(said, list) else [said]:
                if message["k"].endswith("_welcome"):
                    self.at = hub
                    self.welcomed(message)
                await self.react(message, socket)
                self.heard.put_nowait(message)

    def origin(self, hub: HubProcess) -> Any:
        raise NotImplementedError

    async def token(self, hub: HubProcess) -> str:
        raise NotImplementedError

    def welcomed(self, welcome: dict[str, Any]) -> None:
        """The seat is taken."""

    async def react(self, message: dict[str, Any], socket: ClientConnection) -> None:
        if message["k"] == "probe":
            await socket.send(json.dumps({"k": "probe_answer", "id": message["id"]}))


class Tab(Peer):
    """The customer's page: a picture with its present text whenever it is asked for one."""

    def __init__(self, hubs: list[HubProcess], token: str) -> None:
        self.newest = token
        self.epoch = 0
        self.text = "Hello"
        super().__init__("customer", hubs)

    def origin(self, hub: HubProcess) -> Any:
        return ORIGIN

    async def token(self, hub: HubProcess) -> str:
        return self.newest

    def welcomed(self, welcome: dict[str, Any]) -> None:
        self.newest = welcome["token"]
        self.epoch = welcome["first_epoch"]

    async def react(self, message: dict[str, Any], socket: ClientConnection) -> None:
        await super().react(message, socket)
        if message["k"] == "state" and message["name"] == "joining":
            await socket.send('{"k":"consent","allow":true}')
        if message["k"] == "resync":
            await socket.send(text_of(picture(self.epoch, self.text)))
            self.epoch += 1


class Console(Peer):
    """The agent's page: a ticket for each try."""

    def __init__(self, hubs: list[HubProcess], client: httpx.AsyncClient, session: str, digits: str) -> None:
        self.client = client
        self.session = session
        self.digits = digits
        super().__init__("agent", hubs)

    def origin(self, hub: HubProcess) -> Any:
        return hub.public_url

    async def token(self, hub: HubProcess) -> str:
        answer = await ask(self.client, hub, f"/api/sessions/{self.session}/ticket")
        return str(answer.json()["ticket"])

    async def react(self, message: dict[str, Any], socket: ClientConnection) -> None:
        await super().react(message, socket)
        if message["k"] == "state" and message["name"] == "joining":
            await socket.send(json.dumps({"k": "digits", "value": self.digits}))


async def ask(client: httpx.AsyncClient, hub: HubProcess, path: str, body: Any = None, origin: str = "") -> Any:
    headers = {"Origin": origin or hub.public_url}
    return await client.post(f"http://localhost:{hub.port}{path}", json=body or {}, headers=headers)


@asynccontextmanager
async def session_of(hubs: list[HubProcess]) -> AsyncIterator[tuple[Console, Tab]]:
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx.AsyncClient(verify=NO_TLS, timeout=ANSWER_SECONDS))
        await ask(client, hubs[0], "/api/login", {"name": "ana", "password": PASSWORD})
        new = (await ask(client, hubs[0], "/api/sessions", {"site": "shop"})).json()
        claim = {"site": "shop", "code": new["code"], "nonce": secrets.token_hex(16)}
        joined = (await ask(client, hubs[1], "/api/codes/claim", claim, ORIGIN)).json()
        tab, console = Tab(hubs, joined["token"]), Console(hubs, client, new["id"], joined["digits"])
        stack.push_async_callback(tab.stop)
        stack.push_async_callback(console.stop)
        yield console, tab


async def test_a_hub_is_killed_and_all_is_live_again(redis_url: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        hubs = [stack.enter_context(HubProcess.on_free_port(tmp_path, redis_url, origins=[ORIGIN])) for _ in range(2)]
        hubs[0].add_agent()
        async with session_of(hubs) as (console, tab):
            await console.hear("snapshot")
            waits = []
            for number in range(KILLS):
                # In turn the hub of the one and of the other; now and then it is the same.
                victim = (console, tab)[number % 2].at
                assert victim is not None
                tab.text = f"after kill {number}"
                began = time.monotonic()
                victim.kill()
                await console.hear("snapshot", texts=[tab.text])
                waits.append(time.monotonic() - began)
                await asyncio.to_thread(victim.start)
                await settled(console, tab)
            # Each was survived. The time is asked of the middle one, since the machine may be busy with other things.
            assert statistics.median(waits) <= LIVE_AGAIN_SECONDS, waits


async def settled(*peers: Peer) -> None:
    """Both sit, and what was said meanwhile is heard."""
    for _ in range(1000):
        if all(peer.at for peer in peers):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("A peer found no seat.")
