"""What a session is at one instant: one class a state, each with only its own fields, and who holds the seats."""

from typing import Literal

from msgspec import Struct

from cobrowse.core.asks import Asks
from cobrowse.core.policy import Limits
from cobrowse.core.protocol import AwayReason, EndReason, Scope

Who = Literal["customer", "agent"]
CONFIRM_TRIES = 2


class State(Struct, frozen=True, tag_field="state", kw_only=True):
    """Base of the states. `since` is the instant the state began."""

    since: float


class Waiting(State, frozen=True, tag="waiting", kw_only=True):
    code_key: str
    expires_at: float


class Joining(State, frozen=True, tag="joining", kw_only=True):
    """Claimed. `allowed` and `confirmed` must both become true before anything flows."""

    claim_nonce: str
    digits: str
    tries_left: int = CONFIRM_TRIES
    allowed: bool = False
    confirmed: bool = False
    expires_at: float


class Live(State, frozen=True, tag="live", kw_only=True):
    pass


class Paused(State, frozen=True, tag="paused", kw_only=True):
    pass


class Away(State, frozen=True, tag="away", kw_only=True):
    seat: Who
    reason: AwayReason
    back_to: Joining | Live | Paused


class Ended(State, frozen=True, tag="ended", kw_only=True):
    reason: EndReason


Phase = Joining | Live | Paused
AnyState = Waiting | Joining | Live | Paused | Away | Ended


class SeatHold(Struct, frozen=True, kw_only=True):
    """Who holds a seat. `generation` rises with every take; `rotation` is the number of the newest customer token."""

    generation: int = 0
    rotation: int = 0
    hub: str = ""
    page: str = ""
    nonce: str = ""
    present: bool = False
    withheld: Literal["", "other_path", "other_origin"] = ""
    left_at: float = 0.0
    left_why: AwayReason = "offline"


class Session(Struct, frozen=True, kw_only=True):
    """All a store keeps of a session. Nothing of the page is in here, ever."""

    id: str
    site: str
    site_name: str
    agent: str
    agent_name: str
    scope: Scope
    limits: Limits
    created_at: float
    state: AnyState
    customer: SeatHold = SeatHold()
    agent_seat: SeatHold = SeatHold()
    control: Literal["off", "asked", "on"] = "off"
    control_asks: Asks = Asks()
    navigation_asks: Asks = Asks()
    live_since: float = 0.0
    active_at: float = 0.0
    # When it was last looked at whether the hubs that hold the seats live.
    attended_at: float = 0.0

    def hold(self, seat: Who) -> SeatHold:
        """The holder of `seat`."""
        return self.customer if seat == "customer" else self.agent_seat

    @property
    def holds(self) -> tuple[tuple[Who, SeatHold], tuple[Who, SeatHold]]:
        """Both seats with their holders."""
        return (("customer", self.customer), ("agent", self.agent_seat))

    @property
    def phase(self) -> Waiting | Joining | Live | Paused | Ended:
        """The state, and while somebody is away the one that is come back to."""
        return self.state.back_to if isinstance(self.state, Away) else self.state
