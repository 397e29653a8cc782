"""From a change in the customer's page to when it is painted in the mirror: `python -m bench.change_to_paint`.

The demo shop's catalogue and account, in a live session (bench/both_ends.py). One change every 50 to 100 ms, at odd
times (of a fixed seed), four kinds in turns: a text, an attribute, an element put in in the place of the one before,
the page scrolled. Each has a name of its own by which it is known in the mirror: a text or title with its number, a
place scrolled to. The time is taken just before the page's script makes the change; what the browser itself waits
before it tells of a scroll counts. At the other end a MutationObserver (or a scroll listener) in the mirror's frame
knows it, then the next frame is waited for, and one turn more: painted, as bench/both_ends.py says.

`change_to_paint_*` are of all changes, `change_to_paint_text_p95_ms` and so on of one kind."""

import random
import sys

from bench.both_ends import BothEnds, both_ends, percentiles
from bench.figures import Figure, table
from bench.ground import CannotMeasure

PAGES = {"/catalogue": "Catalogue", "/account": "Your account"}
CHANGES_PER_PAGE = 112
APART_MS = (50.0, 100.0)
SEED = 6
BUDGET_MS = 80.0
KINDS = ("text", "attribute", "insertion", "scroll")
# A later change of the same kind may come before the earlier one was sent: on a machine with much else to do.
MOST_LOST = 0.05
CHANGE = """async ({ waits, kinds }) => {
  const heading = document.querySelector("h1"), main = document.querySelector("main");
  const made = new Map();
  let put = null;
  const ways = {
    text: (n) => { heading.textContent = `text ${n}`; return `text ${n}`; },
    attribute: (n) => { main.title = `attribute ${n}`; return `attribute ${n}`; },
    insertion: (n) => {
      const fresh = document.createElement("p");
      fresh.textContent = `insertion ${n}`;
      if (put) put.replaceWith(fresh); else heading.after(fresh);
      put = fresh;
      return fresh.textContent;
    },
    scroll: (n) => {
      const y = n % 8 < 4 ? 10 + n : 300 - n;
      scrollTo({ top: y, behavior: "instant" });
      return `scroll ${y}`;
    },
  };
  for (const [n, wait] of waits.entries()) {
    await new Promise((done) => setTimeout(done, wait));
    const at = wall();
    made.set(ways[kinds[n % kinds.length]](n), at);
  }
  await new Promise((done) => setTimeout(done, 500));
  put.remove();
  return [...made];
}"""
WATCH = """() => {
  const picture = document.querySelector("iframe").contentDocument;
  const seen = window.seen = new Map();
  const note = (what) => painted((at) => seen.has(what) || seen.set(what, at));
  const named = /^(text|attribute|insertion) \\d+$/;
  const notice = (text) => text && named.test(text) && note(text);
  window.watching = new MutationObserver((records) => {
    for (const { type, target, addedNodes, attributeName } of records) {
      if (type === "characterData") notice(target.data);
      else if (type === "attributes") attributeName === "title" && notice(target.title);
      else for (const node of addedNodes) notice(node.textContent);
    }
  });
  watching.observe(picture, { subtree: true, childList: true, characterData: true, attributes: true });
  picture.addEventListener("scroll", () => note(`scroll ${picture.defaultView.scrollY}`));
}"""


def measure() -> list[Figure]:
    """p50 and p95 of all changes, and p95 of each kind."""
    with both_ends() as both:
        both.go_live(next(iter(PAGES)))
        delays: dict[str, list[float]] = {kind: [] for kind in KINDS}
        rng = random.Random(SEED)  # noqa: S311  # nothing secret
        for path in PAGES:
            for kind, delay in _on(both, path, rng):
                delays[kind].append(delay)
    every = [delay for kind in KINDS for delay in delays[kind]]
    p50, p95 = percentiles(every)
    return [
        Figure("change_to_paint_p50_ms", p50, "ms"),
        Figure("change_to_paint_p95_ms", p95, "ms", BUDGET_MS, runs=every),
        *(Figure(f"change_to_paint_{kind}_p95_ms", percentiles(delays[kind])[1], "ms") for kind in KINDS),
    ]


def _on(both: BothEnds, path: str, rng: random.Random) -> list[tuple[str, float]]:
    """The kind and the delay of each change on this page that was seen."""
    both.customer.open(path)
    both.agent.expect_heading(PAGES[path])
    frame = both.agent.mirror_frame()
    frame.evaluate("() => cobrowseMirror.settled()")
    frame.evaluate(WATCH)
    waits = [rng.uniform(*APART_MS) for _ in range(CHANGES_PER_PAGE)]
    made: list[tuple[str, float]] = both.customer.page.evaluate(CHANGE, {"waits": waits, "kinds": KINDS})
    seen: dict[str, float] = dict(frame.evaluate("() => [...seen]"))
    lost = [what for what, _at in made if what not in seen]
    if len(lost) > len(made) * MOST_LOST:
        raise CannotMeasure(f"{len(lost)} of {len(made)} changes were never seen by themselves: this machine is busy.")
    return [(what.split()[0], seen[what] - at) for what, at in made if what in seen]


if __name__ == "__main__":
    print(table(measure()))
    sys.exit(0)
