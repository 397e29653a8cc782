"""From a seed to a case: what a broken, hostile or merely unlucky peer might send. All chance comes from one seed."""

import copy
import json
import random
import zlib
from collections.abc import Callable
from typing import Any

from cobrowse.core.protocol import PART_MAX_PACKED_BYTES
from cobrowse.hub.wire import FRAME_MAX_MESSAGES, Data
from tests.fuzz.seeds import INTEGERS, KEYS, NAMES, SPLINTERS, STYLES, TAGS, TEXTS, VALUES, seed_of
from tests.fuzz.target import Way

Json = dict[str, Any]
Chance = random.Random

_TABLES: dict[str, list[Any]] = {
    "tags": TAGS,
    "names": NAMES,
    "urls": [-1, 0, 1, 12, 100_000, 100_001, 2**31, "https://evil.example/", "javascript:alert(1)", None],
    "styles": STYLES,
    "texts": TEXTS,
}


# --- a message, as its structure says


def _value(chance: Chance) -> Any:
    """One of its own each time: what is put into a message may be changed there."""
    return copy.copy(chance.choice(VALUES))


def _integers(message: Json, chance: Chance) -> None:
    """One change in the list of integers: most of what the check of the view is about."""
    ints = message.get("nodes", message.get("ops"))
    if not isinstance(ints, list) or not ints:
        return
    at = chance.randrange(len(ints))
    kind = chance.randrange(8)
    if kind < 3:
        ints[at] = chance.choice(INTEGERS)
    elif kind == 3:
        del ints[at : at + chance.randint(1, 6)]
    elif kind == 4:
        ints[at:at] = ints[at : at + chance.randint(1, 12)]
    elif kind == 5:
        ints.insert(at, chance.choice(INTEGERS))
    elif kind == 6:
        ints[at] = _value(chance)
    else:
        other = chance.randrange(len(ints))
        ints[at], ints[other] = ints[other], ints[at]


def _table(message: Json, chance: Chance) -> None:
    name = chance.choice(list(_TABLES))
    table = message.get(name)
    if not isinstance(table, list):
        return
    entry = chance.choice(_TABLES[name])
    if not table or chance.random() < 0.3:
        table.append(entry)
    elif chance.random() < 0.2:
        table.pop(chance.randrange(len(table)))
    else:
        table[chance.randrange(len(table))] = entry


def _field(message: Json, chance: Chance) -> None:
    """One field missing, one too many, or of another type or value."""
    inner = [value for value in message.values() if isinstance(value, dict)]
    target = chance.choice(inner) if inner and chance.random() < 0.4 else message
    kind = chance.randrange(5)
    key = chance.choice(list(target) or [""])
    if kind == 0:
        target.pop(key, None)
    elif kind == 1:
        target[chance.choice(KEYS)] = _value(chance)
    elif kind == 2:
        target[key] = chance.choice(TEXTS)
    elif kind == 3 and isinstance(target.get(key), int):
        target[key] += chance.choice((-1, 1))
    else:
        target[key] = _value(chance)


_STRUCTURE: list[Callable[[Json, Chance], None]] = [*[_integers] * 5, *[_table] * 3, *[_field] * 2]


def _mutated(way: Way, chance: Chance) -> Json:
    message = seed_of(way, chance)
    for _ in range(chance.choice((0, 1, 1, 1, 1, 2, 3))):
        chance.choice(_STRUCTURE)(message, chance)
    return message


# --- its text


def _splinter(text: str, chance: Chance) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(SPLINTERS) + text[at + chance.randrange(3) :]


def _cut(text: str, chance: Chance) -> str:
    return text[: chance.randrange(len(text) + 1)]


def _spliced(text: str, chance: Chance) -> str:
    other = json.dumps(seed_of("agent" if chance.random() < 0.5 else "customer", chance))
    return text[: chance.randrange(len(text) + 1)] + other[chance.randrange(len(other)) :]


def _doubled(text: str, chance: Chance) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + text[max(0, at - chance.randrange(40)) :]


_TEXT: list[Callable[[str, Chance], str]] = [_splinter, _splinter, _cut, _spliced, _doubled]


# --- its bytes


def flipped(data: bytes, chance: Chance) -> bytes:
    """Some bits of it turned over."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8)) if out else 0):
        out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    return bytes(out)


def packed(data: bytes, level: int = 1, wbits: int = -zlib.MAX_WBITS) -> bytes:
    stream = zlib.compressobj(level, wbits=wbits)
    return stream.compress(data) + stream.flush()


def _binary(data: bytes, chance: Chance) -> bytes:
    kind = chance.randrange(8)
    if kind < 3:
        return packed(data)
    if kind == 3:
        return flipped(packed(data), chance)
    if kind == 4:
        return packed(flipped(data, chance))
    if kind == 5:
        whole = packed(data)
        return whole[: chance.randrange(len(whole))]
    if kind == 6:
        return packed(data) + chance.randbytes(chance.randint(1, 9))
    # zlib's and gzip's own headers, stored blocks.
    return packed(data, chance.choice((0, 9)), chance.choice((-zlib.MAX_WBITS, zlib.MAX_WBITS, 31)))


# --- a case


def ordinary(chance: Chance) -> tuple[Way, str, Data]:
    """One of the many small cases: its way, its kind, and the frame."""
    way: Way = chance.choice(("customer", "customer", "customer", "customer", "agent", "agent", "hello"))
    shape = chance.random()
    if shape < 0.04:
        return way, "noise", _noise(chance)
    if shape < 0.10:
        count = chance.choice((0, 1, 2, 3, FRAME_MAX_MESSAGES, FRAME_MAX_MESSAGES + 1))
        text = json.dumps([_mutated(way, chance) if count < 4 else {"k": "pause"} for _ in range(count)])
        kind = "array"
    else:
        text = json.dumps(_mutated(way, chance))
        kind = "message"
    if chance.random() < 0.2:
        text = chance.choice(_TEXT)(text, chance)
        kind = "text"
    if chance.random() < 0.75:
        return way, kind, text
    return way, "packed", _binary(text.encode("utf-8", "surrogatepass"), chance)


def _noise(chance: Chance) -> Data:
    size = chance.choice((0, 1, 2, 16, 200))
    if chance.random() < 0.5:
        return chance.randbytes(size)
    return "".join(chance.choice(SPLINTERS) for _ in range(size % 20))


def too_long(data: Data) -> bool:
    """True where the very first look at a frame's length refuses it."""
    return len(data) > PART_MAX_PACKED_BYTES
