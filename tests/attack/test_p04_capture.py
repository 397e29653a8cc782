"""P4: what a whole page, a place or a number of pieces would tell, and what no setting and no turn of time undoes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.chromium import ENGINE
from tests.mirror import capture_page
from tests.mirror.capture_page import Tab
from tests.mirror.replay import Node

pytestmark = pytest.mark.browser
PAGE = "<!doctype html><meta charset=utf-8><title>t</title>"
DOTS = "•••••"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with capture_page.browser(ENGINE) as opened:
        yield opened


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> str:
    return capture_page.bundle(Path(tmp_path_factory.mktemp("probe")) / "probe.js")


@pytest.fixture(scope="module")
def module_tab(chromium: Browser, bundle: str) -> Iterator[Tab]:
    opened = Tab(chromium, bundle)
    yield opened
    opened.close()


@pytest.fixture
def tab(module_tab: Tab) -> Tab:
    """One for all: each test opens its own page in it."""
    return module_tab


def show(tab: Tab, body: str, setup: str = "", **policy: Any) -> None:
    tab.open(PAGE + body)
    if setup:
        tab.run(f"() => {{ {setup} }}")
    tab.start(**policy)
    tab.assert_mirrored()


def node(tab: Tab, id_: str) -> Node:
    [found] = [each for each in tab.picture.nodes.values() if each.attributes.get("id") == id_]
    return found


def assert_secret(tab: Tab) -> None:
    tab.assert_mirrored()
    assert "SECRET" not in tab.sent_text()


# --- whole pages


def test_a_page_that_is_edited_as_a_whole(tab: Tab) -> None:
    show(tab, "<p id=p>before</p>")
    assert "before" in tab.picture.texts()
    tab.change("() => { document.designMode = 'on'; p.textContent = 'SECRET' }")
    assert_secret(tab)
    show(tab, "<p>SECRET</p>", "document.designMode = 'on'")
    assert_secret(tab)


@pytest.mark.parametrize("host", ["documentElement", "body"])
def test_a_page_whose_root_is_an_editor(tab: Tab, host: str) -> None:
    show(tab, "<p id=p title=SECRET>SECRET</p>", f"document.{host}.contentEditable = 'true'")
    assert_secret(tab)


@pytest.mark.parametrize("mask", ["title", "head", ":root", "title:first-of-type"])
def test_a_masked_title(tab: Tab, mask: str) -> None:
    show(tab, "", "document.title = 'SECRET'", mask=[mask])
    assert tab.messages[0]["page"]["title"] == DOTS
    tab.change("() => { document.title = 'SECRET anew' }")
    assert_secret(tab)


def test_a_masked_title_behind_one_of_a_drawing(tab: Tab) -> None:
    tab.open("<!doctype html><body><svg><title>Logo</title></svg><div data-cobrowse=mask><title>SECRET</title></div>")
    tab.start()
    assert_secret(tab)
    assert tab.messages[0]["page"]["title"] == DOTS


def test_a_masked_page(tab: Tab) -> None:
    show(tab, "<p title=SECRET>SECRET</p><select><option>SECRET</select>", mask=[":root"])
    assert_secret(tab)


# --- how many


LETTERS = {
    "texts": "for (const one of word) dark.append(one)",
    "texts with comments": "for (const one of word) dark.append(one, new Comment(''))",
    "texts and gaps": "for (const one of word) dark.append(one, ' ')",
    "spans": "for (const one of word) dark.append(Object.assign(document.createElement('span'), {textContent: one}))",
    "spans and gaps": (
        "for (const one of word) dark.append(Object.assign(document.createElement('b'), {textContent: one}), ' ')"
    ),
    "spans, one by one": (
        "for (const one of word) { const b = document.createElement('i'); dark.append(b); b.append(one, one) }"
    ),
    "options": (
        "const s = document.createElement('select'); for (const one of word) s.add(new Option(one)); dark.append(s)"
    ),
    "letters of a drawing": (
        "const ns = 'http://www.w3.org/2000/svg'; const t = document.createElementNS(ns, 'text');"
        "t.setAttribute('x', [...word].map((_, at) => at * 9).join(' '));"
        "t.setAttribute('dx', '1 '.repeat(word.length));"
        "t.setAttribute('textLength', word.length * 9); t.setAttribute('rotate', '0 '.repeat(word.length));"
        "const s = document.createElementNS(ns, 'svg'); s.append(t); t.append(word); dark.append(s)"
    ),
    "a number in a list": (
        "const l = document.createElement('ol'); l.start = word.length;"
        "l.innerHTML = '<li value=' + word.length + '>x';"
        "dark.append(l)"
    ),
    "a counter": "dark.style.cssText = 'counter-reset: n ' + word.length; dark.append('x')",
    "a date": "const t = document.createElement('time'); t.dateTime = word; t.append(word); dark.append(t)",
    "bounds of a bar": "const b = document.createElement('progress'); b.max = word.length; dark.append(b)",
    "a field that grows": (
        "const a = document.createElement('textarea'); a.value = word; dark.append(a);"
        "a.style.height = word.length * 9 + 'px'"
    ),
    "a field that widens": (
        "const a = document.createElement('input'); a.value = word; dark.append(a); a.style.width = word.length + 'ch'"
    ),
    "an editor that grows": (
        "const a = document.createElement('div'); a.role = 'textbox'; a.append(word); dark.append(a);"
        "a.style.cssText = 'color: red; min-height: ' + word.length * 9 + 'px; height: ' + word.length + 'px'"
    ),
    "a hidden part": (
        "const h = document.createElement('div'); h.dataset.cobrowse = 'hide'; h.style.float = 'left'; h.append(word);"
        "document.body.append(h)"
    ),
    "a hidden line": (
        "const h = document.createElement('p'); h.dataset.cobrowse = 'hide'; h.append((word + ' ').repeat(99));"
        "document.body.append(h)"
    ),
}


@pytest.mark.parametrize("script", LETTERS.values(), ids=LETTERS.keys())
def test_pieces_do_not_tell_of_a_length(tab: Tab, script: str) -> None:
    seen = []
    for word in ("S", "SECRETS", "SECRET" * 7):
        show(tab, "<div id=dark data-cobrowse=mask></div>", f"const word = '{word}'; {script}")
        snapshot = [message for message in tab.messages if message["k"] == "snapshot"]
        at_load = tab.picture.canonical()
        tab.change("() => { dark.replaceChildren() }")
        tab.change(f"() => {{ const word = '{word}'; {script} }}")
        tab.assert_mirrored()
        seen.append((at_load, snapshot, tab.picture.canonical()))
        assert "S" not in tab.picture.texts()
    assert seen[0] == seen[1] == seen[2]


def test_a_field_keeps_the_size_it_came_with(tab: Tab) -> None:
    show(tab, "<textarea id=a rows=3 cols=20></textarea><input id=i size=9>")
    tab.change("() => { a.rows = 17; a.cols = 40; i.size = 30 }")
    tab.start()
    tab.assert_mirrored()
    assert (node(tab, "a").attributes["rows"], node(tab, "a").attributes["cols"]) == (3, 20)
    assert node(tab, "i").attributes["size"] == 9


def test_one_of_masked_letters_takes_the_place_of_another(tab: Tab) -> None:
    show(tab, "<p id=p data-cobrowse=mask>a<!-- -->b</p><p id=q data-cobrowse=mask><b>x</b><b>y</b></p>")
    assert tab.picture.texts().count(DOTS) == 2
    for script in (
        "p.firstChild.data = ''",
        "p.firstChild.remove()",
        "p.append('c')",
        "p.firstChild.nextSibling.data = ' '",
        "q.firstChild.remove()",
        "q.firstChild.innerHTML = '<i>z</i>'; q.append(document.createElement('b'))",
        "q.lastChild.className = 'other'",
        "q.append('SECRET', q.firstChild)",
        "delete p.dataset.cobrowse; p.append('d')",
        "p.dataset.cobrowse = 'mask'; p.prepend('SECRET')",
    ):
        tab.change(f"() => {{ {script} }}")
        assert_secret(tab)


# --- where the customer's hand is


def test_the_focus_does_not_tell_what_was_chosen(tab: Tab) -> None:
    show(
        tab,
        "<input type=radio id=r><div role=radio tabindex=0 id=s>x</div><input id=t><div role=option tabindex=0 id=o>x",
    )
    for id_, told in (("t", True), ("r", False), ("t", True), ("s", False), ("t", True), ("o", False)):
        tab.change(f"() => {{ {id_}.focus() }}")
        assert tab.picture.focus == (tab.id(f"#{id_}") if told else 0)


def test_a_roving_tabindex_does_not_either(tab: Tab) -> None:
    show(tab, "<div role=radiogroup><p role=radio tabindex=0 id=a>A</p><p role=radio tabindex=-1 id=b>B</p></div>")
    assert "tabindex" not in node(tab, "a").attributes
    tab.change("() => { a.tabIndex = -1; b.tabIndex = 0 }")
    assert node(tab, "a").attributes.keys() == node(tab, "b").attributes.keys() == {"id", "role"}


def test_no_pointer_over_what_is_hidden(tab: Tab) -> None:
    show(
        tab,
        "<body style='margin:0'><div style='height:50px'>x</div><div data-cobrowse=hide style='height:50px'>x</div>"
        "<x-e><template shadowrootmode=open><div contenteditable><slot></slot></div></template>"
        "<p style='height:50px;margin:0'>x</p></x-e>",
    )
    for y, told in ((20, (20, 20)), (70, (-1, -1)), (21, (20, 21)), (120, (-1, -1))):
        tab.page.mouse.move(20, y)
        tab.change("() => 0")
        assert [(m["x"], m["y"]) for m in tab.messages if m["k"] == "pointer"][-1] == told


def test_no_pointer_over_a_choice(tab: Tab) -> None:
    show(
        tab,
        "<style>body{margin:0}body>*{display:block;height:50px;margin:0}</style><p>x</p>"
        "<label><input type=radio>A</label>"
        "<label for=b>B</label><div role=listbox><p role=option>C</p></div><label>D <input></label>"
        "<div role=switch>E</div><input type=checkbox id=b>",
    )
    for y, told in (
        (20, True),
        (70, False),
        (21, True),
        (120, False),
        (22, True),
        (170, False),
        (220, True),
        (270, False),
    ):
        tab.page.mouse.move(5, y)
        tab.change("() => 0")
        assert [(m["x"], m["y"]) for m in tab.messages if m["k"] == "pointer"][-1] == ((5, y) if told else (-1, -1)), y


def test_no_scroll_of_a_list_to_choose_from(tab: Tab) -> None:
    tall = "<p style='height:900px'>x</p>"
    show(tab, f"<div id=l role=listbox style='height:50px;overflow:auto'>{tall}</div>", "l.scrollTop = 300")
    tab.change("() => { l.scrollTop = 400 }")
    assert list(tab.picture.scrolls) == [tab.id("html") - 1]


def test_a_value_is_not_told_by_how_it_is_drawn(tab: Tab) -> None:
    show(
        tab,
        "<input id=r type=range style='background-size: 63% 100%; --v: 63%'><b id=s role=slider style='left: 63%'>x</b>"
        "<input id=t style='--v: 63%; color: red'><b id=w role=switch style='--v: 63%; color: red'>x</b>",
    )
    assert "63%" not in tab.sent_text()
    assert [node(tab, id_).attributes.get("style") for id_ in "rstw"] == [None, None, "; color: red;", "; color: red;"]
    tab.change("() => { for (const each of [r, s, t, w]) each.style.setProperty('--v', '64%'); s.style.left = '64%' }")
    assert "64%" not in tab.sent_text()


# --- what requests say of the page


def test_no_request_tells_the_address_of_the_page(tab: Tab) -> None:
    tab.open("<!doctype html><meta name=referrer content=unsafe-url><img src=/pixel.png>", path="/page?token=SECRET")
    tab.start()
    tab.settle()
    tab.run("() => P.assets.upload(1, 'ticket')")
    path, headers, _ = tab.puts[-1]
    assert path == "/api/assets/1"
    assert "SECRET" not in str(headers)


# --- once a secret


@pytest.mark.parametrize(
    "toggle",
    [
        "i.type = 'text'",
        "i.removeAttribute('type')",
        "i.setAttribute('type', 'Search')",
        "const t = i.cloneNode(); t.type = 'text'; i.replaceWith(t)",
        "const t = document.createElement('input'); t.name = 'pw'; t.value = 'SECRET'; t.className = 's';"
        "i.replaceWith(t)",
        "const it = i; it.type = 'text'; it.remove(); form.append(it)",
    ],
)
def test_once_a_password_always_one_in_every_picture(tab: Tab, toggle: str) -> None:
    show(tab, "<form id=form><input id=i name=pw class=s type=password value=SECRET></form>", show=[".s"])
    tab.change(f"() => {{ {toggle} }}")
    assert_secret(tab)
    for _ in range(2):
        # The agent asks for it anew: nothing that was known is forgotten.
        tab.start(show=[".s"])
        assert_secret(tab)


def test_a_field_that_becomes_a_button_within_a_turn(tab: Tab) -> None:
    show(tab, "<input id=i value=SECRET>")
    tab.change(
        "() => { i.type = 'button'; const t = document.createElement('input'); t.value = 'SECRET';"
        "document.body.append(t);"
        "queueMicrotask(() => queueMicrotask(() => { t.type = 'submit' })) }"
    )
    assert_secret(tab)


@pytest.mark.parametrize(
    "name", ["csc", "otp", "user_otp", "totp", "pin", "sms-tan", "Password", "new_passwd", "ccnumber"]
)
def test_no_setting_shows_a_field_with_the_name_of_a_secret(tab: Tab, name: str) -> None:
    show(tab, f"<input class=s name='{name}' value=SECRET><input class=s id='{name}' value=SECRET>", show=[".s"])
    assert_secret(tab)


def test_names_that_only_sound_like_one(tab: Tab) -> None:
    names = ["shipping", "spinner", "standard", "hotpot", "discard", "cardigan"]
    show(tab, "".join(f"<input class=s name={name} value=shown-{name}>" for name in names), show=[".s"])
    assert all(f"shown-{name}" in tab.sent_text() for name in names)


# --- private sites and masked styles


STYLES = """<style>
.a::before { content: ""; font-family: "Fine Sans", serif; grid-template-areas: "head side"; }
.b::before { content: "\\e001"; }
.c::before { content: "SECRET"; quotes: "SECRET" "SECRET"; }
[type="text"] { color: red; }
[title="SECRET"] { color: red; }
@font-face { font-family: "Icons"; src: url("/icons.woff2") format("woff2"); }
@counter-style x { system: cyclic; symbols: SECRET; suffix: "SECRET"; }
.d { --x: SECRET; --y: "SECRET"; counter-reset: n 4711; }
</style>"""


def test_a_masked_style_keeps_what_nobody_reads(tab: Tab) -> None:
    show(tab, STYLES, private=True)
    assert_secret(tab)
    rules = "\n".join(rule for each in tab.picture.nodes.values() for rule in each.rules)
    for kept in (
        'content: ""',
        '"Fine Sans"',
        '"head side"',
        '"\ue001"',
        '[type="text"]',
        "Icons",
        'format("woff2")',
    ):
        assert kept in rules, kept
    assert "4711" not in rules


def test_a_linked_style_is_masked_like_one_in_the_page(tab: Tab) -> None:
    tab.files["/s.css"] = ("text/css", b"p::before { content: 'SECRET' } p { color: red }", {})
    show(tab, "<link id=l rel=stylesheet href=/s.css><p>x</p>", private=True)
    assert_secret(tab)
    assert "href" not in node(tab, "l").attributes
    assert any("color: red" in rule for each in tab.picture.nodes.values() for rule in each.rules)
    assert tab.run("P.assets.next") == 1, "nor is the file to be had"


def test_a_mask_that_comes_to_a_linked_style(tab: Tab) -> None:
    tab.files["/s.css"] = ("text/css", b"p::before { content: 'shown' }", {})
    show(tab, "<div id=d><link id=l rel=stylesheet href=/s.css></div>")
    assert "href" in node(tab, "l").attributes
    tab.change("() => { d.dataset.cobrowse = 'mask' }")
    tab.assert_mirrored()
    assert "href" not in node(tab, "l").attributes
    tab.change("() => { delete d.dataset.cobrowse }")
    tab.assert_mirrored()
    assert "href" in node(tab, "l").attributes


PICTURE = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>{}</svg>"


@pytest.mark.parametrize("coded", [False, True], ids=["plain", "base64"])
def test_pictures_with_text_stay_and_those_without_leave(tab: Tab, coded: bool) -> None:
    pictures = [
        PICTURE.format("<text>SECRET</text>"),
        PICTURE.format("<path d='M0 0h9'/>"),
        "SECRET",
        PICTURE.format(""),
    ]
    addresses = tab.run(
        "([pictures, coded]) => pictures.map(each => 'data:image/svg+xml' + (coded ? ';base64,' + btoa(each) : ',' + "
        "encodeURIComponent(each)))",
        [pictures, coded],
    )
    images = "".join(f'<img id=i{at} src="{address}">' for at, address in enumerate(addresses))
    show(tab, f"<div data-cobrowse=mask>{images}</div>")
    assert ["src" in node(tab, f"i{at}").attributes for at in range(4)] == [False, True, False, True]


def test_a_hidden_drawing_ends_nothing(tab: Tab) -> None:
    show(tab, "<svg id=s style='color: red' data-cobrowse=hide><text>SECRET</text></svg><p>after</p>")
    assert_secret(tab)
    assert "after" in tab.picture.texts()
