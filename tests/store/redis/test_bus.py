"""What the Bus on Redis alone must bear: lines that are cut or stall, a Redis that restarts, replies that are lost."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis import Redis

from cobrowse.core.errors import StoreError
from cobrowse.store.redis import bus as module
from cobrowse.store.redis import inbox as redis_inbox
from cobrowse.store.redis.address import RedisAddress
from cobrowse.store.redis.bus import RedisBus
from cobrowse.store.redis.commands import Commands
from cobrowse.store.redis.keys import Keys
from tests.redis_servers.one import RedisServer, running_redis
from tests.store.flaky_proxy import FlakyProxy, flaky_proxy
from tests.store.inbox import WITHIN_SECONDS, Inbox, next_loss, yields_nothing

pytestmark = pytest.mark.redis


@pytest.fixture
def raw(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as client:
        yield client


@pytest.fixture
async def proxy(redis_server: RedisServer, redis_url: str) -> AsyncIterator[FlakyProxy]:
    async with flaky_proxy(redis_server.port) as opened:
        yield opened


@pytest.fixture
async def sender(redis_url: str) -> AsyncIterator[RedisBus]:
    """A Bus with a good line."""
    bus = RedisBus(Commands(RedisAddress(redis_url)), Keys("cobrowse"))
    yield bus
    await bus.close()


@pytest.fixture
async def bus(proxy: FlakyProxy) -> AsyncIterator[RedisBus]:
    """A Bus behind the proxy that soon notices a quiet line."""
    opened = RedisBus(Commands(RedisAddress(proxy.url)), Keys("cobrowse"), quiet_seconds=0.1, answer_seconds=1.0)
    yield opened
    await opened.close()


async def test_two_processes_worth_of_buses_reach_each_other(redis_url: str, sender: RedisBus, bus: RedisBus) -> None:
    inbox = Inbox()
    async with bus.listen("h1", inbox.receive):
        for n in range(100):
            await sender.send("h1", b"%d" % n)
        assert await inbox.first(100) == [b"%d" % n for n in range(100)]


async def test_a_cut_line_comes_back_and_shows_as_a_loss(bus: RedisBus, sender: RedisBus, proxy: FlakyProxy) -> None:
    inbox, losses = Inbox(), bus.losses()
    async with bus.listen("h1", inbox.receive):
        for n in range(3):
            proxy.cut()
            await next_loss(losses)
            # The inbox is there again before the loss shows.
            await sender.send("h1", b"%d" % n)
            assert (await inbox.first(n + 1))[n] == b"%d" % n
        await yields_nothing(losses)


async def test_a_listener_that_redis_throws_out_comes_back(bus: RedisBus, sender: RedisBus, raw: Redis) -> None:
    """As Redis does with one that does not read in time (client-output-buffer-limit)."""
    inbox, losses = Inbox(), bus.losses()
    async with bus.listen("h1", inbox.receive):
        raw.client_kill_filter(_type="pubsub")
        await next_loss(losses)
        await sender.send("h1", b"again")
        assert await inbox.first(1) == [b"again"]


async def test_a_line_that_died_without_a_word_is_noticed(bus: RedisBus, sender: RedisBus, proxy: FlakyProxy) -> None:
    inbox, losses = Inbox(), bus.losses()
    async with bus.listen("h1", inbox.receive):
        proxy.stall()
        await sender.send("h1", b"lost")
        # A new line is as dead as the old one; the inbox goes on trying.
        await proxy.next_connection()
        proxy.go_on()
        await next_loss(losses)
        await sender.send("h1", b"after")
        assert await inbox.first(1) == [b"after"]


async def test_a_quiet_line_that_lives_is_left_alone(bus: RedisBus, sender: RedisBus, proxy: FlakyProxy) -> None:
    inbox, losses = Inbox(), bus.losses()
    async with bus.listen("h1", inbox.receive):
        before = proxy.connections
        await asyncio.sleep(0.5)  # Five probes.
        assert proxy.connections == before
        await yields_nothing(losses)
        await sender.send("h1", b"x")
        assert await inbox.first(1) == [b"x"]


async def test_a_redis_that_restarts_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_inbox, "RECONNECT_LONGEST_SECONDS", 0.1)
    with running_redis(tmp_path) as server:
        bus = RedisBus(Commands(RedisAddress(server.url)), Keys("cobrowse"))
        inbox, losses = Inbox(), bus.losses()
        async with bus.listen("h1", inbox.receive):
            await bus.send("h1", b"before")
            await inbox.first(1)
            server.kill()
            with pytest.raises(StoreError):
                await bus.send("h1", b"nobody")
            await yields_nothing(losses)
            server.start()
            await next_loss(losses)
            await bus.send("h1", b"after")
            assert await inbox.first(2) == [b"before", b"after"]
        await bus.close()


async def test_a_message_whose_reply_is_lost_is_not_sent_again(
    bus: RedisBus, sender: RedisBus, proxy: FlakyProxy
) -> None:
    inbox = Inbox()
    async with sender.listen("h1", inbox.receive):
        await bus.send("h1", b"first")
        proxy.lose_reply_to(b"PUBLISH")
        with pytest.raises(StoreError):
            await bus.send("h1", b"once")
        assert proxy.replies_lost == 1
        await bus.send("h1", b"last")
        assert await inbox.first(3) == [b"first", b"once", b"last"]


async def test_a_full_outbox_lets_senders_wait(
    redis_url: str, proxy: FlakyProxy, monkeypatch: pytest.MonkeyPatch, sender: RedisBus
) -> None:
    monkeypatch.setattr(module, "OUTBOX_MESSAGES", 3)
    monkeypatch.setattr(module, "BATCH_BYTES", 4)
    bus, inbox = RedisBus(Commands(RedisAddress(proxy.url)), Keys("cobrowse")), Inbox()
    async with sender.listen("h1", inbox.receive):
        await bus.send("h1", b"begin")
        sends = [asyncio.create_task(bus.send("h1", b"m%02d" % n)) for n in range(20)]
        await asyncio.sleep(0)
        [writer] = bus._writers.values()
        assert len(writer._outbox) <= 3
        await asyncio.gather(*sends)
        assert (await inbox.first(21))[1:] == [b"m%02d" % n for n in range(20)]
    await bus.close()


async def test_one_round_trip_carries_no_more_than_its_bytes(bus: RedisBus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH_BYTES", 6)
    sizes: list[list[int]] = []
    publish = module._Writer._publish

    async def watched(self: module._Writer, batch: list[module._Waiting]) -> None:
        sizes.append([len(waiting.data) for waiting in batch])
        await publish(self, batch)

    monkeypatch.setattr(module._Writer, "_publish", watched)
    await asyncio.gather(*(bus.send("h1", bytes(size)) for size in (2, 3, 2, 9, 6, 1)))
    assert sizes == [[2, 3], [2], [9], [6], [1]]


@pytest.mark.parametrize("batch_bytes", [1, 1_000_000])
async def test_closing_fails_those_who_wait(
    bus: RedisBus, proxy: FlakyProxy, monkeypatch: pytest.MonkeyPatch, batch_bytes: int
) -> None:
    monkeypatch.setattr(module, "BATCH_BYTES", batch_bytes)
    await bus.send("h1", b"x")
    proxy.stall()
    sends = [asyncio.create_task(bus.send("h1", b"%d" % n)) for n in range(300)]
    await asyncio.sleep(0.05)
    await bus.close()
    async with asyncio.timeout(WITHIN_SECONDS):
        answers = await asyncio.gather(*sends, return_exceptions=True)
    assert {type(answer) for answer in answers} == {StoreError}


async def test_listening_fails_where_redis_is_away(bus: RedisBus, proxy: FlakyProxy) -> None:
    proxy.refuse(True)
    with pytest.raises(StoreError):
        async with bus.listen("h1", Inbox().receive):
            pass


async def test_a_subscription_that_is_not_answered_is_refused(bus: RedisBus, proxy: FlakyProxy) -> None:
    proxy.drop_request(b"SUBSCRIBE")
    with pytest.raises(StoreError, match="no answer to SUBSCRIBE"):
        async with bus.listen("h1", Inbox().receive):
            pass
