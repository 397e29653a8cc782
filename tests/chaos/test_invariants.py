"""Each checker finds what it is there to find, and is silent where all is well."""

import pytest

from tests.chaos import invariants
from tests.chaos.invariants import MEGABYTE
from tests.chaos.notes import Disturbance, Notes, Race
from tests.chaos.running import Outcome
from tests.chaos.table import lines_of


def good() -> Notes:
    """A session in which everything went as it should."""
    notes = Notes(session="one")
    notes.asked = {1: 10.0, 2: 11.0, 3: 12.0}
    notes.came = notes.done = [1, 2]
    notes.answers = {1: [(10.1, "done", "")], 2: [(11.1, "done", "")], 3: [(12.1, "refused", "wrong_state")]}
    return notes


def test_one_winner() -> None:
    assert invariants.one_winner([Race("shop", {"a"}, finished=True), Race("shop")]) == []
    assert "2 were let in" in invariants.one_winner([Race("shop", {"a", "b"})])[0]
    burnt = Race("shop", finished=True, answers=["404 code_invalid"])
    assert "let nobody in" in invariants.one_winner([burnt])[0]
    burnt.may_be_lost = True
    assert invariants.one_winner([burnt]) == []


def test_a_wrong_picture() -> None:
    notes = good()
    assert invariants.mirror_true([notes]) == []
    notes.wrong_pictures.append((1.0, (3, 4)))
    assert "(3, 4)" in invariants.mirror_true([notes])[0]


def test_acts_at_most_once() -> None:
    assert invariants.acts_at_most_once(good()) == []


def doubled(notes: Notes) -> None:
    notes.came = [1, 2, 2]


def done_twice(notes: Notes) -> None:
    notes.done = [1, 2, 2]


def out_of_order(notes: Notes) -> None:
    notes.done = [2, 1]


def unasked(notes: Notes) -> None:
    notes.done = [1, 2, 9]


def said_to_be_done(notes: Notes) -> None:
    notes.answers[3] = [(12.1, "done", "")]


def refused_and_done(notes: Notes) -> None:
    notes.answers[2] = [(11.1, "refused", "no_control")]


@pytest.mark.parametrize("plant", [doubled, done_twice, out_of_order, unasked, said_to_be_done, refused_and_done])
def test_an_act_that_went_wrong(plant: object) -> None:
    notes = good()
    assert callable(plant)
    plant(notes)
    assert len(invariants.acts_at_most_once(notes)) == 1


def test_an_act_without_an_answer() -> None:
    notes = good()
    assert invariants.acts_answered(notes, [], until=100.0) == []
    del notes.answers[2]
    assert "act 2" in invariants.acts_answered(notes, [], until=100.0)[0]
    # It may be lost while something is broken, and may be waited for still.
    assert invariants.acts_answered(notes, [Disturbance(15.9, 20.0)], until=100.0) == []
    assert invariants.acts_answered(notes, [Disturbance(5.0, 11.0)], until=100.0) == []
    assert invariants.acts_answered(notes, [], until=15.0) == []
    assert len(invariants.acts_answered(notes, [Disturbance(16.1, 20.0)], until=100.0)) == 1
    # An answer that comes too late is none.
    notes.answers[2] = [(16.5, "done", "")]
    assert len(invariants.acts_answered(notes, [], until=100.0)) == 1


def test_something_after_the_end() -> None:
    notes = good()
    assert invariants.nothing_after_the_end([notes]) == []
    notes.after_end.append((20.0, "agent", "Ops"))
    assert "Ops" in invariants.nothing_after_the_end([notes])[0]
    assert invariants.tokens_dead({"the tab": "4105"}) == []
    assert "the tab" in invariants.tokens_dead({"the tab": "", "the agent": "404"})[0]


def test_something_of_the_page() -> None:
    assert invariants.nothing_of_the_page(["Kanarie1"], {"Redis": b"Kanarie2", "log": b""}) == []
    assert "in log" in invariants.nothing_of_the_page(["Kanarie1"], {"Redis": b"", "log": b"a Kanarie1 b"})[0]


def test_memory() -> None:
    assert invariants.bounded_memory({"hub0": 99 * MEGABYTE}, 100 * MEGABYTE) == []
    assert "101 MB" in invariants.bounded_memory({"hub0": 101 * MEGABYTE}, 100 * MEGABYTE)[0]


def test_others() -> None:
    before = [0.01] * 100
    assert invariants.others_unharmed(before, [0.02] * 100) == []
    assert invariants.others_unharmed(before, [5.0] * 3) == []
    assert "5000 ms" in invariants.others_unharmed(before, [0.02] * 97 + [5.0] * 3)[0]


def test_mistakes() -> None:
    assert invariants.no_mistakes({"hub0": 0}, {"hub-0.log": "all well"}) == []
    log = "ERROR task_failed\nTraceback (most recent call last):\n  File\nValueError: no\n"
    found = invariants.no_mistakes({"hub0": 2}, {"hub-0.log": log})
    assert "2 mistakes" in found[0]
    assert "ValueError: no" in found[1]


def test_percentile() -> None:
    assert invariants.percentile([], 0.99) == 0.0
    assert invariants.percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert invariants.percentile(range(1, 101), 0.99) == 99.0


def outcome(worst_seconds: float = 1.0, bar_seconds: float = 3.0, violations: tuple[str, ...] = ()) -> Outcome:
    return Outcome(
        fault="kill",
        runs=1,
        sessions=2,
        worst_seconds=worst_seconds,
        bar_seconds=bar_seconds,
        violations=list(violations),
        p99_before_ms=1.0,
        p99_others_ms=2.0,
        hub_mb=80,
        races=1,
        acts=2,
        lost=0,
    )


def test_what_is_survived() -> None:
    assert outcome().survived
    assert outcome(worst_seconds=9.0, bar_seconds=0.0).survived
    assert not outcome(worst_seconds=3.1).survived
    assert not outcome(violations=("P1: …",)).survived
    head, line = lines_of([outcome()])
    assert head.startswith("fault") and "survived" in line
