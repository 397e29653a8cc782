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
# Long enough for a look at the banner: what is covered at four looks in a row counts as lost.
LOOKS = """() => new Promise(done => { let n = 0; const each = setInterval(() => {
    if (++n === 2) { clearInterval(each); done() } }, 250) })"""
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
            return Math.min(width, height) * part.scale >= 24 && x > part.offsetLeft && x < part.offsetLeft + part.width
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
    # With it go the sheets that a shadow root has adopted.
    "our host moved through another document": (
        OURS + "document.implementation.createHTMLDocument('').body.append(host); document.body.append(host);"
        "undo = () => {};"
    ),
    "our host moved into a frame": (
        OURS + "const frame = document.body.appendChild(document.createElement('iframe'));"
        "frame.contentDocument.body.append(host); undo = () => frame.remove();"
    ),
    "our style sheets taken away": ROOT + "root.adoptedStyleSheets = []; undo = () => {};",
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
        covered.page.evaluate(LOOKS)


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


def control(stage: Stage) -> None:
    """Control, for who has been asked just now."""
    if stage.agent.state["control"] != "on":
        stage.control()


# --- a hub that hangs or dies, an agent that floods


def test_take_back_and_pause_hold_while_the_hub_hangs(live: Stage) -> None:
    control(live)
    live.open("/hung", PAGE)
    live.calm()
    assert live.agent.click("b") == ["done"]
    # On their way when the hub stops: the tab hears of none of them before the customer has taken back.
    live.hub.freeze()
    try:
        sent = [live.agent.send({"act": "click", "node": live.agent.node("b"), "x": 0.5, "y": 0.5}) for _ in range(20)]
        live.press("control-release")
        expect(live.see("banner")).to_have_attribute("data-state", "live")
        live.press("banner-pause")
        expect(live.see("banner")).to_have_attribute("data-state", "paused")
        live.page.evaluate("() => { document.querySelector('h1').textContent = 'said in the pause' }")
        live.page.wait_for_timeout(300)
        assert "said in the pause" not in str(live.sent)
    finally:
        live.hub.thaw()
    live.agent.in_state("paused", control="off")
    live.agent.wait(lambda: all(live.agent.answers(id_) for id_ in sent))
    assert live.page.evaluate("n") == 1
    live.press("banner-pause")
    live.agent.in_state("live", control="off")


def test_what_a_hub_without_checks_says_gives_no_control(live: Stage) -> None:
    """Only the customer's own Allow does; and what they took back stays taken back."""
    live.open("/lied", PAGE)
    live.calm()
    live.page.evaluate("() => { n = 0 }")
    state = live.agent.state
    live.sent.clear()
    live.tell({**state, "version": state["version"] + 1, "control": "on"})
    act = {"k": "act", "epoch": live.agent.picture.epoch, "seq": 0}
    click = {"act": "click", "node": live.agent.node("b"), "x": 0.5, "y": 0.5}
    live.tell({**act, "id": live.agent.next_id + 10, "do": click})
    live.agent.next_id += 11
    live.agent.hear("act_result", reason="no_control")
    assert {"k": "control_release"} in live.sent
    expect(live.see("banner")).to_have_attribute("data-state", "live")
    assert live.page.evaluate("n") == 0


def test_a_hub_without_checks_asks_once_a_minute_too(live: Stage) -> None:
    live.open("/spam", PAGE)
    live.ahead(3_600)
    state = live.agent.state
    prompts = """() => { window.prompts = 0; const host = [...document.querySelectorAll("[popover=manual]")]
        .find(each => each.shadowRoot); new MutationObserver(records => { for (const {addedNodes} of records)
        for (const node of addedNodes) prompts += !!node.querySelector?.("[data-testid=control-allow]") })
        .observe(host.shadowRoot, {childList: true, subtree: true}) }"""
    live.page.evaluate(prompts)

    def flip(times: int) -> None:
        for _ in range(times):
            live.tell({**state, "control": "asked"}, {**state, "control": "off"})

    flip(50)
    live.page.wait_for_function("prompts === 1")
    flip(50)
    live.tell({**state, "control": "asked"})
    live.page.wait_for_timeout(100)
    assert live.page.evaluate("prompts") == 1
    live.tell({**state, "control": "off"})
    # A new page is no way round, nor is the next minute after two declines.
    for _ in range(2):
        live.ahead(3_600 + 60 * (live.page.evaluate("Number(sessionStorage.getItem('rounds') ?? 0)") + 1))
        live.page.evaluate("() => sessionStorage.setItem('rounds', Number(sessionStorage.getItem('rounds') ?? 0) + 1)")
        live.tell({**state, "control": "asked"})
        live.press("control-deny")
        live.tell({**state, "control": "off"})
    live.open("/spam", PAGE)
    live.ahead(36_000)
    live.page.evaluate(prompts)
    flip(20)
    live.tell({**state, "control": "asked"})
    live.page.wait_for_timeout(100)
    assert live.page.evaluate("prompts") == 0
    live.tell({**state, "control": "off"})


# --- the customer sees who acts where

MARKS = """() => { window.marks = []; const host = [...document.querySelectorAll("[popover=manual]")]
    .find(each => each.shadowRoot); new MutationObserver(records => { for (const {addedNodes} of records)
    for (const node of addedNodes) if (node.classList?.contains("act")) {
        const box = node.getBoundingClientRect();
        marks.push([node.textContent, box.left + box.width / 2, box.top + box.height / 2]) } })
    .observe(host.shadowRoot, {childList: true, subtree: true}) }"""


@pytest.fixture(scope="module")
def other(browser: Browser, place: tuple[Shop, HubProcess]) -> Iterator[Stage]:
    """A second session, whose customer has not been asked for anything yet."""
    with staged(browser, place, viewport={"width": 360, "height": 640}, is_mobile=True, has_touch=True) as stage:
        stage.go_live()
        stage.control()
        yield stage


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("plain", "<button type=button id=plain>x</button>"),
        ("below", "<button type=button id=below style='margin:3000px 0'>x</button>"),
        ("goes", "<button type=button id=goes onpointerdown='this.remove()'>x</button>"),
        (
            "jumps",
            "<button type=button id=jumps onclick='scrollTo(0, 9999)'>x</button><div style='height:3000px'></div>",
        ),
        (
            "deep",
            "<x-deep></x-deep><script>document.querySelector('x-deep').attachShadow({mode: 'open'}).innerHTML ="
            "'<button type=button id=deep>x</button>'</script>",
        ),
        ("modal", "<dialog id=d><button type=button id=modal>x</button></dialog><script>d.showModal()</script>"),
    ],
)
def test_each_act_is_shown_where_it_happens(other: Stage, name: str, body: str) -> None:
    other.open(f"/mark-{name}", body)
    other.calm()
    other.page.evaluate(MARKS)
    where = """name => { const deep = document.querySelector("x-deep")?.shadowRoot;
        const node = (deep ?? document).getElementById(name); node.scrollIntoView({block: "center"});
        const box = node.getBoundingClientRect(); return [box.left + box.width / 2, box.top + box.height / 2] }"""
    x, y = other.page.evaluate(where, name)
    assert other.agent.click(name) == ["done"]
    other.page.wait_for_function("marks.length")
    [[text, left, top]] = other.page.evaluate("marks")
    assert text == "Ana: click"
    assert abs(left - x) <= 2 and abs(top - y) <= 2


def test_a_flood_of_pointing_hides_no_act(other: Stage) -> None:
    other.open("/flood", PAGE)
    other.calm()
    other.page.evaluate(MARKS)
    node = other.agent.node("b")
    for number in range(40):
        other.agent.send({"act": "point", "node": node, "x": number / 40, "y": 0.5})
    assert other.agent.click("b") == ["done"]
    other.page.wait_for_function("marks.length === 1")
    # One pointer, one frame: what only points does not pile up over it.
    assert other.page.evaluate(f"() => {{ {OURS} return host.shadowRoot.querySelectorAll('.point').length }}") == 1


# --- a phone


@pytest.mark.parametrize("size", [(360, 640), (640, 320), (320, 480)])
def test_a_small_screen_has_room_for_the_question_and_for_stop(other: Stage, size: tuple[int, int]) -> None:
    other.open("/small", PAGE)
    other.calm()
    other.page.set_viewport_size({"width": size[0], "height": size[1]})
    other.ahead(1_000 * size[0])
    long = "/" + "very-long-name/" * 100
    id_ = other.agent.send({"act": "navigate", "address": long})
    other.agent.wait(lambda: other.agent.answers(id_))
    assert other.agent.answers(id_) == ["asking"]
    for name in ("navigate-allow", "navigate-deny", "banner-stop", "control-release"):
        expect(other.see(name)).to_be_enabled()
        other.see(name).scroll_into_view_if_needed()
        expect_in_reach(other, name)
    other.press("navigate-allow")
    other.agent.wait(lambda: other.agent.answers(id_)[-1] == "started")
    other.page.wait_for_url("**/very-long-name/**")


def test_the_banner_follows_into_what_is_pinched(other: Stage) -> None:
    other.page.set_viewport_size({"width": 360, "height": 640})
    other.open("/pinched", PAGE + "<div style='height:3000px'></div>")
    protocol = other.context.new_cdp_session(other.page)
    protocol.send("Emulation.setPageScaleFactor", {"pageScaleFactor": 2.5})
    other.page.wait_for_function("visualViewport.scale > 2")
    expect_in_reach(other)
    other.page.wait_for_timeout(1_300)
    assert other.agent.state["name"] == "live"
    protocol.send("Emulation.setPageScaleFactor", {"pageScaleFactor": 1})


# --- a link whose server sends the customer elsewhere


def test_a_redirect_to_a_denied_page_shares_nothing(other: Stage) -> None:
    other.open("/from", "<a id=go href=/go>go</a>")
    other.calm()
    other.put("/checkout/payment/card", "<h1>Card canary-denied</h1><button id=b type=button>b</button>")
    other.shop.redirects["/go"] = "/checkout/payment/card"
    other.agent.forget()
    assert other.agent.click("go") == ["started"]
    away = other.agent.in_state("away")["away"]
    # First it navigates; then the page that arrives says what it is.
    other.agent.wait(lambda: (other.agent.state["away"] or {}).get("reason") == "other_path")
    assert away["seat"] == "customer"
    assert other.agent.act({"act": "click", "node": 5, "x": 0, "y": 0}) == ["refused wrong_state"]
    assert "canary-denied" not in str(other.agent.heard)
    other.page.go_back()
    other.shown("/from")


def test_a_redirect_to_another_site_shares_nothing(other: Stage) -> None:
    elsewhere = Shop()
    try:
        # It carries the very snippet of the site, and says it were the site.
        elsewhere.pages["/"] = other.document("<h1>canary-elsewhere</h1>")
        other.open("/from2", "<a id=go href=/go2>go</a>")
        other.calm()
        other.shop.redirects["/go2"] = elsewhere.origin + "/"
        other.agent.forget()
        assert other.agent.click("go") == ["started"]
        assert other.agent.in_state("away")["away"]["seat"] == "customer"
        other.page.wait_for_url(elsewhere.origin + "/")
        assert other.agent.act({"act": "click", "node": 5, "x": 0, "y": 0}) == ["refused wrong_state"]
        expect(other.see("banner")).to_have_count(0)
        assert "canary-elsewhere" not in str(other.agent.heard)
        other.page.go_back()
        other.shown("/from2")
    finally:
        elsewhere.close()


def test_typed_addresses_lead_nowhere_else(other: Stage) -> None:
    other.open("/typing", PAGE)
    other.calm()
    host = other.shop.origin.removeprefix("http://")
    for address, reason in {
        f"http://{host}@evil.example/": "bad_address",
        "//evil.example/": "leaves_site",
        "https://evil.example/": "leaves_site",
        f"https://{host}/": "leaves_site",
        "http://127.0.0.1:1/": "leaves_site",
        "\\\\evil.example": "bad_address",
        "/checkout/PAYMENT/x": "denied_path",
        "/checkout/%70ayment": "denied_path",
        "/checkout//payment": "bad_address",
        "/x/%2e%2e/checkout/payment/": "denied_path",
        "javascript:alert(1)": "bad_address",
        "data:text/html,x": "bad_address",
        "https://shop.example\u3002evil.example/": "leaves_site",
        "/a\u0000b": "bad_address",
    }.items():
        assert other.agent.act({"act": "navigate", "address": address}) == [f"refused {reason}"], address
    expect(other.see("navigate-allow")).to_have_count(0)


# --- the end: each of these ends its session


def test_the_hotkey_stops_though_the_page_keeps_keys(browser: Browser, place: tuple[Shop, HubProcess]) -> None:
    with staged(browser, place) as stage:
        stage.go_live()
        stage.open("/keys", PAGE, swallowing("keydown keypress"))
        stage.page.focus("#text")
        stage.page.keyboard.press("Control+Alt+Shift+KeyS")
        expect(stage.see("receipt")).to_be_visible()
        stage.agent.hear("closed", code=4105)
        assert stage.agent.state["reason"] == "customer_stopped"


def test_a_hand_in_a_frame_is_the_customers_too(browser: Browser, place: tuple[Shop, HubProcess]) -> None:
    with staged(browser, place) as stage:
        stage.go_live()
        control(stage)
        stage.open("/framed", PAGE + "<iframe srcdoc='<button id=inner>In a frame</button>'></iframe>")
        stage.agent.wait(lambda: "In a frame" in stage.agent.picture.texts())
        assert stage.agent.click("b") == ["done"]
        stage.page.frame_locator("iframe").locator("#inner").click()
        assert stage.agent.click("b") == ["refused paused_by_customer"]
        stage.page.keyboard.press("Control+Alt+Shift+KeyS")
        expect(stage.see("receipt")).to_be_visible()
        stage.agent.hear("closed", code=4105)
        assert stage.agent.state["reason"] == "customer_stopped"


def test_stop_works_though_the_page_keeps_clicks_and_the_hub_is_dead(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with rogue.stage(browser, tmp_path_factory.mktemp("dies")) as stage:
        stage.between()
        stage.go_live()
        modal = "<dialog id=d>x<button>y</button></dialog><script>d.showModal()</script>"
        stage.open("/clicks", PAGE + modal, swallowing("click mousedown mouseup pointerdown"))
        stage.hub.freeze()
        stage.hub.kill()
        stage.sent.clear()
        stage.press("banner-stop")
        expect(stage.see("receipt")).to_be_visible()
        expect(stage.see("banner")).to_have_count(0)
        stage.page.evaluate("() => { document.querySelector('h1').textContent = 'said after the end' }")
        stage.page.reload()
        expect(stage.page.locator("h1")).to_be_visible()
        assert "said after the end" not in str(stage.sent)
        assert stage.page.evaluate("faults") == []
