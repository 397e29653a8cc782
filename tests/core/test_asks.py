"""How often the customer is asked the same: for control, and for an address that the agent typed."""

import pytest

from cobrowse.core.asks import ASK_AGAIN_SECONDS, DECLINES_FOR_GOOD, NO_ACT, Asks, asked, declined
from cobrowse.core.errors import NotAllowed, TooMany
from cobrowse.core.events import (
    AskCustomerForControl,
    ControlAnswered,
    ControlAskedFor,
    ControlReleased,
    Event,
    NavigationAnswered,
    NavigationAskedFor,
    PausedBy,
    Resumed,
)
from cobrowse.core.session import step
from tests.core.test_session import START, Story, controlled, live

MINUTE = ASK_AGAIN_SECONDS


def assert_too_soon(story: Story, event: Event, wait: float, after: float = 1.0) -> None:
    with pytest.raises(TooMany) as refusal:
        step(story.session, event, story.now + after)
    assert (refusal.value.code, refusal.value.retry_after_seconds) == ("asked_too_soon", wait)
    assert str(int(wait)) in refusal.value.sentence


def assert_for_good(story: Story, event: Event) -> None:
    with pytest.raises(NotAllowed) as refusal:
        step(story.session, event, story.now + 2 * MINUTE)
    assert refusal.value.code == "declined_for_good"


def test_the_first_question_is_free() -> None:
    assert asked(Asks(), START, 7) == Asks(START, 0, 7)
    assert asked(Asks(), START).act == NO_ACT


def test_the_next_waits_for_a_minute() -> None:
    first = asked(Asks(), START)
    with pytest.raises(TooMany) as refusal:
        asked(first, START + MINUTE - 0.001)
    assert refusal.value.retry_after_seconds == 1
    assert asked(first, START + MINUTE).asked_at == START + MINUTE


def test_after_two_declines_there_is_none() -> None:
    asks = Asks()
    for round_ in range(DECLINES_FOR_GOOD):
        asks = declined(asked(asks, START + round_ * MINUTE))
    with pytest.raises(NotAllowed):
        asked(asks, START + 1_000_000)


# --- control


def test_control_is_asked_for_once_a_minute_whatever_became_of_it() -> None:
    for event in (ControlAnswered(allow=False), ControlReleased(), PausedBy()):
        story = live().do(ControlAskedFor()).do(event)
        if isinstance(event, PausedBy):
            story.do(Resumed(), after=0)
        assert_too_soon(story, ControlAskedFor(), MINUTE - 2)
        story.do(ControlAskedFor(), after=MINUTE - 1)
        assert story.session.control == "asked"
        assert AskCustomerForControl() in story.effects


def test_two_declines_of_control_are_for_good() -> None:
    story = live().do(ControlAskedFor()).do(ControlAnswered(allow=False))
    story.do(ControlAskedFor(), after=MINUTE).do(ControlAnswered(allow=False))
    assert_for_good(story, ControlAskedFor())


def test_to_take_control_back_stands_for_a_minute() -> None:
    story = controlled()
    story.do(ControlReleased(by="customer"), after=MINUTE)
    assert_too_soon(story, ControlAskedFor(), MINUTE - 1)
    given_back = controlled().do(ControlReleased(by="agent"), after=MINUTE)
    assert given_back.do(ControlAskedFor()).session.control == "asked"


def test_an_allowed_question_is_no_decline() -> None:
    assert controlled().session.control_asks.declines == 0


# --- addresses


def test_a_typed_address_is_asked_for_once_a_minute() -> None:
    story = controlled().do(NavigationAskedFor(act=5))
    assert story.session.navigation_asks.act == 5
    assert_too_soon(story, NavigationAskedFor(act=6), MINUTE - 1)
    assert story.do(NavigationAskedFor(act=6), after=MINUTE).session.navigation_asks.act == 6


def test_an_address_that_was_welcome_stands_against_no_other() -> None:
    story = controlled().do(NavigationAskedFor(act=5)).do(NavigationAnswered(act=5, allow=True))
    assert story.do(NavigationAskedFor(act=6)).session.navigation_asks.act == 6


def test_two_declined_addresses_are_for_good() -> None:
    story = controlled().do(NavigationAskedFor(act=5)).do(NavigationAnswered(act=5, allow=False))
    story.do(NavigationAskedFor(act=6), after=MINUTE).do(NavigationAnswered(act=6, allow=False))
    assert_for_good(story, NavigationAskedFor(act=7))


def test_only_the_answer_to_the_open_question_counts() -> None:
    story = controlled()
    story.assert_unchanged_by(NavigationAnswered(act=NO_ACT, allow=False))
    story.do(NavigationAskedFor(act=5))
    story.assert_unchanged_by(NavigationAnswered(act=4, allow=True))
    story.do(NavigationAnswered(act=5, allow=False))
    story.assert_unchanged_by(NavigationAnswered(act=5, allow=False))


def test_an_address_needs_control_and_a_live_session() -> None:
    live().assert_refused(NavigationAskedFor(act=1), "no_control")
    controlled().do(PausedBy()).assert_refused(NavigationAskedFor(act=1), "wrong_state")
