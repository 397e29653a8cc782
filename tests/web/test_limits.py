"""Rate limits: whose budget a failure takes, and what nobody can do to others."""

import asyncio

import pytest
from limits.errors import StorageError

from cobrowse.core.errors import NotFound, Refused, StoreAway, StoreError, TooMany
from cobrowse.core.policy import Site
from cobrowse.web import limits
from cobrowse.web.counts import CountsInMemory
from cobrowse.web.limits import RateLimits, blocks
from tests.hub.clock import HandClock

SHOP = Site(id="shop", name="Shop", origins=("https://shop.example",), start_url="https://shop.example/")
BANK = Site(id="bank", name="Bank", origins=("https://bank.example",), start_url="https://bank.example/")


@pytest.fixture
def budgets() -> RateLimits:
    return RateLimits(None, HandClock())


async def fail(budgets: RateLimits, address: str, site: Site = SHOP, digits: int = 9) -> None:
    with pytest.raises(NotFound):
        async with budgets.claiming(address, site, digits):
            raise NotFound("no such code", code="code_invalid")


async def succeed(budgets: RateLimits, address: str, site: Site = SHOP, digits: int = 9) -> None:
    async with budgets.claiming(address, site, digits):
        pass


async def assert_too_many(budgets: RateLimits, address: str, site: Site = SHOP, digits: int = 9) -> TooMany:
    with pytest.raises(TooMany) as caught:
        await succeed(budgets, address, site, digits)
    assert caught.value.retry_after_seconds >= 1
    return caught.value


def test_an_ipv6_address_counts_for_three_blocks() -> None:
    assert [block for _, block in blocks("2001:db8:1:2:3::9")] == [
        "2001:db8:1:2::/64",
        "2001:db8:1::/56",
        "2001:db8:1::/48",
    ]
    assert [item.amount for item, _ in blocks("2001:db8::1")] == [5, 15, 45]
    assert [block for _, block in blocks("::ffff:192.0.2.1")] == ["192.0.2.1"]
    assert [block for _, block in blocks("192.0.2.1")] == ["192.0.2.1"]
    assert [block for _, block in blocks("")] == ["none"]


async def test_five_failures_of_one_address_are_enough(budgets: RateLimits) -> None:
    # Twelve digits, so that the site's own small budget is not what speaks.
    for _ in range(5):
        await fail(budgets, "192.0.2.1", digits=12)
    error = await assert_too_many(budgets, "192.0.2.1", digits=12)
    assert 500 < error.retry_after_seconds <= 600
    await assert_too_many(budgets, "192.0.2.1", site=BANK, digits=12)
    await succeed(budgets, "192.0.2.2", digits=12)
    assert budgets.alarms >= 2


async def test_a_success_gives_nothing_back(budgets: RateLimits) -> None:
    for _ in range(4):
        await fail(budgets, "192.0.2.1", digits=12)
    await succeed(budgets, "192.0.2.1", digits=12)
    await fail(budgets, "192.0.2.1", digits=12)
    await assert_too_many(budgets, "192.0.2.1", digits=12)


async def test_neighbours_in_a_larger_block_have_larger_budgets(budgets: RateLimits) -> None:
    for network in range(3):
        for _ in range(5):
            await fail(budgets, f"2001:db8:0:{network}::1", digits=12)
    # The /56 is used up for all its /64, the /48 is not.
    await assert_too_many(budgets, "2001:db8:0:9::1", digits=12)
    await succeed(budgets, "2001:db8:0:100::1", digits=12)


async def test_six_failures_a_minute_of_one_site_and_length(budgets: RateLimits) -> None:
    for number in range(6):
        await fail(budgets, f"192.0.2.{number}")
    error = await assert_too_many(budgets, "192.0.2.99")
    assert error.retry_after_seconds <= 60
    await succeed(budgets, "192.0.2.99", site=BANK)
    await succeed(budgets, "192.0.2.99", digits=12)


async def test_many_customers_at_once_are_no_attack(budgets: RateLimits) -> None:
    await asyncio.gather(*(succeed(budgets, f"192.0.2.{number}") for number in range(50)))


async def test_many_guessers_at_once_get_no_more_than_the_budget(budgets: RateLimits) -> None:
    async def guess(number: int) -> bool:
        try:
            async with budgets.claiming(f"192.0.2.{number}", SHOP, 9):
                await asyncio.sleep(0)
                raise NotFound("no such code")
        except NotFound:
            return True
        except TooMany:
            return False

    assert sum(await asyncio.gather(*(guess(number) for number in range(50)))) == 6


async def test_at_half_the_budget_new_codes_are_long_for_a_day(budgets: RateLimits) -> None:
    await fail(budgets, "192.0.2.1")
    await fail(budgets, "192.0.2.2")
    assert await budgets.digits_for(SHOP) == 9
    await fail(budgets, "192.0.2.3")
    assert await budgets.digits_for(SHOP) == 12
    assert await budgets.digits_for(BANK) == 9


async def test_failures_with_long_codes_change_no_length(budgets: RateLimits) -> None:
    for number in range(10):
        await fail(budgets, f"192.0.2.{number}", digits=12)
    assert await budgets.digits_for(SHOP) == 9


async def sign_in(budgets: RateLimits, address: str, name: str, *, right: bool) -> None:
    async with budgets.signing_in(address, name):
        if not right:
            raise Refused("no")


async def fail_to_sign_in(budgets: RateLimits, address: str, name: str) -> None:
    with pytest.raises(Refused, match="no"):
        await sign_in(budgets, address, name, right=False)


async def test_failed_sign_ins_are_counted_by_pair_and_by_address(budgets: RateLimits) -> None:
    for _ in range(limits.LOGIN_FAILURES):
        await fail_to_sign_in(budgets, "192.0.2.1", "ana")
    with pytest.raises(TooMany):
        await sign_in(budgets, "192.0.2.1", "ana", right=True)
    # The same name from elsewhere still may, and others from the same office: nobody locks Ana out with five tries.
    await sign_in(budgets, "192.0.2.2", "ana", right=True)
    await sign_in(budgets, "192.0.2.1", "ben", right=True)
    for number in range(limits.LOGIN_FAILURES_AN_ADDRESS):
        await fail_to_sign_in(budgets, "192.0.2.3", f"name{number}")
    with pytest.raises(TooMany):
        await sign_in(budgets, "192.0.2.3", "another", right=True)


async def test_a_name_that_many_addresses_guess_at_has_a_budget(budgets: RateLimits) -> None:
    for number in range(limits.LOGIN_FAILURES_A_NAME):
        await fail_to_sign_in(budgets, f"192.0.2.{number // limits.LOGIN_FAILURES}", "ana")
    with pytest.raises(TooMany):
        await sign_in(budgets, "198.51.100.1", "ana", right=True)


async def test_an_office_that_signs_in_at_nine_is_no_attack(budgets: RateLimits) -> None:
    tries = [sign_in(budgets, "192.0.2.1", f"agent{number}", right=True) for number in range(100)]
    await asyncio.gather(*tries)


async def test_guesses_at_a_password_at_once_get_no_more_than_the_budget(budgets: RateLimits) -> None:
    async def guess() -> bool:
        try:
            await sign_in(budgets, "192.0.2.1", "ana", right=False)
        except TooMany:
            return False
        except Refused:
            return True
        return False

    assert sum(await asyncio.gather(*(guess() for _ in range(50)))) == limits.LOGIN_FAILURES


async def test_new_sessions_and_handoffs_have_budgets(budgets: RateLimits) -> None:
    for _ in range(limits.NEW_SESSIONS_A_MINUTE):
        await budgets.new_session("ana")
    with pytest.raises(TooMany):
        await budgets.new_session("ana")
    await budgets.new_session("ben")
    for _ in range(limits.REDEEM_FAILURES):
        with pytest.raises(Refused, match="no"):
            async with budgets.redeeming("192.0.2.1"):
                raise Refused("no")
    with pytest.raises(TooMany):
        async with budgets.redeeming("192.0.2.1"):
            pass


class Away:
    """Counts of a store that is away."""

    async def add(self, key: str, amount: int, window_seconds: int) -> int:
        raise StoreAway("no answer")

    async def amount(self, key: str) -> int:
        raise StoreAway("no answer")

    async def seconds_left(self, key: str) -> float:
        raise StoreAway("no answer")


async def test_counts_that_do_not_answer_are_the_store_s_own_error() -> None:
    budgets = RateLimits(Away(), HandClock())
    with pytest.raises(StoreAway):
        await succeed(budgets, "192.0.2.1")
    with pytest.raises(StoreAway):
        await budgets.new_session("ana")


async def test_the_waiting_time_may_fail_too(budgets: RateLimits, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_storage: CountsInMemory, _key: str) -> float:
        raise StorageError(ConnectionError())

    for _ in range(limits.NEW_SESSIONS_A_MINUTE):
        await budgets.new_session("ana")
    monkeypatch.setattr(CountsInMemory, "get_expiry", broken)
    with pytest.raises(StoreError):
        await budgets.new_session("ana")
