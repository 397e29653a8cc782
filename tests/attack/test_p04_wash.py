"""P4, secrets stay, at the hub: what a site's masking forgot is masked on its way to the agent, and the operator hears
of it. The customer's peer here sends what a snippet without masks would send."""

import logging
import re
from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from cobrowse.core.protocol import Ops, Page, Resync, Snapshot
from cobrowse.core.wash import MASK
from cobrowse.hub.hub import Hub
from cobrowse.hub.relay import WASHED_TOLD_EVERY_SECONDS
from tests.hub.peers import SHOP, Agent, Customer, info, text_of
from tests.hub.world import World
from tests.hub.world import world as new_world

CARD = "4111 1111 1111 1111"
IBAN = "DE89 3704 0044 0532 0130 00"
SITE = replace(SHOP, wash=(r"KD-\d{7}", r"(?i)policy no\. \w+"))
SECRETS = (CARD, IBAN, "KD-1234567", "Policy No. X77")


@pytest.fixture(name="world")
async def _world() -> AsyncIterator[World]:
    async with new_world(SITE) as made:
        yield made


@pytest.fixture(params=["one hub", "two hubs"])
async def peers(request: pytest.FixtureRequest, world: World, hub: Hub) -> tuple[Agent, Customer]:
    """A live session of a site with patterns of its own; the washing hub is the customer's."""
    return await world.live(hub, hub if request.param == "one hub" else await world.hub())


def assert_unread(agent: Agent, *secrets: str) -> None:
    """None of these ever came to the agent, in whatever spelling JSON has for it."""
    agent.hear_waiting()
    frames = b"".join(frame if isinstance(frame, bytes) else frame.encode() for frame in agent.frames)
    assert not [secret for secret in secrets if secret.encode() in frames]


async def test_cards_ibans_and_the_sites_own_numbers_never_reach_the_agent(peers: tuple[Agent, Customer]) -> None:
    agent, customer = peers
    customer.show(*(f"It is {secret}." for secret in SECRETS))
    assert (await agent.hear(Snapshot)).texts == [f"It is {MASK}."] * 4
    for secret in SECRETS:
        customer.change(secret)
        assert (await agent.hear(Ops)).texts == [MASK]
    customer.say(Page(epoch=customer.epoch, page=replace(info(f"{SITE.start_url}c/KD-1234567"), title=CARD)))
    page = (await agent.hear(Page)).page
    assert (page.title, page.address) == (MASK, f"{SITE.start_url}c/…")
    assert_unread(agent, *SECRETS)


async def test_a_number_typed_into_the_page_is_masked_before_it_is_whole(peers: tuple[Agent, Customer]) -> None:
    agent, customer = peers
    for length in range(1, len(CARD) + 1):
        customer.change(CARD[:length])
        shown = (await agent.hear(Ops)).texts
        # Eight digits and the blank between them.
        assert shown == ([CARD[:length]] if length <= 10 else [MASK])
    assert_unread(agent, CARD[:11])


async def test_a_new_picture_in_the_middle_of_typing_shows_no_more(world: World, peers: tuple[Agent, Customer]) -> None:
    agent, customer = peers
    for length in (1, 2, 3, 4):
        customer.change(CARD[:length])
    agent.say(Resync(epoch=customer.epoch))
    await world.pass_time(2.0)
    await customer.hear(Resync)
    customer.show(CARD[:12])
    while (shown := await agent.hear(Snapshot)).epoch < customer.epoch:
        pass
    assert shown.texts == [MASK]


async def test_the_operator_is_told_how_often_and_of_what_site_and_nothing_else(
    world: World, peers: tuple[Agent, Customer], caplog: pytest.LogCaptureFixture
) -> None:
    agent, customer = peers
    caplog.set_level(logging.WARNING, logger="cobrowse.hub")
    customer.show(*SECRETS)
    customer.change(CARD)
    await agent.hear(Ops)
    assert customer.hub.stats()["washed.shop"] == 5
    session = customer.joined.session
    told = [record.getMessage() for record in caplog.records if record.getMessage().startswith("washed")]
    assert told == [f"washed session={session} site=shop found=4"], "at most once in a minute"

    await world.pass_time(WASHED_TOLD_EVERY_SECONDS, step=5.0)
    customer.change(IBAN)
    await agent.hear(Ops)
    told = [record.getMessage() for record in caplog.records if record.getMessage().startswith("washed")]
    assert told[1:] == [f"washed session={session} site=shop found=6"]
    assert not [secret for secret in SECRETS if secret in caplog.text]

    await world.pass_time(20.0, step=5.0)
    details = " ".join(line.detail for line in await world.store.read_audit(session))
    assert sum(map(int, re.findall(r"\bwashed=(\d+)", details))) == 6
    assert not [secret for secret in SECRETS if secret in details]


async def test_one_number_in_place_is_counted_once_while_it_is_typed(peers: tuple[Agent, Customer]) -> None:
    agent, customer = peers
    for length in range(1, len(CARD)):
        customer.change(CARD[:length])
        await agent.hear(Ops)
    assert customer.hub.stats()["washed.shop"] == 1


async def test_what_the_hub_made_of_a_frame_is_a_frame(peers: tuple[Agent, Customer]) -> None:
    """Washing changes texts alone: the agent's mirror builds the same tree."""
    agent, customer = peers
    sent = customer.show("Card", CARD)
    got = await agent.hear(Snapshot)
    assert text_of(replace(got, texts=sent.texts)) == text_of(sent)
