"""P7: what the mirror's builder makes of a picture leads nowhere, and what is too much is refused."""

import pytest

from tests.attack.hostile.ground import Ground
from tests.mirror.frames import Frame, page_with_body

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_what_was_refused_is_asked_for_again(ground: Ground) -> None:
    mirror = ground.mirror
    await mirror.assert_refused(page_with_body().element(10, 4, "script").snapshot(), "unknown_tag")
    await mirror.view(page_with_body().snapshot(2))
    assert await mirror.canonical() == "<html><head></head><body></body></html>"


async def test_depth_has_a_limit_also_by_moving(ground: Ground) -> None:
    mirror = ground.mirror
    deep = page_with_body()
    for level in range(509):
        deep.element(10 + level, 4 if level == 0 else 9 + level, "div")
    await mirror.view(deep.snapshot())
    assert await mirror.heard("refused") == []
    await mirror.assert_refused(Frame().element(900, 518, "p").element(901, 900, "p").ops(1), "too_deep")
    half = page_with_body()
    for level in range(300):
        half.element(10 + level, 4 if level == 0 else 9 + level, "div")
        half.element(400 + level, 4 if level == 0 else 399 + level, "div")
    await mirror.view(half.snapshot(2))
    await mirror.assert_refused(Frame().move(400, 309).ops(1, 2), "too_deep")


async def test_uses_may_not_multiply(ground: Ground) -> None:
    mirror = ground.mirror
    frame = page_with_body().element(10, 4, "svg:svg")
    at = 20
    for level in range(8):
        frame.element(at, 10, "svg:g", {"id": f"g{level}"})
        group, at = at, at + 1
        for _ in range(10):
            frame.element(at, group, "svg:use", {":local-href": f"g{level + 1}"})
            at += 1
    await mirror.assert_refused(frame.element(at, 10, "svg:g", {"id": "g8"}).snapshot(), "too_many_uses")


async def test_a_circle_of_uses_and_a_sprite_are_fine(ground: Ground) -> None:
    mirror = ground.mirror
    frame = page_with_body().element(10, 4, "svg:svg").element(11, 10, "svg:symbol", {"id": "s"})
    frame.element(12, 11, "svg:use", {":local-href": "s"}).element(13, 10, "svg:use", {":local-href": "s"})
    await mirror.view(frame.snapshot())
    assert await mirror.heard("refused") == []
    assert await mirror.inner("(doc) => doc.querySelectorAll('use')[1].getAttribute('href')") == "#s"


async def test_links_go_nowhere_and_only_stylesheets_are_linked(ground: Ground) -> None:
    mirror = ground.mirror
    frame = page_with_body().element(5, 3, "link", {"rel": "preconnect", "href": 4})
    frame.element(10, 4, "a", {":link": 1}).text(11, 10, "away")
    await mirror.view(frame.snapshot())
    assert await mirror.inner("(doc) => doc.querySelector('link').hasAttribute('rel')") is False
    link = "(doc) => { const a = doc.querySelector('a'); return [a.matches(':link'), a.getAttribute('href')] }"
    assert await mirror.inner(link) == [True, "#-"]
    assert f"{mirror.address}a/4" not in mirror.requests


async def test_only_the_console_is_heard(ground: Ground) -> None:
    mirror = ground.mirror
    await mirror.view(page_with_body().snapshot())
    await mirror.frame.evaluate(
        "(message) => window.postMessage({ k: 'view', message }, '*')", Frame().element(10, 4, "p").ops(1)
    )
    await mirror.inner("(doc, message) => doc.defaultView.parent.postMessage({ k: 'cover' }, '*')", None)
    await mirror.view({"k": "tip", "epoch": 1, "seq": 0})
    assert await mirror.canonical() == "<html><head></head><body></body></html>"


async def test_assets_are_asked_of_the_mirrors_own_path(ground: Ground) -> None:
    mirror = ground.mirror
    frame = page_with_body().element(5, 3, "link", {"rel": "stylesheet", "href": 2})
    frame.element(6, 3, "style").sheet(7, 6, 'body{background:url("a/3")}').element(10, 4, "img", {"src": 1})
    frame.element(11, 4, "div", {"style": 'width:9px;height:9px;background:url("a/4")'})
    await mirror.view(frame.snapshot())
    await mirror.frame.evaluate("() => cobrowseMirror.settled()")
    asked = {url.removeprefix(mirror.address) for url in mirror.requests if "/a/" in url}
    assert asked == {"a/1", "a/2", "a/3", "a/4"}
    assert mirror.off_host() == []
    assert await mirror.inner("(doc) => doc.images[0].hasAttribute('data-cobrowse-missing')") is True
