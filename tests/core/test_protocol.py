"""Messages: golden samples, round trips, and who may say what when."""

import json
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobrowse.core import protocol
from cobrowse.core.protocol import MAY_SAY, Message, may_say
from tests.core.values import values_of
from tests.core.vectors import load

VECTORS = load("messages")
DIRECTIONS: dict[str, Any] = {
    name: getattr(protocol, name) for name in ("FromCustomer", "FromAgent", "ToCustomer", "ToAgent")
}
STATES = get_args(protocol.StateName)


def name_of(message: type[msgspec.Struct]) -> str:
    return str(message.__struct_config__.tag)


def decode(direction: str, data: bytes) -> Message:
    message: Message = msgspec.json.decode(data, type=DIRECTIONS[direction])
    return message


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda v: f"{v['direction']}-{v['json']['k']}")
def test_golden_messages_are_read_and_said_again(vector: dict[str, Any]) -> None:
    message = decode(vector["direction"], json.dumps(vector["json"]).encode())
    said = json.loads(msgspec.json.encode(message))
    assert {key: said[key] for key in vector["json"]} == vector["json"]
    assert decode(vector["direction"], msgspec.json.encode(message)) == message


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_every_message_has_a_golden_one(direction: str) -> None:
    golden = {vector["json"]["k"] for vector in VECTORS["valid"] if vector["direction"] == direction}
    assert golden == {name_of(member) for member in get_args(DIRECTIONS[direction])}


def test_every_act_has_a_golden_one() -> None:
    golden = {vector["json"]["do"]["act"] for vector in VECTORS["valid"] if vector["json"]["k"] == "act"}
    assert golden == {name_of(member) for member in get_args(protocol.AnyDo)}


@pytest.mark.parametrize("vector", VECTORS["invalid"], ids=lambda v: f"{v['direction']}-{v['why']}")
def test_what_does_not_fit_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(vector["direction"], json.dumps(vector["json"]).encode())


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_any_bytes_are_a_message_or_refused(direction: str) -> None:
    @given(st.binary(max_size=80))
    def check(data: bytes) -> None:
        try:
            decode(direction, data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return

    check()


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_whatever_the_types_allow_goes_round(direction: str) -> None:
    @given(st.one_of([values_of(member) for member in get_args(DIRECTIONS[direction])]))
    def check(message: Message) -> None:
        assert decode(direction, msgspec.json.encode(message)) == message

    check()


# --- who may say what in which state


def test_every_message_of_a_seat_is_in_the_table() -> None:
    hello = {protocol.Hello}
    assert set(MAY_SAY["customer"]) | hello == set(get_args(protocol.FromCustomer))
    assert set(MAY_SAY["agent"]) | hello == set(get_args(protocol.FromAgent))
    assert MAY_SAY["observer"] == {}


def test_nobody_says_anything_after_the_end() -> None:
    for table in MAY_SAY.values():
        for states in table.values():
            assert states <= set(STATES) - {"ended"}
            assert states


def sample(direction: str, kind: str) -> Message:
    found = next(v for v in VECTORS["valid"] if v["direction"] == direction and v["json"]["k"] == kind)
    return decode(direction, json.dumps(found["json"]).encode())


@pytest.mark.parametrize("kind", ["snapshot", "ops", "page", "pointer", "tip"])
@pytest.mark.parametrize("state", STATES)
def test_the_view_flows_while_live_alone(kind: str, state: str) -> None:
    assert may_say("customer", sample("FromCustomer", kind), state) is (state == "live")


@pytest.mark.parametrize("state", STATES)
def test_acts_while_live_alone(state: str) -> None:
    assert may_say("agent", sample("FromAgent", "act"), state) is (state == "live")


@pytest.mark.parametrize("state", ["waiting", "joining", "live", "paused", "away"])
def test_both_may_always_end(state: str) -> None:
    assert may_say("customer", protocol.Stop(), state)
    assert may_say("agent", protocol.End(), state)


def test_unlisted_means_refused() -> None:
    assert not may_say("agent", protocol.Stop(), "live")
    assert not may_say("customer", protocol.End(), "live")
    assert not may_say("customer", sample("FromCustomer", "hello"), "live")
    assert not may_say("observer", protocol.Stop(), "live")


def test_the_two_halves_of_joining_may_come_while_the_other_seat_blinks() -> None:
    for state in STATES:
        assert may_say("customer", protocol.Consent(allow=True), state) is (state in ("joining", "away"))
        assert may_say("agent", protocol.Digits(value="47"), state) is (state in ("joining", "away"))
