"""Frames just outside the vocabulary: from a good message, everything that is wrong with it in exactly one place.

Driven by the types in core/protocol, so that a new message, field or limit is covered without a line here.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple, get_args

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from cobrowse.core import protocol
from cobrowse.core.protocol import FromAgent, FromCustomer, Message
from tests.core.values import values_of

KINDS: dict[str, tuple[type[Message], ...]] = {"customer": get_args(FromCustomer), "agent": get_args(FromAgent)}
# No JSON value fits into two of these types, but an integer into a number.
_OTHERS: list[Any] = [None, True, 7, 1.5, "7", [], {}]


class Fault(NamedTuple):
    """A message with one fault: what is wrong, in words, and the JSON."""

    why: str
    message: Any


def name_of(kind: type[Message]) -> str:
    """The message's name on the wire."""
    return str(kind.__struct_config__.tag)


def good(kind: type[Message]) -> st.SearchStrategy[dict[str, Any]]:
    """Messages of this kind, as JSON."""
    return values_of(kind).map(lambda message: json.loads(msgspec.json.encode(message)))


def faults_of(kind: type[Message], message: dict[str, Any]) -> list[Fault]:
    """Everything that one change can make of a good message and that is no message any more."""
    info = inspect.type_info(kind)
    return [
        Fault("an unknown kind", {**message, "k": name_of(kind) + "x"}),
        Fault("a kind in capitals", {**message, "k": name_of(kind).upper()}),
        Fault("no kind", {key: value for key, value in message.items() if key != "k"}),
        Fault("a kind of another type", {**message, "k": 1}),
        *(Fault(why, wrong) for why, wrong in _faults(info, message)),
    ]


def _faults(info: inspect.Type, value: Any) -> Iterator[tuple[str, Any]]:
    """What is no value of this type, but differs from one in a single place."""
    match info:
        case inspect.StructType():
            yield from _struct_faults(info, value)
        case inspect.UnionType():
            yield from _union_faults(info, value)
        case inspect.ListType():
            yield from _type_faults(info, value)
            for why, wrong in _faults(info.item_type, value[-1] if value else _any(info.item_type)):
                yield f"an entry: {why}", [*value, wrong]
        case _:
            yield from _type_faults(info, value)
            yield from _range_faults(info, value)


def _struct_faults(info: inspect.StructType, value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "not an object", [[value]]
    if info.forbid_unknown_fields:
        for extra in ("extra", "__proto__", "K", ""):
            yield f"an unknown field {extra!r}", {**value, extra: 1}
    if info.tag_field is not None and info.tag_field != "k":
        yield f"an unknown {info.tag_field}", {**value, info.tag_field: "explode"}
        yield f"no {info.tag_field}", {key: each for key, each in value.items() if key != info.tag_field}
    for field in info.fields:
        name = field.encode_name
        if field.required:
            yield f"no {name}", {key: each for key, each in value.items() if key != name}
        for why, wrong in _faults(field.type, value[name]):
            yield f"{name}: {why}", {**value, name: wrong}


def _union_faults(info: inspect.UnionType, value: Any) -> Iterator[tuple[str, Any]]:
    """Of a tagged union, the faults of its member; of an optional value, those of what is not null."""
    members = [member for member in info.types if not isinstance(member, inspect.NoneType)]
    for member in members:
        if isinstance(member, inspect.StructType):
            if member.tag is None or (isinstance(value, dict) and value.get(member.tag_field) == member.tag):
                own = value if isinstance(value, dict) else _any(member)
                yield from ((why, wrong) for why, wrong in _faults(member, own) if wrong is not None)


def _type_faults(info: inspect.Type, value: Any) -> Iterator[tuple[str, Any]]:
    fits = {
        inspect.BoolType: (bool,),
        inspect.IntType: (int,),
        inspect.FloatType: (int, float),
        inspect.StrType: (str,),
        inspect.LiteralType: (),
        inspect.ListType: (list,),
    }[type(info)]
    for other in _OTHERS:
        # In Python a bool is an int; in JSON it is not.
        if isinstance(other, bool):
            if bool not in fits:
                yield "true", other
        elif not isinstance(other, fits):
            yield f"of another type: {json.dumps(other)}", other


def _range_faults(info: inspect.Type, value: Any) -> Iterator[tuple[str, Any]]:
    match info:
        case inspect.IntType():
            yield from _beyond(info.ge, info.gt, info.le, info.lt, 1)
            # The integers of the view are judged by the walk over them.
            if info.lt is not None:
                yield "far too large", 2**64
                yield "far too small", -(2**64)
        case inspect.FloatType():
            yield from _beyond(info.ge, info.gt, info.le, info.lt, 0.001)
        case inspect.StrType():
            if info.max_length is not None:
                yield "too long", "x" * (info.max_length + 1)
            if info.min_length:
                yield "too short", "x" * (info.min_length - 1)
            if info.pattern is not None:
                tries = ("", "4", "4x", "123", "4\n7", "٤٧", "two words", "w\n", "Word")
                yield from (
                    (f"not of the pattern: {text!r}", text) for text in tries if not re.search(info.pattern, text)
                )
        case inspect.LiteralType():
            yield "no word of the list", "x"
            yield "a word in capitals", "".join(str(each) for each in info.values).upper()


def _beyond(ge: Any, gt: Any, le: Any, lt: Any, step: float) -> Iterator[tuple[str, Any]]:
    if ge is not None:
        yield "too small", ge - step
    if gt is not None:
        yield "too small", gt
    if le is not None:
        yield "too large", le + step
    if lt is not None:
        yield "too large", lt


def _any(info: inspect.Type) -> Any:
    """The plainest value of a type."""
    match info:
        case inspect.StructType():
            own = {field.encode_name: _any(field.type) for field in info.fields}
            return own if info.tag is None else {str(info.tag_field): info.tag, **own}
        case inspect.UnionType():
            return _any(info.types[0])
        case inspect.ListType():
            return []
        case inspect.LiteralType():
            return info.values[0]
        case inspect.IntType() | inspect.FloatType():
            return 1
        case inspect.BoolType():
            return True
        case inspect.StrType():
            if info.pattern is None:
                return "x" * (info.min_length or 0)
            return next(text for text in ("47", "word", "") if re.search(info.pattern, text))
    raise AssertionError(f"a type no message has yet: {info}")


def plain(kind: type[Message]) -> dict[str, Any]:
    """A good message of this kind, the plainest there is, with every field."""
    info = inspect.type_info(kind)
    assert isinstance(info, inspect.StructType)
    return {"k": name_of(kind), **{field.encode_name: _any(field.type) for field in info.fields}}


def only_of(seat: str) -> list[type[Message]]:
    """What this seat may say and the other may not."""
    other = set(KINDS["agent" if seat == "customer" else "customer"])
    return [kind for kind in KINDS[seat] if kind not in other]


ACTS: tuple[type[protocol.Do], ...] = get_args(protocol.AnyDo)
