"""What every Bus promises in `cobrowse/store/base.py`; run with each backend."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from cobrowse.core.errors import StoreError
from cobrowse.store.base import Bus
from tests.store.inbox import Inbox, yields_nothing
from tests.store.until import until


async def test_messages_come_in_the_order_of_sending(bus: Bus) -> None:
    inbox = Inbox()
    async with bus.listen("h1", inbox.receive):
        for n in range(200):
            await bus.send("h1", b"%d" % n)
        assert await inbox.first(200) == [b"%d" % n for n in range(200)]


async def test_sends_at_the_same_time_keep_the_order_of_the_calls(bus: Bus) -> None:
    inbox = Inbox()
    async with bus.listen("h1", inbox.receive):
        await asyncio.gather(*(bus.send("h1", b"%d" % n) for n in range(2000)))
        assert await inbox.first(2000) == [b"%d" % n for n in range(2000)]


async def test_each_hub_gets_its_own(bus: Bus) -> None:
    one, other = Inbox(), Inbox()
    async with bus.listen("h1", one.receive), bus.listen("h2", other.receive):
        await bus.send("h1", b"for one")
        await bus.send("h2", b"for the other")
        await bus.send("nobody", b"lost")
        await bus.send("h1", b"end")
        await bus.send("h2", b"end")
        assert await one.first(2) == [b"for one", b"end"]
        assert await other.first(2) == [b"for the other", b"end"]


async def test_bytes_come_as_they_were_sent(bus: Bus) -> None:
    inbox = Inbox()
    messages = [b"", bytes(range(256)), b"\r\n" * 200_000, b"$-1\r\n", bytes(1_500_000), b"end"]
    async with bus.listen("h{1}:ü", inbox.receive):
        await asyncio.gather(*(bus.send("h{1}:ü", message) for message in messages))
        assert await inbox.first(len(messages)) == messages


async def test_nothing_comes_before_or_after_listening(bus: Bus) -> None:
    early, late = Inbox(), Inbox()
    await bus.send("h1", b"too early")
    async with bus.listen("h1", early.receive):
        await bus.send("h1", b"in time")
        assert await early.first(1) == [b"in time"]
    await bus.send("h1", b"too late")
    async with bus.listen("h1", late.receive):
        await bus.send("h1", b"again")
        assert await late.first(1) == [b"again"]
    assert early.received == [b"in time"]


async def test_a_message_that_cannot_be_handled_stops_no_other(bus: Bus, caplog: pytest.LogCaptureFixture) -> None:
    inbox = Inbox()

    def receive(data: bytes) -> None:
        if data == b"bad":
            raise ValueError("cannot be handled")
        inbox.receive(data)

    async with bus.listen("h1", receive):
        await bus.send("h1", b"bad")
        await bus.send("h1", b"good")
        assert await inbox.first(1) == [b"good"]
    assert "cannot be handled" in caplog.text


async def test_one_may_answer_from_within_receive(bus: Bus) -> None:
    answers = Inbox()
    sending: set[asyncio.Task[bool]] = set()

    def answer(data: bytes) -> None:
        task = asyncio.create_task(bus.send("h1", data + b"!"))
        sending.add(task)
        task.add_done_callback(sending.discard)

    async with bus.listen("h1", answers.receive), bus.listen("h2", answer):
        await bus.send("h2", b"hello")
        assert await answers.first(1) == [b"hello!"]


async def test_a_send_that_is_cancelled_harms_no_other(bus: Bus) -> None:
    inbox = Inbox()
    async with bus.listen("h1", inbox.receive):
        cancelled = asyncio.create_task(bus.send("h1", b"maybe"))
        await asyncio.sleep(0)
        cancelled.cancel()
        await asyncio.gather(cancelled, return_exceptions=True)
        await bus.send("h1", b"sure")
        while b"sure" not in inbox.received:
            await inbox.first(len(inbox.received) + 1)


async def test_no_loss_where_nothing_was_lost(bus: Bus) -> None:
    losses = bus.losses()
    inbox = Inbox()
    async with bus.listen("h1", inbox.receive):
        await bus.send("h1", b"x")
        await inbox.first(1)
        await yields_nothing(losses)


async def test_a_hub_to_whom_nobody_listens_is_absent(bus: Bus) -> None:
    assert await bus.absent([]) == set()
    async with bus.listen("h1", Inbox().receive), bus.listen("h2", Inbox().receive):
        assert await bus.absent(["h1", "h2", "h3"]) == {"h3"}

    async def both_are_absent() -> bool:
        return await bus.absent(["h1", "h2", "h3"]) == {"h1", "h2", "h3"}

    # Redis hears of a closed line a moment later.
    await until(both_are_absent)


async def test_who_sends_knows_whether_anybody_listened(bus: Bus) -> None:
    async def hears(hub: str) -> bool:
        return await bus.send(hub, b"x")

    async def hears_nobody() -> bool:
        return not await hears("h1")

    assert not await hears("h1")
    async with bus.listen("h1", Inbox().receive), bus.listen("h2", Inbox().receive):
        # Several at once go out together, and each has an answer of its own.
        names = ["h1", "nobody", "h2", "h1", "nobody either"] * 20
        assert await asyncio.gather(*map(hears, names)) == [name in ("h1", "h2") for name in names]
    # Redis hears of a closed line a moment later.
    await until(hears_nobody)


async def test_a_closed_bus_ends_losses_and_refuses(bus: Bus) -> None:
    async def count(losses: AsyncIterator[None]) -> int:
        return len([None async for _ in losses])

    waiting = asyncio.create_task(count(bus.losses()))
    await asyncio.sleep(0)
    await bus.close()
    await bus.close()
    assert await waiting == 0
    assert await count(bus.losses()) == 0
    with pytest.raises(StoreError):
        await bus.send("h1", b"x")
