"""What hubs say to each other goes round and garbage is refused."""

from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobrowse.core import close
from cobrowse.core.bus_protocol import AnyBusMessage, Changed, CloseHolder, Deliver, decode, encode
from cobrowse.core.errors import BadMessage
from tests.core.values import values_of

KINDS = get_args(AnyBusMessage)


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_the_types_allow_goes_round(kind: type[Any]) -> None:
    @given(values_of(kind))
    def check(message: AnyBusMessage) -> None:
        assert decode(encode(message)) == message

    check()


def test_names_are_unique() -> None:
    assert len({kind.__struct_config__.tag for kind in KINDS}) == len(KINDS)


def test_a_close_code_keeps_its_meaning() -> None:
    sent = CloseHolder(session="s", seat="agent", generation=2, close=close.TAKEN_OVER)
    heard = decode(encode(sent))
    assert isinstance(heard, CloseHolder)
    assert not heard.close.may_retry


def test_bytes_stay_bytes() -> None:
    sent = Deliver(session="s", seat="agent", generation=1, data=b"\x00\xff", packed=True, epoch=3, origin="h")
    assert decode(encode(sent)) == sent


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x81\xa1\xff",
        b"\x81\xa1k\xa1\xff",
        b"\xc1",
        b"\x80",
        b"{}",
        encode(Changed(session="s", version=1))[:-1],
        msgspec.msgpack.encode({"k": "x"}),
    ],
)
def test_garbage_is_refused(data: bytes) -> None:
    with pytest.raises(BadMessage):
        decode(data)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_message_or_refused(data: bytes) -> None:
    try:
        message = decode(data)
    except BadMessage:
        return
    assert isinstance(message, KINDS)
