"""When a worker keeps a socket, and when it passes it on. That it really goes over is in test_workers.py."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest

from cobrowse.web.colleagues import Worker
from cobrowse.web.connections import BoundedHttp
from cobrowse.web.handover import HANDED_MAX_BYTES, Handover, owner

PATIENCE_SECONDS = 30.0


class Accepted:
    """What a worker has of a connection that it accepted."""

    def __init__(self) -> None:
        self.ours, self.peer = socket.socketpair()
        self.aborted = False

    def get_extra_info(self, _name: str) -> socket.socket:
        return self.ours

    def abort(self) -> None:
        self.aborted = True
        self.ours.close()

    def close(self) -> None:
        for one in (self.ours, self.peer):
            one.close()


def upgrade(session: str, more: str = "Host: localhost") -> bytes:
    return f"GET /ws/agent?session={session} HTTP/1.1\r\n{more}\r\n\r\n".encode()


def of_worker(number: int, workers: int = 2) -> str:
    """A session whose peers meet at this worker."""
    return next(name for name in map(str, range(1000)) if owner(name.encode(), workers) == number)


def give(handover: Handover, accepted: Accepted, data: bytes) -> bool:
    return handover.give(cast(asyncio.Transport, accepted), data)


def test_sessions_are_spread_over_all_workers() -> None:
    owners = [owner(f"session {number}".encode(), 4) for number in range(1000)]
    assert all(200 < owners.count(number) < 300 for number in (1, 2, 3, 4))


@pytest.fixture
def accepted() -> Iterator[Accepted]:
    with closing(Accepted()) as made:
        yield made


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Handover]:
    with closing(Handover(Worker(1, 2, str(tmp_path)))) as made:
        yield made


def test_it_stays_where_the_colleague_is_not_there(one: Handover, accepted: Accepted) -> None:
    assert not give(one, accepted, upgrade(of_worker(2)))
    assert not accepted.aborted


async def test_only_a_colleagues_sockets_are_passed_on(one: Handover, accepted: Accepted, tmp_path: Path) -> None:
    theirs = of_worker(2)
    made: list[BoundedHttp] = []

    class Protocol(asyncio.Protocol):
        handed = b""

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            cast(asyncio.Transport, transport).write(b"heard " + self.handed[:30])
            transport.close()

    def make() -> BoundedHttp:
        made.append(cast(BoundedHttp, Protocol()))
        return made[-1]

    with Handover(Worker(2, 2, str(tmp_path))).receiving(make):
        for stays in (
            upgrade(of_worker(1)),
            upgrade(theirs).replace(b"/ws/agent?session=", b"/api/me?session="),
            upgrade(theirs).replace(b"?session=", b"?token="),
            upgrade(theirs)[:20],
            upgrade("a%20" + theirs),
            upgrade(theirs, "X: " + "x" * HANDED_MAX_BYTES),
        ):
            assert not give(one, accepted, stays), stays[:60]
        assert give(one, accepted, upgrade(theirs))
        assert accepted.aborted
        accepted.peer.setblocking(False)
        async with asyncio.timeout(PATIENCE_SECONDS):
            said = await asyncio.get_running_loop().sock_recv(accepted.peer, 100)
        assert said == b"heard " + upgrade(theirs)[:30]
    assert one.given == 1


async def test_a_colleague_that_was_started_anew_gets_them(one: Handover, accepted: Accepted, tmp_path: Path) -> None:
    old, new = (Handover(Worker(2, 2, str(tmp_path))) for _ in range(2))
    taken: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def nobody() -> BoundedHttp:
        raise AssertionError("The old one is going away.")

    class Protocol(asyncio.Protocol):
        handed = b""

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            taken.set_result(self.handed)
            transport.close()

    with old.receiving(nobody), new.receiving(lambda: cast(BoundedHttp, Protocol())):
        assert give(one, accepted, upgrade(of_worker(2)))
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await taken == upgrade(of_worker(2))
    with closing(Accepted()) as late:
        assert not give(one, late, upgrade(of_worker(2)))
