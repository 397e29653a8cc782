"""What hubs say to each other, as msgpack. At most once, in no promised order between two senders.

Every message that concerns a seat carries its generation; a hub ignores what is meant for a lower one.
"""

import msgspec
from msgspec import Struct

from cobrowse.core.close import Close
from cobrowse.core.errors import BadMessage
from cobrowse.core.states import Who


class BusMessage(Struct, frozen=True, tag_field="k", kw_only=True):
    """Base of what hubs say to each other."""


class Changed(BusMessage, frozen=True, tag="changed", kw_only=True):
    """The session has a newer version: read it again."""

    session: str
    version: int


class Deliver(BusMessage, frozen=True, tag="deliver", kw_only=True):
    """Put these bytes (already checked) into the outbox of this seat. `latest` names the kind of which only the
    newest counts, or is empty; `view` marks the view. Where `epoch` is set, one frame and `credit_bytes` of credit go
    back to `origin` once this has left. Where it is the answer to an act, `answers` is the act's id."""

    session: str
    seat: Who
    generation: int
    data: bytes
    packed: bool = False
    latest: str = ""
    view: bool = False
    epoch: int = 0
    credit_bytes: int = 0
    origin: str = ""
    answers: int = -1


class CreditBack(BusMessage, frozen=True, tag="credit_back", kw_only=True):
    """So many frames and bytes of this epoch left the agent's outbox in all, so that a lost or doubled message costs
    nothing: the customer's hub gives back what it has not given yet."""

    session: str
    epoch: int
    frames: int
    bytes: int


class ProbeSeat(BusMessage, frozen=True, tag="probe_seat", kw_only=True):
    """Ask the holder of this seat whether it is alive, and tell `reply_to`."""

    session: str
    seat: Who
    generation: int
    id: int
    reply_to: str


class ProbeSeen(BusMessage, frozen=True, tag="probe_seen", kw_only=True):
    id: int


class CloseHolder(BusMessage, frozen=True, tag="close_holder", kw_only=True):
    """Close the socket that holds this generation of the seat."""

    session: str
    seat: Who
    generation: int
    close: Close


class AssetHere(BusMessage, frozen=True, tag="asset_here", kw_only=True):
    """The asset that `n` asked for is in the store, or refused with a reason and what is known besides."""

    session: str
    n: int
    refused: str = ""
    status: int = 0
    width: int = 0
    height: int = 0


class PictureAsked(BusMessage, frozen=True, tag="picture_asked", kw_only=True):
    """Ask the customer of this session for a new picture. `epoch` is the last one the agent saw where the agent asks
    (it repeats itself); -1 where a hub asks (once). `version` is that of the session which made it necessary, or 0:
    what was asked for at this version or later will do."""

    session: str
    epoch: int = -1
    version: int = 0


class AssetAsked(BusMessage, frozen=True, tag="asset_asked", kw_only=True):
    """Give asset `n`, or ask the customer's tab for it with `ticket`; where it is, or why it is not, goes to `reply_to`
    as `AssetHere`. The agent's hub, where it is asked first, passes it on to the customer's."""

    session: str
    n: int
    ticket: str
    reply_to: str
    passed_on: bool = False


class Echo(BusMessage, frozen=True, tag="echo", kw_only=True):
    """From a hub to itself: how long does the Bus take?"""

    id: int


AnyBusMessage = (
    Changed | Deliver | CreditBack | ProbeSeat | ProbeSeen | CloseHolder | AssetHere | PictureAsked | AssetAsked | Echo
)

_decoder: msgspec.msgpack.Decoder[AnyBusMessage] = msgspec.msgpack.Decoder(AnyBusMessage)
_encoder = msgspec.msgpack.Encoder()


def encode(message: AnyBusMessage) -> bytes:
    """One message as msgpack."""
    return _encoder.encode(message)


def decode(data: bytes) -> AnyBusMessage:
    """The message, or `BadMessage`."""
    try:
        return _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadMessage(f"A hub sent what cannot be read: {error}") from error
