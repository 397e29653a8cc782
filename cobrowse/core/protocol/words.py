"""The words and kinds of values that messages are made of, and what all messages have in common."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

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


class Message(Struct, frozen=True, forbid_unknown_fields=True, tag_field="k", kw_only=True):
    """Base of every message; `k` is the message's name on the wire."""
