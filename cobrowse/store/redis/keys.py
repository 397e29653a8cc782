"""Every key and channel in Redis, from one place.

The part in braces decides the slot in a cluster. All that one script touches shares it: a session, its audit trail,
its assets and the due list of its shard. A session's code goes by its own name, since who claims knows the code alone;
`RedisSessions.create` tells how the two are kept in step.

The slots that are used lie about as far from one another, since a cluster deals its slots out in ranges: each master
then has about as many shards as the next.
"""

from functools import cache
from typing import Literal
from zlib import crc32

from redis.crc import key_slot

SLOTS = 16_384
# Due lists, and with them the slots that all is spread over: as many masters of a cluster can share the work. Every hub
# must use the same number (layout.py sees to it). What more of them cost is in docs/decisions.md.
SHARDS = 256

Kind = Literal[
    "session",
    "trail",
    "audit",
    "trails",
    "audit_due",
    "asset",
    "asset_numbers",
    "due",
    "code",
    "agent_sessions",
    "lease",
    "agents",
    "sign_in",
    "agent_sign_ins",
    "ticket",
    "count",
]


class Keys:
    """Keys under one prefix; hubs work together where it is the same."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    def key(self, kind: Kind, name: str = "") -> str:
        """The key of the thing of this kind that is called `name`."""
        return f"{self._place(kind, self.shard(name))}:{name}"

    def asset(self, session_id: str, n: int) -> str:
        """The key of one asset in flight."""
        return f"{self._place('asset', self.shard(session_id))}:{n}:{session_id}"

    def due(self, shard: int) -> str:
        """The key of a shard's due list."""
        return self._place("due", shard)

    def trails(self, shard: int) -> str:
        """The key of the list of a shard's audit trails."""
        return self._place("trails", shard)

    def audit_due(self, shard: int) -> str:
        """The key of the list of a shard's audit trails that are to be closed."""
        return self._place("audit_due", shard)

    def layout(self) -> str:
        """The key of what is written down of the layout itself; the same whatever that is."""
        return f"{self._prefix}:layout"

    def inbox(self, hub: str) -> str:
        """The channel that a hub listens on. Channels are not part of a database number."""
        return f"{self._prefix}:inbox:{hub}"

    @staticmethod
    def shard(name: str) -> int:
        """Which of the `SHARDS` a name belongs to."""
        return crc32(name.encode()) % SHARDS

    def _place(self, kind: Kind, shard: int) -> str:
        return f"{self._prefix}:{{{_tags(SHARDS)[shard]}}}:{kind}"


@cache
def _tags(shards: int) -> tuple[str, ...]:
    """For each shard a text whose slot lies about the middle of the shard's part of all slots: the first number that
    does. Never change which: keys are made of them."""
    found: dict[int, str] = {}
    number, part = 0, SLOTS // shards
    while len(found) < shards:
        text = str(number)
        shard, place = divmod(key_slot(text.encode()), part)
        if abs(2 * place - part) <= part // 4:
            found.setdefault(shard, text)
        number += 1
    return tuple(found[shard] for shard in range(shards))
