"""Hypothesis strategies for whatever a message's types allow."""

from typing import Any

import msgspec
from hypothesis import strategies as st

# Longer texts only make the tests slow; the lengths themselves are tested by the golden messages.
MAX_LENGTH = 40

_CHARACTERS = st.characters(exclude_categories=["Cs"])


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a type as msgspec describes it."""
    return _from_info(msgspec.inspect.type_info(kind))


def _from_info(info: msgspec.inspect.Type) -> st.SearchStrategy[Any]:
    inspect = msgspec.inspect
    match info:
        case inspect.StructType() | inspect.NamedTupleType():
            return st.builds(info.cls, **{field.name: _from_info(field.type) for field in info.fields})
        case inspect.UnionType():
            return st.one_of([_from_info(member) for member in info.types])
        case inspect.LiteralType():
            return st.sampled_from(list(info.values))
        case inspect.ListType():
            return st.lists(_from_info(info.item_type), max_size=4)
        case inspect.NoneType():
            return st.none()
        case _:
            return _scalar(info)


def _scalar(info: msgspec.inspect.Type) -> st.SearchStrategy[Any]:
    inspect = msgspec.inspect
    match info:
        case inspect.IntType():
            low = info.ge if info.ge is not None else (info.gt + 1 if info.gt is not None else -(2**63))
            return st.integers(low, info.lt - 1 if info.lt is not None else 2**63 - 1)
        case inspect.FloatType():
            return st.floats(info.ge, info.le, allow_nan=False, allow_infinity=False)
        case inspect.StrType(pattern=None):
            longest = min(info.max_length or MAX_LENGTH, MAX_LENGTH)
            return st.text(_CHARACTERS, min_size=info.min_length or 0, max_size=longest)
        case inspect.StrType():
            return st.from_regex(str(info.pattern).replace("$", r"\Z"))
        case inspect.BytesType():
            return st.binary(max_size=40)
        case inspect.BoolType():
            return st.booleans()
        case _:
            raise AssertionError(f"a type no message has yet: {info}")
