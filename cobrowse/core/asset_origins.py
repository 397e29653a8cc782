"""A site's `asset_origins`: what may be listed. From there the hub itself gets pictures, fonts and stylesheets."""

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

from cobrowse.core import addresses
from cobrowse.core.errors import BadInput, ConfigError
from cobrowse.core.networks import is_loopback, is_public


def checked(where: str, text: str) -> str:
    """The origin in WHATWG form. Raises `ConfigError` with a sentence that begins with `where`."""
    if "*" in text:
        raise ConfigError(f"{where}: {text} has a wildcard. Name each origin by itself, as https://cdn.shop.example.")
    try:
        address = addresses.parse(text)
    except BadInput as error:
        raise ConfigError(
            f"{where}: {text} is not an origin. Write scheme and host, as https://cdn.shop.example."
        ) from error
    if address.href != address.origin + "/":
        raise ConfigError(f"{where}: {text} is more than an origin. Whole origins are listed: write {address.origin}.")
    if not addresses.is_secure(address.origin):
        raise ConfigError(f"{where}: {text} must begin with https://.")
    host = (urlsplit(address.origin).hostname or "").strip("[]")
    if _is_number(host) and not (is_public(host) or is_loopback(host)):
        raise ConfigError(f"{where}: {text} is not on the public internet, and from elsewhere the hub gets nothing.")
    return address.origin


def check_beside(where: str, origins: Sequence[str], public_url: str, mirror_url: str) -> None:
    """Return if a hub with these addresses may get assets from `origins`. Raises `ConfigError`.

    What is on this machine it gets only where it is on this machine itself (in tests, and in the demo): else an address
    from a customer's tab could reach what listens there."""
    for origin in origins:
        if origin in (public_url, mirror_url):
            raise ConfigError(f"{where} holds {origin}, which is the hub's own.")
        if addresses.is_on_loopback(origin) and not addresses.is_on_loopback(public_url):
            raise ConfigError(
                f"{where} holds {origin}, which is this machine: the hub gets assets from the public internet alone, "
                "unless its own public_url is on this machine, too."
            )


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
