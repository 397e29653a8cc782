"""What must not be read is masked once more, by its form."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobrowse.core.errors import BadFrame
from cobrowse.core.forms import is_card
from cobrowse.core.protocol import Ops, Page, PageInfo, Pointer, Tip
from cobrowse.core.typed import MAX_PLACES
from cobrowse.core.wash import MASK, Washer, wash, wash_frame
from cobrowse.core.whitelist import LIMITS, OPS
from tests.core.sketch import PAGE, Sketch, page_sketch

CARD = "4111 1111 1111 1111"
IBAN = "DE89 3704 0044 0532 0130 00"


def luhn_digit(body: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


cards = st.builds(
    lambda begin, rest: begin + rest + luhn_digit(begin + rest),
    st.sampled_from(["4", "51", "55", "2221", "2720", "6011", "65", "62", "3528", "50", "58"]),
    st.text("0123456789", min_size=10, max_size=16),
).filter(is_card)


@pytest.mark.parametrize(
    "card",
    [
        CARD,
        "4111111111111111",
        "4111-1111-1111-1111",
        "4111\u00a01111\u00a01111\u00a01111",
        "4111 \u2013 1111 \u2013 1111 \u2013 1111",
        "4111\n        1111 1111 1111",
        "3782 822463 10005",
        "30569309025904",
        "4222222222222",
        "2223003122003222",
        "6759649826438453",
        "6304 0000 0000 0000 000",
        IBAN,
        IBAN.replace(" ", ""),
        IBAN.lower(),
        "NO93 8601 1117 947",
        "MT84MALT011000012345MTLCAST001S",
        "GB29-NWBK-6016-1331-9268-19",
    ],
)
@pytest.mark.parametrize("form", ["{}", "Card: {}.", "({})", "22 {} 123", "{} bank", "x={}"])
def test_cards_and_ibans_are_masked(card: str, form: str) -> None:
    texts, count = wash(["before", form.format(card), "after"])
    assert count >= 1
    assert [texts[0], texts[2]] == ["before", "after"]
    assert MASK in texts[1]
    # At most the last group of a number before the card may stand beside it.
    assert len(re.findall("[0-9]", texts[1])) <= len(re.findall("[0-9]", form))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Lamp 3",
        "4111 1111 1111 1112",
        "411111111111",
        "1" * 16,
        "4" * 20 + "1111111111111111",
        "+49 30 1234 5678",
        "2026-11-22 15:10:39",
        "DE88 3704 0044 0532 0130 00",
        "XDE89 3704 0044 0532 0130 00",
        "DE89 3704",
        "order 4111-1111-1111-1111x",
        "10.00 20.00 30.00 40.00 50.00",
    ],
)
def test_what_only_resembles_stays(text: str) -> None:
    texts = ["before", text]
    washed, count = wash(texts)
    assert washed is texts
    assert count == 0


def test_two_in_one_text() -> None:
    assert wash([f"{CARD} and {IBAN}, {CARD}"]) == ([f"{MASK} and {MASK}, {MASK}"], 3)


def test_texts_do_not_run_into_each_other() -> None:
    texts = ["4111 1111", "1111 1111"]
    assert wash(texts) == (texts, 0)


def test_a_sites_patterns() -> None:
    assert wash(["Customer KD-123, KD-9"], [r"KD-[0-9]+"]) == ([f"Customer {MASK}, {MASK}"], 2)


class _Long(Washer):
    """Takes no frame for a short change."""

    def _is_short_change(self, frame: Ops) -> bool:
        return False


@given(
    st.lists(
        st.tuples(
            st.integers(4, 6),
            st.text("0123456789 -•aA", max_size=12)
            | cards
            | cards.flatmap(lambda card: st.sampled_from(_typed_in(card))),
        ),
        max_size=30,
    )
)
def test_a_text_that_changed_alone_is_washed_like_any(changes: list[tuple[int, str]]) -> None:
    short, long = Washer(), _Long()
    for seq, (node, text) in enumerate(changes, start=1):
        assert short.frame(Sketch().text_change(node, text).ops(seq=seq)) == long.frame(
            Sketch().text_change(node, text).ops(seq=seq)
        )


@given(cards)
def test_a_number_that_is_typed_is_masked_alike_in_a_text_that_changes_alone(card: str) -> None:
    short, long = Washer(), _Long()
    told = [short.frame(Sketch().text_change(4, text).ops(seq=seq)) for seq, text in enumerate(_typed_in(card))]
    assert told == [long.frame(Sketch().text_change(4, text).ops(seq=seq)) for seq, text in enumerate(_typed_in(card))]
    assert MASK in told[-1][0].texts[0]


def _typed_in(card: str) -> list[str]:
    return [card[:length] for length in range(1, len(card) + 1)]


@given(cards, st.sampled_from(["", " ", "-", "\u00a0"]), st.data())
def test_every_card_is_found_however_it_is_grouped(card: str, gap: str, data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(1, 6), min_size=4, max_size=19))
    groups, rest = [], card
    for size in sizes:
        groups.append(rest[:size])
        rest = rest[size:]
    written = gap.join(group for group in (*groups, rest) if group)
    assert wash([f"Card {written}, thanks"]) == ([f"Card {MASK}, thanks"], 1) or _found_inside(written)


def _found_inside(written: str) -> bool:
    """A number inside the number may pass Luhn as well; then there is more than one find, and nothing is left."""
    texts, count = wash([f"Card {written}, thanks"])
    return count > 1 and texts == [f"Card {MASK}, thanks"]


# --- frames


def washed_texts(sketch: Sketch) -> tuple[list[str], int]:
    frame, count = wash_frame(sketch.snapshot())
    assert wash_frame(sketch.ops())[1] == count, "ops are read like a picture"
    return frame.texts, count


def test_a_clean_frame_is_the_same_frame() -> None:
    frame = page_sketch().text(4, 3, "Lamp 3 for 20.00").snapshot()
    assert wash_frame(frame) == (frame, 0)
    assert wash_frame(frame)[0] is frame
    ops = Sketch().text(4, 3, "x").ops()
    assert wash_frame(ops)[0] is ops


def test_messages_without_text() -> None:
    for message in (Tip(epoch=1, seq=2), Pointer(epoch=1, x=2, y=3)):
        assert wash_frame(message) == (message, 0)


def test_titles() -> None:
    page = PageInfo(address=PAGE.address, title=f"Card {CARD}", width=1, height=1)
    clean = PageInfo(address=PAGE.address, title=f"Card {MASK}", width=1, height=1)
    assert wash_frame(Page(epoch=1, page=page)) == (Page(epoch=1, page=clean), 1)
    frame, count = wash_frame(page_sketch().text(4, 3, IBAN).snapshot(page=page))
    assert (frame.page, frame.texts, count) == (clean, [MASK], 2)
    later = page_sketch().snapshot(part=1)
    assert wash_frame(later) == (later, 0)


def test_texts_of_attributes() -> None:
    sketch = page_sketch().element(4, 3, "img", alt=f"Card {CARD}", src=3, title="x")
    assert washed_texts(sketch) == ([f"Card {MASK}", "x"], 1)


def test_tokens_are_left_alone() -> None:
    sketch = page_sketch().element(4, 3, "div", id=CARD).element(5, 4, "svg:path", d=f"M{CARD}")
    assert washed_texts(sketch) == ([CARD, f"M{CARD}"], 0)


def test_a_card_over_inline_elements_is_masked_in_every_part() -> None:
    sketch = page_sketch().element(4, 3, "p").text(5, 4, "Card: 4111 ")
    sketch.element(6, 4, "b").text(7, 6, "1111").element(8, 6, "i").text(9, 8, " 1111 ").text(10, 4, "1111, thanks")
    assert washed_texts(sketch) == ([f"Card: {MASK}", MASK, MASK, f"{MASK}, thanks"], 1)


def test_digits_one_by_one() -> None:
    sketch = page_sketch().element(4, 3, "p")
    for place, digit in enumerate("4111111111111111"):
        sketch.element(10 + 2 * place, 4, "span").text(11 + 2 * place, 10 + 2 * place, digit)
    assert washed_texts(sketch) == ([MASK, MASK], 1)


@pytest.mark.parametrize("tag", ["div", "td", "br", "img"])
def test_boxes_beside_each_other_are_read_as_one_where_they_look_like_nothing_else(tag: str) -> None:
    boxes = page_sketch()
    for place, group in enumerate(CARD.split()):
        boxes.element(10 + 2 * place, 3, tag).text(11 + 2 * place, 3 if tag in ("br", "img") else 10 + 2 * place, group)
    assert washed_texts(boxes) == ([MASK, MASK], 1)
    halves = page_sketch().text(4, 3, "41111").element(5, 3, tag).text(6, 3, "11111111111")
    assert washed_texts(halves)[1] == 0


def test_custom_elements_flow_inside_a_line() -> None:
    sketch = page_sketch().text(4, 3, "41111").element(5, 3, "acme-card").text(6, 5, "11111111111")
    assert washed_texts(sketch) == ([MASK, MASK], 1)


def test_a_line_ends_with_its_block() -> None:
    sketch = page_sketch().element(4, 3, "div").text(5, 4, "41111").text(6, 3, "11111111111")
    assert washed_texts(sketch)[1] == 0


def test_other_records_end_the_line() -> None:
    sketch = page_sketch().text(4, 3, "41111").sheet(5, 3, "a{}", "b{}").text(6, 3, "11111111111").sheet(7, 3)
    assert washed_texts(sketch)[1] == 0


def test_what_css_puts_in_is_read() -> None:
    rules = [f'a::before {{ content: "Card {CARD}" attr(x) "{IBAN}"; }}', "b { color: red; }", 'i { content: "x"; }']
    sketch = page_sketch().sheet(4, 3, *rules)
    frame, count = wash_frame(sketch.snapshot())
    assert frame.styles == [f'a::before {{ content: "Card {MASK}" attr(x) "{MASK}"; }}', *rules[1:]]
    assert count == 2
    parts = ['i::after { content: "4111 " "1111 1111" " 1111"; }', ':root { --card: "4111111111111111"; }']
    parts += [f'ol {{ list-style-type: "{CARD}"; }}', 'b::before { content: "4111 1111"; }', "p { font-family: x; }"]
    frame, count = wash_frame(page_sketch().sheet(4, 3, *parts).snapshot())
    assert frame.styles[0] == f'i::after {{ content: "{MASK}" "{MASK}" "{MASK}"; }}'
    assert frame.styles[1:3] == [f':root {{ --card: "{MASK}"; }}', f'ol {{ list-style-type: "{MASK}"; }}']
    assert (frame.styles[3:], count) == (parts[3:], 3)
    clean = page_sketch().sheet(4, 3, rules[2]).snapshot()
    assert wash_frame(clean)[0] is clean


def test_changes_of_one_frame_are_boxes() -> None:
    sketch = Sketch()
    for node, group in enumerate(("4000", "0012", "3456", "7899")):
        sketch.text_change(50 + node, group)
    frame, count = wash_frame(sketch.ops())
    assert (frame.texts, count) == ([MASK] * 4, 1)


# --- a site's patterns


def test_a_pattern_reads_a_line_over_inline_elements_and_no_further() -> None:
    sketch = page_sketch().element(4, 3, "p").text(5, 4, "No. KD-").element(6, 4, "b").text(7, 6, "12\n\u00a034")
    sketch.element(8, 3, "div").text(9, 8, "KD-").element(10, 3, "div").text(11, 10, "5678")
    frame, count = wash_frame(sketch.snapshot(), [r"KD-\d+  \d+", r"KD-\d{4}"])
    assert (frame.texts, count) == ([f"No. {MASK}", MASK, "KD-", "5678"], 1)


def test_a_pattern_may_name_the_ends_of_a_line() -> None:
    assert wash(["KD-1", "no KD-1", "KD-1 no"], [r"^KD-\d$"]) == ([MASK, "no KD-1", "KD-1 no"], 1)


def test_a_pattern_and_a_card_in_one_text() -> None:
    assert wash([f"KD-7 {CARD} KD-8"], [r"KD-\d", r"\d KD"]) == ([f"{MASK} {MASK}"], 3)


def test_patterns_read_titles_attributes_and_addresses() -> None:
    page = PageInfo(
        address="https://kd-1.example/orders/KD-12/KD%2D3?q=KD-4&page=2", title="Order KD-12", width=1, height=1
    )
    clean = PageInfo(address="https://kd-1.example/orders/…/…?q=…&page=2", title=f"Order {MASK}", width=1, height=1)
    assert wash_frame(Page(epoch=1, page=page), [r"(?i)kd-\d+"]) == (Page(epoch=1, page=clean), 4)
    assert wash_frame(Page(epoch=1, page=clean), [r"(?i)kd-\d+"])[1] == 0
    sketch = page_sketch().element(4, 3, "img", alt="KD-5")
    assert wash_frame(sketch.snapshot(), [r"KD-\d"])[0].texts == [MASK]


# --- numbers that are being typed


def grow(washer: Washer, frames: list[Sketch]) -> tuple[list[str], int]:
    """What the agent sees of each frame's only text, and how much was counted in all."""
    shown, count = [], 0
    for seq, sketch in enumerate(frames, 1):
        frame, found = washer.frame(sketch.ops(seq=seq))
        shown += frame.texts
        count += found
    return shown, count


def test_a_number_that_grows_is_masked_before_all_of_it_was_seen() -> None:
    steps = [
        "4",
        "41",
        "411",
        "4111",
        "4111 1",
        "4111 1111",
        "4111 1111 1",
        "4111 1111 1111",
        CARD,
        "4111 1111 1111 111",
    ]
    shown, count = grow(Washer(), [Sketch().text_change(7, step) for step in steps])
    assert shown == [*steps[:6], *[MASK] * 4]
    assert count == 2, "once as it grew, once as it was a card"


def test_a_growing_text_that_is_made_anew_each_time_is_known_by_what_holds_it() -> None:
    steps = ["4### ####", "41## ####", "411# ####", "4111 ####", "4111 11## ####", "4111 1111 1### ####"]
    shown, count = grow(Washer(), [Sketch().text(20 + at, 7, step) for at, step in enumerate(steps)])
    assert (shown, count) == ([*steps[:5], MASK], 1)


def test_a_number_that_grows_at_the_end_of_a_sentence_is_masked_and_the_sentence_stays() -> None:
    steps = ["Your card ", "Your card 4111", "Your card 4111 1111", "Your card 4111 1111 1111", f"Your card {CARD} is"]
    shown, count = grow(Washer(), [Sketch().text_change(7, step) for step in steps])
    assert shown == [*steps[:3], f"Your card {MASK}", f"Your card {MASK} is"]
    assert count == 2


def test_a_number_typed_into_a_field_that_is_shown_is_masked_before_it_is_whole() -> None:
    steps = ["4", "41", "411", "4111", "4111 1111", "4111 1111 1"]
    shown, count = grow(Washer(), [Sketch().attribute(7, "input :value", step) for step in steps])
    assert (shown, count) == ([*steps[:5], MASK], 1)


def test_a_number_that_is_said_twice_in_a_frame_is_seen_to_grow() -> None:
    steps = ["4", "41", "411", "4111", "4111 1111", "4111 1111 1"]
    frames = [Sketch().text_change(7, step).text_change(7, f"{step} ") for step in steps]
    assert grow(Washer(), frames)[0][-2:] == [MASK, MASK]


def test_a_new_picture_shows_no_more_of_it() -> None:
    washer = Washer()
    grow(washer, [Sketch().text_change(7, step) for step in ("4", "41", "411", "4111 1111")])
    assert washer.frame(page_sketch().text(7, 3, "4111 1111 1").snapshot())[0].texts == [MASK]


def test_numbers_that_do_not_grow_from_their_beginning_stay() -> None:
    counts = ["9", "10", "85", "872", "8731", "87312", "87399", "2041883712", "2041883713", "20418837131"]
    assert grow(Washer(), [Sketch().text_change(7, count) for count in counts]) == (counts, 0)


def test_only_so_many_places_are_remembered() -> None:
    washer = Washer()
    grow(washer, [Sketch().text_change(7, step) for step in ("4", "41", "411", "4111 1111")])
    grow(washer, [Sketch().text_change(1000 + node, "4") for node in range(MAX_PLACES)])
    assert grow(washer, [Sketch().text_change(7, "4111 1111 1")])[1] == 0


def box(node: int, text: str) -> Sketch:
    """A new box with this text, somewhere in the page."""
    return Sketch().element(node, 7, "div").text(node + 1, node, text)


def test_boxes_that_are_filled_one_by_one_are_masked_from_the_ninth_digit_on() -> None:
    digits = list("4111111111111111")
    washer = Washer()
    shown, count = grow(washer, [box(100 + 2 * at, digit) for at, digit in enumerate(digits)])
    assert (shown, count) == (digits[:8] + [MASK] * 8, 1)
    again = page_sketch()
    for at, digit in enumerate(digits):
        again.element(100 + 2 * at, 3, "div").text(101 + 2 * at, 100 + 2 * at, digit if at < 9 else "7")
    assert wash_frame(again.snapshot())[1] == 0
    # A table's text that two boxes share is masked in both.
    assert washer.frame(again.snapshot())[0].texts == ["4", MASK, MASK]


def test_groups_that_are_filled_one_by_one_are_masked_from_the_ninth_digit_on() -> None:
    frames, wanted = [], []
    for group, digits in enumerate(("4111", "1111", "1111", "1111")):
        for length in range(1, 5):
            frames.append(Sketch().text_change(50 + group, digits[:length]))
            wanted.append(digits[:length] if group < 2 else MASK)
    frames.insert(7, Sketch().text_change(9, "12:31:05"))
    wanted.insert(7, "12:31:05")
    assert grow(Washer(), frames) == (wanted, 1)


def test_taking_digits_back_counts() -> None:
    steps = [
        (50, "4"),
        (50, "41"),
        (50, "411"),
        (50, "4111"),
        (51, "2"),
        (51, "22"),
        (51, "2"),
        (51, "22"),
        (51, "222"),
    ]
    steps += [(51, "2222"), (52, "3")]
    shown, _ = grow(Washer(), [Sketch().text_change(*step) for step in steps])
    assert shown == [*(text for _, text in steps[:-1]), MASK]


@pytest.mark.parametrize(
    "changes",
    [
        [(50 + at, str(at)) for at in range(1, 10)],
        [(50 + at % 5, "4") for at in range(20)],
        [(50 + at, "4123") for at in range(20)],
        [(50, str(at)) for at in range(20)],
        [(50 + at, "4" if at % 5 else "20 things") for at in range(8)],
    ],
    ids=["pages of a list", "a board of counters", "a table that fills", "a counter", "few boxes"],
)
def test_other_small_numbers_stay(changes: list[tuple[int, str]]) -> None:
    shown, count = grow(Washer(), [Sketch().text_change(*change) for change in changes])
    assert (shown, count) == ([text for _, text in changes], 0)


def test_several_numbers_in_a_frame_are_no_typing() -> None:
    frames = [Sketch().text_change(50 + at, "4") for at in range(8)]
    frames.append(Sketch().text_change(60, "5").text_change(61, "6"))
    frames += [Sketch().text_change(70 + at, "4") for at in range(8)]
    assert grow(Washer(), frames)[1] == 0


def test_only_so_many_boxes_are_remembered() -> None:
    washer = Washer()
    shown, count = grow(washer, [box(100 + 2 * at, "4") for at in range(MAX_PLACES + 20)])
    assert (shown.count(MASK), count) == (MAX_PLACES + 12, 1)
    assert washer.frame(page_sketch().text(101, 3, "4").text(117, 3, "4").snapshot())[0].texts == ["4"]


# --- frames, continued


def test_a_run_of_nodes_under_parents_of_earlier_frames() -> None:
    frame, count = wash_frame(Sketch().text(40, 9, "4111 1111 ").text(41, 9, "1111 1111").ops())
    assert (frame.texts, count) == ([MASK, MASK], 1)


def test_changed_texts_and_attributes() -> None:
    sketch = Sketch().text_change(5, CARD).attribute(6, "img alt", IBAN).attribute(6, "img loading", "4222222222222")
    sketch.record(OPS.remove, 4, OPS.move, 5, 20, 21, OPS.attribute_removed, 9, 0, OPS.scroll, 1, 0, 0)
    sketch.record(OPS.focus, 0, OPS.rule_inserted, 7, 0, 0, OPS.rule_removed, 7, 1, OPS.selection, 0, 0, 0, 0)
    sketch.record(OPS.shadow, 22, 20).text(8, 5, "4111 1111 1111 1111 ")
    frame, count = wash_frame(sketch.ops())
    assert frame.texts == [MASK, MASK, "4222222222222", f"{MASK} "]
    assert count == 3


def test_a_text_in_two_places_is_masked_in_both() -> None:
    sketch = page_sketch().text(4, 3, "4111 1111 ").text(5, 3, "1111 1111").element(6, 3, "p").text(7, 6, "1111 1111")
    assert washed_texts(sketch)[0] == [MASK, MASK]


# --- bounds


def test_time_is_linear_in_the_texts() -> None:
    started = time.process_time()
    wash(["4"] * 200_000)
    wash(["4111 1111 1111 1111"] * 20_000)
    assert time.process_time() - started < 5


def test_a_text_counts_in_each_of_its_places() -> None:
    half = "x" * (LIMITS.frame_text_characters // 2 - 8)
    twice = page_sketch().text(4, 3, half).text(5, 3, half)
    assert wash_frame(twice.snapshot())[1] == 0
    # A megabyte of such records would read as gigabytes.
    often = twice.text(6, 3, half)
    assert len(often.texts) == 1
    with pytest.raises(BadFrame) as refusal:
        wash_frame(often.snapshot())
    assert refusal.value.code == "bad_frame"
