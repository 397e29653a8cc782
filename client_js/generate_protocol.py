"""Write client_js/src/protocol.ts from cobrowse/core/protocol.py; with --check, fail when it is stale."""

import sys
import types
import typing
from pathlib import Path

import msgspec

from cobrowse.core import close, protocol

TARGET = Path(__file__).parent / "src" / "protocol.ts"
UNIONS = ("AnyDo", "FromCustomer", "FromAgent", "ToCustomer", "ToAgent")
CONSTANTS = (
    "VERSION",
    "SUBPROTOCOL",
    "PACK_FROM_BYTES",
    "PART_MAX_PACKED_BYTES",
    "PART_MAX_UNPACKED_BYTES",
    "CREDIT_FRAMES",
    "CREDIT_BYTES",
    "EPOCHS_PER_GENERATION",
)


def type_of(annotation: object) -> str:
    """The TypeScript type of one Python annotation."""
    if annotation is type(None):
        return "null"
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return type_of(typing.get_args(annotation)[0])
    if origin is typing.Literal:
        return " | ".join(f'"{value}"' for value in typing.get_args(annotation))
    if origin is list:
        inner = type_of(typing.get_args(annotation)[0])
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if origin in (typing.Union, types.UnionType):
        if annotation == protocol.AnyDo:
            return "AnyDo"
        return " | ".join(type_of(part) for part in typing.get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation.__name__
    return {str: "string", int: "number", float: "number", bool: "boolean"}[annotation]  # type: ignore[index]  # only these four are left


def interface(struct: type[msgspec.Struct]) -> str:
    """One exported interface. A field with a default may be left out when sent, so it is optional."""
    lines = [f"export interface {struct.__name__} {{"]
    config = struct.__struct_config__
    if config.tag is not None:
        lines.append(f'  {config.tag_field}: "{config.tag}";')
    hints = typing.get_type_hints(struct, include_extras=True)
    for field in msgspec.structs.fields(struct):
        lines.append(f"  {field.name}{'' if field.required else '?'}: {type_of(hints[field.name])};")
    return "\n".join([*lines, "}"])


def generate() -> str:
    """The whole file."""
    parts = ["// Generated from cobrowse/core/protocol.py and close.py by `make generate`. Do not edit."]
    for name in CONSTANTS:
        value = getattr(protocol, name)
        parts.append(f"export const {name} = {msgspec.json.encode(value).decode()};")
    closes = ", ".join(f"{each.reason}: {each.number}" for each in close.ALL)
    parts.append(f"export const CLOSE = {{ {closes} }} as const;")
    for name in ("Seat", "StateName", "Scope", "AwayReason", "EndReason", "ActStatus"):
        parts.append(f"export type {name} = {type_of(getattr(protocol, name))};")
    bases = (protocol.Message, protocol.Do)
    for value in vars(protocol).values():
        if isinstance(value, type) and issubclass(value, msgspec.Struct) and value not in bases:
            if value.__module__ == protocol.__name__:
                parts.append(interface(value))
    for name in UNIONS:
        members = " | ".join(part.__name__ for part in typing.get_args(getattr(protocol, name)))
        parts.append(f"export type {name} = {members};")
    return "\n\n".join(parts) + "\n"


def main() -> int:
    """Write, or with --check compare."""
    text = generate()
    if "--check" in sys.argv:
        if TARGET.read_text() != text:
            sys.stderr.write("client_js/src/protocol.ts is stale: run `make generate` and commit it.\n")
            return 1
        return 0
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
