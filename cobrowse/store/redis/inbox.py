"""One inbox on Redis: a subscription to one channel, on the server that serves it now, which comes back by itself.

In a cluster this is one task and one connection a channel: redis-py's own cluster subscription polls the nodes in turn,
and a message waits until its node's turn comes. What a hub does not read in time Redis holds up to its
`client-output-buffer-limit pubsub`, then it drops the connection, which shows as a loss here."""

import asyncio
import logging
import random
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import ConnectionError, RedisError

from cobrowse.store.base import Receive
from cobrowse.store.losses import Losses
from cobrowse.store.redis.answers import store_error
from cobrowse.store.redis.commands import Commands
from cobrowse.store.redis.letters import opened
from cobrowse.store.redis.node import CONNECT_SECONDS, Node, closed

# A quiet inbox is probed after this long, so that a connection that died without a word is noticed.
QUIET_SECONDS = 5.0
RECONNECT_FIRST_SECONDS = 0.05
RECONNECT_LONGEST_SECONDS = 2.0

log = logging.getLogger(__name__)


class Patience(NamedTuple):
    """After how long a quiet line is probed, and how long the answer may take."""

    quiet_seconds: float
    answer_seconds: float


class Inbox:
    """One subscription.

    redis-py would reconnect and subscribe again in silence; each connection is thrown away instead, so that a loss is
    never hidden."""

    def __init__(self, commands: Commands, channel: str, receive: Receive, losses: Losses, patience: Patience) -> None:
        self._redis = commands
        self._channel = channel
        self._receive = receive
        self._losses = losses
        self._quiet_seconds, self._answer_seconds = patience
        self._node: Node | None = None
        self._client: Redis | None = None
        self._pubsub: PubSub | None = None

    async def open(self) -> None:
        """Subscribe, and return once Redis said so. Raises `StoreError`."""
        try:
            await self._subscribe()
        except (RedisError, OSError) as error:
            raise store_error(error, self._node.name if self._node else "any address") from error

    async def read(self) -> None:
        """Hand on messages for ever."""
        while True:
            try:
                await self._read_one()
            except (RedisError, OSError) as error:
                place = self._node.name if self._node else ""
                log.warning("store_inbox_lost place=%s error=%s", place, error)
            except Exception:
                # Whatever it was: a hub that hears nothing any more must not stay so.
                log.exception("store_inbox_failed")
            else:
                continue
            await self._come_back()

    async def close(self) -> None:
        """Unsubscribe."""
        client, self._client = self._client, None
        pubsub, self._pubsub = self._pubsub, None
        with suppress(RedisError, OSError):  # It is thrown away either way.
            if pubsub is not None:
                await pubsub.aclose()  # type: ignore[no-untyped-call]  # untyped in redis-py
        if client is not None:
            await closed(client)

    async def _subscribe(self) -> None:
        self._node = self._redis.routes.node(self._channel)
        client = self._client = self._node.listener()
        pubsub = self._pubsub = client.pubsub()
        try:
            # This connection waits for ever; without a limit of our own it would do so in its handshake too.
            async with asyncio.timeout(CONNECT_SECONDS + self._answer_seconds):
                if self._redis.routes.sharded:
                    await pubsub.ssubscribe(self._channel)
                else:
                    await pubsub.subscribe(self._channel)
                if await pubsub.get_message(timeout=self._answer_seconds) is None:
                    raise TimeoutError("no answer to SUBSCRIBE")
        except BaseException:
            await self.close()
            raise

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
        self._take(message)
        if self._redis.routes.node(self._channel) is not self._node:
            raise ConnectionError("the channel is served elsewhere now")

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "sunsubscribe":
            # So Redis says that a channel's slot has gone to another node.
            raise ConnectionError("the channel's slot has moved")
        if message["type"] in ("message", "smessage"):
            try:
                for data in opened(message["data"]):
                    self._hand_on(data)
            except msgspec.DecodeError:
                log.exception("bus_message_failed")

    def _hand_on(self, data: bytes) -> None:
        try:
            self._receive(data)
        except Exception:
            log.exception("bus_message_failed")

    async def _come_back(self) -> None:
        longest = RECONNECT_FIRST_SECONDS
        while True:
            await self.close()
            # Full jitter, so that the hubs of one Redis do not come back at the same instant.
            await asyncio.sleep(random.uniform(0, longest))  # noqa: S311 (no secret)
            longest = min(longest * 2, RECONNECT_LONGEST_SECONDS)
            try:
                with suppress(RedisError, OSError):  # The one that is known may do.
                    await self._redis.routes.refresh(avoid=self._node.name if self._node else "")
                await self._subscribe()
            except (RedisError, OSError) as error:
                log.debug("store_inbox_away error=%s", error)
                continue
            self._losses.happened()
            return
