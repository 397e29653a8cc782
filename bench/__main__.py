"""Every benchmark, as one table and as bench/results.json: `make bench`, or `python -m bench NAME…` for some.

`results.json` is `{name: {value, unit, budget}}`, a null budget for a figure that has none. Nothing fails for being
slow: what else the machine does is not known here."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from bench import first_snapshot, hub_check, weights
from bench.figures import Figure, table

RESULTS = Path(__file__).with_name("results.json")
ALL: dict[str, Callable[[], list[Figure]]] = {
    "weights": weights.measure,
    "hub_check": hub_check.measure,
    "first_snapshot": first_snapshot.measure,
}


def main(wanted: list[str]) -> int:
    unknown = [name for name in wanted if name not in ALL]
    if unknown:
        sys.stderr.write(f"There is no benchmark {unknown[0]}; there are {', '.join(ALL)}.\n")
        return 2
    figures = [figure for name in wanted or ALL for figure in ALL[name]()]
    print(table(figures))
    results = {one.name: {"value": one.value, "unit": one.unit, "budget": one.budget} for one in figures}
    RESULTS.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
