"""What the in-process Bus alone does: its bounds."""

import asyncio

import pytest

from cobrowse.store import local_bus as module
from cobrowse.store.local_bus import LocalBus
from cobrowse.store.losses import Losses
from tests.store.inbox import Inbox, next_loss, yields_nothing


@pytest.mark.parametrize(("limit", "value"), [("INBOX_MESSAGES", 3), ("INBOX_BYTES", 6)])
async def test_a_full_inbox_drops_the_newest_and_says_so(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(module, limit, value)
    bus, inbox = LocalBus(), Inbox()
    losses = bus.losses()
    async with bus.listen("h1", inbox.receive):
        for n in range(5):
            await bus.send("h1", b"m%d" % n)
        await next_loss(losses)
        assert await inbox.first(3) == [b"m0", b"m1", b"m2"]
        await yields_nothing(losses)
        await bus.send("h1", b"again")
        assert (await inbox.first(4))[3] == b"again"
    await bus.close()


async def test_two_hubs_cannot_keep_the_loop_to_themselves() -> None:
    bus, count = LocalBus(), 0

    def again(data: bytes) -> None:
        nonlocal count
        count += 1
        tasks.append(asyncio.ensure_future(bus.send("h1", data)))

    tasks: list[asyncio.Future[bool]] = []
    async with bus.listen("h1", again):
        await bus.send("h1", b"x")
        for _ in range(50):
            await asyncio.sleep(0)
    assert 1 < count <= 50
    await asyncio.gather(*tasks)
    await bus.close()


async def test_what_waits_when_listening_ends_is_not_delivered() -> None:
    bus, received = LocalBus(), list[bytes]()
    async with bus.listen("h1", received.append):
        await bus.send("h1", b"x")
    await asyncio.sleep(0)
    assert received == []

    async with bus.listen("h1", received.append) as _:
        await bus.send("h1", b"x")
        await bus.send("h1", b"y")
        await asyncio.sleep(0)
    assert received == [b"x", b"y"]
    await bus.close()


async def test_listening_may_end_from_within_receive() -> None:
    bus, received = LocalBus(), list[bytes]()
    listening = bus.listen("h1", lambda data: end(data))

    def end(data: bytes) -> None:
        received.append(data)
        ending.append(asyncio.ensure_future(listening.__aexit__(None, None, None)))
        bus._inboxes["h1"][0].close()

    ending: list[asyncio.Future[bool | None]] = []
    await listening.__aenter__()
    await bus.send("h1", b"x")
    await bus.send("h1", b"y")
    await asyncio.sleep(0)
    await asyncio.gather(*ending)
    assert received == [b"x"]
    await bus.close()


async def test_two_listeners_of_one_name_both_hear() -> None:
    bus, one, other = LocalBus(), Inbox(), Inbox()
    async with bus.listen("h1", one.receive):
        async with bus.listen("h1", other.receive):
            await bus.send("h1", b"x")
            assert await one.first(1) == await other.first(1) == [b"x"]
        await bus.send("h1", b"y")
        assert await one.first(2) == [b"x", b"y"]
    assert other.received == [b"x"]
    await bus.close()


async def test_each_watcher_sees_each_loss_once() -> None:
    losses = Losses()
    losses.happened()
    one, other = losses.watch(), losses.watch()
    await yields_nothing(one)
    losses.happened()
    losses.happened()
    for watcher in (one, other):
        await next_loss(watcher)
        await yields_nothing(watcher)
    losses.happened()
    await next_loss(one)
    losses.close()
    with pytest.raises(StopAsyncIteration):
        await anext(one)
