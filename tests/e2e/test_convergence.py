"""P8: the mirror equals the masked page, whatever the page does and whatever happens on the way."""

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page
from redis import Redis

from tests.chromium import ENGINE
from tests.e2e.conftest import AGENT_SCREEN, CUSTOMER_SCREEN, NewContext
from tests.e2e.converge import explain
from tests.e2e.faulty import FaultyPlace
from tests.e2e.walk import Agent, Customer, go_live
from tests.mirror.capture_page import bundle
from tests.redis_servers.one import RedisServer

BROWSER = ENGINE
MUTATE = Path(__file__).with_name("mutate.js").read_text(encoding="utf-8")
SEED = 20261122
STEPS = 10_000
EVERY = 100
# After a fault a new connection, a seat and a picture have to be got first. Never waited for where all goes well.
EQUAL_WITHIN_SECONDS = 40.0
LOOK_AGAIN_MS = 40
RESUMED_WITHIN_MS = 20_000
# As the site's table has it.
POLICY = {"mask": [".order-number"], "show": ["#search"]}
CLASSES = {"masked": "order-number", "hidden": "hid", "shown": "search", "still": "still"}
# Makes the changes from one number to another, with pauses in which frames leave.
RUN = """([from, to]) => {
  const pause = ms => new Promise(done => setTimeout(done, ms));
  window.changing = (async () => {
    for (let n = from; n < to; n++) {
      M.step(n);
      if (n % 9) continue;
      await pause(n % 4 * 8);
      M.calm();
    }
    M.calm();
  })();
}"""
# What changes without an event is looked for once a second; here it is told, so that nobody waits for that.
NUDGE = "() => document.dispatchEvent(new Event('change'))"


def digest(page: Page) -> str:
    found: str = page.evaluate("window.cobrowse.digest()")
    return found


def resume(agent: Agent, customer: Customer) -> None:
    """Go on where the session has paused itself: what comes on top of the page over and over hides the banner (P6)."""
    state = agent.page.get_by_test_id("session-state")
    if state.count() and state.get_attribute("data-state") == "paused":
        customer.see("banner-pause").click()
        agent.expect_state("live", RESUMED_WITHIN_MS)


def mirror_digest(agent: Agent) -> str | None:
    """Of what the agent sees; None while she sees nothing, or her page is being loaded."""
    try:
        shown: str = agent.mirror_frame().evaluate("() => window.cobrowseMirror?.digest()")
    except Error:
        return None
    return shown or None


def expect_equal(agent: Agent, customer: Customer, what: str = "") -> None:
    """The two digests meet."""
    until = time.monotonic() + EQUAL_WITHIN_SECONDS
    while time.monotonic() < until:
        if mirror_digest(agent) == digest(customer.page):
            return
        resume(agent, customer)
        customer.page.wait_for_timeout(LOOK_AGAIN_MS)
    raise AssertionError(f"the mirror differs from the page {what}\n{_difference(agent, customer)}")


def _difference(agent: Agent, customer: Customer) -> str:
    """What differs. The snippet tells only a digest: a capture of our own says what it is of."""
    frame = agent.mirror_frame()
    state = agent.page.get_by_test_id("session-state").get_attribute("data-state")
    epoch, seq, shown = frame.evaluate("() => [cobrowseMirror.epoch, cobrowseMirror.seq, cobrowseMirror.canonical()]")
    with tempfile.TemporaryDirectory() as folder:
        customer.page.evaluate("() => {" + Path(bundle(Path(folder) / "capture.js")).read_text() + "}")
    customer.page.evaluate("policy => { window.P = probe.start({ policy }) }", POLICY)
    # Long enough for the sizes of placeholders.
    customer.page.wait_for_timeout(1_000)
    wanted = customer.page.evaluate("P.canonical()")
    return f"session {state}, epoch {epoch}, seq {seq}\n{explain({'wanted': wanted, 'shown': shown})}"


@pytest.fixture
def faulty(tmp_path: Path, redis_server: RedisServer) -> Iterator[FaultyPlace]:
    with Redis.from_url(redis_server.url) as client:
        client.flushall()
    made = FaultyPlace(tmp_path, redis_server.url)
    yield made
    made.close()


@pytest.mark.redis
def test_10_000_random_changes_with_faults(faulty: FaultyPlace, new_context: NewContext) -> None:
    agent = Agent(new_context(viewport=AGENT_SCREEN, locale="en-GB"), faulty)
    customer = Customer(new_context(viewport=CUSTOMER_SCREEN, locale="en-GB", bypass_csp=True), faulty)
    go_live(agent, customer, "/catalogue")
    expect_equal(agent, customer)
    customer.page.evaluate(f"() => {{ {MUTATE} }}")
    given = {"seed": SEED, "root": "main", "classes": CLASSES}
    customer.page.evaluate("given => { window.M = mutator(given) }", given)
    faults: dict[int, Callable[[], object]] = {
        10: lambda: faulty.cut("/ws/customer"),
        22: lambda: faulty.cut("/ws/agent"),
        44: faulty.kill_customers_hub,
        57: agent.page.reload,
        79: lambda: faulty.cut("/ws/"),
        90: faulty.kill_customers_hub,
    }
    # Of these dice the first two fall on a double and a loss.
    lossy = {31: (4, 0.2, 0.2), 68: (4, 0.05, 0.5)}
    moments = random.Random(SEED)  # noqa: S311 (not for secrets)
    for at in range(STEPS // EVERY):
        if at in lossy:
            faulty.bus.lose(*lossy[at])
        customer.page.evaluate(RUN, [at * EVERY, (at + 1) * EVERY])
        if at in faults:
            customer.page.wait_for_timeout(moments.randrange(100))
            faults[at]()
        customer.page.evaluate("changing")
        faulty.bus.mend()
        customer.page.evaluate(NUDGE)
        expect_equal(agent, customer, f"after step {(at + 1) * EVERY} of seed {SEED}")
    assert faulty.bus.lost + faulty.bus.doubled > 0
    kinds, counts = customer.page.evaluate("[M.names, M.counts]")
    assert set(counts) == set(kinds), "every kind of change was made"
    # The shop's own element bears no other document.
    assert [error for error in customer.errors if "Sharing constructed stylesheets" not in error] == []
    assert agent.foreign_requests() == []


@pytest.mark.parametrize("path", ["/", "/account", "/product/5", "/help", "/search?q=walnut"])
def test_every_page_of_the_shop(agent: Agent, customer: Customer, path: str) -> None:
    go_live(agent, customer, path)
    expect_equal(agent, customer)


def test_a_filter_that_makes_the_list_anew(agent: Agent, customer: Customer) -> None:
    go_live(agent, customer, "/catalogue")
    for name in ("Kitchen", "On the way", "Everything"):
        customer.page.locator(".chip", has_text=name).click()
    customer.page.get_by_label("Sort by").select_option("price")
    expect_equal(agent, customer)
