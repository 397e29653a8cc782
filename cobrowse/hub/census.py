"""Who is here at this moment, for /metrics: sessions by state, peers by seat, and what waits for them."""

from collections import Counter

from msgspec import Struct

from cobrowse.core.protocol import StateName
from cobrowse.core.states import Who
from cobrowse.hub.house import House
from cobrowse.hub.local import LocalSession

STATES: tuple[StateName, ...] = ("waiting", "joining", "live", "paused", "away", "ended")
SEATS: tuple[Who, ...] = ("customer", "agent")


class Census(Struct, frozen=True):
    """`sessions` counts each session at one hub only, so that the sum over all hubs is right: where its customer is, or
    where its agent is while the customer is nowhere. `held` are all that have a peer here. Bytes are those in
    outboxes: of all peers, and of the one with the most."""

    sessions: dict[str, int]
    peers: dict[str, int]
    held: int
    outbox_bytes: int
    outbox_bytes_max: int


def census(house: House) -> Census:
    """Count now: one look at each peer of this hub."""
    sessions: Counter[str] = Counter(dict.fromkeys(STATES, 0))
    peers: Counter[str] = Counter(dict.fromkeys(SEATS, 0))
    total = most = 0
    for local in house.sessions.values():
        if _counts_here(house, local):
            sessions[local.state] += 1
        for seat, peer in local.peers.items():
            peers[seat] += 1
            total += peer.waiting_bytes
            most = max(most, peer.waiting_bytes)
    return Census(dict(sessions), dict(peers), len(house.sessions), total, most)


def _counts_here(house: House, local: LocalSession) -> bool:
    return "customer" in local.peers or not (local.session.customer.present and local.session.customer.hub != house.id)
