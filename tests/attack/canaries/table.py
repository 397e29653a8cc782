"""All places, numbered, and the list of them for people."""

from tests.attack.canaries import fields, machine, masked, visible
from tests.attack.canaries.place import TRIES, Place, decode

MASKED_FROM = len(fields.PLACES) + len(machine.PLACES)
PRIVATE: tuple[Place, ...] = fields.PLACES + machine.PLACES + masked.PLACES
VISIBLE_FROM = len(PRIVATE)
ALL: tuple[Place, ...] = PRIVATE + visible.PLACES


def is_visible(canary: str) -> bool:
    """A canary that was planted to be seen."""
    return decode(canary)[0] >= VISIBLE_FROM


def says(canary: str) -> str:
    """The place of a canary and how it was tried, for people."""
    number, how = decode(canary)
    return f"{ALL[number].name} ({how})" if number < len(ALL) else canary


def listing() -> str:
    """Every place, one a line, and every way of trying."""
    groups = (
        ("Values of fields", fields.PLACES),
        ("For machines", machine.PLACES),
        ("Readable, in masked and hidden parts and on a private site", masked.PLACES),
    )
    lines = [f"{len(PRIVATE)} places"]
    for title, places in groups:
        lines += ["", f"{title}: {len(places)}", *(f"  {place.name}" for place in places)]
    lines += [
        "",
        "Each is tried",
        *(f"  {how}" for how in TRIES.values()),
        "  as clones, and in the page as it is sent again",
    ]
    return "\n".join(lines)
