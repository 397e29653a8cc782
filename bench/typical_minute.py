"""What one minute of browsing sends, in bytes and frames: `python -m bench.typical_minute`.

A fixed script, played in real time through the demo shop in a live session (bench/both_ends.py): five page changes,
scrolls by the wheel, the mouse over cards, a filter, a sorted list, a basket, a search that is typed, fields that are
filled in, a dialog. Each step has its second in the minute; what is moved is moved in small steps, 40 a second.

`typical_minute_kb` is all that leaves the customer's tab in that minute: frames as they are on the wire (packed from 4
KB on) and the assets that were asked for. The picture that was there at the start is not in it, nor its assets (those
of the pages after it are the same, and not asked for again), nor the heads of frames and requests. Beside it: rrweb's
`record` in the same pages at the same time, with its default options, our own banner blocked; each event as JSON and,
from 4 KB on, deflated as our frames are. It is one minute and no median: the number of bytes hardly depends on the
machine."""

import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Request, WebSocket

from bench.both_ends import BothEnds, both_ends
from bench.figures import Figure, table
from bench.ground import CannotMeasure
from cobrowse.core.protocol import PACK_FROM_BYTES

RECORDER = Path(__file__).parent / "node_modules" / "@rrweb" / "record" / "umd" / "record.min.js"
MINUTE_SECONDS = 60.0
MOVE_MS = 25.0
KEY_MS = 120.0
NOTCH_MS = 120.0
KB = 1024
RECORD = """
addEventListener("DOMContentLoaded", () => {
  if (top !== self) return;
  rrwebRecord.record({ blockSelector: "[popover=manual]", emit: (event) => heard(JSON.stringify(event)) });
});
"""


class Wire:
    """What a page says and hears, in bytes, over sockets and by the asset relay."""

    def __init__(self, page: Page) -> None:
        self.said: list[int] = []
        self.heard: list[int] = []
        self._assets: list[Request] = []
        page.on("websocket", self._listen)
        page.on("requestfinished", self._asset)

    def forget(self) -> None:
        """Begin anew."""
        self.said.clear()
        self.heard.clear()
        self._assets.clear()

    def assets(self) -> tuple[int, int]:
        """The bytes of assets that went up and down."""
        up = sum(int(request.all_headers().get("content-length", 0)) for request in self._assets)
        return up, sum(request.sizes()["responseBodySize"] for request in self._assets)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda frame: self.said.append(_size(frame)))
        socket.on("framereceived", lambda frame: self.heard.append(_size(frame)))

    def _asset(self, request: Request) -> None:
        if "/api/assets/" in request.url or "/a/" in request.url:
            self._assets.append(request)


class Hand:
    """The customer's hand, and the clock it goes by."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._began = time.monotonic()

    def at(self, second: float, do: Callable[[], None]) -> None:
        """Do this in that second of the minute."""
        self.page.wait_for_timeout(max(0.0, (self._began + second - time.monotonic()) * 1000))
        do()

    def wheel(self, notches: int) -> None:
        """Down, or up where below 0."""
        for _ in range(abs(notches)):
            self.page.mouse.wheel(0, 120 if notches > 0 else -120)
            self.page.wait_for_timeout(NOTCH_MS)

    def over(self, selector: str, nth: int = 0) -> None:
        """The mouse goes there, in half a second."""
        wanted = self.page.locator(selector).nth(nth)
        wanted.scroll_into_view_if_needed()
        box = wanted.bounding_box()
        if box is None:
            raise CannotMeasure(f"{selector} is not to be seen: the shop has changed.")
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        for step in range(20, -1, -1):
            self.page.mouse.move(x - step * 9, y + step * 5)
            self.page.wait_for_timeout(MOVE_MS)

    def press(self, selector: str, nth: int = 0) -> None:
        """Click it."""
        self.over(selector, nth)
        self.page.mouse.down()
        self.page.mouse.up()

    def type(self, selector: str, text: str) -> None:
        """Into this field, key by key."""
        self.page.locator(selector).first.click()
        self.page.keyboard.type(text, delay=KEY_MS)


def play(page: Page) -> None:
    """The minute, from the catalogue on."""
    hand = Hand(page)
    hand.at(1.0, lambda: hand.wheel(4))
    hand.at(3.0, lambda: hand.over("main .card", 4))
    hand.at(4.0, lambda: hand.over("main .card", 5))
    hand.at(5.5, lambda: hand.wheel(-4))
    hand.at(7.0, lambda: hand.press(".filters .chip", 1))
    hand.at(9.0, lambda: hand.press(".filters .chip", 0))
    hand.at(10.5, lambda: _choose(page, "select[name=sort]", "price"))
    hand.at(13.0, lambda: hand.wheel(3))
    hand.at(15.0, lambda: hand.press("main .card-link", 3))
    hand.at(18.0, lambda: hand.wheel(2))
    hand.at(20.0, lambda: hand.press("[role=tab]", 1))
    hand.at(22.0, lambda: hand.wheel(-2))
    hand.at(23.0, lambda: hand.press("[data-add] button"))
    hand.at(27.0, lambda: hand.type("#q", "teapot"))
    hand.at(29.0, lambda: page.keyboard.press("Enter"))
    hand.at(32.0, lambda: hand.over("main .card"))
    hand.at(34.0, lambda: hand.press("header a[href='/basket']"))
    hand.at(37.0, lambda: hand.over("main a"))
    hand.at(39.0, lambda: hand.press("header a[href='/account']"))
    hand.at(42.0, lambda: hand.type("[name=name]", "Maria Meier"))
    hand.at(45.0, lambda: hand.type("[name=email]", "maria@quill.example"))
    hand.at(49.0, lambda: hand.press("[name=letter]"))
    hand.at(51.0, lambda: hand.wheel(8))
    hand.at(53.0, lambda: hand.press("[data-open-dialog]"))
    hand.at(55.0, lambda: hand.press("#newsletter button", 1))
    hand.at(57.0, lambda: hand.wheel(-5))
    hand.at(MINUTE_SECONDS, lambda: None)


def measure() -> list[Figure]:
    """What the customer's tab sends and gets, and what the console gets."""
    if not RECORDER.exists():
        raise CannotMeasure("rrweb's recorder is not there: run npm ci in bench/.")
    with both_ends() as both:
        events: list[str] = []
        customer, agent = _live(both, events)
        both.agent.mirror_frame().evaluate("() => cobrowseMirror.settled()")
        for wire in (customer, agent):
            wire.forget()
        events.clear()
        play(both.customer.page)
        up, _ = customer.assets()
        _, down = agent.assets()
    theirs = sum(_size(event) for event in events)
    packed = sum(packed_size(event) for event in events)
    everything = sum(customer.said) + up
    return [
        Figure("typical_minute_kb", everything / KB, "KB", peer="rrweb record, packed alike", peer_value=packed / KB),
        Figure("typical_minute_assets_up_kb", up / KB, "KB"),
        Figure("typical_minute_frames_up", len(customer.said), "frames", peer="rrweb's events", peer_value=len(events)),
        Figure("typical_minute_customer_down_kb", sum(customer.heard) / KB, "KB"),
        Figure("typical_minute_agent_down_kb", (sum(agent.heard) + down) / KB, "KB"),
        Figure("typical_minute_agent_frames", len(agent.heard), "frames"),
        Figure("typical_minute_rrweb_unpacked_kb", theirs / KB, "KB"),
    ]


def _live(both: BothEnds, events: list[str]) -> tuple[Wire, Wire]:
    """A live session on the catalogue, with both ends watched and rrweb's recorder in the customer's pages."""
    customer = both.new_customer(RECORDER.read_text("utf-8") + RECORD)
    customer.context.expose_binding("heard", lambda _source, event: events.append(event))
    wires = Wire(customer.page), Wire(both.agent.page)
    both.go_live("/catalogue")
    return wires


def _choose(page: Page, selector: str, value: str) -> None:
    page.locator(selector).select_option(value)


def _size(frame: str | bytes) -> int:
    return len(frame.encode() if isinstance(frame, str) else frame)


def packed_size(event: str) -> int:
    """How many bytes it is on the wire, by the rule for our own frames."""
    size = _size(event)
    if size < PACK_FROM_BYTES:
        return size
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return len(packer.compress(event.encode()) + packer.flush())


if __name__ == "__main__":
    print(table(measure()))
    sys.exit(0)
