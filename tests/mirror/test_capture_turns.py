"""P4: what turns private leaves as private with the same frame, and what is private no more leaves as it is."""

import re

import pytest

from tests.mirror.capture_page import Tab

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><title>t</title><body><div id=free></div><div id=dark data-cobrowse=mask></div>
<div id=host><p id=light>slotted</p></div><div id=plain><p id=moving title=before>before</p></div>"""
SHADOW = "const root = host.attachShadow({mode: 'open'}); root.innerHTML = "


def start(tab: Tab, html: str = PAGE, setup: str = "") -> None:
    tab.open(html)
    if setup:
        tab.run(f"() => {{ {setup} }}")
    tab.start(show=[".shown"])
    tab.settle()


def assert_private(tab: Tab, script: str) -> None:
    """After the script, which says SECRET somewhere, the word has not left and the picture equals the page."""
    tab.change(f"() => {{ {script} }}")
    assert "SECRET" in tab.run("() => document.documentElement.getHTML({serializableShadowRoots: true}) + kept()")
    assert "SECRET" not in tab.sent_text()
    tab.assert_mirrored()


@pytest.fixture(autouse=True)
def _kept(tab: Tab) -> None:
    """What `getHTML` leaves out: shadow roots that are not serializable."""
    tab.page.add_init_script(
        "window.kept = () => [...document.querySelectorAll('*')].map(e => e.shadowRoot?.innerHTML).join()"
    )


MASKED_TURNS = {
    "text moved into a masked place": "moving.textContent = 'SECRET'; dark.append(moving)",
    "text moved there alone": "const text = moving.firstChild; text.data = 'SECRET'; dark.append(text)",
    "attribute of what moves": "moving.title = 'SECRET'; dark.append(moving)",
    "new text in what moves": "dark.append(plain); moving.append('SECRET')",
    "mask on the element": "moving.append('SECRET'); moving.dataset.cobrowse = 'mask'",
    "mask on an ancestor": "moving.firstChild.data = 'SECRET'; document.body.dataset.cobrowse = 'mask'",
    "hidden by an ancestor": "moving.append('SECRET'); plain.dataset.cobrowse = 'hide'",
    "becomes an editor": "moving.append('SECRET'); plain.contentEditable = 'true'",
    "through a fragment": (
        "const kept = document.createDocumentFragment(); moving.dataset.cobrowse = 'mask'; kept.append(moving);"
        "kept.firstChild.append('SECRET'); plain.append(kept)"
    ),
}


@pytest.mark.parametrize("script", MASKED_TURNS.values(), ids=MASKED_TURNS.keys())
def test_what_turns_private(tab: Tab, script: str) -> None:
    start(tab)
    assert_private(tab, script)


SLOT_TURNS = {
    "the slot moves into a masked part": "inner.append(slot); light.textContent = 'SECRET'",
    "new text while the slot moves": "inner.append(slot); light.append('SECRET'); host.append('SECRET')",
    "new elements while the slot moves": (
        "inner.append(slot); const b = document.createElement('b'); b.title = b.textContent = 'SECRET'; host.prepend(b)"
    ),
    "given to another slot": "light.slot = 'masked'; light.textContent = 'SECRET'",
    "the other slot takes its name": "slot.name = 'x'; masked.name = ''; light.textContent = 'SECRET'",
    "the first slot of a name goes": "masked.name = ''; slot.remove(); light.append('SECRET')",
    "the mask comes around the slot": "outer.dataset.cobrowse = 'mask'; light.firstChild.data = 'SECRET'",
    "hidden around the slot": "outer.dataset.cobrowse = 'hide'; light.append('SECRET'); host.append('SECRET')",
}
SLOTS = (
    SHADOW + "'<div id=outer><slot id=slot></slot></div><div id=inner data-cobrowse=mask><slot id=masked name=masked>"
    "</slot></div>'; for (const id of ['outer', 'slot', 'inner', 'masked']) window[id] = root.getElementById(id);"
)


@pytest.mark.parametrize("script", SLOT_TURNS.values(), ids=SLOT_TURNS.keys())
def test_what_turns_private_by_its_slot(tab: Tab, script: str) -> None:
    start(tab, setup=SLOTS)
    assert_private(tab, script)


def test_a_shadow_root_that_masks_comes_later(tab: Tab) -> None:
    start(tab)
    assert_private(
        tab, SHADOW + "'<div data-cobrowse=mask><slot></slot></div>'; light.append('SECRET'); host.append('SECRET')"
    )


def test_a_slot_in_a_slot(tab: Tab) -> None:
    setup = SLOTS + (
        "outer.attachShadow({mode: 'open'}).innerHTML = '<slot></slot><p data-cobrowse=mask><slot name=m></slot></p>';"
    )
    start(tab, setup=setup)
    assert_private(tab, "slot.slot = 'm'; light.append('SECRET')")


def test_what_was_shown_and_is_an_editor_moves_out(tab: Tab) -> None:
    start(tab, "<!doctype html><body><div class=shown id=shown><p id=editor contenteditable>typed</p></div><div id=to>")
    assert "typed" in tab.sent_text()
    assert_private(tab, "editor.firstChild.data = 'SECRET'; to.append(editor)")
    assert "typed" not in tab.picture.canonical()


def test_comments_of_another_realm_stay(tab: Tab) -> None:
    start(tab, "<!doctype html><body><div id=to></div><iframe id=frame></iframe>")
    tab.run(
        "() => { const other = frame.contentDocument; const div = other.createElement('div');"
        "div.append(other.createComment('SECRET')); to.append(div, other.createComment('SECRET')) }"
    )
    tab.settle()
    tab.start()
    tab.settle()
    assert "SECRET" not in tab.sent_text()
    tab.assert_mirrored()


LIFTED_TURNS = {
    "moved out": "free.append(one)",
    "unmasked": "dark.removeAttribute('data-cobrowse')",
    "the masked slot goes": "masked.remove()",
    "the masked slot moves": "outer.append(masked)",
    "given to another slot": "light.slot = ''",
    "the mask around the slot goes": "inner.removeAttribute('data-cobrowse')",
}


@pytest.mark.parametrize("script", LIFTED_TURNS.values(), ids=LIFTED_TURNS.keys())
def test_what_is_private_no_more(tab: Tab, script: str) -> None:
    setup = SLOTS + "light.slot = 'masked'; dark.innerHTML = '<p id=one title=inside>inside</p>';"
    start(tab, setup=setup)
    assert not re.search("slotted|inside", tab.sent_text())
    tab.change(f"() => {{ {script} }}")
    tab.assert_mirrored()
    assert re.search("slotted|inside", tab.sent_text())


def test_what_waits_in_a_fragment_ends_nothing(tab: Tab) -> None:
    start(tab, setup=SLOTS)
    tab.change(
        "() => { window.kept_ = document.createDocumentFragment(); slot.className = light.className = 'shown';"
        "light.dataset.cobrowse = plain.dataset.cobrowse = 'mask'; kept_.append(outer, light, plain) }"
    )
    tab.assert_mirrored()
    tab.change("() => document.body.append(kept_)")
    tab.assert_mirrored()
