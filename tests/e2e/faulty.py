"""Two hubs on one Redis, of which the customer's can be killed, behind a front that can cut connections, and a Bus that
loses and doubles what it brings the agent's hub."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from starlette.applications import Starlette

from cobrowse.store.base import Bus, Receive
from cobrowse.web.server import listen, serve
from tests.e2e.balancer import Balancer
from tests.e2e.places import FAST_HASHER, HOST, HubProcess, InThread, Place, Ready, free_port

CUSTOMER_PATHS = ("/ws/customer", "/api/codes", "/api/handoffs", "/api/assets", "/snippet.js", "/static/s")


class LossyBus:
    """`Bus` of one hub that gets each message so many times as `fate` says."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.fate: Callable[[], int] = lambda: 1
        self.lost = self.doubled = 0

    def lose(self, seed: int, lost: float, doubled: float) -> None:
        """From now on lose and double these shares of what comes."""
        mixing = random.Random(seed)  # noqa: S311 (not for secrets)

        def fate() -> int:
            drawn = mixing.random()
            times = 0 if drawn < lost else 2 if drawn < lost + doubled else 1
            self.lost += times == 0
            self.doubled += times == 2
            return times

        self.fate = fate

    def mend(self) -> None:
        """Lose nothing any more."""
        self.fate = lambda: 1

    async def send(self, hub: str, data: bytes) -> bool:
        return await self._bus.send(hub, data)

    def listen(self, hub: str, receive: Receive) -> AbstractAsyncContextManager[None]:
        def hear(data: bytes) -> None:
            for _ in range(self.fate()):
                receive(data)

        return self._bus.listen(hub, hear)

    async def absent(self, hubs: Sequence[str]) -> set[str]:
        return await self._bus.absent(hubs)

    def losses(self) -> AsyncIterator[None]:
        return self._bus.losses()

    async def close(self) -> None:
        await self._bus.close()


class FaultyPlace(Place):
    """The agent's hub runs in a thread, the customer's as a process; `front` is where both are reached."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        super().__init__(folder, store=redis_url)
        self.ports = free_port(), free_port()
        self.balancer = Balancer(*self.ports, CUSTOMER_PATHS)
        self.bus: LossyBus
        self._agents = self._agents_hub()
        self._customers: HubProcess = self.hub_process(self.ports[1])
        self._front = InThread(self._serve_front)

    async def _serve_front(self, stop: asyncio.Event, ready: Ready) -> None:
        bound = listen(HOST, self.hub_port)
        bound.listen()
        ready()
        await self.balancer.serve(bound, stop)

    def _agents_hub(self) -> InThread:
        def lossy(app: Starlette) -> None:
            house = app.state.parts.hub._house
            self.bus = house.bus = LossyBus(house.bus)

        async def work(stop: asyncio.Event, ready: Ready) -> None:
            await serve(
                self.settings,
                host=HOST,
                port=self.ports[0],
                started=lambda _port: ready(),
                stop=stop,
                clock=self.clock,
                hasher=FAST_HASHER,
                signals=False,
                on_app=lossy,
            )

        return InThread(work)

    def cut(self, path: str) -> None:
        """Every connection whose request began so is gone, without a word."""
        self._front.call(lambda: self.balancer.cut(path))

    def kill_customers_hub(self) -> None:
        """It is gone with all it knew, and another one comes in its place."""
        self._customers.kill()
        self._customers = self.hub_process(self.ports[1])

    def close(self) -> None:
        super().close()
        self._front.stop()
        self._agents.stop()
        self._customers.stop()
