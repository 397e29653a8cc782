"""The Bus on Redis: pub/sub, one channel a hub.

Sending: one connection and one writer task, so that order is kept; whoever finds `OUTBOX_MESSAGES` waiting waits too.
Nothing is ever sent twice. Receiving: one connection an inbox; what a hub does not read in time Redis holds up to its
`client-output-buffer-limit pubsub`, then it drops the connection, which shows as a loss here.
"""

import asyncio
import logging
import random
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from cobrowse.core.errors import StoreError
from cobrowse.store.base import Receive
from cobrowse.store.losses import Losses
from cobrowse.store.redis_client import ANSWER_SECONDS, CONNECT_SECONDS, RedisAddress
from cobrowse.store.redis_keys import Keys

OUTBOX_MESSAGES = 256
# What goes out in one round trip.
BATCH_BYTES = 1024 * 1024
# A quiet inbox is probed after this long, so that a connection that died without a word is noticed.
QUIET_SECONDS = 5.0
RECONNECT_FIRST_SECONDS = 0.05
RECONNECT_LONGEST_SECONDS = 2.0

log = logging.getLogger(__name__)


class _Patience(NamedTuple):
    quiet_seconds: float
    answer_seconds: float


class _Waiting(NamedTuple):
    channel: str
    data: bytes
    sent: asyncio.Future[None]


class RedisBus:
    """`Bus` between hubs on one Redis."""

    def __init__(
        self,
        address: RedisAddress,
        keys: Keys,
        *,
        quiet_seconds: float = QUIET_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._address = address
        self._keys = keys
        self._patience = _Patience(quiet_seconds, answer_seconds)
        self._sender = address.sender()
        self._outbox: deque[_Waiting] = deque()
        self._room = asyncio.Semaphore(OUTBOX_MESSAGES)
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._losses = Losses()
        self._closed = False

    async def send(self, hub: str, data: bytes) -> None:
        async with self._room:
            if self._closed:
                raise StoreError("The Bus is closed.")
            if self._writer is None:
                self._writer = asyncio.create_task(self._write(), name="bus-writer")
            waiting = _Waiting(self._keys.inbox(hub), data, asyncio.get_running_loop().create_future())
            self._outbox.append(waiting)
            self._wake.set()
            await waiting.sent

    @asynccontextmanager
    async def listen(self, hub: str, receive: Receive) -> AsyncIterator[None]:
        inbox = _Inbox(self._address, self._keys.inbox(hub), receive, self._losses, self._patience)
        await inbox.open()
        reader = asyncio.create_task(inbox.read(), name=f"bus-inbox-{hub}")
        try:
            yield
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
            await inbox.close()

    def losses(self) -> AsyncIterator[None]:
        return self._losses.watch()

    async def close(self) -> None:
        self._closed = True
        self._losses.close()
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        _fail(self._outbox, StoreError("The Bus was closed."))
        with self._address.errors():
            await self._sender.aclose()

    async def _write(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._outbox:
                await self._publish(self._next_batch())

    def _next_batch(self) -> list[_Waiting]:
        """At least one, in order, up to `BATCH_BYTES`."""
        batch = [self._outbox.popleft()]
        size = len(batch[0].data)
        while self._outbox and size + len(self._outbox[0].data) <= BATCH_BYTES:
            batch.append(self._outbox.popleft())
            size += len(batch[-1].data)
        return batch

    async def _publish(self, batch: list[_Waiting]) -> None:
        pipe = self._sender.pipeline(transaction=False)
        for waiting in batch:
            pipe.publish(waiting.channel, waiting.data)
        try:
            with self._address.errors():
                await pipe.execute()
        except StoreError as error:
            _fail(batch, error)
        except asyncio.CancelledError:
            _fail(batch, StoreError("The Bus was closed."))
            raise
        for waiting in batch:
            if not waiting.sent.done():
                waiting.sent.set_result(None)


def _fail(batch: list[_Waiting] | deque[_Waiting], error: StoreError) -> None:
    for waiting in batch:
        if not waiting.sent.done():
            waiting.sent.set_exception(error)


class _Inbox:
    """One subscription, which comes back by itself.

    redis-py would reconnect and subscribe again in silence; each connection is thrown away instead, so that a loss is
    never hidden."""

    def __init__(
        self, address: RedisAddress, channel: str, receive: Receive, losses: Losses, patience: _Patience
    ) -> None:
        self._address = address
        self._channel = channel
        self._receive = receive
        self._losses = losses
        self._quiet_seconds, self._answer_seconds = patience
        self._client = address.listener()
        self._pubsub: PubSub | None = None

    async def open(self) -> None:
        """Subscribe, and return once Redis said so."""
        with self._address.errors():
            await self._subscribe()

    async def read(self) -> None:
        """Hand on messages for ever."""
        while True:
            try:
                await self._read_one()
            except (RedisError, OSError) as error:
                log.warning("inbox_lost redis=%s error=%s", self._address, error)
                await self._come_back()

    async def close(self) -> None:
        await self._unsubscribe()
        await self._client.aclose()

    async def _subscribe(self) -> PubSub:
        pubsub = self._pubsub = self._client.pubsub()
        try:
            # This connection waits for ever; without a limit of our own it would do so in its handshake too.
            async with asyncio.timeout(CONNECT_SECONDS + self._answer_seconds):
                await pubsub.subscribe(self._channel)
                if await pubsub.get_message(timeout=self._answer_seconds) is None:
                    raise TimeoutError("no answer to SUBSCRIBE")
        except BaseException:
            await self._unsubscribe()
            raise
        return pubsub

    async def _unsubscribe(self) -> None:
        pubsub, self._pubsub = self._pubsub, None
        if pubsub is not None:
            with suppress(RedisError, OSError):  # It is thrown away either way.
                await pubsub.aclose()  # type: ignore[no-untyped-call]  # untyped in redis-py

    async def _read_one(self) -> None:
        pubsub = self._pubsub
        if pubsub is None:
            raise ConnectionError("not subscribed")
        # When a line is cut, redis-py connects anew before it says so, for which the second limit is.
        async with asyncio.timeout(self._quiet_seconds + self._answer_seconds + CONNECT_SECONDS):
            message = await pubsub.get_message(timeout=self._quiet_seconds)
            if message is None:
                await pubsub.ping()
                message = await pubsub.get_message(timeout=self._answer_seconds)
                if message is None:
                    raise TimeoutError("no answer to PING")
        if message["type"] == "message":
            try:
                self._receive(message["data"])
            except Exception:
                log.exception("bus_message_failed")

    async def _come_back(self) -> None:
        longest = RECONNECT_FIRST_SECONDS
        while True:
            await self._unsubscribe()
            # Full jitter, so that the hubs of one Redis do not come back at the same instant.
            await asyncio.sleep(random.uniform(0, longest))  # noqa: S311 (no secret)
            longest = min(longest * 2, RECONNECT_LONGEST_SECONDS)
            try:
                await self._subscribe()
            except (RedisError, OSError) as error:
                log.debug("inbox_still_lost redis=%s error=%s", self._address, error)
                continue
            self._losses.happened()
            return
