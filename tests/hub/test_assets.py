"""The asset relay: GET, ask, PUT, over up to four hubs; and everything that is refused."""

import asyncio

import pytest

from cobrowse.core.errors import BadInput, BadToken, CobrowseError, NotAllowed, NotFound, TooMany
from cobrowse.core.protocol import AssetMissed, AssetRefused, AssetWanted, Bye, Pause, Stop
from cobrowse.core.tokens import AssetTicket, CustomerToken
from cobrowse.hub import assets
from cobrowse.hub.hub import Hub
from cobrowse.store.base import Asset
from tests.hub.peers import Agent, Customer
from tests.hub.world import World

PNG = b"\x89PNG\r\n\x1a\n and so on"
CSS = b"body { background: url(a/2) }".replace(b"url(a/2)", b'url("a/2")')


class Hubs:
    """Which hub does what."""

    def __init__(self, agent: Hub, customer: Hub, get: Hub, put: Hub) -> None:
        self.agent, self.customer, self.get, self.put = agent, customer, get, put


@pytest.fixture(params=["all on one", "GET elsewhere", "PUT elsewhere", "four hubs"])
async def hubs(request: pytest.FixtureRequest, world: World, hub: Hub) -> Hubs:
    if request.param == "all on one":
        return Hubs(hub, hub, hub, hub)
    if request.param == "GET elsewhere":
        return Hubs(hub, hub, await world.hub(), hub)
    if request.param == "PUT elsewhere":
        return Hubs(hub, hub, hub, await world.hub())
    return Hubs(hub, await world.hub(), await world.hub(), await world.hub())


def ask(hub: Hub, customer: Customer, n: int = 1, destination: str = "") -> "asyncio.Task[Asset]":
    return asyncio.create_task(hub.asset(customer.joined.session, n, destination))


async def assert_missing(asking: "asyncio.Task[Asset]", code: str) -> None:
    with pytest.raises(NotFound) as caught:
        await asyncio.wait_for(asking, 30)
    assert caught.value.code == code


async def assert_put_refused(
    hub: Hub, error: type[CobrowseError], code: str, token: str, ticket: str, n: int, body: bytes = PNG
) -> None:
    with pytest.raises(error) as caught:
        await hub.put_asset(token, ticket, n, body)
    assert caught.value.code == code


async def test_an_asset_comes_from_the_tab_and_is_asked_for_once(world: World, hubs: Hubs) -> None:
    _, customer = await world.live(hubs.agent, hubs.customer)
    first, second = ask(hubs.get, customer, destination="image"), ask(hubs.get, customer)
    wanted = await customer.hear(AssetWanted)
    assert wanted.n == 1
    await hubs.put.put_asset(customer.token, wanted.ticket, 1, PNG)
    expected = Asset("image/png", PNG)
    assert await asyncio.wait_for(first, 5) == await asyncio.wait_for(second, 5) == expected
    assert [m for m in customer.hear_waiting() if isinstance(m, AssetWanted)] == []


async def test_a_hub_that_has_a_peer_keeps_it(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    asking = ask(hub, customer)
    wanted = await customer.hear(AssetWanted)
    await hub.put_asset(customer.token, wanted.ticket, 1, CSS)
    assert (await asking).media_type == "text/css"
    assert (await hub.asset(customer.joined.session, 1, "style")).data == CSS
    assert hub.stats()["assets_asked"] == 1
    assert hub.stats()["assets_bytes"] == len(CSS)
    with pytest.raises(NotFound) as caught:
        await hub.asset(customer.joined.session, 1, "image")
    assert caught.value.code == "asset_type"


async def test_a_tab_may_refuse_and_say_why(world: World, hubs: Hubs) -> None:
    _, customer = await world.live(hubs.agent, hubs.customer)
    for reason, code in (("no_store", "no_store"), ("<b>!", "refused")):
        asking = ask(hubs.get, customer)
        await customer.hear(AssetWanted)
        customer.say(AssetRefused(n=1, reason=reason))
        await assert_missing(asking, code)


async def test_a_tab_that_says_nothing_is_not_waited_for_for_ever(world: World, hubs: Hubs) -> None:
    _, customer = await world.live(hubs.agent, hubs.customer)
    asking = ask(hubs.get, customer)
    wanted = await customer.hear(AssetWanted)
    await world.clock.advance(assets.ASSET_WAIT_SECONDS)
    await assert_missing(asking, "asset_timeout")
    await world.clock.advance(assets.TICKET_SECONDS - assets.ASSET_WAIT_SECONDS)
    if hubs.get is hubs.put:
        await assert_put_refused(hubs.put, NotAllowed, "not_asked", customer.token, wanted.ticket, 1)


async def wanted_too_long(world: World, hub: Hub) -> tuple[Customer, AssetWanted]:
    """A mirror waited for an asset in vain, and its ticket still holds."""
    _, customer = await world.live(hub)
    asking = ask(hub, customer)
    wanted = await customer.hear(AssetWanted)
    await world.clock.advance(assets.ASSET_WAIT_SECONDS)
    await assert_missing(asking, "asset_timeout")
    return customer, wanted


async def test_what_comes_too_late_is_there_for_who_asks_again(world: World, hub: Hub) -> None:
    """A tab on a slow line takes longer than a mirror waits; what it brings within its ticket's time is kept, once."""
    customer, wanted = await wanted_too_long(world, hub)
    await world.clock.advance(assets.TICKET_SECONDS - assets.ASSET_WAIT_SECONDS - 1)
    await hub.put_asset(customer.token, wanted.ticket, 1, CSS)
    await assert_put_refused(hub, NotAllowed, "not_asked", customer.token, wanted.ticket, 1)
    assert (await hub.asset(customer.joined.session, 1, "style")).data == CSS
    assert hub.stats()["assets_asked"] == 1


async def test_what_comes_too_late_for_a_page_that_is_gone_is_not_taken(world: World, hub: Hub) -> None:
    customer, wanted = await wanted_too_long(world, hub)
    hub.assets.leave_page(customer.joined.session)
    await assert_put_refused(hub, NotAllowed, "not_asked", customer.token, wanted.ticket, 1)


@pytest.mark.parametrize(
    ("body", "code"), [(b"\xff\xfe\x00", "asset_type"), (b"x" * (assets.ASSET_MAX_BYTES + 1), "asset_too_large")]
)
async def test_what_is_no_asset_is_refused_and_the_mirror_told(
    world: World, hubs: Hubs, body: bytes, code: str
) -> None:
    _, customer = await world.live(hubs.agent, hubs.customer)
    asking = ask(hubs.get, customer)
    wanted = await customer.hear(AssetWanted)
    await assert_put_refused(hubs.put, BadInput, code, customer.token, wanted.ticket, 1, body)
    await assert_missing(asking, code)


async def test_a_put_needs_the_right_token_and_ticket(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    _, stranger = await world.live(hub)
    asking = ask(hub, customer)
    wanted = await customer.hear(AssetWanted)
    now = world.clock.now()
    await assert_put_refused(hub, BadToken, "bad_token", "forged", wanted.ticket, 1)
    await assert_put_refused(hub, BadToken, "bad_token", customer.token, "forged", 1)
    await assert_put_refused(hub, NotAllowed, "wrong_ticket", customer.token, wanted.ticket, 2)
    await assert_put_refused(hub, NotAllowed, "wrong_ticket", stranger.token, wanted.ticket, 1)
    used = world.tokens.sign(CustomerToken(session=customer.joined.session, rotation=7), now + 60)
    await assert_put_refused(hub, BadToken, "token_used", used, wanted.ticket, 1)
    own = world.tokens.sign(AssetTicket(session=customer.joined.session, n=9, hub=hub.id), now + 30)
    await assert_put_refused(hub, NotAllowed, "not_asked", customer.token, own, 9)
    old = world.tokens.sign(AssetTicket(session=customer.joined.session, n=1, hub=hub.id), now - 61)
    await assert_put_refused(hub, BadToken, "token_expired", customer.token, old, 1)
    await hub.put_asset(customer.token, wanted.ticket, 1, PNG)
    assert (await asking).data == PNG


async def test_nothing_is_asked_for_while_nothing_is_shared(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    customer.say(Pause())
    await agent.hear_state("paused")
    await assert_missing(ask(hub, customer), "asset_not_shared")
    with pytest.raises(NotFound):
        await hub.asset("never was", 1)


async def next_page(agent: Agent, customer: Customer) -> None:
    customer.say(Bye(reason="navigating"))
    await agent.hear_state("away")
    customer.wire.cut()
    await customer.gone()
    customer.next_page()
    await customer.enter()
    await agent.hear_state("live")


async def test_what_one_page_brought_the_next_need_not_bring(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    asking = ask(hub, customer)
    wanted = await customer.hear(AssetWanted)
    await hub.put_asset(customer.token, wanted.ticket, 1, PNG)
    await asking
    unanswered = ask(hub, customer, 2)
    await customer.hear(AssetWanted)
    await next_page(agent, customer)
    await assert_missing(unanswered, "asset_not_shared")
    assert (await hub.asset(customer.joined.session, 1, "image")).data == PNG
    assert hub.stats()["assets_asked"] == 2
    # What the page before had not brought, the new one is asked for.
    asking = ask(hub, customer, 2)
    assert (await customer.hear(AssetWanted)).n == 2
    customer.say(AssetRefused(n=2, reason="gone"))
    await assert_missing(asking, "gone")


async def test_nothing_that_is_kept_is_shown_while_nothing_is_shared(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    asking = ask(hub, customer)
    wanted = await customer.hear(AssetWanted)
    await hub.put_asset(customer.token, wanted.ticket, 1, PNG)
    await asking
    customer.say(Pause())
    await agent.hear_state("paused")
    await assert_missing(ask(hub, customer), "asset_not_shared")


async def test_the_agents_hub_keeps_it_over_pages_for_all_hubs(world: World, hub: Hub) -> None:
    """The customer's hub is another with each page; a hub without a peer keeps nothing, and asks the agent's first."""
    second, third = await world.hub(), await world.hub()
    agent, customer = await world.live(hub, second)
    asking = ask(third, customer)
    wanted = await customer.hear(AssetWanted)
    await second.put_asset(customer.token, wanted.ticket, 1, PNG)
    await asking
    await world.settle()
    assert [each.stats()["assets_bytes"] for each in (hub, second, third)] == [len(PNG), len(PNG), 0]
    await next_page(agent, customer)
    await world.store.forget_assets(customer.joined.session)
    assert (await asyncio.wait_for(ask(third, customer), 5)).data == PNG
    assert (await asyncio.wait_for(ask(hub, customer), 5)).data == PNG
    assert [m for m in customer.hear_waiting() if isinstance(m, AssetWanted)] == []


async def test_the_agent_hears_what_is_missing_and_why(world: World, hubs: Hubs) -> None:
    agent, customer = await world.live(hubs.agent, hubs.customer)
    asking = ask(hubs.get, customer, 3, "font")
    await customer.hear(AssetWanted)
    customer.say(AssetRefused(n=3, reason="failed", status=404, width=640, height=480))
    await assert_missing(asking, "failed")
    missed = await agent.hear(AssetMissed)
    assert missed == AssetMissed(n=3, kind="font", reason="failed", status=404, width=640, height=480)
    asking = ask(hubs.get, customer, 4, "image")
    wanted = await customer.hear(AssetWanted)
    await hubs.put.put_asset(customer.token, wanted.ticket, 4, CSS)
    await assert_missing(asking, "asset_type")
    assert await agent.hear(AssetMissed) == AssetMissed(n=4, kind="image", reason="asset_type")


async def test_who_gives_up_is_not_waited_for(world: World, hubs: Hubs) -> None:
    agent, customer = await world.live(hubs.agent, hubs.customer)
    asking = ask(hubs.get, customer)
    wanted = await customer.hear(AssetWanted)
    await hubs.put.give_up_asset(customer.token, wanted.ticket, 1, "asset_too_large")
    await assert_missing(asking, "asset_too_large")
    assert (await agent.hear(AssetMissed)).reason == "asset_too_large"


async def test_p12_nothing_is_left_after_the_end(world: World, hubs: Hubs) -> None:
    agent, customer = await world.live(hubs.agent, hubs.customer)
    asking = ask(hubs.get, customer)
    wanted = await customer.hear(AssetWanted)
    await hubs.put.put_asset(customer.token, wanted.ticket, 1, PNG)
    await asking
    customer.say(Stop())
    await agent.closed_with()
    await customer.closed_with()
    await world.settle()
    assert [hub.stats()["assets_bytes"] for hub in world.hubs] == [0] * len(world.hubs)
    assert await world.store.take_asset(customer.joined.session, 1) is None
    with pytest.raises(NotFound):
        await hubs.get.asset(customer.joined.session, 1)


async def test_so_many_may_be_waited_for_and_no_more(world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "WAITING_MAX", 3)
    other = await world.hub()
    _, customer = await world.live(hub)
    waiting = [ask(hub, customer, n) for n in range(1, 4)]
    for _ in waiting:
        await customer.hear(AssetWanted)
    with pytest.raises(TooMany):
        await hub.asset(customer.joined.session, 4)
    elsewhere = [ask(other, customer, n) for n in range(11, 14)]
    for _ in elsewhere:
        await customer.hear(AssetWanted)
    with_more = asyncio.create_task(other.asset(customer.joined.session, 14))
    with pytest.raises(TooMany):
        await with_more
    await world.clock.advance(assets.ASSET_WAIT_SECONDS)
    for asking in (*waiting, *elsewhere):
        await assert_missing(asking, "asset_timeout")


async def test_a_page_of_many_assets_is_brought_to_another_hub_whole(
    world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the customer's hub remembers for others is bounded, and that costs nobody an asset."""
    monkeypatch.setattr(assets, "WAITING_MAX", 3)
    other = await world.hub()
    _, customer = await world.live(hub)
    for n in range(1, 11):
        asking = ask(other, customer, n)
        wanted = await customer.hear(AssetWanted)
        await other.put_asset(customer.token, wanted.ticket, n, PNG)
        assert (await asking).data == PNG
    # Who is asked last is still told of a refusal.
    refused = ask(other, customer, 11)
    await customer.hear(AssetWanted)
    customer.say(AssetRefused(n=11, reason="gone"))
    await assert_missing(refused, "gone")


async def test_what_is_refused_while_nobody_waits_is_nothing(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    customer.say(AssetRefused(n=5, reason="gone"))
    await world.settle()
    assert customer.wire.closed is None


async def test_an_asset_that_the_store_lost_on_the_way_is_missed(world: World, hub: Hub) -> None:
    other = await world.hub()
    _, customer = await world.live(hub)
    asking = ask(hub, customer)
    wanted = await customer.hear(AssetWanted)
    world.store.failing.add("take_asset")
    await other.put_asset(customer.token, wanted.ticket, 1, PNG)
    await world.settle()
    assert hub.stats()["store_missed.take_asset"] == 1
    world.store.failing.clear()
    await world.clock.advance(assets.ASSET_WAIT_SECONDS)
    await assert_missing(asking, "asset_timeout")
