"""The agent's browser, and somebody else's servers that it must never talk to.

Every host under `evil.test` is, for this browser, a server of the test that counts connections, so that also a
connection without a request is heard (preconnect). Chromium's own log of its network says what was only looked up.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.mirror.mirror_page import ARGUMENTS, CHROMIUM

EVIL = "evil.test"
_HOST = re.compile(r"[\w-]+\.evil\.test")


class Canary:
    """Counts connections, and names the hosts that requests were meant for."""

    def __init__(self) -> None:
        self.connections = 0
        self.heard: list[str] = []
        self.port = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        head = (await reader.read(4096)).decode("latin-1")
        self.heard += _HOST.findall(head)[:1]
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<p>heard")
        await writer.drain()
        writer.close()

    def rule(self) -> str:
        """The switch that leads a browser's way to every evil host here."""
        return f"--host-resolver-rules=MAP *.{EVIL} 127.0.0.1:{self.port}"


@asynccontextmanager
async def canary() -> AsyncIterator[Canary]:
    """A canary that listens."""
    bird = Canary()
    server = await asyncio.start_server(bird.answer, "127.0.0.1", 0)
    bird.port = server.sockets[0].getsockname()[1]
    yield bird
    server.close()


def named_in(log: Path) -> set[str]:
    """The evil hosts in a browser's log of its network. The browser has been closed."""
    events = json.loads(log.read_text())["events"]
    return {host for event in events for host in _HOST.findall(json.dumps(event.get("params", {})))}


@asynccontextmanager
async def watched_browser(bird: Canary, log: Path) -> AsyncIterator[Browser]:
    """Chromium, to which evil hosts are the canary, and which keeps a log of its network."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*ARGUMENTS, bird.rule(), f"--log-net-log={log}"]
        )
        yield chromium
        await chromium.close()
