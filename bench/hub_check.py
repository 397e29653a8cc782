"""What the hub does to the first snapshot of a page: `python -m bench.hub_check`.

The demo shop's catalogue and lists of products of about 40 KB and 1 MB are captured in Chromium by the very code of the
snippet; then decoded, checked and washed part by part as the hub does it, many times over."""

import statistics
import sys
import time
from collections.abc import Callable, Sequence

from bench.figures import Figure, table
from bench.pictures import SIZES, Part, as_text, kilobytes, taking_pictures
from cobrowse.core.policy import Site
from cobrowse.core.protocol import Snapshot
from cobrowse.core.view import ViewCheck
from cobrowse.core.wash import Washer
from cobrowse.core.whitelist import OPS
from cobrowse.hub import wire

# As many as fit, but never fewer than a median needs.
RUNS, LEAST_RUNS = 200, 15
SECONDS = 1.5
CHECK_MS = 2.0
SHOP = "shop"


def measure() -> list[Figure]:
    """Of each page its size, and the median milliseconds of what the hub does to all parts of its snapshot."""
    with taking_pictures() as pictures:
        pages = {SHOP: pictures.shop(), **{size: pictures.of_size(size) for size in SIZES}}
        url = pictures.url
    site = Site(id="shop", name="Shop", origins=(url,), start_url=url + "/", show=("#search",))
    return [figure for name, parts in pages.items() for figure in _of_page(name, parts, site)]


def _of_page(name: str, parts: Sequence[Part], site: Site) -> list[Figure]:
    texts = [as_text(part) for part in parts]
    messages = _decoded(texts)
    decoding = _times_ms(lambda: _decoded(texts))
    checking = _times_ms(lambda: _checked(site, messages))
    budget = CHECK_MS if name == SHOP else None
    return [
        Figure(f"snapshot_{name}_elements", sum(_elements(part["nodes"]) for part in parts), ""),
        Figure(f"snapshot_{name}_kb", kilobytes(list(parts)), "KB"),
        Figure(f"hub_decodes_{name}_snapshot_ms", statistics.median(decoding), "ms", runs=decoding),
        Figure(f"hub_check_{name}_snapshot_ms", statistics.median(checking), "ms", budget, runs=checking),
    ]


def _decoded(texts: list[str]) -> list[Snapshot]:
    said = [wire.read(wire.CUSTOMER, text, wire.CUSTOMER_FRAME_MAX_BYTES).said[0].message for text in texts]
    return [message for message in said if isinstance(message, Snapshot)]


def _checked(site: Site, messages: list[Snapshot]) -> None:
    check, washer = ViewCheck(site), Washer()
    for message in messages:
        check.check(message)
        washer.frame(message)


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


def _times_ms(work: Callable[[], object]) -> list[float]:
    until, found = time.monotonic() + SECONDS, list[float]()
    while len(found) < LEAST_RUNS or (len(found) < RUNS and time.monotonic() < until):
        before = time.perf_counter()
        work()
        found.append((time.perf_counter() - before) * 1000)
    return found


if __name__ == "__main__":
    print(table(measure()))
    sys.exit(0)
