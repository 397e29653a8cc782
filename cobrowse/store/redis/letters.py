"""Messages for one hub that go out at the same moment, as one: each PUBLISH and each message of a subscription costs
some 40 µs of redis-py on either side, which is more than what a frame costs a hub otherwise."""

from collections.abc import Sequence

import msgspec

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[bytes])


def sealed(messages: Sequence[bytes]) -> bytes:
    """All of them, in order."""
    return _encoder.encode(list(messages))


def opened(letter: bytes) -> list[bytes]:
    """What `sealed` was given. Raises `msgspec.DecodeError` for anything else."""
    return _decoder.decode(letter)
