"""P6, acts: what the agent may not do is not done in any disguise. The snippet's own check, in real Chromium and
without any hub: every act reaches it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.chromium import ENGINE
from tests.mirror import capture_page
from tests.mirror.capture_page import Tab

pytestmark = pytest.mark.browser

CONTROL = ["point", "highlight", "clear", "scroll", "click", "navigate", "back", "forward", "reload"]
FIELDS = ["type", "choose", "check"]

# One page, many places: id → (its markup, the answer to a click on it). The markup's element with that id is clicked.
SUBMITS = {
    "bare": "<form action=/sent><button id=bare>Go</button></form>",
    "typeless": "<form action=/sent><button type=menu id=typeless>Go</button></form>",
    "input": "<form action=/sent><input type=submit id=input></form>",
    "image": "<form action=/sent><input type=image alt=i src=/pixel.png width=30 height=30 id=image></form>",
    "span": "<form action=/sent><button><b><span id=span>Go</span></b></button></form>",
    "svg": "<form action=/sent><button><svg width=30 height=30><rect id=svg width=30 height=30 /></svg></button>",
    "outside": "<form action=/sent id=far></form><button form=far id=outside>Go</button>",
    "labelled": "<form action=/sent><label id=labelled>Go<button style='width:1px'></button></label></form>",
    "labelfor": "<form action=/sent><button id=labelsend>Go</button></form><label id=labelfor for=labelsend>x</label>",
    "formaction": "<form><button formaction=/sent formmethod=post id=formaction>Go</button></form>",
    "notdialog": "<form method=dialog action=/sent><button formmethod=get id=notdialog>Go</button></form>",
    "inlink": "<form action=/sent><button><a id=inlink>Go</a></button></form>",
    "command": "<form action=/sent><button command=show-modal commandfor=nowhere id=command>Go</button></form>",
    "disabledset": "<form action=/sent><fieldset disabled><legend><button id=disabledset>Go</button></legend>",
    # Scripts of the page that send the form.
    "request": "<form action=/sent id=r1></form><div id=request onclick='r1.requestSubmit()'>Go</div>",
    "clicks": "<form action=/sent><button hidden id=c1></button></form><a id=clicks href=# onclick='c1.click()'>Go</a>",
    "submit": "<form action=/sent id=s1></form><div id=submit onclick='s1.submit()'>Go</div>",
    "post": "<form action=/sent method=post id=p1></form><div id=post onclick='p1.submit()'>Go</div>",
    "late": "<form action=/sent id=l1></form><div id=late onmousedown='l1.requestSubmit()'>Go</div>",
    "custom": "<form action=/sent><x-send id=custom>Go</x-send></form>",
    "swapped": "<form action=/sent><button type=button id=swapped onpointerdown='this.type=\"submit\"'>Go</button>",
    "atlast": "<form action=/sent><button type=button id=atlast onclick='this.type=\"submit\"'>Go</button>",
    "onchange": "<form action=/sent><x-inner id=onchange></x-inner></form>",
}
LEAVES = {
    "other": ("<a id=other href=https://evil.example/>x</a>", "leaves_site"),
    "scheme": ("<a id=scheme href=//evil.example/>x</a>", "leaves_site"),
    "slash": ("<a id=slash href='\\\\evil.example/'>x</a>", "leaves_site"),
    "userinfo": ("<a id=userinfo href='https://HOST@evil.example/'>x</a>", "leaves_site"),
    "own-userinfo": ("<a id=own-userinfo href='http://user@HOST/'>x</a>", "leaves_site"),
    "port": ("<a id=port href='http://127.0.0.1:1/'>x</a>", "leaves_site"),
    "https": ("<a id=https href='https://HOST/'>x</a>", "leaves_site"),
    "idn": ("<a id=idn href='https://\u0435xample.com/'>x</a>", "leaves_site"),
    "dot": ("<a id=dot href='http://127.0.0.1.:1/'>x</a>", "leaves_site"),
    "mail": ("<a id=mail href=mailto:a@b.example>x</a>", "leaves_site"),
    "tel": ("<a id=tel href=tel:+123>x</a>", "leaves_site"),
    "data": ("<a id=data href='data:text/html,x'>x</a>", "leaves_site"),
    "blob": ("<a id=blob href='blob:http://HOST/x'>x</a>", "leaves_site"),
    "js": ("<a id=js href='javascript:hit()'>x</a>", "script_link"),
    "js-odd": ("<a id=js-odd href=' &#1;java&#10;script&Tab;:hit()'>x</a>", "script_link"),
    "denied": ("<a id=denied href=/denied/x>x</a>", "denied_path"),
    "denied-bare": ("<a id=denied-bare href=/denied>x</a>", "denied_path"),
    "denied-case": ("<a id=denied-case href=/DeNiEd/x>x</a>", "denied_path"),
    "denied-code": ("<a id=denied-code href='/%64enied/x'>x</a>", "denied_path"),
    "denied-param": ("<a id=denied-param href='/denied;a=1/x'>x</a>", "denied_path"),
    "denied-dots": ("<a id=denied-dots href='/a/../denied/x'>x</a>", "denied_path"),
    "denied-slashes": ("<a id=denied-slashes href='/a//denied/x'>x</a>", "denied_path"),
    "denied-coded": ("<a id=denied-coded href='/a%2f..%2fdenied/x'>x</a>", "denied_path"),
    "window": ("<a id=window href=/next target=_blank>x</a>", "new_window"),
    "named": ("<a id=named href=/next target=other>x</a>", "new_window"),
    "svg-window": (
        "<svg width=30 height=30><a id=svg-window xlink:href=/next xlink:show=new><rect width=30 height=30 /></a>",
        "new_window",
    ),
    "svg-link": (
        "<svg width=30 height=30><a href=https://evil.example/><rect id=svg-link width=30 height=30 /></a></svg>",
        "leaves_site",
    ),
    "svg-moved": (
        "<svg width=30 height=30><a href=/next><set attributeName=href to=https://evil.example/ />"
        "<rect id=svg-moved width=30 height=30 /></a></svg>",
        "leaves_site",
    ),
    "download": ("<a id=download href=/next download>x</a>", "downloads"),
    "ping": ("<a id=ping href=/next ping='/fine https://evil.example/'>x</a>", "leaves_site"),
    "button-in-link": (
        "<a href=https://evil.example/><button type=button id=button-in-link>x</button></a>",
        "leaves_site",
    ),
    "field-in-link": ("<a href=https://evil.example/><input id=field-in-link></a>", "leaves_site"),
    "area-in-link": ("<a href=https://evil.example/><textarea id=area-in-link></textarea></a>", "leaves_site"),
    "summary-in-link": (
        "<a href=https://evil.example/><details><summary id=summary-in-link>x</summary></details></a>",
        "leaves_site",
    ),
    "map": (
        "<img id=map src=/pixel.png width=30 height=30 usemap=#m><map name=m>"
        "<area shape=rect coords=0,0,30,30 href=https://evil.example/></map>",
        "leaves_site covered",
    ),
    "slotted": ("<x-link><span id=slotted>x</span></x-link>", "leaves_site"),
    "shadowed": ("<x-deep id=shadowed></x-deep>", "leaves_site"),
    # Scripts of the page that lead away.
    "assign": ("<div id=assign onclick='location=\"https://evil.example/\"'>x</div>", "leaves_site"),
    "assign-denied": ("<div id=assign-denied onclick='location=\"/denied/x\"'>x</div>", "denied_path"),
    "rewritten": ("<a id=rewritten href=/next onclick='this.href=\"https://evil.example/\"'>x</a>", "leaves_site"),
    "rewritten-early": (
        "<a id=rewritten-early href=/next onmousedown='this.href=\"https://evil.example/\"'>x</a>",
        "leaves_site",
    ),
    "loads": ("<a id=real href=/next download hidden></a><div id=loads onclick='real.click()'>x</div>", "downloads"),
    "replaced": ("<div id=replaced onclick='location.replace(\"https://evil.example/\")'>x</div>", "leaves_site"),
    "meant-well": ("<a id=meant-well href=# onclick='location=\"https://evil.example/\"'>x</a>", "leaves_site"),
}
GUARDED = {
    "box": ("<input type=checkbox id=box>", "checks"),
    "box-label": ("<label id=box-label>x<input type=radio style='width:1px'></label>", "checks"),
    "box-for": ("<input type=checkbox id=tick><label id=box-for for=tick>x</label>", "checks"),
    "aria-box": ("<div role=checkbox id=aria-box>x</div>", "checks"),
    "aria-inside": ("<div role='menuitemradio'><b id=aria-inside>x</b></div>", "checks"),
    "select": ("<select id=select><option>1</select>", "field"),
    "option": ("<div role=option id=option>x</div>", "field"),
    "reset": ("<form><button type=reset id=reset>x</button></form>", "field"),
    "file": ("<input type=file id=file>", "file"),
    "file-label": ("<label id=file-label>x<input type=file hidden></label>", "file"),
    "secret": ("<input type=password id=secret>", "password"),
    "secret-label": ("<label id=secret-label for=pass>x</label><input type=password id=pass>", "password"),
    "otp": ("<input autocomplete=one-time-code id=otp>", "password"),
    "card": ("<input autocomplete='section-a cc-number' id=card>", "password"),
    "cvc": ("<input name=cvc id=cvc>", "password"),
    "eye": ("<div><input type=password><button type=button id=eye>x</button></div>", "password"),
    "eye-role": ("<p><i role=button id=eye-role aria-label='Show password'>x</i></p>", "password"),
    "eye-focus": ("<p><input type=password><i tabindex=-1 id=eye-focus>x</i></p>", "password"),
    "eye-around": (
        "<p role=button tabindex=0><input type=password style='width:1px'><i id=eye-around>x</i></p>",
        "password",
    ),
    "eye-shadow": ("<x-login></x-login>", "password"),
    "masked": ("<div data-cobrowse=mask><button type=button id=masked>x</button></div>", "masked"),
    "no-control": ("<div data-cobrowse=no-control><button type=button id=no-control>x</button></div>", "no_control"),
    "listed": ("<a class=pays id=listed href=/pay>x</a>", "no_control"),
    "label-out": (
        "<label id=label-out for=walled>x</label><p data-cobrowse=no-control><input id=walled></p>",
        "no_control",
    ),
    "gone": ("<button type=button id=gone style='visibility:hidden'>x</button>", "hidden"),
}
DONE = {
    "plain": "<button type=button id=plain onclick='hit()'><i>x</i></button>",
    "dialog": "<form method=dialog><button id=dialog onclick='hit()'>x</button></form>",
    "ownerless": "<button id=ownerless onclick='hit()'>x</button>",
    "disabled": "<form action=/sent><button disabled id=disabled><span>x</span></button></form>",
    "here": "<a id=here href=#x onclick='hit()'>x</a>",
    "field": "<input id=field onfocus='hit()'>",
    "editor": "<div contenteditable id=editor onfocus='hit()'>x</div>",
    "helped": "<label><input type=checkbox style='width:1px'><button type=button id=helped onclick='hit()'>?</button>",
    # Only the part of the page that a skip link leads to is beside the password, and can be focused.
    "heading": "<main tabindex=-1><h1 id=heading onmouseup='hit()'>Your password</h1><input type=password></main>",
    "pushes": '<div id=pushes onclick=\'hit(); history.pushState(0, "", "/p?2")\'>x</div>',
}
SCRIPT = """<script>
window.hits = 0; window.hit = () => hits++;
window.sent = []; addEventListener("submit", event => sent.push(event.target.id || "form"));
customElements.define("x-send", class extends HTMLElement {
  connectedCallback() { this.onclick = () => this.closest("form").requestSubmit(); } });
customElements.define("x-inner", class extends HTMLElement {
  connectedCallback() { this.attachShadow({mode: "open"}).innerHTML = "<button type=button>Go</button>";
    this.shadowRoot.firstChild.onclick = () => this.closest("form").submit(); } });
customElements.define("x-link", class extends HTMLElement { connectedCallback() {
  this.attachShadow({mode: "open"}).innerHTML = "<a href=https://evil.example/><slot></slot></a>"; } });
customElements.define("x-login", class extends HTMLElement { connectedCallback() {
  this.attachShadow({mode: "open"}).innerHTML =
    "<p><input type=password><button type=button id=eye-shadow>x</button></p>"; } });
customElements.define("x-deep", class extends HTMLElement {
  connectedCallback() { this.attachShadow({mode: "open"}).innerHTML = "<a href=https://evil.example/>x</a>"; } });
</script>"""


def every_place() -> str:
    html = [*SUBMITS.values(), *(html for html, _ in [*LEAVES.values(), *GUARDED.values()]), *DONE.values()]
    return "<!doctype html><title>t</title><body>" + SCRIPT + "".join(f"<div>{each}</form></div>\n" for each in html)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> str:
    return capture_page.bundle(tmp_path_factory.mktemp("probe") / "probe.js")


@pytest.fixture(scope="module")
def shared(bundle: str) -> Iterator[Tab]:
    with capture_page.browser(ENGINE) as browser:
        tab = Tab(browser, bundle)
        tab.files["/next"] = tab.files["/sent"] = ("text/html", b"<!doctype html><title>next</title>", {})
        tab.files["/pixel.png"] = ("image/png", capture_page.PIXEL, {})
        yield tab
        tab.close()


def begin(tab: Tab, html: str, acts: list[str], **policy: Any) -> None:
    tab.open(html.replace("HOST", tab.origin.removeprefix("http://")), "/p")
    tab.start(acts=acts, no_control=[".pays"], **policy)
    tab.settle()
    tab.run("() => { window.alive = true }")
    tab.requests.clear()


@pytest.fixture(scope="module")
def places(shared: Tab) -> Tab:
    begin(shared, every_place(), [*CONTROL, *FIELDS[:2]])
    return shared


def assert_nothing_happened(tab: Tab) -> None:
    # What was begun would have begun by now: navigations start in tasks, and the server hears of them.
    tab.page.evaluate("() => new Promise(done => setTimeout(done, 30))")
    assert tab.run("window.alive") is True
    assert tab.run("[...sent]") == []
    assert [path for path in tab.requests if path != "/favicon.ico"] == []
    assert len(tab.context.pages) == 1


def refused(tab: Tab, name: str) -> str:
    tab.click(f"#{name}")
    assert_nothing_happened(tab)
    # Some of what scripts do comes after the answer: then there is a second one.
    last: str = tab.run("(({status, reason}) => `${status} ${reason}`)(P.results.at(-1))")
    tab.run("() => { P.acts.used(-1e9) }")
    return last


@pytest.mark.parametrize("name", SUBMITS)
def test_no_click_sends_a_form(places: Tab, name: str) -> None:
    assert refused(places, name) == "refused submits"


@pytest.mark.parametrize("name", LEAVES)
def test_no_click_leads_away(places: Tab, name: str) -> None:
    assert refused(places, name) in {f"refused {reason}" for reason in LEAVES[name][1].split()}


@pytest.mark.parametrize("name", GUARDED)
def test_no_click_does_what_is_the_customers(places: Tab, name: str) -> None:
    assert refused(places, name) == f"refused {GUARDED[name][1]}"


def test_our_own_ui_is_nothing_to_click(places: Tab) -> None:
    """Not even by its place: the agent could put the focus on Allow."""
    own = "<cobrowse-own style='position:fixed;left:0;top:0;width:90px;height:90px;background:red'><button>x</button>"
    places.run("html => document.body.insertAdjacentHTML('beforeend', html)", own)
    x, y = places.run(
        "(box => [(45 - box.left) / box.width, (45 - box.top) / box.height])(document.body.getBoundingClientRect())"
    )
    assert places.click("body", x, y) == ["refused covered"]
    places.run("() => document.querySelector('cobrowse-own').remove()")


@pytest.mark.parametrize("name", DONE)
def test_other_clicks_are_done(places: Tab, name: str) -> None:
    before = places.run("hits")
    assert places.click(f"#{name}") == ["done"]
    assert places.run("hits") == before + (name != "disabled")
    assert places.run("window.alive") is True


# --- acts that fill fields

FILLED = (
    """<!doctype html><title>t</title><body><form action=/sent id=form>
<input id=text><input type=password id=secret><input autocomplete=cc-csc id=card>
<input autocomplete=one-time-code id=otp>
<input readonly id=readonly><input disabled id=disabled><fieldset disabled><input id=disabledset></fieldset>
<p data-cobrowse=mask><input id=masked><select id=maskedselect><option id=maskedoption>1</option></select></p>
<p data-cobrowse=hide><input id=hiddenpart></p>
<p data-cobrowse=no-control><input id=walled></p><input type=hidden id=hidden><input type=file id=file>
<input id=unseen style="visibility:hidden"><div contenteditable id=editor>x</div><input id=shown-once type=password>
<div style="position:relative"><input id=covered><div style="position:absolute;inset:0;background:red"></div></div>
<select id=select><option id=one>1</option><option id=two>2</option><option id=off disabled>3</option>
<optgroup id=group disabled label=g><option id=grouped>4</option></optgroup></select>
<select id=other><option id=others>9</option></select>
<a href=https://evil.example/><span role=checkbox id=linked>x</span></a>
<button type=button><span role=switch id=inbutton>x</span></button>
<p data-cobrowse=no-control><button id=send>Go</button></p></form>
<form action=https://evil.example/ id=away><input><button>Go</button></form>
<form action=/denied/x id=denied><input><button>Go</button></form>
<form action=/sent id=window target=_blank><input><button>Go</button></form>
<form action=/sent id=buttonless><input></form>
<input id=sends oninput="form.requestSubmit()" form=form><input id=leads oninput="location = 'https://evil.example/'">
<div style="height:3000px"></div><input id=below></body>"""
    + SCRIPT
)


@pytest.fixture(scope="module")
def fields(shared: Tab) -> Tab:
    begin(shared, FILLED, [*CONTROL, *FIELDS])
    shared.run("() => { document.getElementById('shown-once').type = 'text' }")
    shared.change("() => 0")
    return shared


def settled(tab: Tab, answers: list[str]) -> str:
    assert_nothing_happened(tab)
    tab.run("() => { P.acts.used(-1e9) }")
    return tab.run("(({status, reason}) => `${status} ${reason}`.trim())(P.results.at(-1))") if answers else ""


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("secret", "password"),
        ("card", "password"),
        ("otp", "password"),
        ("shown-once", "password"),
        ("readonly", "nothing_to_do"),
        ("disabled", "nothing_to_do"),
        ("disabledset", "nothing_to_do"),
        ("masked", "masked"),
        ("walled", "no_control"),
        ("hidden", "gone"),
        ("unseen", "hidden"),
        ("hiddenpart", "gone"),
        ("file", "file"),
        ("editor", "field"),
        ("covered", "covered"),
        ("select", "field"),
        ("form", "field"),
        ("sends", "submits"),
        ("leads", "leaves_site"),
    ],
)
def test_nothing_is_typed_into_a_guarded_field(fields: Tab, name: str, reason: str) -> None:
    before = fields.run("name => document.getElementById(name).value", name)
    assert settled(fields, fields.act(act="type", node=fields.id(f"#{name}"), text="47")) == f"refused {reason}"
    if name not in ("sends", "leads"):
        assert fields.run("name => document.getElementById(name).value", name) == before


def test_a_hidden_part_takes_no_acts_through_its_placeholder(fields: Tab) -> None:
    for act in ({"act": "click", "x": 0.5, "y": 0.5}, {"act": "type", "text": "x"}, {"act": "scroll", "x": 0, "y": 9}):
        assert settled(fields, fields.act(node=fields.id("[data-cobrowse=hide]"), **act)) == "refused masked"


def test_a_field_that_becomes_a_password_takes_no_text(fields: Tab) -> None:
    fields.run("() => { document.getElementById('text').type = 'password' }")
    assert settled(fields, fields.act(act="type", node=fields.id("#text"), text="x")) == "refused password"
    fields.run("() => { document.getElementById('text').type = 'text' }")
    assert settled(fields, fields.act(act="type", node=fields.id("#text"), text="x")) == "refused password"


@pytest.mark.parametrize(
    ("select", "option", "reason"),
    [
        ("select", "off", "nothing_to_do"),
        ("select", "grouped", "nothing_to_do"),
        ("select", "group", "field"),
        ("select", "others", "field"),
        ("select", "text", "field"),
        ("maskedselect", "maskedoption", "masked"),
        ("form", "two", "field"),
    ],
)
def test_nothing_is_chosen_that_cannot_be(fields: Tab, select: str, option: str, reason: str) -> None:
    answer = fields.act(act="choose", node=fields.id(f"#{select}"), option=fields.id(f"#{option}"))
    assert settled(fields, answer) == f"refused {reason}"
    assert fields.run("select.selectedIndex") == 0


@pytest.mark.parametrize(("name", "reason"), [("linked", "leaves_site"), ("leads", "field"), ("secret", "password")])
def test_ticking_does_nothing_else(fields: Tab, name: str, reason: str) -> None:
    assert settled(fields, fields.act(act="check", node=fields.id(f"#{name}"))) == f"refused {reason}"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("form", "no_control"),
        ("away", "leaves_site"),
        ("denied", "denied_path"),
        ("window", "new_window"),
        ("buttonless", "nothing_to_do"),
        ("text", "nothing_to_do"),
    ],
)
def test_a_form_is_sent_only_as_its_button_may(shared: Tab, name: str, reason: str) -> None:
    begin(shared, FILLED, [*CONTROL, *FIELDS, "submit"])
    assert settled(shared, shared.act(act="submit", node=shared.id(f"#{name}"))) == f"refused {reason}"


def test_a_field_out_of_sight_is_brought_into_sight(fields: Tab) -> None:
    assert fields.act(act="type", node=fields.id("#below"), text="x") == ["done"]
    box = fields.run("(box => [box.top, innerHeight - box.bottom])(below.getBoundingClientRect())")
    assert min(box) >= 0


def test_a_reload_sends_no_form_again(shared: Tab) -> None:
    """Chromium sends it again by location.reload(), and asks nobody: the order would be placed twice."""
    begin(shared, "<!doctype html><form method=post action=/paid><button id=pay>x</button></form>", CONTROL)
    shared.files["/paid"] = ("text/html", b"<!doctype html><h1>Paid</h1>", {})
    shared.page.click("#pay")
    shared.page.wait_for_url("**/paid")
    shared.start(acts=CONTROL)
    shared.settle()
    shared.requests.clear()
    with shared.page.expect_navigation():
        assert shared.act(act="reload") == ["started"]
    assert shared.posted == ["/paid"]
