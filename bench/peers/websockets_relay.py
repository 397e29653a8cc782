"""A relay on the `websockets` library, on uvloop: `python -m bench.peers.websockets_relay PORT`."""

import sys
from urllib.parse import parse_qs, urlsplit

import uvloop
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from cobrowse.core.protocol import SUBPROTOCOL
from cobrowse.web.connections import SOCKET_MAX_BYTES
from cobrowse.web.server import PING_SECONDS

pairs: dict[str, dict[str, ServerConnection]] = {}


async def relay(socket: ServerConnection) -> None:
    """One side of a pair."""
    if socket.request is None:
        return
    address = urlsplit(socket.request.path)
    pair = pairs.setdefault(parse_qs(address.query)["session"][0], {})
    seat = address.path.rpartition("/")[2]
    pair[seat] = socket
    other = "agent" if seat == "customer" else "customer"
    try:
        async for message in socket:
            if other in pair:
                await pair[other].send(message)
    except ConnectionClosed:
        return
    finally:
        pair.pop(seat, None)


async def main(port: int) -> None:
    """Serve until killed."""
    async with serve(
        relay,
        "127.0.0.1",
        port,
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        compression=None,
        max_size=SOCKET_MAX_BYTES,
        ping_interval=PING_SECONDS,
        ping_timeout=PING_SECONDS,
    ) as server:
        print("serves", flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
