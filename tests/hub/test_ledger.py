"""The ledger: what a whole session leaves in its trail, on one hub and on two, through deaths and absences."""

import asyncio
from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from cobrowse.core.audit import CLOSING_SECONDS, AuditLine, verify
from cobrowse.core.close import SEAT_HELD, WRONG_ORIGIN
from cobrowse.core.errors import BadInput, NotFound, StoreError, StoreUnreadable
from cobrowse.core.policy import AUDIT_DAYS
from cobrowse.core.protocol import (
    ActResult,
    AskControl,
    AssetRefused,
    AssetWanted,
    Bye,
    Click,
    ControlAnswer,
    ControlAsked,
    ControlRelease,
    End,
    Pause,
    Probe,
    ProbeAnswer,
    Resume,
    Scroll,
    Share,
    Stop,
    Type,
    Withhold,
)
from cobrowse.hub.house import LAST_FLUSH_SECONDS
from cobrowse.hub.hub import Hub
from cobrowse.hub.ledger import FLUSH_SECONDS
from cobrowse.hub.trail import DAY_SECONDS
from cobrowse.store.base import ENDED_KEPT_SECONDS, Trail
from cobrowse.store.sqlite.sessions import SqliteSessions
from tests.hub.clock import breathe
from tests.hub.faults import MoodyStore
from tests.hub.peers import ORIGIN, Agent, Customer, page
from tests.hub.world import World
from tests.hub.world import world as new_world

CLICK = Click(node=10, x=0.5, y=0.5)


async def lines_of(world: World, session: str) -> list[AuditLine]:
    return await world.store.read_audit(session)


async def said(world: World, session: str) -> list[tuple[str, str]]:
    return [(line.kind, line.detail) for line in await lines_of(world, session)]


async def counted(world: World, session: str) -> dict[str, int]:
    """All that was told in counts, put together."""
    found: dict[str, int] = {}
    for kind, detail in await said(world, session):
        if kind == "counted":
            for pair in detail.split(" "):
                name, _, times = pair.partition("=")
                found[name] = found.get(name, 0) + int(times)
    return found


async def change(world: World, sql: str) -> None:
    """Someone who can write the store does."""
    sessions = world.store._store
    assert isinstance(sessions, SqliteSessions)
    await sessions._database.change(sql)


def session_of(customer: Customer) -> str:
    return customer.joined.session


async def closed(world: World, session: str) -> list[AuditLine]:
    """The trail once a hub has closed it."""
    await world.pass_time(CLOSING_SECONDS + 6, step=5.0)
    lines = await lines_of(world, session)
    assert lines[-1].kind == "closed"
    return lines


def answered(agent: Agent, customer: Customer, result: ActResult) -> None:
    agent.act(CLICK, result.id)
    customer.say(result)


async def test_a_whole_session_is_told(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    session = session_of(customer)
    agent.say(AskControl())
    await customer.hear(ControlAsked)
    customer.say(ControlAnswer(allow=True))
    await world.settle()
    answered(agent, customer, ActResult(id=1, status="done", act="click", on="link"))
    answered(agent, customer, ActResult(id=2, status="refused", reason="covered", act="click", on="button"))
    answered(agent, customer, ActResult(id=3, status="asking", act="navigate"))
    agent.act(Scroll(node=1, x=0, y=100), 4)
    customer.say(ActResult(id=4, status="done", act="scroll"))
    agent.act(Type(node=10, text="what the agent types"), 5)
    agent.act(CLICK, 5)
    customer.say(AssetRefused(n=1, reason="no_store"))
    customer.say(page(customer.epoch, "https://www.shop.example/product/1?q=wine"))
    customer.change("4111 1111 1111 1111")
    await world.settle()
    customer.say(ControlRelease())
    customer.say(Pause())
    await world.settle()
    agent.say(AskControl())
    customer.say(Resume())
    customer.say(Withhold(reason="other_path"))
    customer.say(Share())
    await world.settle()
    agent.say(End())
    await customer.closed_with()
    lines = await closed(world, session)
    assert verify(session, lines, world.audit_keys) is None
    told = [(line.kind, line.detail) for line in lines if line.kind != "counted"]
    assert told == [
        ("created", "site=shop agent=ana"),
        ("agent_seated", ""),
        ("claimed", ""),
        ("customer_seated", ""),
        ("allowed", ""),
        ("confirmed", ""),
        ("live", ""),
        ("page", "https://www.shop.example/catalogue"),
        ("control_asked", ""),
        ("control_allowed", ""),
        ("page", "https://www.shop.example/product/1"),
        ("control_released", "customer"),
        ("paused", ""),
        ("resumed", ""),
        ("withheld", "other_path"),
        ("shared", ""),
        ("ended", "agent_ended"),
        ("closed", ""),
    ]
    assert await counted(world, session) == {
        "act:click:button:covered": 1,
        "act:click:link:done": 1,
        "act:scroll:page:done": 1,
        "asked:click": 3,
        "asked:scroll": 1,
        "asset_refused:no_store": 1,
        "refused_act:click:stale": 1,
        "refused_act:type:not_allowed": 1,
        "refused_message:not_allowed": 1,
        "washed": 1,
    }


async def test_what_the_tab_says_of_an_act_is_a_word_of_the_list(world: World, hub: Hub) -> None:
    agent, customer = await world.with_control(hub)
    for n, result in enumerate(
        (
            ActResult(id=1, status="refused", reason="jane_doe", act="click", on="link"),
            ActResult(id=2, status="done", act="jane_doe"),
            ActResult(id=3, status="refused", reason="jane_doe", act="jane_doe"),
        ),
        start=1,
    ):
        answered(agent, customer, replace(result, id=n))
    customer.say(AssetRefused(n=1, reason="jane_doe"))
    await world.settle()
    customer.say(Stop())
    await agent.closed_with()
    found = await counted(world, session_of(customer))
    assert {name for name in found if not name.startswith("asked")} == {
        "act:click:link:other",
        "act:other:page:done",
        "act:other:page:other",
        "asset_refused:other",
    }


async def test_bad_frames_and_messages_are_counted(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    customer.say(page(customer.epoch, "https://elsewhere.example/secret"))
    await world.settle()
    agent.wire.say("garbage")
    await agent.closed_with()
    customer.say(Stop())
    await customer.closed_with()
    found = await counted(world, session_of(customer))
    assert found == {"bad_message:agent": 1, "refused_frame:other_origin": 1}
    assert not any("elsewhere" in detail for _, detail in await said(world, session_of(customer)))


async def test_an_asset_that_is_none_is_counted(world: World, hub: Hub) -> None:
    _, customer = await world.live(hub)
    asking = asyncio.create_task(hub.asset(session_of(customer), 7))
    wanted = await customer.hear(AssetWanted)
    with pytest.raises(BadInput):
        await hub.put_asset(customer.token, wanted.ticket, 7, b"\x00 no type there is")
    with pytest.raises(NotFound):
        await asking
    customer.say(Stop())
    await customer.closed_with()
    assert await counted(world, session_of(customer)) == {"asset_refused:asset_type": 1}


async def test_who_is_turned_away_with_a_token_of_the_session_is_counted(world: World) -> None:
    first, second = await world.hub(), await world.hub()
    agent, customer = await world.live(first)
    twin, elsewhere = (
        Customer(at, customer.joined, origin) for at, origin in ((second, ORIGIN), (first, "https://x.example"))
    )
    for copy in (twin, elsewhere):
        copy.token = customer.token
        copy.connect()
        copy.say(copy.hello())
    assert await elsewhere.closed_with() == WRONG_ORIGIN
    customer.say(ProbeAnswer(id=(await customer.hear(Probe)).id))
    assert await twin.closed_with() == SEAT_HELD
    customer.say(Stop())
    await agent.closed_with()
    await closed(world, session_of(customer))
    assert await counted(world, session_of(customer)) == {
        "turned_away:customer:wrong_origin": 1,
        "turned_away:customer:seat_held": 1,
    }


async def test_counts_are_told_after_a_while(world: World, hub: Hub) -> None:
    agent, customer = await world.with_control(hub)
    answered(agent, customer, ActResult(id=1, status="done", act="click", on="link"))
    await world.settle()
    assert await counted(world, session_of(customer)) == {}
    await world.pass_time(FLUSH_SECONDS + 1)
    assert await counted(world, session_of(customer)) == {"act:click:link:done": 1, "asked:click": 1}


async def test_frames_ask_nothing_of_the_store(world: World, hub: Hub) -> None:
    agent, customer = await world.with_control(hub)
    await world.settle()
    # The first act is written down as activity.
    answered(agent, customer, ActResult(id=1, status="done", act="click", on="link"))
    await world.settle()
    world.store.calls.clear()
    for n in range(2, 20):
        answered(agent, customer, ActResult(id=n, status="done", act="click", on="link"))
        customer.say(page(customer.epoch, f"https://www.shop.example/product/{n}"))
        customer.change("4111 1111 1111 1111")
    await world.settle()
    assert world.store.calls == []


async def test_seats_on_two_hubs_make_one_trail(world: World) -> None:
    first, second = await world.hub(), await world.hub()
    agent, customer = await world.with_control(first, second)
    session = session_of(customer)
    for n in range(1, 4):
        answered(agent, customer, ActResult(id=n, status="done", act="click", on="link"))
        customer.say(page(customer.epoch, f"https://www.shop.example/product/{n}"))
        await world.pass_time(FLUSH_SECONDS)
    customer.say(Stop())
    await agent.closed_with()
    lines = await closed(world, session)
    assert verify(session, lines, world.audit_keys) is None
    assert {line.hub for line in lines} == {first.id, second.id}
    assert await counted(world, session) == {"asked:click": 3, "act:click:link:done": 3}


async def test_counts_of_the_other_hub_come_before_the_closing_line(world: World) -> None:
    first, second = await world.hub(), await world.hub()
    agent, customer = await world.with_control(first, second)
    session = session_of(customer)
    customer.change("4111 1111 1111 1111")
    answered(agent, customer, ActResult(id=1, status="done", act="click", on="link"))
    await world.settle()
    agent.say(End())
    await customer.closed_with()
    await closed(world, session)
    kinds = [kind for kind, _ in await said(world, session)]
    assert kinds[-3:] == ["ended", "counted", "closed"]
    assert await counted(world, session) == {"asked:click": 1, "act:click:link:done": 1, "washed": 1}


async def test_a_hub_that_dies_loses_no_more_than_its_last_counts(world: World) -> None:
    first, second = await world.hub(), await world.hub()
    agent, customer = await world.live(first, second)
    session = session_of(customer)
    customer.say(page(customer.epoch, "https://www.shop.example/product/1"))
    await world.pass_time(FLUSH_SECONDS + 1)
    customer.say(page(customer.epoch, "https://www.shop.example/product/2"))
    await world.kill(second)
    await world.pass_time(30.0)
    agent.say(End())
    await agent.closed_with()
    lines = await closed(world, session)
    assert verify(session, lines, world.audit_keys) is None
    pages = [detail for kind, detail in await said(world, session) if kind == "page"]
    assert pages == ["https://www.shop.example/catalogue", "https://www.shop.example/product/1"]
    assert ("customer_left", "offline") in await said(world, session)


async def test_a_hub_that_stops_in_order_tells_all(world: World) -> None:
    first, second = await world.hub(), await world.hub()
    _, customer = await world.live(first, second)
    customer.say(page(customer.epoch, "https://www.shop.example/product/2"))
    await world.settle()
    await world.stop(second)
    assert ("page", "https://www.shop.example/product/2") in await said(world, session_of(customer))


async def test_while_the_store_is_away_nothing_is_forgotten(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    session = session_of(customer)
    customer.say(page(customer.epoch, "https://www.shop.example/product/1"))
    await world.settle()
    world.store.failing = {"append_audit"}
    customer.say(Pause())
    await world.pass_time(3 * FLUSH_SECONDS)
    customer.say(Resume())
    await world.settle()
    world.store.failing = set()
    customer.say(Stop())
    await agent.closed_with()
    kinds = [kind for kind, _ in await said(world, session)]
    assert kinds[-5:] == ["page", "page", "paused", "resumed", "ended"]
    assert verify(session, await lines_of(world, session), world.audit_keys) is None


async def test_a_session_that_is_away_from_every_hub_is_told_as_well(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    session = session_of(customer)
    customer.say(Bye(reason="navigating"))
    await world.settle()
    await customer.stop()
    await agent.stop()
    await world.pass_time(70.0, step=5.0)
    lines = await closed(world, session)
    assert verify(session, lines, world.audit_keys) is None
    assert [kind for kind, _ in await said(world, session)][-4:] == [
        "customer_left",
        "agent_left",
        "ended",
        "closed",
    ]


async def test_the_head_of_a_closed_trail_is_logged(world: World, hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    _, customer = await world.live(hub)
    customer.say(Stop())
    await customer.closed_with()
    lines = await closed(world, session_of(customer))
    assert f"audit_closed session={session_of(customer)} lines={len(lines)} head={lines[-1].hash}" in caplog.text


async def test_several_hubs_close_a_trail_once(world: World) -> None:
    hubs = [await world.hub() for _ in range(3)]
    _, customer = await world.live(hubs[0], hubs[1])
    customer.say(Stop())
    await customer.closed_with()
    lines = await closed(world, session_of(customer))
    assert [line.kind for line in lines].count("closed") == 1
    assert all(hub.stats().get("audit_late", 0) == 0 for hub in hubs)


async def test_a_trail_is_closed_even_if_its_session_is_gone(world: World, hub: Hub) -> None:
    """No hub ran for an hour after the end."""
    created = await world.create(hub)
    await hub.end(created.id, "ana")
    await world.stop(hub)
    await change(world, "DELETE FROM sessions")
    await world.hub()
    lines = await closed(world, created.id)
    assert [line.kind for line in lines] == ["created", "ended", "closed"]
    assert verify(created.id, lines, world.audit_keys) is None


class Weather:
    """A store that, by chance, loses requests, loses answers, and is slow, when it is to append."""

    def __init__(self, world: World) -> None:
        self._append = world.store.append_audit
        self._random = world.random
        self.is_bad = True

    async def __call__(self, trail: Trail, lines: Sequence[AuditLine]) -> bool:
        chance = self._random.random() if self.is_bad else 1.0
        if chance < 0.15:
            raise StoreError("The request was lost.")
        if chance < 0.3:
            await breathe(self._random.randrange(40))
        answer = await self._append(trail, lines)
        if 0.3 < chance < 0.5:
            raise StoreError("The answer was lost.")
        return answer


@pytest.mark.parametrize("seed", range(15))
async def test_whatever_the_weather_each_thing_is_told_once(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    async with new_world(seed=seed) as world:
        hubs = [await world.hub() for _ in range(3)]
        _, customer = await world.live(hubs[0], hubs[1])
        session = session_of(customer)
        weather = Weather(world)
        monkeypatch.setattr(world.store, "append_audit", weather)
        for hub in hubs:
            monkeypatch.setattr(hub._house.ledger._store, "append_audit", weather)
        acts, pauses = 0, 0
        for n in range(60):
            chance = world.random.random()
            if chance < 0.3:
                customer.say(page(customer.epoch, f"https://www.shop.example/product/{n}"))
            elif chance < 0.6:
                acts += 1
                customer.say(ActResult(id=n, status="done", act="click", on="link"))
            elif chance < 0.8:
                pauses += 1
                customer.say(Pause())
                customer.say(Resume())
            else:
                await world.pass_time(world.random.choice((1.0, FLUSH_SECONDS)), step=1.0)
            if chance > 0.5:
                await world.settle()
        customer.say(Stop())
        await world.settle()
        weather.is_bad = False
        lines = await closed(world, session)
        assert verify(session, lines, world.audit_keys) is None
        kinds = [line.kind for line in lines]
        assert (kinds.count("paused"), kinds.count("resumed"), kinds.count("ended")) == (pauses, pauses, 1)
        assert (await counted(world, session)).get("act:click:link:done", 0) == acts
        assert sum(hub.stats().get("store_missed.append_audit", 0) for hub in hubs) > 0


async def test_what_nobody_joined_is_kept_for_an_hour(world: World, hub: Hub) -> None:
    """An agent can make sessions as fast as she likes."""
    created = await world.create(hub)
    await hub.end(created.id, "ana")
    _, customer = await world.live(hub)
    customer.say(Stop())
    await customer.closed_with()
    lines = await closed(world, session_of(customer))
    kept = [await world.store.trail(session) for session in (created.id, session_of(customer))]
    assert [trail.closed and trail.sweep_at - lines[-1].at for trail in kept if trail] == [
        ENDED_KEPT_SECONDS,
        AUDIT_DAYS * DAY_SECONDS,
    ]


async def test_a_hub_that_stops_waits_no_longer_than_two_seconds_for_the_store(
    world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, customer = await world.live(hub)
    customer.say(page(customer.epoch, "https://www.shop.example/product/1"))
    await world.settle()

    async def hangs(*_: object) -> bool:
        never: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        return await never

    monkeypatch.setattr(MoodyStore, "append_audit", hangs)
    stopping = asyncio.create_task(world.stop(hub))
    await world.clock.advance(LAST_FLUSH_SECONDS - 0.1)
    assert not stopping.done()
    await world.clock.advance(0.1)
    await asyncio.wait_for(stopping, 30)


async def test_what_comes_after_the_last_peer_left_is_counted_as_late(world: World, hub: Hub) -> None:
    hub._house.ledger.count("never was", "washed")
    hub._house.ledger.page("never was", "https://www.shop.example/")
    assert hub.stats()["audit_late"] == 2


async def test_nothing_is_kept_of_sessions_that_are_over(world: World, hub: Hub) -> None:
    for _ in range(3):
        agent, customer = await world.live(hub)
        customer.change("4111 1111 1111 1111")
        await world.settle()
        customer.say(Stop())
        await agent.closed_with()
        await closed(world, session_of(customer))
    assert hub._house.ledger._books == {}


@pytest.mark.parametrize(
    ("tampering", "flaw"),
    [
        ("UPDATE audit SET data = (SELECT data FROM audit WHERE n = 1) WHERE n = 2", "gap"),
        ("UPDATE audit SET data = x'c1' WHERE n = 2", "line_unreadable"),
        ("DELETE FROM audit WHERE n = (SELECT max(n) FROM audit)", "no_end"),
    ],
)
async def test_a_broken_trail_is_said_when_it_is_closed(
    world: World, hub: Hub, caplog: pytest.LogCaptureFixture, tampering: str, flaw: str
) -> None:
    _, customer = await world.live(hub)
    session = session_of(customer)
    customer.say(Stop())
    await customer.closed_with()
    await change(world, tampering)
    await world.pass_time(CLOSING_SECONDS + 6, step=5.0)
    [last] = await world.store.read_audit(session, 10)
    assert (last.kind, last.detail) == ("closed", flaw)
    assert hub.stats()["audit_broken"] == 1
    assert f"audit_broken session={session} flaw={flaw}" in caplog.text


async def test_a_trail_whose_record_cannot_be_read_holds_up_no_other(
    world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = []
    for _ in range(2):
        _, customer = await world.live(hub)
        customer.say(Stop())
        await customer.closed_with()
        sessions.append(session_of(customer))
    trail = world.store.trail

    async def unreadable(session_id: str) -> Trail | None:
        if session_id == sessions[0]:
            raise StoreUnreadable("This record cannot be read.")
        return await trail(session_id)

    monkeypatch.setattr(MoodyStore, "trail", lambda _self, session_id: unreadable(session_id))
    await closed(world, sessions[1])
    assert hub.stats()["audit_broken"] >= 1


async def test_a_store_that_is_away_is_asked_once_a_round(world: World, hub: Hub) -> None:
    """Each may take seconds to fail, and a hub that stops has ten."""
    for _ in range(3):
        _, customer = await world.live(hub)
        customer.say(page(customer.epoch, "https://www.shop.example/product/1"))
    await world.settle()
    world.store.away = True
    world.store.calls.clear()
    await hub._house.ledger.flush()
    assert len(world.store.calls) == 1
    world.store.away = False
