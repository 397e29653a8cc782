"""The file and the environment -> one mapping of the file's shape, in which the environment wins."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import fields

from cobrowse.config.hub_table import HubTable
from cobrowse.config.tables import NOT_SITES, did_you_mean, keys, lower
from cobrowse.core.errors import ConfigError
from cobrowse.core.policy import Limits, Site

DEFAULT_FILE = Path("cobrowse.toml")
FILE_VARIABLE = "COBROWSE_CONFIG"
HUB_PREFIX = "COBROWSE_HUB_"
SITES_PREFIX = "COBROWSE_SITES_"
# What Kubernetes and Docker links set by themselves for a service that is called cobrowse-hub.
SERVICE_LINK = re.compile(r".*_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_\w+)$")


def read(path: Path | None, environ: Mapping[str, str]) -> dict[str, Any]:
    """The file as it is written, with the environment's keys laid over it. Nothing is checked but the keys' names."""
    chosen = path or (Path(environ[FILE_VARIABLE]) if environ.get(FILE_VARIABLE) else None)
    if chosen is None and DEFAULT_FILE.is_file():
        chosen = DEFAULT_FILE
    data = _read_file(chosen) if chosen else {}
    _lay_over(data, environ)
    return data


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"The settings file {path} cannot be read: {error.strerror or error}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The settings file {path} is not TOML: {error}.") from error


def _lay_over(data: dict[str, Any], environ: Mapping[str, str]) -> None:
    for name, text in sorted(environ.items()):
        if SERVICE_LINK.fullmatch(name):
            continue
        if name.startswith(HUB_PREFIX):
            _lay_over_hub(data, name, text)
        elif name.startswith(SITES_PREFIX):
            _lay_over_site(data, name, text)
        elif name.startswith("COBROWSE_") and name.removeprefix("COBROWSE_").lower() in keys(HubTable):
            right = HUB_PREFIX + name.removeprefix("COBROWSE_")
            raise ConfigError(f"{name} is not a setting; did you mean {right}?")


def _lay_over_hub(data: dict[str, Any], name: str, text: str) -> None:
    key = name.removeprefix(HUB_PREFIX).lower()
    known = keys(HubTable)
    if key not in known:
        raise ConfigError(f"{name} is not a setting{did_you_mean(key, known, HUB_PREFIX)}")
    hub = data.setdefault("hub", {})
    if isinstance(hub, dict):
        hub[key] = _from_text(HubTable, key, name, text)


def _lay_over_site(data: dict[str, Any], name: str, text: str) -> None:
    rest = name.removeprefix(SITES_PREFIX).lower()
    plain = [(f"_{key}", (key,)) for key in keys(Site) if key not in ("id", "limits")]
    limits = [(f"_limits_{key}", ("limits", key)) for key in keys(Limits)]
    found = [(ending, way) for ending, way in plain + limits if rest.endswith(ending) and rest != ending]
    if not found:
        raise ConfigError(
            f"{name} is not a setting: it must end in the name of a site's setting, as {SITES_PREFIX}SHOP_NAME."
        )
    ending, way = max(found, key=lambda pair: len(pair[0]))
    table = _site_table(data, rest.removesuffix(ending))
    for step in way[:-1]:
        table = table.setdefault(step, {})
        if not isinstance(table, dict):
            raise ConfigError(f"{name} cannot be set: {step} is not a table in the file.")
    kind = Limits if way[0] == "limits" else Site
    table[way[-1]] = _from_text(kind, way[-1], name, text)


def _site_table(data: dict[str, Any], site_id: str) -> dict[str, Any]:
    sites = data.setdefault("sites", [])
    if not isinstance(sites, list):
        raise ConfigError(NOT_SITES)
    for table in sites:
        if isinstance(table, dict) and str(table.get("id")).replace("-", "_") == site_id.replace("-", "_"):
            return table
    table = {"id": site_id}
    sites.append(table)
    return table


def _from_text(kind: type[Struct], key: str, name: str, text: str) -> Any:
    wanted = next(field.type for field in fields(kind) if field.name == key)
    value: Any = text
    if getattr(wanted, "__origin__", None) is tuple:
        # A pattern may hold commas.
        value = [part.strip() for part in text.split("\n" if key == "wash" else ",") if part.strip()]
    try:
        return msgspec.to_builtins(msgspec.convert(value, wanted, strict=False))
    except msgspec.ValidationError as error:
        raise ConfigError(f"{name}: {lower(error)}.") from error
