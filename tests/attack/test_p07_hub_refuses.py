"""P7: the hub's own check, against every hostile frame and every hostile style of the corpus."""

import json
from typing import Any

import msgspec

from cobrowse.core import styles
from cobrowse.core.errors import BadFrame
from cobrowse.core.policy import Site
from cobrowse.core.protocol import Ops, Snapshot
from cobrowse.core.view import ViewCheck
from tests.attack.hostile import styles as hostile_styles
from tests.attack.hostile.frames import AWAY, OPS, SNAPSHOTS
from tests.live_hub import SHOP_ORIGIN

SITE = Site(id="shop", name="Shop", origins=(SHOP_ORIGIN,), start_url=SHOP_ORIGIN + "/")


def verdict(*messages: dict[str, Any]) -> str:
    """The code with which the hub refuses these messages in this order; empty where all pass."""
    check = ViewCheck(SITE)
    try:
        for message in messages:
            check.check(msgspec.json.decode(json.dumps(message).encode(), type=Snapshot | Ops))
    except BadFrame as refusal:
        return refusal.code
    except msgspec.ValidationError:
        return "bad_frame"
    return ""


def test_the_hub_refuses_what_its_tables_can_show_to_be_wrong() -> None:
    snapshots = {case.name: verdict(case.snapshot(1)) for case in SNAPSHOTS}
    assert snapshots == {case.name: case.hub for case in SNAPSHOTS}
    ops = {case.name: verdict(*case.ops(1)) for case in OPS}
    assert ops == {case.name: case.hub for case in OPS}


def style_code(css: str, *, asset: bool) -> str:
    try:
        styles.check(css.replace("EVIL", AWAY), asset=asset)
    except BadFrame as refusal:
        return refusal.code
    return ""


def test_the_hub_refuses_hostile_css_in_a_frame_and_in_an_asset() -> None:
    for css in hostile_styles.REFUSED.values():
        for form in (css, f"p{{{css}}}", f"@media all{{p{{color:red;{css}}}}}"):
            assert style_code(form, asset=False) == "bad_style", form
            assert style_code(form, asset=True) == "bad_style", form
    for name, css in hostile_styles.HARMLESS.items():
        assert style_code(css, asset=False) == style_code(css, asset=True) == "", name
