"""Making a session, claiming its code, looking at it, ending it."""

import asyncio

import msgspec
import pytest

from cobrowse.core import codes
from cobrowse.core.errors import BadCode, NotFound, StoreConflict
from cobrowse.core.policy import Limits
from cobrowse.core.protocol import Bye, Consent, Digits, Stop
from cobrowse.core.tokens import CustomerToken
from cobrowse.hub.desk import Joined
from cobrowse.hub.hub import Hub
from tests.hub.peers import SHOP, name
from tests.hub.world import World
from tests.hub.world import world as new_world


async def assert_code_invalid(hub: Hub, code: str, site: str = "shop", nonce: str = "") -> None:
    with pytest.raises(NotFound) as caught:
        await hub.claim(site, code, nonce or name("nonce"))
    assert caught.value.code == "code_invalid"


async def test_a_code_is_nine_digits_and_lives_five_minutes(world: World, hub: Hub) -> None:
    created = await world.create(hub)
    assert len(created.code) == 9
    assert codes.normalise(created.code) == created.code
    assert created.expires_at == world.clock.now() + 300


async def test_a_site_or_the_asker_may_want_longer_codes() -> None:
    async with new_world(msgspec.structs.replace(SHOP, code_digits=10)) as world:
        hub = await world.hub()
        assert len((await world.create(hub)).code) == 10
        assert len((await hub.create("ana", "Ana", "shop", digits=12)).code) == 12


async def test_an_unknown_site_has_no_sessions(hub: Hub) -> None:
    for call in (hub.create("ana", "Ana", "nowhere"), hub.claim("nowhere", "123456782", name("nonce"))):
        with pytest.raises(NotFound) as caught:
            try:
                await call
            except BadCode:
                await hub.claim("nowhere", codes.make(lambda n: n - 1), name("nonce"))
        assert caught.value.code == "unknown_site"


async def test_a_new_code_ends_the_agents_other_waiting_session(world: World, hub: Hub) -> None:
    first = await world.create(hub)
    other_agents = await hub.create("ben", "Ben", "shop")
    agent = world.agent(hub, first.id)
    await agent.enter()
    second = await world.create(hub)
    assert (await agent.hear_state("ended")).reason == "agent_ended"
    await assert_code_invalid(hub, first.code)
    assert {state.session: state.name for state in await hub.list("ana")} == {first.id: "ended", second.id: "waiting"}
    await hub.claim("shop", second.code, name("nonce"))
    await hub.claim("shop", other_agents.code, name("nonce"))


async def test_a_session_with_a_customer_stays_when_a_new_code_is_made(world: World, hub: Hub) -> None:
    agent, _ = await world.live(hub)
    await world.create(hub)
    await world.settle()
    assert agent.wire.closed is None


async def test_of_two_sessions_made_at_once_one_stays(world: World, hub: Hub) -> None:
    other = await world.hub()
    made = await asyncio.gather(*(world.create(one) for one in (hub, other, hub)))
    names = [state.name for state in await hub.list("ana")]
    assert sorted(names) == ["ended", "ended", "waiting"]
    assert len({created.code for created in made}) == 3


async def test_a_code_that_is_taken_is_made_anew(world: World, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await world.create(hub)
    made = iter([first.code, first.code, "000000000"])
    monkeypatch.setattr("cobrowse.hub.desk.codes.make", lambda _randbelow, _digits: next(made))
    assert (await hub.create("ben", "Ben", "shop")).code == "000000000"
    monkeypatch.setattr("cobrowse.hub.desk.codes.make", lambda _randbelow, _digits: first.code)
    with pytest.raises(StoreConflict):
        await hub.create("cleo", "Cleo", "shop")


async def test_p1_a_code_lets_in_one_however_many_try_on_however_many_hubs(world: World, hub: Hub) -> None:
    other = await world.hub()
    created = await world.create(hub)
    tries = [(hub if place % 2 else other).claim("shop", created.code, name("nonce")) for place in range(20)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    winners = [result for result in results if isinstance(result, Joined)]
    losers = [result for result in results if isinstance(result, NotFound) and result.code == "code_invalid"]
    assert (len(winners), len(losers)) == (1, 19)


async def test_a_claim_may_be_repeated_with_its_nonce(world: World, hub: Hub) -> None:
    created = await world.create(hub)
    nonce = name("nonce")
    first = await hub.claim("shop", created.code, nonce)
    again = await hub.claim("shop", codes.show(created.code), nonce)
    assert first == again
    assert len(first.digits) == 2
    token = world.tokens.verify(CustomerToken, first.token, world.clock.now())
    assert token == CustomerToken(session=created.id, rotation=0)
    await assert_code_invalid(hub, created.code)


async def test_a_mistyped_code_costs_nothing(world: World, hub: Hub) -> None:
    created = await world.create(hub)
    calls = len(world.store.calls)
    wrong = created.code[:-1] + str((int(created.code[-1]) + 1) % 10)
    for typed in (wrong, "", "12345", "not a code"):
        with pytest.raises(BadCode):
            await hub.claim("shop", typed, name("nonce"))
    assert len(world.store.calls) == calls


async def test_unknown_expired_used_and_foreign_codes_answer_alike(world: World, hub: Hub) -> None:
    world.sites["other"] = msgspec.structs.replace(SHOP, id="other")
    await assert_code_invalid(hub, codes.make(lambda n: n - 1))
    created = await world.create(hub)
    await assert_code_invalid(hub, created.code, site="other")
    await world.clock.advance(300)
    await assert_code_invalid(hub, created.code)


async def test_a_code_whose_session_was_over_in_the_same_moment_is_invalid(world: World, hub: Hub) -> None:
    created = await world.create(hub)
    await hub.end(created.id, "ana")
    await assert_code_invalid(hub, created.code)


async def test_a_claim_after_the_session_has_moved_on_is_invalid_even_with_its_nonce(world: World, hub: Hub) -> None:
    created = await world.create(hub)
    agent = world.agent(hub, created.id)
    await agent.enter()
    nonce = name("nonce")
    joined = await hub.claim("shop", created.code, nonce)
    customer = await world.customer_of(hub, joined)
    customer.say(Consent(allow=True))
    agent.say(Digits(value=joined.digits))
    await agent.hear_state("live")
    await assert_code_invalid(hub, created.code, nonce=nonce)


async def test_a_handoff_gets_what_its_claim_got(world: World, hub: Hub) -> None:
    created = await world.create(hub)
    nonce = name("nonce")
    joined = await hub.claim("shop", created.code, nonce)
    assert await hub.joined(created.id, nonce) == joined
    for session, other_nonce in ((created.id, name("nonce")), ("never was", nonce)):
        with pytest.raises(NotFound):
            await hub.joined(session, other_nonce)
    customer = await world.customer_of(hub, joined)
    customer.say(Bye(reason="navigating"))
    await world.settle()
    # Away while joining is still joining.
    assert (await hub.joined(created.id, nonce)).digits == joined.digits


async def test_an_agent_sees_and_ends_only_their_own(world: World, hub: Hub) -> None:
    created = await world.create(hub)
    assert (await hub.read(created.id, "ana")).name == "waiting"
    for call in (hub.read(created.id, "ben"), hub.end(created.id, "ben"), hub.read("never was", "ana")):
        with pytest.raises(NotFound):
            await call
    assert await hub.list("ben") == []
    await hub.end(created.id, "ana")
    assert (await hub.read(created.id, "ana")).reason == "agent_ended"
    await hub.end(created.id, "ana")


async def test_two_tries_at_the_digits(world: World, hub: Hub) -> None:
    agent, customer = await world.joining(hub)
    customer.say(Consent(allow=True))
    wrong = f"{(int(customer.digits) + 1) % 100:02d}"
    agent.say(Digits(value=wrong))
    while (await agent.hear_state("joining")).tries_left != 1:
        pass
    agent.say(Digits(value=wrong))
    assert (await agent.hear_state("ended")).reason == "confirm_failed"
    assert (await customer.hear_state("ended")).reason == "confirm_failed"


async def test_who_declines_ends_it(world: World, hub: Hub) -> None:
    agent, customer = await world.joining(hub)
    customer.say(Consent(allow=False))
    assert (await agent.hear_state("ended")).reason == "declined"


async def test_a_trail_without_content_is_kept(world: World, hub: Hub) -> None:
    agent, customer = await world.live(hub)
    customer.say(Stop())
    await agent.closed_with()
    await world.settle()
    trail = [(line.kind, line.detail) for line in await world.store.read_audit(customer.joined.session)]
    assert trail == [
        ("created", "site=shop agent=ana"),
        ("agent_seated", ""),
        ("claimed", ""),
        ("customer_seated", ""),
        ("allowed", ""),
        ("confirmed", ""),
        ("live", ""),
        ("page", "https://www.shop.example/catalogue"),
        ("ended", "customer_stopped"),
    ]


async def test_a_trail_that_cannot_be_kept_stops_nobody(world: World, hub: Hub) -> None:
    world.store.failing |= {"append_audit", "revoke_code", "forget_assets"}
    agent, customer = await world.live(hub)
    customer.say(Stop())
    assert (await agent.hear_state("ended")).reason == "customer_stopped"
    await agent.closed_with()
    await world.create(hub)
    second = await world.create(hub)
    assert second.code
    stats = hub.stats()
    assert stats["store_missed.append_audit"] >= 4
    assert stats["store_missed.revoke_code"] == stats["store_missed.forget_assets"] - 1 == 1


async def test_limits_of_the_site_are_the_sessions() -> None:
    async with new_world(msgspec.structs.replace(SHOP, limits=Limits(code_seconds=60))) as world:
        hub = await world.hub()
        created = await world.create(hub)
        assert created.expires_at == world.clock.now() + 60
