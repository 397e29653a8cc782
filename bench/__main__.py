"""The benchmarks, as one table and as bench/results.json: `make bench`, or `python -m bench NAME…` for some.

`--long` runs those that need more time than the others together (`make bench-long`). `bench.results` says what is
written; running only some puts theirs in the place of what was there. Nothing fails for being slow, but a benchmark
that cannot measure is named, and ends the whole with 1 after the others ran. After all of `USUAL` or `LONG`
docs/performance.md is written anew, with its plots."""

import sys
from collections.abc import Sequence
from typing import Any

from bench import performance_page
from bench.figures import HEAD, line
from bench.machine import machine
from bench.results import Results, Run
from bench.running import Benchmark, end_on_sigterm, run

# One a line. All of these together take less than ten minutes on two cores with nothing else to do.
USUAL = (
    Benchmark("weights"),
    Benchmark("hub_check"),
    Benchmark("capture"),
    Benchmark("against_rrweb"),
    Benchmark("mutations"),
    Benchmark("busy_page"),
    Benchmark("fidelity.briefly"),
    Benchmark("page_load"),
    Benchmark("change_to_paint"),
    Benchmark("first_picture"),
    Benchmark("resume"),
    Benchmark("mirror_build"),
    Benchmark("relay_peers"),
    Benchmark("workers"),
    Benchmark("stores"),
    Benchmark("fanout"),
    Benchmark("idle_sessions.briefly"),
    Benchmark("active"),
    Benchmark("cross_hub"),
)
LONG = (
    # A minute as people have it, and the same bytes on each machine.
    Benchmark("typical_minute"),
    Benchmark("fidelity", 900.0),
    Benchmark("idle_sessions", 400.0),
    Benchmark("idle_ten_thousand", 400.0),
    # Reads what `workers`, `cross_hub` and `idle_sessions` found.
    Benchmark("million", 900.0),
)
ALL = {benchmark.name: benchmark for benchmark in (*USUAL, *LONG)}


def main(arguments: list[str]) -> int:
    wanted = _wanted(arguments)
    if wanted is None:
        return 2
    described = machine()
    for benchmark in wanted:
        print(f"{benchmark.name} …", flush=True)
        ran = run(benchmark)
        results = Results()
        results.keep(set(ALL))
        results.put(benchmark.name, ran.figures, ran.run, described)
        # At once, since some read what others before them found.
        results.save()
        print(_told(benchmark.name, ran.run, len(ran.figures)), flush=True)
    print(_summary(results, [benchmark.name for benchmark in wanted]))
    if wanted in (USUAL, LONG):
        performance_page.write(results)
    return 1 if any(results.runs[benchmark.name]["failed"] for benchmark in wanted) else 0


def _wanted(arguments: list[str]) -> Sequence[Benchmark] | None:
    if arguments == ["--long"]:
        return LONG
    unknown = [name for name in arguments if name not in ALL]
    if unknown:
        sys.stderr.write(f"There is no benchmark {unknown[0]}; there are {', '.join(ALL)}.\n")
        return None
    return [ALL[name] for name in arguments] or USUAL


def _told(name: str, ran: Run, figures: int) -> str:
    told = f"{name}: {ran.failed}" if ran.failed else f"{name}: {figures} figures in {ran.seconds:.0f} s"
    return f"{told}{_beside(ran._asdict())}"


def _beside(ran: dict[str, Any]) -> str:
    """What is to be said of a run on a machine that did other things too."""
    return f"; BUSY: others had {ran['others_cores']:.1f} cores when it began" if ran["busy"] else ""


def _summary(results: Results, names: Sequence[str]) -> str:
    """The table, and what is to be looked at."""
    lines, over = [HEAD], []
    for name in names:
        ran, found = results.runs[name], dict(results.found_by(name))
        lines.append(f"-- {name}, {ran['seconds']:.0f} s{_beside(ran)}")
        if ran["failed"]:
            lines.append(f"   {ran['failed']}")
        lines += [line(figure, entry) for figure, entry in found.items()]
        over += [figure for figure, entry in found.items() if entry["verdict"] == "OVER"]
    seconds = sum(results.runs[name]["seconds"] for name in names)
    lines.append(f"In all {seconds / 60:.1f} min. " + (f"OVER: {', '.join(over)}" if over else "Every budget is kept."))
    failed = [name for name in names if results.runs[name]["failed"]]
    return "\n".join([*lines, f"Not measured: {', '.join(failed)}"] if failed else lines)


if __name__ == "__main__":
    end_on_sigterm()
    sys.exit(main(sys.argv[1:]))
