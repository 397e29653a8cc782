"""A customer without a browser: claims a code, allows, sends pictures made by hand, and answers acts."""

import asyncio
import json
import secrets
import zlib
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.live_hub import LiveHub
from tests.mirror.frames import Frame, page_with_body


class Customer:
    """`make` builds each picture that the hub asks for; `answer` is what every act is answered with, none if empty."""

    def __init__(self, hub: LiveHub, make: Callable[[], Frame] = page_with_body) -> None:
        self.hub = hub
        self.make = make
        self.page_info: dict[str, Any] = {"address": f"{hub.origin}/catalogue"}
        self.answer: dict[str, str] = {"status": "done"}
        self.acts: list[dict[str, Any]] = []
        # What it answers a checkup with besides its id; None: nothing, as a tab that hangs.
        self.condition: dict[str, Any] | None = {}
        self.heard: list[str] = []
        self.epoch = 0
        self.digits = ""
        self._page = secrets.token_hex(16)
        self.token = ""
        self._socket: ClientConnection
        self._listening: asyncio.Task[None]
        self._news = asyncio.Condition()

    async def join(self, code: str) -> None:
        """Claim the code and take the seat."""
        joined = (await self.hub.claim(code)).json()
        self.token, self.digits = joined["token"], joined["digits"]
        await self.connect()

    async def connect(self) -> None:
        self._socket = await self.hub.socket("customer")
        hello = {"k": "hello", "version": 1, "token": self.token, "page": self._page, "nonce": secrets.token_hex(16)}
        await self.say(hello)
        self._listening = asyncio.create_task(self._listen())
        await self.wait_for("customer_welcome")

    async def say(self, message: dict[str, Any]) -> None:
        await self._socket.send(json.dumps(message))

    async def tell(self, checkup: int = 0) -> None:
        """How it is; unasked with 0."""
        await self.say({"k": "condition", "id": checkup, "epoch": self.epoch, "seq": 0, **(self.condition or {})})

    async def navigate(self) -> None:
        """Leave the page and come back as another."""
        await self.say({"k": "bye", "reason": "navigating"})
        await self.leave()
        self._page = secrets.token_hex(16)

    async def leave(self) -> None:
        await self._socket.close()
        await self._listening

    async def wait_for(self, kind: str, count: int = 1) -> None:
        """Until the hub has said `count` messages of this kind."""
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: self.heard.count(kind) >= count)

    async def _listen(self) -> None:
        try:
            async for data in self._socket:
                text = zlib.decompress(data, -15) if isinstance(data, bytes) else data
                found = json.loads(text)
                for message in found if isinstance(found, list) else [found]:
                    await self._take(message)
        except ConnectionClosed:
            return

    async def _take(self, message: dict[str, Any]) -> None:
        if message["k"] == "customer_welcome":
            self.token = message["token"]
            self.epoch = max(self.epoch, message["first_epoch"] - 1)
        elif message["k"] == "probe":
            await self.say({"k": "probe_answer", "id": message["id"]})
        elif message["k"] == "resync":
            self.epoch += 1
            await self.say(self.make().snapshot(self.epoch, page=self.page_info))
        elif message["k"] == "checkup" and self.condition is not None:
            await self.tell(message["id"])
        elif message["k"] == "act":
            self.acts.append(message["do"])
            if self.answer:
                await self.say({"k": "act_result", "id": message["id"], **self.answer})
        async with self._news:
            self.heard.append(message["k"])
            self._news.notify_all()
