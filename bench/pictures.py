"""First snapshots of real pages, captured in Chromium by the very code of the snippet, and as they are on the wire."""

import json
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from bench.browser import MADE
from bench.shop import running_shop
from tests.mirror import capture_page
from tests.mirror.capture_page import Tab

# How many elements a made page needs for a snapshot of about that size, before packing.
SIZES = {"40kb": 870, "1mb": 20_400}
START = "() => { window.P = probe.start({ policy: { show: ['#search'] } }) }"
SNAPSHOT = "() => P.sent.filter(message => message.k === 'snapshot')"
# What browsers' CompressionStream does.
PACKING_LEVEL = 6
RAW = -15
Part = dict[str, Any]


class Pictures:
    """Takes pictures of a shop that runs at `url`."""

    def __init__(self, url: str, browser: Browser, probe: str) -> None:
        self.url = url
        self._browser = browser
        self._probe = probe

    def shop(self) -> list[Part]:
        """The parts of the demo shop's catalogue."""
        return self._taken("/catalogue", 0)

    def of_size(self, size: str) -> list[Part]:
        """The parts of a list of products that is about so large, a key of `SIZES`."""
        return self._taken("/help", SIZES[size])

    def _taken(self, path: str, elements: int) -> list[Part]:
        tab = Tab(self._browser, self._probe)
        try:
            tab.page.goto(self.url + path, wait_until="load")
            if elements:
                tab.run(MADE, elements)
            tab.run(START)
            tab.page.wait_for_function("P.last && P.quiet()")
            parts: list[Part] = tab.run(SNAPSHOT)
            return parts
        finally:
            tab.close()


@contextmanager
def taking_pictures() -> Iterator[Pictures]:
    """The shop, a browser, and the snippet's capture."""
    with tempfile.TemporaryDirectory() as folder, running_shop() as url, capture_page.browser() as browser:
        yield Pictures(url, browser, capture_page.bundle(Path(folder) / "probe.js"))


def as_text(part: Mapping[str, Any]) -> str:
    """One part as JSON."""
    return json.dumps(part, ensure_ascii=False, separators=(",", ":"))


def packed(text: str) -> bytes:
    """The same as a binary frame."""
    packer = zlib.compressobj(PACKING_LEVEL, wbits=RAW)
    return packer.compress(text.encode()) + packer.flush()


def kilobytes(parts: list[Part]) -> float:
    """How large they are together, before packing."""
    return sum(len(as_text(part).encode()) for part in parts) / 1024
