"""A table as it is written -> a struct, each key named in what is wrong with it."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import NODEFAULT, Struct
from msgspec.structs import fields

from cobrowse.core.errors import ConfigError
from cobrowse.core.policy import Limits

NOT_SITES = "sites must be a list of tables: write [[sites]] in cobrowse.toml."

T = TypeVar("T", bound=Struct)


def keys(kind: type[Struct]) -> tuple[str, ...]:
    """The names that a table of this kind may have."""
    return kind.__struct_fields__


def convert(kind: type[T], where: str, table: Mapping[str, Any]) -> T:
    """The struct of what is written at `where`; `ConfigError` names the key that is unknown, missing or wrong."""
    known = keys(kind)
    for key in table:
        if key not in known:
            raise ConfigError(f"{where}.{key} is not a setting{did_you_mean(str(key), known)}")
    found: dict[str, Any] = {}
    for field in fields(kind):
        if field.name in table:
            found[field.name] = _convert_value(field.type, f"{where}.{field.name}", table[field.name])
        elif field.default is NODEFAULT and field.default_factory is NODEFAULT:
            raise ConfigError(f"{where}.{field.name} is missing.")
    return kind(**found)


def _convert_value(wanted: Any, where: str, value: Any) -> Any:
    if wanted is Limits and isinstance(value, Mapping):
        return convert(Limits, where, value)
    try:
        return msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {lower(error)}.") from error


def lower(error: Exception) -> str:
    """What the error says, to go on after a colon."""
    text = str(error)
    return text[:1].lower() + text[1:]


def did_you_mean(key: str, known: Iterable[str], prefix: str = "") -> str:
    """The end of a sentence: a full stop, or before it the name that was probably meant."""
    close = difflib.get_close_matches(key, list(known), n=1)
    if not close:
        return "."
    return f"; did you mean {prefix + close[0].upper() if prefix else close[0]}?"
