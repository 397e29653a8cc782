"""Where canaries are looked for: processes' memory, files, Redis, the mirror, what goes over the wire."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Request, WebSocket
from redis import Redis

from tests.attack.canaries.place import CANARY
from tests.live_hub import HubProcess

CHUNK_BYTES = 4 * 1024 * 1024
OVERLAP_BYTES = 64
WALK_SECONDS = 60
# A str that holds a wider character too takes 2 or 4 bytes for each.
_WIDE = tuple(
    re.compile(b"".join([one.encode() + zeros for one in "zqx"]) + rb"(?:[a-z]" + zeros + rb"){4}")
    for zeros in (b"\0", b"\0\0\0")
)
_NARROW = re.compile(CANARY.pattern.encode())

# All of the mirror's document: markup, shadow roots, rules, values.
MIRRORED = """() => {
    const said = [];
    const visit = root => {
        for (const sheet of [...root.styleSheets, ...root.adoptedStyleSheets]) {
            try { for (const rule of sheet.cssRules) said.push(rule.cssText) } catch { }
        }
        said.push(root.documentElement?.outerHTML ?? root.innerHTML);
        for (const element of root.querySelectorAll('*')) {
            if (element.value) said.push(String(element.value));
            if (element.shadowRoot) visit(element.shadowRoot);
            if (element.contentDocument) visit(element.contentDocument);
        }
    };
    visit(document.querySelector('iframe').contentDocument);
    return said.join('\\n');
}"""


def canaries(text: str | bytes) -> set[str]:
    """Those in a text, however wide its characters are."""
    if isinstance(text, str):
        return set(CANARY.findall(text))
    found = {match.decode() for match in _NARROW.findall(text)}
    for wide in _WIDE:
        found |= {match.replace(b"\0", b"").decode() for match in wide.findall(text)}
    return found


def in_memory(process: int) -> set[str]:
    """In all that this process may read and write, freed or not. Of one's own child on Linux."""
    found: set[str] = set()
    maps = Path(f"/proc/{process}/maps").read_text().splitlines()
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in maps:
            span, rights = line.split()[:2]
            if rights.startswith("rw") and "[v" not in line:
                start, end = (int(edge, 16) for edge in span.split("-"))
                found |= _in_span(memory, start, end)
    return found


def _in_span(memory: Any, start: int, end: int) -> set[str]:
    found: set[str] = set()
    for at in range(start, end, CHUNK_BYTES):
        try:
            memory.seek(at)
            found |= canaries(memory.read(min(CHUNK_BYTES + OVERLAP_BYTES, end - at)))
        except OSError:
            # The process gave this part back in the meantime.
            continue
    return found


def in_files(folder: Path) -> set[str]:
    """In each file below, as its bytes are."""
    return canaries(b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file()))


def in_redis(url: str) -> set[str]:
    """In all it keeps, and in its whole memory: what was there and is gone counts too."""
    with Redis.from_url(url) as redis:
        dumped = [(key, redis.dump(key)) for key in redis.scan_iter("*")]
        kept = b"\n".join(key + (value if isinstance(value, bytes) else b"") for key, value in dumped)
        return canaries(kept) | in_memory(int(redis.info("server")["process_id"]))


class Watched(HubProcess):
    """A hub as a child: what it prints is kept, its heap can be walked and its memory searched."""

    def __init__(self, folder: Path, settings: dict[str, Any]) -> None:
        super().__init__(folder, settings)
        self.printed = folder / f"hub-{self.port}.log"
        self._walked = folder / f"walk-{self.port}"
        self._own: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return once it accepts."""
        environ = {**os.environ, "PYTHONUNBUFFERED": "1", "CANARY_WALK": str(self._walked)}
        # All that it can say, in the form that says most.
        environ |= {"COBROWSE_HUB_LOG": "json", "COBROWSE_HUB_LOG_LEVEL": "debug"}
        command = [sys.executable, "-m", "tests.attack.canaries.walked_hub", *self._command("serve")[3:]]
        with self.printed.open("wb") as log:
            self._own = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environ)
        give_up_at = time.monotonic() + WALK_SECONDS
        while b"serves" not in self.printed.read_bytes():
            if self._own.poll() is not None or time.monotonic() > give_up_at:
                raise AssertionError(self.printed.read_text())
            time.sleep(0.02)

    def in_heap(self) -> set[str]:
        """In whatever is alive in there."""
        if self._own is None:
            raise AssertionError("It does not run.")
        self._walked.unlink(missing_ok=True)
        self._own.send_signal(signal.SIGUSR1)
        give_up_at = time.monotonic() + WALK_SECONDS
        while not self._walked.exists():
            if time.monotonic() > give_up_at:
                raise AssertionError("The hub did not walk its heap.")
            time.sleep(0.02)
        found = set(self._walked.read_text().split())
        self._walked.unlink()
        return found

    def in_memory(self) -> set[str]:
        """In all of its memory, freed or not."""
        return in_memory(self._own.pid) if self._own is not None else set()

    def kill(self) -> None:
        """SIGKILL."""
        if self._own is not None:
            self._own.kill()
            self._own.wait(WALK_SECONDS)
            self._own = None


class Recorder:
    """Stands before the hub and keeps every byte that any client sends it."""

    def __init__(self, bound: socket.socket, port: int) -> None:
        self._bound = bound
        self._port = port
        self._sent: list[bytearray] = []

    @property
    def sent(self) -> set[str]:
        """Canaries in what clients sent: heads and bodies of requests, and frames where they are not masked."""
        return set().union(*(canaries(bytes(one)) for one in self._sent))

    async def serve(self, stop: asyncio.Event, ready: Any) -> None:
        """Until `stop`."""
        busy: set[asyncio.Task[None]] = set()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(self._one(reader, writer))
            busy.add(task)
            task.add_done_callback(busy.discard)

        server = await asyncio.start_server(accept, sock=self._bound)
        ready()
        await stop.wait()
        server.close()
        for task in list(busy):
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kept = bytearray()
        self._sent.append(kept)
        try:
            hub_reader, hub_writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            writer.close()
            return
        try:
            ways = [
                asyncio.create_task(_pipe(reader, hub_writer, kept)),
                asyncio.create_task(_pipe(hub_reader, writer, None)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        finally:
            hub_writer.close()
            writer.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray | None) -> None:
    try:
        while data := await reader.read(64 * 1024):
            if kept is not None:
                kept += data
            writer.write(data)
            await writer.drain()
    except OSError:
        return


class Tap:
    """All that a page sends and says: frames as they are and unpacked, requests, lines in the browser's console."""

    def __init__(self, page: Page, *, hub_url: str = "") -> None:
        self.frames: list[str] = []
        self._raw: list[bytes] = []
        self._found: set[str] = set()
        self._looked: dict[str, int] = {}
        self._addresses: list[str] = []
        self._lines: list[str] = []
        self._hub_url = hub_url
        page.on("websocket", self._listen)
        page.on("request", self._note)
        page.on("console", self._hear)

    def _listen(self, socket_: WebSocket) -> None:
        socket_.on("framesent", self._keep)
        socket_.on("framereceived", self._keep)

    def _keep(self, frame: str | bytes) -> None:
        self._raw.append(frame.encode() if isinstance(frame, str) else frame)
        self.frames.append(frame if isinstance(frame, str) else zlib.decompress(frame, -zlib.MAX_WBITS).decode())

    def _note(self, request: Request) -> None:
        if request.url.startswith(self._hub_url):
            self._addresses.append(f"{request.url} {request.headers} {request.post_data_buffer!r}")

    def _hear(self, message: ConsoleMessage) -> None:
        # What the page itself says there is its own affair.
        if message.location.get("url", "").startswith(self._hub_url):
            self._lines.append(message.text)

    def found(self) -> set[str]:
        """Canaries in any of it."""
        kept: dict[str, Sequence[str | bytes]] = {
            "frames": self.frames,
            "raw": self._raw,
            "addresses": self._addresses,
            "lines": self._lines,
        }
        for name, parts in kept.items():
            # What was looked at once says the same again.
            self._found.update(*(canaries(part) for part in parts[self._looked.get(name, 0) :]))
            self._looked[name] = len(parts)
        return set(self._found)
