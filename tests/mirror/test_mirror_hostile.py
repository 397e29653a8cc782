"""P7: a hostile page can run no script in the console, reach no cookie, and make no request but to the hub."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.mirror.frames import Frame, page_with_body
from tests.mirror.mirror_page import Listener, MirrorPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
EVIL = "http://127.0.0.1:9/x.png"


Build = Callable[[Frame], Frame]

IN_A_SNAPSHOT: list[tuple[Build, str]] = [
    (lambda f: f.element(10, 4, "script"), "unknown_tag"),
    (lambda f: f.element(10, 4, "iframe"), "unknown_tag"),
    (lambda f: f.element(10, 4, "svg:script"), "unknown_tag"),
    (lambda f: f.element(10, 4, "svg:foreignObject"), "unknown_tag"),
    (lambda f: f.element(10, 4, "object"), "unknown_tag"),
    (lambda f: f.element(10, 4, "base"), "unknown_tag"),
    (lambda f: f.element(10, 4, "meta"), "unknown_tag"),
    (lambda f: f.element(10, 4, "DIV"), "unknown_tag"),
    (lambda f: f.element(10, 4, "constructor"), "unknown_tag"),
    (lambda f: f.element(10, 4, "div", {"onclick": "alert(1)"}), "unknown_name"),
    (lambda f: f.element(10, 4, "a", {"href": "javascript:alert(1)"}), "unknown_name"),
    (lambda f: f.element(10, 4, "div", {"constructor": "x"}), "unknown_name"),
    (lambda f: f.element(10, 4, "div", {"style": f"background:url({EVIL})"}), "bad_style"),
    (lambda f: f.element(10, 4, "div", {"style": 'background:url("//evil.example/")'}), "bad_style"),
    (lambda f: f.element(10, 4, "style").sheet(11, 10, f'@import "{EVIL}";'), "bad_style"),
    (lambda f: f.sheet(11, 1, f"a{{background:url({EVIL})}}"), "bad_style"),
    (lambda f: f.element(10, 4, "style").text(11, 10, "p{}"), "no_inside"),
    (lambda f: f.element(10, 4, "textarea").text(11, 10, "value"), "no_inside"),
    (lambda f: f.element(10, 4, "svg:rect", {"fill": f"url({EVIL})"}), "svg_url"),
    (lambda f: f.element(10, 4, "img", {"src": 0}), "bad_asset_number"),
    (lambda f: f.element(10, 4, "img", {"src": 100_001}), "bad_asset_number"),
    (lambda f: f.element(10, 4, "input", {"type": "password", ":value": "pw"}), "secret_value"),
    (lambda f: f.element(10, 99, "p"), "unknown_id"),
    (lambda f: f.element(4, 2, "p"), "duplicate_id"),
    (lambda f: f.element(0, 2, "p"), "bad_id"),
    (lambda f: f.element(10, 4, "p", before=3), "before_elsewhere"),
    (lambda f: f.text(10, 1, "text"), "text_not_here"),
    (lambda f: f.element(10, 1, "p"), "not_here"),
    (lambda f: f.document(10), "second_document"),
    (lambda f: f.element(10, 4, "img").shadow(11, 10), "no_shadow_here"),
    (lambda f: f.shadow(10, 4).shadow(11, 4), "second_shadow"),
    (lambda f: f.remove(4), "not_in_snapshot"),
    (lambda f: f.raw(99), "not_in_snapshot"),
    (lambda f: f.raw(1, 10, 4), "cut_short"),
    (lambda f: f.raw(1, 10, 4, 0, 77, 0), "outside_table"),
    (lambda f: f.raw(1, 10, 4, 0, -1, 0), "outside_table"),
    (lambda f: f.element(10, 4, "p").raw(1, 11, 4, 0, 3, 500), "too_many_attributes"),
    (lambda f: f.element(10, 4, "p").raw(1, 11, 4, 0, 3, 1, f.at("names", "div class"), 0), "wrong_name"),
]

IN_OPS: list[tuple[Build, str]] = [
    (lambda f: f.raw(99), "unknown_record"),
    (lambda f: f.remove(99), "unknown_id"),
    (lambda f: f.remove(1), "wrong_node"),
    (lambda f: f.remove(10).text(10, 4, "again"), "duplicate_id"),
    (lambda f: f.remove(10).change_text(11, "gone"), "unknown_id"),
    (lambda f: f.move(4, 10), "into_itself"),
    (lambda f: f.move(10, 10), "into_itself"),
    (lambda f: f.change_text(10, "not a text"), "wrong_node"),
    (lambda f: f.raw(13, 98, 0, f.at("styles", "a{}")), "unknown_sheet"),
    (lambda f: f.sheet(20, 10, "a{}"), "sheet_owner"),
    (lambda f: f.attribute(10, "div", "class", "x"), "wrong_name"),
    (lambda f: f.attribute(12, "input", "type", "password").attribute(12, "input", ":value", "x"), "secret_value"),
    (
        lambda f: (
            f.attribute(12, "input", "type", "password")
            .attribute(12, "input", "type", "text")
            .attribute(12, "input", ":value", "x")
        ),
        "secret_value",
    ),
]


async def assert_refused_alone(mirror: MirrorPage, message: dict[str, Any], reason: str) -> None:
    """Refused for this reason, and nothing of the picture is left. (Asking again is paced; tested elsewhere.)"""
    before = len(await mirror.heard("refused"))
    await mirror.view(message)
    said = await mirror.wait_for("refused", before + 1)
    assert said[-1]["reason"] == reason, message
    assert await mirror.frame.evaluate("() => document.querySelectorAll('iframe').length") == 0


async def test_what_does_not_fit_is_refused(mirror: MirrorPage) -> None:
    for epoch, (build, reason) in enumerate(IN_A_SNAPSHOT, 1):
        await assert_refused_alone(mirror, build(page_with_body()).snapshot(epoch), reason)
    assert mirror.off_host() == []
    assert mirror.errors == []


async def test_ops_that_do_not_fit_are_refused(mirror: MirrorPage) -> None:
    for epoch, (build, reason) in enumerate(IN_OPS, 1):
        start = page_with_body().element(10, 4, "p").text(11, 10, "x").element(12, 4, "input", {"type": "text"})
        await mirror.view(start.snapshot(epoch))
        await assert_refused_alone(mirror, build(Frame()).ops(1, epoch), reason)


async def test_what_was_refused_is_asked_for_again(mirror: MirrorPage) -> None:
    await mirror.assert_refused(page_with_body().element(10, 4, "script").snapshot(), "unknown_tag")
    await mirror.view(page_with_body().snapshot(2))
    assert await mirror.canonical() == "<html><head></head><body></body></html>"


async def test_depth_has_a_limit_also_by_moving(mirror: MirrorPage) -> None:
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


async def test_uses_may_not_multiply(mirror: MirrorPage) -> None:
    frame = page_with_body().element(10, 4, "svg:svg")
    at = 20
    for level in range(8):
        frame.element(at, 10, "svg:g", {"id": f"g{level}"})
        group, at = at, at + 1
        for _ in range(10):
            frame.element(at, group, "svg:use", {":local-href": f"g{level + 1}"})
            at += 1
    await mirror.assert_refused(frame.element(at, 10, "svg:g", {"id": "g8"}).snapshot(), "too_many_uses")


async def test_a_circle_of_uses_and_a_sprite_are_fine(mirror: MirrorPage) -> None:
    frame = page_with_body().element(10, 4, "svg:svg").element(11, 10, "svg:symbol", {"id": "s"})
    frame.element(12, 11, "svg:use", {":local-href": "s"}).element(13, 10, "svg:use", {":local-href": "s"})
    await mirror.view(frame.snapshot())
    assert await mirror.heard("refused") == []
    assert await mirror.inner("(doc) => doc.querySelectorAll('use')[1].getAttribute('href')") == "#s"


async def test_nothing_of_the_picture_runs_or_leaves(mirror: MirrorPage, listener: Listener) -> None:
    """Were the builder fooled: sandbox and inherited CSP stop every script and every request by themselves."""
    await mirror.view(page_with_body().element(10, 4, "p").snapshot())
    await mirror.inner(
        """(doc, evil) => {
          const add = (tag, set) => {
            const e = doc.createElement(tag); Object.assign(e, set); doc.body.append(e); return e;
          };
          add('script', { textContent: 'parent.pwned = 1' });
          const button = add('button'); button.setAttribute('onclick', 'parent.pwned = 2'); button.click();
          add('a', { href: "javascript:parent.pwned=3" }).click();
          add('iframe', { src: evil }); add('img', { src: evil });
          add('object', { data: evil }); add('embed', { src: evil });
          add('link', { rel: 'stylesheet', href: evil }); add('link', { rel: 'prefetch', href: evil });
          add('video', { src: evil }); add('p', { style: 'background:url(' + evil + ')' });
          const form = add('form', { action: evil }); form.append(doc.createElement('button'));
          form.requestSubmit();
          const meta = add('meta'); meta.httpEquiv = 'refresh'; meta.content = '0;url=' + evil;
          const style = add('style'); style.textContent = `@font-face{font-family:x;src:url(${evil})}p{font-family:x}`;
        }""",
        listener.origin + "/x.png",
    )
    await mirror.page.wait_for_timeout(500)
    assert await mirror.frame.evaluate("() => window.pwned") is None
    assert listener.heard == []
    flags = await mirror.frame.evaluate("() => document.querySelector('iframe').getAttribute('sandbox')")
    assert flags == "allow-same-origin"


async def test_links_go_nowhere_and_only_stylesheets_are_linked(mirror: MirrorPage) -> None:
    frame = page_with_body().element(5, 3, "link", {"rel": "preconnect", "href": 4})
    frame.element(10, 4, "a", {":link": 1}).text(11, 10, "away")
    await mirror.view(frame.snapshot())
    assert await mirror.inner("(doc) => doc.querySelector('link').hasAttribute('rel')") is False
    link = "(doc) => { const a = doc.querySelector('a'); return [a.matches(':link'), a.getAttribute('href')] }"
    assert await mirror.inner(link) == [True, "#-"]
    assert f"{mirror.address}a/4" not in mirror.requests


async def test_only_the_console_is_heard(mirror: MirrorPage) -> None:
    await mirror.view(page_with_body().snapshot())
    await mirror.frame.evaluate(
        "(message) => window.postMessage({ k: 'view', message }, '*')", Frame().element(10, 4, "p").ops(1)
    )
    await mirror.inner("(doc, message) => doc.defaultView.parent.postMessage({ k: 'cover' }, '*')", None)
    await mirror.view({"k": "tip", "epoch": 1, "seq": 0})
    assert await mirror.canonical() == "<html><head></head><body></body></html>"


async def test_assets_are_asked_of_the_mirrors_own_path(mirror: MirrorPage) -> None:
    frame = page_with_body().element(5, 3, "link", {"rel": "stylesheet", "href": 2})
    frame.element(6, 3, "style").sheet(7, 6, 'body{background:url("a/3")}').element(10, 4, "img", {"src": 1})
    frame.element(11, 4, "div", {"style": 'width:9px;height:9px;background:url("a/4")'})
    await mirror.view(frame.snapshot())
    await mirror.frame.evaluate("() => cobrowseMirror.settled()")
    asked = {url.removeprefix(mirror.address) for url in mirror.requests if "/a/" in url}
    assert asked == {"a/1", "a/2", "a/3", "a/4"}
    assert mirror.off_host() == []
    assert await mirror.inner("(doc) => doc.images[0].hasAttribute('data-cobrowse-missing')") is True
