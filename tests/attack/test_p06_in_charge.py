"""P6, in charge: the customer stops, pauses and takes back at once, whatever the page, the agent or the hub does; and a
banner that cannot be reached pauses the session by itself. Real Chromium, a real hub, a raw agent."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.attack import rogue
from tests.attack.rogue import Shop, Stage
from tests.live_hub import HubProcess

pytestmark = pytest.mark.browser

PAGE = "<h1>Page</h1><button id=b type=button onclick='n++'>Go</button><input id=text><script>window.n = 0</script>"
# How a page gets at our host element and what is in it: the shadow root is open.
OURS = "const host = [...document.querySelectorAll('[popover=manual]')].find(each => each.shadowRoot);"
ROOT = OURS + "const root = host.shadowRoot, stop = root.querySelector('[data-testid=banner-stop]');"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with rogue.chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, HubProcess]]:
    with rogue.place(tmp_path_factory.mktemp("hub")) as made:
        yield made


@contextmanager
def staged(browser: Browser, place: tuple[Shop, HubProcess], **context: Any) -> Iterator[Stage]:
    stage = Stage(browser, *place, **context)
    try:
        yield stage
    finally:
        stage.close()


@pytest.fixture(scope="module")
def live(browser: Browser, place: tuple[Shop, HubProcess]) -> Iterator[Stage]:
    """One live session for most of the file; each test leaves it live."""
    with staged(browser, place) as stage:
        stage.between()
        stage.go_live()
        yield stage


@pytest.fixture(scope="module")
def covered(live: Stage) -> Stage:
    live.open("/covered", PAGE)
    return live


@pytest.fixture
def page(live: Stage) -> Stage:
    live.open("/page", PAGE)
    return live


# --- a banner out of reach

# What the page does, and what undoes it. All of it goes on until then.
COVERS = {
    "throws our host out, again and again": (
        OURS + "const out = setInterval(() => host.remove(), 5); undo = () => clearInterval(out);"
    ),
    "puts a popover of its own above ours, again and again": (
        "const cover = Object.assign(document.createElement('div'), {popover: 'manual'});"
        "cover.style = 'position:fixed;inset:0;width:100%;height:100%;background:red'; document.body.append(cover);"
        "const over = setInterval(() => { cover.hidePopover(); cover.showPopover() }, 5);"
        "undo = () => { clearInterval(over); cover.remove() };"
    ),
    "opens a modal dialog in a shadow root, again and again": (
        "const box = document.body.appendChild(document.createElement('div'));"
        "const inner = box.attachShadow({mode: 'closed'});"
        "inner.innerHTML = '<dialog style=\"position:fixed;inset:0;width:100%;height:100%;max-width:none\">x</dialog>';"
        "const dialog = inner.firstChild;"
        "const over = setInterval(() => { dialog.close(); dialog.showModal(); document.activeElement?.blur() }, 5);"
        "undo = () => { clearInterval(over); box.remove() };"
    ),
    "makes everything inert": (
        "document.documentElement.inert = true; undo = () => { document.documentElement.inert = false };"
    ),
    "does not draw the page": (
        "document.documentElement.style.display = 'none'; undo = () => { document.documentElement.style.display = '' };"
    ),
    "shrinks everything until nobody can hit it": (
        "document.documentElement.style.zoom = '0.1'; undo = () => { document.documentElement.style.zoom = '' };"
    ),
    "moves the banner off the screen": (
        ROOT + "root.querySelector('.dock').style.transform = 'translateY(300vh)';"
        "undo = () => { root.querySelector('.dock').style.transform = '' };"
    ),
    "makes the banner transparent": (
        ROOT + "root.querySelector('.dock').style.opacity = 0;"
        "undo = () => { root.querySelector('.dock').style.opacity = '' };"
    ),
    "puts a dead copy in the place of Stop": (
        ROOT + "const copy = stop.cloneNode(true); stop.replaceWith(copy); undo = () => copy.replaceWith(stop);"
    ),
    "switches Stop off": ROOT + "stop.disabled = true; undo = () => { stop.disabled = false };",
    "lets clicks through Stop": (
        ROOT + "stop.style.pointerEvents = 'none'; undo = () => { stop.style.pointerEvents = '' };"
    ),
    "covers all with a transition that never ends": (
        "const style = document.head.appendChild(document.createElement('style'));"
        "style.textContent = '::view-transition-group(*), ::view-transition-old(*), ::view-transition-new(*)"
        " { animation-duration: 1000s }';"
        "const going = document.startViewTransition(() => {}); going.finished.catch(() => {});"
        "undo = () => { going.skipTransition(); style.remove() };"
    ),
    "has no root element any more": (
        "const all = document.documentElement; all.remove(); undo = () => document.append(all);"
    ),
    "breaks what we ask": (
        "const at = ShadowRoot.prototype.elementFromPoint;"
        "ShadowRoot.prototype.elementFromPoint = () => { throw new Error('no') };"
        "undo = () => { ShadowRoot.prototype.elementFromPoint = at };"
    ),
}


@pytest.mark.parametrize("how", COVERS)
def test_a_banner_that_cannot_be_reached_pauses_the_session(covered: Stage, how: str) -> None:
    covered.page.evaluate(f"() => {{ let undo; {COVERS[how]} window.undo = undo }}")
    try:
        covered.agent.in_state("paused")
    finally:
        covered.page.evaluate("() => { undo() }")
    expect(covered.see("banner")).to_have_attribute("data-state", "paused")
    covered.press("banner-pause")
    covered.agent.in_state("live")


def expect_in_reach(stage: Stage, name: str = "banner-stop") -> None:
    """A click in the middle of this button would hit it, and a finger too."""
    stage.page.wait_for_function(
        """name => {
            const host = [...document.querySelectorAll("[popover=manual]")].find(each => each.shadowRoot);
            const button = host?.shadowRoot.querySelector(`[data-testid=${name}]`);
            const {left, top, width, height} = button?.getBoundingClientRect() ?? {};
            const x = left + width / 2, y = top + height / 2, part = visualViewport;
            return height >= 24 && width >= 24 && x > part.offsetLeft && x < part.offsetLeft + part.width
                && y > part.offsetTop && y < part.offsetTop + part.height
                && document.elementFromPoint(x, y) === host && host.shadowRoot.elementFromPoint(x, y) === button;
        }""",
        arg=name,
    )


# What does not reach us: the session goes on, and Stop is there to be pressed.
STAYS = {
    "a cover with the highest index": (
        "const cover = document.body.appendChild(document.createElement('div'));"
        "cover.style = 'position:fixed;inset:0;z-index:2147483647;background:red'; undo = () => cover.remove();"
    ),
    "one popover, shown once": (
        "const cover = Object.assign(document.createElement('div'), {popover: 'manual'});"
        "cover.style = 'position:fixed;inset:0;width:100%;height:100%;background:red';"
        "document.body.append(cover); cover.showPopover(); undo = () => cover.remove();"
    ),
    "a modal dialog over everything": (
        "const dialog = document.body.appendChild(document.createElement('dialog'));"
        "dialog.style = 'position:fixed;inset:0;width:100%;height:100%;max-width:none;max-height:none;margin:0';"
        "dialog.showModal(); undo = () => dialog.remove();"
    ),
    "styles against every element": (
        "const style = document.head.appendChild(document.createElement('style'));"
        "style.textContent = '* { display: none !important; opacity: 0 !important; pointer-events: none !important;"
        " transform: scale(0) !important; clip-path: inset(50%) !important; visibility: hidden !important }"
        " html { display: block !important } @layer a { * { position: static !important; z-index: -1 !important } }';"
        "undo = () => style.remove();"
    ),
    "a body that is inert and takes no clicks": (
        "document.body.inert = true; document.documentElement.style.pointerEvents = 'none';"
        "undo = () => { document.body.inert = false; document.documentElement.style.pointerEvents = '' };"
    ),
    "a root that is turned, faded and cut off": (
        "document.documentElement.style = 'opacity:0;transform:translateX(200vw);overflow:hidden;height:0';"
        "undo = () => { document.documentElement.style = '' };"
    ),
    "our host thrown out once": OURS + "host.remove(); undo = () => {};",
    "the whole page written anew": (
        "const html = document.body.innerHTML; document.body.innerHTML = '<p>new</p>';"
        "undo = () => { document.body.innerHTML = html };"
    ),
}


@pytest.mark.parametrize("how", STAYS)
def test_what_a_page_cannot_do_to_the_banner(covered: Stage, how: str) -> None:
    covered.page.evaluate(f"() => {{ let undo; {STAYS[how]} window.undo = undo }}")
    try:
        expect_in_reach(covered)
        assert covered.agent.state["name"] == "live"
    finally:
        covered.page.evaluate("() => { undo() }")


def test_full_screen_does_not_hide_the_banner(page: Stage) -> None:
    page.page.evaluate("() => document.querySelector('h1').requestFullscreen()")
    expect_in_reach(page)
    page.page.evaluate("() => document.exitFullscreen()")
    page.page.wait_for_function("!document.fullscreenElement")
    assert page.agent.state["name"] == "live"


# --- a page that keeps what the customer does to itself

SWALLOW = """<script>for (const name of NAMES.split(" ")) WHERE.addEventListener(name, event => {
    event.stopImmediatePropagation(); event.preventDefault(); }, true)</script>"""


def swallowing(names: str, where: str = "window") -> str:
    return SWALLOW.replace("NAMES", repr(names)).replace("WHERE", where)


def test_a_page_that_keeps_clicks_outside_of_its_dialog_does_not_get_ours(live: Stage) -> None:
    """As libraries that hold the focus in a dialog do, on the document."""
    live.open("/trap", PAGE, swallowing("click mousedown mouseup pointerdown touchstart focusin", "document"))
    live.press("banner-pause")
    live.agent.in_state("paused")
    live.press("banner-pause")
    live.agent.in_state("live")


def test_own_input_counts_though_the_page_keeps_most_of_it(live: Stage) -> None:
    control(live)
    live.open("/most", PAGE, swallowing("pointerdown mousedown touchstart keydown"))
    live.page.click("#b")
    assert live.agent.click("b") == ["refused paused_by_customer"]
    live.calm()
    live.page.keyboard.press("ArrowDown")
    assert live.agent.click("b") == ["refused paused_by_customer"]
    # What is kept whole shows all the same: the browser knows that somebody did something.
    every = "pointerdown mousedown touchstart keydown keyup click beforeinput wheel pointerup"
    later = "<script>(now => { performance.now = () => now.call(performance) + (window.later ?? 0) })(performance.now)"
    later += "</script>"
    live.open("/every", PAGE, swallowing(every) + later)
    live.page.evaluate("() => { window.later = 10_000 }")
    live.page.click("#b")
    live.page.wait_for_timeout(300)
    assert live.agent.click("b") == ["refused paused_by_customer"]


def control(stage: Stage) -> None:
    """Control, for who has been asked just now."""
    if stage.agent.state["control"] != "on":
        stage.control()
