"""P4: what must not leave the tab does not, in no message and in no table of it."""

from typing import Any

import pytest

from tests.mirror.capture_page import Tab

pytestmark = pytest.mark.browser

FIELDS = """<!doctype html><title>t</title>
<form><input id=childNodes name=childNodes value=SECRET0><input name=getAttribute><input name=firstChild>
<input id=text value=SECRET1 data-x=SECRET2 onclick="SECRET3" placeholder="Your name">
<input id=password type=password value=SECRET4><input type=hidden value=SECRET5 name=csrf>
<textarea id=area>SECRET6</textarea>
<select id=select><option value=SECRET7>Red</option><option selected id=chosen>Blue</option></select>
<input id=box type=checkbox checked value=SECRET8><input type=radio checked value=SECRET9>
<input id=submit type=submit value=Send></form>
<div id=editor contenteditable><p>SECRET10</p><p>SECRET11</p></div>
<div id=textbox role=textbox aria-valuetext=SECRET12>SECRET13</div>
<div role=checkbox data-state=checked id=aria>Tick</div>
<!-- SECRET14 --><script>"SECRET15"</script><template>SECRET16</template><noscript>SECRET17</noscript>
<a id=link href="/SECRET18?token=SECRET19" ping=/SECRET20>Link</a><iframe sandbox srcdoc="SECRET21"></iframe>
<meta content=SECRET22><cobrowse-own>SECRET23</cobrowse-own>
"""


def attributes(tab: Tab, id_: str) -> dict[str, object]:
    [node] = [node for node in tab.picture.nodes.values() if node.attributes.get("id") == id_]
    return dict(node.attributes)


def test_values_stay(tab: Tab) -> None:
    tab.open(FIELDS)
    tab.start()
    tab.assert_mirrored()
    assert "SECRET" not in tab.sent_text()
    assert attributes(tab, "text") == {"id": "text", "type": "text", ":filled": 1, "placeholder": "Your name"}
    assert attributes(tab, "editor") == {"id": "editor", ":filled": 1}
    assert attributes(tab, "box") == {"id": "box", "type": "checkbox"}
    assert attributes(tab, "aria") == {"id": "aria", "role": "checkbox"}
    assert attributes(tab, "chosen") == {"id": "chosen"}
    assert attributes(tab, "link") == {"id": "link", ":link": 1}
    assert attributes(tab, "submit")[":label"] == "Send"
    assert tab.run("P.capture.hiddenFields()") == 11


def test_typing_leaves_one_bit(tab: Tab) -> None:
    tab.open("<!doctype html><input id=text><div id=editor contenteditable></div>")
    tab.start()
    tab.settle()
    sizes = []
    for value in ("S", "SECRET", "SECRET" * 500):
        before = len(tab.messages)
        tab.run("value => { text.value = value; text.dispatchEvent(new Event('input', {bubbles: true})) }", value)
        tab.change("value => { editor.textContent = value }", value)
        tab.assert_mirrored()
        sizes.append(sum(len(m["ops"]) for m in tab.messages[before:] if m["k"] == "ops"))
    assert sizes == [8, 0, 0]
    assert "SECRET" not in tab.sent_text()


COMBOBOX = """<!doctype html><style>.line { min-height: 56.4px } .tall { min-height: 90px } .chip { min-height: 62px }
</style><div id=box role=combobox aria-expanded=false><div class=line><span class=chip>SECRET1</span>
<input value=SECRET1></div></div><div id=late role=combobox style="color: red; max-height: 99px"></div>
<div id=tall role=combobox><div class=tall><input></div></div>
<div id=typed role=combobox><div class=line style="min-height: 57px"><input></div></div>
<div id=edited role=textbox><div class=line><input></div></div>"""


def test_a_closed_combobox_has_the_height_of_one_line(tab: Tab) -> None:
    tab.open(COMBOBOX)
    tab.start()
    tab.assert_mirrored()
    assert attributes(tab, "box")["style"] == "min-height:56px"
    # Higher than one line, written by a script, or typed into: nothing is said.
    assert all("style" not in attributes(tab, name) for name in ("tall", "typed", "edited"))
    assert "height" not in str(attributes(tab, "late")["style"])
    tab.change("() => { late.innerHTML = '<div class=line><input value=SECRET2></div>' }")
    tab.assert_mirrored()
    assert str(attributes(tab, "late")["style"]).endswith(";min-height:56px")
    assert "SECRET" not in tab.sent_text()


def test_the_height_of_a_combobox_is_told_once(tab: Tab) -> None:
    tab.open(COMBOBOX)
    tab.start()
    tab.assert_mirrored()
    before = len(tab.messages)
    for height in (40, 64):
        tab.change(
            "height => { document.querySelector('style').sheet.cssRules[0].style.minHeight = `${height}px` }", height
        )
        tab.change("() => { box.className += ' x' }")
    tab.assert_mirrored()
    assert attributes(tab, "box")["style"] == "min-height:56px"
    # Nor in another epoch.
    assert not any("style" in name for message in tab.messages[before:] for name in message.get("names", ()))
    tab.run("() => P.capture.start(P.capture.epoch + 1)")
    tab.assert_mirrored()
    assert attributes(tab, "box")["style"] == "min-height:56px"


def test_a_value_set_by_script_shows_within_a_second(tab: Tab) -> None:
    tab.open("<!doctype html><input id=text>")
    tab.start()
    tab.settle()
    tab.run("() => { text.value = 'x' }")
    tab.page.wait_for_function("P.sent.some(m => m.k === 'ops' && m.names.includes('input :filled'))")
    tab.assert_mirrored()


def test_once_a_password_always_one(tab: Tab) -> None:
    tab.open("<!doctype html><input id=p type=password value=SECRET1><input id=q value=SECRET2 type=password>")
    tab.run("() => { q.type = 'text' }")
    tab.start(show=["input"])
    tab.settle()
    assert attributes(tab, "q")[":value"] == "SECRET2", "nobody could know what it was before"
    tab.change("() => { p.type = 'text' }")
    tab.change("() => { p.value = 'SECRET3'; p.dispatchEvent(new Event('input', {bubbles: true})) }")
    tab.assert_mirrored()
    assert ":value" not in attributes(tab, "p")
    assert "SECRET1" not in tab.sent_text()
    assert "SECRET3" not in tab.sent_text()


@pytest.mark.parametrize(
    "markup",
    [
        "type=password",
        "autocomplete=cc-number",
        "autocomplete='section-a one-time-code'",
        "autocomplete=current-password",
        "name=cvc",
        "id=card-number",
    ],
)
def test_no_setting_shows_a_secret_field(tab: Tab, markup: str) -> None:
    tab.open(f"<!doctype html><input value=SECRET data-cobrowse=show {markup}><input id=fine value=shown>")
    tab.start(show=["input"])
    tab.assert_mirrored()
    assert "SECRET" not in tab.sent_text()
    assert attributes(tab, "fine")[":value"] == "shown"


def test_what_the_policy_shows(tab: Tab) -> None:
    tab.open(
        "<!doctype html><input id=search value=lamp><input id=other value=SECRET><select id=sort class=s>"
        "<option>a<option selected id=b>b</select><input id=box class=s type=checkbox checked>"
        "<div class=s><div data-cobrowse=mask><input value=SECRET></div></div>"
    )
    tab.start(show=["#search", ".s"])
    tab.assert_mirrored()
    assert attributes(tab, "search")[":value"] == "lamp"
    assert attributes(tab, "b")[":selected"] == 1
    assert attributes(tab, "box")[":checked"] == 1
    assert "SECRET" not in tab.sent_text()
    tab.run("() => { search.value = 'desk'; search.dispatchEvent(new Event('input', {bubbles: true})) }")
    tab.change("() => { box.checked = false; box.dispatchEvent(new Event('change', {bubbles: true})) }")
    tab.assert_mirrored()
    assert attributes(tab, "search")[":value"] == "desk"
    assert attributes(tab, "box")[":checked"] == 0


MASKED = """<!doctype html><title>t</title><div class=order id=order title=SECRET1 style="--x: 'SECRET2'; color: red">
<b>SECRET3</b><img alt=SECRET4><svg><title>SECRET5</title><text>SECRET6</text></svg>
<time datetime=SECRET7>SECRET8</time><input placeholder=SECRET9 aria-label=SECRET10><select>
<option label=SECRET11>SECRET12</option><optgroup label=SECRET13>
</select><style>.x::before { content: 'SECRET14' }</style><input type=submit value=SECRET15>
<i style="content: 'SECRET16'">x</i><x-host id=host></x-host></div><x-two id=two><span>SECRET17</span></x-two>
"""


def test_a_masked_subtree_says_nothing(tab: Tab) -> None:
    tab.open(MASKED)
    tab.run(
        "() => { host.attachShadow({mode: 'open'}).innerHTML = '<p title=SECRET20>SECRET21</p>';"
        " two.attachShadow({mode: 'open'}).innerHTML = '<div class=order><slot></slot></div>' }"
    )
    tab.start(mask=[".order"])
    tab.assert_mirrored()
    assert "SECRET" not in tab.sent_text()
    tab.change("() => { order.append('SECRET30'); order.title = 'SECRET31' }")
    tab.change("() => { two.append('SECRET32'); host.shadowRoot.firstChild.textContent = 'SECRET33' }")
    tab.change("() => { two.shadowRoot.firstChild.title = 'SECRET34' }")
    tab.assert_mirrored()
    assert "SECRET" not in tab.sent_text()
    assert attributes(tab, "order")[":masked"] == 1
    assert tab.run("P.capture.isMasked(order.querySelector('b').firstChild)")


def test_a_mask_that_comes_covers_what_was_there(tab: Tab) -> None:
    tab.open("<!doctype html><div id=a><p id=p title=One>Two</p></div><div id=b></div>")
    tab.start(mask=[".order p", "#b *"])
    tab.settle()
    tab.change("() => { a.className = 'order' }")
    assert attributes(tab, "p")["title"] == "•••••"
    tab.assert_mirrored()
    tab.change("() => { a.className = ''; b.append(p) }")
    assert tab.picture.texts().count("•••••") == 1
    tab.assert_mirrored()


def test_a_hidden_part_is_a_box(tab: Tab) -> None:
    tab.open("<!doctype html><div class=h style='width: 120px; height: 30px'>SECRET</div>")
    tab.start(hide=[".h"])
    tab.settle()
    tab.assert_mirrored()
    [box] = tab.picture.find("placeholder")
    assert {name: box.attributes[name] for name in (":reason", ":tag", ":width", ":height")} == {
        ":reason": "hidden",
        ":tag": "div",
        ":width": 120,
        ":height": 30,
    }
    assert "SECRET" not in tab.sent_text()


def test_a_part_that_was_shown_for_a_while_tells_no_size_of_what_is_in_it(tab: Tab) -> None:
    tab.open("<!doctype html><div id=a class=h style='width: 120px'>SECRET</div>")
    tab.start(hide=[".h"])
    tab.settle()

    def height() -> object:
        [box] = tab.picture.find("placeholder")
        return box.attributes.get(":height")

    assert height() is None
    tab.change("() => { a.className = ''; a.append(document.createElement('p')) }")
    tab.assert_mirrored()
    tab.change("() => { a.className = 'h' }")
    assert height() is None
    tab.assert_mirrored()


def test_a_private_site_shows_only_what_it_lists(tab: Tab) -> None:
    tab.open(
        "<!doctype html><title>SECRET1</title><p title=SECRET2>SECRET3</p><h1 class=s>Lamps</h1>"
        "<div class=s>Shown <b data-cobrowse=mask>SECRET4</b></div>"
    )
    tab.start(private=True, show=[".s"])
    tab.assert_mirrored()
    assert "SECRET" not in tab.sent_text()
    assert {"Lamps", "Shown "} <= set(tab.picture.texts())


@pytest.mark.parametrize("selector", ["p:not(", "a[", "", "::bogus", "x,"])
def test_an_invalid_selector_shares_nothing(tab: Tab, selector: str) -> None:
    tab.open("<!doctype html><p>SECRET")
    for kind in ("mask", "hide", "show", "no_control"):
        policy: dict[str, Any] = {kind: [selector]}
        tab.start(**policy)
        assert tab.run("P.failures.length") == 1
        assert tab.run("P.sent") == []


def test_an_exception_ends_the_sharing(tab: Tab) -> None:
    tab.open("<!doctype html><p id=p>x")
    tab.start()
    tab.settle()
    before = tab.run("P.sent.length")
    tab.run("() => { P.capture.host.assetNumber = () => { throw new Error('broken') } }")
    tab.run("() => { p.style.background = 'url(/x.png)' }")
    tab.page.wait_for_function("P.failures.length === 1")
    tab.run("() => { p.textContent = 'SECRET' }")
    tab.page.wait_for_timeout(200)
    assert tab.run("P.sent.length") == before


def test_a_denied_path_shares_nothing(tab: Tab) -> None:
    tab.open("<!doctype html><p id=p>x")
    tab.start()
    tab.settle()
    before = tab.run("P.sent.length")
    tab.run("() => { history.pushState(0, '', '/denied/here'); p.textContent = 'SECRET' }")
    tab.page.wait_for_timeout(300)
    assert tab.run("P.sent.length") == before


def test_the_address_is_redacted(tab: Tab) -> None:
    tab.open("<!doctype html><title>t</title>", path="/a?q=lamp&token=SECRET")
    tab.start()
    tab.settle()
    assert tab.messages[0]["page"]["address"] == f"{tab.origin}/a?q=lamp"
    tab.change("() => { history.pushState(0, '', '/b/123456789012?x=SECRET#SECRET'); document.title = 'two' }")
    # A slow machine may have said a tip in between.
    told = [message["page"] for message in tab.messages if message["k"] == "page"][-1]
    assert (told["address"], told["title"]) == (f"{tab.origin}/b/…", "two")


POINTER = """<!doctype html><body style="margin: 0"><div id=plain style="height: 50px">x</div>
<div data-cobrowse=mask style="height: 50px">x</div><div data-cobrowse=no-control style="height: 50px">x</div>
<input id=text style="height: 50px; width: 200px; display: block; margin: 0; padding: 0; border: 0">
<input id=p type=password><input id=o autocomplete=one-time-code>"""


def test_the_pointer_shows_only_where_it_may(tab: Tab) -> None:
    tab.open(POINTER)
    tab.start()
    tab.settle()

    def at(x: int, y: int) -> object:
        tab.page.mouse.move(x, y)
        tab.change("() => 0")
        return [(m["x"], m["y"]) for m in tab.messages if m["k"] == "pointer"][-1]

    assert at(20, 20) == (20, 20)
    assert at(20, 70) == (-1, -1)
    assert at(21, 21) == (21, 21)
    assert at(20, 120) == (-1, -1)
    assert at(22, 22) == (22, 22)
    assert at(20, 170) == (-1, -1)
    for field in ("#p", "#o"):
        tab.page.focus("#text")
        assert at(23, 23) == (23, 23)
        tab.page.focus(field)
        assert at(24, 24) == (-1, -1)


def test_selection_only_outside_of_fields_and_masks(tab: Tab) -> None:
    tab.open(
        "<!doctype html><p id=p>Hello world</p><p id=m data-cobrowse=mask>SECRET</p><div id=e contenteditable>SECRET"
    )
    tab.start()
    tab.settle()
    select = "id => { const s = getSelection(); s.setBaseAndExtent({0}.firstChild, 1, {0}.firstChild, 4) }"
    tab.change(select.replace("{0}", "p"))
    start, from_, end, to = tab.picture.selection
    assert (tab.picture.nodes[start].text, from_, end, to) == ("Hello world", 1, start, 4)
    for masked in ("m", "e"):
        tab.change(select.replace("{0}", masked))
        assert tab.picture.selection == (0, 0, 0, 0)
        tab.change(select.replace("{0}", "p"))


def test_no_scroll_of_fields(tab: Tab) -> None:
    tab.open(
        "<!doctype html><textarea id=a style='height: 30px'>" + "x\n" * 50 + "</textarea>"
        "<div id=d style='height: 30px; overflow: auto'><p style='height: 500px'>x</div>"
    )
    tab.run("() => { d.scrollTop = 40 }")
    tab.start()
    tab.settle()
    tab.change("() => { a.scrollTop = 100 }")
    scrolled = {tab.picture.nodes[id_].attributes.get("id"): y for id_, (_, y) in tab.picture.scrolls.items()}
    assert scrolled == {None: 0, "d": 40}
