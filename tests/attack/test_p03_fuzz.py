"""P3, fuzzed: thousands of broken and hostile frames against the hub's decoder and checks, and a whole hub.

`make fuzz` tries a million of the same. A case that fails is shown by `python -m tests.fuzz --case N`.
"""

import gc
import tracemalloc

from cobrowse.core.protocol import PART_MAX_UNPACKED_BYTES
from tests.fuzz.run import HEAVY_EVERY, case, fuzz
from tests.fuzz.target import run

SEED = 3
CASES = 8_000
# The large ones among a million cases, in turn.
HEAVY = [HEAVY_EVERY * place + HEAVY_EVERY - 1 for place in range(60)]
# A frame of 1 MB becomes half a million Python integers at most, and some lists of them while it is washed.
CASE_MAX_BYTES = 32 * PART_MAX_UNPACKED_BYTES


def test_no_frame_is_too_much_for_the_decoder_and_the_checks() -> None:
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
