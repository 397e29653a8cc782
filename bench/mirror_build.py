"""How long the agent's browser takes to build a picture, and can do nothing else: `python -m bench.mirror_build`.

The parts of a snapshot, as capture made them of a page (the demo shop's catalogue; lists of so many elements), are
given at once to the mirror page that a hub serves, framed by a stand-in for the console.

`mirror_build_*_ms`: from then until the picture is painted, stylesheets included; bench/both_ends.py says what that
is. `mirror_build_*_longest_task_ms`: the longest time for which the mirror page could do nothing else meanwhile, style
and layout by the browser included, by the gap between two beats of a timer that beats as often as it can. The mirror is
of another site than the console and so has a process of its own: whatever it takes, the console does not stop.

`mirror_build_vs_rrweb_*_ratio`: the same page by rrweb-snapshot's `rebuild`, into a frame of the same size, in turns.
It is given what its own `snapshot` made of the page, with default options."""

import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, BrowserContext, Route

from bench.against_rrweb import installed
from bench.both_ends import CLOCK
from bench.browser import fresh_page
from bench.figures import Figure, compared, table
from bench.shop import running_shop
from cobrowse.core.tokens import MirrorToken, Tokens
from cobrowse.demo.shop import STATIC
from tests.e2e.places import Place
from tests.mirror import capture_page

RUNS = {"shop": 3, "1k": 3, "10k": 2, "50k": 1}
ELEMENTS = {"shop": 0, "1k": 1_000, "10k": 10_000, "50k": 50_000}
SCREEN = {"width": 1100, "height": 760}
FAR = 4e9
# In the place of the console.
STAND_IN = """() => {
  const frame = document.createElement("iframe");
  frame.id = "mirror";
  frame.sandbox = "allow-scripts allow-same-origin";
  frame.style = "width:1100px;height:760px;border:0";
  document.body.replaceChildren(frame);
}"""
# A beat by messages, since timers are clamped.
BEATS = """
  let longest = 0, before = performance.now();
  const { port1, port2 } = new MessageChannel();
  const beat = () => { const now = performance.now(); longest = Math.max(longest, now - before); before = now; };
  port1.onmessage = () => { beat(); port2.postMessage(0); };
  port2.postMessage(0);
"""
PAINTED = """
  const painted = (then) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = then;
    port2.postMessage(0);
  });
"""
# In the mirror page: when the picture is painted with its stylesheets.
BUILT = f"""() => {{ {BEATS} {PAINTED}
  window.built = new Promise((done) => {{
    const look = () => {{
      const picture = document.querySelector(".fit:not([hidden]) iframe")?.contentDocument;
      const links = [...picture?.querySelectorAll("link[rel=stylesheet]") ?? []];
      if (!picture || links.some((link) => link.sheet === null)) return void requestAnimationFrame(look);
      painted(() => {{ beat(); done({{ at: wall(), longest }}); port1.close(); }});
    }};
    requestAnimationFrame(look);
  }});
}}"""
FEED = """([origin, messages]) => {
  const at = wall();
  for (const message of messages) mirror.contentWindow.postMessage({ k: "view", message }, origin);
  return at;
}"""
THEIRS = f"""(snapshot) => {{ {BEATS} {PAINTED}
  const doc = mirror.contentDocument, at = wall();
  rrwebSnapshot.rebuild(snapshot, {{
    doc,
    cache: rrwebSnapshot.createCache(),
    mirror: rrwebSnapshot.createMirror(),
    UNSAFE_allowUnprotectedRebuild: true,
  }});
  return new Promise((done) => painted(() => {{ beat(); done({{ ms: wall() - at, longest }}); port1.close(); }}));
}}"""


class Made(NamedTuple):
    """What capture and rrweb made of one page."""

    parts: list[dict[str, Any]]
    theirs: dict[str, Any]


class Stage:
    """The agent's browser, and a hub that serves the mirror page."""

    def __init__(self, browser: Browser, place: Place, rrweb: str) -> None:
        self._browser = browser
        self._place = place
        self._rrweb = rrweb
        keys = place.mapping["hub"]["secret_keys"]
        token = Tokens(keys).sign(MirrorToken(session="none"), FAR)
        self._address = f"{place.mirror_url}/m/{token}/"

    def ours(self, parts: list[dict[str, Any]]) -> tuple[float, float]:
        """How long it takes until it is painted, and the longest task, in ms."""
        with self._console() as context:
            page = context.new_page()
            page.goto(f"{self._place.hub_url}/")
            page.evaluate(STAND_IN)
            page.evaluate("(address) => { mirror.src = address }", self._address)
            frame = page.wait_for_selector("#mirror").content_frame()  # type: ignore[union-attr]  # it is there
            assert frame is not None
            frame.wait_for_function("window.cobrowseMirror")
            origin = self._place.mirror_url
            page.evaluate("origin => mirror.contentWindow.postMessage({ k: 'live' }, origin)", origin)
            frame.wait_for_selector(".stage[data-waiting=true]")
            frame.evaluate(BUILT)
            began: float = page.evaluate(FEED, [origin, parts])
            built = frame.evaluate("() => built")
            return built["at"] - began, built["longest"]

    def theirs(self, snapshot: dict[str, Any]) -> tuple[float, float]:
        """The same of rrweb's, in a frame of its own page."""
        with self._console() as context:
            page = context.new_page()
            page.goto(f"{self._place.hub_url}/")
            page.evaluate(STAND_IN)
            page.evaluate("() => { mirror.src = 'about:blank' }")
            page.add_script_tag(path=self._rrweb)
            built = page.evaluate(THEIRS, snapshot)
            return built["ms"], built["longest"]

    @contextmanager
    def _console(self) -> Iterator[BrowserContext]:
        context = self._browser.new_context(viewport=SCREEN, bypass_csp=True)  # type: ignore[arg-type]  # of ints
        context.add_init_script(CLOCK)
        context.route("**/m/*/a/*", _asset)
        context.route("**/static/pictures/*", _asset)
        try:
            yield context
        finally:
            context.close()


def measure() -> list[Figure]:
    """Of each page the median of some runs, of the longest task the longest of all, and the ratio to rrweb's."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(running_shop())
        browser = stack.enter_context(capture_page.browser())
        place = Place(folder)
        stack.callback(place.close)
        stack.callback(place.hub_process().kill)
        probe = capture_page.bundle(folder / "probe.js", minified=True)
        stage = Stage(browser, place, installed())
        return [figure for name in RUNS for figure in _of(stage, name, _made(browser, url, probe, name))]


def _of(stage: Stage, name: str, made: Made) -> list[Figure]:
    ours, theirs = [], []
    for _ in range(RUNS[name]):
        ours.append(stage.ours(made.parts))
        theirs.append(stage.theirs(made.theirs))
    times = [ms for ms, _ in ours]
    return [
        Figure(f"mirror_build_{name}_ms", statistics.median(times), "ms", runs=times),
        Figure(f"mirror_build_{name}_longest_task_ms", max(longest for _, longest in ours), "ms"),
        compared(
            f"mirror_build_vs_rrweb_{name}_ratio", times, [ms for ms, _ in theirs], peer="rrweb rebuild", unit="ms"
        ),
    ]


def _made(browser: Browser, url: str, probe: str, name: str) -> Made:
    path = "/help" if ELEMENTS[name] else "/catalogue"
    with fresh_page(browser, f"{url}{path}", probe, installed(), elements=ELEMENTS[name]) as page:
        page.evaluate("() => { window.P = probe.start({ credit: true }) }")
        page.wait_for_function("P.failures.length || (P.last && P.quiet())")
        parts = page.evaluate("P.sent.filter((each) => each.k === 'snapshot')")
        return Made(parts, page.evaluate("rrwebSnapshot.snapshot(document)"))


def _asset(route: Route) -> None:
    """The shop's own stylesheet, and one picture for all."""
    if route.request.resource_type == "stylesheet":
        route.fulfill(content_type="text/css", body=(STATIC / "shop.css").read_text("utf-8"))
    else:
        route.fulfill(content_type="image/svg+xml", body=(STATIC / "favicon.svg").read_text("utf-8"))


if __name__ == "__main__":
    print(table(measure()))
    sys.exit(0)
