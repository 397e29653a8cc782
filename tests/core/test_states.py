"""The record of a session: what a store keeps and the names it has on the wire."""

from typing import get_args

import msgspec
import pytest
from hypothesis import given

from cobrowse.core import protocol
from cobrowse.core.policy import Limits
from cobrowse.core.states import AnyState, SeatHold, Session, Waiting
from tests.core.values import values_of

SESSION = Session(
    id="s-1",
    site="shop",
    site_name="Example Shop",
    agent="a-1",
    agent_name="Ana",
    scope="control",
    limits=Limits(),
    created_at=1.0,
    state=Waiting(since=1.0, code_key="k", expires_at=301.0),
    customer=SeatHold(generation=2, hub="h"),
)


def test_states_have_the_names_of_the_wire() -> None:
    tags = [state.__struct_config__.tag for state in get_args(AnyState)]
    assert tags == list(get_args(protocol.StateName))


@pytest.mark.parametrize("codec", [msgspec.json, msgspec.msgpack])
@given(session=values_of(Session))
def test_a_session_goes_round_through_a_store(codec: object, session: Session) -> None:
    assert msgspec.json.decode(msgspec.json.encode(session), type=Session) == session
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(session), type=Session) == session


def test_hold_is_that_of_the_seat() -> None:
    assert SESSION.hold("customer") is SESSION.customer
    assert SESSION.hold("agent") is SESSION.agent_seat
    assert SESSION.customer.generation == 2
    assert SESSION.agent_seat.generation == 0
