"""What the hub counts and measures. Numbers only, never content; `stats()` of the hub and /metrics show them.

Plain integers in plain dicts: a frame costs one addition here, whatever becomes of the numbers afterwards."""

from bisect import bisect_left
from collections.abc import Collection

from msgspec import Struct

# Seconds. From a turn of the loop to the patience of a console; where a value is above the last, it is in none.
SECONDS_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# Names of counts, labels included. There are some hundred; a mistake of ours may not make them without end.
NAMES = 2_000
OTHER = "other"


class Histogram(Struct):
    """How many values fell up to each bound (the last place: above all of them), and their sum."""

    counts: list[int]
    total: float = 0.0


class Counters:
    """Rising numbers and histograms by name. A name is `what` or `what.reason`, both stable words of ours."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._histograms: dict[str, Histogram] = {}

    def add(self, name: str, by: int = 1) -> None:
        """Count. Beyond `NAMES` a new name is counted as `what.other`."""
        try:
            self._counts[name] += by
        except KeyError:
            known = self._bounded(name, self._counts)
            self._counts[known] = self._counts.get(known, 0) + by

    def observe(self, name: str, seconds: float) -> None:
        """Note that something took so long."""
        found = self._histograms.get(name)
        if found is None:
            known = self._bounded(name, self._histograms)
            found = self._histograms.setdefault(known, Histogram([0] * (len(SECONDS_BOUNDS) + 1)))
        found.counts[bisect_left(SECONDS_BOUNDS, seconds)] += 1
        found.total += seconds

    def all(self) -> dict[str, int]:
        """A copy of every count so far."""
        return dict(self._counts)

    def histograms(self) -> dict[str, Histogram]:
        """Every histogram so far."""
        return {name: Histogram(list(found.counts), found.total) for name, found in self._histograms.items()}

    @staticmethod
    def _bounded(name: str, known: Collection[str]) -> str:
        return name if len(known) < NAMES else f"{name.partition('.')[0]}.{OTHER}"
