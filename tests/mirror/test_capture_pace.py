"""What the capture costs the page is bounded, and what it leaves out is told: counts and rungs, never speed."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.mirror.capture_page import Tab

pytestmark = pytest.mark.browser

PATIENCE_SECONDS = 60.0
TABLE = """rows => { const body = document.createElement('tbody'); for (let n = 0; n < rows; n++) {
  const row = body.insertRow(); row.id = 'r' + n; row.insertCell().textContent = 'Lamp ' + n; }
  table.replaceChildren(body) }"""
PAGE = "<!doctype html><title>t</title><body><h1>Lamps</h1><table id=table></table><p id=last>last</p>"
SHOP = """<!doctype html><title>t</title><body><h1 class=big style="color: red">All <i>lamps</i></h1>
<div><p>A long text that nobody needs.</p><a id=one href=#one>One lamp</a>
<a href=#two><img src=/pixel.png alt="Two lamps"></a>
<button id=buy aria-expanded=false onclick="this.dataset.n = 1 + +(this.dataset.n || 0)">Buy <b>now</b></button></div>
<div data-cobrowse=mask><h2>SECRET heading</h2><a href=/SECRET title="SECRET title">SECRET link</a></div>
<div data-cobrowse=hide><button>SECRET button</button></div><div contenteditable><a href=/x>SECRET typed</a></div>
<input id=name value=SECRET placeholder="Your name"><div id=host></div>
<script>host.attachShadow({mode: 'open'}).innerHTML =
'<button>In the shade</button>'</script><a href=/none></a>"""
# Any page is cheap enough.
PLENTY = [1_000_000, 50]
# And what was chosen stays.
KEPT = [1_000_000, 600_000]


def poll_until(tab: Tab, true: Callable[[], Any], what: str) -> None:
    """Read what came until something holds."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not true():
        if time.monotonic() > until:
            raise AssertionError(f"waited too long for {what}")
        tab.page.wait_for_timeout(50)
        tab.read()


def pace_of(tab: Tab) -> tuple[str, str]:
    """What was told last of how the page is shown."""
    tab.read()
    pages = [message["page"] for message in tab.messages if message.get("page")]
    return pages[-1].get("pace", "full"), pages[-1].get("pace_why", "")


def address_of(tab: Tab) -> str:
    """What was told last."""
    address: str = [message["page"] for message in tab.messages if message.get("page")][-1]["address"]
    return address


def paces(tab: Tab) -> list[str]:
    """All that was told, each once in a row."""
    found = [message["page"].get("pace", "full") for message in tab.messages if message.get("page")]
    return [pace for at, pace in enumerate(found) if not at or found[at - 1] != pace]


def begin(tab: Tab, html: str, **options: Any) -> None:
    tab.open(html)
    tab.start(**options)
    tab.settle()


def outlined(tab: Tab, html: str = SHOP, **policy: Any) -> None:
    """The outline of a page, to which it fell."""
    begin(tab, html, options={"budget": KEPT}, **policy)
    tab.run("() => { P.capture.budget_.fall_(2, 'busy'); P.capture.budget_.renew_() }")
    poll_until(tab, lambda: pace_of(tab)[0] == "outline", "the outline")
    poll_until(tab, lambda: tab.picture.find("h1") or tab.picture.find("a"), "its lines")


# --- the ladder


# As if all that may be used at once had been used already.
EXHAUST = "() => { P.capture.budget_.ladder_.level_ = 0 }"
# Nothing it does is too much from here on.
RELIEVE = "() => { clearInterval(window.busy); P.capture.budget_.ladder_.budget_ = 1e6 }"


def test_a_page_that_costs_too_much_goes_down_all_rungs_and_comes_back(tab: Tab) -> None:
    begin(tab, PAGE, options={"budget": [0.01, 50]})
    tab.run(EXHAUST)
    tab.run(
        "() => { window.busy = setInterval(() => { table.replaceChildren(...Array.from({length: 50}, (_, n) => {"
        "const row = document.createElement('tr'); row.title = n; return row })) }, 5) }"
    )
    poll_until(tab, lambda: pace_of(tab)[0] == "slow", "slower")
    tab.run("() => { P.capture.budget_.ladder_.level_ = -2000 }")
    poll_until(tab, lambda: pace_of(tab)[0] == "outline", "the outline")
    assert pace_of(tab)[1] == "busy"
    tab.run("() => { P.capture.budget_.ladder_.level_ = -2000 }")
    poll_until(tab, lambda: pace_of(tab)[0] == "address", "the address")
    assert paces(tab) == ["full", "slow", "outline", "address"]
    tab.run(RELIEVE)
    poll_until(tab, lambda: pace_of(tab)[0] == "full", "the whole page")
    tab.assert_mirrored()
    assert pace_of(tab) == ("full", "")


def test_slower_is_the_same_picture(tab: Tab) -> None:
    begin(tab, PAGE, options={"budget": [0.01, 600_000]})
    epoch = tab.run("() => P.capture.epoch")
    tab.run(EXHAUST)
    tab.run("() => { let n = 0; window.busy = setInterval(() => { last.textContent = n++ }, 5) }")
    poll_until(tab, lambda: pace_of(tab)[0] == "slow", "slower")
    tab.run(RELIEVE)
    tab.assert_mirrored()
    assert tab.run("() => P.capture.epoch") == epoch


def test_a_page_within_the_budget_stays_whole(tab: Tab) -> None:
    begin(tab, PAGE, options={"budget": PLENTY})
    tab.run(TABLE, 300)
    for n in range(5):
        tab.change("n => { last.textContent = n }", n)
    tab.assert_mirrored()
    assert paces(tab) == ["full"]


# --- the outline


def test_the_outline_says_headings_links_and_controls_alone(tab: Tab) -> None:
    outlined(tab)
    picture = tab.picture
    said = [child.text for node in body_of(tab) for child in node.children]
    assert said == ["All lamps", "One lamp", "Two lamps", "Buy now", "•••••", "•••••", "In the shade"]
    assert [node.tag for node in body_of(tab)] == ["h1", "a", "a", "button", "h2", "a", "input", "button"]
    assert picture.find("input", placeholder="Your name")[0].attributes[":filled"] == 1
    assert "SECRET" not in tab.sent_text()
    assert "long text" not in str(picture.texts())
    # Nothing of how it looks.
    assert not picture.find("h1", class_="big")


def test_the_outline_follows_the_page(tab: Tab) -> None:
    outlined(tab)
    tab.run(
        "() => { one.textContent = 'Another'; buy.setAttribute('aria-expanded', 'true');"
        "document.body.prepend(document.body.querySelector('input'));"
        "const link = document.createElement('a'); link.href = '/new'; link.textContent = 'New'; one.before(link);"
        "document.querySelector('h1').remove() }"
    )
    poll_until(tab, lambda: "Another" in tab.picture.texts(), "the change")
    assert [node.tag for node in body_of(tab)] == ["input", "a", "a", "a", "button", "h2", "a", "button"]
    assert tab.picture.find("button", aria_expanded="true")
    assert "New" in tab.picture.texts() and "All lamps" not in tab.picture.texts()


def _says(tab: Tab, text: str) -> bool:
    return text in tab.picture.texts()


def body_of(tab: Tab) -> list[Any]:
    return list(tab.picture.find("body")[0].children)


def test_what_turns_private_leaves_the_outline_as_private(tab: Tab) -> None:
    outlined(tab)
    tab.run("() => { document.body.dataset.cobrowse = 'mask'; buy.textContent = 'SECRET' }")
    poll_until(tab, lambda: "Buy now" not in tab.picture.texts(), "the mask")
    assert "SECRET" not in tab.sent_text()
    assert set(tab.picture.texts()) == {"•••••"}


def test_a_click_in_the_outline_reaches_the_element(tab: Tab) -> None:
    outlined(tab)
    # The ids of an outline are those of the page's own elements.
    assert tab.act(act="click", node=tab.id("#buy"), x=0.2, y=0.5) == ["done"]
    assert tab.run("() => buy.dataset.n") == "1"
    assert tab.act(act="click", node=tab.id("[data-cobrowse=mask] a"), x=0.5, y=0.5) == ["refused masked"]


def test_an_outline_has_an_end(tab: Tab) -> None:
    tab.open(PAGE)
    tab.run(
        "() => { for (let n = 0; n < 3000; n++) { const link = document.createElement('a'); link.href = '/' + n;"
        "link.textContent = 'link '.repeat(50); link.title = '\\u2014'.repeat(5000); last.append(link) } }"
    )
    tab.start(options={"budget": KEPT})
    tab.settle()
    tab.run("() => { P.capture.budget_.fall_(2, 'busy'); P.capture.budget_.renew_() }")
    poll_until(tab, lambda: pace_of(tab)[0] == "outline" and tab.picture.find("a"), "the outline")
    assert len(tab.picture.find("a")) <= 600


def test_without_the_part_that_makes_outlines_the_address_is_shown(tab: Tab) -> None:
    tab.open(SHOP)
    tab.start(options={"budget": KEPT, "withoutOutline": True})
    tab.settle()
    tab.run("() => { P.capture.budget_.fall_(2, 'busy'); P.capture.budget_.renew_() }")
    poll_until(tab, lambda: pace_of(tab) == ("address", "part_missing"), "the address alone")
    tab.settle()
    assert len(tab.picture.nodes) == 1
    tab.run("() => history.pushState(0, '', '/elsewhere')")
    # Not by the last message of all: a tip may follow.
    poll_until(tab, lambda: address_of(tab).endswith("/elsewhere"), "the address")
    assert tab.act(act="click", node=1, x=0.5, y=0.5) == ["refused gone"]


# --- beyond the limits


def test_a_page_that_is_too_deep_is_shown_as_an_outline(tab: Tab) -> None:
    begin(tab, SHOP, options={"budget": [1_000_000, 300]})
    tab.run(
        "() => { let at = document.body; for (let n = 0; n < 520; n++)"
        "at = at.appendChild(document.createElement('b'));"
        "window.deep = document.body.lastChild }"
    )
    poll_until(tab, lambda: pace_of(tab) == ("outline", "too_big"), "the outline")
    tab.run("() => deep.remove()")
    poll_until(tab, lambda: pace_of(tab)[0] == "full", "the whole page")
    tab.assert_mirrored()


def test_a_page_with_too_many_elements_is_an_outline_at_once(tab: Tab) -> None:
    tab.open(SHOP)
    tab.run(
        "() => { const many = document.createElement('div'); many.hidden = true;"
        "many.innerHTML = '<b></b>'.repeat(190_500); document.body.append(many) }"
    )
    tab.start(options={"budget": KEPT})
    poll_until(tab, lambda: "One lamp" in tab.picture.texts(), "the outline")
    assert paces(tab) == ["outline"] and pace_of(tab) == ("outline", "too_big")
    assert tab.run("() => P.failures") == []


def test_what_came_and_went_wears_an_epoch_out_and_the_next_one_begins(tab: Tab) -> None:
    begin(tab, PAGE, options={"budget": PLENTY})
    epoch = tab.run("() => P.capture.epoch")
    # As if most that an epoch may hold had been there already, for long.
    tab.run("() => { P.capture.tree_.before_ -= 189_900; P.capture.budget_.began_ = -60_000 }")
    tab.run(TABLE, 200)
    poll_until(tab, lambda: tab.run("() => P.capture.epoch") == epoch + 1, "a new epoch")
    tab.assert_mirrored()
    assert paces(tab) == ["full"]


def test_frames_that_are_refused_again_and_again_end_in_an_outline(tab: Tab) -> None:
    begin(tab, SHOP, options={"budget": KEPT})
    for _ in range(2):
        tab.run("() => P.capture.refused()")
    tab.settle()
    assert pace_of(tab)[0] == "full"
    tab.run("() => P.capture.refused()")
    poll_until(tab, lambda: pace_of(tab) == ("outline", "refused"), "the outline")


# --- a page that never rests


def test_the_first_picture_ends_while_the_page_changes_all_the_time(tab: Tab) -> None:
    tab.open(PAGE)
    tab.run(TABLE, 3_000)
    tab.run(
        "() => { let n = 0; const go = () => { for (let i = 0; i < 400; i++) {"
        "const row = table.rows[(n * 7919) % table.rows.length]; row.cells[0].textContent = 'Lamp ' + n++;"
        "row.className = 'c' + n % 5 } window.busy = setTimeout(go, 4) }; go() }"
    )
    tab.start(options={"budget": PLENTY})
    tab.page.wait_for_function("P.failures.length || P.last")
    tab.run("() => clearTimeout(window.busy)")
    tab.assert_mirrored()


def test_a_table_that_is_sorted_leaves_in_few_frames(tab: Tab) -> None:
    tab.open(PAGE)
    tab.run(TABLE, 6_500)
    tab.start(options={"budget": PLENTY})
    tab.settle()
    before = len(tab.messages)
    tab.run(
        "() => { const body = table.tBodies[0]; const rows = [...body.rows]; rows.reverse(); body.append(...rows) }"
    )
    tab.settle()
    frames = [message for message in tab.messages[before:] if message["k"] == "ops"]
    moves = sum(message["ops"][0::4].count(7) for message in frames)
    assert moves == 6_499
    assert 1 < len(frames) <= 4
    assert max(len(message["ops"]) for message in frames) * 5 < 130_000
    tab.assert_mirrored()
    # The first to the end, the last to the front: no more than what moved.
    before = len(tab.messages)
    tab.run("() => { const body = table.tBodies[0]; body.append(body.rows[0]); body.prepend(body.rows[6498]) }")
    tab.settle()
    assert sum(message["ops"][0::4].count(7) for message in tab.messages[before:] if message["k"] == "ops") == 2
    tab.assert_mirrored()


# --- nothing grows


def at_rest(tab: Tab, script: str) -> Any:
    """What this gives in the very turn in which nothing is marked or on its way: once a second all that is polled is
    marked, at whatever moment that falls."""
    found: list[Any] = []

    def asked() -> Any:
        found[:] = tab.run("script => P.quiet() ? [eval(script)()] : []", script)
        return found

    poll_until(tab, asked, "rest")
    return found[0]


def test_nothing_is_kept_of_what_is_gone(tab: Tab) -> None:
    sizes = """() => { const { tree_: tree, dirty_: dirty } = P.capture; return [tree.sent_.size, tree.byId_.size,
        tree.dirtySelf_.size, tree.dirtyChildren_.size, tree.checked_.size, tree.visits_.length, dirty.polled_.size,
        dirty.owned_.size, dirty.roots_.size, dirty.looks_.size, dirty.scrolled_.size, dirty.heard_.length] }"""
    round_ = """() => { const box = document.createElement('div'); for (let n = 0; n < 200; n++) {
        const line = document.createElement('p');
        line.innerHTML = '<input><b data-cobrowse=mask>x</b><style>b {}</style>';
        line.attachShadow({mode: 'open'}).innerHTML = '<i>x</i>'; box.append(line) } last.replaceChildren(box) }"""
    begin(tab, PAGE, options={"budget": PLENTY})
    tab.change(round_)
    tab.change("() => last.replaceChildren()")
    tab.run("() => P.capture.dirty_.poll_()")
    before = at_rest(tab, sizes)
    # Of 1,000 elements each.
    for _ in range(4):
        tab.change(round_)
    tab.change("() => last.replaceChildren()")
    tab.run("() => P.capture.dirty_.poll_()")
    tab.settle()
    tab.assert_mirrored()
    tab.run("() => P.capture.dirty_.poll_()")
    assert at_rest(tab, sizes) == before


def test_without_credit_nothing_grows(tab: Tab) -> None:
    frames = "() => P.sent.filter(({k}) => k === 'ops' || k === 'snapshot').length"
    tab.open(PAGE)
    tab.run(TABLE, 200)
    tab.start(credit=False, options={"budget": PLENTY})
    tab.settle()
    changed = """() => { last.textContent = 1 + +last.textContent || 1 }"""

    def used_up() -> bool:
        tab.run(changed)
        return bool(tab.run("() => P.capture.waiting_ > 0"))

    poll_until(tab, used_up, "the end of the credit")
    sent = tab.run(frames)
    assert sent == 8
    # As if a second had passed: then all that is polled is marked.
    held = """() => { const { tree_: tree, dirty_: dirty } = P.capture; dirty.poll_();
        return tree.dirtySelf_.size + tree.dirtyChildren_.size + tree.checked_.size + dirty.heard_.length }"""
    churn = """() => new Promise(done => { let n = 0; const go = () => { for (let i = 0; i < 700; i++) {
        table.rows[i % 200].cells[0].textContent = n++; } if (n < 7000) setTimeout(go);
        else setTimeout(done, 60) }; go() })"""
    tab.run(churn)
    first = tab.run(held)
    tab.run(churn)
    assert tab.run(held) == first
    assert tab.run(frames) == sent
    tab.run("() => { P.capture.credit(P.capture.epoch, 8, 1e6) }")
    poll_until(tab, lambda: tab.run("() => P.quiet()"), "the rest")
    tab.assert_mirrored()


def test_in_a_hidden_tab_no_timer_is_needed(tab: Tab) -> None:
    begin(tab, PAGE, options={"budget": PLENTY})
    # The timers of a hidden tab, as far as they can be had here: none ever fires.
    tab.run("() => { Object.defineProperty(document, 'hidden', { get: () => true }); window.setTimeout = () => 0 }")
    for n in range(3):
        tab.run("n => { last.textContent = 'hidden ' + n }", n)
        poll_until(tab, partial(_says, tab, f"hidden {n}"), "the change")
