"""The `[[sites]]` tables, and what is checked of each."""

import re
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from cobrowse.config.origins import checked_origin
from cobrowse.config.tables import NOT_SITES, convert, keys
from cobrowse.core import addresses, asset_origins
from cobrowse.core.codes import MAX_DIGITS, MIN_DIGITS
from cobrowse.core.errors import BadInput, ConfigError
from cobrowse.core.patterns import compiled
from cobrowse.core.policy import Limits, Site

CODE_MAX_SECONDS = 600.0
SITE_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
NAME_MAX_CHARACTERS = 200
AUDIT_MAX_DAYS = 3650.0


def checked(tables: Any) -> tuple[Site, ...]:
    """The sites of the tables, in their order; `ConfigError` names the site and the key."""
    if not isinstance(tables, list) or not all(isinstance(table, Mapping) for table in tables):
        raise ConfigError(NOT_SITES)
    sites: dict[str, Site] = {}
    for number, table in enumerate(tables, start=1):
        name = table.get("id")
        site = _site(f"sites.{name if isinstance(name, str) and name else number}", table)
        if site.id in sites:
            raise ConfigError(f"sites.{site.id} is there twice: each site needs an id of its own.")
        sites[site.id] = site
    return tuple(sites.values())


def _site(where: str, table: Mapping[str, Any]) -> Site:
    site = convert(Site, where, table)
    if not SITE_ID.fullmatch(site.id):
        raise ConfigError(f"{where}.id must be up to 32 small letters, digits, dashes or underscores.")
    if not 0 < len(site.name) <= NAME_MAX_CHARACTERS:
        raise ConfigError(f"{where}.name must have 1 to {NAME_MAX_CHARACTERS} characters.")
    if not site.origins:
        raise ConfigError(f"{where}.origins is empty: name the origins of the site's pages.")
    if not MIN_DIGITS <= site.code_digits <= MAX_DIGITS:
        raise ConfigError(f"{where}.code_digits must be {MIN_DIGITS} to {MAX_DIGITS}.")
    if not 0 <= site.audit_days <= AUDIT_MAX_DAYS:
        raise ConfigError(f"{where}.audit_days must be 0 to {AUDIT_MAX_DAYS:.0f}.")
    _check_limits(where, site.limits)
    _check_patterns(where, site.wash)
    site = replace(
        site,
        origins=tuple(checked_origin(f"{where}.origins", origin) for origin in site.origins),
        asset_origins=tuple(asset_origins.checked(f"{where}.asset_origins", origin) for origin in site.asset_origins),
    )
    return _with_start(where, site)


def _with_start(where: str, site: Site) -> Site:
    try:
        start = addresses.parse(site.start_url)
        verdict = addresses.judge(site, start.href)
    except BadInput as error:
        raise ConfigError(f"{where}.start_url: {error.sentence}") from error
    if verdict != "ok":
        why = "is not on one of the site's origins" if verdict == "other_origin" else "is on a denied path"
        raise ConfigError(f"{where}.start_url {why}.")
    # The handoff is put behind it as the fragment.
    if "#" in start.href:
        raise ConfigError(f"{where}.start_url must have no fragment.")
    return replace(site, start_url=start.href)


def _check_patterns(where: str, patterns: tuple[str, ...]) -> None:
    try:
        compiled(patterns)
    except ConfigError as error:
        raise ConfigError(f"{where}.wash: {error.sentence}.") from error


def _check_limits(where: str, limits: Limits) -> None:
    for key in keys(Limits):
        if not 0 < getattr(limits, key) < float("inf"):
            raise ConfigError(f"{where}.limits.{key} must be above 0.")
    if limits.code_seconds > CODE_MAX_SECONDS:
        raise ConfigError(f"{where}.limits.code_seconds may be at most {CODE_MAX_SECONDS:.0f}.")
