"""What the hub does to the first snapshot of a shop's page: `python -m bench.hub_check`.

The demo shop's catalogue is captured in Chromium by the very code of the snippet, then decoded, checked and washed as
the hub does it, many times over."""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.figures import Figure, table
from bench.shop import running_shop
from cobrowse.core.policy import Site
from cobrowse.core.protocol import Snapshot
from cobrowse.core.view import ViewCheck
from cobrowse.core.wash import wash_frame
from cobrowse.core.whitelist import OPS
from cobrowse.hub import wire
from tests.mirror import capture_page
from tests.mirror.capture_page import Tab

RUNS = 200
CHECK_MS = 2.0
START = "() => { window.P = probe.start({ policy: { show: ['#search'] } }) }"
SNAPSHOT = "() => P.sent.filter(message => message.k === 'snapshot')"


def measure() -> list[Figure]:
    """How many elements the catalogue has, and the median milliseconds of what the hub does to its snapshot."""
    with running_shop() as url:
        parts = _captured(f"{url}/catalogue")
        site = Site(id="shop", name="Shop", origins=(url,), start_url=url + "/", show=("#search",))
        texts = [json.dumps(part, ensure_ascii=False, separators=(",", ":")) for part in parts]
        messages = _decoded(texts)
        return [
            Figure("snapshot_shop_elements", sum(_elements(part["nodes"]) for part in parts), ""),
            Figure("hub_decodes_shop_snapshot_ms", _median_ms(lambda: _decoded(texts)), "ms"),
            Figure("hub_check_shop_snapshot_ms", _median_ms(lambda: _checked(site, messages)), "ms", CHECK_MS),
        ]


def _captured(url: str) -> list[dict[str, Any]]:
    """The parts of the page's first snapshot."""
    with tempfile.TemporaryDirectory() as folder, capture_page.browser() as browser:
        tab = Tab(browser, capture_page.bundle(Path(folder) / "probe.js"))
        tab.page.goto(url, wait_until="load")
        tab.run(START)
        tab.page.wait_for_function("P.last && P.quiet()")
        parts: list[dict[str, Any]] = tab.run(SNAPSHOT)
        tab.close()
    return parts


def _decoded(texts: list[str]) -> list[Snapshot]:
    said = [wire.read(wire.CUSTOMER, text, wire.CUSTOMER_FRAME_MAX_BYTES).said[0].message for text in texts]
    return [message for message in said if isinstance(message, Snapshot)]


def _checked(site: Site, messages: list[Snapshot]) -> None:
    check = ViewCheck(site)
    for message in messages:
        check.check(message)
        wash_frame(message)


def _elements(nodes: list[int]) -> int:
    """How many elements the records of a snapshot make. Elements and sheets say how long they are."""
    lengths = {OPS.text: 5, OPS.shadow: 3, OPS.document: 3, OPS.scroll: 4, OPS.focus: 2, OPS.selection: 5}
    lengths |= {OPS.rule_inserted: 4, OPS.adopt: 5}
    at = found = 0
    while at < len(nodes):
        if nodes[at] == OPS.element:
            found += 1
            at += 6 + 2 * nodes[at + 5]
        elif nodes[at] == OPS.sheet:
            at += 5 + nodes[at + 4]
        else:
            at += lengths[nodes[at]]
    return found


def _median_ms(work: Callable[[], object]) -> float:
    def once() -> float:
        before = time.perf_counter()
        work()
        return (time.perf_counter() - before) * 1000

    return statistics.median(once() for _ in range(RUNS))


if __name__ == "__main__":
    print(table(measure()))
    sys.exit(0)
