"""The wire: VERSION, every message, and the table of who may say what in which state.

Text frames are JSON, binary frames are `deflate-raw` of the same; one frame holds one message or an array of
messages. Every message is an object whose `k` names it; an unknown `k` or an unknown field is an error. Instants
are Unix seconds, durations carry their unit in the name. docs/protocol.md says the same to people.

`client_js/src/protocol.ts` is generated from this file (`make generate`); a check fails when it is stale.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

VERSION = 1
SUBPROTOCOL = "cobrowse.v1"

Seat = Literal["customer", "agent", "observer"]
StateName = Literal["waiting", "joining", "live", "paused", "away", "ended"]
Scope = Literal["follow", "view", "guide", "control"]
AwayReason = Literal["navigating", "offline", "asleep", "other_origin", "other_path"]
EndReason = Literal[
    "agent_ended",
    "customer_stopped",
    "declined",
    "code_expired",
    "confirm_failed",
    "customer_gone",
    "agent_gone",
    "idle",
    "time_limit",
    "policy",
]
ActStatus = Literal["asking", "started", "done", "refused"]
# What the tab knows to be wrong with the picture. `csp_*`: the site's policy forbade a request of ours, to the hub (by
# the directive's name) or to the site itself (`csp_self`). `part_missing`: a script of ours did not come.
Trouble = Literal[
    "csp_self",
    "csp_connect",
    "csp_script",
    "csp_style",
    "csp_img",
    "csp_font",
    "csp_other",
    "part_missing",
    "capture_failed",
    "banner_lost",
]
# How the page is shown: whole; whole, but later; its headings, links and controls; nothing but its address.
Pace = Literal["full", "slow", "outline", "address"]
# Why not whole: `busy` (showing it would cost the page too much time), `too_big` (beyond the limits of a picture),
# `refused` (the hub refused its pictures again and again), `part_missing` (a script of ours did not come).
PaceReason = Literal["", "busy", "too_big", "refused", "part_missing"]
# What the customer's browser answers to media queries, one bit for each line of `client_js/src/shared/traits.ts`, which
# docs/protocol.md lists; 0 is a plain desktop with a mouse.
TRAITS = 15
# What kind of element an act was about; for the audit trail, which may not say more of it.
ElementKind = Literal["", "link", "button", "field", "other"]

AssetKind = Literal["image", "font", "style"]

Id = Annotated[int, Meta(ge=0, lt=2**31)]
HttpStatus = Annotated[int, Meta(ge=0, lt=1000)]
Count = Annotated[int, Meta(ge=0, lt=2**31)]
Pixels = Annotated[int, Meta(gt=-(2**31), lt=2**31)]
Fraction = Annotated[float, Meta(ge=0.0, le=1.0)]
Name = Annotated[str, Meta(max_length=64)]
# A word for programs. Where another peer's stands in a sentence that a person reads, it must not be one itself.
Word = Annotated[str, Meta(max_length=64, pattern=r"\A[a-z_]*\Z")]
Line = Annotated[str, Meta(max_length=500)]
# SHA-256 in hex, or empty.
Digest = Annotated[str, Meta(max_length=64, pattern=r"\A([0-9a-f]{64})?\Z")]
TokenText = Annotated[str, Meta(max_length=2048)]
Nonce = Annotated[str, Meta(min_length=16, max_length=64)]

# Binary frames begin at this size; smaller ones are not worth the packing.
PACK_FROM_BYTES = 4096
HELLO_MAX_BYTES = 4096
HELLO_TIMEOUT_SECONDS = 5.0
PART_MAX_PACKED_BYTES = 256 * 1024
PART_MAX_UNPACKED_BYTES = 1024 * 1024
CREDIT_FRAMES = 8
CREDIT_BYTES = 256 * 1024
# A page's first epoch is its seat's generation times this, so that epochs grow from page to page.
EPOCHS_PER_GENERATION = 10_000


class Message(Struct, frozen=True, forbid_unknown_fields=True, tag_field="k", kw_only=True):
    """Base of every message; `k` is the message's name on the wire."""


# --- parts of messages


class PageInfo(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the agent is told of the page as a whole. Lengths are CSS pixels; `zoom` and `dpr` are per cent. `pace` is
    how the page is shown, `pace_why` why not whole. `left` and `top` are where a page pinched larger shows from, `bar`
    is the width of its scroll bar; `dark_canvas`: its meta element makes it dark. `target` and `fullscreen` are ids
    or 0; `ring`: what has the focus shows it."""

    address: Annotated[str, Meta(max_length=2048)]
    title: Line
    width: Count
    height: Count
    zoom: Count = 100
    dpr: Count = 100
    quirks: bool = False
    dark: bool = False
    pace: Pace = "full"
    pace_why: PaceReason = ""
    bar: Count = 0
    left: Count = 0
    top: Count = 0
    traits: Annotated[int, Meta(ge=0, lt=2**TRAITS)] = 0
    dark_canvas: bool = False
    ring: bool = False
    target: Id = 0
    fullscreen: Id = 0


class Away(Struct, frozen=True, kw_only=True):
    """Which seat left, since when, why, and what the session goes back to."""

    seat: Seat
    since: float
    reason: AwayReason
    back_to: StateName


class CustomerPolicy(Struct, frozen=True, kw_only=True):
    """What the snippet needs of the site's policy; selectors are CSS, paths are rules of `core.addresses`."""

    origins: list[str]
    deny_paths: list[str]
    query_params: list[str]
    mask: list[str]
    hide: list[str]
    show: list[str]
    no_control: list[str]
    private: bool
    max_scope: Scope
    typed_navigation: Literal["ask", "allow", "never"]
    acts: list[Name]
    # From these the hub gets assets itself, by the addresses that the tab names.
    asset_origins: list[str] = []
    # Drawings (`canvas`) that are shown, as still pictures.
    show_canvas: list[str] = []


# --- acts: one thing the agent asks to happen in the customer's tab


class Do(Struct, frozen=True, forbid_unknown_fields=True, tag_field="act", kw_only=True):
    """Base of what an act does. A point is given as fractions of the node's box, so zoom and layout don't matter."""


class Point(Do, frozen=True, tag="point", kw_only=True):
    node: Id
    x: Fraction
    y: Fraction


class Highlight(Do, frozen=True, tag="highlight", kw_only=True):
    node: Id


class Clear(Do, frozen=True, tag="clear", kw_only=True):
    pass


class Scroll(Do, frozen=True, tag="scroll", kw_only=True):
    """Scroll `node` (the document's id for the page) to an absolute position in CSS pixels."""

    node: Id
    x: Pixels
    y: Pixels


class Click(Do, frozen=True, tag="click", kw_only=True):
    node: Id
    x: Fraction
    y: Fraction


class Navigate(Do, frozen=True, tag="navigate", kw_only=True):
    """`address` is a path or a full address; it must stay on the site and off its denied paths."""

    address: Annotated[str, Meta(max_length=2048)]


class Back(Do, frozen=True, tag="back", kw_only=True):
    pass


class Forward(Do, frozen=True, tag="forward", kw_only=True):
    pass


class Reload(Do, frozen=True, tag="reload", kw_only=True):
    pass


class Type(Do, frozen=True, tag="type", kw_only=True):
    node: Id
    text: Annotated[str, Meta(max_length=1000)]


class Choose(Do, frozen=True, tag="choose", kw_only=True):
    """Choose `option` (a node id) in the select `node`."""

    node: Id
    option: Id


class Check(Do, frozen=True, tag="check", kw_only=True):
    node: Id


class Submit(Do, frozen=True, tag="submit", kw_only=True):
    node: Id


AnyDo = Point | Highlight | Clear | Scroll | Click | Navigate | Back | Forward | Reload | Type | Choose | Check | Submit


class Act(Message, frozen=True, tag="act", kw_only=True):
    """Agent → customer. `id` rises; `epoch` and `seq` say which picture it was aimed at."""

    id: Id
    epoch: Id
    seq: Id
    do: AnyDo


class ActResult(Message, frozen=True, tag="act_result", kw_only=True):
    """Customer → agent (or hub → agent where the hub refuses). `reason` is a stable code where refused; `act` is the
    name of the act, `on` what kind of element it was about."""

    id: Id
    status: ActStatus
    reason: Word = ""
    act: Word = ""
    on: ElementKind = ""


# --- the view: customer → agent


class Snapshot(Message, frozen=True, tag="snapshot", kw_only=True):
    """One part of a whole page. Tables belong to this frame alone. Part 0 carries `page`."""

    epoch: Id
    part: Id
    last: bool
    page: PageInfo | None = None
    tags: list[str]
    names: list[str]
    urls: list[Id]
    styles: list[str]
    texts: list[str]
    nodes: list[int]


class Ops(Message, frozen=True, tag="ops", kw_only=True):
    """What changed. `seq` is contiguous from 1 within an epoch. Tables belong to this frame alone."""

    epoch: Id
    seq: Id
    tags: list[str]
    names: list[str]
    urls: list[Id]
    styles: list[str]
    texts: list[str]
    ops: list[int]


class Page(Message, frozen=True, tag="page", kw_only=True):
    """The page as a whole changed: viewport, title, or address by pushState. Latest wins."""

    epoch: Id
    page: PageInfo


class Pointer(Message, frozen=True, tag="pointer", kw_only=True):
    """The customer's pointer in viewport pixels; -1, -1 when it is not to be shown. Latest wins."""

    epoch: Id
    x: Pixels
    y: Pixels


class Tip(Message, frozen=True, tag="tip", kw_only=True):
    """The last `seq` sent in this epoch; shows the agent a lost last frame."""

    epoch: Id
    seq: Id


# --- customer → hub


class Hello(Message, frozen=True, tag="hello", kw_only=True):
    """The first message of every socket. `token` is a customer token or an agent's single-use ticket; `page`
    names the page (one load) that holds the seat; `nonce` is new for every connection. `withheld` is the reason
    why this page shares nothing, or empty."""

    version: Id
    token: TokenText
    page: Nonce
    nonce: Nonce
    withheld: Literal["", "other_path", "other_origin"] = ""


class Consent(Message, frozen=True, tag="consent", kw_only=True):
    allow: bool


class ControlAnswer(Message, frozen=True, tag="control_answer", kw_only=True):
    allow: bool


class ControlRelease(Message, frozen=True, tag="control_release", kw_only=True):
    """The customer takes control back, or the agent gives it back."""


class Pause(Message, frozen=True, tag="pause", kw_only=True):
    pass


class Resume(Message, frozen=True, tag="resume", kw_only=True):
    pass


class Stop(Message, frozen=True, tag="stop", kw_only=True):
    pass


class Bye(Message, frozen=True, tag="bye", kw_only=True):
    """This page lets go of the seat; the next page may take it at once."""

    reason: Literal["navigating", "asleep", "other_origin"]


class Withhold(Message, frozen=True, tag="withhold", kw_only=True):
    """From now on this page shares nothing (pushState onto a denied path)."""

    reason: Literal["other_path", "other_origin"]


class Share(Message, frozen=True, tag="share", kw_only=True):
    """This page may share again."""


class Activity(Message, frozen=True, tag="activity", kw_only=True):
    """The customer used the page (trusted input); at most once in 10 s."""


class ProbeAnswer(Message, frozen=True, tag="probe_answer", kw_only=True):
    id: Id


class AssetRefused(Message, frozen=True, tag="asset_refused", kw_only=True):
    """The tab has no asset for this number; `reason` is shown in its placeholder. `status` is what the site's server
    answered, or 0; `width` and `height` are the picture's own size in CSS pixels where the tab knows it."""

    n: Id
    reason: Name
    status: HttpStatus = 0
    width: Count = 0
    height: Count = 0


# --- how the picture is: agent → hub → customer, and back


class Checkup(Message, frozen=True, tag="checkup", kw_only=True):
    """Agent → hub → customer: how is the picture? The tab answers with `condition`; with `digest` where it is asked
    for and can be had. The hub answers at once with `heard`, so that the agent can tell whose side is slow."""

    id: Id
    digest: bool = False


class Condition(Message, frozen=True, tag="condition", kw_only=True):
    """Customer → hub → agent: answers `checkup` (`id` 0: unasked, since the troubles changed).

    `digest` is that of the masked page exactly as it is after `seq` of `epoch`, or empty. `hidden`: the tab is behind
    another one. `waiting_ms`: for how long it has had something to send and no credit. `washed`, `refused` and
    `refused_why` are the hub's own: texts it masked, frames of this view it refused, and why the last one."""

    id: Id
    epoch: Id
    seq: Id
    hidden: bool = False
    waiting_ms: Count = 0
    troubles: Annotated[list[Trouble], Meta(max_length=16)] = []
    digest: Digest = ""
    washed: Count = 0
    refused: Count = 0
    refused_why: Word = ""


class Heard(Message, frozen=True, tag="heard", kw_only=True):
    """Hub → agent: the `checkup` of this id has reached the hub."""

    id: Id


class Notice(Message, frozen=True, tag="notice", kw_only=True):
    """Hub → agent: what only the hub knows. `old_snippet`: the customer's page carries another version."""

    what: Literal["old_snippet"]


# --- agent → hub


class Digits(Message, frozen=True, tag="digits", kw_only=True):
    value: Annotated[str, Meta(pattern="^[0-9]{2}$")]


class AskControl(Message, frozen=True, tag="ask_control", kw_only=True):
    pass


class Resync(Message, frozen=True, tag="resync", kw_only=True):
    """Agent → hub → customer: begin a new epoch. From the hub it also sets the credit anew.

    `epoch` is the last epoch the asker saw (0 for none)."""

    epoch: Id = 0


class End(Message, frozen=True, tag="end", kw_only=True):
    pass


# --- hub → peers


class SessionState(Message, frozen=True, tag="state", kw_only=True):
    """The session as both seats may know it."""

    session: Name
    version: Id
    name: StateName
    site: Name
    site_name: Line
    agent_name: Line
    scope: Scope
    control: Literal["off", "asked", "on"] = "off"
    allowed: bool = False
    confirmed: bool = False
    tries_left: Count = 0
    seated: bool = False
    expires_at: float = 0.0
    since: float = 0.0
    away: Away | None = None
    reason: EndReason | None = None


class CustomerWelcome(Message, frozen=True, tag="customer_welcome", kw_only=True):
    """The customer's seat is taken. `token` replaces the one in the hello; `now` is the hub's clock."""

    token: TokenText
    generation: Id
    first_epoch: Id
    now: float
    digits: Annotated[str, Meta(max_length=2)]
    policy: CustomerPolicy
    state: SessionState


class AgentWelcome(Message, frozen=True, tag="agent_welcome", kw_only=True):
    """The agent's seat is taken. `mirror` is the full address of the mirror page for this session."""

    generation: Id
    now: float
    mirror: Annotated[str, Meta(max_length=2048)]
    acts: list[Name]
    typed_navigation: Literal["ask", "allow", "never"]
    private: bool = False
    state: SessionState


class Credit(Message, frozen=True, tag="credit", kw_only=True):
    """Hub → customer: so many frames and bytes of this epoch have left the agent's outbox."""

    epoch: Id
    frames: Count
    bytes: Count


class ControlAsked(Message, frozen=True, tag="control_asked", kw_only=True):
    pass


class Probe(Message, frozen=True, tag="probe", kw_only=True):
    id: Id


class AssetWanted(Message, frozen=True, tag="asset_wanted", kw_only=True):
    """PUT this asset with `ticket` in the `Cobrowse-Asset-Ticket` header within 30 s, or answer asset_refused."""

    n: Id
    ticket: TokenText


class AssetMissed(Message, frozen=True, tag="asset_missed", kw_only=True):
    """Hub → agent: the mirror asked for this asset and gets none. `kind` is what it was asked for as, `status` what the
    server answered that was asked for it, or 0; `width` and `height` are those of `asset_refused`."""

    n: Id
    kind: AssetKind
    reason: Word
    status: HttpStatus = 0
    width: Count = 0
    height: Count = 0


class Problem(Message, frozen=True, tag="problem", kw_only=True):
    """Something the peer said was refused. `code` is stable; `message` is an English sentence for logs. Where waiting
    helps, `retry_after_seconds` says how long."""

    code: Name
    message: Line
    retry_after_seconds: Count = 0


class ComeAgain(Message, frozen=True, tag="come_again", kw_only=True):
    """The hub is going away: connect again after this long."""

    delay_ms: Count


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

VIEW: tuple[type[Message], ...] = (Snapshot, Ops, Page, Pointer, Tip)

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
