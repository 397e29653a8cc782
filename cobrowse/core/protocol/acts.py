"""Acts, agent → customer: each is one thing that the agent asks to happen in the customer's tab."""

from typing import Annotated

from msgspec import Meta, Struct

from cobrowse.core.protocol.words import ActStatus, ElementKind, Fraction, Id, Message, Pixels, Word


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
