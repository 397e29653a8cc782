"""The checked settings, frozen: what the hub and the sites were told."""

import hashlib
import hmac
from typing import Literal

from msgspec import Struct

from cobrowse.core.audit import AuditKeys
from cobrowse.core.policy import Site

LogForm = Literal["text", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]


class Secret:
    """A text that never prints. `reveal()` gives it. The habit is starlette's `datastructures.Secret`."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __str__(self) -> str:
        return "…"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(self._text)


class HubSettings(Struct, frozen=True, kw_only=True):
    """The `[hub]` table. The two URLs are origins in WHATWG form, without a slash at the end."""

    public_url: str
    mirror_url: str
    secret_keys: tuple[Secret, ...]
    store: Secret
    trusted_proxies: tuple[str, ...] = ()
    retired_keys: tuple[Secret, ...] = ()
    metrics_token: Secret | None = None
    log: LogForm = "text"
    log_level: LogLevel = "info"
    host: str = "127.0.0.1"
    port: int = 8000


class Settings(Struct, frozen=True, kw_only=True):
    """All that a hub is told. Made by `load` or `from_mapping`, which check it."""

    hub: HubSettings
    sites: tuple[Site, ...]

    @property
    def by_id(self) -> dict[str, Site]:
        """The sites by their ids."""
        return {site.id: site for site in self.sites}

    @property
    def site_origins(self) -> frozenset[str]:
        """Every origin of every site."""
        return frozenset(origin for site in self.sites for origin in site.origins)

    @property
    def https(self) -> bool:
        """True where agents come over https."""
        return self.hub.public_url.startswith("https:")

    @property
    def store_scheme(self) -> str:
        """What kind of store it is: `sqlite`, `redis`, …"""
        return self.hub.store.reveal().partition(":")[0]

    @property
    def pepper(self) -> bytes:
        """The key under which codes are hashed: derived from the last secret key, so that a new first key changes it
        not. When the last one is dropped, codes still waiting (five minutes) are lost."""
        return hmac.digest(self.hub.secret_keys[-1].reveal().encode(), b"cobrowse code pepper", hashlib.sha256)

    @property
    def audit_keys(self) -> AuditKeys:
        """What seals and checks audit trails. Keys that are retired only check."""
        hub = self.hub
        return AuditKeys([key.reveal() for key in hub.secret_keys], [key.reveal() for key in hub.retired_keys])
