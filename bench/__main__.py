"""Every benchmark, as one table and as bench/results.json: `make bench`, or `python -m bench NAME…` for some.

`results.json` is `{name: {value, unit, bar, verdict}}`, a null bar for a figure that has none; running only some puts
theirs in the place of what was there. Nothing fails for being slow: what else the machine does is not known here."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from bench import (
    against_rrweb,
    busy_page,
    capture,
    cross_hub,
    fidelity,
    hub_check,
    idle_sessions,
    million,
    weights,
    workers,
)
from bench.figures import Figure, as_json, table
from bench.ground import CannotMeasure

RESULTS = Path(__file__).with_name("results.json")
ALL: dict[str, Callable[[], list[Figure]]] = {
    "weights": weights.measure,
    "hub_check": hub_check.measure,
    "capture": capture.measure,
    "busy_page": busy_page.measure,
    "against_rrweb": against_rrweb.measure,
    "fidelity": fidelity.measure,
    "workers": workers.measure,
    "cross_hub": cross_hub.measure,
    "idle_sessions": idle_sessions.measure,
    "million": million.measure,
}


def main(wanted: list[str]) -> int:
    unknown = [name for name in wanted if name not in ALL]
    if unknown:
        sys.stderr.write(f"There is no benchmark {unknown[0]}; there are {', '.join(ALL)}.\n")
        return 2
    kept = json.loads(RESULTS.read_text()) if wanted and RESULTS.exists() else {}
    figures: list[Figure] = []
    for name in wanted or ALL:
        try:
            found = ALL[name]()
        except CannotMeasure as error:
            sys.stderr.write(f"{name}: {error}\n")
            return 1
        figures += found
        # At once, since some read what others before them found.
        kept |= as_json(found)
        RESULTS.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n")
    print(table(figures))
    over = [figure.name for figure in figures if figure.verdict == "OVER"]
    print(f"OVER: {', '.join(over)}" if over else "Every bar is kept.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
