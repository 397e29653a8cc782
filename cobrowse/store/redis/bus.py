"""The Bus on Redis: pub/sub, one channel a hub; in a cluster sharded, so that a channel is one shard's alone.

Sending: one connection and one writer task a server, so that order is kept and a server that is away delays nothing
that goes elsewhere; what waits for one hub goes as one (letters.py); whoever finds `OUTBOX_MESSAGES` waiting
waits too. Nothing is ever sent twice. Receiving is in inbox.py.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from redis.exceptions import MovedError, RedisError, TimeoutError

from cobrowse.core.errors import StoreError
from cobrowse.ending import ended
from cobrowse.store.base import Receive
from cobrowse.store.losses import Losses
from cobrowse.store.redis.answers import is_away, store_error
from cobrowse.store.redis.commands import Commands
from cobrowse.store.redis.inbox import QUIET_SECONDS, Inbox, Patience
from cobrowse.store.redis.keys import Keys
from cobrowse.store.redis.letters import sealed
from cobrowse.store.redis.node import ANSWER_SECONDS, Node, closed

OUTBOX_MESSAGES = 256
# What goes out in one round trip.
BATCH_BYTES = 1024 * 1024

log = logging.getLogger(__name__)


class _Waiting(NamedTuple):
    channel: str
    data: bytes
    # Whether anybody listened.
    heard: asyncio.Future[bool]


class RedisBus:
    """`Bus` between hubs on one Redis, whichever kind. Uses the servers of `commands`, which it does not close."""

    def __init__(
        self,
        commands: Commands,
        keys: Keys,
        *,
        quiet_seconds: float = QUIET_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._redis = commands
        self._keys = keys
        self._patience = Patience(quiet_seconds, answer_seconds)
        self._writers: dict[Node, _Writer] = {}
        self._losses = Losses()
        self._closed = False

    async def send(self, hub: str, data: bytes) -> bool:
        channel = self._keys.inbox(hub)
        if self._closed:
            raise StoreError("The Bus is closed.")
        try:
            node = self._redis.routes.node(channel)
        except (RedisError, OSError) as error:
            raise store_error(error, "any address") from error
        writer = self._writers.get(node)
        if writer is None:
            writer = self._writers[node] = _Writer(self._redis, node)
            await self._forget_old()
        return await writer.send(channel, data)

    @asynccontextmanager
    async def listen(self, hub: str, receive: Receive) -> AsyncIterator[None]:
        inbox = Inbox(self._redis, self._keys.inbox(hub), receive, self._losses, self._patience)
        await inbox.open()
        reader = asyncio.create_task(inbox.read(), name=f"bus-inbox-{hub}")
        try:
            yield
        finally:
            await ended(reader)
            await inbox.close()

    async def absent(self, hubs: Sequence[str]) -> set[str]:
        ask = "SHARDNUMSUB" if self._redis.routes.sharded else "NUMSUB"
        found = await self._redis.run_all(("PUBSUB", ask, self._keys.inbox(hub)) for hub in hubs)
        return {hub for hub, (_, listeners) in zip(hubs, found, strict=True) if not int(listeners)}

    def losses(self) -> AsyncIterator[None]:
        return self._losses.watch()

    async def close(self) -> None:
        self._closed = True
        self._losses.close()
        await asyncio.gather(*(writer.close() for writer in self._writers.values()))

    async def _forget_old(self) -> None:
        """Close the writers to servers that serve nothing any more."""
        there = set(self._redis.routes.nodes())
        for node in [node for node in self._writers if node not in there]:
            await self._writers.pop(node).close()


class _Writer:
    """What goes out to one server."""

    def __init__(self, commands: Commands, node: Node) -> None:
        self._redis = commands
        self._node = node
        self._command = "SPUBLISH" if commands.routes.sharded else "PUBLISH"
        self._sender = node.sender()
        self._outbox: deque[_Waiting] = deque()
        self._room = asyncio.Semaphore(OUTBOX_MESSAGES)
        self._wake = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None
        self._lines_lost = 0
        self._closed = False

    async def send(self, channel: str, data: bytes) -> bool:
        """Return once it has gone out: False where nobody had subscribed. Raises `StoreError` where it may not have."""
        async with self._room:
            if self._closed:
                raise StoreError("The Bus is closed.")
            if self._writing is None:
                self._writing = asyncio.create_task(self._write(), name=f"bus-writer-{self._node.name}")
            waiting = _Waiting(channel, data, asyncio.get_running_loop().create_future())
            self._outbox.append(waiting)
            self._wake.set()
            return await waiting.heard

    async def close(self) -> None:
        """What waits fails."""
        self._closed = True
        await ended(self._writing)
        _fail(self._outbox, StoreError("The Bus was closed."))
        await closed(self._sender)

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
        breaker = self._redis.breaker(self._node)
        if breaker.is_away:
            _fail(batch, breaker.away())
            return
        pipe = self._sender.pipeline(transaction=False)
        letters: dict[str, list[_Waiting]] = {}
        for waiting in batch:
            letters.setdefault(waiting.channel, []).append(waiting)
        for channel, inside in letters.items():
            pipe.execute_command(self._command, channel, sealed([waiting.data for waiting in inside]))
        try:
            answers = await pipe.execute(raise_on_error=False)
        except (RedisError, OSError) as error:
            _fail(batch, store_error(error, self._node.name))
            await self._line_lost(batch[0].channel, error)
        except asyncio.CancelledError:
            _fail(batch, StoreError("The Bus was closed."))
            raise
        except Exception as error:
            # Whatever it was: who waits must hear of it, and the writer must go on.
            log.exception("bus_write_failed place=%s", self._node.name)
            _fail(batch, StoreError(f"A message to another hub could not be sent: {error}"))
        else:
            self._lines_lost = 0
            for inside, answer in zip(letters.values(), answers, strict=True):
                await self._settle(inside, answer)

    async def _line_lost(self, channel: str, error: Exception) -> None:
        self._lines_lost += 1
        # One line may be cut while the server is well.
        if is_away(error) and (self._lines_lost > 1 or isinstance(error, TimeoutError)):
            await self._redis.lost(self._node, channel, error)

    async def _settle(self, letter: list[_Waiting], answer: object) -> None:
        if isinstance(answer, MovedError):
            # The next one goes there. This one does not: one that was sent after it may already be there.
            await self._redis.routes.moved(answer.slot_id, answer.host, answer.port, self._node)
        if isinstance(answer, RedisError):
            _fail(letter, store_error(answer, self._node.name))
            if is_away(answer):
                await self._redis.lost(self._node, letter[0].channel, answer)
            return
        # How many subscribers the server has that got it: in a cluster those of this node, where all subscribe.
        heard = bool(answer)
        for waiting in letter:
            if not waiting.heard.done():
                waiting.heard.set_result(heard)


def _fail(batch: list[_Waiting] | deque[_Waiting], error: StoreError) -> None:
    for waiting in batch:
        if not waiting.heard.done():
            waiting.heard.set_exception(error)
