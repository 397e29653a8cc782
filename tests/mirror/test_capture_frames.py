"""What a page does with its frames ends nothing but the frames."""

import pytest

from tests.mirror.capture_page import Tab

pytestmark = pytest.mark.browser

PAGE = "<!doctype html><title>t</title><body><div id=to></div><iframe id=frame></iframe><iframe id=second></iframe>"
# `inside` and `within` are the documents that were in the frames `one` and `other`.
CIRCLES = {
    "a frame in its own document": "inside.body.append(one)",
    "two frames, each in the other's document": "within.body.append(one); inside.body.append(other)",
    "a frame in its own document, and back": "inside.body.append(one); to.append(one)",
}


@pytest.mark.parametrize("script", CIRCLES.values(), ids=CIRCLES.keys())
def test_a_circle_of_frames_holds_up_nothing(tab: Tab, script: str) -> None:
    tab.open(PAGE)
    tab.start()
    tab.settle()
    tab.run(
        "() => { Object.assign(window, {one: frame, other: second, inside: frame.contentDocument,"
        f"within: second.contentDocument}}); inside.body.append('first'); {script}; inside.body.append('between') }}"
    )
    tab.settle()
    tab.run("() => { inside.body.append('later'); one.title = 'later'; to.append('on it goes') }")
    tab.settle()
    assert "on it goes" in tab.picture.canonical()
    tab.assert_mirrored()
