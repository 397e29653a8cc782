"""The walk of DESIGN section 3 through the hub: on one hub, on two, and on two that share a real Redis."""

from collections.abc import AsyncIterator

import pytest

from cobrowse.core.close import ENDED
from cobrowse.core.protocol import (
    Act,
    ActResult,
    AskControl,
    Click,
    Consent,
    ControlAnswer,
    ControlAsked,
    Digits,
    Ops,
    Resync,
    Snapshot,
    Stop,
)
from cobrowse.hub.hub import Hub
from tests.hub.peers import text_of
from tests.hub.world import World
from tests.hub.world import world as new_world


@pytest.fixture(name="world", params=["embedded", pytest.param("redis", marks=pytest.mark.redis)])
async def _world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    url = "sqlite:///:memory:" if request.param == "embedded" else request.getfixturevalue("redis_url")
    async with new_world(store=url) as made:
        yield made


@pytest.fixture(params=["one hub", "two hubs"])
async def hubs(request: pytest.FixtureRequest, world: World) -> tuple[Hub, Hub]:
    """The agent's hub and the customer's."""
    first = await world.hub()
    return (first, first) if request.param == "one hub" else (first, await world.hub())


async def test_from_code_to_end(world: World, hubs: tuple[Hub, Hub]) -> None:
    agent_hub, customer_hub = hubs
    created = await world.create(agent_hub)
    agent = world.agent(agent_hub, created.id)
    welcome = await agent.enter()
    assert welcome.state.name == "waiting"
    assert welcome.mirror.startswith("https://mirror.example/m/")

    customer = await world.customer(customer_hub, created.code)
    assert (customer.joined.agent_name, customer.joined.site_name) == ("Ana", "Example Shop")
    joined = await customer.enter()
    assert (joined.state.name, joined.digits) == ("joining", customer.digits)
    assert joined.first_epoch == 10_000

    customer.say(Consent(allow=True))
    assert (await agent.hear_state("joining")).confirmed is False
    agent.say(Digits(value=customer.digits))
    await agent.hear_state("live")
    await customer.hear_state("live")

    await customer.hear(Resync)
    sent = customer.show("Teapots")
    assert await agent.hear(Snapshot) == sent
    assert agent.frames[-1] == text_of(sent)
    changed = customer.change("Kettles")
    assert await agent.hear(Ops) == changed

    agent.say(AskControl())
    await customer.hear(ControlAsked)
    customer.say(ControlAnswer(allow=True))
    while (await agent.hear_state("live")).control != "on":
        pass
    act = agent.act(Click(node=10, x=0.5, y=0.5))
    assert await customer.hear(Act) == act
    result = ActResult(id=act.id, status="done")
    customer.say(result)
    assert await agent.hear(ActResult) == result

    customer.say(Stop())
    assert (await agent.hear_state("ended")).reason == "customer_stopped"
    assert (await customer.hear_state("ended")).reason == "customer_stopped"
    assert await agent.closed_with() == ENDED
    assert await customer.closed_with() == ENDED
    for hub in hubs:
        assert (hub.stats()["sessions"], hub.stats()["peers"]) == (0, 0)
