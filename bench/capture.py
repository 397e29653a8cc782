"""The first snapshot, with JSON and packing, as a customer's page makes it: `python -m bench.capture`.

`capture_1k_ms`, `capture_10k_ms`, `capture_50k_ms`: from the start to the last part packed, in a page of so many
elements that was just loaded: nothing is compiled, nothing cached. The browser around it is at rest.
`capture_*_longest_task_ms`: the longest time for which the page could do nothing else meanwhile, from two ears: the
browser's own long tasks (it tells of none below 50 ms), and the longest gap between two beats of a timer that beats as
often as it can. `snapshot_shop_packed_kb`: the demo shop's catalogue on the wire."""

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from bench.browser import WINDOW_REST_MS, measured
from bench.figures import Figure, table
from bench.shop import running_shop
from tests.mirror import capture_page

BARS_MS = {1_000: 15.0, 10_000: 160.0, 50_000: 800.0}
TASK_MS = 50.0
PACKED_KB = 15.0
RUNS = {1_000: 7, 10_000: 5, 50_000: 3}
TIMED = "() => probe.timed()"
# Beats by messages, since timers are clamped to 4 ms. The gap is what two beats are apart; a beat itself is free.
LONGEST = """async () => {
  let longest = 0, ended = false;
  const tasks = new PerformanceObserver(list => {
    for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
  });
  tasks.observe({ type: 'longtask' });
  const channel = new MessageChannel();
  let before = performance.now();
  channel.port1.onmessage = () => {
    const now = performance.now();
    longest = Math.max(longest, now - before);
    before = now;
    if (!ended) channel.port2.postMessage(0);
  };
  channel.port2.postMessage(0);
  await probe.timed();
  // The browser tells of a long task some time after it.
  await new Promise(done => setTimeout(done, 100));
  ended = true;
  tasks.disconnect();
  return longest }"""


def measure() -> list[Figure]:
    """Of each size the median of some runs, of the longest task the longest of all."""
    with tempfile.TemporaryDirectory() as folder, running_shop() as url, capture_page.browser() as browser:
        probe = capture_page.bundle(Path(folder) / "probe.js", minified=True)
        found = [figure for size in BARS_MS for figure in _of_size(browser, url, probe, size)]
        packed = measured(browser, f"{url}/catalogue", probe, TIMED)["bytes"]
    return [*found, Figure("snapshot_shop_packed_kb", packed / 1024, "KB", PACKED_KB)]


def _of_size(browser: Browser, url: str, probe: str, size: int) -> list[Figure]:
    name = f"capture_{size // 1000}k"

    def taken(expression: str) -> list[Any]:
        return [
            measured(browser, f"{url}/help", probe, expression, elements=size, rest_ms=WINDOW_REST_MS)
            for _ in range(RUNS[size])
        ]

    runs, longest = taken(TIMED), taken(LONGEST)
    return [
        Figure(f"{name}_ms", statistics.median(run["ms"] for run in runs), "ms", BARS_MS[size]),
        Figure(f"{name}_longest_task_ms", max(longest), "ms", TASK_MS),
        Figure(f"{name}_packed_kb", runs[0]["bytes"] / 1024, "KB"),
    ]


if __name__ == "__main__":
    print(table(measure()))
    sys.exit(0)
