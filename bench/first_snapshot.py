"""The first snapshot of made-up pages, with JSON and packing: `python -m bench.first_snapshot`.

Prints for each size the milliseconds from `start` to the last part packed, the longest task, and the bytes."""

import sys
import tempfile
from pathlib import Path

from bench.figures import Figure, table
from tests.mirror import capture_page
from tests.mirror.capture_page import Tab

BUDGETS_MS = {1_000: 15.0, 10_000: 160.0, 50_000: 800.0}
# What the browser calls a long task; it reports none that is shorter.
TASK_MS = 50.0
RUNS = 5
PAGE = """n => {
  document.body.innerHTML = ''; const list = document.createElement('ul');
  for (let i = 0; i < n / 5; i++) {
  const item = document.createElement('li'); item.className = 'card c' + i % 7; item.id = 'i' + i;
  item.innerHTML = '<a class=link href=/p/' + i + '><b>Lamp ' + i + '</b></a>'
    + '<span style="color: red">' + i * 7 + ' kr</span>'
    + '<p title="t' + i + '">A lamp for the desk, number ' + i + '.</p>'; list.append(item); }
  document.body.append(list); return document.body.offsetHeight }"""
RUN = """async () => {
  const tasks = [];
  const observer = new PerformanceObserver(list => tasks.push(...list.getEntries().map(e => e.duration)));
  observer.observe({ type: 'longtask' });
  await new Promise(done => setTimeout(done, 60));
  const { ms, bytes, parts } = await probe.timed();
  await new Promise(done => setTimeout(done, 60));
  observer.disconnect();
  return [ms, bytes, parts, Math.max(0, ...tasks)] }"""


def measure() -> list[Figure]:
    """The median of each size in milliseconds and bytes, and the longest task of all its runs."""
    with tempfile.TemporaryDirectory() as folder, capture_page.browser() as browser:
        tab = Tab(browser, capture_page.bundle(Path(folder) / "probe.js"))
        found = [figure for size, budget in BUDGETS_MS.items() for figure in _of_size(tab, size, budget)]
        tab.close()
    return found


def _of_size(tab: Tab, size: int, budget_ms: float) -> list[Figure]:
    tab.open("<!doctype html><title>t</title><body>")
    tab.run(PAGE, size)
    tab.page.wait_for_timeout(1_500)
    runs = sorted(tab.run(RUN) for _ in range(RUNS))
    ms, packed, _parts, _longest = runs[RUNS // 2]
    what = f"first snapshot, {size:,} elements"
    return [
        Figure(what, ms, "ms", budget_ms),
        Figure(f"{what}: longest task", max(run[3] for run in runs), "ms", TASK_MS),
        Figure(f"{what}: packed", packed, "bytes"),
    ]


if __name__ == "__main__":
    print(table(measure()))
    sys.exit(0)
