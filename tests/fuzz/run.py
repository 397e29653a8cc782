"""Try cases, count what became of them, and hold them to their bounds."""

import random
import resource
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from cobrowse.hub.wire import Data
from tests.fuzz.heavy import heavy
from tests.fuzz.mutate import ordinary
from tests.fuzz.target import Way, run

# One case of so many is one of the large ones.
HEAVY_EVERY = 1000
# What the whole run may add to the memory of the process. A frame is at most 1 MB of JSON, which is some 10 MB of
# Python's integers and strings; a bomb of 32 MB would show at once.
GROWTH_MAX_BYTES = 96 * 1024 * 1024
# What one case should hold the loop at most, on an idle machine. Printed, not asserted: time is not ours to promise.
HOLD_SECONDS = 0.25
# So many mistakes are enough to look at.
MISTAKES_MAX = 20


@dataclass
class Report:
    """What became of all cases. `slowest`: seconds of this process, kind and number of the case, by way and kind."""

    cases: int = 0
    outcomes: Counter[tuple[Way, str]] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    slowest: dict[str, tuple[float, int]] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)
    growth_bytes: int = 0
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """No error but ours, and no more memory than a frame needs."""
        return not self.mistakes and self.growth_bytes <= GROWTH_MAX_BYTES


def case(seed: int, number: int) -> tuple[Way, str, Data]:
    """The case of this number: its way, its kind, and the frame. The same for the same seed."""
    chance = random.Random(seed * 1_000_000_007 + number)  # noqa: S311 - a case repeats itself
    return heavy(chance) if number % HEAVY_EVERY == HEAVY_EVERY - 1 else ordinary(chance)


def fuzz(seed: int, numbers: Iterable[int]) -> Report:
    """Try these cases, one after the other, in this process."""
    report = Report()
    began = time.perf_counter()
    peak = _peak_bytes()
    for number in numbers:
        _try(report, seed, number)
        if len(report.mistakes) >= MISTAKES_MAX:
            break
    report.growth_bytes = _peak_bytes() - peak
    report.seconds = time.perf_counter() - began
    return report


def _try(report: Report, seed: int, number: int) -> None:
    way, kind, data = case(seed, number)
    began = time.process_time()
    try:
        outcome = run(way, data)
    except Exception:
        outcome = "mistake"
        report.mistakes.append(f"case {number} ({way}, {kind}):\n{traceback.format_exc()}")
    spent = time.process_time() - began
    report.cases += 1
    report.outcomes[way, outcome] += 1
    report.kinds[kind] += 1
    if spent > report.slowest.get(kind, (0.0, 0))[0]:
        report.slowest[kind] = (spent, number)


def _peak_bytes() -> int:
    """The most memory this process ever had."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
