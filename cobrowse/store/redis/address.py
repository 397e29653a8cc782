"""Where Redis is, and who we are to it, from the setting `store`.

    redis://[[user]:password@]host[:port][/number]
    redis+sentinel://[[user]:password@]host[:port][,host[:port]…]/master[/number]      the hosts are sentinels
    redis+cluster://[[user]:password@]host[:port][,host[:port]…]                       some nodes; the others are found

With `rediss` for `redis` all connections are TLS. After `?` may stand, for TLS, `ca_file` (who signed the servers'
certificates, where the system does not know), `cert_file` and `key_file` (our own certificate); for Sentinel,
`sentinel_user` and `sentinel_password`. User, password and master are percent-encoded where they hold `/:@?#%,`.
"""

import ssl
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from cobrowse.core.errors import ConfigError

REDIS_PORT = 6379
SENTINEL_PORT = 26379

_WHO = "[[user]:password@]"
_FORMS = {
    "redis": f"{_WHO}host[:port][/number]",
    "redis+sentinel": f"{_WHO}host[:port][,host[:port]…]/master[/number]",
    "redis+cluster": f"{_WHO}host[:port][,host[:port]…]",
}
_FILES = ("ca_file", "cert_file", "key_file")
_SENTINEL = ("sentinel_user", "sentinel_password")


class Host(NamedTuple):
    """One server."""

    name: str
    port: int

    def __str__(self) -> str:
        return f"[{self.name}]:{self.port}" if ":" in self.name else f"{self.name}:{self.port}"


class RedisAddress:
    """What the URL says. Prints no password. Raises `ConfigError` with the form that is wanted."""

    def __init__(self, url: str) -> None:
        scheme, _, rest = url.partition("://")
        self.is_tls = scheme.lower().startswith("rediss")
        self.kind = scheme.lower().replace("rediss", "redis", 1)
        if self.kind not in _FORMS:
            raise ConfigError(f"`store` begins with {scheme!r}, which is no kind of Redis.")
        self._form = f"{scheme.lower()}://{_FORMS[self.kind]}"
        parts = urlsplit(f"//{rest}")
        who, _, hosts = parts.netloc.rpartition("@")
        user, _, password = who.partition(":")
        self.user = unquote(user) or None
        self.password = unquote(password) or None
        if parts.fragment or (self.user and not self.password):
            raise self._malformed()
        self.hosts = self._hosts(hosts)
        self.master, self.number = self._path(parts.path)
        options = self._options(parts.query)
        self.sentinel_user = options.get("sentinel_user")
        self.sentinel_password = options.get("sentinel_password")
        if self.sentinel_user and not self.sentinel_password:
            raise ConfigError("`store` names a sentinel_user without sentinel_password.")
        self._files = {name: options[name] for name in _FILES if name in options}
        self._check_files()

    def __repr__(self) -> str:
        hosts = ",".join(map(str, self.hosts))
        return f"{hosts} ({self.master})" if self.master else hosts

    def tls(self) -> dict[str, Any]:
        """redis-py's settings of TLS, where it is wanted. Names are always checked."""
        return {
            "ssl_cert_reqs": "required",
            "ssl_check_hostname": True,
            "ssl_ca_certs": self._files.get("ca_file"),
            "ssl_certfile": self._files.get("cert_file"),
            "ssl_keyfile": self._files.get("key_file"),
        }

    def _malformed(self) -> ConfigError:
        return ConfigError(f"`store` must be written as {self._form}.")

    def _hosts(self, text: str) -> tuple[Host, ...]:
        port = SENTINEL_PORT if self.kind == "redis+sentinel" else REDIS_PORT
        found = tuple(self._host(each, port) for each in text.split(","))
        if self.kind == "redis" and len(found) > 1:
            raise ConfigError("`store` names several hosts: write redis+sentinel:// or redis+cluster://, or one host.")
        return found

    def _host(self, text: str, port: int) -> Host:
        try:
            parts = urlsplit(f"//{text}")
            host = Host(parts.hostname or "", parts.port or port)
        except ValueError as error:
            raise ConfigError("`store` names a port that is not a number from 1 to 65535.") from error
        if not host.name:
            raise self._malformed()
        return host

    def _path(self, path: str) -> tuple[str, int]:
        """The master's name, or empty, and the number of the database."""
        words = [unquote(word) for word in path.removeprefix("/").split("/")] if path.strip("/") else []
        master = words.pop(0) if self.kind == "redis+sentinel" and words else ""
        if self.kind == "redis+sentinel" and not master:
            raise ConfigError(f"`store` names no master: it must be written as {self._form}.")
        if self.kind == "redis+cluster" and words not in ([], ["0"]):
            raise ConfigError("`store` names a database: a Redis Cluster has only number 0; leave it out.")
        if len(words) > 1 or not all(word.isascii() and word.isdecimal() for word in words):
            raise self._malformed()
        return master, int(words[0]) if words else 0

    def _options(self, query: str) -> dict[str, str]:
        allowed = (*(_FILES if self.is_tls else ()), *(_SENTINEL if self.kind == "redis+sentinel" else ()))
        found: dict[str, str] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            if name in _FILES and not self.is_tls:
                raise ConfigError(f"`store` names {name} without TLS: begin it with rediss, not redis.")
            if name not in allowed:
                known = f"it may be one of {', '.join(allowed)}" if allowed else "there is none for this kind"
                raise ConfigError(f"`store` has the option {name!r}, which is unknown; {known}.")
            if name in found or not value:
                raise ConfigError(f"`store` names {name} twice, or gives it no value.")
            found[name] = value
        return found

    def _check_files(self) -> None:
        """Say now, and by name, which file will not do."""
        for name, path in self._files.items():
            if not Path(path).is_file():
                raise ConfigError(f"`store` names {name}={path}, which is no file here.")
        if ("cert_file" in self._files) != ("key_file" in self._files):
            raise ConfigError("`store` must name both cert_file and key_file, or neither.")
        try:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            if "ca_file" in self._files:
                context.load_verify_locations(self._files["ca_file"])
        except (ssl.SSLError, OSError) as error:
            raise ConfigError(f"`store` names a ca_file that cannot be read as certificates (PEM): {error}.") from error
        try:
            if "cert_file" in self._files:
                context.load_cert_chain(self._files["cert_file"], self._files["key_file"])
        except (ssl.SSLError, OSError) as error:
            sentence = f"`store` names a cert_file and a key_file that cannot be used together: {error}."
            raise ConfigError(sentence) from error
