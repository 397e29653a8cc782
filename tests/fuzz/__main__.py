"""`python -m tests.fuzz [--cases 1000000] [--seed 1] [--case N]`: hostile frames against the hub's decoder."""

import argparse
import sys

from tests.fuzz.run import GROWTH_MAX_BYTES, HOLD_SECONDS, Report, case, fuzz
from tests.fuzz.target import run

CASES = 1_000_000


def main() -> int:
    """1 where a case raised what is no error of ours, or where memory was not bounded."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", type=int, help="show this case alone, and what becomes of it")
    given = parser.parse_args()
    if given.case is not None:
        way, kind, data = case(given.seed, given.case)
        sys.stdout.write(f"{way} {kind} {len(data)}\n{data[:2000]!r}\n{run(way, data)}\n")
        return 0
    report = fuzz(given.seed, range(given.cases))
    sys.stdout.write(table(report) + "\n")
    for mistake in report.mistakes:
        sys.stderr.write(mistake + "\n")
    return 0 if report.good else 1


def table(report: Report) -> str:
    """What people read."""
    lines = [f"{'way':<10}{'what became of it':<20}{'cases':>10}"]
    lines += [f"{way:<10}{outcome:<20}{count:>10,}" for (way, outcome), count in sorted(report.outcomes.items())]
    lines += ["", f"{'kind':<12}{'cases':>10}{'slowest ms':>12}  case"]
    for kind, count in sorted(report.kinds.items()):
        seconds, number = report.slowest.get(kind, (0.0, 0))
        late = "  above the bound" if seconds > HOLD_SECONDS else ""
        lines.append(f"{kind:<12}{count:>10,}{seconds * 1000:>12.1f}  {number}{late}")
    most, bound = report.growth_bytes / 2**20, GROWTH_MAX_BYTES / 2**20
    rate = report.cases / report.seconds if report.seconds else 0.0
    lines += [
        "",
        f"cases        {report.cases:,} in {report.seconds:.0f} s ({rate:,.0f} a second)",
        f"unhandled    {len(report.mistakes)}",
        f"memory       {most:.1f} MB more at its peak (bound: {bound:.0f} MB)",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
