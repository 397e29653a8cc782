"""The customer's side over HTTP, on a live hub: claims, the handoff, assets, CORS, and what a guesser meets."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cobrowse.core.codes import check_digit
from cobrowse.core.tokens import AssetTicket, CustomerToken, Handoff
from cobrowse.hub.assets import ASSET_MAX_BYTES
from cobrowse.web.customer_api import HANDOFF_SECONDS
from cobrowse.web.gates import BODY_SECONDS
from tests.live_hub import SHOP_ORIGIN, LiveHub, sqlite_url
from tests.web.clocks import WatchedClock
from tests.web.test_problems import assert_problem

BANK_ORIGIN = "http://localhost:9002"
BANK = {"id": "bank", "name": "Bank", "origins": [BANK_ORIGIN], "start_url": BANK_ORIGIN + "/"}
UNKNOWN = "000000000"


@pytest.fixture
async def timed(tmp_path: Path, clients: Path, clock: WatchedClock) -> AsyncIterator[LiveHub]:
    """A hub with two sites, whose time passes by hand."""
    async with LiveHub(store=sqlite_url(tmp_path), static=clients, clock=clock, more_sites=[BANK]) as hub:
        await hub.add_agent()
        yield hub


async def code_of(hub: LiveHub, site: str = "shop") -> str:
    async with hub.signed_in() as agent:
        return (await hub.new_code(agent, site)).code


def nonce() -> str:
    return secrets.token_hex(16)


async def test_a_code_lets_in_one_tab_and_answers_it_alike_again(live: LiveHub) -> None:
    code, mine = await code_of(live), nonce()
    answer = await live.claim(f" {code[:3]}-{code[3:6]} {code[6:]}", nonce=mine)
    joined = answer.json()
    assert set(joined) == {"session", "token", "digits", "agent_name", "site_name", "policy"}
    assert (joined["agent_name"], joined["site_name"]) == ("Ana", "Example Shop")
    assert answer.headers["access-control-allow-origin"] == SHOP_ORIGIN
    assert answer.headers["vary"] == "Origin"
    # The reply was lost on the way: the same nonce gets the same session and digits.
    again = (await live.claim(code, nonce=mine)).json()
    assert (again["session"], again["digits"]) == (joined["session"], joined["digits"])
    assert_problem(await live.claim(code), 404, "code_invalid")


async def test_of_many_at_once_one_wins(live: LiveHub) -> None:
    code = await code_of(live)
    answers = await asyncio.gather(*(live.claim(code) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404, 404]


async def test_unknown_used_expired_and_foreign_codes_answer_alike(timed: LiveHub, clock: WatchedClock) -> None:
    used, of_bank = await code_of(timed), await code_of(timed, "bank")
    await timed.claim(used)
    expired = await code_of(timed)
    await clock.advance(301)
    answers = [await timed.claim(code) for code in (UNKNOWN, used, of_bank, expired)]
    for answer in answers:
        assert_problem(answer, 404, "code_invalid")
    assert len({answer.text for answer in answers}) == 1


async def test_a_typing_error_costs_nothing(live: LiveHub) -> None:
    code = await code_of(live)
    wrong = code[:8] + str((int(code[8]) + 1) % 10)
    for _ in range(8):
        assert_problem(await live.claim(wrong), 422, "code_mistyped")
    for text in ("12345678", "abc", "1" * 13, ""):
        assert_problem(await live.claim(text), 422, "code_mistyped")
    assert (await live.claim(code)).status_code == 200


async def test_a_guesser_is_stopped_and_told_when_to_come_again(live: LiveHub) -> None:
    code = await code_of(live)
    for number in range(5):
        body = f"{number:08d}"
        assert_problem(await live.claim(body + check_digit(body)), 404, "code_invalid")
    answer = await live.claim(code)
    assert_problem(answer, 429, "too_many")
    assert int(answer.headers["retry-after"]) == answer.json()["retry_after_seconds"] > 0
    # A page must be able to read how long.
    assert answer.headers["access-control-allow-origin"] == SHOP_ORIGIN
    assert answer.headers["access-control-expose-headers"] == "Retry-After"


async def test_a_new_code_resets_no_count(live: LiveHub) -> None:
    for _ in range(5):
        await live.claim(UNKNOWN)
    assert_problem(await live.claim(await code_of(live)), 429, "too_many")


async def test_an_unknown_site(live: LiveHub) -> None:
    assert_problem(await live.claim(UNKNOWN, site="zoo"), 404, "unknown_site")


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", BANK_ORIGIN, "mirror"])
async def test_a_code_is_claimed_from_its_own_site_alone(timed: LiveHub, origin: str | None) -> None:
    code = await code_of(timed)
    async with timed.client(timed.mirror_url if origin == "mirror" else origin) as client:
        answer = await client.post("/api/codes/claim", json={"site": "shop", "code": code, "nonce": nonce()})
    assert_problem(answer, 403, "origin_not_allowed")
    # Another site of this hub may read why, a stranger may not.
    assert answer.headers.get("access-control-allow-origin") == (BANK_ORIGIN if origin == BANK_ORIGIN else None)
    assert (await timed.claim(code)).status_code == 200


@pytest.mark.parametrize("path", ["/api/codes/claim", "/api/handoffs/redeem", "/api/assets/7"])
async def test_a_browser_may_ask_before(live: LiveHub, path: str) -> None:
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    async with live.client(SHOP_ORIGIN) as client:
        answer = await client.options(path, headers=asking)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == SHOP_ORIGIN
    assert "access-control-allow-credentials" not in answer.headers
    async with live.client("https://evil.example") as client:
        assert_problem(await client.options(path, headers=asking), 403, "origin_not_allowed")


@pytest.mark.parametrize(
    "changed", [{"nonce": "short"}, {"code": 123456786}, {"site": "x" * 65}, {"more": True}, {"code": "1" * 65}]
)
async def test_garbage_in_a_claim(live: LiveHub, changed: dict[str, Any]) -> None:
    body = {"site": "shop", "code": UNKNOWN, "nonce": nonce(), **changed}
    async with live.client(SHOP_ORIGIN) as client:
        assert_problem(await client.post("/api/codes/claim", json=body), 400, "bad_request")


# --- the hosted page's handoff


async def hand_over(hub: LiveHub, code: str, mine: str) -> str:
    """The handoff that a claim from /join puts behind the site's start page."""
    async with hub.client(hub.public_url) as page:
        answer = await page.post("/api/codes/claim", json={"site": "shop", "code": code, "nonce": mine})
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"redirect"}
    start, _, handoff = answer.json()["redirect"].partition("#cobrowse=")
    assert start == SHOP_ORIGIN + "/"
    return str(handoff)


async def redeem(
    hub: LiveHub, handoff: str, mine: str, site: str = "shop", origin: str = SHOP_ORIGIN
) -> httpx.Response:
    async with hub.client(origin) as page:
        return await page.post("/api/handoffs/redeem", json={"site": site, "handoff": handoff, "nonce": mine})


async def test_the_hosted_page_hands_the_customer_over(live: LiveHub) -> None:
    handoff, mine = await hand_over(live, await code_of(live), nonce()), nonce()
    joined = await redeem(live, handoff, mine)
    assert joined.status_code == 200
    assert joined.json()["agent_name"] == "Ana"
    assert joined.headers["access-control-allow-origin"] == SHOP_ORIGIN
    assert (await redeem(live, handoff, mine)).json()["session"] == joined.json()["session"]
    assert_problem(await redeem(live, handoff, nonce()), 401, "handoff_invalid")


async def test_a_handoff_lives_half_a_minute(timed: LiveHub, clock: WatchedClock) -> None:
    handoff = await hand_over(timed, await code_of(timed), nonce())
    await clock.advance(HANDOFF_SECONDS + 1)
    assert_problem(await redeem(timed, handoff, nonce()), 401, "handoff_invalid")


async def test_a_handoff_is_for_its_site_alone(timed: LiveHub) -> None:
    handoff = await hand_over(timed, await code_of(timed), nonce())
    other = await redeem(timed, handoff, nonce(), site="bank", origin=BANK_ORIGIN)
    assert_problem(other, 401, "handoff_invalid")


@pytest.mark.parametrize("origin", ["https://evil.example", BANK_ORIGIN, "hub"])
async def test_a_handoff_is_redeemed_from_the_site_alone(timed: LiveHub, origin: str) -> None:
    handoff = await hand_over(timed, await code_of(timed), nonce())
    answer = await redeem(timed, handoff, nonce(), origin=timed.public_url if origin == "hub" else origin)
    assert_problem(answer, 403, "origin_not_allowed")
    assert (await redeem(timed, handoff, nonce())).status_code == 200


async def test_forged_handoffs_and_tokens_of_another_kind(live: LiveHub) -> None:
    tokens, until = live.parts.tokens, live.parts.clock.now() + 60
    unasked = tokens.sign(Handoff(session="x", nonce=nonce()), until)
    customer = tokens.sign(CustomerToken(session="x", rotation=0), until)
    assert_problem(await redeem(live, unasked, nonce()), 401, "handoff_invalid")
    # Not at the end: some bits of the last letter mean nothing.
    content, _, signature = unasked.rpartition(".")
    forged_signature = ("B" if signature[0] == "A" else "A") + signature[1:]
    for forged in (customer, "nonsense", f"{content}.{forged_signature}"):
        assert_problem(await redeem(live, forged, nonce()), 401, "bad_token")


# --- assets


def credentials(hub: LiveHub, *, n: int = 7, session: str = "s", lasting: float = 60.0) -> dict[str, str]:
    until = hub.parts.clock.now() + lasting
    token = hub.parts.tokens.sign(CustomerToken(session=session, rotation=0), until)
    ticket = hub.parts.tokens.sign(AssetTicket(session="s", n=n, hub="h"), until)
    return {"Authorization": f"Bearer {token}", "Cobrowse-Asset-Ticket": ticket}


async def put(
    hub: LiveHub, n: object, headers: dict[str, str], body: bytes = b"x", origin: str = SHOP_ORIGIN
) -> httpx.Response:
    async with hub.client(origin) as page:
        return await page.put(f"/api/assets/{n}", content=body, headers=headers)


async def test_an_asset_nobody_asked_for_is_refused(live: LiveHub) -> None:
    answer = await put(live, 7, credentials(live))
    assert_problem(answer, 404, "asset_not_shared")
    assert answer.headers["access-control-allow-origin"] == SHOP_ORIGIN


async def test_an_asset_needs_token_and_ticket_that_belong_together(live: LiveHub) -> None:
    good = credentials(live)
    assert_problem(await put(live, 7, {}), 401, "bad_token")
    assert_problem(await put(live, 7, {"Authorization": good["Authorization"]}), 401, "bad_token")
    basic = {**good, "Authorization": good["Authorization"].replace("Bearer", "Basic")}
    assert_problem(await put(live, 7, basic), 401, "bad_token")
    assert_problem(await put(live, 7, {**good, "Cobrowse-Asset-Ticket": "x.y"}), 401, "bad_token")
    assert_problem(await put(live, 8, good), 401, "bad_token")
    assert_problem(await put(live, 7, credentials(live, session="other")), 401, "bad_token")
    assert_problem(await put(live, 7, credentials(live, lasting=-100)), 401, "token_expired")
    assert_problem(await put(live, 7, good, origin="https://evil.example"), 403, "origin_not_allowed")


@pytest.mark.parametrize("n", ["0", "-1", "x", "2147483648", "99999999999", "1.5"])
async def test_an_asset_has_a_number(live: LiveHub, n: str) -> None:
    assert_problem(await put(live, n, credentials(live)), 400, "bad_request")


async def test_a_body_that_drips(timed: LiveHub, clock: WatchedClock) -> None:
    reader, writer = await asyncio.open_connection("localhost", timed.port)
    lines = [
        "PUT /api/assets/7 HTTP/1.1",
        f"Host: localhost:{timed.port}",
        f"Origin: {SHOP_ORIGIN}",
        "Content-Length: 1000",
        *(f"{name}: {value}" for name, value in credentials(timed).items()),
    ]
    writer.write("\r\n".join([*lines, "", "first bytes"]).encode())
    await clock.slept(BODY_SECONDS)
    await clock.advance(BODY_SECONDS)
    answer = await reader.readuntil(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 408 ")
    writer.close()
    await writer.wait_closed()


async def test_an_asset_of_more_than_five_megabytes(live: LiveHub) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(ASSET_MAX_BYTES // 65536 + 1):
            yield b"x" * 65536

    async with live.client(SHOP_ORIGIN) as page:
        answer = await page.put("/api/assets/7", content=endless(), headers=credentials(live))
    assert_problem(answer, 413, "too_large")
