"""What the snapshot holds, and how ops follow the page."""

import pytest

from tests.mirror.capture_page import Tab

pytestmark = pytest.mark.browser


def test_a_page_is_mirrored(tab: Tab) -> None:
    tab.open(
        "<!doctype html><title>Lamps</title><style>p { color: red } .a::before { content: 'x' }</style>"
        "<body class=shop><h1 id=top>Lamps</h1><ul><li>One</li> <li>Two</li></ul>"
        "<p style='color: blue; background: url(/pixel.png)'>Text <b>bold</b></p><img src=/pixel.png alt=Lamp>"
    )
    tab.start()
    tab.assert_mirrored()
    assert tab.picture.find("h1", id="top")
    assert tab.messages[0]["page"]["title"] == "Lamps"
