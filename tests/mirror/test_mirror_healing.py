"""P8: a gap never goes unnoticed, and is asked about until there is a new epoch."""

import pytest

from tests.mirror.frames import Frame, page_with_body
from tests.mirror.mirror_page import MirrorPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_a_gap_is_asked_about_and_healed(mirror: MirrorPage) -> None:
    await mirror.view(page_with_body().snapshot())
    await mirror.view(Frame().element(10, 4, "p").ops(1))
    assert await mirror.heard("resync") == []
    await mirror.view(Frame().element(12, 4, "p").ops(3))
    assert await mirror.wait_for("resync") == [{"k": "resync", "epoch": 1}]
    assert await mirror.frame.evaluate("() => cobrowseMirror.seq") == 1
    # Unanswered, it is asked again; answered, no more.
    await mirror.wait_for("resync", 2)
    await mirror.view(page_with_body().element(9, 4, "i").snapshot(2))
    asked = len(await mirror.heard("resync"))
    assert "<i></i>" in await mirror.canonical()
    await mirror.page.wait_for_timeout(2_300)
    assert len(await mirror.heard("resync")) == asked


async def test_a_tip_shows_a_lost_last_frame(mirror: MirrorPage) -> None:
    await mirror.view(page_with_body().snapshot())
    await mirror.view({"k": "tip", "epoch": 1, "seq": 0})
    assert await mirror.heard("resync") == []
    await mirror.view({"k": "tip", "epoch": 1, "seq": 1})
    assert await mirror.wait_for("resync") == [{"k": "resync", "epoch": 1}]


async def test_what_came_before_the_epoch_is_ignored(mirror: MirrorPage) -> None:
    await mirror.view(page_with_body().snapshot(5))
    await mirror.view(Frame().element(10, 4, "p").ops(1, 4))
    await mirror.view(page_with_body().element(10, 4, "p").snapshot(3))
    await mirror.view({"k": "tip", "epoch": 4, "seq": 9})
    assert await mirror.canonical() == "<html><head></head><body></body></html>"
    assert await mirror.heard("resync") == []


async def test_the_same_ops_twice_are_once(mirror: MirrorPage) -> None:
    await mirror.view(page_with_body().snapshot())
    for _ in range(2):
        await mirror.view(Frame().element(10, 4, "p").ops(1))
    assert await mirror.canonical() == "<html><head></head><body><p></p></body></html>"
    assert await mirror.heard("refused") == []


async def test_a_lost_part_is_asked_about(mirror: MirrorPage) -> None:
    await mirror.view(page_with_body().snapshot(last=False))
    await mirror.assert_refused(Frame().element(10, 4, "p").snapshot(part=2), "part_order")


async def test_a_live_session_without_a_picture_asks_for_one(mirror: MirrorPage) -> None:
    assert await mirror.wait_for("resync") == [{"k": "resync", "epoch": 0}]
