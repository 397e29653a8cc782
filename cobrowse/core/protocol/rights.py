"""Who may say what to whom, and in which state of the session."""

from cobrowse.core.protocol.acts import Act, ActResult
from cobrowse.core.protocol.checkups import Checkup, Condition, Heard, Notice
from cobrowse.core.protocol.from_agent import AskControl, Digits, End, Resync
from cobrowse.core.protocol.from_customer import (
    Activity,
    AssetRefused,
    Bye,
    Consent,
    ControlAnswer,
    ControlRelease,
    Hello,
    Pause,
    ProbeAnswer,
    Resume,
    Share,
    Stop,
    Withhold,
)
from cobrowse.core.protocol.from_hub import (
    AgentWelcome,
    AssetMissed,
    AssetWanted,
    ComeAgain,
    ControlAsked,
    Credit,
    CustomerWelcome,
    Probe,
    Problem,
    SessionState,
)
from cobrowse.core.protocol.view import Ops, Page, Pointer, Snapshot, Tip
from cobrowse.core.protocol.words import Message, Seat

FromCustomer = (
    Hello
    | Consent
    | Snapshot
    | Ops
    | Page
    | Pointer
    | Tip
    | ActResult
    | ControlAnswer
    | ControlRelease
    | Pause
    | Resume
    | Stop
    | Bye
    | Withhold
    | Share
    | Activity
    | ProbeAnswer
    | AssetRefused
    | Condition
)
FromAgent = Hello | Digits | Act | AskControl | ControlRelease | Resync | End | ProbeAnswer | Checkup
ToCustomer = (
    CustomerWelcome
    | SessionState
    | Credit
    | Resync
    | Act
    | ControlAsked
    | Probe
    | AssetWanted
    | Problem
    | ComeAgain
    | Checkup
)
ToAgent = (
    AgentWelcome
    | SessionState
    | Snapshot
    | Ops
    | Page
    | Pointer
    | Tip
    | ActResult
    | Probe
    | Problem
    | ComeAgain
    | Condition
    | Heard
    | Notice
    | AssetMissed
)

_ALWAYS: frozenset[str] = frozenset({"waiting", "joining", "live", "paused", "away"})
# A session that is joining is `away` for a moment when the other seat's connection blinks; `step` knows which it is.
_JOINING: frozenset[str] = frozenset({"joining", "away"})
_LIVE: frozenset[str] = frozenset({"live"})
_OPEN: frozenset[str] = frozenset({"live", "paused", "away"})
# A pause may overtake what is said of the reason.
_SHOWN: frozenset[str] = frozenset({"live", "paused"})

# Who may say what in which state. What is not here is refused. `hello` is answered before a seat exists.
# The view is refused outside `live`: what was on its way when the state changed is dropped without a reproach.
MAY_SAY: dict[Seat, dict[type[Message], frozenset[str]]] = {
    "customer": {
        Consent: _JOINING,
        Snapshot: _LIVE,
        Ops: _LIVE,
        Page: _LIVE,
        Pointer: _LIVE,
        Tip: _LIVE,
        ActResult: _OPEN,
        ControlAnswer: _OPEN,
        ControlRelease: _OPEN,
        Pause: _OPEN,
        Resume: _OPEN,
        Stop: _ALWAYS,
        Bye: _ALWAYS,
        Withhold: _ALWAYS,
        Share: _ALWAYS,
        Activity: _OPEN,
        ProbeAnswer: _ALWAYS,
        AssetRefused: _OPEN,
        Condition: _SHOWN,
    },
    "agent": {
        Digits: _JOINING,
        Act: _LIVE,
        AskControl: _LIVE,
        ControlRelease: _OPEN,
        Resync: _OPEN,
        End: _ALWAYS,
        ProbeAnswer: _ALWAYS,
        Checkup: _SHOWN,
    },
    "observer": {},
}


def may_say(seat: Seat, message: Message, state: str) -> bool:
    """True where `seat` may send `message` while the session is in `state`. Unlisted means refused."""
    return state in MAY_SAY[seat].get(type(message), frozenset())
