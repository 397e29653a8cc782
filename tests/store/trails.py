"""Audit trails to store: entries, sealed with a key for tests, and the short way to append them."""

from collections.abc import Sequence
from math import inf

from cobrowse.core.audit import AuditKeys, AuditLine, Entry, Head
from cobrowse.store.base import SessionStore, Trail
from tests.store.making import CREATED_AT

KEYS = AuditKeys(["a key for tests of the stores"])
SWEEP_AT = CREATED_AT + 30 * 86_400.0
START = Head()


def trail(
    session: str = "s1",
    head: Head = START,
    *,
    site: str = "shop",
    begun_at: float = CREATED_AT,
    close_at: float = inf,
    sweep_at: float = SWEEP_AT,
    closed: bool = False,
) -> Trail:
    """The trail of a session as it is to be, going on after `head`."""
    return Trail(
        session=session,
        site=site,
        begun_at=begun_at,
        close_at=close_at,
        sweep_at=sweep_at,
        closed=closed,
        n=head.n,
        head=head.hash,
    )


def sealed(
    *kinds: str, session: str = "s1", head: Head = START, at: float = CREATED_AT, hub: str = "h1"
) -> list[AuditLine]:
    """Lines of these kinds after `head`."""
    return KEYS.chain(session, head, [Entry(at, kind, "") for kind in kinds], hub)


def head_of(lines: Sequence[AuditLine]) -> Head:
    """Where a chain of these lines goes on."""
    return Head(lines[-1].n, lines[-1].hash)


async def begun(store: SessionStore, session: str = "s1", *, close_at: float = inf) -> list[AuditLine]:
    """A trail with its first line."""
    lines = sealed("created", session=session)
    if not await store.append_audit(trail(session, close_at=close_at), lines):
        raise AssertionError("There is a trail already.")
    return lines
