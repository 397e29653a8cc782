"""A site's policy and the scope ladder: `follow` < `view` < `guide` < `control`."""

from typing import Literal

from msgspec import Struct

from cobrowse.core.protocol import CustomerPolicy, Scope

LADDER: tuple[Scope, ...] = ("follow", "view", "guide", "control")

GUIDE_ACTS: tuple[str, ...] = ("point", "highlight", "clear")
CONTROL_ACTS: tuple[str, ...] = ("scroll", "click", "navigate", "back", "forward", "reload")
# Acts that a site must allow by name, since they change what the customer has entered or send it off.
FIELD_ACTS: tuple[str, ...] = ("type", "choose", "check", "submit")
ACTS: tuple[str, ...] = GUIDE_ACTS + CONTROL_ACTS + FIELD_ACTS

# Paths that are denied on every site unless it says otherwise: they carry one-time secrets in the address.
DENIED_BY_DEFAULT: tuple[str, ...] = (
    "/reset/*",
    "/password-reset/*",
    "/reset-password/*",
    "/verify/*",
    "/verify-email/*",
    "/confirm-email/*",
)

# How long an audit trail is kept after the end, where the site does not say.
AUDIT_DAYS = 30.0


class Limits(Struct, frozen=True, kw_only=True):
    """How long each state may last, in seconds. Kept in the session, so that a change of settings ends none."""

    code_seconds: float = 300.0
    joining_seconds: float = 180.0
    navigating_seconds: float = 60.0
    offline_seconds: float = 180.0
    asleep_seconds: float = 900.0
    elsewhere_seconds: float = 900.0
    agent_away_seconds: float = 180.0
    control_agent_away_seconds: float = 10.0
    idle_seconds: float = 900.0
    session_seconds: float = 14_400.0


class Site(Struct, frozen=True, kw_only=True):
    """A website that carries the snippet. `origins` are in WHATWG form; paths are rules of `core.addresses`,
    `wash` patterns of `core.patterns`.

    `audit_days` is how long the audit trail is kept after the end; without `audit_paths` it names no path of a page."""

    id: str
    name: str
    origins: tuple[str, ...]
    start_url: str
    deny_paths: tuple[str, ...] = ()
    allow_default_denied_paths: bool = False
    query_params: tuple[str, ...] = ()
    mask: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()
    show: tuple[str, ...] = ()
    show_canvas: tuple[str, ...] = ()
    no_control: tuple[str, ...] = ()
    wash: tuple[str, ...] = ()
    mode: Literal["normal", "private"] = "normal"
    max_scope: Scope = "control"
    typed_navigation: Literal["ask", "allow", "never"] = "ask"
    field_acts: tuple[Literal["type", "choose", "check", "submit"], ...] = ()
    asset_origins: tuple[str, ...] = ()
    code_digits: int = 9
    audit_days: float = AUDIT_DAYS
    audit_paths: bool = True
    limits: Limits = Limits()

    @property
    def denied(self) -> tuple[str, ...]:
        """The path rules in force: the site's own and, unless it opted out, the default ones."""
        return self.deny_paths if self.allow_default_denied_paths else self.deny_paths + DENIED_BY_DEFAULT


def at_least(scope: Scope, wanted: Scope) -> bool:
    """True where `scope` stands on or above `wanted` on the ladder."""
    return LADDER.index(scope) >= LADDER.index(wanted)


def needed_scope(act: str) -> Scope:
    """The scope an act needs; anything unlisted needs more than there is, so KeyError is for a programmer."""
    return _NEEDED[act]


_NEEDED: dict[str, Scope] = {
    **dict.fromkeys(GUIDE_ACTS, "guide"),
    **dict.fromkeys(CONTROL_ACTS, "control"),
    **dict.fromkeys(FIELD_ACTS, "control"),
}


def acts_of(site: Site) -> list[str]:
    """The acts this site allows at all, by its highest scope, its typed navigation and its field acts."""
    allowed = [act for act in GUIDE_ACTS + CONTROL_ACTS if at_least(site.max_scope, needed_scope(act))]
    if at_least(site.max_scope, "control"):
        allowed += [act for act in FIELD_ACTS if act in site.field_acts]
    if site.typed_navigation == "never" and "navigate" in allowed:
        allowed.remove("navigate")
    return allowed


def customer_policy(site: Site) -> CustomerPolicy:
    """The part of the policy that the snippet needs."""
    return CustomerPolicy(
        origins=list(site.origins),
        deny_paths=list(site.denied),
        query_params=list(site.query_params),
        mask=list(site.mask),
        hide=list(site.hide),
        show=list(site.show),
        no_control=list(site.no_control),
        private=site.mode == "private",
        max_scope=site.max_scope,
        typed_navigation=site.typed_navigation,
        acts=acts_of(site),
        asset_origins=list(site.asset_origins),
        show_canvas=list(site.show_canvas),
    )
