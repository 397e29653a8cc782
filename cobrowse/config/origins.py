"""The origin that a setting names."""

from cobrowse.core import addresses
from cobrowse.core.errors import BadInput, ConfigError


def checked_origin(where: str, text: str) -> str:
    """`text` in WHATWG form, over https (or of this machine alone); `ConfigError` that names `where` otherwise."""
    try:
        origin = addresses.check_origin(text)
    except BadInput as error:
        raise ConfigError(f"{where}: {error.sentence}") from error
    if not addresses.is_secure(origin):
        raise ConfigError(f"{where} must begin with https:// ({origin} is not on this machine alone).")
    return origin
