import asyncio
from collections.abc import Sequence

import pytest

from cobrowse.core.close import BAD_MESSAGE, DRAIN, SLOW
from cobrowse.core.protocol import Pause, Resume, Stop
from cobrowse.hub import outbox
from cobrowse.hub import peer as peers
from cobrowse.hub.outbox import Item
from cobrowse.hub.peer import Peer, TransportClosed
from cobrowse.hub.turn import Turn
from cobrowse.hub.wire import Data
from tests.hub.clock import HandClock, breathe
from tests.hub.peers import Wire


class Socket:
    """A peer on a wire, and what came of it."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.wire = Wire()
        self.frames: list[Data] = []
        self.sent: list[Item] = []
        self.views_lost = 0
        self.peer = Peer(
            self.wire,
            self.clock,
            session_id="s",
            seat="agent",
            generation=1,
            page="p",
            turn=Turn(),
            on_sent=self._on_sent,
            on_view_lost=self._on_view_lost,
        )
        self.at_once: list[Data] = []
        # What a frame must begin with to be done as it arrives.
        self.now = "now"
        # What is waited for after something was sent.
        self.report: asyncio.Future[None] | None = None
        self.running = asyncio.create_task(self.peer.run(self.on_frame, self.on_frame_now))

    async def on_frame(self, data: Data) -> None:
        self.frames.append(data)

    def on_frame_now(self, frames: Sequence[Data]) -> int:
        count = 0
        for data in frames:
            if isinstance(data, bytes) or not data.startswith(self.now):
                break
            self.at_once.append(data)
            count += 1
        return count

    def _on_sent(self, _peer: Peer, items: list[Item]) -> "asyncio.Future[None] | None":
        self.sent.extend(items)
        return self.report

    def _on_view_lost(self, _peer: Peer) -> None:
        self.views_lost += 1

    def arrived(self) -> list[str | bytes | None]:
        return [self.wire.outbound.get_nowait() for _ in range(self.wire.outbound.qsize())]

    async def done(self) -> None:
        await asyncio.wait_for(self.running, 30)


async def test_frames_come_in_one_after_the_other_and_go_out_in_order() -> None:
    socket = Socket()
    socket.wire.say("one")
    socket.wire.say(b"two")
    socket.peer.send(Pause())
    socket.peer.send(Resume())
    await breathe()
    assert socket.frames == ["one", b"two"]
    assert socket.arrived() == ['[{"k":"pause"},{"k":"resume"}]']
    assert len(socket.sent) == 2
    socket.wire.cut()
    await socket.done()
    assert socket.wire.closed is None


async def test_closing_lets_what_waits_go_first_and_the_first_reason_counts() -> None:
    socket = Socket()
    socket.wire.stall()
    socket.peer.send(Pause())
    await breathe()
    socket.peer.send(Stop())
    socket.peer.close(DRAIN)
    socket.peer.close(SLOW)
    socket.peer.send(Resume())
    assert socket.peer.closing == DRAIN
    socket.wire.take_again()
    await socket.done()
    assert socket.arrived() == ['{"k":"pause"}', '{"k":"stop"}', None]
    assert socket.wire.closed == DRAIN


async def test_a_peer_that_closes_itself_in_a_frame_reads_no_more() -> None:
    socket = Socket()

    async def refuse(data: Data) -> None:
        socket.frames.append(data)
        socket.peer.close(BAD_MESSAGE)

    socket.running.cancel()
    await asyncio.gather(socket.running, return_exceptions=True)
    socket.wire.say("garbage")
    socket.wire.say("more")
    await asyncio.wait_for(socket.peer.run(refuse), 30)
    assert socket.frames == ["garbage"]
    assert socket.wire.closed == BAD_MESSAGE


async def test_who_takes_nothing_is_overdue_and_can_be_aborted_at_once() -> None:
    socket = Socket()
    socket.wire.stall()
    socket.peer.send(Pause())
    await breathe()
    assert not socket.peer.overdue()
    await socket.clock.advance(peers.SLOW_SECONDS + 0.1)
    assert socket.peer.overdue()
    socket.peer.abort(SLOW)
    await socket.done()
    assert socket.wire.closed == SLOW
    assert socket.arrived() == [None]


async def test_who_does_not_let_itself_be_closed_is_overdue_sooner() -> None:
    socket = Socket()
    socket.wire.stall()
    socket.peer.send(Pause())
    await breathe()
    socket.peer.close(DRAIN)
    assert not socket.peer.overdue()
    await socket.clock.advance(peers.CLOSING_SECONDS + 0.1)
    assert socket.peer.overdue()
    socket.peer.abort(SLOW)
    await socket.done()
    assert socket.wire.closed == DRAIN


async def test_a_close_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    socket = Socket()

    async def hang(_number: int, _reason: str) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(socket.wire, "close", hang)
    socket.peer.close(DRAIN)
    await breathe()
    assert not socket.running.done()
    await socket.clock.advance(peers.CLOSE_SECONDS)
    await socket.done()


async def test_a_socket_that_breaks_while_sending_ends_the_peer() -> None:
    socket = Socket()
    socket.wire.gone = True
    socket.peer.send(Pause())
    await socket.done()
    assert socket.sent == []


async def test_a_mistake_in_reading_comes_out_of_run() -> None:
    socket = Socket()

    async def fail(_data: Data) -> None:
        raise KeyError("a mistake of ours")

    socket.running.cancel()
    await asyncio.gather(socket.running, return_exceptions=True)
    socket.wire.say("x")
    with pytest.raises(KeyError, match="a mistake of ours"):
        await socket.peer.run(fail)


async def test_what_need_not_wait_is_done_as_it_arrives_but_never_before_what_waits() -> None:
    socket = Socket()
    await breathe()
    socket.wire.say("now 1")
    assert socket.at_once == ["now 1"]
    socket.wire.say("later 2")
    socket.wire.say("now 3")
    assert socket.at_once == ["now 1"]
    await breathe()
    assert socket.frames == ["later 2", "now 3"]
    socket.wire.say("now 4")
    assert socket.at_once == ["now 1", "now 4"]
    socket.peer.close(DRAIN)
    socket.wire.say("now 5")
    assert socket.at_once == ["now 1", "now 4"]
    await socket.done()


async def test_who_said_too_much_is_not_read_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    socket = Socket()
    await breathe()
    socket.wire.say("now 1")
    assert not socket.peer.charge_now(peers.PEER_BURST_BYTES)
    assert socket.peer.charge_now(peers.PEER_BYTES_PER_SECOND)
    socket.wire.say("now 2")
    await socket.clock.advance(0.9)
    assert (socket.at_once, socket.frames) == (["now 1"], [])
    await socket.clock.advance(0.2)
    assert socket.frames == ["now 2"]
    socket.wire.say("now 3")
    assert socket.at_once == ["now 1", "now 3"]


async def test_a_mistake_in_what_is_done_at_once_comes_out_of_run(monkeypatch: pytest.MonkeyPatch) -> None:
    socket = Socket()
    await breathe()

    def fail(_data: Data) -> bool:
        raise KeyError("a mistake of ours")

    monkeypatch.setattr(socket.peer, "_now", fail)
    socket.wire.say("x")
    with pytest.raises(KeyError, match="a mistake of ours"):
        await socket.done()


async def test_what_is_enqueued_in_one_turn_leaves_at_its_end_and_in_one_frame() -> None:
    socket = Socket()
    await breathe()
    socket.peer.send(Pause())
    socket.peer.send(Resume())
    assert socket.arrived() == []
    await asyncio.sleep(0)
    assert socket.arrived() == ['[{"k":"pause"},{"k":"resume"}]']


async def test_nothing_leaves_while_what_was_sent_is_still_reported() -> None:
    socket = Socket()
    await breathe()
    socket.report = asyncio.get_running_loop().create_future()
    socket.peer.send(Pause())
    await breathe()
    socket.peer.send(Resume())
    await breathe()
    assert socket.arrived() == ['{"k":"pause"}']
    socket.report.set_result(None)
    await breathe()
    assert socket.arrived() == ['{"k":"resume"}']


async def test_what_cannot_leave_at_once_leaves_in_its_order() -> None:
    socket = Socket()
    await breathe()
    socket.wire.stall()
    socket.peer.send(Pause())
    await breathe()
    socket.peer.send(Resume())
    await breathe()
    assert socket.arrived() == []
    socket.wire.take_again()
    await breathe()
    assert socket.arrived() == ['{"k":"pause"}', '{"k":"resume"}']


async def test_an_outbox_that_overflows_loses_the_view_and_then_the_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "OUTBOX_MAX_FRAMES", 2)
    socket = Socket()
    socket.wire.stall()
    socket.peer.send(Pause())
    await breathe()
    for _ in range(3):
        socket.peer.post(Item("view", 4, "", True))
    assert socket.views_lost == 1
    assert socket.peer.waiting_bytes == 0
    for _ in range(3):
        socket.peer.send(Pause())
    assert socket.peer.closing == SLOW
    await socket.done()
    assert socket.wire.closed == SLOW


async def test_an_abort_before_it_runs_closes_as_well() -> None:
    socket = Socket()
    socket.peer.abort(SLOW)
    await socket.done()
    assert socket.wire.closed == SLOW


async def test_a_transport_that_is_gone_needs_no_closing(monkeypatch: pytest.MonkeyPatch) -> None:
    socket = Socket()

    async def gone(_number: int, _reason: str) -> None:
        raise TransportClosed

    monkeypatch.setattr(socket.wire, "close", gone)
    socket.peer.close(DRAIN)
    await socket.done()
