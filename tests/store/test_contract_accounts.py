"""What every AccountStore promises in `cobrowse/store/base.py`; run with each backend."""

import asyncio

import pytest

from cobrowse.store.base import AccountStore, Agent, SignIn
from tests.store.backends import Backend

NOW = 1_000_000.0
LATER = NOW + 3600.0

ANA = Agent("ana", "Ana", "$argon2id$v=19$…", ("shop",))
BEN = Agent("ben", "Ben", "$argon2id$v=19$,")


async def test_agents_are_kept_by_id(accounts: AccountStore) -> None:
    assert await accounts.agents() == []
    assert await accounts.agent("ana") is None
    await accounts.put_agent(BEN)
    await accounts.put_agent(ANA)
    assert await accounts.agent("ana") == ANA
    assert await accounts.agents() == [ANA, BEN]


async def test_an_agent_put_again_is_replaced_and_stays_signed_in(accounts: AccountStore) -> None:
    await accounts.put_agent(ANA)
    await accounts.put_sign_in(SignIn("i1", "ana", LATER))
    changed = Agent("ana", "Ana B.", "another hash")
    await accounts.put_agent(changed)
    assert await accounts.agents() == [changed]
    assert await accounts.sign_in("i1", NOW) == SignIn("i1", "ana", LATER)


async def test_a_removed_agent_is_signed_out_for_good(accounts: AccountStore) -> None:
    for agent in (ANA, BEN):
        await accounts.put_agent(agent)
    for sign_in in (SignIn("i1", "ana", LATER), SignIn("i2", "ana", LATER), SignIn("i3", "ben", LATER)):
        await accounts.put_sign_in(sign_in)
    assert await accounts.remove_agent("ana")
    assert not await accounts.remove_agent("ana")
    assert await accounts.agents() == [BEN]
    assert [await accounts.sign_in(one, NOW) for one in ("i1", "i2")] == [None, None]
    # A sign-in that was under way when the agent was removed.
    await accounts.put_sign_in(SignIn("i4", "ana", LATER))
    assert await accounts.sign_in("i4", NOW) is None
    await accounts.put_agent(ANA)
    assert [await accounts.sign_in(one, NOW) for one in ("i1", "i2", "i4")] == [None, None, None]
    assert await accounts.sign_in("i3", NOW) == SignIn("i3", "ben", LATER)


async def test_a_sign_in_ends_with_its_time(accounts: AccountStore) -> None:
    await accounts.put_agent(ANA)
    await accounts.put_sign_in(SignIn("i1", "ana", LATER))
    assert await accounts.sign_in("i1", LATER - 0.001) == SignIn("i1", "ana", LATER)
    assert await accounts.sign_in("i1", LATER) is None
    assert await accounts.sign_in("nobody", NOW) is None


async def test_signing_out_drops_that_sign_in_alone(accounts: AccountStore) -> None:
    await accounts.put_agent(ANA)
    for one in ("i1", "i2"):
        await accounts.put_sign_in(SignIn(one, "ana", LATER))
    for one in ("i1", "i1", "unknown"):
        await accounts.drop_sign_in(one)
    assert await accounts.sign_in("i1", NOW) is None
    assert await accounts.sign_in("i2", NOW) is not None


async def test_a_sign_in_put_again_is_prolonged(accounts: AccountStore) -> None:
    await accounts.put_agent(ANA)
    for expires_at in (NOW + 1, LATER):
        await accounts.put_sign_in(SignIn("i1", "ana", expires_at))
    assert await accounts.sign_in("i1", NOW + 2) == SignIn("i1", "ana", LATER)


async def test_a_ticket_is_for_one_nonce(accounts: AccountStore) -> None:
    await accounts.put_ticket("t1", "value", LATER)
    await accounts.put_ticket("t2", "ü\x00\U0001f600", LATER)
    assert await accounts.take_ticket("t1", "first", NOW) == "value"
    assert await accounts.take_ticket("t1", "second", NOW) is None
    assert await accounts.take_ticket("t1", "first", LATER - 1) == "value"
    assert await accounts.take_ticket("t1", "first", LATER) is None
    assert await accounts.take_ticket("t2", "other", NOW) == "ü\x00\U0001f600"


@pytest.mark.parametrize(("key", "nonce", "now"), [("unknown", "n", NOW), ("t1", "n", LATER), ("t1", "", NOW)])
async def test_a_ticket_is_refused(accounts: AccountStore, key: str, nonce: str, now: float) -> None:
    await accounts.put_ticket("t1", "value", LATER)
    assert await accounts.take_ticket(key, nonce, now) is None


async def test_a_used_ticket_cannot_be_made_new(accounts: AccountStore) -> None:
    await accounts.put_ticket("t1", "value", LATER)
    assert await accounts.take_ticket("t1", "first", NOW) == "value"
    await accounts.put_ticket("t1", "value", LATER)
    await accounts.put_ticket("t1", "other", LATER)
    assert await accounts.take_ticket("t1", "second", NOW) is None
    assert await accounts.take_ticket("t1", "first", NOW) == "value"


async def test_one_of_eighty_takes_a_ticket(backend: Backend) -> None:
    async with backend.open() as one, backend.open() as other:
        await one.accounts.put_ticket("t1", "value", LATER)
        takes = [(one if n % 2 else other).accounts.take_ticket("t1", f"n{n}", NOW) for n in range(80)]
        assert [answer for answer in await asyncio.gather(*takes) if answer is not None] == ["value"]


async def test_what_one_instance_writes_the_other_reads(backend: Backend) -> None:
    async with backend.open() as one, backend.open() as other:
        await one.accounts.put_agent(ANA)
        assert await other.accounts.agents() == [ANA]
        await other.accounts.put_sign_in(SignIn("i1", "ana", LATER))
        assert await one.accounts.sign_in("i1", NOW) is not None


@pytest.mark.parametrize("odd", ["{}", "a{b}c", "a:b", "ü \U0001f600", "'\"\n\r\n*"])
async def test_ids_may_hold_any_character(accounts: AccountStore, odd: str) -> None:
    await accounts.put_agent(Agent(odd, odd, odd, (odd,)))
    assert await accounts.agents() == [Agent(odd, odd, odd, (odd,))]
    await accounts.put_sign_in(SignIn(odd, odd, LATER))
    assert await accounts.sign_in(odd, NOW) == SignIn(odd, odd, LATER)
    await accounts.put_ticket(odd, odd, LATER)
    assert await accounts.take_ticket(odd, odd, NOW) == odd
    await accounts.drop_sign_in(odd)
    assert await accounts.sign_in(odd, NOW) is None
    assert await accounts.remove_agent(odd)
