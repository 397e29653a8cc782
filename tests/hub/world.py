"""Hubs on one store and one Bus, with a clock moved by hand and randomness from a seed."""

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from cobrowse.core.audit import AuditKeys
from cobrowse.core.policy import Site
from cobrowse.core.protocol import AskControl, Consent, ControlAnswer, ControlAsked, Digits, Snapshot
from cobrowse.core.tokens import Tokens
from cobrowse.hub.clock import Clock, StoreClock
from cobrowse.hub.desk import Created, Joined
from cobrowse.hub.house import House
from cobrowse.hub.hub import Hub
from cobrowse.store.opening import open_store
from tests.hub.clock import HandClock, breathe
from tests.hub.faults import FaultyBus, MoodyStore
from tests.hub.loop_store import loop_store
from tests.hub.peers import SHOP, Agent, Browser, Customer, name

AGENT_ID = "ana"
MIRROR = "https://mirror.example"
# So often in a row nothing may have happened before a world counts as settled.
QUIET_ROUNDS = 2


class World:
    """Everything a test of the hub needs."""

    def __init__(self, store: MoodyStore, bus: FaultyBus, sites: list[Site], seed: int = 1) -> None:
        self.store = store
        self.bus = bus
        self.clock = HandClock()
        self.random = random.Random(seed)  # noqa: S311 - a test repeats itself
        self.sites = {site.id: site for site in sites}
        self.tokens = Tokens(["a key for tests"])
        self.audit_keys = AuditKeys(["a key for tests"])
        self.tickets: dict[str, tuple[str, str]] = {}
        self.hubs: list[Hub] = []
        self.pages: list[Browser] = []
        self._running: dict[Hub, AsyncExitStack] = {}
        self._stores: dict[Hub, MoodyStore] = {}
        self._houses: dict[Hub, House] = {}

    async def hub(self, clock: Clock | None = None) -> Hub:
        """One more hub, running; with a clock of its own, or the world's."""
        store = MoodyStore(self.store)
        house = House(
            store=store,
            bus=self.bus,
            sites=self.sites,
            tokens=self.tokens,
            pepper=b"pepper",
            audit_keys=self.audit_keys,
            clock=StoreClock(clock or self.clock),
            randbelow=self.random.randrange,
            new_id=lambda: f"{self.random.getrandbits(64):016x}",
            mirror_url=MIRROR,
            take_ticket=self.take_ticket,
        )
        hub = Hub(house)
        stack = AsyncExitStack()
        await stack.enter_async_context(hub.running())
        self._running[hub] = stack
        self._stores[hub] = store
        self._houses[hub] = house
        self.hubs.append(hub)
        return hub

    def house_of(self, hub: Hub) -> House:
        """What all parts of this hub share."""
        return self._houses[hub]

    def store_of(self, hub: Hub) -> MoodyStore:
        """The store as this hub alone sees it."""
        return self._stores[hub]

    async def take_ticket(self, ticket: str, nonce: str) -> str | None:
        """Single use, by nonce, as the account store does it."""
        found = self.tickets.get(ticket)
        if found is None or found[1] not in ("", nonce):
            return None
        self.tickets[ticket] = (found[0], nonce)
        return found[0]

    def agent(self, hub: Hub, session: str) -> Agent:
        agent = Agent(hub, self.ticket(session))
        self.pages.append(agent)
        return agent

    def ticket(self, session: str) -> str:
        ticket = name("ticket")
        self.tickets[ticket] = (session, "")
        return ticket

    async def create(self, hub: Hub, site: str = "shop") -> Created:
        return await hub.create(AGENT_ID, "Ana", site)

    async def customer(self, hub: Hub, code: str, site: str = "shop") -> Customer:
        customer = Customer(hub, await hub.claim(site, code, name("nonce")), self.sites[site].origins[0])
        self.pages.append(customer)
        return customer

    async def customer_of(self, hub: Hub, joined: Joined) -> Customer:
        """The tab that claimed, with its seat taken."""
        customer = Customer(hub, joined)
        self.pages.append(customer)
        await customer.enter()
        return customer

    async def joining(self, agent_hub: Hub, customer_hub: Hub | None = None) -> tuple[Agent, Customer]:
        """Both seats taken, nothing allowed yet."""
        created = await self.create(agent_hub)
        agent = self.agent(agent_hub, created.id)
        await agent.enter()
        customer = await self.customer(customer_hub or agent_hub, created.code)
        await customer.enter()
        await agent.hear_state("joining")
        return agent, customer

    async def live(self, agent_hub: Hub, customer_hub: Hub | None = None) -> tuple[Agent, Customer]:
        """A live session whose first picture has arrived."""
        agent, customer = await self.joining(agent_hub, customer_hub)
        customer.say(Consent(allow=True))
        agent.say(Digits(value=customer.digits))
        await agent.hear_state("live")
        await customer.hear_state("live")
        await customer.begin()
        await agent.hear(Snapshot)
        return agent, customer

    async def with_control(self, agent_hub: Hub, customer_hub: Hub | None = None) -> tuple[Agent, Customer]:
        """A live session in which the agent has control."""
        agent, customer = await self.live(agent_hub, customer_hub)
        agent.say(AskControl())
        await customer.hear(ControlAsked)
        customer.say(ControlAnswer(allow=True))
        while (await agent.hear_state("live")).control != "on":
            pass
        return agent, customer

    async def settle(self) -> None:
        """Let everything that is ready run, what waits for the store included, until nothing happens any more."""
        quiet = 0
        while quiet < QUIET_ROUNDS:
            before = self._happened()
            await breathe()
            quiet = quiet + 1 if self._happened() == before else 0

    def _happened(self) -> tuple[int, ...]:
        frames = sum(hub.stats().get("frames", 0) for hub in self._running)
        said = sum(page.wire.outbound.qsize() for page in self.pages)
        return len(self.store.calls), len(self.bus.sent), frames, said

    async def pass_time(self, seconds: float, step: float = 1.0) -> None:
        """Let time pass in steps, and let everything happen that is due in each."""
        left = seconds
        while left > 0:
            await self.clock.advance(min(step, left))
            await self.settle()
            for page in self.pages:
                page.answer_probes()
            left -= step

    async def stop(self, hub: Hub) -> None:
        """End a hub in order."""
        await self._running.pop(hub).aclose()

    async def kill(self, hub: Hub) -> None:
        """A process that dies: its sockets break, nobody is told, its lease just runs out."""
        self.bus.deaf.add(hub.id)
        self._stores[hub].away = True
        for page in self.pages:
            if page.hub is hub:
                await page.stop()
        await self.stop(hub)

    async def end(self) -> None:
        for page in self.pages:
            await page.stop()
        for stack in list(self._running.values()):
            await stack.aclose()


@asynccontextmanager
async def world(*sites: Site, seed: int = 1, store: str = "") -> AsyncIterator[World]:
    """A world on a store in this loop, or on another one. (Only the first lets `settle` and `pass_time` know when
    everything has happened.)"""
    async with open_store(store, exclusive=True) if store else loop_store() as stores:
        made = World(MoodyStore(stores.sessions), FaultyBus(stores.bus), list(sites) or [SHOP], seed)
        try:
            yield made
        finally:
            await made.end()
