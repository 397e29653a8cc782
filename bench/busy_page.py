"""A page that changes 5,000 times a second, in a live session with hub and mirror: `python -m bench.busy_page`.

`busy_page_frame_rate_kept_percent`: the frames the customer's page draws while it is shown, of those it draws while
the session is paused and nothing is captured; the same tab, one after the other, several times.
`busy_page_mirror_behind_ms`: by how much the clock that the page writes into itself is late in the mirror, at most;
`busy_page_mirror_behind_median_ms`: in the middle. `busy_page_longest_task_ms`: the browser's own long tasks in the
customer's page while it is shown, the page's own included; 0 where there was none of 50 ms.
`busy_page_mutations_per_second`: how often the page really changed while it was shown."""

import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import ViewportSize, sync_playwright

from bench.figures import Figure, table
from tests.chromium import ARGUMENTS, WHOLE
from tests.e2e.conftest import AGENT_SCREEN, CUSTOMER_SCREEN, KEPT
from tests.e2e.places import Place
from tests.e2e.walk import Agent, Customer, go_live

ROUNDS = 2
SECONDS = 4
KEPT_PERCENT = 90.0
BEHIND_MS = 1_000.0
TASK_MS = 50.0
# Some 20 changes every 4 ms: texts, attributes, lines that come and go and that move.
BUSY = """() => {
  const list = document.createElement('ul'); list.id = 'busy'; document.querySelector('main').prepend(list);
  const clock = document.createElement('p'); clock.id = 'clock'; list.before(clock);
  for (let n = 0; n < 300; n++) list.append(Object.assign(document.createElement('li'), { textContent: 'line ' + n }));
  let at = 0, before = performance.now();
  window.changed = () => at;
  setInterval(() => {
    clock.textContent = Date.now();
    // As many as are due, also where the timer came late; what a stop of 100 ms left undone stays undone.
    const now = performance.now(), due = Math.round(Math.min(100, now - before) * 5);
    before = now;
    for (let n = 0; n < due; n++, at++) {
      const line = list.children[(at * 7919) % list.children.length];
      if (at % 10 < 6) line.textContent = 'line ' + at;
      else if (at % 10 < 8) line.className = 'c' + at % 5;
      else if (at % 10 < 9) list.append(line);
      else line.replaceWith(Object.assign(document.createElement('li'), { textContent: 'new ' + at }));
    }
  }, 4) }"""
FRAMES = """seconds => new Promise(done => {
  let frames = 0, from = 0; const tasks = [], before = changed();
  const observer = new PerformanceObserver(list => tasks.push(...list.getEntries().map(each => each.duration)));
  observer.observe({ type: 'longtask' });
  const draw = now => {
    from ||= now;
    if (now - from < seconds * 1000) { frames++; requestAnimationFrame(draw); return; }
    setTimeout(() => { observer.disconnect();
      done({ rate: frames * 1000 / (now - from), longest: Math.max(0, ...tasks),
        changes: (changed() - before) * 1000 / (now - from) }) }, 100);
  };
  requestAnimationFrame(draw) })"""
# In the mirror page: how late the clock is, looked at as often as can be.
WATCH = """() => { window.late = []; window.watching = setInterval(() => {
  const clock = document.querySelector('iframe')?.contentDocument?.querySelector('#clock');
  if (clock) late.push(Date.now() - Number(clock.textContent)) }, 20) }"""


def measure() -> list[Figure]:
    """Rates as the mean of all rounds; the mirror and the tasks of all rounds together."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=WHOLE, args=list(ARGUMENTS), ignore_default_args=list(KEPT)
        )
        place = Place(Path(folder))
        place.start_hub()
        try:
            agent = Agent(browser.new_context(viewport=_size(AGENT_SCREEN), locale="en-GB"), place)
            customer = Customer(browser.new_context(viewport=_size(CUSTOMER_SCREEN), locale="en-GB"), place)
            return _figures(*_rounds(agent, customer))
        finally:
            browser.close()
            place.close()


def _size(screen: dict[str, int]) -> ViewportSize:
    return ViewportSize(width=screen["width"], height=screen["height"])


def _rounds(agent: Agent, customer: Customer) -> tuple[list[dict[str, float]], list[dict[str, float]], list[float]]:
    """What was drawn while shown and while paused, and how late the mirror was."""
    go_live(agent, customer, "/catalogue")
    agent.expect_heading("Catalogue")
    customer.page.evaluate(BUSY)
    shown, paused = [], []
    late: list[float] = []
    for _ in range(ROUNDS):
        agent.expect_state("live")
        agent.mirror.locator("#clock").wait_for()
        mirror: Any = agent.mirror_frame()
        mirror.evaluate(WATCH)
        shown.append(customer.page.evaluate(FRAMES, SECONDS))
        late += mirror.evaluate("() => { clearInterval(window.watching); return window.late }")
        customer.see("banner-pause").click()
        agent.expect_state("paused")
        paused.append(customer.page.evaluate(FRAMES, SECONDS))
        customer.see("banner-pause").click()
    return shown, paused, late


def _figures(shown: list[dict[str, float]], paused: list[dict[str, float]], late: list[float]) -> list[Figure]:
    def mean(runs: list[dict[str, float]], name: str) -> float:
        return statistics.mean(run[name] for run in runs)

    kept = 100 * mean(shown, "rate") / mean(paused, "rate")
    return [
        Figure("busy_page_frame_rate_kept_percent", kept, "%", KEPT_PERCENT, least=True),
        Figure("busy_page_mirror_behind_ms", max(late), "ms", BEHIND_MS),
        Figure("busy_page_mirror_behind_median_ms", statistics.median(late), "ms"),
        Figure("busy_page_longest_task_ms", max(run["longest"] for run in shown), "ms", TASK_MS),
        Figure("busy_page_mutations_per_second", mean(shown, "changes"), "/s"),
    ]


if __name__ == "__main__":
    print(table(measure()))
    sys.exit(0)
