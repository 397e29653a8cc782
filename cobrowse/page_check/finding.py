"""A finding: what is where, in words that give nothing of it away, and under an id that lasts.

The id is made of the site, the page's path without its numbers, the kind, and where in the page it is: not of what is
there. So it stays while the content changes, and says nothing about it.
"""

import hashlib
import re

from msgspec import Struct

from cobrowse.page_check.sensitive import WASHED, WHY, Kind

ID_CHARACTERS = 12
SAMPLE_MAX_CHARACTERS = 24
SAMPLE_SHOWN = 2
# Of what is shorter, one character in four is shown at most.
SAMPLE_SHORT = 8

TITLE = "title"
ADDRESS = "address"

_NUMBERED = re.compile(r"[^/]*[0-9…][^/]*")


class Finding(Struct, kw_only=True, frozen=True):
    """Something an agent would see. `where` is a CSS path; `attribute` is empty for text; `places` says how often."""

    id: str
    page: str
    kind: Kind
    where: str
    attribute: str = ""
    sample: str = ""
    why: str
    mend: str
    washed: bool = False
    places: int = 1


def page_key(path: str) -> str:
    """A page's path with `#` for each piece that holds a number: `/orders/4711` is like `/orders/4712`."""
    return _NUMBERED.sub("#", path)


def finding(site: str, page: str, kind: Kind, where: str, attribute: str, value: str) -> Finding:
    """A finding with its id and its words. `page` is a `page_key`."""
    hashed = hashlib.sha256("\n".join((site, page, kind, where, attribute)).encode()).hexdigest()
    return Finding(
        id=hashed[:ID_CHARACTERS],
        page=page,
        kind=kind,
        where=where,
        attribute=attribute,
        sample=sample(value),
        why=_why(kind, attribute),
        mend=_mend(kind, where),
        washed=kind in WASHED,
    )


def sample(value: str) -> str:
    """The shape of a value: its first characters at most, `*` for all other letters and digits."""
    text = " ".join(value.split())
    shown = min(SAMPLE_SHOWN, sum(character.isalnum() for character in text) // (SAMPLE_SHORT // 2))
    shape = []
    for character in text[:SAMPLE_MAX_CHARACTERS]:
        hides = character.isalnum() and shown <= 0
        shown -= character.isalnum()
        shape.append("*" if hides else character)
    return "".join(shape) + ("…" if len(text) > SAMPLE_MAX_CHARACTERS else "")


def _why(kind: Kind, attribute: str) -> str:
    if kind in ("field", "editor"):
        return f"{WHY[kind]}, to every agent"
    place = f" in the attribute {attribute}" if attribute else ""
    return f"this looks like {WHY[kind]}{place}"


def _mend(kind: Kind, where: str) -> str:
    if where == ADDRESS:
        return "keep it out of the path, or deny the path (deny_paths)"
    if where == TITLE:
        return 'put data-cobrowse="mask" on the title element, or mask = ["title"] in the settings'
    # In a shadow root a selector counts from there.
    selector = where.rpartition(" >>> ")[2].replace('"', "'")
    if kind in ("field", "editor"):
        return f"take what matches {selector} out of show, unless every agent may read it"
    return f'put data-cobrowse="mask" on it, or mask = ["{selector}"] in the settings'
