"""Workers hand each other sockets, so that the peers of one session meet in one process.

All workers accept on one port, so an agent and their customer would mostly sit on two, and each frame would go through
the store. A client names its session in the socket's address; by that each worker knows whose it is, and passes the
accepted connection on, with the bytes that were read, through a Unix socket of a folder that only workers can enter.
Where the colleague is not there, or is too busy to take it, the socket stays: any hub can serve any peer.

The address is no proof of anything, it only says where: who lies in it gets to another worker, and no further.
"""

import asyncio
import logging
import re
import socket
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from zlib import crc32

from cobrowse.web.colleagues import Worker
from cobrowse.web.connections import BoundedHttp, Handing

log = logging.getLogger(__name__)

# The request line and headers of an upgrade; what is longer stays where it is.
HANDED_MAX_BYTES = 16 * 1024
HANDED_AT_ONCE = 64
_UPGRADE = re.compile(rb"GET /ws/(?:agent|customer)\?session=([A-Za-z0-9_-]{1,64}) HTTP/1\.1\r\n")


class Handover(Handing):
    """One worker's part in it."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._ours = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._ours.setblocking(False)
        self._taking: set[asyncio.Task[None]] = set()
        self.given = 0

    def give(self, transport: asyncio.Transport, data: bytes) -> bool:
        """Whether this connection, of which `data` was read, is now a colleague's; then it is closed here."""
        found = _UPGRADE.match(data)
        if found is None or len(data) > HANDED_MAX_BYTES:
            return False
        number = owner(found[1], self._worker.of)
        if number == self._worker.number:
            return False
        descriptor = array("i", [transport.get_extra_info("socket").fileno()])
        try:
            # Not `socket.send_fds`: that of Python 3.11 does not heed the address.
            self._ours.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptor)], 0, str(self._path(number)))
        except OSError:
            # Not there, or more waits than it may.
            return False
        self.given += 1
        # The connection lives on, in the colleague's hands: this closes one of its two descriptors.
        transport.abort()
        return True

    @contextmanager
    def receiving(self, make: Callable[[], BoundedHttp]) -> Iterator[None]:
        """While open, take what colleagues hand over. `make` makes the protocol of a connection."""
        loop = asyncio.get_running_loop()
        path = self._path(self._worker.number)
        # That of the worker which had this number before, and perhaps still drains.
        path.unlink(missing_ok=True)
        self._ours.bind(str(path))
        loop.add_reader(self._ours.fileno(), self._take_all, make)
        try:
            yield
        finally:
            loop.remove_reader(self._ours.fileno())
            self.close()

    def close(self) -> None:
        """Nothing is passed on any more."""
        self._ours.close()

    def _take_all(self, make: Callable[[], BoundedHttp]) -> None:
        for _ in range(HANDED_AT_ONCE):
            try:
                data, fds, _, _ = socket.recv_fds(self._ours, HANDED_MAX_BYTES, 1)
            except BlockingIOError:
                return
            for fd in fds:
                taking = asyncio.create_task(self._take(make, socket.socket(fileno=fd), data))
                self._taking.add(taking)
                taking.add_done_callback(self._taking.discard)

    async def _take(self, make: Callable[[], BoundedHttp], connection: socket.socket, data: bytes) -> None:
        def handed() -> BoundedHttp:
            protocol = make()
            protocol.handed = data
            return protocol

        connection.setblocking(False)
        # Who has gone meanwhile is gone.
        with suppress(OSError):
            await asyncio.get_running_loop().connect_accepted_socket(handed, connection)

    def _path(self, number: int) -> Path:
        return Path(self._worker.folder) / f"sockets-{number}"


def owner(session: bytes, workers: int) -> int:
    """Which of so many workers, from 1, the peers of this session meet at."""
    return crc32(session) % workers + 1
