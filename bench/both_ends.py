"""A customer and an agent with the whole product between them: two real browsers, a hub and a shop.

    with both_ends() as both:
        both.go_live("/catalogue")

The customer's page is in one Chromium, the console with its mirror in another, the hub a process of its own, as
`cobrowse serve` starts it. All of it shares this machine, so what they take is more than where each has its own.

Times are of one clock, the machine's: each page finds out by how much its own time is off (`ahead`), to 0.1 ms.

"Painted" is what a page can know of it: the frame's callback (requestAnimationFrame) before which the picture had
become what it is, then one turn by a message, which comes after style, layout, paint and commit of that frame. What
the compositor then takes to put it on a screen, up to one more frame, no page is told."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.chromium import ARGUMENTS, WHOLE
from tests.e2e.conftest import AGENT_SCREEN, CUSTOMER_SCREEN, KEPT, PATIENCE_MS
from tests.e2e.places import Place
from tests.e2e.walk import Agent, Customer

# The machine's clock in milliseconds, for a page's own times: in each page and frame.
CLOCK = """
(() => {
  const start = Date.now();
  let tick;
  while ((tick = Date.now()) === start);
  const ahead = tick - performance.now();
  window.wallOf = (own) => own + ahead;
  window.wall = () => wallOf(performance.now());
})();
"""
# In the mirror page: each frame, what is shown; of each heading the times at which it was first painted at all, then
# with its stylesheets, then with the pictures that are in view.
EYES = """
if (location.pathname.startsWith("/m/")) {
  window.painted = (then) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => then(wall());
    port2.postMessage(0);
  });
  window.firsts = [];
  let seen = {};
  const inView = (image) => {
    const { top, left, bottom, right } = image.getBoundingClientRect();
    const { innerWidth, innerHeight } = image.ownerDocument.defaultView;
    return bottom > 0 && right > 0 && top < innerHeight && left < innerWidth && bottom > top;
  };
  const look = () => {
    requestAnimationFrame(look);
    const picture = document.querySelector(".fit:not([hidden]) iframe")?.contentDocument;
    const heading = picture?.querySelector("h1")?.textContent;
    if (!heading) return;
    if (seen.picture !== picture || seen.heading !== heading) firsts.push(seen = { picture, heading });
    const { port1, port2 } = new MessageChannel();
    const links = [...picture.querySelectorAll("link[rel=stylesheet]")];
    const styled = links.every((link) => link.sheet !== null);
    const pictured = styled && [...picture.images].every((image) => image.complete || !inView(image));
    const now = seen;
    port1.onmessage = () => {
      const at = wall();
      now.any ??= at;
      if (styled) now.styled ??= at;
      if (pictured) now.whole ??= at;
    };
    port2.postMessage(0);
  };
  look();
}
"""
FIRSTS = """heading => firsts.filter((each) => each.heading === heading && each.whole)
  .map(({ any, styled, whole }) => ({ any, styled, whole }))[0] ?? null"""


class BothEnds:
    """The two people, and where they are."""

    def __init__(self, playwright: Playwright, stack: ExitStack, folder: Path) -> None:
        self._stack = stack
        self.place = Place(folder)
        stack.callback(self.place.close)
        hub = self.place.hub_process()
        stack.callback(hub.kill)
        self._customers = self._browser(playwright)
        self._agents = self._browser(playwright)
        self.agent = self._agent()
        self.customer = self.new_customer()

    def _browser(self, playwright: Playwright) -> Browser:
        browser = playwright.chromium.launch(
            executable_path=WHOLE, args=list(ARGUMENTS), ignore_default_args=list(KEPT)
        )
        self._stack.callback(browser.close)
        return browser

    def _agent(self) -> Agent:
        context = self._agents.new_context(viewport=AGENT_SCREEN, locale="en-GB")  # type: ignore[arg-type]  # of ints
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(CLOCK + EYES)
        agent = Agent(context, self.place)
        agent.sign_in()
        return agent

    def new_customer(self, script: str = "") -> Customer:
        """One whose browser has nothing of the site or the hub yet, in the place of the one before."""
        if hasattr(self, "customer"):
            self.customer.context.close()
        context = self._customers.new_context(viewport=CUSTOMER_SCREEN, locale="en-GB")  # type: ignore[arg-type]  # of ints
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(CLOCK + script)
        self.customer = Customer(context, self.place)
        return self.customer

    def ask(self, path: str) -> str:
        """From a new session to where the customer, on `path`, is asked; the two digits."""
        code = self.agent.new_session()
        self.customer.open(path)
        self.customer.page.evaluate("cobrowse.open()")
        self.customer.type_code(code)
        digits = self.customer.digits()
        expect(self.customer.see("consent-allow")).to_be_enabled()
        return digits

    def go_live(self, path: str) -> None:
        """The customer is on `path`, and the agent sees it."""
        digits = self.ask(path)
        self.customer.allow()
        self.agent.confirm(digits)
        self.agent.expect_state("live")
        heading = self.customer.page.locator("h1").first.inner_text()
        self.agent.expect_heading(heading)

    def first_painted(self, heading: str) -> dict[str, float]:
        """When a picture with this heading was first painted in the mirror, by the machine's clock in ms: `any` how,
        `styled` with its stylesheets, `whole` with the pictures in view, too. Waits for it."""
        frame = self.agent.mirror_frame()
        found: dict[str, float] = frame.wait_for_function(FIRSTS, arg=heading).json_value()
        return found

    def end_session(self) -> None:
        """The agent ends it, and could begin another."""
        self.agent.end()
        self.agent.page.get_by_test_id("back-to-start").click()


@contextmanager
def both_ends() -> Iterator[BothEnds]:
    """Both, and all they need, until the end."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        playwright = stack.enter_context(sync_playwright())
        yield BothEnds(playwright, stack, Path(folder))


def percentiles(values: list[float]) -> tuple[float, float]:
    """p50 and p95, as the value of the run that has so many before it."""
    ordered = sorted(values)
    return tuple(ordered[min(len(ordered) - 1, int(len(ordered) * part))] for part in (0.5, 0.95))  # type: ignore[return-value]  # two
