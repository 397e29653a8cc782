"""Where keys lie."""

from collections import Counter

import pytest
from redis.crc import key_slot

from cobrowse.store.redis.keys import SHARDS, SLOTS, Keys, Kind

KEYS = Keys("cobrowse")


def slots_in_use() -> list[int]:
    return [key_slot(KEYS.due(shard).encode()) for shard in range(SHARDS)]


def test_no_slot_is_hot() -> None:
    """Sessions with their due times are spread over the shards, and codes, tickets, sign-ins and counts by their own
    names; one list of agents alone is in one slot, and it is small."""
    for kind in ("session", "code", "ticket", "sign_in", "count", "agent_sessions", "lease"):
        found = Counter(key_slot(KEYS.key(kind, f"x{n}").encode()) for n in range(100 * SHARDS))
        assert len(found) == SHARDS
        assert max(found.values()) < 200
    assert len({key_slot(KEYS.inbox(f"hub-{n}").encode()) for n in range(100)}) > 90


@pytest.mark.parametrize("masters", [1, 3, 4, 5, 6, 16, 50, 100, 128, 200, 256])
def test_every_master_has_its_share(masters: int) -> None:
    """A cluster deals its slots out in equal ranges."""
    shares = Counter(slot * masters // SLOTS for slot in slots_in_use())
    assert len(shares) == masters
    assert max(shares.values()) - min(shares.values()) <= 1


def test_all_of_one_session_lies_together() -> None:
    shard = KEYS.shard("s1")
    kinds: tuple[Kind, ...] = ("session", "trail", "audit", "asset_numbers")
    keys = [*(KEYS.key(kind, "s1") for kind in kinds), KEYS.asset("s1", 7)]
    keys += [KEYS.due(shard), KEYS.trails(shard), KEYS.audit_due(shard)]
    assert len({key_slot(key.encode()) for key in keys}) == 1
    assert len(set(keys)) == len(keys)


def test_where_keys_lie_never_changes() -> None:
    """Or what is stored is lost with the next version: then SHARDS must be another, too."""
    assert KEYS.key("session", "s1") == "cobrowse:{427}:session:s1"
    assert KEYS.due(0) == "cobrowse:{491}:due"
    assert KEYS.due(255) == "cobrowse:{2220}:due"
    assert slots_in_use() == sorted(slots_in_use())
    assert sum(slots_in_use()) == 2_097_493
