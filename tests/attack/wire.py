"""Sessions on a live hub, over real sockets, with both ends in the test's hands."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
from msgspec import to_builtins
from websockets.asyncio.client import ClientConnection

from cobrowse.core.protocol import VERSION, Message
from tests.hub.peers import PATIENCE_SECONDS, change, picture
from tests.live_hub import ANSWER_SECONDS, NO_TLS, HubProcess, LiveHub

CLOSE_SECONDS = 0.1


def text_of(*messages: Message) -> str:
    """A text frame of these."""
    said = [to_builtins(message) for message in messages]
    return json.dumps(said[0] if len(said) == 1 else said)


class End:
    """One end of a session: what it hears is kept in order, and probes are answered, as every page does."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.heard: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for frame in self.socket:
            said = json.loads(frame)
            for message in said if isinstance(said, list) else [said]:
                if message["k"] == "probe":
                    await self.socket.send(json.dumps({"k": "probe_answer", "id": message["id"]}))
                self.heard.append(message)
            self._news.set()

    async def say(self, message: Message | dict[str, Any]) -> None:
        await self.socket.send(json.dumps(message if isinstance(message, dict) else to_builtins(message)))

    async def hear(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The first message of this kind, with these fields, that was not taken before."""
        async with asyncio.timeout(PATIENCE_SECONDS * 4):
            while True:
                for place, message in enumerate(self.heard):
                    if message["k"] == kind and fields.items() <= message.items():
                        return self.heard.pop(place)
                if self._reading.done():
                    raise AssertionError(f"The hub closed with {self.socket.close_code}; heard {self.heard}")
                self._news.clear()
                await self._news.wait()

    async def stop(self) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)


class Pair:
    """A live session."""

    def __init__(self, session: str, agent: End, customer: End, epoch: int, token: str, mirror: str) -> None:
        self.session = session
        self.agent = agent
        self.customer = customer
        self.epoch = epoch
        self.token = token
        self.mirror = mirror
        self.seq = 0
        self.last_act = 0

    async def change(self, text: str) -> None:
        """The customer's page shows another text."""
        self.seq += 1
        await self.customer.say(change(self.epoch, self.seq, text))

    async def end(self) -> None:
        await self.agent.say({"k": "end"})


class Remote(LiveHub):
    """What tests do with a hub, done with one in a process of its own."""

    def __init__(self, process: HubProcess, origin: str) -> None:
        # Nothing is served here, so nothing of a `LiveHub` is made but its addresses.
        self.port = process.port
        self.public_url = process.public_url
        self.mirror_url = process.mirror_url
        self.base = f"http://localhost:{process.port}"
        self.origin = origin


@asynccontextmanager
async def live_pair(
    hub: LiveHub, client: httpx.AsyncClient, *, customer_hub: LiveHub | None = None
) -> AsyncIterator[Pair]:
    """A session from code to live, with its first picture shown. `client` is a signed-in agent of `hub`."""
    theirs = customer_hub or hub
    async with AsyncExitStack() as stack:
        new = await hub.new_code(client)
        ticket = (await client.post(f"/api/sessions/{new.id}/ticket")).json()["ticket"]
        joined = (await theirs.claim(new.code)).json()
        agent = await _end(stack, hub, "agent", ticket)
        mirror = (await agent.hear("agent_welcome"))["mirror"]
        customer = await _end(stack, theirs, "customer", joined["token"])
        welcome = await customer.hear("customer_welcome")
        await customer.say({"k": "consent", "allow": True})
        await agent.say({"k": "digits", "value": joined["digits"]})
        await customer.hear("resync")
        pair = Pair(new.id, agent, customer, welcome["first_epoch"], welcome["token"], mirror)
        await customer.say(picture(pair.epoch, "Hello"))
        await agent.hear("snapshot")
        yield pair


async def _end(stack: AsyncExitStack, hub: LiveHub, seat: str, token: str) -> End:
    # A hub that does not read a flood does not hear a goodbye in it either.
    end = End(await stack.enter_async_context(hub.socket(seat, close_timeout=CLOSE_SECONDS)))
    stack.push_async_callback(end.stop)
    hello = {"k": "hello", "version": VERSION, "token": token}
    await end.say({**hello, "page": secrets.token_hex(8), "nonce": secrets.token_hex(8)})
    return end


def mirror_of(pair: Pair) -> httpx.AsyncClient:
    """A client of the session's mirror page."""
    return httpx.AsyncClient(
        base_url=pair.mirror, verify=NO_TLS, timeout=ANSWER_SECONDS, headers={"Sec-Fetch-Dest": "image"}
    )


async def bring(hub: LiveHub, pair: Pair, wanted: dict[str, Any], body: bytes | AsyncIterator[bytes]) -> httpx.Response:
    """The tab PUTs what the hub asked for."""
    headers = {"Authorization": f"Bearer {pair.token}", "Cobrowse-Asset-Ticket": wanted["ticket"]}
    async with hub.client(hub.origin, timeout=60) as shop:
        return await shop.put(f"/api/assets/{wanted['n']}", headers=headers, content=body)
