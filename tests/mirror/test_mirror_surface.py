"""What the agent does on the mirror: every click and wheel is told by node, and nothing in the picture is touched."""

import pytest

from tests.mirror.frames import Frame, page_with_body
from tests.mirror.mirror_page import MirrorPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
# The picture of 800 x 600 stands in the middle of the frame of 1000 x 700, below the console's input.
LEFT, TOP = 100, 50


async def origin(mirror: MirrorPage) -> tuple[float, float]:
    box = await mirror.page.evaluate("() => { const r = mirror.getBoundingClientRect(); return [r.x, r.y] }")
    return box[0] + LEFT, box[1] + TOP


async def test_a_click_names_the_node_and_fractions_of_its_box(mirror: MirrorPage) -> None:
    frame = page_with_body().element(
        10, 4, "div", {"style": "position:absolute;left:100px;top:200px;width:200px;height:50px"}
    )
    await mirror.view(frame.snapshot())
    await mirror.post({"k": "tool", "tool": "point"})
    x, y = await origin(mirror)
    await mirror.page.mouse.click(x + 150, y + 210)
    (said,) = await mirror.wait_for("press")
    place = said["place"]
    assert (place["node"], place["epoch"], place["seq"]) == (10, 1, 0)
    assert (place["x"], place["y"]) == (pytest.approx(0.25, abs=0.01), pytest.approx(0.2, abs=0.03))


async def test_a_click_is_told_through_shadow_roots_and_scale(mirror: MirrorPage) -> None:
    frame = page_with_body().element(10, 4, "acme-box").shadow(11, 10)
    frame.element(12, 11, "div", {"style": "position:absolute;left:1000px;top:600px;width:400px;height:200px"})
    await mirror.view(frame.snapshot(page={"width": 2000, "height": 1400}))
    await mirror.post({"k": "tool", "tool": "highlight"})
    x, y = await origin(mirror)
    await mirror.page.mouse.click(x - LEFT + 600, y - TOP + 350)
    (said,) = await mirror.wait_for("press")
    assert said["place"]["node"] == 12
    assert said["place"]["x"] == pytest.approx(0.5, abs=0.02)


async def test_without_a_tool_nothing_is_said(mirror: MirrorPage) -> None:
    await mirror.view(page_with_body().snapshot())
    x, y = await origin(mirror)
    await mirror.page.mouse.click(x + 20, y + 20)
    await mirror.page.mouse.wheel(0, 200)
    await mirror.post({"k": "tool", "tool": "point"})
    await mirror.page.mouse.click(x + 20, y + 20)
    assert len(await mirror.wait_for("press")) == 1
    assert await mirror.heard("scroll") == []


async def test_a_wheel_with_control_becomes_one_absolute_scroll(mirror: MirrorPage) -> None:
    frame = page_with_body().element(9, 4, "div", {"style": "height:3000px"})
    frame.element(10, 4, "div", {"style": "position:fixed;left:0;top:0;width:200px;height:200px;overflow:auto"})
    frame.element(11, 10, "div", {"style": "height:900px"}).scroll(1, 0, 100)
    await mirror.view(frame.snapshot())
    await mirror.post({"k": "tool", "tool": "control"})
    x, y = await origin(mirror)
    await mirror.page.mouse.move(x + 400, y + 400)
    # In one task: how far apart three turns of a real wheel arrive is the machine's affair.
    await mirror.frame.evaluate(
        """() => {
          const surface = document.querySelector(".surface"), box = surface.getBoundingClientRect();
          const at = { deltaY: 50, clientX: box.left + 400, clientY: box.top + 400 };
          for (let turn = 0; turn < 3; turn++) surface.dispatchEvent(new WheelEvent("wheel", at));
        }"""
    )
    (page,) = await mirror.wait_for("scroll")
    assert (page["place"]["node"], page["place"]["y"]) == (1, 250)
    assert await mirror.inner("(doc) => doc.defaultView.scrollY") == 100
    await mirror.page.wait_for_timeout(700)
    await mirror.page.mouse.move(x + 100, y + 100)
    await mirror.page.mouse.wheel(0, 60)
    said = await mirror.wait_for("scroll", 2)
    assert (said[1]["place"]["node"], said[1]["place"]["y"]) == (10, 60)


async def test_the_keyboard_does_what_the_mouse_does(mirror: MirrorPage) -> None:
    box = {"style": "position:absolute;left:400px;top:300px;width:100px;height:100px"}
    await mirror.view(page_with_body().element(10, 4, "button", box).snapshot())
    await mirror.post({"k": "tool", "tool": "point"})
    await mirror.page.focus("#typing")
    await mirror.page.keyboard.press("Tab")
    # The mirror is another process, which hears of the focus in its own time; keys before that are lost.
    await mirror.frame.wait_for_function("() => document.hasFocus() && document.activeElement !== document.body")
    for key in ("ArrowRight", "ArrowDown", "Enter"):
        await mirror.page.keyboard.press(key)
    (said,) = await mirror.wait_for("press")
    assert said["place"]["node"] == 10
    assert said["place"]["x"] == pytest.approx(0.16, abs=0.02)
    await mirror.page.keyboard.press("Escape")
    await mirror.wait_for("clear")
    # Nothing in the picture can be reached by Tab.
    await mirror.page.keyboard.press("Tab")
    assert await mirror.frame.evaluate("() => document.activeElement.localName") == "body"


async def test_nothing_in_the_picture_is_touched(mirror: MirrorPage) -> None:
    frame = page_with_body().element(10, 4, "details").element(11, 10, "summary").text(12, 11, "More")
    frame.element(13, 4, "input", {"type": "text", ":filled": 1})
    await mirror.view(frame.snapshot())
    await mirror.post({"k": "tool", "tool": "control"})
    x, y = await origin(mirror)
    await mirror.page.mouse.click(x + 30, y + 18)
    await mirror.page.keyboard.type("abc")
    await mirror.wait_for("press")
    assert await mirror.inner("(doc) => doc.querySelector('details').open") is False
    assert await mirror.inner("(doc) => doc.querySelector('input').value") == "•••••"


async def test_the_customers_pointer_is_drawn(mirror: MirrorPage) -> None:
    await mirror.view(page_with_body().snapshot())
    await mirror.view({"k": "pointer", "epoch": 1, "x": 300, "y": 120})
    shown = "() => { const p = document.querySelector('.customer-pointer'); return [p.hidden, p.style.translate] }"
    assert await mirror.frame.evaluate(shown) == [False, "300px 120px"]
    await mirror.view({"k": "pointer", "epoch": 1, "x": -1, "y": -1})
    assert (await mirror.frame.evaluate(shown))[0] is True


async def test_the_pages_title_and_size_are_told(mirror: MirrorPage) -> None:
    await mirror.view(page_with_body().snapshot())
    page = {"address": "http://127.0.0.1:9001/next", "title": "Next", "width": 500, "height": 400}
    await mirror.view({"k": "page", "epoch": 1, "page": page})
    said = await mirror.wait_for("page", 2)
    assert said[1]["page"] == page
    assert await mirror.inner("(doc) => [doc.defaultView.innerWidth, doc.defaultView.innerHeight]") == [500, 400]
    await mirror.view(Frame().element(10, 4, "p").ops(1))
    assert await mirror.frame.evaluate("() => cobrowseMirror.seq") == 1
