"""`cobrowse audit list | show | verify`: what the trails say and whether they are whole. Works beside running hubs."""

import argparse
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from cobrowse.config import Settings
from cobrowse.core.audit import AuditKeys, AuditLine, Fault, Flaw, ending, verify
from cobrowse.core.errors import LineUnreadable, NotFound
from cobrowse.core.states import Ended
from cobrowse.store.base import SessionStore
from cobrowse.store.opening import Stores

BROKEN = 1
# A session is there a moment before the first line of its trail.
BEGINS_WITHIN_SECONDS = 10.0
_DAYS = "d"

SENTENCES: dict[Flaw, str] = {
    "no_lines": "there are no lines",
    "schema": "this line is of a version that this program does not know",
    "gap": "a line is missing here, or stands in a wrong place",
    "unknown_key": "this line was sealed with a key that is not in the settings. If the key was changed, add the old "
    "one to hub.retired_keys; else it is forged",
    "hash": "this line does not fit the chain: it was changed, taken from elsewhere, or written without the hub's key",
    "after_closed": "something follows the closing line",
    "no_beginning": "the beginning of the session is missing",
    "rolled_back": "a hub found lines gone that it had written before: they were removed, or the store lost them",
    "no_end": "the session is over, but its end is not here: the tail was cut off, or no hub lived to write it",
    "open": "the end is here, but no closing line: it was cut off, or no hub has run since. Start one and verify again",
}

Say = Callable[[str], None]


class Verdict(NamedTuple):
    """What `check` found: `line` is 0 where the trail is whole."""

    line: int
    sentence: str


def add_audit(listing: argparse.ArgumentParser, show: argparse.ArgumentParser, check: argparse.ArgumentParser) -> None:
    """The arguments of the three actions; each parser gets its `action`."""
    listing.set_defaults(action=list_trails)
    listing.add_argument("--site", default="", help="of this site only")
    listing.add_argument(
        "--since", type=instant, default=0.0, help="2026-11-22, 2026-11-22T18:00, or 7d for a week ago"
    )
    show.set_defaults(action=show_trail)
    show.add_argument("session", help="the session's id")
    form = show.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON, to be kept elsewhere")
    form.add_argument("--head", action="store_true", help="number and hash of the last line only")
    check.set_defaults(action=verify_trails)
    which = check.add_mutually_exclusive_group(required=True)
    which.add_argument("session", nargs="?", help="the session's id")
    which.add_argument("--all", action="store_true", help="every trail there is")


def instant(text: str) -> float:
    """Unix seconds of a date, an instant (UTC where it names no zone), or so many days ago (`7d`)."""
    if text.endswith(_DAYS) and text.removesuffix(_DAYS).isdecimal():
        return (datetime.now(UTC) - timedelta(days=int(text.removesuffix(_DAYS)))).timestamp()
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date: write 2026-11-22, 2026-11-22T18:00 or 7d") from error
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


async def list_trails(stores: Stores, _settings: Settings, options: argparse.Namespace, say: Say) -> int:
    """One line a trail, oldest first."""
    trails = await stores.sessions.trails(options.site, options.since)
    if not trails:
        say("There are no audit trails.")
    for trail in trails:
        state = "closed" if trail.closed else "open"
        say(f"{_plain(trail.session)}\t{_plain(trail.site)}\t{_time(trail.begun_at)}\t{trail.n} lines\t{state}")
    return 0


async def show_trail(stores: Stores, _settings: Settings, options: argparse.Namespace, say: Say) -> int:
    """The lines of one trail. Raises `NotFound`."""
    store, session_id = stores.sessions, options.session
    trail, lines = await store.trail(session_id), await store.read_audit(session_id)
    if trail is None and not lines:
        raise _unknown(session_id)
    if options.json:
        say(msgspec.json.encode({"session": session_id, "trail": trail, "lines": lines}).decode())
    elif options.head:
        say(f"{lines[-1].n} {_plain(lines[-1].hash)}" if lines else "0")
    else:
        for line in lines:
            say(_shown(line))
    return 0


async def verify_trails(stores: Stores, settings: Settings, options: argparse.Namespace, say: Say) -> int:
    """Check one trail or all; `BROKEN` where one is. Raises `NotFound`."""
    keys, now = settings.audit_keys, datetime.now(UTC).timestamp()
    session_ids = await _all_ids(stores) if options.all else [options.session]
    if not session_ids:
        say("There are no audit trails.")
    broken = 0
    for session_id in session_ids:
        line, sentence = await check(stores.sessions, session_id, keys, now)
        broken += line > 0
        say(f"{_plain(session_id)}: {f'broken at line {line}: ' if line else ''}{sentence}.")
    if options.all and session_ids:
        say(f"{len(session_ids) - broken} of {len(session_ids)} audit trails are whole.")
    return BROKEN if broken else 0


async def check(store: SessionStore, session_id: str, keys: AuditKeys, now: float) -> Verdict:
    """Whether the trail of this session is whole at `now`. Raises `NotFound` where there is neither."""
    # The session first: who ends meanwhile may not look as if the end were missing.
    found = await store.read(session_id)
    trail = await store.trail(session_id)
    try:
        lines = await store.read_audit(session_id)
    except LineUnreadable as error:
        return Verdict(error.line, "this line cannot be read")
    if found is None and trail is None and not lines:
        raise _unknown(session_id)
    if found is not None and trail is None and 0 <= now - found.session.created_at <= BEGINS_WITHIN_SECONDS:
        return Verdict(0, "just begun")
    over_since = float("-inf") if found is None else None
    if found is not None and isinstance(found.session.state, Ended):
        over_since = found.session.state.since
    fault = verify(session_id, lines, keys) or ending(lines, over_since=over_since, now=now)
    return _verdict(lines, fault)


def _verdict(lines: Sequence[AuditLine], fault: Fault | None) -> Verdict:
    if fault is not None:
        return Verdict(fault.n, SENTENCES[fault.flaw])
    closed = "closed" if lines[-1].kind == "closed" else "not closed yet"
    return Verdict(0, f"whole, {len(lines)} lines, {closed}, head {lines[-1].hash}")


async def _all_ids(stores: Stores) -> list[str]:
    """Every session that has a trail, and those that should have one: of agents there are."""
    found = [trail.session for trail in await stores.sessions.trails()]
    for agent in await stores.accounts.agents():
        found += [each.session.id for each in await stores.sessions.list_for_agent(agent.id)]
    return list(dict.fromkeys(found))


def _unknown(session_id: str) -> NotFound:
    return NotFound(f"There is no audit trail of a session {_plain(session_id)}.", code="trail_unknown")


def _shown(line: AuditLine) -> str:
    return f"{line.n:4}  {_time(line.at)}  {_plain(line.kind)} {_plain(line.detail)}".rstrip()


def _time(at: float) -> str:
    try:
        return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return "never"


def _plain(text: str) -> str:
    """Who can write the store must not be able to move this terminal's cursor."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
