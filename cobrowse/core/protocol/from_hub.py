"""What the hub says to both seats or to one."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from cobrowse.core.protocol.words import (
    AssetKind,
    AwayReason,
    Count,
    EndReason,
    HttpStatus,
    Id,
    Line,
    Message,
    Name,
    Scope,
    Seat,
    StateName,
    TokenText,
    Word,
)


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
