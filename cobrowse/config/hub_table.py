"""The `[hub]` table: its keys, and what is checked of them."""

import ipaddress
from typing import Annotated
from urllib.parse import urlsplit

from msgspec import Meta, Struct

from cobrowse.config.origins import checked_origin
from cobrowse.config.settings import HubSettings, LogForm, LogLevel, Secret
from cobrowse.core.errors import ConfigError

# 256 bits in URL-safe base64 are 43 characters; what `cobrowse secret` makes passes, a word does not.
SECRET_MIN_CHARACTERS = 32
STORE_SCHEMES = ("sqlite", "redis", "rediss", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster")


class HubTable(Struct, frozen=True, kw_only=True):
    """The `[hub]` table as it is written."""

    public_url: str
    mirror_url: str
    secret_keys: tuple[str, ...]
    store: str
    trusted_proxies: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8000
    retired_keys: tuple[str, ...] = ()
    metrics_token: str = ""
    log: LogForm = "text"
    log_level: LogLevel = "info"


def checked(table: HubTable) -> HubSettings:
    """What the hub goes by; `ConfigError` names the key that cannot be."""
    public_url = checked_origin("hub.public_url", table.public_url)
    mirror_url = checked_origin("hub.mirror_url", table.mirror_url)
    if _host(public_url) == _host(mirror_url):
        raise ConfigError(
            "hub.mirror_url must have another host than hub.public_url: the mirror shows pages of others, and cookies "
            "know no ports, so on one host such a page could reach the agent's sign-in."
        )
    if not table.secret_keys:
        raise ConfigError("hub.secret_keys is empty: `cobrowse secret` makes one.")
    for where, keys in (("secret_keys", table.secret_keys), ("retired_keys", table.retired_keys)):
        if any(len(key) < SECRET_MIN_CHARACTERS for key in keys):
            raise ConfigError(
                f"hub.{where} holds a key of fewer than {SECRET_MIN_CHARACTERS} characters; `cobrowse secret` makes "
                "one that is long enough."
            )
    if table.metrics_token and len(table.metrics_token) < SECRET_MIN_CHARACTERS:
        raise ConfigError(
            f"hub.metrics_token has fewer than {SECRET_MIN_CHARACTERS} characters; `cobrowse secret` makes one that is "
            "long enough."
        )
    return HubSettings(
        public_url=public_url,
        mirror_url=mirror_url,
        secret_keys=tuple(Secret(key) for key in table.secret_keys),
        store=_store(table.store),
        trusted_proxies=tuple(_network(proxy) for proxy in table.trusted_proxies),
        host=table.host,
        port=table.port,
        retired_keys=tuple(Secret(key) for key in table.retired_keys),
        metrics_token=Secret(table.metrics_token) if table.metrics_token else None,
        log=table.log,
        log_level=table.log_level,
    )


def _store(text: str) -> Secret:
    scheme, _, rest = text.partition("://")
    if scheme not in STORE_SCHEMES or not rest:
        raise ConfigError(f"hub.store must begin with one of {', '.join(f'{name}://' for name in STORE_SCHEMES)}.")
    if scheme == "sqlite" and not rest.startswith("/"):
        raise ConfigError(
            "hub.store must name the database by its full path, as sqlite:///var/lib/cobrowse/cobrowse.db."
        )
    return Secret(text)


def _network(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text))
    except ValueError as error:
        raise ConfigError(f"hub.trusted_proxies: {error}.") from error


def _host(origin: str) -> str:
    return urlsplit(origin).hostname or ""
