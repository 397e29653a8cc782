"""What the hub counts. Numbers only, never content; `stats()` of the hub shows them."""

from collections import Counter


class Counters:
    """Rising numbers by name. A name is `what` or `what.reason`, both stable words of ours."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, name: str, by: int = 1) -> None:
        self._counts[name] += by

    def all(self) -> dict[str, int]:
        """A copy of every count so far."""
        return dict(self._counts)
