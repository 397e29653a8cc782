"""The file of accepted findings: a line each, `id page kind where`, of which the first two count; `#` begins a comment.

# Our own hotline.
3f2a9c01b7de /help phone footer > p.contact
"""

import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from cobrowse.core.errors import ConfigError
from cobrowse.page_check.finding import ID_CHARACTERS, Finding

_ID = re.compile(f"[0-9a-f]{{{ID_CHARACTERS}}}")
_HEAD = (
    "# Findings of `cobrowse check-page` that were looked at and may be seen by agents. One a line: its id, the page,\n"
    "# and for people what it is and where. Say why above each.\n"
)


class Entry(Struct, frozen=True):
    """An accepted finding. `line` is as it is written."""

    id: str
    page: str
    line: str


def read(path: Path) -> list[Entry]:
    """The entries of the file. Raises `ConfigError`."""
    return [entry for entry in map(_entry, _lines(path)) if entry is not None]


def gone(entries: Iterable[Entry], findings: Iterable[Finding], pages: Collection[str]) -> list[Entry]:
    """Entries of pages that were looked at which no longer occur."""
    ids = {finding.id for finding in findings}
    return [entry for entry in entries if entry.page in pages and entry.id not in ids]


def write(path: Path, findings: Sequence[Finding], pages: Collection[str]) -> None:
    """Accept all of these. What is written stays, with its comments; what is gone of these pages goes."""
    old = _lines(path) if path.exists() else []
    lost = {entry.id for entry in gone(filter(None, map(_entry, old)), findings, pages)}
    kept = [line for line in old if (entry := _entry(line)) is None or entry.id not in lost]
    known = {entry.id for entry in filter(None, map(_entry, kept))}
    fresh = [_line(finding) for finding in findings if finding.id not in known]
    head = [] if old else _HEAD.splitlines()
    path.write_text("\n".join([*head, *kept, *fresh]) + "\n", encoding="utf-8")


def _line(finding: Finding) -> str:
    attribute = f" [{finding.attribute}]" if finding.attribute else ""
    return f"{finding.id} {finding.page} {finding.kind} {finding.where}{attribute}"


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or error
        raise ConfigError(f"The accepted findings {path} cannot be read: {why}.") from error


def _entry(line: str) -> Entry | None:
    words = line.split()
    if not words or words[0].startswith("#"):
        return None
    if len(words) < 2 or not _ID.fullmatch(words[0]):
        raise ConfigError(f"The accepted findings hold a line that is none: {line[:60]!r}.")
    return Entry(id=words[0], page=words[1], line=line)
