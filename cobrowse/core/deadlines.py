"""When something happens to a session by itself, by its state and its seats; instants in Unix seconds."""

from cobrowse.core.policy import Limits
from cobrowse.core.protocol import AwayReason, EndReason
from cobrowse.core.states import Ended, Joining, Live, Paused, Session, Waiting

# How often it is looked whether the hubs that hold a session's seats still live.
ATTEND_SECONDS = 60.0


def ends_at(session: Session) -> float:
    """The instant at which this session ends by itself if nothing happens; infinity once ended."""
    return float("inf") if isinstance(session.state, Ended) else min(_deadlines(session))[0]


def due_at(session: Session) -> float:
    """The instant at which a `Tick` will matter; infinity once ended."""
    if isinstance(session.state, Ended):
        return float("inf")
    first = min(ends_at(session), attend_at(session))
    return first if session.control == "off" else min(first, control_until(session))


def overdue(session: Session, now: float) -> EndReason | None:
    """Why the session has ended by `now`, if it has."""
    instant, reason = min(_deadlines(session))
    return reason if now >= instant else None


def control_until(session: Session) -> float:
    """When control lapses because the agent is not there."""
    hold = session.agent_seat
    return float("inf") if hold.present else hold.left_at + session.limits.control_agent_away_seconds


def attend_at(session: Session) -> float:
    """When somebody must look whether the holders' hubs live: both may have died, and nobody would come again.
    Before a session is live its own short deadlines do."""
    is_held = session.customer.present or session.agent_seat.present
    if not is_held or not isinstance(session.phase, Live | Paused):
        return float("inf")
    return session.attended_at + ATTEND_SECONDS


def _deadlines(session: Session) -> list[tuple[float, EndReason]]:
    """Every instant at which this session ends by itself, with the reason."""
    limits, phase = session.limits, session.phase
    if isinstance(phase, Waiting):
        return [(phase.expires_at, "code_expired")]
    if isinstance(phase, Joining):
        # Who has not done their part is the reason.
        return [(phase.expires_at, "confirm_failed" if phase.allowed else "customer_gone")]
    found: list[tuple[float, EndReason]] = [
        (session.live_since + limits.session_seconds, "time_limit"),
        (session.active_at + limits.idle_seconds, "idle"),
    ]
    customer = session.customer
    if not customer.present:
        found.append((customer.left_at + _grace(limits, customer.left_why), "customer_gone"))
    elif customer.withheld:
        found.append((customer.left_at + limits.elsewhere_seconds, "customer_gone"))
    if not session.agent_seat.present:
        found.append((session.agent_seat.left_at + limits.agent_away_seconds, "agent_gone"))
    return found


def _grace(limits: Limits, why: AwayReason) -> float:
    return {
        "navigating": limits.navigating_seconds,
        "offline": limits.offline_seconds,
        "asleep": limits.asleep_seconds,
        "other_origin": limits.elsewhere_seconds,
        "other_path": limits.elsewhere_seconds,
    }[why]
