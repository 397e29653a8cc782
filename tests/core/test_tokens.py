"""Tokens: signed, of one purpose each, and gone at their time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobrowse.core.errors import BadToken, ConfigError
from cobrowse.core.tokens import (
    LEEWAY_SECONDS,
    TOKEN_MAX_CHARACTERS,
    AnyToken,
    AssetTicket,
    CustomerToken,
    Handoff,
    MirrorToken,
    Tokens,
    secret_hash,
)

NOW = 1_790_000_000.0
ALL: list[AnyToken] = [
    CustomerToken(session="s", rotation=3),
    MirrorToken(session="s"),
    AssetTicket(session="s", n=12, hub="h"),
    Handoff(session="s", nonce="n"),
]


def assert_refused(tokens: Tokens, kind: type[CustomerToken], token: str, code: str, now: float = NOW) -> None:
    with pytest.raises(BadToken) as refusal:
        tokens.verify(kind, token, now)
    assert refusal.value.code == code
    assert len(token) < 10 or token not in refusal.value.sentence


@pytest.mark.parametrize("payload", ALL)
def test_a_token_says_what_was_signed(payload: AnyToken) -> None:
    tokens = Tokens(["one"])
    assert tokens.verify(type(payload), tokens.sign(payload, NOW + 1), NOW) == payload  # type: ignore[type-var]  # each of the four kinds


@pytest.mark.parametrize("payload", ALL[1:])
def test_a_token_of_another_purpose_is_worth_nothing(payload: AnyToken) -> None:
    tokens = Tokens(["one"])
    assert_refused(tokens, CustomerToken, tokens.sign(payload, NOW + 1), "bad_token")


def test_the_salt_alone_tells_purposes_apart() -> None:
    tokens = Tokens(["one"])
    body = tokens.sign(CustomerToken(session="s", rotation=0), NOW).rpartition(".")[0]
    signatures = {signer.get_signature(body) for signer in tokens._signers.values()}
    assert len(signatures) == len(ALL)


def test_the_first_key_signs_and_all_verify() -> None:
    old, both, new = Tokens(["old"]), Tokens(["new", "old"]), Tokens(["new"])
    payload = CustomerToken(session="s", rotation=0)
    assert both.verify(CustomerToken, old.sign(payload, NOW), NOW) == payload
    assert new.verify(CustomerToken, both.sign(payload, NOW), NOW) == payload
    assert_refused(old, CustomerToken, both.sign(payload, NOW), "bad_token")


def test_a_token_expires_after_its_leeway() -> None:
    tokens = Tokens(["one"])
    token = tokens.sign(CustomerToken(session="s", rotation=0), NOW)
    assert tokens.verify(CustomerToken, token, NOW + LEEWAY_SECONDS).session == "s"
    assert_refused(tokens, CustomerToken, token, "token_expired", NOW + LEEWAY_SECONDS + 0.001)


def test_a_clock_that_is_behind_does_not_matter() -> None:
    tokens = Tokens(["one"])
    token = tokens.sign(CustomerToken(session="s", rotation=0), NOW + 60)
    assert tokens.verify(CustomerToken, token, NOW - 3600).session == "s"


@pytest.mark.parametrize("token", ["", ".", "a.b", "é.é", "x" * (TOKEN_MAX_CHARACTERS + 1), "\ud800", "eyJ9.", "\x00"])
def test_garbage_is_refused(token: str) -> None:
    assert_refused(Tokens(["one"]), CustomerToken, token, "bad_token")


@given(st.data())
def test_no_changed_token_is_accepted(data: st.DataObject) -> None:
    tokens = Tokens(["one"])
    token = tokens.sign(CustomerToken(session="s", rotation=0), NOW)
    # The last letter of a base64 text may hold bits that mean nothing; all others count.
    place = data.draw(st.integers(0, len(token) - 2))
    letter = data.draw(st.characters(min_codepoint=33, max_codepoint=126).filter(lambda x: x != token[place]))
    with pytest.raises(BadToken):
        tokens.verify(CustomerToken, token[:place] + letter + token[place + 1 :], NOW)


def test_a_signed_text_of_another_form_is_refused() -> None:
    tokens = Tokens(["one"])
    signer = tokens._signers[CustomerToken]
    for text in (b"bm90IGpzb24", b"e30", b"!", b"eyJleHBpcmVzX2F0IjoxLCJwYXlsb2FkIjp7fX0"):
        assert_refused(tokens, CustomerToken, signer.sign(text).decode(), "bad_token", now=0)


@pytest.mark.parametrize("keys", [[], [""], ["one", ""]])
def test_keys_are_needed(keys: list[str]) -> None:
    with pytest.raises(ConfigError):
        Tokens(keys)


def test_what_stands_for_a_secret() -> None:
    assert secret_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
