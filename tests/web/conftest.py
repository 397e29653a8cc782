"""A live hub on port 0, with small client files in place of the built ones."""

import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from tests.live_hub import LiveHub, sqlite_url
from tests.web.clocks import WatchedClock

PARTS = ("snippet", "session-en", "session-de", "entry", "join", "console", "mirror")


def write_clients(folder: Path) -> Path:
    """Files as the clients' build leaves them."""
    folder.mkdir(exist_ok=True)
    manifest = {}
    for part in PARTS:
        code = f'console.log("{part}");\n'.encode() * 20
        name = f"{part}-{hashlib.sha256(code).hexdigest()[:12]}.js"
        (folder / name).write_bytes(code)
        integrity = "sha384-" + base64.b64encode(hashlib.sha384(code).digest()).decode()
        manifest[part] = {"file": name, "integrity": integrity}
    (folder / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    return folder


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    return write_clients(tmp_path / "clients")


@pytest.fixture
async def live(tmp_path: Path, clients: Path) -> AsyncIterator[LiveHub]:
    async with LiveHub(store=sqlite_url(tmp_path), static=clients) as hub:
        await hub.add_agent()
        yield hub


@pytest.fixture
def clock() -> WatchedClock:
    """Of `timed`."""
    return WatchedClock()


@pytest.fixture
async def timed(tmp_path: Path, clients: Path, clock: WatchedClock) -> AsyncIterator[LiveHub]:
    """`live`, but its time passes only where the test lets it."""
    async with LiveHub(store=sqlite_url(tmp_path), static=clients, clock=clock) as hub:
        await hub.add_agent()
        yield hub
