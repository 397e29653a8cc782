"""A Redis and hubs of our own to put load on: real processes, started by the commands that operators use.

    with running_ground(hubs=2, agents=10) as ground:
        place = ground.hubs[0].place()

All hubs have one public address, as behind a proxy; each listens on a port of its own, and who connects chooses one.
Who connects comes from many addresses of 127.0.0.0/8, so that the limits by address hold as they do for customers."""

import asyncio
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from bench.raw import Place
from cobrowse.store.base import Agent
from cobrowse.store.opening import open_store
from cobrowse.web.server import listen
from tests.live_hub import CHEAP, PASSWORD, as_toml, settings_for, sqlite_url

ORIGIN = "http://127.0.0.1:9001"
SITES = 16
START_SECONDS = 60.0
END_SECONDS = 20.0
# A hub takes 1,000 connections of an address; an address has some 28,000 ports.
SOCKETS_PER_ADDRESS = 500
TICKS = os.sysconf("SC_CLK_TCK")
KB = 1024


class CannotMeasure(Exception):
    """This machine does not let us; the sentence says what to do."""


def cores() -> tuple[int, int]:
    """A core for what is measured and another for who makes the load."""
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < 2:
        raise CannotMeasure("This needs two cores: one for the server, one for the load.")
    return allowed[0], allowed[-1]


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """This thread, and what it starts meanwhile, stay on this core; what was started stays there afterwards, too."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class RunningProcess:
    """A process we started, and what the system knows of it."""

    def __init__(self, command: Sequence[str], log: Path, *, ready: str = "") -> None:
        """`ready` is what its first line of output must hold before this returns."""
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        self._log = log
        if ready and (self._process.stdout is None or ready not in self._process.stdout.readline()):
            self.stop()
            raise CannotMeasure(f"{command[0]} did not start:\n{log.read_text()[-2000:]}")

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def cpu_seconds(self) -> float:
        """User and system time so far, of it and its children."""
        return sum(_cpu_seconds(pid) for pid in self.family())

    def memory_kb(self) -> float:
        """What it holds of the machine's memory (PSS: shared pages count in shares), with its children."""
        return sum(_memory_kb(pid) for pid in self.family())

    def family(self) -> list[int]:
        """It and all below it."""
        found, left = [], [self.pid]
        while left:
            pid = left.pop()
            found.append(pid)
            children = Path(f"/proc/{pid}/task/{pid}/children")
            left += [int(child) for child in children.read_text().split()] if children.exists() else []
        return found

    def stop(self) -> None:
        """End it and all below it at once: nothing that it holds is of use any more."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait(END_SECONDS)
        if self._process.stdout is not None:
            self._process.stdout.close()


class Hub:
    """One `cobrowse serve`, of one or several workers, on a port of its own."""

    def __init__(self, process: RunningProcess, port: int, host: str) -> None:
        self.process = process
        self.port = port
        self.host = host

    def place(self, number: int = 0) -> Place:
        """Where to connect, from the `number`-th address."""
        return place_from(self.port, self.host, number)


def place_from(port: int, host: str, number: int) -> Place:
    """A hub's place, from the `number`-th address of 127.0.0.0/8."""
    return Place(port, host, f"127.{1 + number // 60_000}.{number // 250 % 240}.{1 + number % 250}")


class Ground:
    """What runs. `agents` are the names of agents with `PASSWORD`; `sites` the ids of sites, all of `ORIGIN`; `store`
    is where the hubs keep sessions."""

    def __init__(self, folder: Path, agents: list[str]) -> None:
        self.folder = folder
        self.store = sqlite_url(folder)
        self.agents = agents
        self.sites = [f"shop{number}" for number in range(SITES)]
        self.hubs: list[Hub] = []
        self.public_url = ""
        self._redis: tuple[RunningProcess, int] | None = None

    @property
    def redis(self) -> RunningProcess:
        """Its process."""
        return self._running_redis()[0]

    def redis_client(self) -> "Redis":
        """To ask what it did."""
        return Redis(port=self._running_redis()[1], decode_responses=True)

    def start_redis(self) -> None:
        """One with nothing on disk, to be the store of hubs that start later."""
        program = shutil.which("redis-server")
        if program is None:
            raise CannotMeasure("redis-server is not installed; on Debian: apt-get install redis-server.")
        port = free_port()
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", ""]
        process = RunningProcess([*command, "--appendonly", "no"], self.folder / "redis.log")
        self._redis = process, port
        self.store = f"redis://127.0.0.1:{port}/0"
        _wait_for_redis(port, process.pid)

    def stop(self) -> None:
        """End all that runs."""
        for hub in self.hubs:
            hub.process.stop()
        if self._redis is not None:
            self._redis[0].stop()

    def _running_redis(self) -> tuple[RunningProcess, int]:
        if self._redis is None:
            raise CannotMeasure("These hubs have no Redis.")
        return self._redis


@contextmanager
def running_ground(*, hubs: int = 1, agents: int = 10, workers: int = 1, redis: bool = True) -> Iterator[Ground]:
    """So many hubs of so many workers each, on a Redis with nothing on disk or, one alone, on SQLite; with agents."""
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory()))
        ground = Ground(folder, [f"agent{number}" for number in range(agents)])
        running.callback(ground.stop)
        if redis:
            ground.start_redis()
        asyncio.run(_put_agents(ground.store, ground.agents))
        for _ in range(hubs):
            _start_hub(ground, workers)
        yield ground


def _start_hub(ground: Ground, workers: int) -> None:
    port = free_port()
    ground.public_url = ground.public_url or f"http://localhost:{port}"
    config = ground.folder / f"hub-{port}.toml"
    config.write_text(as_toml(_settings(ground, port)))
    command = [sys.executable, "-m", "cobrowse", "serve", "--config", str(config)]
    command += ["--workers", str(workers)] if workers > 1 else []
    process = RunningProcess(command, ground.folder / f"hub-{port}.log", ready="serves")
    ground.hubs.append(Hub(process, port, ground.public_url.removeprefix("http://")))


def _settings(ground: Ground, port: int) -> dict[str, Any]:
    own = {"public_url": ground.public_url, "mirror_url": ground.public_url.replace("localhost", "127.0.0.1")}
    table = settings_for(port, ground.store, [ORIGIN], own)
    [shop] = table["sites"]
    table["sites"] = [{**shop, "id": site} for site in ground.sites]
    return table


async def _put_agents(url: str, names: Sequence[str]) -> None:
    # As cheap a hash as there is: what signing in costs is the agents' business once a day, not a session's.
    hashed = CHEAP.hash(PASSWORD)
    async with open_store(url, exclusive=False) as stores:
        for name in names:
            await stores.accounts.put_agent(Agent(name, name.title(), hashed, ()))


def allow_files(wanted: int) -> int:
    """Raise this process's limit of open files (hubs that are started later inherit it) to `wanted`, or as far as the
    system lets it; how many there may be."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit, highest in ((wanted, max(hard, wanted)), (min(wanted, hard), hard)):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, highest))
        except (ValueError, OSError):
            continue
        return limit
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def free_port() -> int:
    """One that was free a moment ago."""
    with listen("127.0.0.1", 0) as bound:
        port: int = bound.getsockname()[1]
        return port


def _wait_for_redis(port: int, pid: int) -> None:
    give_up_at = time.monotonic() + START_SECONDS
    while True:
        try:
            with Redis(port=port) as client:
                found = client.info("server")["process_id"]
            break
        except RedisError as error:
            if time.monotonic() > give_up_at:
                raise CannotMeasure(f"redis-server did not start: {error}") from error
            time.sleep(0.05)

    if found != pid:
        raise CannotMeasure(f"Another Redis took port {port}, which was free a moment ago: try again.")


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _memory_kb(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(float(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
