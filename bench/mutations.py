"""What a mutation costs the customer's page while it is shown: `python -m bench.mutations`.

A page of 10,000 elements changes in batches of all kinds: texts, attributes, lines that come and lines that go.
`mutation_us`: the main thread's own CPU time (not the clock's, so that other programs count little) for capture, JSON
included, a mutation: that of the page with capture, less that of the same page with nobody looking. Beside it what
rrweb's recorder takes for the same. Every run has a fresh page; the three take turns, and the medians count."""

import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from bench.against_rrweb import BARE, EMPTY, HERE, installed
from bench.browser import Files, fresh_page
from bench.figures import Figure, table
from tests.mirror import capture_page

RECORDER = HERE / "node_modules" / "@rrweb" / "record" / "dist" / "record.umd.min.cjs"
ELEMENTS = 10_000
BATCHES = 40
A_BATCH = 100
MUTATIONS = BATCHES * A_BATCH
RUNS = 3
# The first picture is over by then, in any case.
BEGUN_MS = 1_000
# As long as is waited at most for what a batch leaves to do.
ENDED_MS = 500
NOBODY = "() => 0"
OURS = """() => {
  const back = text => setTimeout(() => shown.capture.credit(shown.capture.epoch, 1, text.length));
  const shown = probe.start({ heard: back }) }"""
THEIRS = """() => {
  window.told = 0;
  rrwebRecord.record({ emit: event => { told += JSON.stringify(event).length } }) }"""
# One batch in each 20 ms: as a page does that answers to somebody, and so that none waits for another.
CHANGES = """([batches, batch]) => new Promise(done => {
  const list = document.querySelector('ul');
  let at = 0;
  const timer = setInterval(() => {
    for (let n = 0; n < batch; n++, at++) {
      const line = list.children[(at * 7919) % list.children.length];
      if (at % 4 === 0) (line.querySelector('b') ?? line).firstChild.data = 'Lamp no ' + at;
      else if (at % 4 === 1) line.className = 'card c' + at % 5;
      else if (at % 4 === 2) list.append(Object.assign(document.createElement('li'), { textContent: 'new ' + at }));
      else line.remove();
    }
    if (!--batches) { clearInterval(timer); done() }
  }, 20) })"""


def measure() -> list[Figure]:
    """Ours, and rrweb's beside it."""
    installed()
    files: Files = {BARE: ("text/html", EMPTY)}
    with tempfile.TemporaryDirectory() as folder, capture_page.browser() as browser:
        probe = capture_page.bundle(Path(folder) / "probe.js", minified=True)
        runs = [
            [_busy_ms(browser, files, script, begin) for script, begin in _ways(probe, str(RECORDER))]
            for _ in range(RUNS)
        ]
    nobody = statistics.median(run[0] for run in runs)
    ours, theirs = ([1000 * max(0.0, run[at] - nobody) / MUTATIONS for run in runs] for at in (1, 2))
    return [
        Figure(
            "mutation_us",
            statistics.median(ours),
            "us",
            runs=ours,
            peer="rrweb's recorder",
            peer_value=statistics.median(theirs),
        )
    ]


def _ways(probe: str, recorder: str) -> tuple[tuple[str, str], ...]:
    return (probe, NOBODY), (probe, OURS), (recorder, THEIRS)


def _busy_ms(browser: Browser, files: Files, script: str, begin: str) -> float:
    """The CPU time of the page's main thread, from the first batch until all has been said."""
    with fresh_page(browser, BARE, script, elements=ELEMENTS, files=files) as page:
        meter = page.context.new_cdp_session(page)
        meter.send("Performance.enable", {"timeDomain": "threadTicks"})

        def spent() -> float:
            found = meter.send("Performance.getMetrics")["metrics"]
            return 1000 * float(next(one["value"] for one in found if one["name"] == "TaskDuration"))

        page.evaluate(begin)
        page.wait_for_timeout(BEGUN_MS)
        before = spent()
        page.evaluate(CHANGES, [BATCHES, A_BATCH])
        page.wait_for_timeout(ENDED_MS)
        return spent() - before


if __name__ == "__main__":
    print(table(measure()))
    sys.exit(0)
