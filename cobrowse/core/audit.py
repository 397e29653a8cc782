"""The audit trail of one session: what its lines may say, how they are chained, and what is wrong with a chain.

A line says when (`at`, Unix seconds by the clock of the hub that wrote it; it may go back a little from line to line,
`n` is the order), what (`kind`, with one `detail`) and which hub wrote it. Nothing of a page is in it but the address
without its query, and that only where the site says so. Kinds and details are words of ours.

The chain. `hash` is HMAC-SHA256, hex, over the line's canonical form: the UTF-8 JSON array, without white space,

    [v, session, previous hash ("" for the first), n, at, kind, detail, hub, key]

under a key derived from one of the hub's secret keys (`key` is its id). Who can write the store but has no secret can
neither change, add, reorder nor borrow a line unnoticed. The last line is `closed`, written once the session has ended
and every hub had time to tell its counts, so a tail that was cut off shows. What this does not stop: who holds the
secret writes what they like, unless the hash of the last line is kept elsewhere (hubs log it); and a trail that is
removed whole is gone.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cobrowse.core.errors import ConfigError

SCHEMA = 1
# Lines of a session that may say anything. Beyond it only what is in `KEPT` gets a line of its own; all else is
# counted, and told by a `more` line when the session ends or leaves the hub. The start of a chain is never dropped.
LINES_MAX = 1000
# Beyond it even those are only counted, and nothing is told but the end and the closing line.
LINES_LAST = 1200
# Beyond it what a peer can repeat as fast as it likes (`REPEATED`) is counted, so that it crowds out nothing else:
# which pages were shown, above all.
LINES_REPEATED = 500
# How long after the end the hubs have to tell their counts; then the trail is closed.
CLOSING_SECONDS = 60.0
# By when a trail is closed at the latest, if any hub runs.
CLOSED_WITHIN_SECONDS = 600.0
DETAIL_MAX_CHARACTERS = 2100
COUNTS_PER_LINE = 16
OTHER = "other"
# Consent and what follows from it.
KEPT = frozenset({"allowed", "confirmed", "live", "control_allowed", "navigation_allowed", "rolled_back", "more"})
LAST = frozenset({"ended", "closed"})
REPEATED = frozenset(
    {
        "customer_seated",
        "customer_left",
        "agent_seated",
        "agent_left",
        "withheld",
        "shared",
        "paused",
        "resumed",
    }
)

# Why an act was refused, as docs/protocol.md lists them. What a tab says is one of these words, or `other`.
ACT_REASONS = frozenset(
    {
        "stale",
        "wrong_state",
        "too_fast",
        "scope_too_low",
        "not_allowed",
        "no_control",
        "bad_address",
        "leaves_site",
        "denied_path",
        "paused_by_customer",
        "gone",
        "hidden",
        "masked",
        "covered",
        "in_frame",
        "file",
        "password",
        "field",
        "checks",
        "submits",
        "downloads",
        "new_window",
        "script_link",
        "declined",
        "declined_for_good",
        "asked_too_soon",
        "unanswered",
        "nothing_to_do",
        "failed",
    }
)
# Why a tab has no asset for a number.
ASSET_REASONS = frozenset({"failed", "no_store", "too_big", "other_origin", "not_loaded", "wrong_type", "csp", "gone"})

_WORDS = re.compile(r"[a-z][a-z0-9_]{0,47}(:[a-z][a-z0-9_]{0,47}){0,3}")
_ADDRESS = re.compile(r"https?://[^\s?#]+")
_CREATED = re.compile(r"site=[a-z0-9_-]{1,64} agent=\S{1,200}")
_COUNTS = re.compile(r"\S+=[0-9]+( \S+=[0-9]+)*")
_FORMS: Mapping[str, re.Pattern[str]] = {
    "created": _CREATED,
    "page": _ADDRESS,
    "counted": _COUNTS,
    "more": _COUNTS,
}

_encoder = msgspec.json.Encoder()


class Entry(Struct, frozen=True):
    """What is to be written: an instant, a kind and its detail. Made by `entry`."""

    at: float
    kind: str
    detail: str


class AuditLine(Struct, frozen=True, kw_only=True):
    """One line of a trail, as it is kept."""

    v: int = SCHEMA
    n: int
    at: float
    kind: str
    detail: str
    hub: str
    key: str
    hash: str


class Head(Struct, frozen=True):
    """Where a chain goes on: the number and the hash of its last line."""

    n: int = 0
    hash: str = ""


Flaw = Literal[
    "no_lines", "schema", "gap", "unknown_key", "hash", "after_closed", "no_beginning", "rolled_back", "no_end", "open"
]


class Fault(Struct, frozen=True):
    """The first thing that is wrong with a trail: at which line (1 is the first), and what."""

    n: int
    flaw: Flaw


def entry(at: float, kind: str, detail: str = "") -> Entry:
    """An entry whose detail has the form its kind allows; anything else becomes `other`, so that no text slips in."""
    form = _FORMS.get(kind, _WORDS)
    fits = not detail or (len(detail) <= DETAIL_MAX_CHARACTERS and form.fullmatch(detail))
    return Entry(at, kind, detail if fits else OTHER)


def created(at: float, site: str, agent: str) -> Entry:
    """The first line of a trail."""
    return entry(at, "created", f"site={site} agent={agent}")


def page_of(address: str, *, paths: bool) -> str:
    """What a trail says of a page: its origin and path, or, without `paths`, its origin. `address` is redacted already
    and in WHATWG form, as the view check leaves it."""
    bare = re.split(r"[?#]", address, maxsplit=1)[0]
    return bare if paths else "/".join(bare.split("/")[:3])


def word(text: str, known: Iterable[str]) -> str:
    """`text` where it is one of the known words, else `other`: for what a peer said."""
    return text if text in known else OTHER


def counted(kind: str, detail: str = "") -> str:
    """The name a count goes by: `kind` or `kind:detail`."""
    name = f"{kind}:{detail}" if detail else kind
    return name if _WORDS.fullmatch(name) else f"{kind}:{OTHER}"


def tallies(at: float, kind: str, counts: Mapping[str, int]) -> list[Entry]:
    """Counts as entries of this kind, `COUNTS_PER_LINE` in each, by name."""
    pairs = [f"{name}={times}" for name, times in sorted(counts.items())]
    return [
        entry(at, kind, " ".join(pairs[first : first + COUNTS_PER_LINE]))
        for first in range(0, len(pairs), COUNTS_PER_LINE)
    ]


def has_room(kind: str, n: int) -> bool:
    """Whether a line of this kind is written where `n` lines are there already."""
    if kind in LAST:
        return True
    if kind in REPEATED:
        return n < LINES_REPEATED
    return n < (LINES_LAST if kind in KEPT else LINES_MAX)


class AuditKeys:
    """Seals lines with the first of the hub's secret keys and checks them with all, those that are retired too."""

    def __init__(self, keys: Sequence[str], retired: Sequence[str] = ()) -> None:
        """Raises `ConfigError` where there is no key, or an empty one."""
        if not keys or not all((*keys, *retired)):
            raise ConfigError("An audit trail needs at least one key, and no empty one.")
        derived = [hmac.digest(key.encode(), b"cobrowse audit trail", hashlib.sha256) for key in (*keys, *retired)]
        self._first = _key_id(derived[0])
        self._by_id = {_key_id(key): key for key in derived}

    def chain(self, session: str, head: Head, entries: Sequence[Entry], hub: str) -> list[AuditLine]:
        """The entries as lines that go on after `head`."""
        lines = []
        for each in entries:
            line = AuditLine(
                n=head.n + 1, at=each.at, kind=each.kind, detail=each.detail, hub=hub, key=self._first, hash=""
            )
            line = replace(line, hash=self._hash(session, head.hash, line))
            head = Head(line.n, line.hash)
            lines.append(line)
        return lines

    def flaw(self, session: str, head: Head, line: AuditLine) -> Flaw | None:
        """What is wrong with `line` as the one after `head`."""
        if line.v != SCHEMA:
            return "schema"
        if line.n != head.n + 1:
            return "gap"
        if line.key not in self._by_id:
            return "unknown_key"
        # As bytes: of texts it takes ASCII alone.
        is_right = hmac.compare_digest(self._hash(session, head.hash, line).encode(), line.hash.encode())
        return None if is_right else "hash"

    def _hash(self, session: str, previous: str, line: AuditLine) -> str:
        said = (line.v, session, previous, line.n, line.at, line.kind, line.detail, line.hub, line.key)
        return hmac.digest(self._by_id[line.key], _encoder.encode(said), hashlib.sha256).hex()


def _key_id(key: bytes) -> str:
    return hmac.digest(key, b"id", hashlib.sha256).hex()[:8]


def verify(session: str, lines: Sequence[AuditLine], keys: AuditKeys) -> Fault | None:
    """The first fault of the chain itself, whether or not it has its end."""
    if not lines:
        return Fault(1, "no_lines")
    head = Head()
    for place, line in enumerate(lines, start=1):
        if place > 1 and lines[place - 2].kind == "closed":
            return Fault(place, "after_closed")
        flaw = keys.flaw(session, head, line)
        if flaw is not None:
            return Fault(place, flaw)
        head = Head(line.n, line.hash)
    return _said(lines)


def _said(lines: Sequence[AuditLine]) -> Fault | None:
    kinds = [line.kind for line in lines]
    if "rolled_back" in kinds:
        return Fault(kinds.index("rolled_back") + 1, "rolled_back")
    if "created" not in kinds:
        return Fault(1, "no_beginning")
    if kinds[-1] == "closed" and "ended" not in kinds:
        return Fault(len(kinds), "no_end")
    return None


def ending(lines: Sequence[AuditLine], *, over_since: float | None, now: float) -> Fault | None:
    """What is missing at the end of a chain that is whole so far: its tail may have been cut off.

    `over_since` is when the session ended as the store has it, or minus infinity where there is no such session any
    more, or None while it goes on. Hubs get `CLOSED_WITHIN_SECONDS` to close a trail."""
    if lines[-1].kind == "closed":
        return None
    ends = [line.at for line in lines if line.kind == "ended"]
    # Who ended a session writes that down at once.
    since = min(ends) if ends else over_since
    if since is None or now - since <= CLOSED_WITHIN_SECONDS:
        return None
    return Fault(len(lines) + 1, "open" if ends else "no_end")
