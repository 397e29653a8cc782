"""From bytes to messages and back, with a limit on every size before anything is decoded."""

import zlib
from typing import Generic, NamedTuple, TypeVar

import msgspec

from cobrowse.core.errors import BadMessage
from cobrowse.core.protocol import (
    PART_MAX_PACKED_BYTES,
    PART_MAX_UNPACKED_BYTES,
    FromAgent,
    FromCustomer,
    Message,
)

M = TypeVar("M", bound=Message)
Data = str | bytes

# What a seat may send in one frame, on the wire, text or packed.
CUSTOMER_FRAME_MAX_BYTES = PART_MAX_PACKED_BYTES
AGENT_FRAME_MAX_BYTES = 16 * 1024
# An array of messages is a convenience for small ones; this many is far above what a flush makes.
FRAME_MAX_MESSAGES = 64

CUSTOMER: msgspec.json.Decoder[FromCustomer] = msgspec.json.Decoder(FromCustomer)
AGENT: msgspec.json.Decoder[FromAgent] = msgspec.json.Decoder(FromAgent)
_ARRAY: msgspec.json.Decoder[list[msgspec.Raw]] = msgspec.json.Decoder(list[msgspec.Raw])
_encoder = msgspec.json.Encoder()


class Said(NamedTuple, Generic[M]):
    """One message and the very bytes it came in (text for JSON, bytes for packed)."""

    message: M
    data: Data


class Frame(NamedTuple, Generic[M]):
    """What one frame held. `size` is its length on the wire, `unpacked` that of its JSON, both in bytes."""

    said: list[Said[M]]
    size: int
    unpacked: int


def encode(message: Message) -> str:
    """One message as the text of a frame."""
    return _encoder.encode(message).decode()


def size_of(data: Data) -> int:
    """Length on the wire in bytes."""
    if isinstance(data, bytes) or data.isascii():
        return len(data)
    return len(data.encode())


def inflate(data: bytes) -> bytes:
    """The JSON of a packed frame. `BadMessage` where it is longer than a part may be, cut short, or not deflate.

    zlib is told where to stop: a 48 KB frame that inflates to 32 MB cost 450 ms and 285 MB without."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        text = stream.decompress(data, PART_MAX_UNPACKED_BYTES + 1)
    except zlib.error as error:
        raise BadMessage("A packed frame is not deflate-raw.") from error
    if len(text) > PART_MAX_UNPACKED_BYTES:
        raise BadMessage("A packed frame holds more than a part may hold.")
    if not stream.eof or stream.unused_data:
        raise BadMessage("A packed frame is cut short or has a tail.")
    return text


def read(decoder: msgspec.json.Decoder[M], data: Data, max_bytes: int) -> Frame[M]:
    """Every message of a frame, in order, or `BadMessage`."""
    size = size_of(data)
    if size > max_bytes:
        raise BadMessage(f"A frame of {size} bytes is longer than {max_bytes}.")
    text: Data = inflate(data) if isinstance(data, bytes) else data
    unpacked = len(text) if isinstance(text, bytes) else size
    try:
        if _is_array(text):
            return Frame(_read_array(decoder, text), size, unpacked)
        return Frame([Said(decoder.decode(text), data)], size, unpacked)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        # The sentence names a field and a type, never a value.
        raise BadMessage("A frame holds what is not a message of this protocol.") from error


def _is_array(text: Data) -> bool:
    if isinstance(text, bytes):
        return text.lstrip()[:1] == b"["
    return text.lstrip()[:1] == "["


def _read_array(decoder: msgspec.json.Decoder[M], text: Data) -> list[Said[M]]:
    parts = _ARRAY.decode(text)
    if len(parts) > FRAME_MAX_MESSAGES:
        raise BadMessage(f"A frame holds more than {FRAME_MAX_MESSAGES} messages.")
    raws = [bytes(part) for part in parts]
    return [Said(decoder.decode(raw), raw.decode()) for raw in raws]
