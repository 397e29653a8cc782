"""When Redis may sweep what it keeps.

Expiry only sweeps: it is set to when the thing is of no use to anyone, and an hour more, or for sessions to the
longest they may live. Times of expiry by this process's clock are for that alone.
"""

from collections.abc import Sequence
from math import isinf

from cobrowse.core.states import Session
from cobrowse.store.base import ENDED_KEPT_SECONDS
from cobrowse.store.redis.node import Argument

SWEEP_MARGIN_SECONDS = 3600.0
# For what expires never, or by a clock that is far off.
LONGEST_KEPT_SECONDS = 400 * 86_400.0


def ms_until(instant: float, now: float) -> int:
    """Milliseconds until what expires at `instant` may be swept."""
    kept_seconds = max(instant - now, 0.0) + SWEEP_MARGIN_SECONDS
    return int(min(kept_seconds, LONGEST_KEPT_SECONDS) * 1000)


def session_ms(session: Session, due_at: float) -> int:
    """Milliseconds until a session may be swept if nothing more is written to it."""
    if isinf(due_at):
        return int(ENDED_KEPT_SECONDS * 1000)
    limits = session.limits
    return ms_until(limits.code_seconds + limits.joining_seconds + limits.session_seconds, 0.0)


def lengthened(key: str, kept_ms: int) -> list[Sequence[Argument]]:
    """Commands that give `key` at least so long to live: NX sets the first expiry, GT only ever lengthens it."""
    return [("PEXPIRE", key, kept_ms, "NX"), ("PEXPIRE", key, kept_ms, "GT")]
