from hypothesis import given
from hypothesis import strategies as st

from cobrowse.core.typed import Placed, Typed

NODES = st.integers(1, 24)
CARD = "4111111111111111"
Changes = list[tuple[int, str]]


@st.composite
def typed_in_one(draw: st.DrawFn) -> Changes:
    """A number that grows at the end of a text."""
    node, before = draw(NODES), draw(st.sampled_from(["", "Card ", "+"]))
    lengths = sorted(draw(st.sets(st.integers(1, len(CARD)), min_size=1)))
    return [(node, before + CARD[:length]) for length in lengths]


@st.composite
def typed_in_boxes(draw: st.DrawFn) -> Changes:
    """A digit in each of several boxes, one after the other."""
    first = draw(st.integers(1, 8))
    return [(first + at, digit) for at, digit in enumerate(CARD[: draw(st.integers(1, len(CARD)))])]


OTHERS = st.lists(st.tuples(NODES, st.text("0123456789 -•aA", max_size=12)), max_size=6)


@given(st.lists(typed_in_one() | typed_in_boxes() | OTHERS, max_size=8))
def test_a_text_that_changes_alone_is_seen_as_any(parts: list[Changes]) -> None:
    alone, among = Typed(), Typed()
    for node, text in (change for part in parts for change in part):
        hidden, count = among.see([text], (Placed(0, node, 0),), ops=True)
        assert alone.see_change(text, node) == (hidden.get(0), count)
        assert bool(alone) == bool(among)


def test_what_was_masked_as_a_box_stays_masked_whatever_it_holds() -> None:
    typed = Typed()
    told = [typed.see_change(digit, node) for node, digit in enumerate(CARD, start=1)]
    assert told[:8] == [(None, 0)] * 8
    assert told[8] == (0, 1)
    assert typed.see_change("nothing", 9) == (0, 0)
    assert typed.see_change("nothing", 8) == (None, 0)
