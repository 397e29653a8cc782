"""Benchmarks run as processes of their own: what one does wrong is said, and the others' figures are kept."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench import machine, one, performance_page, results, running
from bench.results import Results, Run
from bench.running import Benchmark

RUN = Run("2026-11-23 06:00 UTC", "0123456789ab", False, 1.0, 0.1, 0.0, False)


@pytest.fixture(autouse=True)
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits here for the machine to be looked at."""
    monkeypatch.setattr(machine, "load", lambda: machine.Load(0.1, 0.5))


def command(tmp_path: Path, source: str) -> list[str]:
    file = tmp_path / "benchmark.py"
    file.write_text(source)
    return [sys.executable, str(file)]


WRITES = 'import pathlib, sys; pathlib.Path(sys.argv[2]).write_text(\'{"x": {"value": 1.0}}\')'


def test_figures_are_what_the_process_wrote(tmp_path: Path) -> None:
    ran = running.run(Benchmark("planted"), command=command(tmp_path, WRITES))
    assert ran.figures == {"x": {"value": 1.0}}
    assert ran.run.failed is None
    assert (ran.run.others_cores, ran.run.load_average, ran.run.busy) == (0.1, 0.5, False)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (
            "import sys; sys.stderr.write('redis-server is not installed.\\n'); sys.exit(3)",
            "redis-server is not installed.",
        ),
        ("raise RuntimeError('no frame arrived')", "It failed: RuntimeError: no frame arrived"),
        ("import sys; sys.exit(7)", "It failed: exit code 7"),
    ],
)
def test_one_that_fails_says_why(tmp_path: Path, source: str, sentence: str) -> None:
    ran = running.run(Benchmark("planted"), command=command(tmp_path, source))
    assert ran.figures == {}
    assert ran.run.failed == sentence


def test_one_that_hangs_is_ended_and_puts_away_what_it_started(tmp_path: Path) -> None:
    source = f"""
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
pathlib.Path({str(tmp_path / "child")!r}).write_text(str(child.pid))
try:
    time.sleep(600)
finally:
    child.kill()
    child.wait()
"""
    ran = running.run(Benchmark("planted", 2.0), command=command(tmp_path, source))
    assert ran.run.failed == "It took longer than 2 s."
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "child").read_text()), 0)


def test_one_that_cannot_even_be_interrupted_is_ended_with_all_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "STOP_SECONDS", 0.2)
    source = f"""
import pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
pathlib.Path({str(tmp_path / "child")!r}).write_text(str(child.pid))
time.sleep(600)
"""
    running.run(Benchmark("planted", 2.0), command=command(tmp_path, source))
    child = int((tmp_path / "child").read_text())
    until = time.monotonic() + 10
    while _runs(child):
        assert time.monotonic() < until
        time.sleep(0.02)


def _runs(pid: int) -> bool:
    """Whether it is there and no zombie, which somebody else has to take."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_who_ends_the_whole_ends_the_one_that_runs(tmp_path: Path, sent: signal.Signals) -> None:
    benchmark = tmp_path / "benchmark.py"
    benchmark.write_text(f"""
import pathlib, os, time
try:
    pathlib.Path({str(tmp_path / "started")!r}).write_text(str(os.getpid()))
    time.sleep(600)
except KeyboardInterrupt:
    pathlib.Path({str(tmp_path / "put away")!r}).write_text("")
    raise
""")
    source = f"""
import sys
from bench import machine, running
machine.load = lambda: machine.Load(0.0, 0.0)
running.end_on_sigterm()
running.run(running.Benchmark("planted"), command=[sys.executable, {str(benchmark)!r}])
"""
    process = subprocess.Popen([sys.executable, "-c", source], cwd=machine.ROOT, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while not (tmp_path / "started").exists() or not (tmp_path / "started").read_text():
            assert time.monotonic() < until
            time.sleep(0.02)
        process.send_signal(sent)
        assert process.wait(60) != 0
    finally:
        process.kill()
        process.wait()
    assert (tmp_path / "put away").exists()
    assert not _runs(int((tmp_path / "started").read_text()))


def test_a_real_one_runs_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(machine.ROOT)
    file = tmp_path / "figures.json"
    assert one.main("weights", file) == 0
    assert json.loads(file.read_text())["loader_gzip_kb"]["by"] == "weights"


def test_figures_replace_those_that_the_same_benchmark_found_before(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    kept = Results(path)
    kept.put("first", {"a": {"value": 1.0, "by": "first"}, "b": {"value": 2.0, "by": "first"}}, RUN, {"cores": 2})
    kept.put("second", {"c": {"value": 3.0, "by": "second"}}, RUN, {"cores": 2})
    kept.put("first", {"a": {"value": 4.0, "by": "first"}}, RUN, {"cores": 4})
    kept.save()
    said = json.loads(path.read_text())
    assert {name: said[name]["value"] for name in said if not name.startswith("_")} == {"c": 3.0, "a": 4.0}
    assert said["_machine"] == {"cores": 4}
    assert list(said["_runs"]) == ["first", "second"]


def test_what_is_no_benchmark_any_more_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text(json.dumps({"old": {"value": 1.0, "bar": 2.0}, "a": {"value": 1.0, "by": "first"}}))
    kept = Results(path)
    kept.keep({"first"})
    assert list(kept.figures) == ["a"]


@pytest.fixture
def three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three benchmarks, of which the second fails, and results of their own."""
    path = tmp_path / "results.json"
    monkeypatch.setattr(results.Results.__init__, "__defaults__", (path,))
    usual = tuple(Benchmark(name) for name in ("first", "second", "third"))
    monkeypatch.setattr(bench, "USUAL", usual)
    monkeypatch.setattr(bench, "ALL", {benchmark.name: benchmark for benchmark in usual})
    monkeypatch.setattr(bench, "machine", lambda: {"cores": 2})
    monkeypatch.setattr(performance_page, "write", lambda results: None)

    def ran(benchmark: Benchmark) -> running.Ran:
        if benchmark.name == "second":
            return running.Ran({}, RUN._replace(failed="No frame arrived."))
        entry = {"value": 3.0, "unit": "KB", "budget": 2.0, "least": False, "aim": None, "verdict": "OVER"}
        entry |= {"spread": None, "peer": None, "peer_value": None, "ratio": None, "by": benchmark.name}
        busy = RUN._replace(busy=benchmark.name == "third", others_cores=1.5)
        return running.Ran({f"{benchmark.name}_kb": entry}, busy)

    monkeypatch.setattr(bench, "run", ran)
    return path


def test_one_that_fails_loses_no_figures_of_others(three: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main([]) == 1
    assert set(Results(three).figures) == {"first_kb", "third_kb"}
    shown = capsys.readouterr().out
    assert "second: No frame arrived." in shown
    assert shown.splitlines()[-2:] == ["In all 0.1 min. OVER: first_kb, third_kb", "Not measured: second"]


def test_slow_is_no_failure(three: Path) -> None:
    assert bench.main(["first", "third"]) == 0
    assert set(Results(three).runs) == {"first", "third"}


def test_a_busy_machine_is_said(three: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bench.main(["third"])
    assert "-- third, 1 s; BUSY: others had 1.5 cores when it began" in capsys.readouterr().out
    assert Results(three).runs["third"]["busy"]


def test_there_is_no_such_benchmark(three: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["fourth"]) == 2
    assert capsys.readouterr().err == "There is no benchmark fourth; there are first, second, third.\n"


def test_each_benchmark_exists() -> None:
    for benchmark in bench.ALL.values():
        name = benchmark.name.partition(".")[0]
        assert (machine.ROOT / "bench" / f"{name}.py").exists(), benchmark


def test_the_machine_is_told_without_who_and_where() -> None:
    said = machine.machine()
    assert said["cores"] >= 1
    assert said["python"].startswith("3.")
    assert "/" not in json.dumps(said)
