"""The agent's side over HTTP, on a live hub: signing in, CSRF, sessions, tickets."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from cobrowse.core.tokens import secret_hash
from cobrowse.web.limits import LOGIN_FAILURES, NEW_SESSIONS_A_MINUTE
from tests.live_hub import ANSWER_SECONDS, NO_TLS, PASSWORD, LiveHub, sqlite_url
from tests.web.test_problems import assert_problem


async def test_ana_signs_in_and_out(live: LiveHub) -> None:
    async with live.client(live.public_url) as agent:
        assert_problem(await agent.get("/api/me"), 401, "not_signed_in")
        answer = await agent.post("/api/login", json={"name": "ana", "password": PASSWORD})
        assert answer.json() == {
            "agent": {"id": "ana", "name": "Ana"},
            "sites": [{"id": "shop", "name": "Example Shop"}],
        }
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("cobrowse=")
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert (await agent.get("/api/me")).json() == answer.json()
        assert (await agent.post("/api/logout")).status_code == 204
        assert_problem(await agent.get("/api/me"), 401, "not_signed_in")


async def test_a_cookie_that_was_signed_out_is_worth_nothing(live: LiveHub) -> None:
    async with live.signed_in() as agent:
        value = agent.cookies["cobrowse"]
        await agent.post("/api/logout")
        assert_problem(await agent.get("/api/me", headers={"Cookie": f"cobrowse={value}"}), 401, "not_signed_in")


@pytest.mark.parametrize("body", [{"name": "ana", "password": "wrong"}, {"name": "nobody", "password": PASSWORD}])
async def test_wrong_names_and_passwords_look_alike(live: LiveHub, body: dict[str, str]) -> None:
    async with live.client(live.public_url) as agent:
        answer = await agent.post("/api/login", json=body)
    assert_problem(answer, 401, "login_failed")
    assert answer.json()["detail"] == "The name or the password is wrong."
    assert "set-cookie" not in answer.headers


async def test_guessing_a_password_meets_a_limit(live: LiveHub) -> None:
    async with live.client(live.public_url) as agent:
        for _ in range(LOGIN_FAILURES):
            answer = await agent.post("/api/login", json={"name": "ana", "password": "wrong"})
            assert_problem(answer, 401, "login_failed")
        # Not even the right one is tried any more, however the name is written.
        answer = await agent.post("/api/login", json={"name": " ANA ", "password": PASSWORD})
    assert_problem(answer, 429, "too_many")
    assert int(answer.headers["retry-after"]) == answer.json()["retry_after_seconds"] > 0


UNSAFE = [
    ("POST", "/api/login", {"name": "ana", "password": PASSWORD}),
    ("POST", "/api/logout", None),
    ("POST", "/api/sessions", {"site": "shop"}),
    ("DELETE", "/api/sessions/x", None),
    ("POST", "/api/sessions/x/ticket", None),
]


@pytest.mark.parametrize(("method", "path", "body"), UNSAFE)
@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "mirror", "shop"])
async def test_what_changes_something_needs_the_hubs_own_origin(
    live: LiveHub, method: str, path: str, body: Any, origin: str | None
) -> None:
    named = {"mirror": live.mirror_url, "shop": live.origin}
    async with live.signed_in() as agent, live.client() as stranger:
        stranger.cookies = agent.cookies
        headers = {"Origin": named.get(origin, origin)} if origin else {}
        answer = await stranger.request(method, path, json=body, headers=headers)
    assert_problem(answer, 403, "origin_not_allowed")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [*UNSAFE[2:], ("GET", "/api/me", None), ("GET", "/api/sessions", None), ("GET", "/api/sessions/x", None)],
)
async def test_nothing_is_told_to_who_is_not_signed_in(live: LiveHub, method: str, path: str, body: Any) -> None:
    async with live.client(live.public_url) as stranger:
        assert_problem(await stranger.request(method, path, json=body), 401, "not_signed_in")


async def test_a_session_from_code_to_end(live: LiveHub) -> None:
    async with live.signed_in() as agent:
        new = await live.new_code(agent)
        assert new.code.isdigit()
        assert len(new.code) == 9
        listed = (await agent.get("/api/sessions")).json()["sessions"]
        one = (await agent.get(f"/api/sessions/{new.id}")).json()
        assert [session["session"] for session in listed] == [new.id]
        assert (one["name"], one["site"]) == ("waiting", "shop")
        assert new.code not in str(listed)
        assert (await agent.delete(f"/api/sessions/{new.id}")).status_code == 204
        ended = (await agent.get(f"/api/sessions/{new.id}")).json()
    assert (ended["name"], ended["reason"]) == ("ended", "agent_ended")


async def test_a_new_code_ends_the_waiting_one(live: LiveHub) -> None:
    async with live.signed_in() as agent:
        first, second = await live.new_code(agent), await live.new_code(agent)
        assert (await agent.get(f"/api/sessions/{first.id}")).json()["name"] == "ended"
        assert (await agent.get(f"/api/sessions/{second.id}")).json()["name"] == "waiting"
    assert_problem(await live.claim(first.code), 404, "code_invalid")


async def test_sessions_of_others_are_not_there(live: LiveHub) -> None:
    await live.add_agent("ben", "Ben")
    async with live.signed_in() as ana, live.signed_in("ben") as ben:
        new = await live.new_code(ana)
        path = f"/api/sessions/{new.id}"
        for answer in (await ben.get(path), await ben.delete(path), await ben.post(f"{path}/ticket")):
            assert_problem(answer, 404, "session_unknown")
        assert (await ben.get("/api/sessions")).json() == {"sessions": []}
        assert (await ana.get(path)).json()["name"] == "waiting"


async def test_an_unknown_site_and_one_that_is_not_hers(tmp_path: Path, clients: Path) -> None:
    bank = {"id": "bank", "name": "Bank", "origins": ["http://localhost:9002"], "start_url": "http://localhost:9002/"}
    async with LiveHub(store=sqlite_url(tmp_path), static=clients, more_sites=[bank]) as live:
        await live.add_agent("eve", "Eve", ("bank",))
        async with live.signed_in("eve") as agent:
            assert (await agent.get("/api/me")).json()["sites"] == [{"id": "bank", "name": "Bank"}]
            assert_problem(await agent.post("/api/sessions", json={"site": "shop"}), 403, "site_not_allowed")
            assert_problem(await agent.post("/api/sessions", json={"site": "zoo"}), 404, "unknown_site")
            assert (await live.new_code(agent, "bank")).code


async def test_new_sessions_have_a_rate(live: LiveHub) -> None:
    async with live.signed_in() as agent:
        for _ in range(NEW_SESSIONS_A_MINUTE):
            await live.new_code(agent)
        assert_problem(await agent.post("/api/sessions", json={"site": "shop"}), 429, "too_many")


async def test_after_many_wrong_codes_new_ones_are_longer(live: LiveHub) -> None:
    for _ in range(3):
        assert_problem(await live.claim("000000000"), 404, "code_invalid")
    async with live.signed_in() as agent:
        new = await live.new_code(agent)
    assert len(new.code) == 12
    assert (await live.claim(new.code)).status_code == 200


async def test_a_ticket_is_stored_as_a_hash_alone(live: LiveHub) -> None:
    async with live.signed_in() as agent:
        new = await live.new_code(agent)
        ticket = (await agent.post(f"/api/sessions/{new.id}/ticket")).json()["ticket"]
    now, accounts = live.parts.clock.now(), live.parts.accounts
    assert await accounts.take_ticket(ticket, "n" * 16, now) is None
    assert await accounts.take_ticket(secret_hash(ticket), "n" * 16, now) == new.id


@pytest.mark.parametrize("body", [b"", b"not json", b'{"site": 7}', b'{"site": "shop", "admin": true}'])
async def test_garbage_is_a_problem_not_a_mistake(live: LiveHub, body: bytes) -> None:
    async with live.signed_in() as agent:
        answer = await agent.post("/api/sessions", content=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, 400, "bad_request")


async def test_https_has_the_prefixed_cookie(tmp_path: Path, clients: Path) -> None:
    urls = {"public_url": "https://hub.example", "mirror_url": "https://mirror.example"}
    async with LiveHub(store=sqlite_url(tmp_path), static=clients, hub=urls) as live:
        await live.add_agent()
        headers = {"Host": "hub.example", "Origin": "https://hub.example"}
        async with httpx.AsyncClient(
            base_url=live.base, headers=headers, verify=NO_TLS, timeout=ANSWER_SECONDS
        ) as agent:
            answer = await agent.post("/api/login", json={"name": "ana", "password": PASSWORD})
            value = answer.headers["set-cookie"].partition(";")[0]
            assert value.startswith("__Host-cobrowse=")
            assert "; Secure" in answer.headers["set-cookie"]
            assert answer.headers["strict-transport-security"] == "max-age=63072000"
            me = await agent.get("/api/me", headers={"Cookie": value})
            assert me.json()["agent"]["id"] == "ana"
            other = await agent.get("/api/me", headers={"Cookie": value.removeprefix("__Host-")})
            assert_problem(other, 401, "not_signed_in")
