"""One session from code to end, event by event."""

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from cobrowse.core.close import ENDED, TAKEN_OVER
from cobrowse.core.deadlines import ATTEND_SECONDS, due_at, ends_at
from cobrowse.core.errors import BadToken, NotAllowed, TooMany
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
from cobrowse.core.policy import Limits
from cobrowse.core.protocol import AwayReason, EndReason, Scope
from cobrowse.core.public_state import public_state, state_name
from cobrowse.core.session import step
from cobrowse.core.states import Away, Ended, Joining, Live, Session, Waiting, Who

START = 1_790_000_000.0
LIMITS = Limits()
CODE_KEY = "c0de-key"
DIGITS = "47"


class Story:
    """A session and what happens to it, a second apart unless told otherwise."""

    def __init__(self, scope: Scope = "control", limits: Limits = LIMITS) -> None:
        self.now = START
        self.effects: tuple[Effect, ...] = ()
        self.session = Session(
            id="s-1",
            site="shop",
            site_name="Example Shop",
            agent="a-1",
            agent_name="Ana",
            scope=scope,
            limits=limits,
            created_at=START,
            state=Waiting(since=START, code_key=CODE_KEY, expires_at=START + limits.code_seconds),
        )

    def do(self, event: Event, after: float = 1.0) -> "Story":
        self.now += after
        self.session, self.effects = step(self.session, event, self.now)
        return self

    def take(self, seat: Who, page: str = "page-1", nonce: str = "nonce-1", after: float = 1.0, **more: Any) -> "Story":
        more.setdefault("rotation", self.session.customer.rotation if seat == "customer" else 0)
        return self.do(SeatTaken(seat=seat, hub="hub-1", page=page, nonce=nonce, **more), after)

    def leave(self, seat: Who, why: AwayReason = "offline", after: float = 1.0) -> "Story":
        return self.do(SeatLeft(seat=seat, generation=self.session.hold(seat).generation, why=why), after)

    @property
    def state(self) -> str:
        return state_name(self.session)

    @property
    def kinds(self) -> list[str]:
        return [effect.kind for effect in self.effects if isinstance(effect, Audit)]

    def assert_away(self, seat: Who, reason: AwayReason) -> Away:
        state = self.session.state
        assert isinstance(state, Away)
        assert (state.seat, state.reason) == (seat, reason)
        return state

    def assert_ended(self, reason: EndReason) -> None:
        assert isinstance(self.session.state, Ended)
        assert self.session.state.reason == reason
        assert self.session.control == "off"
        assert ForgetPage() in self.effects
        assert Audit("ended", reason) in self.effects
        assert due_at(self.session) == float("inf")

    def assert_refused(self, event: Event, code: str) -> None:
        before = self.session
        with pytest.raises(NotAllowed) as refusal:
            step(self.session, event, self.now)
        assert refusal.value.code == code
        assert self.session is before

    def assert_unchanged_by(self, event: Event) -> None:
        stepped, effects = step(self.session, event, self.now)
        assert stepped is self.session
        assert effects == ()


def joining(**settings: Any) -> Story:
    return Story(**settings).take("agent").do(Claimed(nonce="claim-1", digits=DIGITS)).take("customer")


def live(**settings: Any) -> Story:
    story = joining(**settings).do(Consented(allow=True)).do(DigitsEntered(value=DIGITS))
    assert story.state == "live"
    return story


def controlled() -> Story:
    story = live().do(ControlAskedFor()).do(ControlAnswered(allow=True))
    assert story.session.control == "on"
    return story


# --- from code to live


def test_claiming_starts_to_join() -> None:
    story = Story().do(Claimed(nonce="claim-1", digits=DIGITS))
    assert story.state == "joining"
    assert story.kinds == ["claimed"]
    assert due_at(story.session) == story.now + LIMITS.joining_seconds


def test_a_claim_may_repeat_itself_but_nobody_else_gets_in() -> None:
    story = Story().do(Claimed(nonce="claim-1", digits=DIGITS))
    story.assert_unchanged_by(Claimed(nonce="claim-1", digits="11"))
    story.assert_refused(Claimed(nonce="claim-2", digits="11"), "code_invalid")
    live().assert_refused(Claimed(nonce="claim-1", digits=DIGITS), "code_invalid")


def test_a_code_expires() -> None:
    story = Story().do(Claimed(nonce="claim-1", digits=DIGITS), after=LIMITS.code_seconds)
    story.assert_ended("code_expired")


def test_a_code_works_until_it_expires() -> None:
    assert Story().do(Claimed(nonce="claim-1", digits=DIGITS), after=LIMITS.code_seconds - 0.001).state == "joining"


@pytest.mark.parametrize("first", ["customer", "agent"])
def test_live_needs_both_halves(first: str) -> None:
    halves: list[Event] = [Consented(allow=True), DigitsEntered(value=DIGITS)]
    if first == "agent":
        halves.reverse()
    story = joining().do(halves[0])
    assert story.state == "joining"
    assert AskSnapshot() not in story.effects
    story.do(halves[1])
    assert story.state == "live"
    assert AskSnapshot() in story.effects
    assert story.kinds[-1] == "live"
    assert story.session.live_since == story.now


def test_the_halves_count_once() -> None:
    story = joining().do(Consented(allow=True))
    story.assert_unchanged_by(Consented(allow=True))
    story = joining().do(DigitsEntered(value=DIGITS))
    story.assert_unchanged_by(DigitsEntered(value="11"))


def test_declining_ends_it() -> None:
    joining().do(Consented(allow=False)).assert_ended("declined")
    joining().do(DigitsEntered(value=DIGITS)).do(Consented(allow=False)).assert_ended("declined")


def test_allow_may_be_taken_back_until_live() -> None:
    joining().do(Consented(allow=True)).do(Consented(allow=False)).assert_ended("declined")


def test_two_tries_at_the_digits() -> None:
    story = joining().do(DigitsEntered(value="11"))
    assert public_state(story.session, 1).tries_left == 1
    assert story.kinds == ["digits_wrong"]
    story.do(DigitsEntered(value="12")).assert_ended("confirm_failed")


def test_the_second_try_may_be_right() -> None:
    story = joining().do(Consented(allow=True)).do(DigitsEntered(value="11")).do(DigitsEntered(value=DIGITS))
    assert story.state == "live"


@pytest.mark.parametrize("event", [Consented(allow=True), Consented(allow=False), DigitsEntered(value="11")])
def test_late_halves_change_nothing(event: Event) -> None:
    live().assert_unchanged_by(event)
    Story().assert_unchanged_by(event)


def test_who_is_not_there_cannot_answer() -> None:
    story = joining().leave("customer")
    story.assert_unchanged_by(Consented(allow=True))
    story = joining().leave("agent")
    story.assert_unchanged_by(DigitsEntered(value=DIGITS))


def test_one_half_may_come_while_the_other_seat_blinks() -> None:
    story = joining().leave("agent").do(Consented(allow=True))
    story.assert_away("agent", "offline")
    story.take("agent", page="page-2")
    assert story.state == "joining"
    assert story.do(DigitsEntered(value=DIGITS)).state == "live"


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ((), "customer_gone"),
        ((Consented(allow=True),), "confirm_failed"),
        ((DigitsEntered(value="47"),), "customer_gone"),
    ],
)
def test_joining_does_not_last(events: tuple[Event, ...], reason: EndReason) -> None:
    story = joining()
    for event in events:
        story.do(event)
    story.do(Tick(), after=due_at(story.session) - story.now).assert_ended(reason)


# --- seats


def test_taking_a_seat() -> None:
    story = Story().do(Claimed(nonce="claim-1", digits=DIGITS)).take("customer")
    hold = story.session.customer
    assert (hold.generation, hold.rotation, hold.present, hold.hub) == (1, 1, True, "hub-1")
    assert story.state == "joining"
    assert story.effects == (Audit("customer_seated"),)


def test_who_comes_and_what_is_shared_and_allowed_is_written_down() -> None:
    story = controlled()
    said: list[tuple[Event, Audit]] = [
        (ControlReleased(by="customer"), Audit("control_released", "customer")),
        (Withheld("other_path"), Audit("withheld", "other_path")),
        (Withheld(""), Audit("shared")),
    ]
    for event, audit in said:
        assert audit in story.do(event).effects
    assert Audit("customer_seated", "other_origin") in story.take("customer", "page-2", withheld="other_origin").effects
    assert Audit("agent_seated") in story.take("agent", "page-2").effects

    story = controlled()
    for allow, kind in ((True, "navigation_allowed"), (False, "navigation_denied")):
        assert Audit("navigation_asked") in story.do(NavigationAskedFor(7), after=100.0).effects
        assert story.do(NavigationAnswered(7, allow)).effects == (Audit(kind),)


def test_before_a_claim_there_is_no_customer() -> None:
    Story().assert_refused(SeatTaken(seat="customer", hub="h", page="p", nonce="n"), "not_joined")
    assert Story().take("agent").state == "waiting"


def test_hello_again_changes_nothing() -> None:
    story = live()
    story.assert_unchanged_by(SeatTaken(seat="customer", hub="hub-1", page="page-1", nonce="nonce-1", rotation=0))


@pytest.mark.parametrize("changed", ["page", "nonce", "hub"])
def test_another_hello_takes_over(changed: str) -> None:
    story = live()
    hello = SeatTaken(seat="customer", hub="hub-1", page="page-1", nonce="nonce-1", rotation=1)
    story.do(replace(hello, **{changed: "other-1"}))
    taken_over = CloseSeat("customer", "hub-1", 1, TAKEN_OVER)
    assert story.effects == (taken_over, Audit("customer_seated"), AskSnapshot())
    assert story.session.customer.generation == 2
    assert story.state == "live"


def test_a_token_works_until_its_successor_was_used() -> None:
    story = joining()
    story.take("customer", page="page-2", rotation=0)
    assert story.session.customer.rotation == 1, "the answer got lost; the same successor is given again"
    story.take("customer", page="page-3", rotation=1)
    story.take("customer", page="page-4", rotation=1)
    # One that is newer than all that is known was given out by a hub, and the store lost that.
    for rotation, code in ((0, "token_used"), (3, "token_ahead"), (-1, "token_used")):
        with pytest.raises(BadToken) as refusal:
            story.take("customer", page="page-5", rotation=rotation)
        assert refusal.value.code == code
    assert story.take("customer", page="page-5", rotation=2).session.customer.rotation == 3


def test_an_agent_comes_with_a_ticket_and_no_rotation() -> None:
    story = live()
    for page in ("page-2", "page-3"):
        story.take("agent", page=page)
        assert story.session.agent_seat.rotation == 0
        assert AskSnapshot() in story.effects


def test_leaving_is_said_once_and_of_the_present_generation() -> None:
    story = live()
    story.assert_unchanged_by(SeatLeft(seat="customer", generation=0, why="offline"))
    story.leave("customer", "navigating")
    story.assert_unchanged_by(SeatLeft(seat="customer", generation=1, why="offline"))
    story.assert_away("customer", "navigating")


def test_navigation() -> None:
    story = live().leave("customer", "navigating")
    away = story.assert_away("customer", "navigating")
    assert away.since == story.now
    assert away.back_to == Live(since=story.now - 1)
    story.take("customer", page="page-2")
    assert story.state == "live"
    assert AskSnapshot() in story.effects
    assert not [effect for effect in story.effects if isinstance(effect, CloseSeat)]


def test_both_away_the_customer_first() -> None:
    story = live().leave("agent").leave("customer", "asleep")
    story.assert_away("customer", "asleep")
    story.take("customer", page="page-2")
    story.assert_away("agent", "offline")
    assert AskSnapshot() not in story.effects, "nobody is there to see it"
    story.take("agent", page="page-2")
    assert story.state == "live"
    assert AskSnapshot() in story.effects


def test_an_agent_that_left_while_waiting_is_away_when_a_customer_joins() -> None:
    story = Story().take("agent").leave("agent")
    assert story.state == "waiting"
    story.do(Claimed(nonce="claim-1", digits=DIGITS)).assert_away("agent", "offline")


def test_a_page_that_shares_nothing() -> None:
    story = live().do(Withheld(reason="other_path"))
    since = story.assert_away("customer", "other_path").since
    assert since == story.now
    story.do(Withheld(reason="other_origin"))
    assert story.assert_away("customer", "other_origin").since == since, "the absence goes on"
    story.assert_unchanged_by(Withheld(reason="other_origin"))
    story.do(Withheld(reason=""))
    assert story.state == "live"
    assert AskSnapshot() in story.effects


def test_a_page_may_share_nothing_from_its_hello_on() -> None:
    story = live().take("customer", page="page-2", withheld="other_origin")
    assert story.assert_away("customer", "other_origin").since == story.now
    assert AskSnapshot() not in story.effects


def test_a_page_that_shares_nothing_and_leaves_is_just_gone() -> None:
    story = live().do(Withheld(reason="other_path")).leave("customer", "navigating")
    story.assert_away("customer", "navigating")
    story.assert_unchanged_by(Withheld(reason="other_origin"))


@pytest.mark.parametrize(
    ("why", "seconds"),
    [
        ("navigating", LIMITS.navigating_seconds),
        ("offline", LIMITS.offline_seconds),
        ("asleep", LIMITS.asleep_seconds),
        ("other_origin", LIMITS.elsewhere_seconds),
        ("other_path", LIMITS.elsewhere_seconds),
    ],
)
def test_grace_by_reason(why: AwayReason, seconds: float) -> None:
    story = live(limits=replace(LIMITS, idle_seconds=10_000.0)).leave("customer", why)
    assert ends_at(story.session) == story.now + seconds
    story.do(Tick(), after=seconds - 0.001)
    story.assert_away("customer", why)
    story.do(Tick(), after=0.002).assert_ended("customer_gone")


def test_a_page_that_shares_nothing_has_a_grace_too() -> None:
    story = live(limits=replace(LIMITS, idle_seconds=10_000.0)).do(Withheld(reason="other_path"))
    assert ends_at(story.session) == story.now + LIMITS.elsewhere_seconds
    story.do(Tick(), after=LIMITS.elsewhere_seconds).assert_ended("customer_gone")


def test_the_agents_grace() -> None:
    story = live().leave("agent")
    assert ends_at(story.session) == story.now + LIMITS.agent_away_seconds
    story.do(Tick(), after=LIMITS.agent_away_seconds).assert_ended("agent_gone")


def test_both_hubs_may_have_died() -> None:
    story = live()
    taken_at = story.session.attended_at
    assert due_at(story.session) == taken_at + ATTEND_SECONDS
    story.do(Tick(frozenset({"another hub"})), after=due_at(story.session) - story.now)
    assert (story.state, story.session.attended_at) == ("live", story.now)
    story.assert_unchanged_by(Tick(frozenset({"hub-1"})))
    story.do(Tick(frozenset({"hub-1"})), after=ATTEND_SECONDS)
    story.assert_away("customer", "offline")
    assert story.kinds == ["customer_left", "agent_left"]
    assert not story.session.agent_seat.present
    # Nobody is there whose hub could die.
    assert due_at(story.session) == story.now + LIMITS.offline_seconds
    story.do(Tick(), after=LIMITS.offline_seconds).assert_ended("agent_gone")


def test_one_hub_may_have_died() -> None:
    story = live()
    story.do(SeatTaken(seat="agent", hub="hub-2", page="page-2", nonce="nonce-2"))
    story.do(Tick(frozenset({"hub-2"})), after=ATTEND_SECONDS)
    story.assert_away("agent", "offline")
    assert story.session.customer.present


def test_before_it_is_live_its_own_deadlines_do() -> None:
    assert due_at(joining().session) == ends_at(joining().session)


def test_who_comes_too_late_finds_the_end() -> None:
    story = live().leave("customer", "navigating").take("customer", page="page-2", after=LIMITS.navigating_seconds)
    story.assert_ended("customer_gone")


# --- pause


def test_pause_and_resume() -> None:
    story = live().do(PausedBy())
    assert story.state == "paused"
    story.assert_unchanged_by(PausedBy())
    story.do(Resumed())
    assert story.state == "live"
    assert AskSnapshot() in story.effects
    story.assert_unchanged_by(Resumed())


def test_pause_while_away() -> None:
    story = controlled().leave("agent").do(PausedBy())
    story.assert_away("agent", "offline")
    assert story.session.control == "off"
    story.take("agent", page="page-2")
    assert story.state == "paused"
    assert AskSnapshot() not in story.effects
    story.leave("customer", "navigating").take("customer", page="page-2")
    assert story.state == "paused"
    story.leave("agent").do(Resumed()).take("agent", page="page-3")
    assert story.state == "live"


def test_there_is_nothing_to_pause_before_live() -> None:
    joining().assert_unchanged_by(PausedBy())
    joining().assert_unchanged_by(Resumed())
    Story().assert_unchanged_by(PausedBy())


# --- control


def test_control_is_asked_for_and_allowed() -> None:
    story = live().do(ControlAskedFor())
    assert public_state(story.session, 1).control == "asked"
    assert AskCustomerForControl() in story.effects
    story.assert_unchanged_by(ControlAskedFor())
    story.do(ControlAnswered(allow=True))
    assert public_state(story.session, 1).control == "on"
    assert story.kinds == ["control_allowed"]
    story.assert_unchanged_by(ControlAskedFor())
    story.assert_unchanged_by(ControlAnswered(allow=False))


def test_control_is_denied() -> None:
    story = live().do(ControlAskedFor()).do(ControlAnswered(allow=False))
    assert story.session.control == "off"
    assert story.kinds == ["control_denied"]
    story.assert_unchanged_by(ControlAnswered(allow=True))


@pytest.mark.parametrize("scope", ["follow", "view", "guide"])
def test_control_needs_the_scope(scope: Scope) -> None:
    live(scope=scope).assert_refused(ControlAskedFor(), "scope_too_low")


@pytest.mark.parametrize(
    "story", [Story(), joining(), live().do(PausedBy()), live().leave("customer"), live().leave("agent")]
)
def test_control_is_asked_for_while_live(story: Story) -> None:
    story.assert_refused(ControlAskedFor(), "wrong_state")


def test_control_goes_back() -> None:
    story = controlled().do(ControlReleased())
    assert story.session.control == "off"
    story.assert_unchanged_by(ControlReleased())


def test_control_survives_a_page_change() -> None:
    story = controlled().leave("customer", "navigating").take("customer", page="page-2", after=20)
    assert story.session.control == "on"


def test_a_question_survives_a_page_change() -> None:
    story = live().do(ControlAskedFor()).leave("customer", "navigating").take("customer", page="page-2")
    assert story.session.control == "asked"


def test_control_ends_with_a_pause() -> None:
    assert controlled().do(PausedBy()).session.control == "off"


def test_control_ends_when_the_agent_is_away_for_ten_seconds() -> None:
    story = controlled().leave("agent")
    assert due_at(story.session) == story.now + 10
    assert story.do(Tick(), after=9.999).session.control == "on"
    story.do(Tick(), after=0.001)
    assert story.session.control == "off"
    assert story.kinds == ["control_released"]
    assert due_at(story.session) > story.now


def test_control_lapses_even_if_nobody_looked_in_time() -> None:
    story = controlled().leave("agent").take("agent", page="page-2", after=10)
    assert story.session.control == "off"
    assert "control_released" in story.kinds
    assert controlled().leave("agent").take("agent", page="page-2", after=9).session.control == "on"


# --- ends


@pytest.mark.parametrize("reason", ["agent_ended", "customer_stopped", "policy"])
def test_either_side_ends_it(reason: EndReason) -> None:
    story = controlled().do(EndAsked(reason=reason))
    story.assert_ended(reason)
    closed = [effect for effect in story.effects if isinstance(effect, CloseSeat)]
    assert closed == [CloseSeat("customer", "hub-1", 1, ENDED), CloseSeat("agent", "hub-1", 1, ENDED)]


@pytest.mark.parametrize("story", [Story, joining])
def test_it_can_end_before_it_is_live(story: Any) -> None:
    story().do(EndAsked(reason="agent_ended")).assert_ended("agent_ended")


def test_only_who_is_there_is_closed() -> None:
    story = live().leave("customer").do(EndAsked(reason="agent_ended"))
    assert [effect.seat for effect in story.effects if isinstance(effect, CloseSeat)] == ["agent"]


def test_idle() -> None:
    story = live()
    assert ends_at(story.session) == story.now + LIMITS.idle_seconds
    story.do(Active(), after=LIMITS.idle_seconds - 1)
    assert story.state == "live"
    story.do(Tick(), after=LIMITS.idle_seconds - 1)
    assert story.state == "live"
    story.do(Tick(), after=1).assert_ended("idle")


def test_activity_that_is_told_late_counts_from_when_it_was() -> None:
    story = live()
    happened_at = story.now + LIMITS.idle_seconds + 100
    # Told after the session would have been idle, and before it is idle from then on.
    story.do(Active(happened_at), after=2 * LIMITS.idle_seconds)
    assert story.state == "live"
    assert story.session.active_at == happened_at
    story.do(Active(happened_at - 50))
    assert story.session.active_at == happened_at
    live().do(Active(story.now), after=10 * LIMITS.idle_seconds).assert_ended("idle")


def test_time_limit() -> None:
    story = live()
    while story.now - story.session.live_since < LIMITS.session_seconds - LIMITS.idle_seconds:
        story.do(Active(), after=LIMITS.idle_seconds - 1)
    story.do(Tick(), after=ends_at(story.session) - story.now).assert_ended("time_limit")


def test_what_happens_after_the_end_changes_nothing() -> None:
    story = live().do(EndAsked(reason="agent_ended"))
    for event in (
        Tick(),
        Active(),
        Resumed(),
        EndAsked(reason="idle"),
        Consented(allow=True),
        DigitsEntered(value="47"),
    ):
        story.assert_unchanged_by(event)
    story.assert_refused(SeatTaken(seat="customer", hub="h", page="p", nonce="n", rotation=1), "session_ended")
    story.assert_refused(Claimed(nonce="claim-1", digits=DIGITS), "session_ended")


# --- what both seats may know


def test_public_state_of_each_state() -> None:
    waiting = public_state(Story().session, 3)
    assert (waiting.name, waiting.allowed, waiting.confirmed, waiting.version) == ("waiting", False, False, 3)
    assert waiting.expires_at == START + LIMITS.code_seconds
    half = public_state(joining().do(Consented(allow=True)).session, 1)
    assert (half.name, half.allowed, half.confirmed, half.tries_left) == ("joining", True, False, 2)
    whole = public_state(controlled().session, 1)
    assert (whole.name, whole.allowed, whole.confirmed, whole.control) == ("live", True, True, "on")
    assert whole.away is None
    assert whole.reason is None


def test_public_state_of_away_and_ended() -> None:
    story = live().leave("customer", "navigating")
    told = public_state(story.session, 1)
    assert told.away is not None
    assert (told.away.seat, told.away.since, told.away.reason, told.away.back_to) == (
        "customer",
        story.now,
        "navigating",
        "live",
    )
    assert told.expires_at == story.now + LIMITS.navigating_seconds
    over = public_state(story.do(EndAsked(reason="agent_ended")).session, 1)
    assert (over.name, over.reason, over.expires_at, over.away) == ("ended", "agent_ended", 0.0, None)
    declined = public_state(joining().do(Consented(allow=False)).session, 1)
    assert (declined.allowed, declined.confirmed) == (False, False)


# --- whatever happens, in whatever order

seats = st.sampled_from(["customer", "agent"])


class AnyStory(RuleBasedStateMachine):
    """Every event in every state, with time going on between them."""

    def __init__(self) -> None:
        super().__init__()
        self.session = Story(scope="control").session
        self.now = START
        self.effects: tuple[Effect, ...] = ()
        self.before = self.session
        self.allowed = self.confirmed = False

    def happen(self, event: Event) -> None:
        self.before, self.effects = self.session, ()
        try:
            self.session, self.effects = step(self.session, event, self.now)
        except (NotAllowed, BadToken, TooMany):
            return

    @rule(seconds=st.sampled_from([0.1, 1, 9, 11, 50, 200, 1000]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self.happen(Tick())
        if not isinstance(self.session.state, Ended):
            assert due_at(self.session) > self.now

    @rule(seconds=st.sampled_from([0.1, 1, 11]))
    def time_passes_and_nobody_looks(self, seconds: float) -> None:
        self.now += seconds

    @rule(nonce=st.sampled_from(["claim-1", "claim-2"]))
    def claimed(self, nonce: str) -> None:
        self.happen(Claimed(nonce=nonce, digits=DIGITS))

    @rule(allow=st.sampled_from([True, True, True, False]))
    def consented(self, allow: bool) -> None:
        self.happen(Consented(allow=allow))
        self.allowed = self.allowed or allow

    @rule(value=st.sampled_from([DIGITS, DIGITS, "11"]))
    def digits(self, value: str) -> None:
        self.happen(DigitsEntered(value=value))
        self.confirmed = self.confirmed or value == DIGITS

    @rule(
        seat=seats,
        page=st.sampled_from(["a", "b"]),
        nonce=st.sampled_from(["a", "b"]),
        back=st.sampled_from([0, 0, 1, 2]),
        withheld=st.sampled_from(["", "", "other_path", "other_origin"]),
    )
    def taken(self, seat: Who, page: str, nonce: str, back: int, withheld: Any) -> None:
        rotation = self.session.customer.rotation - back
        self.happen(SeatTaken(seat=seat, hub="hub-1", page=page, nonce=nonce, rotation=rotation, withheld=withheld))

    @rule(seat=seats, older=st.sampled_from([0, 0, 1]), why=st.sampled_from(["navigating", "offline", "asleep"]))
    def left(self, seat: Who, older: int, why: AwayReason) -> None:
        self.happen(SeatLeft(seat=seat, generation=self.session.hold(seat).generation - older, why=why))

    @rule(
        event=st.sampled_from(
            [
                Withheld(reason="other_path"),
                Withheld(reason=""),
                PausedBy(),
                Resumed(),
                Active(),
                ControlAskedFor(),
                ControlAnswered(allow=True),
                ControlAnswered(allow=False),
                ControlReleased(),
            ]
        )
    )
    def said(self, event: Event) -> None:
        self.happen(event)

    @rule(sure=st.sampled_from([False, False, False, True]))
    def ended(self, sure: bool) -> None:
        if sure:
            self.happen(EndAsked(reason="agent_ended"))

    @invariant()
    def the_end_is_final(self) -> None:
        if isinstance(self.before.state, Ended):
            assert self.session is self.before
            assert self.effects == ()

    @invariant()
    def generations_and_rotations_never_fall(self) -> None:
        for seat in ("customer", "agent"):
            before, after = self.before.hold(seat), self.session.hold(seat)
            assert after.generation >= before.generation
            assert after.rotation >= before.rotation
            if after.generation == before.generation and before.present:
                assert (after.page, after.nonce, after.hub) == (before.page, before.nonce, before.hub)

    @invariant()
    def live_needs_both_halves(self) -> None:
        if self.session.live_since:
            assert self.allowed
            assert self.confirmed

    @invariant()
    def live_means_that_both_are_there_and_share(self) -> None:
        if isinstance(self.session.state, Live):
            assert self.session.customer.present
            assert self.session.agent_seat.present
            assert not self.session.customer.withheld

    @invariant()
    def a_picture_is_asked_for_while_live_alone(self) -> None:
        became_live = isinstance(self.session.state, Live) and not isinstance(self.before.state, Live)
        if AskSnapshot() in self.effects or became_live:
            assert isinstance(self.session.state, Live)
            assert self.effects.count(AskSnapshot()) == 1 or not self.effects

    @invariant()
    def control_needs_a_session_that_was_live_and_is_not_paused(self) -> None:
        if self.session.control != "off":
            assert self.session.live_since
            state = self.session.state
            phase = state.back_to if isinstance(state, Away) else state
            assert isinstance(phase, Live)

    @invariant()
    def nothing_secret_is_told(self) -> None:
        told = public_state(self.session, 1)
        state = self.session.state
        phase = state.back_to if isinstance(state, Away) else state
        if isinstance(phase, Joining):
            assert phase.digits == DIGITS
        for value in (getattr(told, name) for name in told.__struct_fields__):
            assert value not in (DIGITS, CODE_KEY, "claim-1", "claim-2")

    @invariant()
    def an_end_closes_who_is_there_and_forgets_the_page(self) -> None:
        if isinstance(self.session.state, Ended) and not isinstance(self.before.state, Ended):
            assert ForgetPage() in self.effects
            assert due_at(self.session) == float("inf")
            there = {seat for seat in ("customer", "agent") if self.session.hold(seat).present}
            assert {effect.seat for effect in self.effects if isinstance(effect, CloseSeat)} == there


TestAnyStory = AnyStory.TestCase
TestAnyStory.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


class JoinedStory(AnyStory):
    """The same, from a session that is live."""

    def __init__(self) -> None:
        super().__init__()
        story = live()
        self.session = self.before = story.session
        self.now = story.now
        self.allowed = self.confirmed = True


TestJoinedStory = JoinedStory.TestCase
TestJoinedStory.settings = TestAnyStory.settings
