"""Signing in: passwords, cookies, and what outlives what."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher
from starlette.requests import Request
from starlette.responses import Response

from cobrowse.core.errors import BadInput, NotAllowed
from cobrowse.core.tokens import secret_hash
from cobrowse.store.base import AccountStore, Agent
from cobrowse.store.opening import open_store
from cobrowse.web.sign_in import (
    PASSWORD_MAX_CHARACTERS,
    SIGN_IN_SECONDS,
    LoginFailed,
    NotSignedIn,
    Passwords,
    SignedIn,
    SignIns,
    agent_id,
    check_password,
    require_site,
)
from tests.hub.clock import HandClock

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "correct horse"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def accounts(tmp_path: Path) -> AsyncIterator[AccountStore]:
    async with open_store(f"sqlite://{tmp_path}/cobrowse.db", exclusive=True) as stores:
        await stores.accounts.put_agent(Agent("ana", "Ana", CHEAP.hash(PASSWORD)))
        await stores.accounts.put_agent(Agent("broken", "Broken", "not a hash"))
        yield stores.accounts


@pytest.fixture
async def sign_ins(accounts: AccountStore, clock: HandClock) -> AsyncIterator[SignIns]:
    passwords = Passwords(CHEAP)
    yield SignIns(accounts, passwords, clock, https=True)
    passwords.close()


async def sign_in(sign_ins: SignIns, name: str = "ana", password: str = PASSWORD) -> SignedIn:
    return await sign_ins.begin(await sign_ins.prove(name, password))


def request(cookie: str) -> Request:
    return Request({"type": "http", "headers": [(b"cookie", cookie.encode())] if cookie else []})


async def test_the_right_password_signs_in_for_twelve_hours(sign_ins: SignIns, clock: HandClock) -> None:
    signed_in = await sign_in(sign_ins, " Ana ")
    assert signed_in.agent.name == "Ana"
    with_cookie = request(f"__Host-cobrowse={signed_in.cookie}")
    assert (await sign_ins.agent(with_cookie)).id == "ana"
    await clock.advance(SIGN_IN_SECONDS - 1)
    assert (await sign_ins.agent(with_cookie)).id == "ana"
    await clock.advance(2)
    with pytest.raises(NotSignedIn):
        await sign_ins.agent(with_cookie)


@pytest.mark.parametrize(
    ("name", "password"), [("ana", "wrong"), ("nobody", PASSWORD), ("broken", PASSWORD), ("", PASSWORD), ("a b", "x")]
)
async def test_wrong_name_and_wrong_password_are_told_alike(sign_ins: SignIns, name: str, password: str) -> None:
    with pytest.raises(LoginFailed) as caught:
        await sign_ins.prove(name, password)
    assert caught.value.sentence == "The name or the password is wrong."


async def test_an_unknown_name_is_hashed_too(accounts: AccountStore, clock: HandClock) -> None:
    class Counting(PasswordHasher):
        seen: list[str | bytes]

        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            self.seen.append(password)
            return super().verify(hash, password)

    hasher = Counting(time_cost=1, memory_cost=8, parallelism=1)
    hasher.seen = []
    passwords = Passwords(hasher)
    with pytest.raises(LoginFailed):
        await SignIns(accounts, passwords, clock, https=True).prove("nobody", "a password")
    assert hasher.seen == ["a password"]
    passwords.close()


async def test_the_store_knows_no_cookie(sign_ins: SignIns, accounts: AccountStore, clock: HandClock) -> None:
    signed_in = await sign_in(sign_ins)
    assert await accounts.sign_in(signed_in.cookie, clock.now()) is None
    assert await accounts.sign_in(secret_hash(signed_in.cookie), clock.now()) is not None


async def test_signing_out_and_removal_end_it(sign_ins: SignIns, accounts: AccountStore) -> None:
    one = request(f"__Host-cobrowse={(await sign_in(sign_ins)).cookie}")
    two = request(f"__Host-cobrowse={(await sign_in(sign_ins)).cookie}")
    await sign_ins.sign_out(one)
    with pytest.raises(NotSignedIn):
        await sign_ins.agent(one)
    assert (await sign_ins.agent(two)).id == "ana"
    await accounts.remove_agent("ana")
    with pytest.raises(NotSignedIn):
        await sign_ins.agent(two)


@pytest.mark.parametrize("cookie", ["", "cobrowse=x", "__Host-cobrowse=", "__Host-cobrowse=made-up"])
async def test_no_valid_cookie_is_nobody(sign_ins: SignIns, cookie: str) -> None:
    with pytest.raises(NotSignedIn):
        await sign_ins.agent(request(cookie))
    await sign_ins.sign_out(request(cookie))


def test_the_cookie_is_as_tight_as_can_be(accounts: AccountStore, clock: HandClock) -> None:
    passwords = Passwords(CHEAP)
    secure, plain = Response(), Response()
    SignIns(accounts, passwords, clock, https=True).set_cookie(secure, "x")
    SignIns(accounts, passwords, clock, https=False).set_cookie(plain, "x")
    assert secure.headers["set-cookie"].lower() == (
        "__host-cobrowse=x; httponly; max-age=43200; path=/; samesite=strict; secure"
    )
    assert plain.headers["set-cookie"].lower() == "cobrowse=x; httponly; max-age=43200; path=/; samesite=strict"
    gone = Response()
    SignIns(accounts, passwords, clock, https=True).drop_cookie(gone)
    assert "max-age=0" in gone.headers["set-cookie"].lower()
    assert "secure" in gone.headers["set-cookie"].lower()
    passwords.close()


def test_names_and_passwords_have_a_form() -> None:
    assert agent_id("  Ana.Müller ") == "ana.müller"
    for name in ("", "   ", "a b", "a\nb", "x" * 65):
        with pytest.raises(BadInput):
            agent_id(name)
    assert check_password("0123456789") == "0123456789"
    for password in ("short", "x" * (PASSWORD_MAX_CHARACTERS + 1)):
        with pytest.raises(BadInput):
            check_password(password)


def test_an_agent_works_for_the_sites_they_may() -> None:
    require_site(Agent("ana", "Ana", "x"), "shop")
    require_site(Agent("ana", "Ana", "x", ("shop",)), "shop")
    with pytest.raises(NotAllowed) as caught:
        require_site(Agent("ana", "Ana", "x", ("bank",)), "shop")
    assert caught.value.code == "site_not_allowed"
