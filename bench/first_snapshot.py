"""The first snapshot of made-up pages, with JSON and packing: `python -m bench.first_snapshot`.

Prints for each size the milliseconds from `start` to the last part packed, the longest task, and the bytes."""

import sys
import tempfile
from pathlib import Path

from tests.mirror import capture_page
from tests.mirror.capture_page import Tab

SIZES = (1_000, 10_000, 50_000)
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


def main() -> int:
    with tempfile.TemporaryDirectory() as folder, capture_page.browser() as browser:
        tab = Tab(browser, capture_page.bundle(Path(folder) / "probe.js"))
        print("elements        ms   longest task   packed bytes   parts")
        for size in SIZES:
            tab.open("<!doctype html><title>t</title><body>")
            tab.run(PAGE, size)
            tab.page.wait_for_timeout(1_500)
            runs = sorted(tab.run(RUN) for _ in range(RUNS))
            ms, size_bytes, parts, _ = runs[RUNS // 2]
            longest = max(run[3] for run in runs)
            print(f"{size:8}{ms:10.1f}{longest:15.0f}{size_bytes:15}{parts:8}")
        tab.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
