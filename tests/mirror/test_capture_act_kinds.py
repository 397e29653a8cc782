"""What the tab tells the audit trail of an act: its name and a kind of element, and nothing that stands on it."""

import json

import pytest

from tests.mirror.capture_page import Tab

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><title>t</title><body>
<a id=link href=#x title=secret>secret</a> <div role=link id=rolelink>secret</div>
<button type=button id=button aria-label=secret><b id=inbutton>secret</b></button>
<details><summary id=summary>secret</summary></details> <div role=button id=rolebutton>secret</div>
<input type=button id=inputbutton value=secret> <form><button id=send>secret</button></form>
<input id=field value=secret name=secret> <textarea id=area>secret</textarea>
<select id=select><option>secret</option></select> <input type=checkbox id=box> <label id=label>secret</label>
<secret-element id=custom style="display: block">secret</secret-element> <p id=text>secret</p>
"""
KINDS = {
    "link": "link",
    "rolelink": "link",
    "button": "button",
    "inbutton": "button",
    "summary": "button",
    "rolebutton": "button",
    "inputbutton": "button",
    "send": "button",
    "field": "field",
    "area": "field",
    "select": "field",
    "box": "field",
    "label": "field",
    "custom": "other",
    "text": "other",
}


def said(tab: Tab) -> tuple[str, str]:
    last = tab.run("P.results.at(-1)")
    return last["act"], last["on"]


def test_each_element_is_of_a_kind(tab: Tab) -> None:
    tab.open(PAGE)
    tab.start()
    tab.settle()
    kinds = {}
    for name in KINDS:
        tab.click(f"#{name}")
        act, kinds[name] = said(tab)
        assert act == "click"
    assert kinds == KINDS
    for do in ({"act": "scroll", "node": 1, "x": 0, "y": 0}, {"act": "clear"}, {"act": "back"}):
        tab.act(**do)
        assert said(tab) == (do["act"], "")
    # One that is gone is of no kind, also after another act.
    tab.act(act="click", node=999_999, x=0.5, y=0.5)
    assert said(tab) == ("click", "")
    assert "secret" not in json.dumps(tab.run("P.results"))
