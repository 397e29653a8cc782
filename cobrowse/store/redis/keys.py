"""Every key and channel in Redis, from one place.

The part in braces decides the slot in a cluster. All that one script touches shares it: a session, its audit trail,
its assets and the due list of its shard. A session's code is in a slot of its own, since who claims knows the code
alone; `RedisSessions.create` tells how the two are kept in step.
"""

from typing import Literal
from zlib import crc32

# Due lists, and with them the slots that sessions are spread over. Every hub must use the same number.
SHARDS = 16

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
# These share a slot, by the session's shard.
_WITH_SESSION = ("session", "trail", "audit", "trails", "audit_due", "asset", "asset_numbers", "due")


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

    def inbox(self, hub: str) -> str:
        """The channel that a hub listens on. Channels are not part of a database number."""
        return f"{self._prefix}:inbox:{hub}"

    @staticmethod
    def shard(name: str) -> int:
        """Which of the `SHARDS` a name belongs to."""
        return crc32(name.encode()) % SHARDS

    def _place(self, kind: Kind, shard: int) -> str:
        group = "session" if kind in _WITH_SESSION else kind
        return f"{self._prefix}:{{{group}-{shard}}}:{kind}"
