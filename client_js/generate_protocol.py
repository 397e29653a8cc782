"""Write client_js/src/protocol.ts and shapes.ts from cobrowse/core/protocol/; with --check, fail when one is stale.

protocol.ts is for the compiler, shapes.ts for what comes over the wire: `shared/shapes.ts` reads it.
"""

import re
import sys
import types
import typing
from pathlib import Path

import msgspec
from msgspec import inspect

from cobrowse.core import close, protocol

SOURCES = Path(__file__).parent / "src"
# What each client takes from the hub, and what the mirror takes from the console.
TAKEN = {
    "TO_CUSTOMER": protocol.ToCustomer,
    "TO_AGENT": protocol.ToAgent,
    "VIEW": protocol.Snapshot | protocol.Ops | protocol.Page | protocol.Pointer | protocol.Tip,
}
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
    parts = ["// Generated from cobrowse/core/protocol/ and close.py by `make generate`. Do not edit."]
    for name in CONSTANTS:
        value = getattr(protocol, name)
        parts.append(f"export const {name} = {msgspec.json.encode(value).decode()};")
    closes = ", ".join(f"{each.reason}: {each.number}" for each in close.ALL)
    parts.append(f"export const CLOSE = {{ {closes} }} as const;")
    for name in ("Seat", "StateName", "Scope", "AwayReason", "EndReason", "ActStatus", "Trouble", "Pace", "PaceReason"):
        parts.append(f"export type {name} = {type_of(getattr(protocol, name))};")
    bases = (protocol.Message, protocol.Do)
    for value in vars(protocol).values():
        if isinstance(value, type) and issubclass(value, msgspec.Struct) and value not in bases:
            if value.__module__.startswith(f"{protocol.__name__}."):
                parts.append(interface(value))
    for name in UNIONS:
        members = " | ".join(part.__name__ for part in typing.get_args(getattr(protocol, name)))
        parts.append(f"export type {name} = {members};")
    return "\n\n".join(parts) + "\n"


def shape_of(info: inspect.Type, structs: dict[str, str]) -> str:
    """The shape of one type; those of structs it names go into `structs`. The grammar is in shared/shapes.ts.

    What the hub writes itself is looked at less closely: the page has its very script from there."""
    match info:
        case inspect.BoolType():
            return "b"
        case inspect.StrType():
            return "s"
        case inspect.IntType():
            return "i" if info.ge == 0 else "p"
        case inspect.FloatType():
            return "f" if info.le == 1 else "n"
        case inspect.LiteralType():
            return "=" + "|".join(str(value) for value in info.values)
        case inspect.ListType():
            return shape_of(info.item_type, structs) + "*"
        case inspect.StructType():
            return struct_shape(info, structs) if is_of_a_peer(info.cls) else "o"
        case inspect.UnionType():
            *members, last = info.types
            if isinstance(last, inspect.NoneType) and len(members) == 1:
                return shape_of(members[0], structs) + "-"
            shapes = [shape_of(member, structs) for member in info.types]
            return f"{members[0].tag_field}:" if isinstance(members[0], inspect.StructType) else shapes[0]
    raise TypeError(f"shapes.ts has no word for {info}")


def is_of_a_peer(struct: type[msgspec.Struct]) -> bool:
    """True for what another peer wrote and the hub passes on as it came."""
    said = (*typing.get_args(protocol.FromCustomer), *typing.get_args(protocol.FromAgent))
    return struct in said or issubclass(struct, protocol.Do | protocol.PageInfo)


def struct_shape(info: inspect.StructType, structs: dict[str, str]) -> str:
    """`k:pause` for a struct with a tag, its name for one without; a `+` at its end lets in fields nobody knows."""
    name = f"{info.tag_field}:{info.tag}" if info.tag is not None else info.cls.__name__
    if name not in structs:
        structs[name] = ""
        fields = [f"{each.name}{'' if each.required else '?'} {shape_of(each.type, structs)}" for each in info.fields]
        if not is_of_a_peer(info.cls):
            fields = [*(re.sub(r"=\S+\|\w+", "s", field) for field in fields), "+"]
        structs[name] = " ".join([name, *fields])
    return name


def generate_shapes() -> str:
    """The whole of shapes.ts."""
    parts = ["// Generated from cobrowse/core/protocol/ by `make generate`. Do not edit. shared/shapes.ts reads it."]
    for name, union in TAKEN.items():
        structs: dict[str, str] = {}
        for member in typing.get_args(union):
            struct_shape(inspect.type_info(member), structs)
        lines = "\n".join(structs.values())
        parts.append(f"export const {name} = `{lines}`;")
    return "\n\n".join(parts) + "\n"


def main() -> int:
    """Write, or with --check compare."""
    stale = False
    for name, text in {"protocol.ts": generate(), "shapes.ts": generate_shapes()}.items():
        target = SOURCES / name
        if "--check" not in sys.argv:
            target.write_text(text)
        elif not target.exists() or target.read_text() != text:
            sys.stderr.write(f"client_js/src/{name} is stale: run `make generate` and commit it.\n")
            stale = True
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
