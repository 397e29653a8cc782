"""See what the agent sees: the customer's picture is the mirror's, made from the same messages, and harms nothing."""

import json
import re
import time
from typing import Any

import pytest
from playwright.sync_api import expect

from cobrowse.demo import shop
from tests.chromium import ENGINE
from tests.e2e.conftest import AGENT_SCREEN, NewContext
from tests.e2e.frames import watch_sent
from tests.e2e.places import Place
from tests.e2e.test_accessibility import expect_accessible
from tests.e2e.walk import Agent, Customer, go_live, take_control

BROWSER = ENGINE
# The preview's own frame, in the snippet's open shadow root.
FRAME = (
    """() => [...document.querySelectorAll("*")].map(host => host.shadowRoot?.querySelector("iframe")).find(Boolean)"""
)
PATIENCE_SECONDS = 30.0
FORBIDDEN = re.compile("Content Security|Trusted")
CANARY = "canary-7d1f-do-not-show"


def press(customer: Customer) -> None:
    """Open the preview and wait for its picture."""
    customer.see("banner-preview").click()
    expect_picture(customer)


def expect_picture(customer: Customer) -> None:
    expect(customer.see("preview")).to_have_attribute("data-shown", "picture")


def in_picture(customer: Customer, script: str) -> Any:
    """What `script`, a function of the picture's document, says."""
    return customer.page.evaluate(f"() => ({script})(({FRAME})().contentDocument)")


# Of each asset that the preview knows, how much; of each of its sheets, how many rules; what the page has loaded.
ASSETS = """() => ({
    assets: [...cobrowse.preview.assets.known].map(([n, it]) => `${n} ${it && it.address} ${it?.css.length}`),
    sheets: [...cobrowse.preview.picture.frame.contentDocument.adoptedStyleSheets].map((it) => it.cssRules.length),
    loaded: performance.getEntriesByType("resource").map((it) => `${it.name} ${it.initiatorType} ${it.responseStatus}`),
})"""


def assets_of(customer: Customer) -> str:
    """What became of the assets of a preview that is open."""
    return json.dumps(customer.page.evaluate(ASSETS), indent=1)


def expect_in_picture(customer: Customer, script: str, value: object) -> None:
    """The picture says so in the end: what it is made of comes one by one."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while (said := in_picture(customer, script)) != value:
        assert time.monotonic() < give_up_at, f"{said!r} is not {value!r}: {script}\n{assets_of(customer)}"
        customer.page.wait_for_timeout(50)


def expect_same(agent: Agent, customer: Customer) -> None:
    """Preview, mirror and page have one digest."""
    said: tuple[str, ...] = ()
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up_at:
        page = customer.page.evaluate("async () => [await cobrowse.preview.digest(), await cobrowse.digest()]")
        said = (*page, agent.mirror_frame().evaluate("() => window.cobrowseMirror.digest()"))
        if len(set(said)) == 1 and said[0]:
            return
        customer.page.wait_for_timeout(50)
    raise AssertionError(f"preview, page and mirror differ: {said}")


def view_of(sent: list[str], kind: str) -> list[dict[str, Any]]:
    """The messages of this kind, of all that was sent."""
    said = [json.loads(text) for text in sent]
    each = [message for one in said for message in (one if isinstance(one, list) else [one])]
    return [message for message in each if message["k"] == kind]


def of_page(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A snapshot without what each has of its own: the epoch, and ids, which are never used again."""
    return [{**each, "epoch": 0, "nodes": len(each["nodes"])} for each in parts]


@pytest.fixture
def strictest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shop forbids what a page can forbid: frames, inline styles, markup by script."""
    policy = shop.content_security_policy
    more = "frame-src 'none'; child-src 'none'; require-trusted-types-for 'script'; trusted-types cobrowse"
    monkeypatch.setattr(shop, "content_security_policy", lambda hub_url: f"{policy(hub_url)}; {more}")


@pytest.mark.usefixtures("strictest")
def test_it_is_the_mirror_at_rest_and_after_changes(agent: Agent, customer: Customer) -> None:
    violations: list[str] = []
    requests: list[str] = []
    customer.page.on("console", lambda said: violations.append(said.text) if FORBIDDEN.search(said.text) else None)
    go_live(agent, customer, "/product/5")
    customer.context.on("request", lambda request: requests.append(request.url))
    press(customer)
    expect_same(agent, customer)
    customer.page.evaluate(
        """() => {
            document.querySelector("h1").textContent = "Changed while it is watched";
            const made = document.createElement("section");
            made.attachShadow({mode: "open"}).append("In the shade");
            const style = document.createElement("style");
            made.style.setProperty("margin-top", "7px");
            document.querySelector("main").prepend(made, style);
            style.sheet?.insertRule("h1 { letter-spacing: 3px }");
            const sheet = new CSSStyleSheet();
            sheet.replaceSync("h1 { color: rgb(9, 8, 7) }");
            document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
        }"""
    )
    # What the page's CSP made of that, the empty style, is the page's own affair.
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not violations:
        assert time.monotonic() < give_up_at, "the browser did not say that it refused the page's own style"
        customer.page.wait_for_timeout(50)
    violations.clear()
    expect_same(agent, customer)
    expect_in_picture(customer, "doc => doc.querySelector('h1').textContent", "Changed while it is watched")
    expect_in_picture(customer, "doc => getComputedStyle(doc.querySelector('h1')).color", "rgb(9, 8, 7)")
    expect_in_picture(customer, "doc => getComputedStyle(doc.querySelector('section')).marginTop", "7px")
    # It looks as it does: the site's stylesheet, what that imports, and its pictures.
    button = "doc => getComputedStyle(doc.querySelector('.button')).backgroundColor"
    expect_in_picture(customer, button, "rgb(47, 93, 82)")
    customer.page.wait_for_function(
        f"() => [...({FRAME})().contentDocument.images].every(each => each.complete && each.naturalWidth > 0)"
    )
    assert in_picture(customer, "doc => doc.compatMode") == "CSS1Compat"
    own = (customer.place.shop_url, customer.place.hub_url, "data:")
    assert [url for url in requests if not url.startswith(own)] == []
    assert [url for url in requests if "/a/" in url] == []
    assert violations == []
    customer.expect_no_error()


def test_what_the_hub_gets_is_the_same_with_it(agent: Agent, customer: Customer) -> None:
    sent = watch_sent(customer.page)
    go_live(agent, customer, "/catalogue")
    agent.expect_heading("Catalogue")
    change = "text => { document.querySelector('h1').textContent = text; }"
    # A picture of its own first, of a page at rest.
    customer.see("banner-pause").click()
    agent.expect_state("paused")
    sent.clear()
    customer.see("banner-pause").click()
    agent.expect_heading("Catalogue")
    last = view_of(sent, "snapshot")
    sent.clear()
    press(customer)
    expect_same(agent, customer)
    after = view_of(sent, "snapshot")
    assert {each["epoch"] for each in after} == {last[0]["epoch"] + 1}
    assert of_page(after) == of_page(last)
    sent.clear()
    customer.page.evaluate(change, "Twice")
    agent.expect_heading("Twice")
    (told,) = view_of(sent, "ops")
    assert (told["texts"], told["tags"], told["styles"]) == (["Twice"], [], [])


def test_masked_places_are_marked_and_empty(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/account")
    customer.page.evaluate(
        """canary => {
            const typed = "input:not([type=checkbox],[type=radio],[type=file],#search,#search *),textarea";
            for (const field of document.querySelectorAll(typed))
                try { field.value = canary; } catch { field.value = ""; }
            document.querySelector(".order-number").textContent = canary;
        }""",
        CANARY,
    )
    before = customer.page.content()
    press(customer)
    expect_same(agent, customer)
    assert before.count(CANARY) == customer.page.content().count(CANARY) > 0
    held = in_picture(
        customer,
        """doc => {
            const all = [...doc.querySelectorAll("*")];
            return {
                text: new XMLSerializer().serializeToString(doc) + all.map(each => each.value ?? "").join(" "),
                fields: doc.querySelectorAll("input:not([type=submit],[type=button]),textarea,select").length,
                marked: all.filter(each => getComputedStyle(each).outlineStyle === "dashed")
                    .map(each => each.className || each.localName),
            };
        }""",
    )
    assert CANARY not in held["text"]
    assert held["fields"] > 8
    # The search field is shown by the site's policy.
    assert len([name for name in held["marked"] if "order-number" not in name]) >= held["fields"] - 1
    assert any("order-number" in name for name in held["marked"])
    expect(customer.see("preview")).to_contain_text("Ana sees a mask here")
    # Wheel and keys scroll the page behind it, and the picture goes along.
    follows = f"least => scrollY > least && Math.abs(({FRAME})().contentWindow.scrollY - scrollY) < 2"
    box = customer.see("preview").bounding_box()
    assert box
    customer.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    customer.page.mouse.wheel(0, 300)
    customer.page.wait_for_function(follows, arg=200)
    customer.page.keyboard.press("PageDown")
    customer.page.wait_for_function(follows, arg=400)


def test_pause_covers_it_and_the_end_takes_it_away(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/")
    press(customer)
    agent.tool("point")
    agent.press("h1")
    agent.expect_result("done")
    # What she points at shows where it is in the picture, in which the page is smaller.
    mark = customer.see("preview").locator(".point")
    expect(mark).to_have_count(1)
    box, picture = mark.bounding_box(), customer.see("preview").bounding_box()
    assert box and picture and picture["y"] < box["y"] < picture["y"] + picture["height"]
    customer.see("banner-pause").click()
    expect(customer.see("preview")).to_contain_text("Ana sees nothing")
    assert customer.page.evaluate(FRAME) is None
    customer.see("banner-pause").click()
    expect_picture(customer)
    expect_same(agent, customer)
    customer.see("banner-stop").click()
    expect(customer.see("receipt")).to_be_visible()
    expect(customer.see("preview")).to_have_count(0)
    agent.expect_state("ended")


def test_it_can_be_opened_while_paused(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/")
    customer.see("banner-pause").click()
    agent.expect_state("paused")
    customer.see("banner-preview").click()
    expect(customer.see("preview")).to_contain_text("Ana sees nothing")
    customer.see("banner-pause").click()
    expect_picture(customer)
    expect_same(agent, customer)


def test_the_agent_acts_while_the_customer_looks(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/product/5")
    take_control(agent, customer)
    press(customer)
    agent.type_address("/catalogue")
    # The question comes beside the picture, and can be answered.
    customer.see("navigate-deny").click()
    agent.expect_result("refused", "declined")
    expect_picture(customer)
    # The customer could not see on what she clicks.
    agent.press("#menu a")
    agent.expect_result("refused", "covered")
    customer.see("control-release").click()
    agent.expect_control("off")


def test_by_keyboard(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/product/5")
    keys = customer.page.keyboard
    customer.see("banner-preview").focus()
    keys.press("Enter")
    expect_picture(customer)
    expect(customer.see("preview")).to_be_focused()
    reached = []
    for _ in range(8):
        keys.press("Tab")
        reached.append(
            customer.page.evaluate(
                "() => cobrowse.preview && document.activeElement.shadowRoot?.activeElement?.dataset.testid"
            )
        )
    assert reached == ["preview-close", "banner-pause", "banner-stop", "banner-move"] * 2
    keys.press("Shift+Tab")
    expect(customer.see("banner-stop")).to_be_focused()
    # Nothing behind it took a key.
    keys.press("Escape")
    expect(customer.see("preview")).to_have_count(0)
    expect(customer.see("banner-preview")).to_be_focused()
    agent.expect_state("live")


def test_it_stays_on_top_of_a_dialog_of_the_page(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/product/5")
    press(customer)
    # Nothing tells of this but that the frame is another one now.
    customer.page.evaluate(f"() => {{ const frame = ({FRAME})(); frame.parentNode.append(frame); }}")
    customer.page.wait_for_function(f"() => ({FRAME})()?.contentDocument.querySelector('h1')")
    expect_same(agent, customer)
    customer.page.evaluate("() => document.querySelector('#delivery').showModal()")
    # The surface moves into the dialog; the frame begins anew there, and its picture with it.
    customer.page.wait_for_function(
        f"""() => [...document.querySelector("#delivery").children].some(child => child.shadowRoot)
            && ({FRAME})()?.contentDocument.querySelector("#delivery:modal h2")?.textContent === "Delivery" """
    )
    expect_picture(customer)
    expect_same(agent, customer)
    customer.see("preview-close").click()
    expect(customer.see("preview")).to_have_count(0)
    expect(customer.page.locator("#delivery")).to_be_visible()
    customer.see("banner-stop").click()
    agent.expect_state("ended")
    customer.expect_no_error()


def test_closing_it_frees_it(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/catalogue")
    agent.expect_heading("Catalogue")
    root = "[...document.querySelectorAll('*')].map(host => host.shadowRoot).find(root => root?.querySelector('.dock'))"
    shape = (
        f"() => {{ const root = {root}; return [root.adoptedStyleSheets.length, root.childElementCount, "
        "root.querySelector('.dock').className, window.length] }"
    )
    before = customer.page.evaluate(shape)
    press(customer)
    customer.page.evaluate(
        f"() => {{ window.held = [new WeakRef(({FRAME})().contentDocument), new WeakRef(cobrowse.preview)] }}"
    )
    customer.see("preview-close").click()
    expect(customer.see("preview")).to_have_count(0)
    assert customer.page.evaluate(shape) == before
    tools = customer.context.new_cdp_session(customer.page)
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not customer.page.evaluate("() => held.every(each => each.deref() === undefined)"):
        assert time.monotonic() < give_up_at, "the preview is held after it was closed"
        tools.send("HeapProfiler.collectGarbage")
        customer.page.wait_for_timeout(50)
    assert customer.page.evaluate("() => 'preview' in cobrowse") is False


@pytest.mark.parametrize(("locale", "says"), [("en-GB", "What Ana sees"), ("de-DE", "Was Ana sieht")])
def test_a_phone(place: Place, new_context: NewContext, locale: str, says: str) -> None:
    agent = Agent(new_context(viewport=AGENT_SCREEN, locale="en-GB"), place)
    customer = Customer(
        new_context(viewport={"width": 360, "height": 740}, locale=locale, bypass_csp=True, has_touch=True), place
    )
    go_live(agent, customer, "/account")
    press(customer)
    expect(customer.page.get_by_role("dialog", name=says)).to_be_visible()
    # It covers the whole page, and the banner stands below it.
    dock = customer.page.locator(".dock").bounding_box()
    assert dock and (dock["y"], dock["height"]) == (0, 740)
    for name in ("preview-close", "banner-pause", "banner-stop"):
        box = customer.see(name).bounding_box()
        assert box and box["height"] >= 44 and 0 <= box["x"] and box["x"] + box["width"] <= 360
        assert box["y"] + box["height"] <= 740
    assert customer.page.evaluate("document.documentElement.scrollWidth") <= 360
    expect_same(agent, customer)
    expect_accessible(customer.page)
