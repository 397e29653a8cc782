"""Two hubs, three peers, and everything that can go wrong between them, from a seed.

The third peer is a tab that also wants in: it races for the code, and later knocks with a copy of the token. The Bus
loses, doubles and delays; sockets break or stay half open; pages navigate; hubs are killed and others started."""

import asyncio
from collections.abc import Callable

import pytest

from cobrowse.core.errors import NotFound
from cobrowse.core.protocol import Consent, Digits
from cobrowse.hub.desk import Joined
from cobrowse.hub.hub import Hub
from tests.hub.peers import Customer, name
from tests.hub.simulated import LOST_SECONDS, SimulatedAgent, SimulatedCustomer
from tests.hub.world import World, world

STEPS = 90
QUIET_SECONDS = 20


class Simulation:
    """One run."""

    def __init__(self, made: World, hubs: list[Hub], agent: SimulatedAgent, customer: SimulatedCustomer) -> None:
        self.world = made
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
        self.world.bus.fate = lambda _hub, _data: self.world.random.choices((0, 1, 2), (15, 75, 10))[0]

    def delayed(self) -> None:
        self.world.bus.holding = True

    async def healthy(self) -> None:
        self.world.bus.fate = lambda _hub, _data: 1
        await self.world.bus.release()

    async def kill(self) -> None:
        """P11: a hub dies, another starts, the peers come to any that lives."""
        victim = self.world.random.choice(self.hubs)
        self.hubs.remove(victim)
        await self.world.kill(victim)
        self.hubs.append(await self.world.hub())

    async def knock(self) -> None:
        """P5: a copy of the tab gets no seat while the tab is there and answers."""
        if not self.customer.seated or self.customer.tab.wire.closed:
            return
        await self.healthy()
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

    async def mishap(self) -> None:
        random = self.world.random
        actions: list[tuple[int, Callable[[], object]]] = [
            (30, self.customer.change),
            (15, self.agent.act),
            (4, self.lossy),
            (4, self.delayed),
            (8, self.healthy),
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
        assert len(set(done)) == len(done)
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
        assert self.agent.value == self.customer.value

    def check_converged(self) -> None:
        """P8: live again, and the mirror stands where the page stands."""
        self.check_live()
        assert (self.agent.epoch, self.agent.seq) == (self.customer.epoch, self.customer.seq)


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_happens_the_mirror_converges_and_acts_happen_at_most_once(seed: int) -> None:
    async with world(seed=seed) as made:
        simulation = await Simulation.start(made)
        for _ in range(STEPS):
            await simulation.mishap()
            await simulation.go(made.random.choice((0.25, 0.5)))
            simulation.check_acts()
        await simulation.healthy()
        await simulation.go(QUIET_SECONDS, step=0.5)
        simulation.check_converged()
        simulation.agent.act()
        await simulation.go(1.0)
        assert [one.status for one in simulation.agent.answers[simulation.agent.next_act]] == ["done"]
        simulation.check_acts()
        assert sum(hub.stats().get("failures", 0) for hub in made.hubs) == 0


@pytest.mark.parametrize("seed", range(6))
async def test_p11_a_killed_hub_ends_no_session(seed: int) -> None:
    async with world(seed=seed) as made:
        simulation = await Simulation.start(made)
        for _ in range(3):
            await simulation.kill()
            simulation.customer.change()
            # Live again within 3 s of any hub accepting.
            await simulation.go(3.0)
            simulation.check_live()
