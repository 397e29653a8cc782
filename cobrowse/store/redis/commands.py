"""Commands and scripts on Redis, whichever kind it is: sent where their keys are, again where that is of use, and
never longer than a bound. All that goes wrong is a `StoreError`.

Every command here bears being sent twice (`Counts` alone counts twice), so that what is lost on the way is sent again.
"""

import asyncio
import hashlib
import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from redis.crc import key_slot
from redis.exceptions import (
    AskError,
    ClusterDownError,
    ConnectionError,
    MovedError,
    NoScriptError,
    ReadOnlyError,
    RedisError,
    TimeoutError,
    TryAgainError,
)

from cobrowse.core.errors import StoreAway, StoreError
from cobrowse.ending import ended
from cobrowse.store.redis.address import RedisAddress
from cobrowse.store.redis.answers import is_away, store_error
from cobrowse.store.redis.breaker import Breaker
from cobrowse.store.redis.cluster import ClusterRedis
from cobrowse.store.redis.node import ANSWER_SECONDS, PROBE_SECONDS, Argument, Command, Node
from cobrowse.store.redis.routes import OneRedis, Routes, SentinelRedis

OLDEST_REDIS = (7, 0)
# How often it is found out anew who serves what. A master that was left behind may still answer: reads are old there,
# and who publishes or subscribes there is alone.
FOLLOW_SECONDS = 2.0
# Before a command is sent again that a cluster in motion, or a replica, has refused.
TRY_AGAIN_SECONDS = 0.05
READ_ONLY_SECONDS = 0.25
# How often a call follows a slot that has moved before it takes its time.
MOVES_AT_ONCE = 5

log = logging.getLogger(__name__)

_KINDS: dict[str, Callable[[RedisAddress], Routes]] = {
    "redis": OneRedis,
    "redis+sentinel": SentinelRedis,
    "redis+cluster": ClusterRedis,
}
# These have no key, and any server will do.
_KEYLESS = ("PING", "TIME")
# Where the first key, or the channel, stands in a command, if not first.
_PLACES: dict[Argument, int] = {"EVALSHA": 3, "EVAL": 3, "PUBSUB": 2}
# The line in a script's header that says what it uses.
_USES = re.compile(r"^-- Uses +(\w+\.lua)$", re.MULTILINE)


class _Again(NamedTuple):
    """The outcome of a command that is to be sent again, and why."""

    error: Exception


class _Call:
    """One or several commands, from the first try to the last."""

    def __init__(self, patience_seconds: float) -> None:
        self.give_up_at = time.monotonic() + patience_seconds + ANSWER_SECONDS
        self.lines_lost = 0
        self.moves = 0


class Commands:
    """Commands on one address. Texts in answers are bytes. Opened by `open`."""

    def __init__(self, address: RedisAddress) -> None:
        self._address = address
        self.routes: Routes = _KINDS[address.kind](address)
        self._breakers: dict[str, Breaker] = {}
        self._following: asyncio.Task[None] | None = None
        self._closed = False

    async def open(self) -> None:
        """Find the servers and check that each is new enough. Raises `StoreError`."""
        try:
            await self.routes.open()
            await self._check()
        except (RedisError, OSError) as error:
            raise store_error(error, str(self._address)) from error
        if not isinstance(self.routes, OneRedis):
            self._following = asyncio.create_task(self._follow(), name="redis-follow")

    async def run(self, *command: Argument) -> Any:
        """The answer to one command, whose first argument is its key."""
        with self._errors():
            [answer] = await self._answers([command])
        return answer

    async def run_all(self, commands: Iterable[Sequence[Argument]]) -> list[Any]:
        """The answers to all, in one round trip to each server."""
        with self._errors():
            return await self._answers(list(commands))

    async def script(self, name: str, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """The answer of `lua/<name>.lua`, which runs at once or not at all. Its keys share a slot, whichever kind of
        Redis it is, or it is refused with `ValueError`. Sent by its hash; Redis gets the text where it does not know
        it."""
        [answer] = await self.scripts(name, [(keys, arguments)])
        return answer

    async def scripts(self, name: str, calls: Sequence[tuple[Sequence[str], Sequence[Argument]]]) -> list[Any]:
        """The answers of several runs of one script, each with its own keys, in one round trip to each server."""
        for keys, _ in calls:
            if len({key_slot(key.encode()) for key in keys}) != 1:
                raise ValueError(f"The keys of {name}.lua are in several slots, or there are none.")
        text, digest = _script(name)
        with self._errors():
            try:
                return await self._answers([("EVALSHA", digest, len(keys), *keys, *rest) for keys, rest in calls])
            except NoScriptError:
                return await self._answers([("EVAL", text, len(keys), *keys, *rest) for keys, rest in calls])

    async def ping(self) -> None:
        """Return if every server answers, soon. Raises `StoreAway`, and from then on they are looked for."""
        self._check_open()
        nodes = self.routes.nodes()
        if not nodes:
            raise StoreAway(f"Redis at {self._address} does not answer: no server is known.")
        await asyncio.gather(*(self._ping(node) for node in nodes))

    def breaker(self, node: Node) -> Breaker:
        """What is known of a server's being away."""
        breaker = self._breakers.get(node.name)
        if breaker is None:
            breaker = self._breakers[node.name] = Breaker(node.name, self.routes.patience_seconds)
        return breaker

    async def lost(self, node: Node, key: str, error: Exception) -> None:
        """A server did not answer about this key (empty: at all): look for it, or for who serves in its place."""
        if not self._closed:
            self.breaker(node).lost(error, lambda: self._look(node, key))
            await node.drop_idle()

    async def close(self) -> None:
        """Close all connections. A second call does nothing."""
        self._closed = True
        await ended(self._following)
        await asyncio.gather(*(breaker.close() for breaker in self._breakers.values()))
        await self.routes.close()

    async def _check(self) -> None:
        """A shard that is away keeps no hub from starting, as long as another one answers."""
        away: list[Exception] = []
        nodes = self.routes.nodes()
        for node in nodes:
            try:
                await _check(node)
            except (RedisError, OSError) as error:
                if not is_away(error) or len(away) + 1 == len(nodes):
                    raise
                away.append(error)

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(FOLLOW_SECONDS)
            with suppress(RedisError, OSError):  # Whoever asks for something notices, and looks for it.
                await self.routes.refresh()

    async def _answers(self, commands: Sequence[Command]) -> list[Any]:
        answers: list[Any] = [None] * len(commands)
        call = _Call(self.routes.patience_seconds)
        waiting = list(range(len(commands)))
        while waiting:
            self._check_open()
            outcomes = await self._sent(commands, waiting, call)
            waiting = [n for n, outcome in outcomes if isinstance(outcome, _Again)]
            for n, outcome in outcomes:
                if isinstance(outcome, _Again):
                    if time.monotonic() > call.give_up_at:
                        raise outcome.error
                elif isinstance(outcome, Exception):
                    raise outcome
                else:
                    answers[n] = outcome
        return answers

    async def _sent(self, commands: Sequence[Command], waiting: Sequence[int], call: _Call) -> list[tuple[int, Any]]:
        """Each of the waiting commands with its outcome, after one try."""
        groups: dict[Node, list[int]] = {}
        for n in waiting:
            groups.setdefault(self._node(commands[n]), []).append(n)
        tries = (self._tried(node, [commands[n] for n in group], call) for node, group in groups.items())
        if len(groups) == 1:
            found = [await next(tries)]
        else:
            # All are waited for, so that nothing goes on behind the caller's back.
            gathered = await asyncio.gather(*tries, return_exceptions=True)
            found = [each if isinstance(each, list) else [each] for each in gathered]
            for each in gathered:
                if isinstance(each, BaseException):
                    raise each
        return [
            pair
            for group, outcomes in zip(groups.values(), found, strict=True)
            for pair in zip(group, outcomes, strict=True)
        ]

    async def _tried(self, node: Node, commands: Sequence[Command], call: _Call) -> list[Any]:
        """The outcomes of one try on one server."""
        breaker = self.breaker(node)
        if breaker.is_away:
            await breaker.wait()
            # It may be another server that has the keys now.
            return [_Again(breaker.away())] * len(commands)
        async with node.turn():
            if breaker.is_away:
                # It went while we waited for our turn.
                return [_Again(breaker.away())] * len(commands)
            try:
                answers = await node.send(commands)
            except (RedisError, OSError) as error:
                await self._line_lost(node, commands[0], error, call)
                return [_Again(error)] * len(commands)
        return [
            await self._refused(node, command, answer, call) if isinstance(answer, RedisError) else answer
            for command, answer in zip(commands, answers, strict=True)
        ]

    async def _line_lost(self, node: Node, command: Command, error: Exception, call: _Call) -> None:
        if not is_away(error):
            raise error
        call.lines_lost += 1
        # One line may be cut while the server is well; who does not answer on a line that stands has had its time.
        if call.lines_lost > 1 or isinstance(error, TimeoutError) or not isinstance(error, ConnectionError):
            await self.lost(node, _key(command), error)

    async def _refused(self, node: Node, command: Command, error: RedisError, call: _Call) -> Any:
        """What becomes of a command that the server refused: another server's answer, `_Again`, or the error."""
        if isinstance(error, MovedError) and type(error) is not AskError:
            await self.routes.moved(error.slot_id, error.host, error.port, node)
            call.moves += 1
            if call.moves > MOVES_AT_ONCE:
                # Two nodes send us to each other until they agree.
                await asyncio.sleep(TRY_AGAIN_SECONDS)
        elif isinstance(error, AskError):
            return await self._asked(self.routes.at(error.host, error.port, node), command)
        elif isinstance(error, TryAgainError):
            await asyncio.sleep(TRY_AGAIN_SECONDS)
        elif isinstance(error, ReadOnlyError):
            # It was the master before; a name may stand for another server by now.
            await node.drop_idle()
            with suppress(RedisError, OSError):
                await self.routes.refresh()
            await asyncio.sleep(READ_ONLY_SECONDS)
        elif isinstance(error, ClusterDownError) or is_away(error):
            await self.lost(node, _key(command), error)
        else:
            return error
        return _Again(error)

    async def _asked(self, node: Node, command: Command) -> Any:
        async with node.turn():
            try:
                answer = await node.ask(command)
            except (RedisError, OSError) as error:
                return _Again(error)
        return _Again(answer) if isinstance(answer, TryAgainError | MovedError) else answer

    def _node(self, command: Command) -> Node:
        if command[0] in _KEYLESS:
            nodes = self.routes.nodes()
            if nodes:
                return nodes[0]
        return self.routes.node(_key(command))

    async def _look(self, node: Node, key: str) -> None:
        """Return if somebody serves the key again."""
        with suppress(RedisError, OSError):
            await self.routes.refresh(avoid=node.name)
        if key:
            await self.routes.node(key).probe(("EXISTS", key))
        elif node in self.routes.nodes():
            await node.probe(("PING",))

    async def _ping(self, node: Node) -> None:
        breaker = self.breaker(node)
        if breaker.is_away:
            raise breaker.away()
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                async with node.turn():
                    [answer] = await node.send([("PING",)])
        except (RedisError, OSError) as error:
            if is_away(error):
                await self.lost(node, "", error)
            raise store_error(error, node.name) from error
        if isinstance(answer, RedisError):
            raise store_error(answer, node.name) from answer

    def _check_open(self) -> None:
        # redis-py would open new connections that nobody closes.
        if self._closed:
            raise StoreError(f"The connections to Redis at {self._address} are closed.")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (RedisError, OSError) as error:
            raise store_error(error, str(self._address)) from error


@cache
def _script(name: str) -> tuple[str, str]:
    """A script's text, behind that of the file it says it uses, and by which hash Redis knows it."""
    folder = files("cobrowse.store.redis") / "lua"
    text = (folder / f"{name}.lua").read_text("utf-8")
    for used in _USES.findall(text):
        text = (folder / used).read_text("utf-8") + text
    return text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def _key(command: Command) -> str:
    """What decides where a command goes: its first key."""
    place = _PLACES.get(command[0], 1)
    return str(command[place]) if len(command) > place else ""


async def _check(node: Node) -> None:
    """Raise `StoreError` where the server is older than `OLDEST_REDIS`; warn where it may throw sessions away."""
    [info] = await node.send([("INFO",)])
    if isinstance(info, RedisError):
        raise info
    version = str(info["redis_version"])
    # Valkey says here which Redis it is like, and its own version beside it.
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_REDIS:
        raise StoreError(f"Redis at {node.name} is version {version}; Cobrowse needs 7 or newer.", code="store_too_old")
    policy = str(info.get("maxmemory_policy", "noeviction"))
    if policy != "noeviction":
        log.warning("store_evicts place=%s maxmemory_policy=%s wanted=noeviction", node.name, policy)
