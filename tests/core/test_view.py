"""The order of the view, the page it comes from, and what its check remembers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobrowse.core import whitelist
from cobrowse.core.errors import BadFrame
from cobrowse.core.policy import Site
from cobrowse.core.protocol import Ops, Page, PageInfo, Pointer, Snapshot, Tip
from cobrowse.core.view import View, ViewCheck
from cobrowse.core.whitelist import LIMITS, NO_INSIDE
from tests.core.sketch import PAGE, Sketch, page_sketch

SITE = Site(
    id="shop",
    name="Example Shop",
    origins=("https://www.shop.example",),
    start_url="https://www.shop.example/",
    deny_paths=("/checkout/payment/*",),
    query_params=("q",),
)


def page_at(address: str) -> PageInfo:
    return PageInfo(address=address, title="x", width=1, height=1)


def assert_refused(check: ViewCheck, message: View, code: str = "bad_frame") -> None:
    with pytest.raises(BadFrame) as refusal:
        check.check(message)
    assert refusal.value.code == code


@pytest.fixture
def live() -> ViewCheck:
    """A check that has seen a whole picture, epoch 1."""
    check = ViewCheck(SITE)
    check.check(page_sketch().snapshot())
    return check


def test_a_picture_and_what_follows(live: ViewCheck) -> None:
    for seq in (1, 2, 3):
        live.check(Sketch().text(10 + seq, 3, "x").ops(seq=seq))
    live.check(Tip(epoch=1, seq=3))
    live.check(Page(epoch=1, page=PAGE))
    live.check(Pointer(epoch=1, x=-1, y=-1))
    live.check(page_sketch().snapshot(epoch=2))
    live.check(Sketch().ops(epoch=2, seq=1))


def test_a_picture_in_parts() -> None:
    check = ViewCheck(SITE)
    check.check(page_sketch().snapshot(last=False))
    check.check(Sketch().text(4, 3, "a").snapshot(part=1, last=False))
    check.check(Sketch().text(5, 3, "b").snapshot(part=2))
    check.check(Sketch().ops())


@pytest.mark.parametrize("seq", [0, 2, 3])
def test_a_gap_in_ops_lasts_until_a_new_epoch(live: ViewCheck, seq: int) -> None:
    assert_refused(live, Sketch().ops(seq=seq), "gap")
    assert_refused(live, Sketch().ops(seq=1), "gap")
    assert_refused(live, Tip(epoch=1, seq=0), "gap")
    live.check(page_sketch().snapshot(epoch=2))
    live.check(Sketch().ops(epoch=2))


def test_ops_of_another_epoch_are_a_gap(live: ViewCheck) -> None:
    assert_refused(live, Sketch().ops(epoch=2), "gap")


def test_ops_before_a_picture_are_a_gap() -> None:
    check = ViewCheck(SITE)
    assert_refused(check, Sketch().ops(), "gap")
    check.check(page_sketch().snapshot(last=False))
    assert_refused(check, Sketch().ops(), "gap")


@pytest.mark.parametrize(("epoch", "part"), [(1, 2), (1, 0), (2, 1), (0, 1)])
def test_a_missing_part_spoils_the_picture(epoch: int, part: int) -> None:
    check = ViewCheck(SITE)
    check.check(page_sketch().snapshot(last=False))
    wrong = page_sketch() if part == 0 else Sketch()
    assert_refused(check, wrong.snapshot(epoch=epoch, part=part), "gap")
    assert_refused(check, Sketch().ops(), "gap")
    check.check(page_sketch().snapshot(epoch=3))


def test_nothing_follows_the_last_part(live: ViewCheck) -> None:
    assert_refused(live, Sketch().snapshot(part=1), "gap")


def test_a_refused_part_spoils_the_picture() -> None:
    check = ViewCheck(SITE)
    check.check(page_sketch().snapshot(last=False))
    assert_refused(check, Sketch().text(4, 0, "x").snapshot(part=1, last=False))
    assert_refused(check, Sketch().text(4, 3, "x").snapshot(part=1), "gap")
    assert_refused(check, Sketch().text(4, 3, "x").snapshot(part=2), "gap")


def test_a_refused_frame_spoils_the_epoch(live: ViewCheck) -> None:
    assert_refused(live, Sketch().text(4, 0, "x").ops(seq=1))
    assert_refused(live, Sketch().text(4, 3, "x").ops(seq=1), "gap")
    assert_refused(live, Sketch().text(4, 3, "x").ops(seq=2), "gap")


@pytest.mark.parametrize("epoch", [0, 1])
def test_epochs_grow(live: ViewCheck, epoch: int) -> None:
    assert_refused(live, page_sketch().snapshot(epoch=epoch), "gap")


def test_an_old_picture_does_not_spoil_the_present_one(live: ViewCheck) -> None:
    assert_refused(live, page_sketch().snapshot(epoch=1), "gap")
    live.check(Sketch().ops(seq=1))


def test_epochs_may_leap() -> None:
    check = ViewCheck(SITE)
    check.check(page_sketch().snapshot(epoch=30_000))
    check.check(page_sketch().snapshot(epoch=40_000))


def test_a_tip_shows_what_is_missing(live: ViewCheck) -> None:
    live.check(Tip(epoch=1, seq=0))
    live.check(Sketch().ops(seq=1))
    live.check(Tip(epoch=0, seq=99))
    live.check(Tip(epoch=1, seq=1))
    assert_refused(live, Tip(epoch=1, seq=2), "gap")
    assert_refused(live, Tip(epoch=2, seq=0), "gap")
    live.check(Sketch().ops(seq=2))


def test_a_tip_before_the_last_part_is_a_gap() -> None:
    check = ViewCheck(SITE)
    check.check(page_sketch().snapshot(last=False))
    assert_refused(check, Tip(epoch=1, seq=0), "gap")


def test_reset_forgets_the_stream(live: ViewCheck) -> None:
    live.reset()
    assert_refused(live, Sketch().ops(seq=1), "gap")
    live.check(page_sketch().snapshot(epoch=1))


def test_only_the_first_part_names_the_page() -> None:
    check = ViewCheck(SITE)
    assert_refused(check, page_sketch().snapshot(page=None))
    whole = page_sketch().snapshot(epoch=2, last=False)
    check.check(whole)
    second = Snapshot(epoch=2, part=1, last=True, page=PAGE, tags=[], names=[], urls=[], styles=[], texts=[], nodes=[])
    assert_refused(check, second)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("https://evil.example/", "other_origin"),
        ("about:blank", "other_origin"),
        ("", "other_origin"),
        ("https://www.shop.example/checkout/payment/card", "other_path"),
        ("https://www.shop.example/CHECKOUT/payment", "other_path"),
        ("https://www.shop.example/a//b", "other_path"),
        ("https://www.shop.example/reset/abc", "other_path"),
        ("https://www.shop.example", "bad_frame"),
        ("https://www.shop.example/?q=a#fragment", "bad_frame"),
        ("https://www.shop.example/?q=a&token=secret", "bad_frame"),
        ("https://www.shop.example/order/550e8400-e29b-41d4-a716-446655440000", "bad_frame"),
        ("https://WWW.shop.example/", "bad_frame"),
    ],
)
def test_the_page_is_one_that_may_share_and_its_address_is_redacted(address: str, code: str) -> None:
    check = ViewCheck(SITE)
    assert_refused(check, page_sketch().snapshot(page=page_at(address)), code)
    check.check(page_sketch().snapshot(epoch=2))
    assert_refused(check, Page(epoch=2, page=page_at(address)), code)
    check.check(Sketch().ops(epoch=2))


@pytest.mark.parametrize("address", ["/", "/search?q=lamp", "/order/…", "/search?q=…"])
def test_redacted_addresses_pass(live: ViewCheck, address: str) -> None:
    live.check(Page(epoch=1, page=page_at("https://www.shop.example" + address)))


def test_values_are_shown_only_where_the_site_lists_some() -> None:
    frame = page_sketch().element(4, 3, "input", type="search", _value="lamp").snapshot()
    assert_refused(ViewCheck(SITE), frame)
    shows = Site(id="shop", name="Shop", origins=SITE.origins, start_url="https://www.shop.example/", show=("#search",))
    ViewCheck(shows).check(frame)


def test_what_has_no_inside_keeps_none_over_frames(live: ViewCheck) -> None:
    live.check(Sketch().element(4, 3, "textarea").ops(seq=1))
    assert_refused(live, Sketch().text(5, 4, "hunter2").ops(seq=2))


def test_a_new_epoch_counts_anew() -> None:
    """More than the limit in all, but never in one epoch."""
    check = ViewCheck(SITE)
    per_frame = 50_000
    sketch = page_sketch()
    for node in range(10, 10 + per_frame):
        sketch.record(2, node, 3, 0, 0)
    sketch.texts.append("x")
    for epoch in range(1, LIMITS.nodes // per_frame + 2):
        check.check(sketch.snapshot(epoch=epoch))


def test_an_epoch_that_grows_without_end_is_refused() -> None:
    check = ViewCheck(SITE)
    check.check(page_sketch().snapshot())
    per_frame = 50_000
    for seq in range(1, LIMITS.nodes // per_frame + 1):
        sketch = Sketch()
        sketch.texts.append("x")
        for node in range(seq * per_frame, (seq + 1) * per_frame):
            sketch.record(2, node, 3, 0, 0)
        if seq < LIMITS.nodes // per_frame:
            check.check(sketch.ops(seq=seq))
        else:
            assert_refused(check, sketch.ops(seq=seq))


FIELDS = {"input", "textarea", "option", "link", "placeholder"}
OPEN_NAMES = sorted(
    name for name in whitelist.names() if name.split(" ")[0] not in FIELDS and not name.endswith(" :reason")
)


@given(st.lists(st.tuples(st.sampled_from(OPEN_NAMES), st.integers(0, 30), st.text(max_size=8)), max_size=30))
def test_every_tree_of_the_whitelist_passes(nodes: list[tuple[str, int, str]]) -> None:
    """No false refusal: any tags under any parents, each with one of its names and a text."""
    sketch, parents = page_sketch(), [3]
    for node, (name, under, text) in enumerate(nodes, start=10):
        parent = parents[under % len(parents)]
        tag = name.split(" ")[0]
        kind = whitelist.kind_of(name)
        value: str | int = {"style": "color:red", "text": text, "token": "none"}.get(str(kind), 1)
        key, given_value = sketch.pair(name, value)
        sketch.tags += [] if tag in sketch.tags else [tag]
        sketch.record(1, node, parent, 0, sketch.tags.index(tag), 1, key, given_value)
        if tag not in NO_INSIDE:
            parents.append(node)
            sketch.text(node + 1000, node, text)
    ViewCheck(SITE).check(sketch.snapshot())


steps = st.one_of(
    st.builds(
        lambda epoch, part, last: ("snapshot", epoch, part, last), st.integers(0, 3), st.integers(0, 2), st.booleans()
    ),
    st.builds(lambda epoch, seq: ("ops", epoch, seq, False), st.integers(0, 3), st.integers(0, 3)),
)


@given(st.lists(steps, max_size=14))
def test_only_whole_and_contiguous_streams_pass(tries: list[tuple[str, int, int, bool]]) -> None:
    """What passes is, per epoch: parts 0, 1, … to a last one, then ops 1, 2, …; and epochs grow."""
    check = ViewCheck(SITE)
    passed: list[Snapshot | Ops] = []
    for kind, epoch, number, last in tries:
        base = page_sketch() if number == 0 else Sketch()
        message = base.snapshot(epoch, number, last=last) if kind == "snapshot" else Sketch().ops(epoch, number)
        try:
            check.check(message)
        except BadFrame as refusal:
            assert refusal.code == "gap"
        else:
            passed.append(message)
    previous: Snapshot | Ops | None = None
    for message in passed:
        assert _may_follow(previous, message)
        previous = message


def _may_follow(previous: Snapshot | Ops | None, message: Snapshot | Ops) -> bool:
    if isinstance(message, Snapshot) and message.part == 0:
        return previous is None or message.epoch > previous.epoch
    if previous is None or message.epoch != previous.epoch:
        return False
    if isinstance(message, Snapshot):
        return isinstance(previous, Snapshot) and not previous.last and message.part == previous.part + 1
    if isinstance(previous, Snapshot):
        return previous.last and message.seq == 1
    return message.seq == previous.seq + 1
