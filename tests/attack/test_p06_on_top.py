"""P6: whatever the page puts above our banner, once, the banner is back on top by itself, also while the session is
paused: what the customer needs in that state can be pressed. Real Chromium, a real hub, a raw agent."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.attack import rogue
from tests.attack.rogue import Shop, Stage
from tests.attack.test_p06_in_charge import LOOKS, OURS, ROOT
from tests.live_hub import HubProcess

pytestmark = pytest.mark.browser

FRAME = "<!doctype html><p>framed</p><dialog style='inset:0;width:100%;height:100%;max-width:none'>x</dialog>"
PAGE = "<main><h1>Page</h1></main><iframe src=/framed></iframe>"
# Over this button of ours and nothing else.
OVER = """const over = (element, name) => {
    const {left, top, width, height} = root.querySelector(`[data-testid=${name}]`).getBoundingClientRect();
    element.style = `position:fixed;inset:auto;margin:0;padding:0;border:0;background:red;left:${left - 3}px;` +
        `top:${top - 3}px;width:${width + 6}px;height:${height + 6}px`;
    element.popover = 'manual'; document.body.append(element); element.showPopover(); return element };"""
ALL = "position:fixed;inset:0;margin:0;width:100%;height:100%;max-width:none;max-height:none;background:red"
SHADE = (
    "const shade = (inside) => inside.appendChild(document.createElement('x-shade')).attachShadow({mode: 'open'});"
    f"const open = (inside) => {{ const made = inside.appendChild(document.createElement('dialog'));"
    f"made.style = '{ALL}'; made.showModal(); document.activeElement?.blur() }};"
)
# What the page does, once, and what undoes it.
COVERS = {
    "a popover over one button": ROOT
    + OVER
    + "const made = over(document.createElement('p'), 'banner-pause'); undo = () => made.remove();",
    "its own content as a popover": (
        f"const main = document.querySelector('main'); main.popover = 'manual'; main.style = '{ALL}';"
        "main.showPopover(); undo = () => { main.hidePopover(); main.removeAttribute('popover'); main.style = '' };"
    ),
    "a modal dialog in a shadow root, without the focus": SHADE
    + "const root = shade(document.body); open(root); undo = () => root.host.remove();",
    "a modal dialog in a shadow root of a shadow root": SHADE
    + "const root = shade(document.body); open(shade(root)); undo = () => root.host.remove();",
    "one modal dialog above the other": SHADE
    + "const root = shade(document.body); open(document.body); open(root); open(shade(root));"
    "undo = () => { root.host.remove(); document.querySelector('dialog').remove() };",
    "a modal dialog in a frame that is a popover": (
        f"const frame = document.querySelector('iframe'); frame.popover = 'manual'; frame.style = '{ALL}';"
        "frame.showPopover(); const dialog = frame.contentDocument.querySelector('dialog'); dialog.showModal();"
        "undo = () => { dialog.close(); frame.removeAttribute('popover'); frame.style = '' };"
    ),
    "nothing: our host is thrown out": OURS + "host.remove(); undo = () => {};",
    "nothing: the dialog that we are in closes": SHADE
    + OURS
    + "open(document.body); const dialog = document.querySelector('dialog'); dialog.append(host); host.showPopover();"
    "dialog.close(); undo = () => dialog.remove();",
    "nothing: the dialog that we are in goes": SHADE
    + OURS
    + "open(document.body); const dialog = document.querySelector('dialog'); dialog.append(host); host.showPopover();"
    "dialog.remove(); undo = () => {};",
}


@contextmanager
def staged(browser: Browser, place: tuple[Shop, HubProcess]) -> Iterator[Stage]:
    stage = Stage(browser, *place)
    try:
        stage.shop.pages["/framed"] = FRAME
        stage.go_live()
        stage.open("/page", PAGE)
        yield stage
    finally:
        stage.close()


@pytest.fixture(scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], AbstractContextManager[Stage]]]:
    """Begins live sessions, all on one hub."""
    with rogue.chromium() as browser, rogue.place(Path(tmp_path_factory.mktemp("hub"))) as place:
        yield partial(staged, browser, place)


@pytest.fixture(scope="module")
def live(sessions: Callable[[], AbstractContextManager[Stage]]) -> Iterator[Stage]:
    """One live session for most of the file; each test leaves it live."""
    with sessions() as stage:
        yield stage


@pytest.fixture
def fresh(sessions: Callable[[], AbstractContextManager[Stage]]) -> Iterator[Stage]:
    """A live session in which nobody has asked for anything."""
    with sessions() as stage:
        yield stage


def expect_in_reach(stage: Stage, name: str) -> None:
    """A click would arrive: also where what it is in stands in a shadow root."""
    stage.see(name).hover()


def cover(stage: Stage, script: str) -> None:
    # Back in the document, and not counted as lost: a page that covers it again and again is another test's.
    expect_in_reach(stage, "banner-stop")
    stage.page.evaluate(LOOKS)
    stage.page.evaluate(f"async () => {{ let undo; {script}; window.undo = undo }}")


def uncover(stage: Stage) -> None:
    stage.page.evaluate("async () => { await undo() }")


@pytest.mark.parametrize("how", COVERS)
def test_a_paused_session_goes_on_whatever_was_put_above_its_banner(live: Stage, how: str) -> None:
    live.press("banner-pause")
    live.agent.in_state("paused")
    cover(live, COVERS[how])
    try:
        for name in ("banner-pause", "banner-stop"):
            expect_in_reach(live, name)
        live.press("banner-pause")
        live.agent.in_state("live")
    finally:
        uncover(live)


@pytest.mark.parametrize("how", ["a popover over one button", "one modal dialog above the other"])
def test_a_live_session_can_be_paused_whatever_was_put_above_its_banner(live: Stage, how: str) -> None:
    cover(live, COVERS[how])
    try:
        expect_in_reach(live, "banner-pause")
        # It may have paused itself meanwhile, on a slow machine.
        if live.agent.state["name"] == "live":
            live.press("banner-pause")
        live.agent.in_state("paused")
    finally:
        uncover(live)
    expect_in_reach(live, "banner-pause")
    live.press("banner-pause")
    live.agent.in_state("live")


def test_where_no_banner_can_be_nothing_is_shared_until_it_can(live: Stage) -> None:
    """Of all that is outside of a frame or a film in full screen nothing can be pressed."""
    cover(live, "await document.querySelector('iframe').requestFullscreen(); undo = () => document.exitFullscreen()")
    live.agent.in_state("paused")
    uncover(live)
    expect_in_reach(live, "banner-pause")
    live.press("banner-pause")
    live.agent.in_state("live")


def test_a_question_can_be_answered_whatever_was_put_above_its_buttons(fresh: Stage) -> None:
    def covered(name: str) -> None:
        expect(fresh.see(name)).to_be_visible()
        cover(
            fresh, f"{ROOT}{OVER} const made = over(document.createElement('p'), {name!r}); undo = () => made.remove()"
        )
        expect_in_reach(fresh, name)
        # Nor was it answered by who meant what was above it.
        fresh.press(name)
        uncover(fresh)

    fresh.agent.say({"k": "ask_control"})
    covered("control-allow")
    fresh.agent.in_state("live", control="on")
    # In control, the way out of it too.
    cover(
        fresh, f"{ROOT}{OVER} const made = over(document.createElement('p'), 'control-release');undo=()=>made.remove()"
    )
    expect_in_reach(fresh, "control-release")
    uncover(fresh)
    fresh.calm()
    id_ = fresh.agent.send({"act": "navigate", "address": "/help"})
    fresh.agent.wait(lambda: fresh.agent.answers(id_))
    assert fresh.agent.answers(id_) == ["asking"]
    covered("navigate-deny")
    fresh.agent.wait(lambda: fresh.agent.answers(id_)[-1] == "refused declined")
