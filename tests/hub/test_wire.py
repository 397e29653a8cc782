import tracemalloc
import zlib

import pytest

from cobrowse.core.errors import BadMessage
from cobrowse.core.protocol import PART_MAX_PACKED_BYTES, PART_MAX_UNPACKED_BYTES, Pause, Pointer, Tip
from cobrowse.hub import wire
from tests.hub.peers import packed, picture, text_of


def read(data: wire.Data, max_bytes: int = wire.CUSTOMER_FRAME_MAX_BYTES) -> list[object]:
    return [said.message for said in wire.read(wire.CUSTOMER, data, max_bytes).said]


def assert_refused(data: wire.Data, max_bytes: int = wire.CUSTOMER_FRAME_MAX_BYTES) -> None:
    with pytest.raises(BadMessage):
        wire.read(wire.CUSTOMER, data, max_bytes)


def deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


@pytest.mark.parametrize("pack", [False, True])
def test_one_message_keeps_the_bytes_it_came_in(pack: bool) -> None:
    sent = picture(1, "Grüße")
    data: wire.Data = packed(text_of(sent)) if pack else text_of(sent)
    frame = wire.read(wire.CUSTOMER, data, wire.CUSTOMER_FRAME_MAX_BYTES)
    assert frame.said == [(sent, data)]
    assert frame.said[0].data is data
    assert frame.size == (len(data) if isinstance(data, bytes) else len(data.encode()))
    assert frame.unpacked == len(text_of(sent).encode())


@pytest.mark.parametrize("pack", [False, True])
def test_an_array_comes_apart_into_texts(pack: bool) -> None:
    sent = [Tip(epoch=1, seq=2), Pointer(epoch=1, x=3, y=4)]
    text = " " + text_of(*sent)
    frame = wire.read(wire.CUSTOMER, packed(text) if pack else text, wire.CUSTOMER_FRAME_MAX_BYTES)
    assert [said.message for said in frame.said] == sent
    assert [said.data for said in frame.said] == [text_of(one) for one in sent]


def test_an_array_has_a_longest_length() -> None:
    assert read(text_of(*[Pause()] * wire.FRAME_MAX_MESSAGES)) == [Pause()] * wire.FRAME_MAX_MESSAGES
    assert_refused(text_of(*[Pause()] * (wire.FRAME_MAX_MESSAGES + 1)))


@pytest.mark.parametrize(
    "data",
    [
        "",
        "{",
        "[]x",
        "null",
        "17",
        '"pause"',
        '{"k":"nothing"}',
        '{"k":"pause","extra":1}',
        '{"k":"consent","allow":"yes"}',
        '{"k":"consent"}',
        '{"k":"tip","epoch":-1,"seq":0}',
        '{"k":"tip","epoch":2147483648,"seq":0}',
        '{"k":"tip","epoch":1.5,"seq":0}',
        '{"k":"asset_refused","n":1,"reason":"\\ud800"}',
        '[{"k":"pause"},{"k":"nothing"}]',
        '[{"k":"pause"},[{"k":"pause"}]]',
        '{"k":"act","id":1,"epoch":1,"seq":1,"do":{"act":"back"}}',
        '{"a":' + "[" * 100_000,
        "[" * 100_000,
        '{"k":"pause","a":' + '{"a":' * 50_000,
    ],
    ids=lambda data: data[:40],
)
def test_what_is_not_a_message_is_refused(data: str) -> None:
    assert_refused(data)
    assert_refused(packed(data))


def test_bytes_that_are_not_utf8_are_refused() -> None:
    assert_refused(deflate(b'{"k":"asset_refused","n":1,"reason":"\xff\xfe"}'))
    assert_refused(deflate(b'[{"k":"asset_refused","n":1,"reason":"\xff\xfe"}]'))


def test_a_frame_has_a_longest_length_on_the_wire_text_or_packed() -> None:
    fits = '{"k":"pause"}' + " " * (PART_MAX_PACKED_BYTES - 13)
    assert read(fits) == [Pause()]
    assert_refused(fits + " ")
    assert_refused(b"\0" * (PART_MAX_PACKED_BYTES + 1))
    # Characters are not bytes.
    assert_refused('{"k":"withhold","reason":"' + "ü" * 20 + '"}', max_bytes=60)


def test_a_packed_frame_may_hold_a_part_and_not_a_byte_more() -> None:
    fits = b'{"k":"pause"}' + b" " * (PART_MAX_UNPACKED_BYTES - 13)
    assert read(deflate(fits)) == [Pause()]
    assert_refused(deflate(fits + b" "))


def test_a_bomb_costs_no_more_than_a_part() -> None:
    bomb = deflate(b"[" + b" " * (32 * 1024 * 1024))
    assert len(bomb) < 64 * 1024
    tracemalloc.start()
    try:
        assert_refused(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * PART_MAX_UNPACKED_BYTES


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xff\xff", packed('{"k":"pause"}')[:-3], packed('{"k":"pause"}') + b"tail"],
    ids=["empty", "no deflate", "cut short", "tail"],
)
def test_a_packed_frame_must_be_whole(data: bytes) -> None:
    assert_refused(data)


@pytest.mark.parametrize(
    ("text", "x"),
    [
        ('{"k":"pointer","epoch":1,"x":1,"y":1,"x":5}', 5),
        ('{"k":"pointer","epoch":1,"x":1,"y":1,"\\u0078":5}', 5),
    ],
)
def test_of_a_name_said_twice_the_last_counts_as_in_a_browser(text: str, x: int) -> None:
    # The agent's browser gets the original bytes: it must read in them what was checked here.
    assert read(text) == [Pointer(epoch=1, x=x, y=1)]


@pytest.mark.parametrize("second", ['"k"', '"\\u006b"', '"k" '])
def test_a_kind_said_twice_is_refused(second: str) -> None:
    assert_refused('{"k":"pointer","epoch":1,"x":1,"y":1,' + second + ':"page"}')
    assert read('{"k":"pointer","epoch":1,"x":1,"y":1,' + second + ':"pointer"}') == [Pointer(epoch=1, x=1, y=1)]
