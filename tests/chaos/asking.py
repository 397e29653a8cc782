"""Where a hub is reached, and one request to it as a browser sends it.

Each request has a connection of its own and is read by hand: a general client spends some ten times more on it, and
two thousand pages that come again at once would wait for each other in this process, and not for the hub."""

import asyncio
import json
from typing import Any, NamedTuple

HOST = "127.0.0.1"
HEAD_END = b"\r\n\r\n"


class Door(NamedTuple):
    """Where a hub is reached."""

    name: str
    port: int
    public_url: str


class Answer(NamedTuple):
    """Header names are in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")

    def json(self) -> dict[str, Any]:
        """The body as an object; `ConnectionError` where it is none, as from who is going away."""
        try:
            said = json.loads(self.body)
        except ValueError as error:
            raise ConnectionError(f"{self.status} {self.text[:200]}") from error
        return dict(said)


async def ask(
    door: Door, method: str, path: str, body: object = None, *, seconds: float, headers: dict[str, str] | None = None
) -> Answer:
    """One request with a JSON body. `OSError` (a `TimeoutError` after `seconds`) where there is no whole answer."""
    data = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", f"Host: {door.public_url.partition('//')[2]}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    lines += ["Content-Type: application/json", f"Content-Length: {len(data)}"]
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection(HOST, door.port)
        try:
            writer.write("\r\n".join(lines).encode() + HEAD_END + data)
            return await _answer(reader)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise ConnectionResetError("The hub went away in the middle of an answer.") from error
        finally:
            writer.close()


async def _answer(reader: asyncio.StreamReader) -> Answer:
    first, *lines = (await reader.readuntil(HEAD_END)).decode("latin-1").rstrip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = headers.get("content-length")
    # We asked for the connection to be closed: what has no length ends with it.
    body = await (reader.read() if length is None else reader.readexactly(int(length)))
    return Answer(int(first.split()[1]), headers, body)
