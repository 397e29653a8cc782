"""The wire: VERSION, every message, and the table of who may say what in which state.

Text frames are JSON, binary frames are `deflate-raw` of the same; one frame holds one message or an array of
messages. Every message is an object whose `k` names it; an unknown `k` or an unknown field is an error. Instants
are Unix seconds, durations carry their unit in the name. docs/protocol.md says the same to people.

Here is where each name is; other packages take them from here. `client_js/src/protocol.ts` is generated from these
files (`make generate`); a check fails when it is stale.
"""

# What is imported here is for others:
# ruff: noqa: F401
# mypy: implicit-reexport

from cobrowse.core.protocol.acts import (
    Act,
    ActResult,
    AnyDo,
    Back,
    Check,
    Choose,
    Clear,
    Click,
    Do,
    Forward,
    Highlight,
    Navigate,
    Point,
    Reload,
    Scroll,
    Submit,
    Type,
)
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
    Away,
    ComeAgain,
    ControlAsked,
    Credit,
    CustomerPolicy,
    CustomerWelcome,
    Probe,
    Problem,
    SessionState,
)
from cobrowse.core.protocol.limits import (
    CREDIT_BYTES,
    CREDIT_FRAMES,
    EPOCHS_PER_GENERATION,
    HELLO_MAX_BYTES,
    HELLO_TIMEOUT_SECONDS,
    PACK_FROM_BYTES,
    PART_MAX_PACKED_BYTES,
    PART_MAX_UNPACKED_BYTES,
)
from cobrowse.core.protocol.rights import MAY_SAY, FromAgent, FromCustomer, ToAgent, ToCustomer, may_say
from cobrowse.core.protocol.view import VIEW, Ops, Page, PageInfo, Pointer, Snapshot, Tip
from cobrowse.core.protocol.words import (
    TRAITS,
    ActStatus,
    AssetKind,
    AwayReason,
    Count,
    Digest,
    ElementKind,
    EndReason,
    Fraction,
    HttpStatus,
    Id,
    Line,
    Message,
    Name,
    Nonce,
    Pace,
    PaceReason,
    Pixels,
    Scope,
    Seat,
    StateName,
    TokenText,
    Trouble,
    Word,
)

VERSION = 1
SUBPROTOCOL = "cobrowse.v1"
