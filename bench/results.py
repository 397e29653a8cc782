"""`bench/results.json`: what the benchmarks found on this machine the last time each ran.

    {name: {value, unit, budget, least, aim, verdict, spread, peer, peer_value, ratio, …, by},
     "_machine": {cores, cpu, python, …},
     "_runs": {benchmark: {began, commit, changed, seconds, load_average, others_cores, busy, failed}}}

`least` says that the budget is the least that is to be reached. `by` is the benchmark that found the figure; `_runs`
says under what. It belongs to one machine and is not in git; `bench.performance_page` takes what is shown to docs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

PATH = Path(__file__).with_name("results.json")
MACHINE = "_machine"
RUNS = "_runs"


class Run(NamedTuple):
    """One run of one benchmark. `failed` is the sentence it failed with."""

    began: str
    commit: str | None
    changed: bool | None
    seconds: float
    load_average: float
    others_cores: float
    busy: bool
    failed: str | None = None


class Results:
    """The file, read once; `save` writes it."""

    def __init__(self, path: Path = PATH) -> None:
        self._path = path
        self._all: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}

    @property
    def machine(self) -> dict[str, Any]:
        """What was measured on; empty where nothing was."""
        return dict(self._all.get(MACHINE, {}))

    @property
    def runs(self) -> dict[str, dict[str, Any]]:
        """Of each benchmark its last run."""
        return dict(self._all.get(RUNS, {}))

    @property
    def figures(self) -> dict[str, dict[str, Any]]:
        """Each figure's entry by its name."""
        return {name: entry for name, entry in self._all.items() if not name.startswith("_")}

    def found_by(self, benchmark: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """The figures of this benchmark, in its order."""
        return ((name, entry) for name, entry in self.figures.items() if entry.get("by") == benchmark)

    def put(self, benchmark: str, found: dict[str, dict[str, Any]], run: Run, machine: dict[str, Any]) -> None:
        """In place of what this benchmark found before, also where it failed now and found nothing."""
        figures = {name: entry for name, entry in self.figures.items() if entry.get("by") != benchmark} | found
        runs = self.runs | {benchmark: run._asdict()}
        self._all = {MACHINE: machine, RUNS: runs, **figures}

    def keep(self, benchmarks: set[str]) -> None:
        """Forget what others found: they are no more, or have another name."""
        figures = {name: entry for name, entry in self.figures.items() if entry.get("by") in benchmarks}
        runs = {name: run for name, run in self.runs.items() if name in benchmarks}
        self._all = {MACHINE: self.machine, RUNS: runs, **figures}

    def save(self) -> None:
        """Write the file."""
        self._path.write_text(json.dumps(self._all, indent=2, ensure_ascii=False) + "\n")
