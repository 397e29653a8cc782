"""P1 against a guesser: how many guesses reach the codes, whoever makes them, and that customers get in all the while.

What is asserted is what cannot vary: the number of guesses that reach the codes. Chances follow from it by arithmetic.
`python -m tests.attack.guesser` prints the figures of docs/threat-model.md."""

import logging
from collections.abc import AsyncIterator, Iterator

import pytest

from cobrowse.core import codes
from cobrowse.web import limits
from cobrowse.web.limits import LONG_DIGITS
from tests.attack.guesser import (
    DAY_SECONDS,
    LIVE_CODES,
    SHORT_DIGITS,
    Answer,
    Attack,
    Console,
    Target,
    addresses_of_many_networks,
    attack,
    failures_bound,
    honest_customer,
    target,
)
from tests.untraced import untraced

# DESIGN section 6: with 100 live codes and the whole budget used all day.
SHORT_CHANCE = 0.0086
LONG_CHANCE = 0.0043
HOURS_6 = 6 * 3600


@pytest.fixture(name="hub")
async def _hub() -> AsyncIterator[Target]:
    async with target() as made:
        yield made


@pytest.fixture(autouse=True)
def _untraced() -> Iterator[None]:
    with untraced():
        yield


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "cobrowse")


def wrong_code(hub: Target, digits: int = SHORT_DIGITS) -> str:
    return codes.make(hub.random.randrange, digits)


def assert_chance(done: Attack, amount: int, window_seconds: float, chance: float) -> None:
    bound = failures_bound(done.seconds, amount, window_seconds)
    # Nearly the whole budget was used, or this shows nothing; and never more.
    assert 0.9 * bound < done.failures <= bound
    assert done.chance_a_day <= chance * bound / (bound - amount) * 1.005
    # What was hit agrees with what was reached: a lucky guesser's hits are what chance makes of so many guesses.
    expected = done.failures * LIVE_CODES / 10_000
    assert abs(done.hits - expected) < 5 * expected**0.5


async def test_a_day_of_a_botnet_with_all_the_budget_of_short_codes(hub: Target) -> None:
    done = await attack(
        hub, digits=SHORT_DIGITS, seconds=DAY_SECONDS, step_seconds=20, guesses_a_step=4, honest_every_steps=15
    )
    assert_chance(done, limits.CLAIM_FAILURES_A_MINUTE, 60, SHORT_CHANCE)
    # Honest customers have long codes from the first minute on, and get in at their first try, each of them.
    assert done.longest_code == LONG_DIGITS
    assert done.honest_in == done.honest_tries == DAY_SECONDS // 300


async def test_a_patient_botnet_that_raises_no_alarm(hub: Target) -> None:
    below = limits.ALARM_FAILURES_A_MINUTE - 1
    done = await attack(
        hub, digits=SHORT_DIGITS, seconds=HOURS_6, step_seconds=61, guesses_a_step=below, honest_every_steps=5
    )
    assert done.longest_code == SHORT_DIGITS
    assert done.failures <= failures_bound(HOURS_6, below, 60)
    assert done.chance_a_day < SHORT_CHANCE / 2
    assert done.honest_in == done.honest_tries > 0


async def test_a_botnet_with_all_the_budget_of_long_codes(hub: Target) -> None:
    done = await attack(hub, digits=LONG_DIGITS, seconds=60, step_seconds=0.5, guesses_a_step=60)
    assert_chance(done, limits.LONG_FAILURES_A_SECOND, 1, LONG_CHANCE)


async def test_customers_with_long_codes_get_in_beside_a_botnet_of_two_thousand(hub: Target) -> None:
    """Each address has its five guesses in ten minutes; spread out they leave room for everybody."""
    steps = 0

    def address() -> str:
        nonlocal steps
        steps += 1
        return f"198.18.{steps % 2000 // 250}.{steps % 250}"

    for _ in range(limits.ALARM_FAILURES_A_MINUTE):
        await hub.claim(wrong_code(hub), client=f"198.51.100.{hub.random.randrange(250)}")
    done = await attack(
        hub, digits=LONG_DIGITS, seconds=120, step_seconds=1, guesses_a_step=17, honest_every_steps=10, address=address
    )
    assert done.failures > 1900
    assert done.longest_code == LONG_DIGITS
    assert done.honest_in == done.honest_tries == 12


async def test_the_whole_day_by_arithmetic() -> None:
    """The bounds are those of DESIGN section 6, for a minute and a second as for a day."""
    short = failures_bound(DAY_SECONDS, limits.CLAIM_FAILURES_A_MINUTE, 60)
    assert short * LIVE_CODES / 10 ** (SHORT_DIGITS - 1) == pytest.approx(SHORT_CHANCE, rel=0.006)
    long = failures_bound(DAY_SECONDS, limits.LONG_FAILURES_A_SECOND, 1)
    assert long * LIVE_CODES / 10 ** (LONG_DIGITS - 1) == pytest.approx(LONG_CHANCE, rel=0.006)


# --- one network


async def reached_from(hub: Target, addresses: list[str], **headers: str) -> int:
    """How many of these guesses with long codes, which have budget to spare, come to the codes."""
    before = hub.reached()
    for address in addresses:
        await hub.claim(wrong_code(hub, LONG_DIGITS), client=address, headers=headers or None)
        hub.clock.pass_unseen(0.05)
    return hub.reached() - before


@pytest.mark.parametrize(
    ("farm", "most"),
    [
        pytest.param([f"198.51.100.{7}" for _ in range(60)], limits.CLAIM_FAILURES, id="one address"),
        pytest.param([f"::ffff:198.51.100.{7}" for _ in range(60)], limits.CLAIM_FAILURES, id="mapped into IPv6"),
        pytest.param([f"2001:db8::{n:x}" for n in range(60)], limits.CLAIM_FAILURES, id="a /64"),
        pytest.param([f"2001:db8:0:{n:x}::1" for n in range(100)], limits.CLAIM_FAILURES_56, id="a /56"),
        pytest.param([f"2001:db8:0:{n:x}00::1" for n in range(100)], limits.CLAIM_FAILURES_48, id="a /48"),
    ],
)
async def test_one_network_has_its_budget_whatever_address_it_takes(hub: Target, farm: list[str], most: int) -> None:
    assert await reached_from(hub, farm) == most
    # On another site too, and after a new code was made.
    await Console(hub).new_code()
    answer = await hub.claim(wrong_code(hub, LONG_DIGITS), client=farm[0], site="bank")
    assert answer.status == 429
    assert 1 <= answer.json["retry_after_seconds"] <= 600
    hub.clock.pass_unseen(600)
    assert await reached_from(hub, farm) == most


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip"])
async def test_forged_proxy_headers_give_no_new_address(hub: Target, header: str) -> None:
    before = hub.reached()
    for number in range(30):
        value = f"for=192.0.2.{number}" if header == "forwarded" else f"192.0.2.{number}"
        await hub.claim(wrong_code(hub, LONG_DIGITS), client="198.51.100.7", headers={header: value})
    assert hub.reached() - before == limits.CLAIM_FAILURES


async def test_behind_a_listed_proxy_only_what_the_proxy_says_counts() -> None:
    async with target(proxies=["10.0.0.0/8"]) as hub:
        before = hub.reached()
        for number in range(30):
            # The guesser sends a header of their own; the proxy appends where it came from.
            headers = {"x-forwarded-for": f"192.0.2.{number}, 198.51.100.7"}
            await hub.claim(wrong_code(hub, LONG_DIGITS), client="10.0.0.1", headers=headers)
        assert hub.reached() - before == limits.CLAIM_FAILURES
        # Others behind the same proxy are others.
        code = await Console(hub).new_code()
        answer = await hub.claim(code, client="10.0.0.1", headers={"x-forwarded-for": "203.0.113.9"})
        assert answer.status == 200


async def test_each_site_has_a_budget_of_its_own(hub: Target) -> None:
    address = addresses_of_many_networks(hub.random)
    for _ in range(30):
        await hub.claim(wrong_code(hub), client=address())
    assert (await hub.claim(wrong_code(hub), client=address())).status == 429
    assert (await hub.claim(wrong_code(hub), client=address(), site="bank")).status == 404
    assert len(await Console(hub).new_code("bank")) == SHORT_DIGITS


async def test_no_number_of_new_codes_resets_a_count(hub: Target) -> None:
    address, console = addresses_of_many_networks(hub.random), Console(hub)
    before = hub.reached()
    for _ in range(20):
        code = await console.new_code()
        assert await honest_customer(hub, code, hub.random.randrange(10_000))
        await hub.claim(wrong_code(hub), client=address())
        hub.clock.pass_unseen(2.5)
    assert hub.reached() - before == 20 + limits.CLAIM_FAILURES_A_MINUTE


async def test_codes_are_long_for_a_day_and_then_short_again(hub: Target) -> None:
    address, console = addresses_of_many_networks(hub.random), Console(hub)
    for _ in range(limits.ALARM_FAILURES_A_MINUTE):
        await hub.claim(wrong_code(hub), client=address())
    hub.clock.pass_unseen(DAY_SECONDS - 1)
    assert len(await console.new_code()) == LONG_DIGITS
    hub.clock.pass_unseen(2)
    assert len(await console.new_code()) == SHORT_DIGITS


# --- what an answer tells


async def test_an_answer_tells_nothing_neither_in_words_nor_in_what_it_cost(hub: Target) -> None:
    """Unknown, used, expired and withdrawn codes, and those of another site: the same bytes, by the same calls of the
    store, in whatever order they come. Time is not asked: equal work is what makes it equal."""
    console = Console(hub)
    expired = await console.new_code()
    hub.clock.pass_unseen(300)
    used = await console.new_code()
    assert (await hub.claim(used, client="203.0.113.1")).status == 200
    withdrawn = await console.new_code()
    elsewhere = await console.new_code("bank")
    await console.new_code()
    told: dict[str, set[tuple[int, bytes, str, str]]] = {}
    for turn in range(12):
        asked = {
            "unknown": wrong_code(hub),
            "used": used,
            "expired": expired,
            "withdrawn": withdrawn,
            "of another site": elsewhere,
        }
        kinds = sorted(asked)
        hub.random.shuffle(kinds)
        for number, kind in enumerate(kinds):
            before = len(hub.store.calls)
            answer = await hub.claim(asked[kind], client=f"198.51.100.{turn * 10 + number}")
            told.setdefault(kind, set()).add(outside(answer, hub.store.calls[before:]))
        hub.clock.pass_unseen(60)
    assert len(set.union(*told.values())) == 1, told
    [(status, body, _, calls)] = told["unknown"]
    assert (status, calls) == (404, "claim")
    assert b"code_invalid" in body


def outside(answer: Answer, calls: list[str]) -> tuple[int, bytes, str, str]:
    """All that can be seen of an answer, and what it made the store do."""
    return answer.status, answer.body, repr(sorted(answer.headers.items())), " ".join(calls)
