"""The picture that the mirror builds from frames: what is drawn, what changes, and its digest."""

import asyncio
import hashlib
import json

import pytest
from playwright.async_api import Route

from tests.mirror.frames import PAGE, Frame, page_with_body
from tests.mirror.mirror_page import MirrorPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


def js(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


async def test_a_snapshot_is_built_and_its_digest_is_the_protocols(mirror: MirrorPage) -> None:
    frame = page_with_body()
    frame.element(5, 3, "style", {"media": "all"}).sheet(6, 5, "p{color:rgb(1, 2, 3)}")
    frame.sheet(7, 1, "p{margin:9px}")
    frame.element(10, 4, "p", {"id": "first", "class": "a b", "hidden": 0, "style": "padding:4px"})
    frame.text(11, 10, "Hello ").text(12, 10, "").text(13, 10, "wörld").element(14, 10, "br")
    frame.element(20, 4, "acme-card", {"aria-label": "Card"}).shadow(21, 20).sheet(22, 21, "b{color:red}")
    frame.element(23, 21, "b").text(24, 23, "inside").text(25, 20, "light")
    frame.element(30, 4, "svg:svg", {"viewBox": "0 0 8 8"}).element(31, 30, "svg:path", {"d": "M0 0h8"})
    frame.element(40, 4, "img", {"src": 12, "width": "30", "alt": "a picture"})
    await mirror.view(frame.snapshot())
    expected = (
        f'{{{js("p{margin:9px}")}}}<html><head><style media="all">{{{js("p{color:rgb(1, 2, 3)}")}}}</style></head>'
        "<body>"
        f'<p class="a b" id="first" style="padding:4px">{js("Hello wörld")}<br></br></p>'
        f'<acme-card aria-label="Card"><#shadow>{{{js("b{color:red}")}}}<b>"inside"</b></#shadow>"light"</acme-card>'
        '<svg:svg viewBox="0 0 8 8"><svg:path d="M0 0h8"></svg:path></svg:svg>'
        '<img alt="a picture" src=# width="30"></img></body></html>'
    )
    assert await mirror.canonical() == expected
    digest = await mirror.frame.evaluate("() => cobrowseMirror.digest()")
    assert digest == hashlib.sha256(expected.encode()).hexdigest()
    style = (
        "(doc) => { const s = doc.defaultView.getComputedStyle(doc.querySelector('p')); return [s.color, s.margin] }"
    )
    assert await mirror.inner(style) == ["rgb(1, 2, 3)", "9px"]
    assert await mirror.inner("(doc) => doc.querySelector('acme-card').shadowRoot.textContent") == "inside"


async def test_parts_make_one_picture(mirror: MirrorPage) -> None:
    await mirror.view(page_with_body().snapshot(last=False))
    assert not await mirror.frame.evaluate(
        "() => document.querySelector('.fit').checkVisibility({visibilityProperty:true})"
    )
    await mirror.view(Frame().element(10, 4, "p").text(11, 10, "late").snapshot(part=1))
    assert await mirror.inner("(doc) => doc.body.textContent") == "late"
    assert await mirror.frame.evaluate(
        "() => document.querySelector('.fit').checkVisibility({visibilityProperty:true})"
    )


async def test_ops_change_the_picture(mirror: MirrorPage) -> None:
    start = page_with_body().element(5, 3, "style").sheet(6, 5, "p{color:red}", "i{color:blue}")
    start.element(10, 4, "p").text(11, 10, "one").element(12, 4, "p").text(13, 12, "two").element(14, 4, "div")
    await mirror.view(start.snapshot())
    ops = Frame().move(12, 4, before=10).change_text(11, "ONE").element(15, 14, "i", before=0).text(16, 15, "new")
    ops.attribute(10, "p", "class", "x").attribute(10, "p", "hidden", 1)
    ops.raw(13, 6, 1, ops.at("styles", "b{color:green}")).raw(14, 6, 0)
    await mirror.view(ops.ops(1))
    body = '<p>"two"</p><p class="x" hidden=1>"ONE"</p><div><i>"new"</i></div>'
    head = f"<head><style>{{{js('b{color:green}')}{js('i{color:blue}')}}}</style></head>"
    assert await mirror.canonical() == f"<html>{head}<body>{body}</body></html>"
    sheet = "doc.querySelector('style:not([data-cobrowse-first])').sheet"
    rules = f"(doc) => [...{sheet}.cssRules].map((rule) => rule.selectorText)"
    assert await mirror.inner(rules) == ["b", "i"]
    more = Frame().remove(14).drop_attribute(10, "p", "hidden").move(5, 4).sheet(6, 5, "u{color:red}")
    await mirror.view(more.ops(2))
    body = f'<p>"two"</p><p class="x">"ONE"</p><style>{{{js("u{color:red}")}}}</style>'
    assert await mirror.canonical() == f"<html><head></head><body>{body}</body></html>"
    assert await mirror.inner(rules) == ["u"]


async def test_a_moved_style_keeps_its_rules(mirror: MirrorPage) -> None:
    start = page_with_body().element(10, 4, "div").element(11, 10, "style").sheet(12, 11, "p{color:rgb(0, 9, 0)}")
    await mirror.view(start.element(13, 4, "p").snapshot())
    await mirror.view(Frame().move(10, 3).ops(1))
    color = "(doc) => doc.defaultView.getComputedStyle(doc.querySelector('p')).color"
    assert await mirror.inner(color) == "rgb(0, 9, 0)"


async def test_a_link_may_carry_its_rules_itself_and_load_them_again(mirror: MirrorPage) -> None:
    start = page_with_body().element(5, 3, "link", {"rel": "stylesheet", "media": "all"})
    await mirror.view(start.sheet(6, 5, "p{color:rgb(0, 0, 9)}").element(13, 4, "p").snapshot())
    color = "(doc) => doc.defaultView.getComputedStyle(doc.querySelector('p')).color"
    assert await mirror.inner(color) == "rgb(0, 0, 9)"
    await mirror.view(Frame().remove(6).attribute(5, "link", "href", 3).ops(1))
    assert await mirror.inner("(doc) => doc.querySelector('link').href") == f"{mirror.address}a/3"
    assert '<link href=# media="all" rel="stylesheet"></link>' in await mirror.canonical()


@pytest.mark.parametrize(("quirks", "mode"), [(False, "CSS1Compat"), (True, "BackCompat")])
async def test_the_mode_is_the_customers(mirror: MirrorPage, quirks: bool, mode: str) -> None:
    await mirror.view(page_with_body().snapshot(page={"quirks": quirks}))
    assert await mirror.inner("(doc) => doc.compatMode") == mode


async def test_media_queries_answer_for_the_customers_viewport(mirror: MirrorPage) -> None:
    frame = page_with_body().element(5, 3, "style").sheet(6, 5, "@media (width:1400px){p{color:rgb(1, 1, 1)}}")
    await mirror.view(frame.element(10, 4, "p").snapshot(page={"width": 1400, "height": 700}))
    assert (
        await mirror.inner("(doc) => doc.defaultView.getComputedStyle(doc.querySelector('p')).color") == "rgb(1, 1, 1)"
    )
    width = await mirror.frame.evaluate("() => document.querySelector('iframe').getBoundingClientRect().width")
    assert width == pytest.approx(1000, abs=1)


async def test_the_scheme_is_the_customers(mirror: MirrorPage) -> None:
    frame = page_with_body().element(5, 3, "style")
    frame.sheet(6, 5, ":root{color-scheme:light dark}", "@media (prefers-color-scheme:dark){p{color:rgb(7, 7, 7)}}")
    await mirror.view(frame.element(10, 4, "p").snapshot(page={"dark": True}))
    assert (
        await mirror.inner("(doc) => doc.defaultView.getComputedStyle(doc.querySelector('p')).color") == "rgb(7, 7, 7)"
    )
    scheme = await mirror.inner("(doc) => doc.defaultView.getComputedStyle(doc.documentElement).colorScheme")
    assert scheme == "dark"


async def test_fields_show_a_mask_and_never_what_they_hold(mirror: MirrorPage) -> None:
    frame = page_with_body()
    for at, (kind, filled) in enumerate([("text", 1), ("password", 1), ("email", 0), ("tel", 1)]):
        frame.element(20 + at, 4, "input", {"type": kind, ":filled": filled})
    frame.element(30, 4, "textarea", {":filled": 1}).element(31, 4, "select", {":filled": 1})
    frame.element(32, 31, "option").text(33, 32, "Red").element(34, 4, "input", {"type": "checkbox"})
    frame.element(35, 4, "input", {"type": "checkbox", ":checked": 1})
    frame.element(36, 4, "input", {"type": "text", ":value": "shown", ":filled": 1})
    await mirror.view(frame.snapshot())
    values = await mirror.inner(
        "(doc) => [...doc.querySelectorAll('input:not([type=checkbox]), textarea')].map((i) => i.value)"
    )
    assert values == ["•••••", "•••••", "", "•••••", "•••••", "shown"]
    assert await mirror.inner("(doc) => doc.querySelector('select').selectedOptions[0].label") == "•••••"
    ticks = "(doc) => [...doc.querySelectorAll('[type=checkbox]')].map((i) => [i.checked, i.indeterminate])"
    assert await mirror.inner(ticks) == [[False, True], [True, False]]
    assert "•" not in await mirror.canonical()


async def test_a_shown_select_shows_what_is_chosen(mirror: MirrorPage) -> None:
    frame = page_with_body().element(10, 4, "select", {":filled": 1})
    frame.element(11, 10, "option").text(12, 11, "Red").element(13, 10, "option", {":selected": 1}).text(14, 13, "Blue")
    await mirror.view(frame.snapshot())
    assert await mirror.inner("(doc) => doc.querySelector('select').selectedOptions[0].text") == "Blue"
    await mirror.view(Frame().drop_attribute(13, "option", ":selected").attribute(11, "option", ":selected", 1).ops(1))
    assert await mirror.inner("(doc) => doc.querySelector('select').selectedOptions[0].text") == "Red"


async def test_placeholders_have_their_size_and_say_why(mirror: MirrorPage) -> None:
    box: dict[str, str | int] = {":reason": "video", ":tag": "video", ":width": 320, ":height": 180}
    await mirror.view(page_with_body().element(10, 4, "placeholder", box).snapshot())
    rect = (
        "(doc) => { const e = doc.body.firstElementChild, r = e.getBoundingClientRect(); return [r.width, r.height] }"
    )
    assert await mirror.inner(rect) == [320, 180]
    label = "(doc) => doc.defaultView.getComputedStyle(doc.body.firstElementChild, '::before').content"
    assert await mirror.inner(label) == '"Video: not shared"'


async def test_modal_dialogs_and_popovers_open_without_taking_the_focus(mirror: MirrorPage) -> None:
    await mirror.page.focus("#typing")
    frame = page_with_body().element(10, 4, "dialog", {"open": 1, ":modal": 1}).element(11, 10, "button")
    frame.element(12, 4, "div", {"popover": "auto", ":popover": 1}).element(13, 4, "dialog", {"open": 1})
    await mirror.view(frame.snapshot())
    opened = "(doc) => [!!doc.querySelector('dialog:modal'), !!doc.querySelector('div:popover-open')]"
    assert await mirror.inner(opened) == [True, True]
    assert await mirror.page.evaluate("() => document.activeElement.id") == "typing"
    await mirror.view(Frame().drop_attribute(10, "dialog", ":modal").drop_attribute(10, "dialog", "open").ops(1))
    assert await mirror.inner("(doc) => [...doc.querySelectorAll('dialog')].map((each) => each.open)") == [False, True]


async def test_scroll_focus_and_selection_are_shown(mirror: MirrorPage) -> None:
    frame = page_with_body().element(10, 4, "p", {"style": "height:3000px"}).text(11, 10, "some words")
    await mirror.view(frame.element(12, 4, "button").scroll(1, 0, 400).snapshot())
    assert await mirror.inner("(doc) => doc.defaultView.scrollY") == 400
    await mirror.view({"k": "page", "epoch": 1, "page": {**PAGE, "ring": True}})
    await mirror.view(Frame().scroll(1, 0, 90).raw(12, 12).raw(15, 11, 0, 11, 4).ops(1))
    assert await mirror.inner("(doc) => doc.defaultView.scrollY") == 90
    outline = "(doc) => doc.defaultView.getComputedStyle(doc.querySelector('button')).outlineStyle"
    assert await mirror.inner(outline) == "auto"
    marked = "(doc) => [...doc.defaultView.CSS.highlights.get('cobrowse-selected')].map(String)"
    assert await mirror.inner(marked) == ["some"]
    await mirror.view(Frame().raw(12, 0).raw(15, 0, 0, 0, 0).ops(2))
    assert await mirror.inner(outline) == "none"
    assert await mirror.inner("(doc) => doc.defaultView.CSS.highlights.has('cobrowse-selected')") is False


async def test_cover_leaves_nothing_of_the_page(mirror: MirrorPage) -> None:
    await mirror.view(page_with_body().element(10, 4, "p").text(11, 10, "secret").snapshot())
    await mirror.post({"k": "cover"})
    await mirror.view(Frame().change_text(11, "more").ops(1))
    assert await mirror.frame.evaluate("() => document.querySelectorAll('iframe').length") == 0
    assert await mirror.canonical() == ""
    assert "secret" not in await mirror.frame.evaluate("() => document.documentElement.outerHTML")


async def test_forms_cannot_shadow_what_the_builder_calls(mirror: MirrorPage) -> None:
    frame = page_with_body().element(10, 4, "form")
    for at, name in enumerate(["insertBefore", "childNodes", "firstChild", "parentNode", "shadowRoot", "setAttribute"]):
        frame.element(20 + at, 10, "input", {"name": name, "id": name, "type": "text"})
    await mirror.view(frame.snapshot())
    await mirror.view(Frame().element(30, 10, "p").text(31, 30, "in").attribute(10, "form", "class", "c").ops(1))
    await mirror.view(Frame().move(10, 2).ops(2))
    assert '<p>"in"</p></form>' in await mirror.canonical()
    await mirror.view(Frame().remove(10).ops(3))
    assert await mirror.canonical() == "<html><head></head><body></body></html>"
    assert mirror.errors == []


# The bound on waiting for sheets runs out when the test says so.
HOLD_BOUND = """() => {
  const real = window.setTimeout;
  window.held = [];
  window.setTimeout = (run, ms, ...more) => (ms === 500 ? held.push(run) : real(run, ms, ...more));
}"""
IS_DRAWN = "() => document.querySelector('iframe').style.display === ''"


@pytest.mark.parametrize("ending", ["comes", "fails", "takes too long"])
async def test_a_picture_is_drawn_once_its_sheet_came_or_failed_or_takes_too_long(
    mirror: MirrorPage, ending: str
) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def sheet(route: Route) -> None:
        asked.set()
        await answer.wait()
        if ending == "fails":
            await route.fulfill(status=403)
        else:
            await route.fulfill(content_type="text/css", body="p { color: rgb(0, 0, 9) }")

    await mirror.page.route(f"{mirror.address}a/3", sheet)
    await mirror.frame.evaluate(HOLD_BOUND)
    link: dict[str, str | int] = {"rel": "stylesheet", "href": 3}
    await mirror.view(page_with_body().element(5, 3, "link", link).element(13, 4, "p").snapshot())
    await asked.wait()
    assert not await mirror.frame.evaluate(IS_DRAWN)
    assert await mirror.heard("painted") == []

    if ending == "takes too long":
        await mirror.frame.evaluate("() => held.forEach((run) => run())")
    else:
        answer.set()
    await mirror.frame.wait_for_function(IS_DRAWN)
    await mirror.wait_for("painted")
    answer.set()
    if ending != "fails":
        await mirror.frame.wait_for_function(
            """() => {
              const doc = document.querySelector("iframe").contentDocument;
              return doc.defaultView.getComputedStyle(doc.querySelector("p")).color === "rgb(0, 0, 9)";
            }"""
        )


@pytest.mark.parametrize("missing", [3, 4], ids=["the sheet", "what it imports"])
async def test_a_sheet_that_did_not_come_is_asked_for_again(mirror: MirrorPage, missing: int) -> None:
    sheets = {3: f"@import url({mirror.address}a/4); p {{ color: rgb(0, 0, 9) }}", 4: "p { margin-left: 7px }"}
    asked: list[int] = []

    async def sheet(route: Route) -> None:
        n = int(route.request.url.rpartition("/")[2])
        asked.append(n)
        if n == missing and asked.count(n) < 3:
            await route.fulfill(status=504)
        else:
            await route.fulfill(content_type="text/css", body=sheets[n])

    await mirror.page.route(f"{mirror.address}a/*", sheet)
    link: dict[str, str | int] = {"rel": "stylesheet", "href": 3}
    await mirror.view(page_with_body().element(5, 3, "link", link).element(13, 4, "p").snapshot())
    await mirror.frame.wait_for_function(
        """() => {
            const { defaultView } = document.querySelector("iframe").contentDocument;
            const { color, marginLeft } = defaultView.getComputedStyle(defaultView.document.querySelector("p"));
            return color === "rgb(0, 0, 9)" && marginLeft === "7px";
        }"""
    )
    assert asked.count(missing) == 3
    assert await mirror.inner("(doc) => doc.querySelector('link').hasAttribute('data-cobrowse-missing')") is False


async def test_a_sheet_that_is_not_to_be_had_is_not_asked_for_for_ever(mirror: MirrorPage) -> None:
    asked: list[str] = []

    async def nothing(route: Route) -> None:
        asked.append(route.request.url)
        await route.fulfill(status=404)

    await mirror.page.route(f"{mirror.address}a/*", nothing)
    await mirror.frame.evaluate(
        """() => {
            const later = window.setTimeout;
            window.setTimeout = (what, ms) => later(what, [1_000, 4_000, 15_000].includes(ms) ? 10 : ms);
        }"""
    )
    link: dict[str, str | int] = {"rel": "stylesheet", "href": 3}
    await mirror.view(page_with_body().element(5, 3, "link", link).element(13, 4, "p").snapshot())
    await mirror.frame.wait_for_timeout(1_500)
    assert len(asked) == 4
