"""How records become bytes and back. Both backends keep the same bytes: msgpack of the Structs themselves.

Unknown fields are passed over, so that an older hub can read beside a newer one while they are exchanged one by one.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import TypeVar

import msgspec

from cobrowse.core.audit import AuditLine
from cobrowse.core.errors import LineUnreadable, StoreUnreadable
from cobrowse.core.states import Session
from cobrowse.store.base import Agent, Asset, SignIn

Record = TypeVar("Record", Session, Agent, SignIn, Asset, AuditLine)

_encoder = msgspec.msgpack.Encoder()


def encode(record: Session | Agent | SignIn | Asset | AuditLine) -> bytes:
    """The record as msgpack; equal records give equal bytes."""
    return _encoder.encode(record)


def decode(kind: type[Record], data: bytes) -> Record:
    """The record, or `StoreUnreadable` where the bytes are not one."""
    try:
        return msgspec.msgpack.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StoreUnreadable(
            f"The store holds a record ({kind.__name__}) that cannot be read: {error}. Another version of Cobrowse may"
            " have written it."
        ) from error


def decode_lines(lines: Iterable[bytes], start: int) -> list[AuditLine]:
    """Lines of an audit trail; `LineUnreadable` names the first that is none. `start` is the place of the first."""
    read: list[AuditLine] = []
    for place, data in enumerate(lines, start=start):
        try:
            read.append(decode(AuditLine, data))
        except StoreUnreadable as error:
            raise LineUnreadable(place) from error
    return read


def birth(data: bytes, code_key: str) -> bytes:
    """What a repeated `create` is known by: a hash of the first content and the code it came with."""
    return sha256(len(data).to_bytes(8) + data + code_key.encode()).digest()
