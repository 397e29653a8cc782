"""`cobrowse serve --workers N`: N processes on one socket, each a hub of its own, and one that watches over them.

uvicorn's own supervisor is not used: it needs the app by name, tells nobody why a worker could not start, starts the
dead again without a pause, and leaves its workers behind where it is killed itself.

Each worker is `cobrowse serve` with the bound socket and one end of a leash, a socket pair. The worker says `ready` on
it once it accepts, and a beat each `BEAT_SECONDS`; where the leash breaks, the other end is gone: a worker then drains
and ends, as on SIGTERM. SIGTERM and SIGINT drain all; SIGHUP brings up a new process for each worker, one after the
other, which reads the settings (and the package) anew, and only then drains the old one.
"""

import asyncio
import logging
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from cobrowse.config import Settings
from cobrowse.core.errors import ConfigError

log = logging.getLogger("cobrowse.workers")

WORKERS_MAX = 128
READY = b"r"
BEAT = b"."
BEAT_SECONDS = 1.0
# A worker whose loop stood still for so long serves nobody; its sessions go on elsewhere once it is dead.
SILENT_SECONDS = 30.0
# How long a worker may take to come up: it imports, connects to the store and binds nothing.
START_SECONDS = 60.0
# How long a worker may take to drain and end (10 s are promised), before it is killed.
END_SECONDS = 15.0
# One that lived so long is started again at once, else after a pause that doubles.
STABLE_SECONDS = 10.0
PAUSE_FIRST_SECONDS = 0.25
PAUSE_LONGEST_SECONDS = 2.0
# What a worker is told of its colleagues: its number from 1, which stays through restarts, how many there are, and a
# folder that only they can enter (see `cobrowse.web.colleagues`).
WORKER_NUMBER = "COBROWSE_WORKER"
WORKERS_COUNT = "COBROWSE_WORKERS"
WORKERS_FOLDER = "COBROWSE_WORKERS_FOLDER"
FAILED = 1


def check_workers(settings: Settings, workers: int) -> None:
    """`ConfigError` where so many processes cannot serve this store."""
    if workers == 1:
        return
    if not 1 <= workers <= WORKERS_MAX:
        raise ConfigError(f"--workers must be from 1 to {WORKERS_MAX}.")
    if settings.store_scheme == "sqlite":
        raise ConfigError(
            f"--workers {workers} needs Redis: an SQLite file has one server. Set hub.store to redis://…, or leave "
            "--workers out."
        )


_sleep = asyncio.sleep


class Worker:
    """One process and our end of its leash."""

    def __init__(self, number: int, process: asyncio.subprocess.Process, leash: asyncio.StreamReader) -> None:
        self.number = number
        self.process = process
        self.started_at = asyncio.get_running_loop().time()
        self._leash = leash
        # True once it accepts; False where it ended before.
        self.ready: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    async def watch(self) -> int:
        """Listen to its beats until it ends; kill it where it is silent. The exit code."""
        try:
            while said := await asyncio.wait_for(self._leash.read(64), self._patience()):
                if READY in said and not self.ready.done():
                    self.ready.set_result(True)
        except TimeoutError:
            log.error("worker_silent number=%d pid=%d", self.number, self.process.pid)
            self.signal(signal.SIGKILL)
        except OSError as error:
            log.info("worker_leash number=%d error=%s", self.number, error)
        code = await self._ended()
        if not self.ready.done():
            self.ready.set_result(False)
        return code

    def signal(self, number: signal.Signals) -> None:
        """No error where it has ended."""
        with suppress(ProcessLookupError):
            self.process.send_signal(number)

    def _patience(self) -> float:
        return SILENT_SECONDS if self.ready.done() else START_SECONDS

    async def _ended(self) -> int:
        # Its leash is closed: it is ending.
        try:
            return await asyncio.wait_for(self.process.wait(), END_SECONDS)
        except TimeoutError:
            self.signal(signal.SIGKILL)
            return await self.process.wait()


class _Place:
    """The place of one worker; whoever fills it anew holds the lock."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.worker: Worker | None = None
        self.lock = asyncio.Lock()
        self.pause_seconds = 0.0


class Workers:
    """Starts so many of `command` on `bound`, and keeps them."""

    def __init__(self, command: Sequence[str], bound: socket.socket, count: int) -> None:
        """`command` is completed with `--worker LISTENING,LEASH`, two file numbers."""
        self._command = command
        self._bound = bound
        self._places = [_Place(number) for number in range(1, count + 1)]
        self._living: dict[Worker, asyncio.Task[int]] = {}
        self._stopping = asyncio.Event()
        self._restarting: asyncio.Task[None] | None = None
        self._environ: dict[str, str] = dict(os.environ)

    async def run(self, started: Callable[[], None]) -> int:
        """Until SIGTERM or SIGINT. `started` is called once all accept. The exit code: that of the first worker that
        did not come up at the start, else 0."""
        loop = asyncio.get_running_loop()
        handlers = {signal.SIGTERM: self._stopping.set, signal.SIGINT: self._stopping.set, signal.SIGHUP: self.restart}
        for number, handler in handlers.items():
            loop.add_signal_handler(number, handler)
        with tempfile.TemporaryDirectory(prefix="cobrowse-workers-") as folder:
            self._environ |= {WORKERS_COUNT: str(len(self._places)), WORKERS_FOLDER: folder}
            try:
                code = await self._start_all()
                if code == 0:
                    started()
                    await self._keep_all()
                return code
            finally:
                await self._stop_all()
                for number in handlers:
                    loop.remove_signal_handler(number)

    def restart(self) -> None:
        """Replace one worker after the other. While that is under way a second request is passed over."""
        if self._restarting is not None and not self._restarting.done():
            log.warning("workers_restarting already=1")
            return
        self._restarting = asyncio.create_task(self._replace_all())

    # --- one worker

    async def _start(self, place: _Place) -> Worker:
        ours, theirs = socket.socketpair()
        with theirs:
            fds = (self._bound.fileno(), theirs.fileno())
            process = await asyncio.create_subprocess_exec(
                *self._command,
                "--worker",
                f"{fds[0]},{fds[1]}",
                pass_fds=fds,
                stdin=asyncio.subprocess.DEVNULL,
                env={**self._environ, WORKER_NUMBER: str(place.number)},
            )
        leash, writer = await asyncio.open_connection(sock=ours)
        worker = Worker(place.number, process, leash)
        self._living[worker] = asyncio.create_task(self._watch(worker, writer))
        log.info("worker_started number=%d pid=%d", place.number, process.pid)
        return worker

    async def _watch(self, worker: Worker, leash: asyncio.StreamWriter) -> int:
        try:
            code = await worker.watch()
        finally:
            leash.close()
            self._living.pop(worker, None)
        log.info("worker_ended number=%d pid=%d code=%d", worker.number, worker.process.pid, code)
        return code

    async def _start_all(self) -> int:
        """The first alone: what keeps it from coming up is then said once."""
        for places in (self._places[:1], self._places[1:]):
            for place in places:
                place.worker = await self._start(place)
            for worker in [place.worker for place in places if place.worker]:
                if not await self._is_ready(worker):
                    return 0 if self._stopping.is_set() else await self._code_of(worker)
        return 0

    async def _is_ready(self, worker: Worker) -> bool:
        """Whether it came up; False, too, where all are to stop meanwhile."""
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait((worker.ready, stopping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
        return not self._stopping.is_set() and worker.ready.result()

    async def _code_of(self, worker: Worker) -> int:
        code = worker.process.returncode
        return code if code is not None and code > 0 else FAILED

    # --- all of them

    async def _keep_all(self) -> None:
        keepers = [asyncio.create_task(self._keep(place)) for place in self._places]
        try:
            await self._stopping.wait()
        finally:
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, return_exceptions=True)

    async def _keep(self, place: _Place) -> None:
        """Fill the place again each time its worker has ended."""
        while True:
            worker = place.worker
            if worker is not None:
                await worker.process.wait()
            async with place.lock:
                if place.worker is not worker:
                    continue  # replaced meanwhile
                await self._pause(place, worker)
                place.worker = await self._start(place)

    async def _pause(self, place: _Place, worker: Worker | None) -> None:
        lived = asyncio.get_running_loop().time() - worker.started_at if worker else 0.0
        if lived >= STABLE_SECONDS:
            place.pause_seconds = 0.0
            return
        await _sleep(place.pause_seconds)
        place.pause_seconds = min(max(place.pause_seconds * 2, PAUSE_FIRST_SECONDS), PAUSE_LONGEST_SECONDS)

    async def _replace_all(self) -> None:
        log.info("workers_restarting count=%d", len(self._places))
        for place in self._places:
            if not await self._replace(place):
                log.error("workers_restart_failed number=%d", place.number)
                return
        log.info("workers_restarted count=%d", len(self._places))

    async def _replace(self, place: _Place) -> bool:
        """True once the new one accepts and the old one has ended. The old stays where the new does not come up."""
        async with place.lock:
            new = await self._start(place)
            if not await self._is_ready(new):
                new.signal(signal.SIGTERM)
                return False
            old, place.worker = place.worker, new
        if old is not None:
            old.signal(signal.SIGTERM)
            await self._gone([old])
        return True

    async def _stop_all(self) -> None:
        self._stopping.set()
        if self._restarting is not None:
            self._restarting.cancel()
            await asyncio.gather(self._restarting, return_exceptions=True)
        workers = list(self._living)
        for worker in workers:
            worker.signal(signal.SIGTERM)
        await self._gone(workers)

    async def _gone(self, workers: Sequence[Worker]) -> None:
        """Wait for their end; who takes longer than it may is killed."""
        watching = [self._living[worker] for worker in workers if worker in self._living]
        if not watching:
            return
        _, late = await asyncio.wait(watching, timeout=END_SECONDS)
        if late:
            for worker in workers:
                worker.signal(signal.SIGKILL)
            await asyncio.wait(late)


def worker_command(config: Path | None) -> list[str]:
    """The command of one worker, by the interpreter that runs now."""
    command = [sys.executable, "-m", "cobrowse", "serve"]
    return [*command, "--config", str(config)] if config else command


class Leash:
    """The worker's end: says that it is ready and beats, and hears where the other end is gone."""

    def __init__(self, fileno: int, stop: asyncio.Event) -> None:
        self._socket = socket.socket(fileno=fileno)
        self._socket.setblocking(False)
        self._stop = stop
        self._tasks: list[asyncio.Task[None]] = []

    def ready(self) -> None:
        """This worker accepts."""
        self._tasks = [asyncio.create_task(self._beat()), asyncio.create_task(self._listen())]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._socket.close()

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        said = READY
        while True:
            try:
                await loop.sock_sendall(self._socket, said)
            except OSError:
                self._stop.set()
                return
            said = BEAT
            await asyncio.sleep(BEAT_SECONDS)

    async def _listen(self) -> None:
        """Nothing is ever said to a worker: what comes is the end."""
        with suppress(OSError):
            while await asyncio.get_running_loop().sock_recv(self._socket, 64):
                pass
        log.warning("supervisor_gone")
        self._stop.set()
