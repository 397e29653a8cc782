"""Redis over TLS: each kind, with certificates of our own on both sides."""

from pathlib import Path

import pytest

from cobrowse.core.errors import StoreAway
from cobrowse.store.opening import open_store
from tests.redis_servers.certificates import Certificates, make_certificates
from tests.redis_servers.cluster import running_cluster
from tests.redis_servers.one import running_redis
from tests.redis_servers.sentinel import running_sentinel
from tests.store.inbox import Inbox
from tests.store.making import CREATED_AT, stored, waiting

pytestmark = pytest.mark.redis


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


def files(certificates: Certificates) -> str:
    """The options that name them."""
    client = f"cert_file={certificates.client}&key_file={certificates.client_key}"
    return f"ca_file={certificates.authority}&{client}"


async def works(url: str) -> None:
    async with open_store(url, exclusive=True) as stores:
        await stored(stores.sessions, waiting())
        assert await stores.sessions.claim("code of s1", "tab", CREATED_AT) == "s1"
        inbox = Inbox()
        async with stores.bus.listen("h1", inbox.receive):
            await stores.bus.send("h1", b"x")
            assert await inbox.first(1) == [b"x"]


async def test_one_redis_with_certificates_on_both_sides(tmp_path: Path, certificates: Certificates) -> None:
    with running_redis(tmp_path, tls=certificates, password="word") as server:
        where = f"rediss://:word@127.0.0.1:{server.port}"
        await works(f"{where}?{files(certificates)}")
        await works(f"rediss://:word@localhost:{server.port}?{files(certificates)}")
        # Who signed it is not known here: the sentence names what to do.
        client = f"cert_file={certificates.client}&key_file={certificates.client_key}"
        with pytest.raises(StoreAway, match="name who signed its certificate with \\?ca_file="):
            await works(f"{where}?{client}")
        # Another's signature will not do, nor no certificate of ours.
        other = make_certificates(tmp_path / "other")
        with pytest.raises(StoreAway, match="CERTIFICATE_VERIFY_FAILED"):
            await works(f"{where}?ca_file={other.authority}&{client}")
        with pytest.raises(StoreAway):
            await works(f"{where}?ca_file={certificates.authority}")
        with pytest.raises(StoreAway):
            await works(f"redis://:word@127.0.0.1:{server.port}")


async def test_another_servers_certificate_will_not_do(tmp_path: Path) -> None:
    theirs = make_certificates(tmp_path / "theirs", "redis.example.com")
    with running_redis(tmp_path / "redis", tls=theirs, checks_name=False) as server:
        with pytest.raises(StoreAway, match="CERTIFICATE_VERIFY_FAILED"):
            await works(f"rediss://127.0.0.1:{server.port}?{files(theirs)}")


async def test_sentinel(tmp_path: Path, certificates: Certificates) -> None:
    with running_sentinel(tmp_path, tls=certificates, replicas=0, password="word") as sentinel:
        await works(f"{sentinel.url}?{files(certificates)}")


async def test_cluster(tmp_path: Path, certificates: Certificates) -> None:
    with running_cluster(tmp_path, tls=certificates, password="word") as cluster:
        await works(f"{cluster.url}?{files(certificates)}")
