"""docs/performance.md and its plots from what was measured: `python -m bench.performance_page`, and after `make bench`.

`bench/performance.toml` is kept by hand: what each figure is, and why one is missed. The figures are taken from
`bench/results.json`, which belongs to one machine and is in no repository, into docs/performance.json, which is: so the
page can be held against it. `--page` writes only the page anew, from there."""

import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.figures import bound, number
from bench.performance_plots import RELAY_PEERS, Plot, plots
from bench.results import MACHINE, RUNS, Results

ROOT = Path(__file__).parents[1]
WORDS = Path(__file__).with_name("performance.toml")
FIGURES = ROOT / "docs" / "performance.json"
PAGE = ROOT / "docs" / "performance.md"
PLOTS = ROOT / "docs" / "performance"
# Whose figures stand on pages of their own, but those that have words here.
ELSEWHERE = ("million", "fidelity")
BESIDE_OTHERS = "It was measured while the machine did other things too."


class Page:
    """What is to be written, from what `docs/performance.json` holds."""

    def __init__(self, kept: Mapping[str, Any], words: Mapping[str, Any]) -> None:
        self._machine: Mapping[str, Any] = kept[MACHINE]
        self._runs: Mapping[str, Mapping[str, Any]] = kept[RUNS]
        self.figures = {name: entry for name, entry in kept.items() if not name.startswith("_")}
        self._words = words
        said = {name: self.figures[name] for name in self.described() if name in self.figures}
        self.plots: dict[str, Plot] = plots(said | self.figures)

    def text(self) -> str:
        """The page."""
        parts = [self._words["head"], self._under(), *self._picture("budgets")]
        for section in self._words["section"]:
            parts += [f"## {section['title']}", section.get("text", "")]
            parts += [part for name in section.get("plots", ()) for part in self._picture(name)]
            parts.append(self._table(section["figures"]))
        parts += [*self._missed(), *self._others(), *self._how()]
        return "\n\n".join(part.strip() for part in parts if part.strip()) + "\n"

    def missed(self) -> dict[str, Mapping[str, Any]]:
        """The figures that are short of their budget or of their aim."""
        return {name: entry for name, entry in self.figures.items() if entry["verdict"] not in ("", "ok")}

    def beside_others(self, entry: Mapping[str, Any]) -> bool:
        """Whether the machine did other things too when this was measured."""
        return bool(self._runs.get(entry.get("by", ""), {}).get("busy"))

    def described(self) -> dict[str, str]:
        """What each figure is, of those that have words."""
        return {name: text for section in self._words["section"] for name, text in section["figures"].items()}

    def _under(self) -> str:
        """Under what all was measured."""
        its = self._machine
        programs = [f"{name.capitalize()} {its[name]}" for name in ("python", "chromium", "redis") if its.get(name)]
        programs += [f"{name} {its[name]}" for name in ("node", "uvicorn", "uvloop") if its.get(name)]
        commits = sorted({f"{run['commit']}{' with changes' if run['changed'] else ''}" for run in self._runs.values()})
        days = sorted({run["began"][:10] for run in self._runs.values()})
        when = " to ".join(dict.fromkeys((days[0], days[-1])))
        where = f"{its['cores']} cores ({its['cpu']}) with {number(its['memory_gb'])} GB"
        said = f"Measured {when} at commit {', '.join(commits)}, on {where}, all on one machine: {', '.join(programs)}."
        busy = [name for name, run in self._runs.items() if run["busy"]]
        if busy:
            names = ", ".join(f"`{name}`" for name in busy)
            said += f"\n\n**The machine did other things too** when these began, so their times are too long: {names}."
        return said

    def _picture(self, name: str) -> list[str]:
        plot = self.plots.get(name)
        return [f"![{plot.alt}](performance/{name}.svg)"] if plot else []

    def _table(self, named: Mapping[str, str]) -> str:
        rows = ["| what | figure | value | budget | beside it |", "|---|---|---|---|---|"]
        for name, what in named.items():
            entry = self.figures.get(name)
            if entry is None:
                rows.append(f"| {what} | `{name}` | not measured | | |")
                continue
            rows.append(f"| {what} | `{name}` | {_value(entry)} | {_budget(entry)} | {self._beside(name)} |")
        return "\n".join(rows)

    def _beside(self, name: str) -> str:
        """What came out for the peers, in this figure or in figures of their own."""
        theirs = {peer: self.figures.get(f"{name}_{ending}") for ending, peer in RELAY_PEERS.items()}
        own = [f"{peer} {number(entry['value'])}" for peer, entry in theirs.items() if entry]
        return ", ".join(own) or _beside(self.figures[name])

    def _missed(self) -> list[str]:
        why: Mapping[str, str] = self._words["missed"]
        lines = []
        for name, entry in self.missed().items():
            said = why.get(name) or (BESIDE_OTHERS if self.beside_others(entry) else "")
            lines.append(f"- `{name}` {_short_by(entry)} {' '.join(said.split())}".rstrip())
        return [
            "## What is missed, and why",
            "\n".join(lines) if lines else "Nothing: every budget and every aim is kept.",
        ]

    def _others(self) -> list[str]:
        """Those without words, so that nothing that was measured is left out."""
        said = self.described()
        said |= {f"{name}_{peer}": "" for name in said for peer in RELAY_PEERS}
        left = [name for name, entry in self.figures.items() if name not in said]
        if not left:
            return []
        rows = [f"| `{name}` | {_value(self.figures[name])} | {_budget(self.figures[name])} |" for name in left]
        return ["## Whatever else was measured", "\n".join(["| figure | value | budget |", "|---|---|---|", *rows])]

    def _how(self) -> list[str]:
        rows = ["| benchmark | took | began | others' cores when it began |", "|---|---|---|---|"]
        for name, run in self._runs.items():
            took = f"failed: {run['failed']}" if run["failed"] else f"{run['seconds']:.0f} s"
            mark = f"**{run['others_cores']:.1f}**" if run["busy"] else f"{run['others_cores']:.1f}"
            rows.append(f"| `{name}` | {took} | {run['began']} | {mark} |")
        return ["## How it is measured", self._words["how"], "\n".join(rows)]


def taken(results: Results) -> dict[str, Any]:
    """What docs/performance.json keeps of the results."""
    described = {name for section in _words()["section"] for name in section["figures"]}
    figures = {
        name: entry
        for name, entry in results.figures.items()
        if name in described or entry.get("by", "").partition(".")[0] not in ELSEWHERE
    }
    by = {entry["by"] for entry in figures.values() if "by" in entry}
    runs = {name: run for name, run in results.runs.items() if name in by or run["failed"]}
    return {MACHINE: results.machine, RUNS: runs, **figures}


def page() -> Page:
    """The page of what docs/performance.json holds."""
    return Page(json.loads(FIGURES.read_text()), _words())


def write(results: Results | None = None) -> None:
    """The figures, if there are new ones; the page; its plots, and no other files beside them."""
    if results is not None:
        FIGURES.write_text(json.dumps(taken(results), indent=2, ensure_ascii=False) + "\n")
    new = page()
    PAGE.write_text(new.text())
    PLOTS.mkdir(exist_ok=True)
    for name, plot in new.plots.items():
        (PLOTS / f"{name}.svg").write_text(plot.svg)
    for file in PLOTS.glob("*.svg"):
        if file.stem not in new.plots:
            file.unlink()


def _words() -> dict[str, Any]:
    return tomllib.loads(WORDS.read_text())


def _value(entry: Mapping[str, Any]) -> str:
    value = f"{number(entry['value'])} {_unit(entry)}".strip()
    between = entry["spread"]
    return value if between is None else f"{value} ({number(between[0])} to {number(between[1])})"


def _unit(entry: Mapping[str, Any]) -> str:
    unit: str = entry["unit"]
    return {"ratio": "times", "us": "µs"}.get(unit, unit)


def _budget(entry: Mapping[str, Any]) -> str:
    if entry["budget"] is None and entry["aim"] is None:
        return ""
    said = bound(entry).replace(">=", "≥").replace("<=", "≤")
    if entry["budget"] is not None and entry["aim"] is not None:
        said += f", aim {number(entry['aim'])}"
    return said if entry["verdict"] == "ok" else f"{said}: **{_missed_word(entry)}**"


def _missed_word(entry: Mapping[str, Any]) -> str:
    return "missed" if entry["verdict"] == "OVER" else "short of the aim"


def _beside(entry: Mapping[str, Any]) -> str:
    if entry["peer"] is None:
        return ""
    if entry["peer_value"] is None:
        return str(entry["peer"])
    unit = entry.get("peer_unit", entry["unit"])
    said = f"{entry['peer']} {number(entry['peer_value'])} {unit}"
    return f"{said}, ours {number(entry['own_value'])}" if "own_value" in entry else said


def _short_by(entry: Mapping[str, Any]) -> str:
    """By how much a figure misses."""
    over = entry["verdict"] == "OVER"
    wanted = entry["budget"] if over else entry["aim"]
    percent = 100 * abs(entry["value"] - wanted) / wanted if wanted else 100.0
    unit = "" if entry["unit"] == "ratio" else f" {_unit(entry)}"
    side = f"{percent:.0f} % {'below' if entry['least'] else 'above'}"
    return f"is {number(entry['value'])}{unit}, {side} its {'budget' if over else 'aim'} of {number(wanted)}."


def main(arguments: Sequence[str]) -> int:
    if "--page" in arguments:
        write()
        return 0
    results = Results()
    if not results.runs:
        sys.stderr.write("Nothing has been measured yet: run `make bench` first.\n")
        return 1
    write(results)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
