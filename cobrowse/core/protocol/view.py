"""The view, customer → agent: what the customer's tab shows."""

from typing import Annotated

from msgspec import Meta, Struct

from cobrowse.core.protocol.words import TRAITS, Count, Id, Line, Message, Pace, PaceReason, Pixels


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


VIEW: tuple[type[Message], ...] = (Snapshot, Ops, Page, Pointer, Tip)
