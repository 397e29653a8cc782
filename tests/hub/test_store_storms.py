"""Whatever the store does under two hubs and three peers, from a seed: away, back without its data, back with less of
it; clocks that are off. In the end all is live, the mirror shows the page, acts happened once, and nobody failed."""

import pytest

from cobrowse.core.deadlines import due_at
from cobrowse.core.states import Ended
from cobrowse.hub.hub import Hub
from cobrowse.store.base import Versioned
from tests.hub.clock import ShiftedClock
from tests.hub.simulation import Simulation
from tests.hub.world import World, world

STRIKES = 6
SEEDS_A_TEST = 3
# What clocks of hubs may show.
OFF_SECONDS = (-60.0, -4.0, 0.0, 4.0, 60.0)


async def shifted(made: World) -> None:
    """Each hub from now on has a clock of its own; the store's is right."""
    made.store.clock_now = made.clock.now
    plain = made.hub

    async def hub() -> Hub:
        return await plain(ShiftedClock(made.clock, made.random.choice(OFF_SECONDS)))

    made.hub = hub  # type: ignore[method-assign, assignment]


class Storm:
    """What a store can do to a session."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.world = simulation.world
        self.session = simulation.agent.session

    async def read(self) -> Versioned:
        found = await self.world.store.read(self.session)
        assert found is not None
        return found

    def is_somebody_there(self) -> bool:
        return self.simulation.agent.seated or self.simulation.customer.seated

    async def away(self) -> None:
        self.world.store.away = self.world.bus.away = True
        await self.busy(self.world.random.choice((2, 8, 25)))
        self.world.store.away = self.world.bus.away = False
        self.world.bus.lose()

    async def lose_all(self) -> None:
        if self.is_somebody_there():
            await self.world.store.forget("sessions", "codes", "leases", "trails", "audit")

    async def fall_back(self) -> None:
        before = await self.read()
        await self.busy(self.world.random.choice((0.5, 2)))
        if not self.is_somebody_there():
            return
        await self.world.store.forget("sessions")
        assert await self.world.store.put_back(before.session, 0, before.version, due_at(before.session))
        self.world.bus.lose()

    async def busy(self, seconds: float) -> None:
        """The page changes, the agent acts, the customer pauses and goes on."""
        for _ in range(round(seconds * 2)):
            self.simulation.customer.change()
            self.world.random.choice((self.simulation.agent.act, self.simulation.agent.act, self.pause))()
            await self.simulation.go(0.5)
            self.simulation.check_acts()

    def pause(self) -> None:
        if self.world.random.random() < 0.2:
            self.simulation.customer.pause()


async def storm(seed: int) -> None:
    async with world(seed=seed) as made:
        await shifted(made)
        simulation = await Simulation.start(made)
        simulation.wild_bus = False
        weather = Storm(simulation)
        for _ in range(STRIKES):
            await made.random.choice((weather.away, weather.lose_all, weather.fall_back))()
            await weather.busy(made.random.choice((3, 8)))
        await simulation.calm()
        simulation.check_converged()
        assert not isinstance((await weather.read()).session.state, Ended)
        assert simulation.failures() == 0


@pytest.mark.parametrize("first", range(7000, 7000 + 3 * SEEDS_A_TEST, SEEDS_A_TEST))
async def test_a_store_that_fails_ends_no_session(first: int) -> None:
    for seed in range(first, first + SEEDS_A_TEST):
        try:
            await storm(seed)
        except Exception as error:
            raise AssertionError(f"The storm of seed {seed}") from error
