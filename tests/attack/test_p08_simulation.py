"""P8, the mirror converges: two hubs, three peers, and whatever can go wrong between them, from hundreds of seeds."""

import pytest

from tests.hub.simulation import Simulation
from tests.hub.world import world

SEEDS_A_TEST = 20
STEPS = 30


async def weather(seed: int) -> None:
    async with world(seed=seed) as made:
        simulation = await Simulation.start(made)
        await simulation.storm(STEPS)
        await simulation.calm()
        simulation.check_converged()
        assert simulation.failures() == 0


@pytest.mark.parametrize("first", range(0, 200, SEEDS_A_TEST))
async def test_after_any_storm_the_mirror_shows_the_page(first: int) -> None:
    for seed in range(first, first + SEEDS_A_TEST):
        try:
            await weather(seed)
        except Exception as error:
            raise AssertionError(f"The storm of seed {seed}") from error
