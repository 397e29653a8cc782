"""P3, fuzzed: thousands of broken and hostile frames against the hub's decoder and checks, and a whole hub.

`make fuzz` tries a million of the same. A case that fails is shown by `python -m tests.fuzz --case N`.
"""

import gc
import tracemalloc
from itertools import count

from cobrowse.core.protocol import PART_MAX_UNPACKED_BYTES, Ops
from cobrowse.hub.hub import Hub
from tests.fuzz.run import HEAVY_EVERY, case, fuzz
from tests.fuzz.target import EPOCH, run
from tests.hub.peers import Customer
from tests.hub.world import World
from tests.untraced import untraced

SEED = 3
CASES = 8_000
# The large ones among a million cases, in turn.
HEAVY = [HEAVY_EVERY * place + HEAVY_EVERY - 1 for place in range(30)]
# By a whole hub: so many sessions, each for so many cases or until one of its sockets is closed.
SESSIONS = 40
CASES_A_SESSION = 12
# A frame of 1 MB becomes half a million Python integers at most, and some lists of them while it is washed.
CASE_MAX_BYTES = 32 * PART_MAX_UNPACKED_BYTES


def test_no_frame_is_too_much_for_the_decoder_and_the_checks() -> None:
    with untraced():
        report = fuzz(SEED, [number for number in range(CASES) if number % HEAVY_EVERY != HEAVY_EVERY - 1])
    assert report.mistakes == []
    refused = {outcome for way, outcome in report.outcomes}
    # It would show nothing if all were refused for the same reason, or none were good.
    assert refused >= {
        "bad_message",
        "bad_frame",
        "bad_style",
        "gap",
        "other_origin",
        "bad_token",
        "bad_hello",
        "passed",
        "washed",
        "said",
    }


def test_no_frame_takes_more_memory_than_a_part_may() -> None:
    worst = 0
    outcomes: set[str] = set()
    with untraced():
        for number in HEAVY:
            way, _, data = case(SEED, number)
            gc.collect()
            tracemalloc.start()
            try:
                outcomes.add(run(way, data))
                worst = max(worst, tracemalloc.get_traced_memory()[1])
            finally:
                tracemalloc.stop()
    assert worst < CASE_MAX_BYTES
    assert outcomes >= {"bad_message", "bad_frame", "passed"}


async def test_a_whole_hub_goes_on(world: World, hub: Hub) -> None:
    others_agent, others = await world.live(hub)
    numbers = count(1)
    for _ in range(SESSIONS):
        await _one_session(world, hub, numbers)
    assert hub.stats().get("failures", 0) == 0
    assert hub.stats()["bad_messages"] > SESSIONS / 4
    assert any(name.startswith("refused_frame.") for name in hub.stats())
    assert others.wire.closed is others_agent.wire.closed is None
    others.change("undisturbed")
    assert (await others_agent.hear(Ops)).texts == ["undisturbed"]


async def _one_session(world: World, hub: Hub, numbers: "count[int]") -> None:
    """Cases in their turn, until one costs a socket."""
    agent, customer = await world.live(hub)
    for _ in range(CASES_A_SESSION):
        way, _, data = case(SEED, next(numbers))
        if way == "hello":
            stranger = Customer(hub, customer.joined)
            stranger.connect()
            stranger.wire.say(data)
            assert not (await stranger.closed_with()).may_retry
            continue
        if isinstance(data, str):
            # The cases speak of epochs of their own.
            data = data.replace(f'"epoch": {EPOCH}', f'"epoch": {customer.epoch}')
            data = data.replace(f'"epoch": {EPOCH + 1}', f'"epoch": {customer.epoch + 1}')
        (customer if way == "customer" else agent).wire.say(data)
        await world.settle()
        if customer.wire.closed or agent.wire.closed:
            break
    await customer.stop()
    await agent.stop()
