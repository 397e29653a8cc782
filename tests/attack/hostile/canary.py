"""The agent's browser, and somebody else's servers that it must never talk to.

Every host under `evil.test` is, for this browser, a server of the test that counts connections, so that also a
connection without a request is heard (preconnect). Chromium's own log of its network says what was only looked up.
"""

import json
import re
import socketserver
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.chromium import ARGUMENTS, WHOLE

EVIL = "evil.test"
_HOST = re.compile(r"[\w-]+\.evil\.test")


class Canary:
    """Counts connections, and names the hosts that requests were meant for."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connections = 0
        self.heard: list[str] = []

    def rule(self) -> str:
        """The switch that leads a browser's way to every evil host here."""
        return f"--host-resolver-rules=MAP *.{EVIL} 127.0.0.1:{self.port}"


@contextmanager
def canary() -> Iterator[Canary]:
    """A canary that listens."""

    class Connection(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            bird.connections += 1
            bird.heard += _HOST.findall(self.connection.recv(4096).decode("latin-1"))[:1]
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<p>heard")

    class Server(socketserver.ThreadingTCPServer):
        # Who connects and says nothing is not waited for.
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Connection) as server:
        bird = Canary(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield bird
        server.shutdown()
        thread.join()


def named_in(log: Path) -> set[str]:
    """The evil hosts in a browser's log of its network. The browser has been closed."""
    events = json.loads(log.read_text())["events"]
    return {host for event in events for host in _HOST.findall(json.dumps(event.get("params", {})))}


def watching(bird: Canary, log: Path) -> list[str]:
    """The switches of a watched Chromium: to it evil hosts are the canary, and it keeps a log of its network."""
    return [bird.rule(), f"--log-net-log={log}"]


@asynccontextmanager
async def watched_browser(bird: Canary, log: Path) -> AsyncIterator[Browser]:
    """A watched Chromium."""
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=WHOLE, args=[*ARGUMENTS, *watching(bird, log)])
        yield chromium
        await chromium.close()
