"""The workers of one `cobrowse serve --workers N` tell each other their counts, so that a scrape of any shows all.

Each listens on a Unix socket of a folder that the supervisor made for them alone, and writes its counts to whoever
connects. Counts stay apart by worker: one that was started anew begins at zero, as a counter of Prometheus may, and a
sum over the label is right all the while."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Self

import msgspec
from msgspec import Struct

from cobrowse.hub.counters import Histogram

# A worker that is busy for so long is left out, and counted.
ANSWER_SECONDS = 1.0
# Two thousand names of counts are some 100 KB.
ANSWER_MAX_BYTES = 8 * 1024 * 1024


class Counted(Struct, frozen=True):
    """What one worker counted, by the names of `web.families`. `info` are the labels of `build_info`."""

    counters: dict[str, float]
    gauges: dict[str, float]
    histograms: dict[str, Histogram]
    process: dict[str, float]
    info: dict[str, str]


class Worker(Struct, frozen=True):
    """Which of `of` workers this process is, from 1, and the folder that they share."""

    number: int
    of: int
    folder: str

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self | None:
        """What the supervisor says to a worker; None for a process that stands alone."""
        names = ("COBROWSE_WORKER", "COBROWSE_WORKERS", "COBROWSE_WORKERS_FOLDER")
        number, of, folder = (environ.get(name, "") for name in names)
        return cls(int(number), int(of), folder) if number.isdigit() and of.isdigit() and folder else None


class Colleagues:
    """Tells the counts of this worker and asks for those of the others."""

    def __init__(self, worker: Worker, count: Callable[[], Counted]) -> None:
        self.worker = worker
        self._count = count

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Answer the others while open."""
        path = self._path(self.worker.number)
        # One of this number may have been killed, or is about to go: who comes takes its place.
        path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(path))
            own = path.stat().st_ino
            server = await asyncio.start_unix_server(self._answer, sock=bound)
            try:
                yield
            finally:
                server.close()
                _unlink(path, own)

    async def ask(self) -> dict[int, Counted | None]:
        """The counts of every worker by its number, this one's among them; None where one did not answer."""
        others = [number for number in range(1, self.worker.of + 1) if number != self.worker.number]
        answers = await asyncio.gather(*(self._ask(number) for number in others))
        return {self.worker.number: self._count(), **dict(zip(others, answers, strict=True))}

    async def _ask(self, number: int) -> Counted | None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                reader, writer = await asyncio.open_unix_connection(self._path(number))
                try:
                    return msgspec.msgpack.decode(await _read(reader), type=Counted)
                finally:
                    writer.close()
        except (OSError, TimeoutError, msgspec.DecodeError):
            return None

    async def _answer(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(msgspec.msgpack.encode(self._count()))
            await writer.drain()
        except OSError:
            return
        finally:
            writer.close()

    def _path(self, number: int) -> Path:
        return Path(self.worker.folder) / f"{number}.sock"


async def _read(reader: asyncio.StreamReader) -> bytes:
    """All until the end, but what is beyond `ANSWER_MAX_BYTES`, which is then no message."""
    found = bytearray()
    while len(found) <= ANSWER_MAX_BYTES and (more := await reader.read(ANSWER_MAX_BYTES)):
        found += more
    return bytes(found[:ANSWER_MAX_BYTES])


def _unlink(path: Path, own: int) -> None:
    """Remove the socket, unless a successor has put its own there."""
    with suppress(FileNotFoundError):
        if path.stat().st_ino == own:
            path.unlink()
