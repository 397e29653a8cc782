"""P9 between hubs that die, lines that break and a store that goes away: acts happen at most once, and each is answered
or lost. Here the Bus loses and delays, but keeps its order and doubles nothing, as a real one, so what holds in the tab
must hold at its socket already."""

import pytest

from tests.hub.simulation import Simulation
from tests.hub.world import world

SEEDS_A_TEST = 15
STEPS = 25
ACTS_A_STEP = 3


async def busy_weather(seed: int) -> None:
    async with world(seed=seed) as made:
        simulation = await Simulation.start(made)
        simulation.wild_bus = False
        for _ in range(STEPS):
            for _ in range(ACTS_A_STEP):
                simulation.agent.act()
            await simulation.storm(1)
        await simulation.calm()
        simulation.check_acts()
        simulation.agent.act()
        await simulation.go(1.0)
        assert [one.status for one in simulation.agent.answers[simulation.agent.next_act]] == ["done"]
        assert simulation.failures() == 0


@pytest.mark.parametrize("first", range(1000, 1060, SEEDS_A_TEST))
async def test_in_any_storm_an_act_happens_at_most_once_and_is_answered_or_lost(first: int) -> None:
    for seed in range(first, first + SEEDS_A_TEST):
        try:
            await busy_weather(seed)
        except Exception as error:
            raise AssertionError(f"The storm of seed {seed}") from error
