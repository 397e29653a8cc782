"""How many sockets there may be, of one address and in all."""

import pytest

from cobrowse.core.errors import TooMany
from cobrowse.web.problems import NotReady
from cobrowse.web.turnstile import Turnstile


def test_an_address_may_have_so_many_that_wait() -> None:
    turnstile = Turnstile(waiting_per_address=2)
    first, _ = turnstile.enter("192.0.2.1"), turnstile.enter("192.0.2.1")
    with pytest.raises(TooMany) as caught:
        turnstile.enter("192.0.2.1")
    assert caught.value.retry_after_seconds > 0
    turnstile.enter("192.0.2.2")
    first.said_hello()
    turnstile.enter("192.0.2.1")
    assert (turnstile.waiting, turnstile.sockets, turnstile.refused) == (3, 4, 1)


def test_a_64_of_ipv6_is_one_address() -> None:
    turnstile = Turnstile(waiting_per_address=1)
    turnstile.enter("2001:db8::1")
    with pytest.raises(TooMany):
        turnstile.enter("2001:db8::ffff")
    turnstile.enter("2001:db8:0:1::1")


def test_the_hub_may_have_so_many_that_wait() -> None:
    turnstile = Turnstile(waiting=1)
    passage = turnstile.enter("192.0.2.1")
    with pytest.raises(NotReady):
        turnstile.enter("192.0.2.2")
    passage.said_hello()
    turnstile.enter("192.0.2.2")


def test_the_hub_may_have_so_many_in_all() -> None:
    turnstile = Turnstile(sockets=1)
    passage = turnstile.enter("192.0.2.1")
    passage.said_hello()
    with pytest.raises(NotReady):
        turnstile.enter("192.0.2.2")
    passage.leave()
    turnstile.enter("192.0.2.2")


def test_leaving_gives_all_back_once() -> None:
    turnstile = Turnstile()
    passage = turnstile.enter("192.0.2.1")
    for _ in range(2):
        passage.leave()
        passage.said_hello()
    assert (turnstile.waiting, turnstile.sockets) == (0, 0)
