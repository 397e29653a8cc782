"""Everything that a store can be asked to write."""

from math import inf

from cobrowse.store.base import Agent, Asset, SignIn
from cobrowse.store.opening import Stores
from tests.store.making import CODE_EXPIRES_AT, CREATED_AT, end, stored, waiting
from tests.store.trails import begun

LATER = CREATED_AT + 3600.0


async def everything(stores: Stores) -> None:
    """Call every method that writes."""
    sessions, accounts = stores.sessions, stores.accounts
    first = await stored(sessions, waiting("s1"))
    second = await stored(sessions, waiting("s2"))
    assert not await sessions.create(waiting("s3"), "code of s1", CODE_EXPIRES_AT, LATER)
    assert not await sessions.create(waiting("s1", agent="ben"), "another code", CODE_EXPIRES_AT, LATER)
    await sessions.claim("code of s1", "tab", CREATED_AT)
    await sessions.revoke_code("code of s2")
    await sessions.revoke_code("unknown")
    assert await sessions.replace(first, 1, LATER)
    for session_id in ("s1", "s2", "s3"):
        await begun(sessions, session_id, close_at=LATER)
        await sessions.put_asset(session_id, 1, Asset("image/png", b"x"))
    await sessions.forget_assets("s3")
    await end(sessions, second, CREATED_AT)
    await sessions.due(inf, 10)
    await sessions.list_for_agent("ana")
    for hub, until in (("h1", LATER), ("h2", inf), ("h3", 0.0)):
        await sessions.lease(hub, until)
    for agent in ("ana", "ben"):
        await accounts.put_agent(Agent(agent, agent, "hash"))
        for expires_at in (CREATED_AT, LATER, inf):
            await accounts.put_sign_in(SignIn(f"{agent} {expires_at}", agent, expires_at))
    await accounts.drop_sign_in(f"ana {inf}")
    await accounts.remove_agent("ben")
    await accounts.put_ticket("t1", "value", LATER)
    await accounts.put_ticket("t2", "value", inf)
    await accounts.take_ticket("t1", "nonce", CREATED_AT)
