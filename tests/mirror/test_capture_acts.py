"""Acts: what a click activates counts, and each act is answered."""

import pytest

from tests.mirror.capture_page import Tab

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><title>t</title><body style="margin: 20px">
<script>window.log = []; addEventListener("click", event => log.push(event.composedPath()[0].id), true)</script>
<button type=button id=plain><span id=inner>Go</span></button>
<a id=next href=/next>Next</a> <a id=inpage href=#x>Here</a> <a id=denied href=/denied/x>No</a>
<a id=other href=https://other.example/>Other</a> <a id=window href=/next target=_blank>New</a>
<a id=down href=/next download>Load</a> <a id=script href="javascript:log.push('ran')">Script</a>
<a id=mail href=mailto:a@b.example>Mail</a> <a id=deep href=/next><b><i id=deepest>Deep</i></b></a>
<form id=form action=/next><input id=text name=t><button id=send><span id=sendspan>Send</span></button>
<input id=image type=image alt=i src=/pixel.png width=20 height=20></form>
<form id=away action=https://other.example/><button id=sendaway>Send</button></form>
<label id=label>Tick <input type=checkbox id=box></label> <div role=switch id=switch>Switch</div>
<label id=filelabel for=file>File</label> <input type=file id=file>
<select id=select><option id=one>1</option><option id=two>2</option></select>
<div><input type=password id=password name=p><button type=button id=eye>Show</button></div>
<div data-cobrowse=mask><button type=button id=masked>Masked</button></div>
<div data-cobrowse=no-control><button type=button id=nocontrol>No</button></div>
<button type=button id=gone style="display: none">Hidden</button>
<div style="position: relative"><button type=button id=covered>Covered</button>
<div style="position: absolute; inset: 0; background: red" id=cover></div></div>
<details id=details><summary id=summary>More</summary>Text</details>
<x-host id=host></x-host>
<div style="height: 3000px"></div><button type=button id=below>Below</button>
"""
SHADOW = (
    "() => { const root = host.attachShadow({mode: 'open'});"
    "root.innerHTML = '<button type=button id=within>In</button><a id=slotlink href=/next><slot></slot></a>';"
    "host.innerHTML = '<em id=slotted>Slotted</em>' }"
)


@pytest.fixture(autouse=True)
def page(tab: Tab) -> None:
    tab.files["/next"] = ("text/html", b"<!doctype html><title>next</title>", {})
    tab.open(PAGE)
    tab.run(SHADOW)
    tab.start()
    tab.settle()


@pytest.mark.parametrize(
    ("selector", "answer"),
    [
        ("#plain", ["done"]),
        ("#inner", ["done"]),
        ("#inpage", ["done"]),
        ("#denied", ["refused denied_path"]),
        ("#other", ["refused leaves_site"]),
        ("#window", ["refused new_window"]),
        ("#down", ["refused downloads"]),
        ("#script", ["refused script_link"]),
        ("#mail", ["refused leaves_site"]),
        ("#send", ["refused submits"]),
        ("#sendspan", ["refused submits"]),
        ("#image", ["refused submits"]),
        ("#label", ["refused checks"]),
        ("#box", ["refused checks"]),
        ("#switch", ["refused checks"]),
        ("#filelabel", ["refused file"]),
        ("#file", ["refused file"]),
        ("#select", ["refused field"]),
        ("#password", ["refused password"]),
        ("#eye", ["refused password"]),
        ("#masked", ["refused masked"]),
        ("#nocontrol", ["refused no_control"]),
        ("#gone", ["refused hidden"]),
        ("#covered", ["refused covered"]),
        ("#summary", ["done"]),
        ("#text", ["done"]),
        ("#within", ["done"]),
        ("#below", ["done"]),
    ],
)
def test_what_a_click_activates(tab: Tab, selector: str, answer: list[str]) -> None:
    assert tab.click(selector) == answer
    clicked = tab.run("log")
    assert bool(clicked) == (answer == ["done"])


@pytest.mark.parametrize("selector", ["#next", "#deepest", "#slotted"])
def test_a_link_is_answered_before_it_navigates(tab: Tab, selector: str) -> None:
    with tab.page.expect_navigation(url="**/next"):
        assert tab.click(selector) == ["started"]


def test_a_link_that_the_page_handles_itself_is_done(tab: Tab) -> None:
    tab.run("() => document.querySelector('#next').addEventListener('click', event => event.preventDefault())")
    assert tab.click("#next") == ["started", "done"]


def test_what_takes_the_place_of_the_target_is_looked_at(tab: Tab) -> None:
    tab.run("() => plain.addEventListener('pointerdown', () => plain.type = 'submit')")
    tab.run("() => form.append(plain)")
    tab.change("() => 0")
    assert tab.click("#plain") == ["refused submits"]


def test_a_vanished_node_is_gone(tab: Tab) -> None:
    node = tab.id("#plain")
    tab.change("() => plain.remove()")
    assert tab.act(act="click", node=node, x=0.5, y=0.5) == ["refused gone"]
    assert tab.act(act="click", node=999_999, x=0.5, y=0.5) == ["refused gone"]


def test_an_act_for_an_older_picture_is_gone(tab: Tab) -> None:
    old = tab.id("#plain")
    tab.start()
    tab.settle()
    assert tab.act(act="click", node=old, x=0.5, y=0.5) == ["refused gone"]


def test_an_id_that_does_not_rise_is_stale(tab: Tab) -> None:
    assert tab.click("#plain") == ["done"]
    assert tab.run("P.act({act: 'clear'}, 1)") == ["done", "refused stale"]


def test_own_input_goes_first(tab: Tab) -> None:
    tab.run("P.acts.used()")
    assert tab.click("#plain") == ["refused paused_by_customer"]
    assert tab.act(act="point", node=tab.id("#plain"), x=0.5, y=0.5) == ["done"]


def test_without_control_only_guiding(tab: Tab) -> None:
    tab.run("() => { P.control = false }")
    assert tab.click("#plain") == ["refused no_control"]
    assert tab.act(act="highlight", node=tab.id("#plain")) == ["done"]
    assert tab.act(act="clear") == ["done"]
    assert [kind for kind, *_ in tab.run("P.shown")] == ["highlight", "highlight", "point"]


def test_the_policy_names_the_acts(tab: Tab) -> None:
    assert tab.act(act="type", node=tab.id("#text"), text="x") == ["refused not_allowed"]
    tab.start(acts=["point"])
    tab.settle()
    assert tab.click("#plain") == ["refused not_allowed"]


def test_scroll(tab: Tab) -> None:
    document = next(node.id for node in tab.picture.nodes.values() if node.kind == "document")
    assert tab.act(act="scroll", node=document, x=0, y=500) == ["done"]
    assert tab.run("scrollY") == 500


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("/denied/x", ["refused denied_path"]),
        ("https://other.example/", ["refused leaves_site"]),
        ("javascript:alert(1)", ["refused bad_address"]),
        ("/a//b", ["refused bad_address"]),
        ("http://u:p@127.0.0.1/", ["refused bad_address"]),
    ],
)
def test_typed_addresses_stay_on_the_site(tab: Tab, address: str, answer: list[str]) -> None:
    assert tab.act(act="navigate", address=address) == answer
    assert tab.run("P.shown") == []


def test_a_typed_address_is_asked_for_in_full(tab: Tab) -> None:
    tab.run("() => { P.allow = false }")
    assert tab.act(act="navigate", address="/next?q=1") == ["asking", "refused declined"]
    assert tab.run("P.shown") == [["ask", f"{tab.origin}/next?q=1"]]
    tab.run("() => { P.allow = true }")
    with tab.page.expect_navigation(url="**/next?q=1"):
        assert tab.act(act="navigate", address="/next?q=1") == ["asking", "started"]


def test_back_stays_on_the_site(tab: Tab) -> None:
    assert tab.act(act="forward") == ["refused nothing_to_do"]
    tab.run("() => { history.pushState(0, '', '/denied/y'); history.pushState(0, '', '/fine') }")
    assert tab.act(act="back") == ["refused denied_path"]
    tab.run("() => { history.pushState(0, '', '/fine2') }")
    assert tab.act(act="back") == ["started"]
    tab.page.wait_for_function("location.pathname === '/fine'")


def test_reload(tab: Tab) -> None:
    with tab.page.expect_navigation():
        assert tab.act(act="reload") == ["started"]


FIELD_ACTS = ["click", "type", "choose", "check", "submit"]


def test_field_acts_by_policy(tab: Tab) -> None:
    tab.start(acts=FIELD_ACTS)
    tab.settle()
    tab.run(
        "() => { window.heard = []; for (const type of ['input','change'])"
        " addEventListener(type, event => heard.push(type + event.target.id)) }"
    )
    assert tab.act(act="type", node=tab.id("#text"), text="lamp") == ["done"]
    assert tab.act(act="choose", node=tab.id("#select"), option=tab.id("#two")) == ["done"]
    assert tab.act(act="check", node=tab.id("#box")) == ["done"]
    assert tab.run("[document.querySelector('#text').value, select.value, box.checked]") == ["lamp", "2", True]
    assert tab.run("heard").count("inputtext") == 1
    assert tab.act(act="type", node=tab.id("#password"), text="x") == ["refused password"]
    assert tab.act(act="type", node=tab.id("#box"), text="x") == ["refused field"]
    assert tab.act(act="check", node=tab.id("#text")) == ["refused field"]
    assert tab.act(act="choose", node=tab.id("#text"), option=tab.id("#two")) == ["refused field"]
    assert tab.act(act="submit", node=tab.id("#away")) == ["refused leaves_site"]
    assert tab.act(act="submit", node=tab.id("#plain")) == ["refused nothing_to_do"]
    with tab.page.expect_navigation(url="**/next?**"):
        assert tab.act(act="submit", node=tab.id("#form")) == ["started"]


def test_a_click_submits_only_by_policy(tab: Tab) -> None:
    tab.start(acts=FIELD_ACTS)
    tab.settle()
    assert tab.click("#sendaway") == ["refused leaves_site"]
    assert tab.click("#label") == ["done"]
    assert tab.run("box.checked") is True
    with tab.page.expect_navigation(url="**/next?**"):
        assert tab.click("#sendspan") == ["started"]


def test_nothing_happens_once_it_is_stopped(tab: Tab) -> None:
    node = tab.id("#plain")
    tab.run("P.capture.stop()")
    assert tab.act(act="click", node=node, x=0.5, y=0.5) == ["refused wrong_state"]
    assert tab.run("log") == []
