import pytest

from cobrowse.core.protocol import Pause, Tip
from cobrowse.hub import outbox
from cobrowse.hub.outbox import Item, Outbox, item_of, joined


def item(data: str | bytes, latest: str = "", view: bool = False, size: int | None = None) -> Item:
    return Item(data, len(data) if size is None else size, latest, view)


def drained(box: Outbox) -> list[str | bytes]:
    frames = []
    while items := box.take():
        frames.append(joined(items))
    return frames


def test_waiting_texts_leave_as_one_array_and_packed_ones_by_themselves() -> None:
    box = Outbox()
    for data in ('{"a":1}', '{"b":2}', b"packed", b"packed too", '{"c":3}'):
        assert box.add(item(data)) == ""
    assert box.bytes == 37
    assert drained(box) == ['[{"a":1},{"b":2}]', b"packed", b"packed too", '{"c":3}']
    assert (box.bytes, len(box)) == (0, 0)


def test_an_array_has_limits_in_messages_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    box = Outbox()
    for _ in range(outbox.JOINED_MAX_MESSAGES + 1):
        box.add(item("1"))
    assert [frame.count("1") for frame in drained(box) if isinstance(frame, str)] == [outbox.JOINED_MAX_MESSAGES, 1]
    monkeypatch.setattr(outbox, "JOINED_MAX_BYTES", 4)
    for _ in range(3):
        box.add(item("22"))
    assert drained(box) == ["[22,22]", "22"]


def test_of_a_latest_wins_kind_only_the_newest_is_left_at_the_newest_place() -> None:
    box = Outbox()
    for data, latest in (("p1", "pointer"), ("t1", "tip"), ("frame", ""), ("p2", "pointer")):
        box.add(item(data, latest, view=True))
    assert drained(box) == ["[t1,frame,p2]"]


def test_on_overflow_latest_wins_kinds_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "OUTBOX_MAX_BYTES", 10)
    box = Outbox()
    box.add(item("ptr", "pointer", view=True))
    box.add(item("frame", view=True))
    assert box.add(item("state")) == ""
    assert drained(box) == ["[frame,state]"]


def test_then_the_whole_view_goes_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "OUTBOX_MAX_BYTES", 10)
    box = Outbox()
    box.add(item("act"))
    box.add(item("frame1", view=True))
    assert box.add(item("frame2", view=True)) == "view"
    assert drained(box) == ["act"]


def test_what_has_no_view_to_drop_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "OUTBOX_MAX_FRAMES", 2)
    box = Outbox()
    assert [box.add(item("act")) for _ in range(3)] == ["", "", "full"]


def test_the_view_can_be_dropped_by_itself() -> None:
    box = Outbox()
    box.add(item("state"))
    assert box.drop_view() is False
    box.add(item("frame", view=True))
    assert box.drop_view() is True
    assert box.bytes == 5
    box.clear()
    assert (box.bytes, box.take()) == (0, [])


def test_an_item_of_a_message_has_its_size_in_bytes() -> None:
    assert item_of(Pause()) == Item('{"k":"pause"}', 13)
    assert item_of(Tip(epoch=1, seq=2)).view is False
