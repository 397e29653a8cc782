"""What this hub knows of a session that has a peer here: the newest state it saw, its peers, and the view's account."""

import asyncio

from cobrowse.core.policy import Site
from cobrowse.core.protocol import StateName, Trouble
from cobrowse.core.public_state import state_name
from cobrowse.core.states import Session, Who
from cobrowse.core.view import ViewCheck
from cobrowse.core.wash import Washer
from cobrowse.hub.clock import Clock
from cobrowse.hub.peer import Peer
from cobrowse.hub.rate import Bucket

ACTS_PER_SECOND = 50.0
# How often a tab is asked how the picture is.
CHECKUPS_PER_SECOND = 0.5
CHECKUPS_AT_ONCE = 4.0


def latest_end(session: Session) -> float:
    """No token of this session is of use after this instant."""
    limits = session.limits
    return session.created_at + limits.code_seconds + limits.joining_seconds + limits.session_seconds


class CreditAccount:
    """What left the agent's outbox of one epoch in all, and how much of it was reported to the customer's side."""

    __slots__ = ("bytes", "epoch", "frames", "origin", "told_bytes", "told_frames")

    def __init__(self, origin: str = "", epoch: int = 0) -> None:
        self.origin = origin
        self.epoch = epoch
        self.frames = 0
        self.bytes = 0
        self.told_frames = 0
        self.told_bytes = 0


class View:
    """The customer's stream, where the customer's socket is here. A new one for each taker of the seat."""

    __slots__ = (
        "asked_at",
        "asked_epoch",
        "asked_version",
        "check",
        "credit",
        "epoch",
        "first_epoch",
        "heard_epoch",
        "pending",
        "refused",
        "refused_why",
        "skip_to",
        "spared_at",
        "washer",
    )

    def __init__(self, site: Site, first_epoch: int) -> None:
        self.check = ViewCheck(site)
        self.washer = Washer(site.wash)
        # What the customer got back of its newest epoch.
        self.credit = CreditAccount()
        self.first_epoch = first_epoch
        # The newest epoch that was heard of and passed on, and below which nothing is passed on any more.
        self.heard_epoch = 0
        self.epoch = 0
        self.skip_to = 0
        # When the last picture was asked for, at which epoch of the view and version of the session, and whether
        # another will be when 2 s are over. `spared_at`: when that was not waited for last.
        self.asked_at = self.spared_at = float("-inf")
        self.asked_epoch = -1
        self.asked_version = 0
        self.pending = False
        # How many of its frames were refused, and the code of the last reason.
        self.refused = 0
        self.refused_why = ""


class LocalSession:
    """A session with at least one peer on this hub. Holds nothing of the page."""

    __slots__ = (
        "active_at",
        "acts",
        "checkups",
        "credit",
        "highest_act",
        "lock",
        "owed",
        "peers",
        "seen_at",
        "session",
        "site",
        "state",
        "troubles",
        "unnoted_at",
        "version",
        "view",
        "washed",
        "washed_told_at",
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
        self.checkups = Bucket(clock, per_second=CHECKUPS_PER_SECOND, burst=CHECKUPS_AT_ONCE)
        # What the tab last said to be wrong.
        self.troubles: frozenset[Trouble] = frozenset()
        self.highest_act = -1
        self.active_at = float("-inf")
        # When somebody last did something that the store has not heard of, by the wall clock; 0 for never.
        self.unnoted_at = 0.0
        # When the store last had this session, by the wall clock.
        self.seen_at = clock.now()
        # How much was washed out of its view here, and when the log was last told.
        self.washed = 0
        self.washed_told_at = float("-inf")

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
