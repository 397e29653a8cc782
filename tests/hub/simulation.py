"""Two hubs, three peers, and everything that can go wrong between them, from a seed.

The third peer is a tab that also wants in: it races for the code, and later knocks with a copy of the token. The Bus
loses, doubles, delays and mixes up; sockets break, stall or stay half open; the store goes away; pages navigate, pause
and withhold; hubs are killed and others started. `tests/attack` holds what must come of it."""

import asyncio
from collections.abc import Callable

from cobrowse.core.errors import NotFound
from cobrowse.core.protocol import Consent, Digits, Share
from cobrowse.hub.desk import Joined
from cobrowse.hub.hub import Hub
from tests.hub.peers import Customer, name
from tests.hub.simulated import LOST_SECONDS, SimulatedAgent, SimulatedCustomer
from tests.hub.world import World

QUIET_SECONDS = 16


class Simulation:
    """One run."""

    def __init__(self, made: World, hubs: list[Hub], agent: SimulatedAgent, customer: SimulatedCustomer) -> None:
        self.world = made
        # Whether the Bus may double and mix up messages, which no real one does.
        self.wild_bus = True
        self.hubs = hubs
        self.agent = agent
        self.customer = customer
        agent.hubs = customer.hubs = hubs

    @classmethod
    async def start(cls, made: World) -> "Simulation":
        hubs = [await made.hub(), await made.hub()]
        created = await made.create(hubs[0])
        joined = await cls.race(made, hubs, created.code)
        customer = SimulatedCustomer(made, hubs[1], joined)
        agent = SimulatedAgent(made, hubs[0], created.id, customer)
        simulation = cls(made, hubs, agent, customer)
        for one in (agent, customer):
            one.reconnect_at = -1.0
        await simulation.go(1.0)
        customer.tab.say(Consent(allow=True))
        agent.console.say(Digits(value=joined.digits))
        await simulation.go(1.0)
        assert (agent.state, customer.state) == ("live", "live")
        return simulation

    @staticmethod
    async def race(made: World, hubs: list[Hub], code: str) -> Joined:
        """P1: two tabs race for the code on two hubs, each sending twice; exactly one wins."""
        nonces = [name("nonce"), name("nonce")]
        tries = [made.random.choice(hubs).claim("shop", code, nonce) for nonce in nonces * 2]
        results = await asyncio.gather(*tries, return_exceptions=True)
        won = [place % 2 for place, result in enumerate(results) if isinstance(result, Joined)]
        assert len(won) == 2
        assert won[0] == won[1]
        assert sum(isinstance(result, NotFound) for result in results) == 2
        return next(result for result in results if isinstance(result, Joined))

    async def go(self, seconds: float, step: float = 0.25) -> None:
        """Let time pass, with both pages doing what they do."""
        for _ in range(max(1, round(seconds / step))):
            await self.world.clock.advance(step)
            await self.world.settle()
            self.customer.react()
            self.agent.react()
        await self.world.settle()

    # --- what may go wrong

    def lossy(self) -> None:
        doubled = 10 if self.wild_bus else 0
        self.world.bus.fate = lambda _hub, _data: self.world.random.choices((0, 1, 2), (15, 75, doubled))[0]

    def delayed(self) -> None:
        self.world.bus.holding = True

    async def mixed_up(self) -> None:
        """What was on its way arrives in another order."""
        await self.world.bus.release(self.world.random if self.wild_bus else None)

    async def healthy(self) -> None:
        self.world.bus.fate = lambda _hub, _data: 1
        self.world.store.away = False
        for one in (self.agent, self.customer):
            one.browser.wire.take_again()
        await self.world.bus.release()

    def store_away(self) -> None:
        self.world.store.away = True

    def store_back(self) -> None:
        self.world.store.away = False

    def stall(self) -> None:
        """A peer's network takes nothing for a while."""
        self.world.random.choice((self.agent, self.customer)).browser.wire.stall()

    def take_again(self) -> None:
        for one in (self.agent, self.customer):
            one.browser.wire.take_again()

    async def kill(self) -> None:
        """P11: a hub dies, another starts, the peers come to any that lives."""
        victim = self.world.random.choice(self.hubs)
        self.hubs.remove(victim)
        await self.world.kill(victim)
        # No hub begins without its store.
        self.store_back()
        self.hubs.append(await self.world.hub())

    async def knock(self) -> None:
        """P5: a copy of the tab gets no seat while the tab is there and answers."""
        await self.healthy()
        await self.go(0.25)
        if not self.customer.seated or self.customer.tab.wire.closed or self.customer.state == "ended":
            return
        copy = Customer(self.world.random.choice(self.hubs), self.customer.tab.joined)
        copy.token = self.customer.tab.token
        copy.connect()
        copy.say(copy.hello())
        for _ in range(4):
            await self.world.settle()
            self.customer.react()
            if copy.wire.closed:
                break
        assert copy.wire.closed is not None
        assert copy.wire.closed[1] in ("seat_held", "seat_busy")
        await copy.gone()

    async def storm(self, steps: int) -> None:
        """So many mishaps, and what must hold at each moment."""
        for _ in range(steps):
            await self.mishap()
            await self.go(self.world.random.choice((0.25, 0.5)))
            self.check_acts()

    async def calm(self) -> None:
        """All is well again, and the customer shares; time for what must happen to happen."""
        await self.healthy()
        self.customer.withheld = False
        await self.go(1.0, step=0.5)
        for _ in range(3):
            if self.customer.state == "paused":
                self.customer.pause()
            elif self.customer.state == "away" and self.customer.seated:
                self.customer.tab.say(Share())
            await self.go(QUIET_SECONDS / 3, step=0.5)

    def failures(self) -> int:
        """Mistakes of any hub, those that were killed too."""
        return sum(hub.stats().get("failures", 0) for hub in self.world.hubs)

    async def mishap(self) -> None:
        random = self.world.random
        actions: list[tuple[int, Callable[[], object]]] = [
            (30, self.customer.change),
            (15, self.agent.act),
            (4, self.lossy),
            (4, self.delayed),
            (3, self.mixed_up),
            (8, self.healthy),
            (3, self.customer.pause),
            (3, self.customer.withhold),
            (3, self.store_away),
            (5, self.store_back),
            (3, self.stall),
            (5, self.take_again),
            (4, self.customer.leave_socket),
            (4, self.agent.leave_socket),
            (3, lambda: self.customer.leave_socket(half_open=True)),
            (3, lambda: self.agent.leave_socket(half_open=True)),
            (3, lambda: self.customer.navigate(bye=True)),
            (2, lambda: self.customer.navigate(bye=False)),
            (3, self.knock),
            (2, self.kill),
        ]
        done = random.choices([action for _, action in actions], [weight for weight, _ in actions])[0]()
        if asyncio.iscoroutine(done):
            await done

    # --- what must hold

    def check_acts(self) -> None:
        """P9: at most once each; answered, or lost after 5 s; what the hub refused never happened."""
        done = self.customer.done
        # Not only once: never one that was asked for before another which has happened.
        assert done == sorted(set(done))
        if not self.wild_bus:
            # Already the hubs pass no act on twice. (One that was long on its way may come late; the tab refuses.)
            came = self.customer.came
            assert len(set(came)) == len(came)
        for act, asked_at in self.agent.asked.items():
            answers = self.agent.answers[act]
            late = self.agent.now() - asked_at >= LOST_SECONDS
            assert answers or self.agent.lost(act) or not late
            refused = [one.reason for one in answers if one.status == "refused" and one.reason != "stale"]
            if refused:
                assert act not in done
            if any(one.status == "done" for one in answers):
                assert act in done

    def check_live(self) -> None:
        """P11: live again, and the mirror shows what the page shows now."""
        assert (self.agent.state, self.customer.state) == ("live", "live")
        assert self.agent.followed.picture.canonical() == self.customer.page.canonical()

    def check_converged(self) -> None:
        """P8: live again, and the mirror stands where the page stands."""
        self.check_live()
        assert self.agent.place == self.customer.place
