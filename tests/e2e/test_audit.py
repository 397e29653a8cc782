"""What a real walk leaves in the audit trail, and what not."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import expect

from cobrowse.core.audit import AuditLine, verify
from cobrowse.store.opening import open_store
from tests.chromium import ENGINE
from tests.e2e.places import Place
from tests.e2e.walk import Agent, Customer, go_live, take_control

BROWSER = ENGINE
SEARCHED = "canary-wine-glasses"


def trail_of(place: Place) -> list[AuditLine]:
    """The one trail there is."""

    async def read() -> list[AuditLine]:
        async with open_store(place.settings.hub.store.reveal(), exclusive=False) as stores:
            [trail] = await stores.sessions.trails()
            lines = await stores.sessions.read_audit(trail.session)
            assert verify(trail.session, lines, place.settings.audit_keys) is None
            return lines

    # In a thread: Playwright's own loop runs in this one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, read()).result()


def counts_of(lines: list[AuditLine]) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in lines:
        if line.kind == "counted":
            for name, times in (pair.split("=") for pair in line.detail.split(" ")):
                found[name] = found.get(name, 0) + int(times)
    return found


def test_a_walk_is_told_without_anything_that_stood_on_the_pages(
    place: Place, agent: Agent, customer: Customer
) -> None:
    go_live(agent, customer, "/")
    take_control(agent, customer)
    agent.press("#menu a")
    customer.expect_heading("Catalogue")
    agent.expect_heading("Catalogue")
    customer.page.goto(f"{place.shop_url}/search?q={SEARCHED}")
    agent.expect_state("live")
    agent.expect_address(f"/search?q={SEARCHED}")
    agent.end()
    expect(customer.see("receipt")).to_be_visible()
    place.stop_hub()

    lines = trail_of(place)
    kinds = [line.kind for line in lines]
    assert kinds[:3] == ["created", "agent_seated", "claimed"]
    assert kinds[-1] in ("ended", "counted")
    pages = [line.detail for line in lines if line.kind == "page"]
    # The session comes about on the help page, which may be shown before the customer goes on.
    assert pages[-3:] == [f"{place.shop_url}{path}" for path in ("/", "/catalogue", "/search")]
    assert pages[:-3] in ([], [f"{place.shop_url}/help"])
    counts = counts_of(lines)
    assert counts["asked:click"] == 1
    assert counts["act:click:link:started"] == 1
    said = " ".join(f"{line.kind} {line.detail}" for line in lines).lower()
    words = (SEARCHED, "things that last", "teapot", "example shop", place.hub_url)
    assert [word for word in words if word in said] == []
