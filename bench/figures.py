"""What a benchmark finds out, and how it is shown and kept."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

RATIO = "ratio"
# So many runs have a shape worth keeping: the values below which 0, 5, 10 … 100 of 100 runs are.
SHAPED_RUNS = 20
KEPT_DIGITS = 4
LINE = "{:48}{:>12}{:>20}{:>12}  {:12}{:14}{}"
HEAD = LINE.format("what", "value", "middle half", "budget", "unit", "", "beside")


class Figure(NamedTuple):
    """One measured value.

    `budget` is what it may be at most, or, where `least`, at least; `aim` what is wished beyond the budget or without
    one. `runs` are the single values that `value` was made of, in its unit. `peer` is what was measured beside it in
    the same run and `peer_value` what came out there. Where `value` itself is a ratio (see `compared`), `own_value` is
    what it is the ratio of, and both are in `peer_unit`."""

    name: str
    value: float
    unit: str
    budget: float | None = None
    least: bool = False
    aim: float | None = None
    runs: Sequence[float] = ()
    peer: str | None = None
    peer_value: float | None = None
    own_value: float | None = None
    peer_unit: str | None = None

    @property
    def ratio(self) -> float | None:
        """The value, if it is a ratio; else the value by the peer's."""
        if self.unit == RATIO:
            return self.value
        return self.value / self.peer_value if self.peer_value else None

    @property
    def verdict(self) -> str:
        """`OVER` where the budget is missed, too little where it is a least included: one word to look for.
        `short of aim` where the aim is missed and not the budget, `ok` where neither is, nothing without either."""
        if not self._reached(self.budget):
            return "OVER"
        if not self._reached(self.aim):
            return "short of aim"
        return "ok" if self.budget is not None or self.aim is not None else ""

    def _reached(self, bound: float | None) -> bool:
        if bound is None:
            return True
        return self.value >= bound if self.least else self.value <= bound


def compared(
    name: str,
    ours: Sequence[float],
    theirs: Sequence[float],
    *,
    peer: str,
    unit: str,
    budget: float | None = None,
    least: bool = False,
    aim: float | None = None,
) -> Figure:
    """The ratio of ours to the peer's, of values (in `unit`) taken in turns in one run: the median of the pairs'."""
    ratios = [own / other for own, other in zip(ours, theirs, strict=True)]
    return Figure(
        name,
        statistics.median(ratios),
        RATIO,
        budget,
        least,
        aim,
        runs=ratios,
        peer=peer,
        peer_value=statistics.median(theirs),
        own_value=statistics.median(ours),
        peer_unit=unit,
    )


def table(figures: Sequence[Figure]) -> str:
    """The figures as lines of text."""
    return "\n".join([HEAD, *(line(name, entry) for name, entry in as_json(figures).items())])


def line(name: str, entry: Mapping[str, Any]) -> str:
    """One line of the table, of what `as_json` says of a figure."""
    between = entry["spread"]
    shown = "" if between is None else f"{number(between[0])} - {number(between[1])}"
    cells = (name, number(entry["value"]), shown, bound(entry), entry["unit"], entry["verdict"], beside(entry))
    return LINE.format(*cells).rstrip()


def bound(entry: Mapping[str, Any]) -> str:
    """What the figure has to keep, or what it is wished to."""
    sign = ">=" if entry["least"] else "<="
    if entry["budget"] is not None:
        return f"{sign} {number(entry['budget'])}"
    return "-" if entry["aim"] is None else f"aim {number(entry['aim'])}"


def beside(entry: Mapping[str, Any]) -> str:
    """The peer, what came out there, and what the ratio is of."""
    if entry["peer"] is None or entry["peer_value"] is None:
        return entry["peer"] or ""
    value = f"{entry['peer']}: {number(entry['peer_value'])} {entry.get('peer_unit', entry['unit'])}"
    return f"{value}, ours: {number(entry['own_value'])}" if "own_value" in entry else value


def as_json(figures: Sequence[Figure], *, by: str = "") -> dict[str, dict[str, Any]]:
    """What `bench/results.json` says of each figure; `by` is the benchmark that found it.

    `spread` is where the middle half of the runs lies. A peer's value is in `unit`, unless there is `peer_unit`."""
    return {figure.name: _entry(figure, by) for figure in figures}


def spread(runs: Sequence[float]) -> tuple[float, float] | None:
    """Between which values the middle half of the runs lies; None of fewer than two."""
    if len(runs) < 2:
        return None
    low, _, high = statistics.quantiles(runs, n=4, method="inclusive")
    return low, high


def number(value: float) -> str:
    """Short: large ones without decimals, small ones with some."""
    decimals = 0 if abs(value) >= 1000 else 2 if abs(value) >= 0.1 or value == 0 else 4
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _entry(figure: Figure, by: str) -> dict[str, Any]:
    between = spread(figure.runs)
    entry: dict[str, Any] = {
        "value": _kept(figure.value),
        "unit": figure.unit,
        "budget": figure.budget,
        "least": figure.least,
        "aim": figure.aim,
        "verdict": figure.verdict,
        "spread": None if between is None else [_kept(each) for each in between],
        "peer": figure.peer,
        "peer_value": _kept(figure.peer_value),
        "ratio": _kept(figure.ratio),
    }
    extra: Mapping[str, Any] = {
        "own_value": _kept(figure.own_value),
        "peer_unit": figure.peer_unit,
        "shape": _shape(figure.runs),
        "by": by or None,
    }
    return entry | {name: value for name, value in extra.items() if value is not None}


def _shape(runs: Sequence[float]) -> list[float | None] | None:
    if len(runs) < SHAPED_RUNS:
        return None
    inner = statistics.quantiles(runs, n=20, method="inclusive")
    return [_kept(each) for each in (min(runs), *inner, max(runs))]


def _kept(value: float | None) -> float | None:
    return None if value is None else round(value, KEPT_DIGITS)
