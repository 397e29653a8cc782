"""Under what something was measured: the machine, its programs, and what else it does. No path, host or user."""

import os
import platform
import re
import shutil
import subprocess
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
# What a change of makes other figures.
MEASURED = ("cobrowse", "client_js", "bench")
# Others may take so much of one core at the start of a benchmark; what it finds beside more is marked.
BUSY_CORES = 0.2
LOOKED_SECONDS = 0.5
# What ended just before may still be cleared away.
LOOKS = 3
PROGRAMS = {
    "chromium": ("chromium", "--version"),
    "redis": ("redis-server", "--version"),
    "node": ("node", "--version"),
}
TICKS = os.sysconf("SC_CLK_TCK")


class Load(NamedTuple):
    """What others did: cores in use just now, and the load average of the last minute."""

    cores: float
    average: float

    @property
    def busy(self) -> bool:
        """Whether that is too much to believe a time measured beside it."""
        return self.cores > BUSY_CORES


def machine() -> dict[str, Any]:
    """What this is measured on."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": _cpu_model(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3, 1),
        "python": platform.python_version(),
        "uvicorn": version("uvicorn"),
        "uvloop": version("uvloop"),
        **{name: _program_version(command) for name, command in PROGRAMS.items()},
    }


def commit() -> dict[str, Any]:
    """Which version of the project this is; `changed` where files that matter differ from it."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        return {"commit": None, "changed": None}
    named = _said("git", "rev-parse", "--short=12", "HEAD")
    changed = _said("git", "status", "--porcelain", "--untracked-files=no", "--", *MEASURED)
    return {"commit": named, "changed": bool(changed)}


def load() -> Load:
    """Called while nothing of ours runs. The least of a few looks."""
    cores = min(_cores_in_use() for _ in range(LOOKS)) if (first := _cores_in_use()) > BUSY_CORES else first
    return Load(round(cores, 2), round(os.getloadavg()[0], 2))


def _cores_in_use() -> float:
    before, began = _busy_ticks(), time.monotonic()
    time.sleep(LOOKED_SECONDS)
    return (_busy_ticks() - before) / TICKS / (time.monotonic() - began)


def _busy_ticks() -> int:
    """Of all cores: user, nice, system, both kinds of interrupts, and what other guests of the machine took."""
    user, nice, system, _, _, *interrupts = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:9])
    return user + nice + system + sum(interrupts)


def _cpu_model() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return " ".join(found[1].split()) if found else platform.machine()


def _program_version(command: tuple[str, ...]) -> str | None:
    if shutil.which(command[0]) is None:
        return None
    found = re.search(r"\d+(\.\d+)+", _said(*command))
    return found[0] if found else None


def _said(*command: str) -> str:
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=30)
    return ran.stdout.strip()
