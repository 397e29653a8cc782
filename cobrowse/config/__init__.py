"""cobrowse.toml and the environment -> frozen Settings.

The file is `--config`, else `COBROWSE_CONFIG`, else `cobrowse.toml` in the working folder, else none. Every key is a
variable too, and the variable wins: `hub.public_url` is `COBROWSE_HUB_PUBLIC_URL`; `name` of the site `shop` is
`COBROWSE_SITES_SHOP_NAME` (a dash in the id is an underscore), its `limits.idle_seconds` is
`COBROWSE_SITES_SHOP_LIMITS_IDLE_SECONDS`. Lists are separated by commas, the patterns of `wash` by line ends. An
unknown key, a wrong type or two settings that contradict each other are a `ConfigError` whose sentence names the key.
Secrets never print.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cobrowse.config import hub_table, site_tables
from cobrowse.config.hub_table import HubTable
from cobrowse.config.settings import HubSettings, Secret, Settings
from cobrowse.config.sources import DEFAULT_FILE, FILE_VARIABLE, read
from cobrowse.config.tables import convert, did_you_mean
from cobrowse.core import asset_origins
from cobrowse.core.errors import ConfigError
from cobrowse.core.policy import Site

__all__ = ["HubSettings", "Secret", "Settings", "from_mapping", "load", "load_sites", "read"]


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """The checked settings of the file and the environment; `ConfigError` with one sentence otherwise."""
    data = read(path, environ)
    if not data:
        raise ConfigError(
            f"There are no settings: write {DEFAULT_FILE} here, or name a file with --config or {FILE_VARIABLE}."
        )
    return from_mapping(data)


def load_sites(path: Path | None, environ: Mapping[str, str]) -> tuple[Site, ...]:
    """The sites alone, for a hub whose own settings come from elsewhere (the demo)."""
    return site_tables.checked(read(path, environ).get("sites", []))


def from_mapping(data: Mapping[str, Any]) -> Settings:
    """Checked settings from a mapping of the file's shape: `{"hub": {…}, "sites": [{…}]}`."""
    for key in data:
        if key not in ("hub", "sites"):
            raise ConfigError(f"{key} is not a setting{did_you_mean(key, ('hub', 'sites'))}")
    if not isinstance(data.get("hub", {}), Mapping):
        raise ConfigError("hub must be a table: write [hub] in cobrowse.toml.")
    hub = hub_table.checked(convert(HubTable, "hub", data.get("hub", {})))
    settings = Settings(hub=hub, sites=site_tables.checked(data.get("sites", [])))
    if not settings.sites:
        raise ConfigError("There is no site: write at least one [[sites]] table in cobrowse.toml.")
    for site in settings.sites:
        asset_origins.check_beside(f"sites.{site.id}.asset_origins", site.asset_origins, hub.public_url, hub.mirror_url)
        own = {hub.public_url, hub.mirror_url}.intersection(site.origins)
        if own:
            raise ConfigError(
                f"sites.{site.id}.origins holds {own.pop()}, which is the hub's own: a customer's page there could act "
                "as the console. Give the hub a host of its own."
            )
    return settings
