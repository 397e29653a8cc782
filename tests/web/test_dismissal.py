"""An agent who is removed loses the sign-in and the sessions, the open ones too."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from cobrowse.core import close
from cobrowse.core.audit import verify
from cobrowse.core.errors import StoreConflict
from cobrowse.store.opening import Stores, open_store
from cobrowse.web.dismissal import dismiss
from tests.live_hub import LiveHub, close_number
from tests.web.clocks import WatchedClock
from tests.web.test_problems import assert_problem
from tests.web.test_sockets import heard, hello

HUBS_LOOK_SECONDS = 2.0


@pytest.fixture
async def beside(timed: LiveHub) -> AsyncIterator[Stores]:
    """The store as a command opens it beside the server."""
    async with open_store(timed.settings.hub.store.reveal(), exclusive=False) as stores:
        yield stores


async def test_open_sessions_end_within_two_seconds(timed: LiveHub, beside: Stores, clock: WatchedClock) -> None:
    async with timed.signed_in() as agent:
        new = await timed.new_code(agent)
        joined = (await timed.claim(new.code)).json()
        ticket = (await agent.post(f"/api/sessions/{new.id}/ticket")).json()["ticket"]
        async with timed.socket("agent") as ana, timed.socket("customer") as customer:
            await ana.send(hello(ticket))
            await heard(ana)
            await customer.send(hello(joined["token"]))
            await heard(customer)
            assert await dismiss(beside, "ana", timed.settings, clock.now())
            await clock.advance(HUBS_LOOK_SECONDS)
            assert await close_number(ana) == close.ENDED.number
            assert await close_number(customer) == close.ENDED.number
        assert_problem(await agent.get("/api/me"), 401, "not_signed_in")
    lines = await beside.sessions.read_audit(new.id)
    assert verify(new.id, lines, timed.settings.audit_keys) is None
    [end] = [line for line in lines if line.kind == "ended"]
    assert (end.detail, end.hub) == ("agent_ended", "command")
    # Once more finds nothing to do.
    assert not await dismiss(beside, "ana", timed.settings, clock.now())


async def test_a_waiting_code_lets_nobody_in(timed: LiveHub, beside: Stores, clock: WatchedClock) -> None:
    async with timed.signed_in() as agent:
        new = await timed.new_code(agent)
    await dismiss(beside, "ana", timed.settings, clock.now())
    assert_problem(await timed.claim(new.code), 404, "code_invalid")


async def test_a_session_that_changes_all_the_time(
    timed: LiveHub, beside: Stores, clock: WatchedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with timed.signed_in() as agent:
        await timed.new_code(agent)

    async def too_late(*_: Any) -> bool:
        return False

    monkeypatch.setattr(beside.sessions, "replace", too_late)
    with pytest.raises(StoreConflict):
        await dismiss(beside, "ana", timed.settings, clock.now())
