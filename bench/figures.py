"""What a benchmark finds out, and how it is shown."""

from collections.abc import Sequence
from typing import NamedTuple


class Figure(NamedTuple):
    """One measured value. `bar` is what it may be at most, or, where `least`, at least; None where there is none."""

    name: str
    value: float
    unit: str
    bar: float | None = None
    least: bool = False

    @property
    def verdict(self) -> str:
        """`ok`, `OVER`, or nothing. `OVER` too where too little was reached: one word to look for."""
        if self.bar is None:
            return ""
        reached = self.value >= self.bar if self.least else self.value <= self.bar
        return "ok" if reached else "OVER"


def table(figures: Sequence[Figure]) -> str:
    """The figures as lines of text."""
    head = f"{'what':48}{'value':>12}{'bar':>14}  unit"
    return "\n".join([head, *(_line(figure) for figure in figures)])


def as_json(figures: Sequence[Figure]) -> dict[str, dict[str, float | str | None]]:
    """What `bench/results.json` says: `{name: {value, unit, bar, verdict}}`."""
    return {
        one.name: {"value": round(one.value, 4), "unit": one.unit, "bar": one.bar, "verdict": one.verdict}
        for one in figures
    }


def _line(figure: Figure) -> str:
    bar = "-" if figure.bar is None else f"{'>=' if figure.least else '<='} {_number(figure.bar)}"
    return f"{figure.name:48}{_number(figure.value):>12}{bar:>14}  {figure.unit:12}{figure.verdict}".rstrip()


def _number(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")
