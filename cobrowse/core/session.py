"""One session from code to end: `step(session, event, now) -> (session, effects)`.

    waiting → joining → live ⇄ paused;  away remembers joining, live or paused;  all → ended(reason)

`step` is pure: it takes the wall-clock instant in Unix seconds and returns the next session and what the hub must
do besides telling both seats the new state (which it does after every change). It raises `NotAllowed` with a stable
code where an event makes no sense in the present state, and `TooMany` where the customer was asked too often; a peer
that merely comes late is answered by no change.

Whether a session is `away` follows from its seats alone (`_attend`): the customer's absence goes before the agent's,
so two absences at once need no memory of their own.
"""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from cobrowse.core.asks import NO_ACT, Asks, asked, declined
from cobrowse.core.close import ENDED, TAKEN_OVER
from cobrowse.core.deadlines import attend_at, control_until, overdue
from cobrowse.core.errors import BadToken, NotAllowed
from cobrowse.core.events import (
    Active,
    AskCustomerForControl,
    AskSnapshot,
    Audit,
    Claimed,
    CloseSeat,
    Consented,
    ControlAnswered,
    ControlAskedFor,
    ControlReleased,
    DigitsEntered,
    Effect,
    EndAsked,
    Event,
    ForgetPage,
    NavigationAnswered,
    NavigationAskedFor,
    PausedBy,
    Resumed,
    SeatLeft,
    SeatTaken,
    Tick,
    Withheld,
)
from cobrowse.core.policy import at_least
from cobrowse.core.protocol import AwayReason, EndReason
from cobrowse.core.states import (
    Away,
    Ended,
    Joining,
    Live,
    Paused,
    Phase,
    SeatHold,
    Session,
    Waiting,
    Who,
)

Stepped = tuple[Session, tuple[Effect, ...]]


def step(session: Session, event: Event, now: float) -> Stepped:
    """The next session and the effects. Raises `NotAllowed`, `TooMany` or `BadToken`, nothing else.

    What is due by `now` happens first: a deadline ends the session whatever the event was (so a claim that comes too
    late returns an ended session), and control lapses. The same session object comes back where nothing changed, so a
    caller can skip the write."""
    if isinstance(session.state, Ended):
        if isinstance(event, SeatTaken | Claimed):
            raise NotAllowed("This session has ended.", code="session_ended")
        return session, ()
    if isinstance(event, Active) and event.at > session.active_at:
        session = replace(session, active_at=event.at)
    ended = overdue(session, now)
    if ended is not None:
        return _end(session, ended, now)
    held, lapsed = _lapse_control(session, now)
    stepped, effects = _HANDLERS[type(event)](held, event, now)
    if isinstance(stepped.state, Ended):
        return stepped, (*lapsed, *effects)
    return _attend(session, stepped, (*lapsed, *effects))


def _claimed(session: Session, event: Claimed, now: float) -> Stepped:
    phase = session.phase
    if isinstance(phase, Joining) and phase.claim_nonce == event.nonce:
        return session, ()
    if not isinstance(phase, Waiting):
        raise NotAllowed("This code is not valid.", code="code_invalid")
    joining = Joining(
        since=now,
        claim_nonce=event.nonce,
        digits=event.digits,
        expires_at=now + session.limits.joining_seconds,
    )
    return replace(session, state=joining, active_at=now), (Audit("claimed"),)


def _consented(session: Session, event: Consented, now: float) -> Stepped:
    phase = session.phase
    # Who is not there cannot answer; a page that comes again is asked again.
    if not isinstance(phase, Joining) or not session.customer.present:
        return session, ()
    if not event.allow:
        return _end(session, "declined", now)
    if phase.allowed:
        return session, ()
    return _maybe_live(session, replace(phase, allowed=True), (Audit("allowed"),), now)


def _digits_entered(session: Session, event: DigitsEntered, now: float) -> Stepped:
    phase = session.phase
    if not isinstance(phase, Joining) or phase.confirmed or not session.agent_seat.present:
        return session, ()
    if event.value == phase.digits:
        return _maybe_live(session, replace(phase, confirmed=True), (Audit("confirmed"),), now)
    if phase.tries_left <= 1:
        return _end(session, "confirm_failed", now)
    wrong = replace(phase, tries_left=phase.tries_left - 1)
    return _with_phase(session, wrong), (Audit("digits_wrong"),)


def _maybe_live(session: Session, joining: Joining, effects: tuple[Effect, ...], now: float) -> Stepped:
    if not (joining.allowed and joining.confirmed):
        return _with_phase(session, joining), effects
    live = replace(_with_phase(session, Live(since=now)), live_since=now, active_at=now)
    return live, (*effects, Audit("live"))


def _seat_taken(session: Session, event: SeatTaken, now: float) -> Stepped:
    if event.seat == "customer" and isinstance(session.state, Waiting):
        raise NotAllowed("Nobody has joined this session yet.", code="not_joined")
    hold = session.hold(event.seat)
    if hold.present and hold.nonce == event.nonce and hold.page == event.page and hold.hub == event.hub:
        return session, ()
    rotation = 0
    if event.seat == "customer":
        if event.rotation > hold.rotation:
            # We signed it, so it was given out: the store lost that it was.
            raise BadToken("This token is newer than what the store knows.", code="token_ahead")
        # The newest token, or the one before it as long as the newest was not used.
        if event.rotation not in (hold.rotation, hold.rotation - 1):
            raise BadToken("This token was already used.", code="token_used")
        rotation = event.rotation + 1
    effects: tuple[Effect, ...] = ()
    if hold.present:
        effects = (CloseSeat(event.seat, hold.hub, hold.generation, TAKEN_OVER),)
    taken = SeatHold(
        generation=hold.generation + 1,
        rotation=rotation,
        hub=event.hub,
        page=event.page,
        nonce=event.nonce,
        present=True,
        withheld=event.withheld,
        left_at=now,
    )
    # A new holder starts a new picture; `_attend` asks for it where the session is live.
    return replace(_with_hold(session, event.seat, taken), attended_at=now), (
        *effects,
        AskSnapshot(),
        Audit(f"{event.seat}_seated", event.withheld),
    )


def _seat_left(session: Session, event: SeatLeft, now: float) -> Stepped:
    hold = session.hold(event.seat)
    if event.generation != hold.generation or not hold.present:
        return session, ()
    gone = replace(hold, present=False, left_at=now, left_why=event.why)
    return _with_hold(session, event.seat, gone), (Audit(f"{event.seat}_left", event.why),)


def _withheld(session: Session, event: Withheld, now: float) -> Stepped:
    hold = session.customer
    if hold.withheld == event.reason or not hold.present:
        return session, ()
    # From one withheld page state to another the absence goes on; it does not begin anew.
    since = hold.left_at if hold.withheld else now
    return replace(session, customer=replace(hold, withheld=event.reason, left_at=since)), (
        Audit("withheld", event.reason) if event.reason else Audit("shared"),
    )


def _paused(session: Session, event: PausedBy, now: float) -> Stepped:
    phase = session.phase
    if not isinstance(phase, Live):
        return session, ()
    paused = _with_phase(session, Paused(since=now))
    return replace(paused, control="off", active_at=now), (Audit("paused"),)


def _resumed(session: Session, event: Resumed, now: float) -> Stepped:
    if not isinstance(session.phase, Paused):
        return session, ()
    return replace(_with_phase(session, Live(since=now)), active_at=now), (Audit("resumed"),)


def _control_asked_for(session: Session, event: ControlAskedFor, now: float) -> Stepped:
    if not at_least(session.scope, "control"):
        raise NotAllowed("This site does not allow control.", code="scope_too_low")
    if not isinstance(session.state, Live):
        raise NotAllowed("Control can be asked for while the session is live.", code="wrong_state")
    if session.control != "off":
        return session, ()
    asks = asked(session.control_asks, now)
    return replace(session, control="asked", control_asks=asks), (AskCustomerForControl(), Audit("control_asked"))


def _control_answered(session: Session, event: ControlAnswered, now: float) -> Stepped:
    if session.control != "asked":
        return session, ()
    if event.allow:
        return replace(session, control="on", active_at=now), (Audit("control_allowed"),)
    denied = replace(session, control="off", control_asks=declined(session.control_asks), active_at=now)
    return denied, (Audit("control_denied"),)


def _control_released(session: Session, event: ControlReleased, now: float) -> Stepped:
    if session.control == "off":
        return session, ()
    released = replace(session, control="off", active_at=now)
    if event.by == "customer":
        # Who took control back is not asked for it again in the same breath.
        released = replace(released, control_asks=replace(session.control_asks, asked_at=now))
    return released, (Audit("control_released", event.by),)


def _navigation_asked_for(session: Session, event: NavigationAskedFor, now: float) -> Stepped:
    if not isinstance(session.state, Live):
        raise NotAllowed("The customer can be asked while the session is live.", code="wrong_state")
    if session.control != "on":
        raise NotAllowed("The agent has no control.", code="no_control")
    return replace(session, navigation_asks=asked(session.navigation_asks, now, event.act)), (
        Audit("navigation_asked"),
    )


def _navigation_answered(session: Session, event: NavigationAnswered, now: float) -> Stepped:
    asks = session.navigation_asks
    if event.act == NO_ACT or event.act != asks.act:
        return session, ()
    # An address that was welcome stands against no other one.
    answered = Asks(declines=asks.declines) if event.allow else declined(asks)
    said = Audit("navigation_allowed" if event.allow else "navigation_denied")
    return replace(session, navigation_asks=answered, active_at=now), (said,)


def _active(session: Session, event: Active, now: float) -> Stepped:
    # What was told late counts already, see `step`.
    return (session if event.at else replace(session, active_at=now)), ()


def _end_asked(session: Session, event: EndAsked, now: float) -> Stepped:
    return _end(session, event.reason, now)


def _tick(session: Session, event: Tick, now: float) -> Stepped:
    # Everything else that is due has happened by now, see `step`.
    if now < attend_at(session):
        return session, ()
    session = replace(session, attended_at=now)
    effects: tuple[Effect, ...] = ()
    for seat, hold in session.holds:
        if hold.present and hold.hub in event.dead:
            left = SeatLeft(seat=seat, generation=hold.generation, why="offline")
            session, audit = _seat_left(session, left, now)
            effects += audit
    return session, effects


# Each handler takes the event it stands beside.
_HANDLERS: dict[type[Event], Callable[[Session, Any, float], Stepped]] = {
    Claimed: _claimed,
    Consented: _consented,
    DigitsEntered: _digits_entered,
    SeatTaken: _seat_taken,
    SeatLeft: _seat_left,
    Withheld: _withheld,
    PausedBy: _paused,
    Resumed: _resumed,
    ControlAskedFor: _control_asked_for,
    ControlAnswered: _control_answered,
    ControlReleased: _control_released,
    NavigationAskedFor: _navigation_asked_for,
    NavigationAnswered: _navigation_answered,
    Active: _active,
    EndAsked: _end_asked,
    Tick: _tick,
}


# --- what follows from the seats and the clock


def _with_phase(session: Session, phase: Phase) -> Session:
    state = session.state
    return replace(session, state=replace(state, back_to=phase) if isinstance(state, Away) else phase)


def _with_hold(session: Session, seat: Who, hold: SeatHold) -> Session:
    return replace(session, customer=hold) if seat == "customer" else replace(session, agent_seat=hold)


def _attend(before: Session, session: Session, effects: tuple[Effect, ...]) -> Stepped:
    """Put `away` on or take it off, by who is there; ask for a picture when the session becomes live."""
    phase = session.phase
    wants_picture = AskSnapshot() in effects
    effects = tuple(effect for effect in effects if not isinstance(effect, AskSnapshot))
    if isinstance(phase, Waiting | Ended):
        return session, effects
    missing = _missing(session)
    if missing is not None:
        session = _away(session, missing, phase)
    elif session.state is not phase:
        session = replace(session, state=phase)
    became_live = isinstance(session.state, Live) and not isinstance(before.state, Live)
    if became_live or (wants_picture and isinstance(session.state, Live)):
        effects = (*effects, AskSnapshot())
    return session, effects


def _missing(session: Session) -> Who | None:
    # Before its first hello a seat is not away, it has not come yet: the deadline of `joining` covers that.
    if session.customer.generation and (not session.customer.present or session.customer.withheld):
        return "customer"
    if session.agent_seat.generation and not session.agent_seat.present:
        return "agent"
    return None


def _away(session: Session, seat: Who, phase: Phase) -> Session:
    hold = session.hold(seat)
    # A closed page that shared nothing is reported as closed; `withheld` counts only while it is there.
    reason: AwayReason = hold.withheld if hold.present and hold.withheld else hold.left_why
    away = Away(since=hold.left_at, seat=seat, reason=reason, back_to=phase)
    return session if session.state == away else replace(session, state=away)


def _end(session: Session, reason: EndReason, now: float) -> Stepped:
    closes = tuple(CloseSeat(seat, hold.hub, hold.generation, ENDED) for seat, hold in session.holds if hold.present)
    ended = replace(session, state=Ended(since=now, reason=reason), control="off")
    return ended, (*closes, ForgetPage(), Audit("ended", reason))


def _lapse_control(session: Session, now: float) -> Stepped:
    if session.control == "off" or now < control_until(session):
        return session, ()
    return replace(session, control="off"), (Audit("control_released", "agent_away"),)
