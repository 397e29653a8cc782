"""Where Redis is, from the setting `store`."""

from pathlib import Path

import pytest

from cobrowse.core.errors import ConfigError
from cobrowse.store.opening import open_store
from cobrowse.store.redis.address import Host, RedisAddress
from tests.redis_servers.certificates import Certificates, make_certificates


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.mark.parametrize(
    ("url", "hosts", "master", "number"),
    [
        ("redis://r", [Host("r", 6379)], "", 0),
        ("REDIS://r:7000/3", [Host("r", 7000)], "", 3),
        ("redis://[::1]:7000", [Host("::1", 7000)], "", 0),
        ("redis+sentinel://a,b:5000/main", [Host("a", 26379), Host("b", 5000)], "main", 0),
        ("redis+sentinel://a/my%2Fmaster/2", [Host("a", 26379)], "my/master", 2),
        ("redis+cluster://a,b:7001,[::1]", [Host("a", 6379), Host("b", 7001), Host("::1", 6379)], "", 0),
        ("redis+cluster://a/0", [Host("a", 6379)], "", 0),
    ],
)
def test_hosts_master_and_number(url: str, hosts: list[Host], master: str, number: int) -> None:
    address = RedisAddress(url)
    assert (list(address.hosts), address.master, address.number) == (hosts, master, number)
    assert not address.is_tls


@pytest.mark.parametrize("kind", ["redis", "redis+sentinel", "redis+cluster"])
def test_user_and_password(kind: str) -> None:
    path = "/main" if kind == "redis+sentinel" else ""
    named = RedisAddress(f"{kind}://an%40a:s%3Acr%2Ft@r{path}")
    assert (named.kind, named.user, named.password) == (kind, "an@a", "s:cr/t")
    nameless = RedisAddress(f"{kind}://:secret@r{path}")
    assert (nameless.user, nameless.password) == (None, "secret")
    assert RedisAddress(f"{kind}://r{path}").password is None


def test_the_sentinels_own_sign_in() -> None:
    address = RedisAddress("redis+sentinel://u:p@a/main?sentinel_user=s&sentinel_password=x%26y")
    assert (address.sentinel_user, address.sentinel_password) == ("s", "x&y")
    assert RedisAddress("redis+sentinel://u:p@a/main").sentinel_password is None


def test_tls_and_its_files(certificates: Certificates) -> None:
    files = f"cert_file={certificates.client}&key_file={certificates.client_key}&ca_file={certificates.authority}"
    for kind in ("rediss", "rediss+cluster"):
        address = RedisAddress(f"{kind}://r?{files}")
        assert address.is_tls and address.kind == kind.replace("rediss", "redis")
        assert address.tls() == {
            "ssl_cert_reqs": "required",
            "ssl_check_hostname": True,
            "ssl_ca_certs": str(certificates.authority),
            "ssl_certfile": str(certificates.client),
            "ssl_keyfile": str(certificates.client_key),
        }
    assert RedisAddress("rediss://r").tls()["ssl_ca_certs"] is None


def test_nothing_secret_is_shown() -> None:
    for url in (
        "redis://u:secret@r",
        "redis+sentinel://u:secret@a,b/main?sentinel_password=secret",
        "redis+cluster://:secret@[::1]",
    ):
        assert "secret" not in f"{RedisAddress(url)!r} {RedisAddress(url)}"
    assert repr(RedisAddress("redis+sentinel://a,b:5/main")) == "a:26379,b:5 (main)"
    assert repr(RedisAddress("redis+cluster://[::1]:5")) == "[::1]:5"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("redis://", "must be written as redis://"),
        ("redis:///0", "must be written as redis://"),
        ("redis://host/zero", "must be written as redis://"),
        ("redis://host/0/1", "must be written as redis://"),
        ("redis://host#x", "must be written as redis://"),
        ("redis://user@host", "must be written as redis://"),
        ("redis://host:port", "port that is not a number"),
        ("redis://host:99999", "port that is not a number"),
        ("redis://a,b", "write redis\\+sentinel:// or redis\\+cluster://"),
        ("redis+sentinel://a", "names no master"),
        ("redis+sentinel://a/", "names no master"),
        ("redis+sentinel://a,/main", "must be written as redis\\+sentinel://"),
        ("redis+cluster://a/1", "has only number 0"),
        ("redis://host?db=1", "'db', which is unknown; there is none for this kind"),
        ("rediss://host?db=1", "it may be one of ca_file, cert_file, key_file"),
        ("redis+sentinel://a/main?db=1", "it may be one of sentinel_user, sentinel_password"),
        ("redis+sentinel://a/main?sentinel_user=s", "without sentinel_password"),
        ("redis+sentinel://a/main?sentinel_password=", "gives it no value"),
        ("redis+sentinel://a/main?sentinel_password=a&sentinel_password=b", "twice"),
        ("redis://host?ca_file=/x", "without TLS: begin it with rediss"),
        ("rediss://host?ca_file=/nowhere/x.pem", "ca_file=/nowhere/x.pem, which is no file here"),
        ("redis+other://host", "is no kind of Redis"),
    ],
)
def test_what_is_wrong_is_said(url: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        RedisAddress(url)


def test_files_that_will_not_do_are_named(certificates: Certificates, tmp_path: Path) -> None:
    other = make_certificates(tmp_path / "other")
    text = tmp_path / "text"
    text.write_text("no certificate")
    for query, sentence in (
        (f"ca_file={text}", "ca_file that cannot be read as certificates"),
        (f"cert_file={certificates.client}", "both cert_file and key_file"),
        (f"key_file={certificates.client_key}", "both cert_file and key_file"),
        (f"cert_file={certificates.client}&key_file={other.client_key}", "cannot be used together"),
        (f"cert_file={text}&key_file={text}", "cannot be used together"),
    ):
        with pytest.raises(ConfigError, match=sentence):
            RedisAddress(f"rediss://host?{query}")


@pytest.mark.parametrize(
    "scheme", ["redis", "rediss", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster"]
)
def test_what_is_malformed_is_refused_before_anything_is_opened(scheme: str) -> None:
    with pytest.raises(ConfigError, match="`store`"):
        open_store(f"{scheme}://", exclusive=True)
