"""What happens to a session (events), and what the hub then does besides announcing the new state (effects)."""

from typing import Literal

from msgspec import Struct

from cobrowse.core.close import Close
from cobrowse.core.protocol import AwayReason, EndReason
from cobrowse.core.states import Who

# --- events


class Claimed(Struct, frozen=True):
    """A customer claimed the code with `nonce`; `digits` are the two the customer will read out."""

    nonce: str
    digits: str


class Consented(Struct, frozen=True):
    allow: bool


class DigitsEntered(Struct, frozen=True):
    value: str


class SeatTaken(Struct, frozen=True, kw_only=True):
    """A page said hello. `rotation` is the number in the customer's token (agents: always 0)."""

    seat: Who
    hub: str
    page: str
    nonce: str
    rotation: int = 0
    withheld: Literal["", "other_path", "other_origin"] = ""


class SeatLeft(Struct, frozen=True, kw_only=True):
    """The holder of this generation is gone: it said so, or its socket did."""

    seat: Who
    generation: int
    why: AwayReason


class Withheld(Struct, frozen=True):
    """The customer's page shares nothing (`reason`), or shares again (empty)."""

    reason: Literal["", "other_path", "other_origin"]


class PausedBy(Struct, frozen=True):
    """The customer paused."""


class Resumed(Struct, frozen=True):
    """The customer goes on."""


class ControlAskedFor(Struct, frozen=True):
    """The agent asks for control."""


class ControlAnswered(Struct, frozen=True):
    allow: bool


class ControlReleased(Struct, frozen=True):
    """Control goes back."""

    by: Who = "agent"


class NavigationAskedFor(Struct, frozen=True):
    """The agent typed an address, by this act, and the site wants the customer to be asked."""

    act: int


class NavigationAnswered(Struct, frozen=True):
    """The customer answered the question of this act."""

    act: int
    allow: bool


class Active(Struct, frozen=True):
    """An act, or the customer's trusted input. Puts off `idle`.

    Where it could not be written when it happened, `at` is when that was (Unix seconds), and it counts from then on:
    who says so has seen to it that nobody was idle for too long before."""

    at: float = 0.0


class EndAsked(Struct, frozen=True):
    reason: EndReason


class Tick(Struct, frozen=True):
    """Time passed; what is due happens. `dead` are those hubs of the seats' holders that are known to be dead."""

    dead: frozenset[str] = frozenset()


Event = (
    Claimed
    | Consented
    | DigitsEntered
    | SeatTaken
    | SeatLeft
    | Withheld
    | PausedBy
    | Resumed
    | ControlAskedFor
    | ControlAnswered
    | ControlReleased
    | NavigationAskedFor
    | NavigationAnswered
    | Active
    | EndAsked
    | Tick
)


# --- effects


class AskSnapshot(Struct, frozen=True):
    """Send the customer a `resync`: begin a new epoch with full credit."""


class AskCustomerForControl(Struct, frozen=True):
    """Send the customer `control_asked`."""


class CloseSeat(Struct, frozen=True):
    """Close the socket that holds this generation of the seat, on whichever hub it is."""

    seat: Who
    hub: str
    generation: int
    close: Close


class ForgetPage(Struct, frozen=True):
    """Drop assets and everything else of the page."""


class Audit(Struct, frozen=True):
    """Append a content-free line to the audit trail."""

    kind: str
    detail: str = ""


Effect = AskSnapshot | AskCustomerForControl | CloseSeat | ForgetPage | Audit
