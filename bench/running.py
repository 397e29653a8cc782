"""Benchmarks as processes: what one leaves behind, breaks or pins is gone when the next begins."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from bench import machine
from bench.one import CANNOT
from bench.results import Run

# A benchmark that is asked to stop puts away what it started.
STOP_SECONDS = 20.0
SHOWN_CHARACTERS = 400


class Benchmark(NamedTuple):
    """`bench/{name}.py`, or one form of it: `module.function`. Longer than its limit nothing may take."""

    name: str
    limit_seconds: float = 300.0


class Ran(NamedTuple):
    """What one run found, and under what."""

    figures: dict[str, dict[str, Any]]
    run: Run


def run(benchmark: Benchmark, *, command: Sequence[str] = (sys.executable, "-m", "bench.one")) -> Ran:
    """Run it. What it prints is shown; if it fails, there are no figures and a sentence."""
    before = machine.load()
    began, since = datetime.now(UTC), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "figures.json"
        failed = _child([*command, benchmark.name, str(file)], benchmark.limit_seconds, Path(folder) / "errors")
        figures = {} if failed else json.loads(file.read_text())
    seconds = round(time.monotonic() - since, 1)
    what = machine.commit()
    return Ran(
        figures,
        Run(
            began.strftime("%Y-%m-%d %H:%M UTC"),
            what["commit"],
            what["changed"],
            seconds,
            before.average,
            before.cores,
            before.busy,
            failed,
        ),
    )


def _child(command: Sequence[str], limit_seconds: float, errors: Path) -> str | None:
    """Why it failed, or None."""
    hear_interrupts()
    with errors.open("wb") as log:
        # In a session of its own, so that Ctrl-C is passed on by us, and once.
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=log, start_new_session=True)
        try:
            code = process.wait(limit_seconds)
        except subprocess.TimeoutExpired:
            _stop(process)
            return f"It took longer than {limit_seconds:.0f} s."
        except BaseException:
            _stop(process)
            raise
    if code == 0:
        return None
    said = errors.read_text(errors="replace").strip()
    if code == CANNOT:
        return said[-SHOWN_CHARACTERS:]
    sys.stderr.write(f"{said}\n")
    return f"It failed: {said.splitlines()[-1][:SHOWN_CHARACTERS] if said else f'exit code {code}'}"


def end_on_sigterm() -> None:
    """Let SIGTERM end this process as Ctrl-C does: what it started is put away."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def hear_interrupts() -> None:
    """Shells let what they start in the background ignore Ctrl-C, and what that starts inherits it: no more."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """As Ctrl-C would; and if that does not end it, with all that it started."""
    family = _family(process.pid)
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    below = [int(child) for child in children.read_text().split()] if children.exists() else []
    return [pid, *(one for child in below for one in _family(child))]
