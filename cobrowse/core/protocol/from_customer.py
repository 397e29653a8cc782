"""What the customer's page says, besides the view and what becomes of acts. `Hello`, `ControlRelease` and
`ProbeAnswer` are the agent's too."""

from typing import Literal

from cobrowse.core.protocol.words import Count, HttpStatus, Id, Message, Name, Nonce, TokenText


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
