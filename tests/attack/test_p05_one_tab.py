"""P5, one tab: who has a copy of the tab's token (a duplicated tab, a script of the page) gets no seat
while it lives."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus

from cobrowse.core import close
from cobrowse.core.protocol import Bye
from cobrowse.hub.hub import Hub
from tests.hub.peers import Customer
from tests.hub.world import World
from tests.live_hub import LiveHub, close_number
from tests.web.test_sockets import heard, hello, ticket_for

# --- over the wire


class Tab:
    """The customer's page: answers probes, as every living page does, and keeps its newest token."""

    def __init__(self, socket: ClientConnection, token: str, claim_token: str) -> None:
        self.socket = socket
        self.token = token
        self.claim_token = claim_token
        self.probes = 0
        self._answering = asyncio.create_task(self._answer())

    async def _answer(self) -> None:
        async for frame in self.socket:
            said: Any = json.loads(frame)
            for message in said if isinstance(said, list) else [said]:
                if message["k"] == "probe":
                    self.probes += 1
                    await self.socket.send(json.dumps({"k": "probe_answer", "id": message["id"]}))

    async def stop(self) -> None:
        self._answering.cancel()
        await asyncio.gather(self._answering, return_exceptions=True)


@asynccontextmanager
async def tab(hub: LiveHub) -> AsyncIterator[Tab]:
    code, _ = await ticket_for(hub)
    joined = (await hub.claim(code)).json()
    async with hub.socket("customer") as socket:
        await socket.send(hello(joined["token"]))
        made = Tab(socket, (await heard(socket))["token"], joined["token"])
        yield made
        await made.stop()


@pytest.mark.parametrize("stolen", ["token", "claim_token"])
async def test_a_second_tab_with_the_token_is_refused(live: LiveHub, stolen: str) -> None:
    async with tab(live) as first:
        for _ in range(3):
            async with live.socket("customer") as second:
                await second.send(hello(getattr(first, stolen)))
                assert await close_number(second) == close.SEAT_HELD.number
        assert first.probes == 3
        await first.socket.ping()


async def test_ten_at_once_are_refused(live: LiveHub) -> None:
    async with tab(live) as first:

        async def intrude() -> int:
            async with live.socket("customer") as second:
                await second.send(hello(first.token))
                return await close_number(second)

        assert set(await asyncio.gather(*(intrude() for _ in range(10)))) == {close.SEAT_HELD.number}
        await first.socket.ping()


async def test_another_site_cannot_use_the_token(live: LiveHub) -> None:
    async with tab(live) as first:
        with pytest.raises(InvalidStatus) as refused:
            await live.socket("customer", origin="https://evil.example")
        assert refused.value.response.status_code == 403
        assert first.probes == 0


async def test_the_token_opens_no_agents_seat(live: LiveHub) -> None:
    async with tab(live) as first, live.socket("agent") as console:
        await console.send(hello(first.token))
        assert await close_number(console) == close.BAD_TOKEN.number


# --- in a world where time stands still


async def test_a_second_tab_on_another_hub_is_refused_and_hears_nothing(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    thief = Customer(await world.hub(), customer.joined)
    thief.token = customer.token
    thief.connect()
    thief.say(thief.hello())
    for _ in range(5):
        await world.settle()
        customer.answer_probes()
    assert await thief.closed_with() == close.SEAT_HELD
    assert thief.heard == []
    assert customer.wire.closed is None
    customer.change("still there")


async def test_a_used_token_is_worth_nothing_even_when_the_tab_is_gone(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    stolen = customer.joined.token
    customer.say(Bye(reason="navigating"))
    await customer.stop()
    customer.next_page()
    await customer.enter()
    await customer.stop()
    thief = Customer(hub, customer.joined)
    thief.token = stolen
    thief.connect()
    thief.say(thief.hello())
    assert await thief.closed_with() == close.BAD_TOKEN


async def test_after_the_end_the_token_is_dead(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    await hub.end(customer.joined.session, "ana")
    thief = Customer(hub, customer.joined)
    thief.token = customer.token
    thief.connect()
    thief.say(thief.hello())
    assert await thief.closed_with() == close.ENDED
    assert thief.heard == []
