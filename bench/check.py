"""Whether what was measured last is worse than what was accepted: `make bench-check`, after `make bench`.

Only ratios are compared, never times: figures that are a ratio, whose two sides met the same machine in the same run,
and of what is counted in bytes the ratio to the budget. More than 20 % worse fails, with a sentence for each. What was
accepted stands in bench/accepted.json; `python -m bench.check --accept` puts the ratios of bench/results.json in its
place. It is no part of CI: a machine that does other things would fail it."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench.figures import RATIO, number
from bench.results import Results

ACCEPTED = Path(__file__).with_name("accepted.json")
WORSE = 0.2
BYTES = ("KB", "MB", "B")
DIGITS = 4


class Ratio(NamedTuple):
    """What is compared of one figure. Where `least`, more is better. `to` is the peer, or the budget."""

    value: float
    least: bool
    to: str

    def worse_than(self, accepted: "Ratio") -> bool:
        """By more than may be."""
        if self.least:
            return self.value < accepted.value * (1 - WORSE)
        return self.value > accepted.value * (1 + WORSE)


def ratios(figures: Mapping[str, Mapping[str, Any]]) -> dict[str, Ratio]:
    """Of the figures that have one."""
    found = {name: _ratio(entry) for name, entry in figures.items()}
    return {name: ratio for name, ratio in found.items() if ratio is not None}


def compared(accepted: Mapping[str, Ratio], found: Mapping[str, Ratio]) -> list[str]:
    """A sentence for each figure that is worse, or was not measured."""
    said = []
    for name, before in accepted.items():
        now = found.get(name)
        if now is None:
            said.append(f"{name} was not measured; {number(before.value)} was accepted.")
        elif now.worse_than(before):
            percent = 100 * abs(now.value - before.value) / before.value if before.value else 100.0
            said.append(
                f"{name} is {percent:.0f} % worse: {number(now.value)} times {now.to}, and accepted were "
                f"{number(before.value)} ({'more' if now.least else 'less'} is better)."
            )
    return said


def read(path: Path) -> dict[str, Ratio]:
    """What was accepted."""
    return {name: Ratio(**one) for name, one in json.loads(path.read_text()).items()} if path.exists() else {}


def accept(path: Path, found: Mapping[str, Ratio]) -> None:
    """Keep these, and no others."""
    said = {name: ratio._asdict() for name, ratio in sorted(found.items())}
    path.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n")


def _ratio(entry: Mapping[str, Any]) -> Ratio | None:
    if entry["unit"] == RATIO:
        return Ratio(entry["value"], entry["least"], entry["peer"] or "what it is measured against")
    if entry["unit"] in BYTES and entry["budget"]:
        return Ratio(round(entry["value"] / entry["budget"], DIGITS), entry["least"], "the budget")
    return None


def main(arguments: Sequence[str], results: Results, path: Path = ACCEPTED) -> int:
    """0, or 1 and what is to be looked at."""
    found, runs = ratios(results.figures), results.runs
    if not found:
        sys.stderr.write("Nothing has been measured yet: run `make bench` first.\n")
        return 1
    failed = [f"{name} failed: {run['failed']}" for name, run in runs.items() if run["failed"]]
    busy = [name for name, run in runs.items() if run["busy"]]
    if busy:
        print(f"Measured beside others' work: {', '.join(busy)}.")
    if "--accept" in arguments:
        if failed:
            sys.stderr.write("\n".join([*failed, "Nothing was accepted: all must have been measured."]) + "\n")
            return 1
        accept(path, found)
        print(f"Accepted {len(found)} ratios.")
        return 0
    accepted = read(path)
    if new := sorted(set(found) - set(accepted)):
        print(f"Not accepted yet: {', '.join(new)}.")
    worse = compared(accepted, found)
    sys.stdout.write("".join(f"{sentence}\n" for sentence in (*failed, *worse)))
    if worse or failed:
        return 1
    print(f"None of {len(accepted)} ratios is more than {100 * WORSE:.0f} % worse than accepted.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Results()))
