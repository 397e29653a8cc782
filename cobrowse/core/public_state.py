"""What both seats are told of a session."""

from typing import cast

from cobrowse.core.deadlines import ends_at
from cobrowse.core.protocol import Away as AwayView
from cobrowse.core.protocol import SessionState, StateName
from cobrowse.core.states import AnyState, Away, Ended, Joining, Session


def state_name(session: Session) -> StateName:
    """The present state's name on the wire."""
    return _tag(session.state)


def public_state(session: Session, version: int) -> SessionState:
    """The session as both seats may know it: never the code, never the digits."""
    state, phase = session.state, session.phase
    joining = phase if isinstance(phase, Joining) else None
    return SessionState(
        session=session.id,
        version=version,
        name=state_name(session),
        site=session.site,
        site_name=session.site_name,
        agent_name=session.agent_name,
        scope=session.scope,
        control=session.control,
        allowed=joining.allowed if joining else session.live_since > 0,
        confirmed=joining.confirmed if joining else session.live_since > 0,
        tries_left=joining.tries_left if joining else 0,
        seated=session.customer.present,
        expires_at=0.0 if isinstance(state, Ended) else ends_at(session),
        since=state.since,
        away=AwayView(seat=state.seat, since=state.since, reason=state.reason, back_to=_tag(state.back_to))
        if isinstance(state, Away)
        else None,
        reason=state.reason if isinstance(state, Ended) else None,
    )


def _tag(state: AnyState) -> StateName:
    # The tags of the states are the names on the wire; tests/core/test_states.py holds the two together.
    return cast(StateName, state.__struct_config__.tag)
