"""The hub's way of one frame, without its sockets: decode, the table of who may say what, check, wash, pass on.

These are the very functions that `hub.reading`, `hub.seats`, `hub.relay` and `hub.acts` call, in their order. What
comes out is a word: a stable code where the frame was refused, what became of it where it was not.
"""

from collections.abc import Callable
from typing import Literal

from cobrowse.core import addresses
from cobrowse.core.errors import BadMessage, CobrowseError
from cobrowse.core.policy import Site
from cobrowse.core.protocol import (
    HELLO_MAX_BYTES,
    MAY_SAY,
    Act,
    FromAgent,
    FromCustomer,
    Hello,
    Navigate,
    Ops,
    Page,
    Pointer,
    Snapshot,
    Tip,
    may_say,
)
from cobrowse.core.tokens import CustomerToken, Tokens
from cobrowse.core.view import ViewCheck
from cobrowse.core.wash import wash_frame
from cobrowse.hub import wire
from cobrowse.hub.wire import Data, Said
from tests.core.sketch import page_sketch

Way = Literal["customer", "agent", "hello"]

SITE = Site(
    id="shop",
    name="Example Shop",
    origins=("https://www.shop.example",),
    start_url="https://www.shop.example/",
    deny_paths=("/checkout/payment/*",),
    query_params=("q",),
    show=("#search",),
)
NOW = 1_800_000_000.0
# The picture that is there before each case: its ids and its epoch are those that the golden messages speak of.
BASE = (
    page_sketch().element(4, 3, "img").element(5, 3, "p").text(10, 5, "Lamp").element(6, 3, "style").sheet(7, 6, "a{}")
)
EPOCH = 3
SEQ = 16

_tokens = Tokens(["a key for fuzzing alone"])
_base = BASE.snapshot(epoch=EPOCH)


def run(way: Way, data: Data) -> str:
    """What becomes of one frame. Every error that is not one of ours comes out as it is."""
    try:
        return _WAYS[way](data)
    except CobrowseError as error:
        return error.code


def _customer(data: Data) -> str:
    frame = wire.read(wire.CUSTOMER, data, wire.CUSTOMER_FRAME_MAX_BYTES)
    check = ViewCheck(SITE)
    check.check(_base)
    check._seq = SEQ
    outcome = "empty"
    for said in frame.said:
        outcome = _view(check, said)
    return outcome


def _view(check: ViewCheck, said: Said[FromCustomer]) -> str:
    message = said.message
    if not isinstance(message, Snapshot | Ops | Page | Pointer | Tip):
        allowed = any(may_say("customer", message, state) for state in MAY_SAY["customer"].get(type(message), ()))
        return "said" if allowed else "not_allowed"
    check.check(message)
    if isinstance(message, Snapshot | Ops | Page):
        washed, found = wash_frame(message)
        if found:
            wire.size_of(wire.encode(washed))
            return "washed"
    wire.size_of(said.data)
    return "passed"


def _agent(data: Data) -> str:
    frame = wire.read(wire.AGENT, data, wire.AGENT_FRAME_MAX_BYTES)
    outcome = "empty"
    for said in frame.said:
        outcome = _said_by_agent(said)
    return outcome


def _said_by_agent(said: Said[FromAgent]) -> str:
    message = said.message
    if not isinstance(message, Act):
        return "said" if type(message) in MAY_SAY["agent"] else "not_allowed"
    if isinstance(message.do, Navigate):
        address = addresses.parse(message.do.address, SITE.start_url)
        verdict = addresses.judge(SITE, address.href)
        return "passed" if verdict == "ok" else verdict
    wire.size_of(said.data)
    return "passed"


def _hello(data: Data) -> str:
    if isinstance(data, bytes) or wire.size_of(data) > HELLO_MAX_BYTES:
        return "bad_hello"
    said = wire.read(wire.CUSTOMER, data, HELLO_MAX_BYTES).said
    if len(said) != 1 or not isinstance(said[0].message, Hello):
        raise BadMessage("Not one hello.")
    _tokens.verify(CustomerToken, said[0].message.token, NOW)
    return "seated"


_WAYS: dict[Way, Callable[[Data], str]] = {"customer": _customer, "agent": _agent, "hello": _hello}


def good_token() -> str:
    """A token that would be let in, for others to be made of."""
    return _tokens.sign(CustomerToken(session="s" * 16, rotation=1), NOW + 60)
