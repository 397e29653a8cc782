"""What this hub knows of a session that has a peer here: the newest state it saw, its peers, and the view's account."""

import asyncio

from cobrowse.core.policy import Site
from cobrowse.core.protocol import StateName
from cobrowse.core.session import state_name
from cobrowse.core.states import Session, Who
from cobrowse.core.view import ViewCheck
from cobrowse.hub.clock import Clock
from cobrowse.hub.peer import Peer
from cobrowse.hub.rate import Bucket

ACTS_PER_SECOND = 50.0


class View:
    """The customer's stream, where the customer's socket is here. A new one for each taker of the seat."""

    __slots__ = ("asked_at", "asked_epoch", "check", "epoch", "first_epoch", "pending", "skip_to")

    def __init__(self, site: Site, first_epoch: int) -> None:
        self.check = ViewCheck(site)
        self.first_epoch = first_epoch
        # The newest epoch that was passed on, and below which epoch nothing is passed on any more.
        self.epoch = 0
        self.skip_to = 0
        # When the last picture was asked for, at which epoch, and whether another will be when 2 s are over.
        self.asked_at = float("-inf")
        self.asked_epoch = -1
        self.pending = False


class CreditAccount:
    """What has left the agent's outbox and was not yet given back to the customer."""

    __slots__ = ("bytes", "epoch", "frames", "origin")

    def __init__(self) -> None:
        self.origin = ""
        self.epoch = 0
        self.frames = 0
        self.bytes = 0


class LocalSession:
    """A session with at least one peer on this hub. Holds nothing of the page."""

    __slots__ = (
        "active_at",
        "acts",
        "credit",
        "highest_act",
        "lock",
        "owed",
        "peers",
        "session",
        "site",
        "state",
        "version",
        "view",
    )

    def __init__(self, session: Session, version: int, site: Site, clock: Clock) -> None:
        self.site = site
        self.session = session
        self.version = version
        self.state: StateName = state_name(session)
        self.peers: dict[Who, Peer] = {}
        # One step at a time here, so that peers of one hub do not lose against each other.
        self.lock = asyncio.Lock()
        # Events that the store could not take yet. While there are any, nothing flows.
        self.owed = 0
        self.view: View | None = None
        self.credit = CreditAccount()
        self.acts = Bucket(clock, per_second=ACTS_PER_SECOND, burst=ACTS_PER_SECOND)
        self.highest_act = -1
        self.active_at = float("-inf")

    def adopt(self, session: Session, version: int) -> bool:
        """Take this version if it is newer than what is known."""
        if version <= self.version:
            return False
        self.session = session
        self.version = version
        self.state = state_name(session)
        return True

    def holder(self, seat: Who) -> Peer | None:
        """The peer here that holds the present generation of the seat, if it is here and not on its way out."""
        peer = self.peers.get(seat)
        if peer is None or peer.closing is not None or peer.generation != self.session.hold(seat).generation:
            return None
        return peer
