"""What a benchmark finds out, and how it is shown."""

from collections.abc import Sequence
from typing import NamedTuple


class Figure(NamedTuple):
    """One measured value. `budget` is what it may be at most; None where there is none."""

    name: str
    value: float
    unit: str
    budget: float | None = None

    @property
    def verdict(self) -> str:
        """`ok`, `OVER`, or nothing."""
        if self.budget is None:
            return ""
        return "ok" if self.value <= self.budget else "OVER"


def table(figures: Sequence[Figure]) -> str:
    """The figures as lines of text."""
    head = f"{'what':48}{'value':>12}{'budget':>12}  unit"
    return "\n".join([head, *(_line(figure) for figure in figures)])


def _line(figure: Figure) -> str:
    budget = "-" if figure.budget is None else f"{figure.budget:,.1f}".removesuffix(".0")
    value = f"{figure.value:,.1f}".removesuffix(".0")
    return f"{figure.name:48}{value:>12}{budget:>12}  {figure.unit:6}{figure.verdict}".rstrip()
