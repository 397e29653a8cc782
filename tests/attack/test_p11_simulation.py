"""P11, sessions outlive hubs: one is killed, another starts, and in three seconds by the clock all is live again."""

import pytest

from tests.hub.simulation import Simulation
from tests.hub.world import world

SEEDS_A_TEST = 10
KILLS = 3
LIVE_AGAIN_SECONDS = 3.0


async def killings(seed: int, victims: int) -> None:
    async with world(seed=seed) as made:
        simulation = await Simulation.start(made)
        for _ in range(KILLS):
            for _ in range(victims):
                await simulation.kill()
            simulation.customer.change()
            await simulation.go(LIVE_AGAIN_SECONDS)
            simulation.check_live()
        await simulation.calm()
        simulation.check_converged()
        assert simulation.failures() == 0


@pytest.mark.parametrize("victims", [1, 2], ids=["one of two", "both"])
@pytest.mark.parametrize("first", range(2000, 2030, SEEDS_A_TEST))
async def test_a_killed_hub_ends_no_session(first: int, victims: int) -> None:
    for seed in range(first, first + SEEDS_A_TEST):
        try:
            await killings(seed, victims)
        except Exception as error:
            raise AssertionError(f"The killings of seed {seed}") from error
