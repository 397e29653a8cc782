"""How the picture is: asked by the agent, answered by the tab, and what the hub adds and keeps back."""

from msgspec.structs import replace

from cobrowse.core.close import VERSION_MISMATCH
from cobrowse.core.protocol import Checkup, Condition, Heard, Notice, Pause, Problem, Trouble
from cobrowse.hub.local import CHECKUPS_AT_ONCE
from tests.hub.peers import Customer, change
from tests.hub.world import World

DIGEST = "a" * 64


def said_by(customer: Customer, **more: object) -> Condition:
    return Condition(id=7, epoch=customer.epoch, seq=0, **more)  # type: ignore[arg-type]  # a test's own words


async def test_the_agent_asks_and_the_tab_answers(world: World) -> None:
    hub = await world.hub()
    agent, customer = await world.live(hub)
    agent.say(Checkup(id=7, digest=True))
    assert (await agent.hear(Heard)).id == 7
    assert await customer.hear(Checkup) == Checkup(id=7, digest=True)
    customer.say(said_by(customer, digest=DIGEST, troubles=["csp_self"], hidden=True))
    told = await agent.hear(Condition)
    assert (told.digest, told.troubles, told.hidden, told.refused) == (DIGEST, ["csp_self"], True, 0)


async def test_between_two_hubs(world: World) -> None:
    agent, customer = await world.live(await world.hub(), await world.hub())
    agent.say(Checkup(id=7))
    await agent.hear(Heard)
    await customer.hear(Checkup)
    customer.say(said_by(customer))
    assert (await agent.hear(Condition)).id == 7


async def test_what_comes_too_fast_is_heard_and_goes_no_further(world: World) -> None:
    hub = await world.hub()
    agent, _ = await world.live(hub)
    for each in range(int(CHECKUPS_AT_ONCE) + 3):
        agent.say(Checkup(id=each))
        await agent.hear(Heard)
    assert hub.stats()["checkups_dropped"] == 3


async def test_the_tabs_word_for_what_the_hub_knows_does_not_count(world: World) -> None:
    hub = await world.hub()
    agent, customer = await world.live(hub)
    customer.say(said_by(customer, washed=9, refused=9, refused_why="made_up"))
    told = await agent.hear(Condition)
    assert (told.washed, told.refused, told.refused_why) == (0, 0, "")


async def test_a_digest_of_what_was_washed_stays_here(world: World) -> None:
    hub = await world.hub()
    agent, customer = await world.live(hub)
    customer.show("4111 1111 1111 1111")
    customer.say(said_by(customer, digest=DIGEST))
    told = await agent.hear(Condition)
    assert (told.digest, told.washed) == ("", 1)


async def test_refused_frames_are_told_with_the_reason(world: World) -> None:
    hub = await world.hub()
    agent, customer = await world.live(hub)
    customer.say(replace(change(customer.epoch, 1), tags=["script"]))
    await customer.hear(Problem)
    customer.say(said_by(customer))
    told = await agent.hear(Condition)
    assert (told.refused, told.refused_why) == (1, "bad_frame")


async def test_while_paused_there_is_no_digest(world: World) -> None:
    hub = await world.hub()
    agent, customer = await world.live(hub)
    customer.say(Pause())
    await agent.hear_state("paused")
    customer.say(said_by(customer, digest=DIGEST, troubles=["capture_failed"]))
    told = await agent.hear(Condition)
    assert (told.digest, told.troubles) == ("", ["capture_failed"])


async def test_each_trouble_is_counted_once_for_the_operator(world: World) -> None:
    hub = await world.hub()
    agent, customer = await world.live(hub)
    said: list[list[Trouble]] = [["csp_self"], ["csp_self", "part_missing"], [], ["csp_self"]]
    for troubles in said:
        customer.say(said_by(customer, troubles=troubles))
        await agent.hear(Condition)
    stats = hub.stats()
    assert (stats["troubles.shop.csp_self"], stats["troubles.shop.part_missing"]) == (2, 1)


def of_another_version(customer: Customer, token: str) -> None:
    """The tab comes again from a page that carries another snippet."""
    customer.connect()
    customer.say(replace(customer.hello(), version=99, token=token))


async def test_the_agent_hears_that_the_customers_page_is_out_of_date(world: World) -> None:
    hub = await world.hub()
    agent, customer = await world.live(hub)
    of_another_version(customer, customer.token)
    assert await customer.closed_with() == VERSION_MISMATCH
    assert (await agent.hear(Notice)).what == "old_snippet"
    assert hub.stats()["troubles.shop.old_snippet"] == 1
    # The token is not used up: the page's next load goes on with it.
    await customer.enter()


async def test_a_token_that_is_none_says_nothing_to_anybody(world: World) -> None:
    hub = await world.hub()
    agent, customer = await world.live(hub)
    of_another_version(customer, "forged")
    assert await customer.closed_with() == VERSION_MISMATCH
    agent.say(Checkup(id=1))
    await agent.hear(Heard)
    assert not [message for message in agent.heard if isinstance(message, Notice)]
