"""Signed tokens: what each says, and `Tokens`, which signs and verifies them.

itsdangerous signs (HMAC-SHA256); each kind has a salt of its own, so that a token of one purpose is worth nothing for
another. The expiry is in the payload, with leeway: itsdangerous' own `max_age` refuses when two hubs' clocks differ.
The first key signs, all keys verify, so a key can be changed without ending a session.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from itsdangerous import BadSignature, Signer
from itsdangerous.encoding import base64_decode, base64_encode
from itsdangerous.exc import BadData
from msgspec import Struct

from cobrowse.core.errors import BadToken, ConfigError

# Two hubs' clocks may differ by this much.
LEEWAY_SECONDS = 60.0
TOKEN_MAX_CHARACTERS = 2048


class CustomerToken(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The customer's right to its seat. `rotation` rises with each welcome; see `core.session`."""

    session: str
    rotation: int


class MirrorToken(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The right to read one session's assets on the mirror's origin."""

    session: str


class AssetTicket(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The right to PUT asset `n` of a session; `hub` is the one that asked for it."""

    session: str
    n: int
    hub: str


class Handoff(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the hosted code page hands to the site: the session and the nonce that claimed it."""

    session: str
    nonce: str


class _Dated(Struct, frozen=True, forbid_unknown_fields=True):
    expires_at: float
    payload: msgspec.Raw


AnyToken = CustomerToken | MirrorToken | AssetTicket | Handoff
Kind = TypeVar("Kind", CustomerToken, MirrorToken, AssetTicket, Handoff)

_SALTS: dict[type[Any], str] = {
    CustomerToken: "cobrowse.token.customer",
    MirrorToken: "cobrowse.token.mirror",
    AssetTicket: "cobrowse.token.asset",
    Handoff: "cobrowse.token.handoff",
}


class Tokens:
    """Signs and verifies every kind of token."""

    def __init__(self, keys: Sequence[str]) -> None:
        """The first of `keys` signs, all verify. Raises `ConfigError` where there is none, or an empty one."""
        if not keys or not all(keys):
            raise ConfigError("secret_keys needs at least one key, and no empty one.")
        # itsdangerous signs with the last of its keys.
        ordered = list(reversed(keys))
        self._signers = {
            kind: Signer(ordered, salt=salt, key_derivation="hmac", digest_method=hashlib.sha256)
            for kind, salt in _SALTS.items()
        }

    def sign(self, payload: AnyToken, expires_at: float) -> str:
        """A token that says `payload` until `expires_at` (Unix seconds). It is URL-safe text."""
        dated = _Dated(expires_at=expires_at, payload=msgspec.Raw(msgspec.json.encode(payload)))
        return self._signers[type(payload)].sign(base64_encode(msgspec.json.encode(dated))).decode("ascii")

    def verify(self, kind: type[Kind], token: str, now: float) -> Kind:
        """What the token says. Raises `BadToken` with code `bad_token` or, past its expiry, `token_expired`."""
        if len(token) > TOKEN_MAX_CHARACTERS or not token.isascii():
            raise BadToken("This token is not one of ours.")
        try:
            signed = self._signers[kind].unsign(token)
            dated = msgspec.json.decode(base64_decode(signed), type=_Dated)
            payload = msgspec.json.decode(dated.payload, type=kind)
        except (BadSignature, BadData, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise BadToken("This token is not one of ours.") from error
        if now > dated.expires_at + LEEWAY_SECONDS:
            raise BadToken("This token has expired.", code="token_expired")
        return payload


def secret_hash(value: str) -> str:
    """SHA-256, hex: what stands for a long random secret in a store. Not for passwords or codes."""
    return hashlib.sha256(value.encode()).hexdigest()
