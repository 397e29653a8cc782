"""cobrowse.toml and the environment -> frozen Settings.

The file is `--config`, else `COBROWSE_CONFIG`, else `cobrowse.toml` in the working folder, else none. Every key is a
variable too, and the variable wins: `hub.public_url` is `COBROWSE_HUB_PUBLIC_URL`; `name` of the site `shop` is
`COBROWSE_SITES_SHOP_NAME` (a dash in the id is an underscore), its `limits.idle_seconds` is
`COBROWSE_SITES_SHOP_LIMITS_IDLE_SECONDS`. Lists are separated by commas, the patterns of `wash` by line ends. An
unknown key, a wrong type or two settings that contradict each other are a `ConfigError` whose sentence names the key.
Secrets never print.
"""

import difflib
import hashlib
import hmac
import ipaddress
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import NODEFAULT, Meta, Struct
from msgspec.structs import fields, replace

from cobrowse.core import addresses, asset_origins
from cobrowse.core.audit import AuditKeys
from cobrowse.core.codes import MAX_DIGITS, MIN_DIGITS
from cobrowse.core.errors import BadInput, ConfigError
from cobrowse.core.patterns import compiled
from cobrowse.core.policy import Limits, Site

DEFAULT_FILE = Path("cobrowse.toml")
FILE_VARIABLE = "COBROWSE_CONFIG"
HUB_PREFIX = "COBROWSE_HUB_"
SITES_PREFIX = "COBROWSE_SITES_"
# 256 bits in URL-safe base64 are 43 characters; what `cobrowse secret` makes passes, a word does not.
SECRET_MIN_CHARACTERS = 32
CODE_MAX_SECONDS = 600.0
SITE_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
NAME_MAX_CHARACTERS = 200
AUDIT_MAX_DAYS = 3650.0
STORE_SCHEMES = ("sqlite", "redis", "rediss", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster")
# What Kubernetes and Docker links set by themselves for a service that is called cobrowse-hub.
SERVICE_LINK = re.compile(r".*_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_\w+)$")


LogForm = Literal["text", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]

NOT_SITES = "sites must be a list of tables: write [[sites]] in cobrowse.toml."

T = TypeVar("T", bound=Struct)


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


class _HubTable(Struct, frozen=True, kw_only=True):
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


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """The checked settings of the file and the environment; `ConfigError` with one sentence otherwise."""
    data = read(path, environ)
    if not data:
        raise ConfigError(
            f"There are no settings: write {DEFAULT_FILE} here, or name a file with --config or {FILE_VARIABLE}."
        )
    return from_mapping(data)


def read(path: Path | None, environ: Mapping[str, str]) -> dict[str, Any]:
    """The file as it is written, with the environment's keys laid over it. Nothing is checked but the keys' names."""
    chosen = path or (Path(environ[FILE_VARIABLE]) if environ.get(FILE_VARIABLE) else None)
    if chosen is None and DEFAULT_FILE.is_file():
        chosen = DEFAULT_FILE
    data = _read_file(chosen) if chosen else {}
    _lay_over(data, environ)
    return data


def load_sites(path: Path | None, environ: Mapping[str, str]) -> tuple[Site, ...]:
    """The sites alone, for a hub whose own settings come from elsewhere (the demo)."""
    return _sites(read(path, environ).get("sites", []))


def from_mapping(data: Mapping[str, Any]) -> Settings:
    """Checked settings from a mapping of the file's shape: `{"hub": {…}, "sites": [{…}]}`."""
    for key in data:
        if key not in ("hub", "sites"):
            raise ConfigError(f"{key} is not a setting{_did_you_mean(key, ('hub', 'sites'))}")
    if not isinstance(data.get("hub", {}), Mapping):
        raise ConfigError("hub must be a table: write [hub] in cobrowse.toml.")
    hub = _hub(_convert(_HubTable, "hub", data.get("hub", {})))
    settings = Settings(hub=hub, sites=_sites(data.get("sites", [])))
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


# --- the file and the environment


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
        elif name.startswith("COBROWSE_") and name.removeprefix("COBROWSE_").lower() in _keys(_HubTable):
            right = HUB_PREFIX + name.removeprefix("COBROWSE_")
            raise ConfigError(f"{name} is not a setting; did you mean {right}?")


def _lay_over_hub(data: dict[str, Any], name: str, text: str) -> None:
    key = name.removeprefix(HUB_PREFIX).lower()
    known = _keys(_HubTable)
    if key not in known:
        raise ConfigError(f"{name} is not a setting{_did_you_mean(key, known, HUB_PREFIX)}")
    hub = data.setdefault("hub", {})
    if isinstance(hub, dict):
        hub[key] = _from_text(_HubTable, key, name, text)


def _lay_over_site(data: dict[str, Any], name: str, text: str) -> None:
    rest = name.removeprefix(SITES_PREFIX).lower()
    plain = [(f"_{key}", (key,)) for key in _keys(Site) if key not in ("id", "limits")]
    limits = [(f"_limits_{key}", ("limits", key)) for key in _keys(Limits)]
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
        raise ConfigError(f"{name}: {_lower(error)}.") from error


# --- tables


def _keys(kind: type[Struct]) -> tuple[str, ...]:
    return kind.__struct_fields__


def _convert(kind: type[T], where: str, table: Mapping[str, Any]) -> T:
    known = _keys(kind)
    for key in table:
        if key not in known:
            raise ConfigError(f"{where}.{key} is not a setting{_did_you_mean(str(key), known)}")
    found: dict[str, Any] = {}
    for field in fields(kind):
        if field.name in table:
            found[field.name] = _convert_value(field.type, f"{where}.{field.name}", table[field.name])
        elif field.default is NODEFAULT and field.default_factory is NODEFAULT:
            raise ConfigError(f"{where}.{field.name} is missing.")
    return kind(**found)


def _convert_value(wanted: Any, where: str, value: Any) -> Any:
    if wanted is Limits and isinstance(value, Mapping):
        return _convert(Limits, where, value)
    try:
        return msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {_lower(error)}.") from error


def _lower(error: Exception) -> str:
    text = str(error)
    return text[:1].lower() + text[1:]


def _did_you_mean(key: str, known: Iterable[str], prefix: str = "") -> str:
    close = difflib.get_close_matches(key, list(known), n=1)
    if not close:
        return "."
    return f"; did you mean {prefix + close[0].upper() if prefix else close[0]}?"


# --- the hub


def _hub(table: _HubTable) -> HubSettings:
    public_url = _origin("hub.public_url", table.public_url)
    mirror_url = _origin("hub.mirror_url", table.mirror_url)
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


def _origin(where: str, text: str) -> str:
    try:
        origin = addresses.check_origin(text)
    except BadInput as error:
        raise ConfigError(f"{where}: {error.sentence}") from error
    if not addresses.is_secure(origin):
        raise ConfigError(f"{where} must begin with https:// ({origin} is not on this machine alone).")
    return origin


# --- the sites


def _sites(tables: Any) -> tuple[Site, ...]:
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
    site = _convert(Site, where, table)
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
        origins=tuple(_origin(f"{where}.origins", origin) for origin in site.origins),
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
    for key in _keys(Limits):
        if not 0 < getattr(limits, key) < float("inf"):
            raise ConfigError(f"{where}.limits.{key} must be above 0.")
    if limits.code_seconds > CODE_MAX_SECONDS:
        raise ConfigError(f"{where}.limits.code_seconds may be at most {CODE_MAX_SECONDS:.0f}.")
