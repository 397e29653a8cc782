"""Every integer of a frame's records is looked at."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobrowse.core.errors import BadFrame
from cobrowse.core.frames import Records, is_text_change
from cobrowse.core.protocol import Ops
from cobrowse.core.tables import MAX_INTEGER, Memory, Tables
from cobrowse.core.whitelist import LIMITS, NO_INSIDE, OPS, SNAPSHOT_OPS
from tests.core.sketch import Sketch, page_sketch


def walk(
    sketch: Sketch,
    memory: Memory | None = None,
    *,
    snapshot: bool = True,
    root: bool = True,
    shows_values: bool = True,
) -> Memory:
    """Walk the first part of a snapshot."""
    memory = memory or Memory()
    tables = Tables(sketch.snapshot(), shows_values)
    Records(sketch.ints, tables, memory, snapshot=snapshot, root=root).walk()
    return memory


def walk_ops(sketch: Sketch, memory: Memory | None = None) -> Memory:
    return walk(sketch, memory, snapshot=False, root=False)


def assert_refused(sketch: Sketch, memory: Memory | None = None) -> None:
    with pytest.raises(BadFrame) as refusal:
        walk(sketch, memory)
    assert refusal.value.code == "bad_frame"


def assert_ops_refused(sketch: Sketch, memory: Memory | None = None) -> None:
    with pytest.raises(BadFrame) as refusal:
        walk_ops(sketch, memory)
    assert refusal.value.code == "bad_frame"


def drawn() -> Sketch:
    """A snapshot with one of every record it may hold."""
    sketch = page_sketch().element(4, 3, "img", src=12, alt="Lamp", _width=80).text(5, 3, "Hello")
    sketch.element(6, 3, "style").sheet(7, 6, "a{color:red}", "b{}").record(OPS.shadow, 8, 3)
    sketch.element(9, 8, "acme-card", title="t", style="color:red")
    return sketch.record(OPS.scroll, 1, -5, 40, OPS.focus, 4, OPS.selection, 5, 0, 5, 3)


def changed() -> Sketch:
    """Ops with one of every record they may hold."""
    sketch = Sketch().element(20, 3, "p", 5, _filled=1).text(21, 20, "Hi").record(OPS.shadow, 22, 20)
    sketch.sheet(23, 1, "a{}", before=7).record(OPS.remove, 4, OPS.move, 5, 20, 21).text_change(5, "New")
    sketch.attribute(9, "div class", "on").record(OPS.attribute_removed, 9, 0)
    sketch.record(OPS.scroll, 1, 0, 0, OPS.focus, 0).record(OPS.rule_inserted, 7, 0, 0, OPS.rule_removed, 7, 1)
    return sketch.record(OPS.selection, 0, 0, 0, 0)


def framed(count: int = 1) -> Sketch:
    """So many frames, each with its document."""
    sketch = Sketch()
    for at in range(1_000, 1_000 + 2 * count, 2):
        sketch.element(at, 3, "iframe").record(OPS.document, at + 1, at)
    return sketch


def test_a_frame_has_one_document_and_nothing_else() -> None:
    memory = walk_ops(framed().element(2_000, 1_001, "html").text(2_001, 2_000, "x"))
    assert (memory.documents, memory.frames) == (1, set())
    assert_ops_refused(Sketch().record(OPS.document, 3_000, 1_000), memory)
    assert_ops_refused(Sketch().text(3_000, 1_000, "x"), memory)
    assert_ops_refused(Sketch().element(10, 3, "p").record(OPS.document, 11, 10))
    assert_ops_refused(Sketch().record(OPS.document, 11, 0))
    assert_refused(Sketch().record(OPS.document, 11, 10))


def test_an_epoch_has_only_so_many_documents() -> None:
    memory = walk_ops(framed(LIMITS.frame_documents_per_epoch))
    assert_ops_refused(Sketch().element(10, 3, "iframe").record(OPS.document, 11, 10), memory)


def test_a_picture_of_everything() -> None:
    memory = walk(drawn())
    assert memory.nodes == 9
    assert memory.closed == {6}


def test_changes_of_every_kind() -> None:
    assert walk_ops(changed()).nodes == 4


@pytest.mark.parametrize("number", sorted(set(range(-1, 18)) - SNAPSHOT_OPS))
def test_records_a_snapshot_may_not_hold(number: int) -> None:
    assert_refused(page_sketch().record(number, 2, 1, 0, 0, 0, 0))


@pytest.mark.parametrize("number", [-1, 0, 16, OPS.document])
def test_records_ops_may_not_hold(number: int) -> None:
    assert_ops_refused(Sketch().record(number, 2, 0))


@pytest.mark.parametrize("make", [drawn, changed])
def test_no_cut_goes_unnoticed(make: Callable[[], Sketch]) -> None:
    whole = make()
    boundaries = 0
    for end in range(len(whole.ints)):
        sketch = make()
        sketch.ints = sketch.ints[:end]
        try:
            walk(sketch, snapshot=make is drawn, root=make is drawn)
        except BadFrame:
            continue
        boundaries += 1
    assert boundaries == (11 if make is drawn else 14), "a cut passes only between two records"


@pytest.mark.parametrize("make", [drawn, changed])
@pytest.mark.parametrize("value", [MAX_INTEGER + 1, -MAX_INTEGER - 1, 2**70])
def test_no_integer_is_beyond_31_bits(make: Callable[[], Sketch], value: int) -> None:
    for place in range(len(make().ints)):
        sketch = make()
        sketch.ints[place] = value
        with pytest.raises(BadFrame):
            walk(sketch, snapshot=make is drawn, root=make is drawn)


@pytest.mark.parametrize("make", [drawn, changed])
def test_only_scrolling_and_numbers_go_below_zero(make: Callable[[], Sketch]) -> None:
    passed = []
    for place in range(len(make().ints)):
        sketch = make()
        sketch.ints[place] = -1
        try:
            walk(sketch, snapshot=make is drawn, root=make is drawn)
        except BadFrame:
            continue
        passed.append(place)
    ints = make().ints
    # Where the scroll record begins, seen from the end; and the width of the image.
    scroll = len(ints) - (11 if make is drawn else 18)
    assert ints[scroll] == OPS.scroll
    assert set(passed) == {scroll + 2, scroll + 3} | ({ints.index(80)} if make is drawn else set())


def test_an_empty_picture_has_no_document() -> None:
    assert_refused(Sketch())
    walk_ops(Sketch())


def test_a_picture_begins_with_its_document() -> None:
    assert_refused(Sketch().element(2, 1, "html").document())
    assert_refused(Sketch().sheet(2, 1, "a{}").document())
    assert_refused(page_sketch().document(9))
    assert_refused(Sketch().record(OPS.document, 1, 1))
    assert_refused(Sketch().record(OPS.document, 0, 0))
    with pytest.raises(BadFrame):
        walk(Sketch().document(), root=False)


def test_nothing_but_the_document_stands_on_top() -> None:
    assert_refused(page_sketch().element(4, 0, "div"))
    assert_refused(page_sketch().text(4, 0, "x"))


def test_an_id_is_used_once() -> None:
    assert_refused(page_sketch().element(3, 2, "div"))
    assert_refused(page_sketch().text(2, 3, "x"))
    assert_refused(page_sketch().record(OPS.shadow, 3, 3))
    assert_refused(page_sketch().element(4, 4, "div"))


def test_a_snapshot_is_in_order_so_before_is_zero() -> None:
    assert_refused(page_sketch().element(4, 3, "p").element(5, 3, "p", 4))
    assert_refused(page_sketch().text(4, 3, "x").text(5, 3, "y", 4))
    assert_refused(page_sketch().sheet(4, 1, "a{}").sheet(5, 1, "b{}", before=4))
    walk_ops(Sketch().element(5, 3, "p", 4))


def test_a_name_belongs_to_its_element() -> None:
    sketch = page_sketch()
    name, value = sketch.pair("img src", 12)
    sketch.tags.append("li")
    assert_refused(sketch.record(OPS.element, 4, 3, 0, sketch.tags.index("li"), 1, name, value))


def test_indexes_stay_in_their_tables() -> None:
    for tag in (3, -1):
        assert_refused(page_sketch().record(OPS.element, 4, 3, 0, tag, 0))
    for text in (0, -1):
        assert_refused(page_sketch().record(OPS.text, 4, 3, 0, text))
        assert_ops_refused(Sketch().record(OPS.text_change, 4, text))
        assert_ops_refused(Sketch().record(OPS.rule_inserted, 4, 0, text))
        assert_refused(page_sketch().record(OPS.sheet, 4, 1, 0, 1, text))
        assert_ops_refused(Sketch().record(OPS.attribute, 4, text, 0))
        assert_ops_refused(Sketch().record(OPS.attribute_removed, 4, text))
        assert_refused(page_sketch().record(OPS.element, 4, 3, 0, 0, 1, text, 0))


@pytest.mark.parametrize(
    ("name", "value", "good"),
    [("a :link", 1, [0, 1]), ("img src", 12, [0]), ("div style", "color:red", [0]), ("div class", "a", [0])],
)
def test_values_by_kind(name: str, value: str | int, good: list[int]) -> None:
    for tried in (-1, 0, 1, 2):
        sketch = page_sketch().element(4, 3, name.split()[0])
        index, _ = sketch.pair(name, value)
        sketch.record(OPS.element, 5, 3, 0, len(sketch.tags) - 1, 1, index, tried)
        if tried in good:
            walk(sketch)
        else:
            assert_refused(sketch)


def test_an_element_has_not_too_many_attributes() -> None:
    most = LIMITS.attributes_per_element
    # No element of the list has so many names, so some stand there twice; how many there are is looked at first.
    assert_refused(page_with(most, "body class"))
    assert_refused(page_with(most + 1, "body class"))
    assert_refused(page_sketch().record(OPS.element, 4, 3, 0, 1, -1))


def test_an_element_has_no_attribute_twice() -> None:
    walk(page_sketch().element(4, 3, "div", id="a", title="b"))
    assert_refused(page_with(2, "body class"))


def page_with(count: int, name: str) -> Sketch:
    sketch = page_sketch()
    pair = sketch.pair(name, "a")
    return sketch.record(OPS.element, 4, 3, 0, sketch.tags.index("body"), count, *(pair * count))


@pytest.mark.parametrize(
    "records",
    [
        [OPS.text, 40, 41, 0, 0, OPS.element, 41, 3, 0, 0, 0],
        [OPS.element, 40, 41, 0, 0, 0, OPS.element, 41, 40, 0, 0, 0],
        [OPS.shadow, 40, 41, OPS.element, 41, 3, 0, 0, 0],
        [OPS.move, 3, 41, 0, OPS.element, 41, 3, 0, 0, 0],
    ],
    ids=["text", "circle", "shadow", "move"],
)
def test_what_something_was_put_into_cannot_come_after_it(records: list[int]) -> None:
    sketch = Sketch()
    sketch.tags, sketch.texts = ["div"], ["x"]
    assert_ops_refused(sketch.record(*records))


@pytest.mark.parametrize("tag", sorted(NO_INSIDE))
def test_what_has_no_inside(tag: str) -> None:
    assert_refused(page_sketch().element(4, 3, tag).text(5, 4, "hunter2"))
    assert_refused(page_sketch().element(4, 3, tag).element(5, 4, "b"))
    assert_refused(page_sketch().element(4, 3, tag).record(OPS.shadow, 5, 4))
    later = walk(page_sketch().element(4, 3, tag).text(6, 3, "x"))
    assert_ops_refused(Sketch().text(5, 4, "hunter2"), later)
    assert_ops_refused(Sketch().record(OPS.move, 6, 4, 0), later)


@pytest.mark.parametrize("tag", ["textarea", "input"])
def test_a_field_that_shows_nothing_does_not_scroll(tag: str) -> None:
    def scrolled() -> Sketch:
        return page_sketch().element(4, 3, tag).record(OPS.scroll, 4, 0, 300)

    walk(scrolled(), shows_values=True)
    with pytest.raises(BadFrame):
        walk(scrolled(), shows_values=False)


def test_a_move_goes_somewhere_else() -> None:
    assert_ops_refused(Sketch().record(OPS.move, 6, 6, 0))
    assert_ops_refused(Sketch().record(OPS.move, 6, 0, 0))


@pytest.mark.parametrize("first", ["type", "_value"])
def test_a_password_has_no_value(first: str) -> None:
    sketch = page_sketch().element(4, 3, "input", type="password", _value="hunter2")
    if first == "_value":
        kind, value = sketch.ints[-4:-2], sketch.ints[-2:]
        sketch.ints[-4:] = [*value, *kind]
    assert_refused(sketch)
    assert_refused(page_sketch().element(4, 3, "input", type="file", _value="x"))
    walk(page_sketch().element(4, 3, "input", type="search", _value="lamp", _checked=1))


def test_once_a_password_always_one() -> None:
    memory = walk(page_sketch().element(4, 3, "input", type="password"))
    walk_ops(Sketch().attribute(4, "input type", "text"), memory)
    assert_ops_refused(Sketch().attribute(4, "input :value", "hunter2"), memory)


@pytest.mark.parametrize("kind", ["text", "password", "search", "image", "checkbox"])
def test_a_value_cannot_pass_for_a_label(kind: str) -> None:
    assert_refused(page_sketch().element(4, 3, "input", type=kind, _label="hunter2"))
    assert_refused(page_sketch().element(4, 3, "input", _label="hunter2"))
    memory = walk(page_sketch().element(4, 3, "input", type=kind))
    assert_ops_refused(Sketch().attribute(4, "input :label", "hunter2"), memory)


@pytest.mark.parametrize("kind", ["submit", "button", "reset"])
def test_a_button_has_a_label(kind: str) -> None:
    memory = walk(page_sketch().element(4, 3, "input", type=kind, _label="Search"))
    walk_ops(Sketch().attribute(4, "input :label", "Find"), memory)
    walk_ops(Sketch().attribute(4, "input type", "text"), memory)
    assert_ops_refused(Sketch().attribute(4, "input :label", "hunter2"), memory)


def test_a_tree_is_not_too_deep() -> None:
    def chain(length: int) -> Sketch:
        sketch = Sketch().document()
        for node in range(2, length + 2):
            sketch.element(node, node - 1, "div")
        return sketch

    walk(chain(LIMITS.depth))
    assert_refused(chain(LIMITS.depth + 1))


def test_moves_do_not_dig_deeper() -> None:
    sketch = Sketch()
    for node in range(2, LIMITS.depth + 3):
        sketch.record(OPS.move, node, node - 1, 0)
    assert_ops_refused(sketch)


def test_a_moved_new_node_counts_once() -> None:
    assert walk_ops(Sketch().element(4, 3, "p").record(OPS.move, 4, 2, 0, OPS.move, 9, 2, 0)).nodes == 1


def test_an_epoch_has_not_too_many_nodes() -> None:
    memory = Memory()
    memory.nodes = LIMITS.nodes - 2
    walk_ops(Sketch().element(4, 3, "p").sheet(5, 1, "a{}"), memory)
    assert memory.nodes == LIMITS.nodes
    assert_ops_refused(Sketch().text(6, 3, "x"), memory)


def test_an_epoch_has_not_too_many_uses() -> None:
    memory = Memory()
    memory.uses = LIMITS.use - 1
    walk_ops(Sketch().element(4, 3, "svg:use"), memory)
    assert_ops_refused(Sketch().element(5, 3, "svg:use"), memory)


def test_a_sheet_may_be_sent_again() -> None:
    walk_ops(Sketch().sheet(7, 6, "a{}").sheet(7, 6))


@given(st.lists(st.integers(-2, 16), max_size=60), st.booleans())
def test_any_integers_fit_or_are_refused(ints: list[int], snapshot: bool) -> None:
    sketch = drawn() if snapshot else changed()
    sketch.ints += ints
    try:
        walk(sketch, snapshot=snapshot, root=snapshot)
    except BadFrame as refusal:
        assert refusal.code == "bad_frame"


@given(
    st.just([OPS.text_change]) | st.lists(st.integers(-2, 16), max_size=1),
    st.lists(st.integers(-2, 4) | st.sampled_from([2**31 - 1, 2**31]), max_size=3),
    st.lists(st.text(max_size=2), max_size=3),
)
def test_what_is_taken_for_one_changed_text_is_one_that_fits(
    kind: list[int], rest: list[int], texts: list[str]
) -> None:
    frame = Ops(epoch=1, seq=1, tags=[], names=[], urls=[], styles=[], texts=texts, ops=[*kind, *rest])
    if is_text_change(frame):
        memory = Memory()
        Records(frame.ops, Tables(frame, shows_values=True), memory, snapshot=False, root=False).walk()
        assert (memory.nodes, memory.secret, memory.buttons, memory.closed) == (0, set(), set(), set())


def test_a_changed_text_is_taken_for_one_alone() -> None:
    assert is_text_change(Sketch().text_change(4, "2 lamps").ops())
    assert not is_text_change(Sketch().text_change(4, "2 lamps").text_change(5, "3 lamps").ops())
    assert not is_text_change(Sketch().attribute(4, "p title", "2 lamps").ops())
    sketch = Sketch().text_change(4, "2 lamps")
    sketch.styles = ["color: red"]
    assert not is_text_change(sketch.ops())


def test_a_sheet_that_was_sent_may_be_adopted_elsewhere() -> None:
    page = page_sketch().sheet(4, 1, "a{}").record(OPS.shadow, 5, 3, OPS.adopt, 6, 5, 0, 4)
    walk(page)
    assert_refused(page_sketch().record(OPS.adopt, 6, 5, 4, 4))
    walk_ops(Sketch().record(OPS.adopt, 6, 5, 4, 4))


@pytest.mark.parametrize("record", [(0, 5, 0, 4), (6, 0, 0, 4), (6, 5, -1, 4), (6, 5, 0, 0), (4, 5, 0, 4), (6, 5, 0)])
def test_an_adoption_that_is_out_of_range_is_refused(record: tuple[int, ...]) -> None:
    assert_refused(page_sketch().sheet(4, 1, "a{}").record(OPS.adopt, *record))
    assert_refused(Sketch().record(OPS.adopt, 6, 1, 0, 4).document())
