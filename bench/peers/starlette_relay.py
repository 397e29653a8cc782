"""A relay on Starlette, with the server and the settings of our hub: `python -m bench.peers.starlette_relay PORT`."""

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from cobrowse.core.protocol import SUBPROTOCOL
from cobrowse.web.connections import SOCKET_MAX_BYTES
from cobrowse.web.server import BACKLOG, PING_SECONDS, listen

pairs: dict[str, dict[str, WebSocket]] = {}


async def relay(socket: WebSocket) -> None:
    """One side of a pair."""
    pair = pairs.setdefault(socket.query_params["session"], {})
    seat: str = socket.path_params["seat"]
    pair[seat] = socket
    await socket.accept(SUBPROTOCOL)
    other = "agent" if seat == "customer" else "customer"
    while (said := await socket.receive())["type"] == "websocket.receive":
        if other in pair:
            await pair[other].send({**said, "type": "websocket.send"})
    pair.pop(seat, None)


def main(port: int) -> None:
    """Serve until killed, with what `cobrowse.web.server` gives uvicorn."""
    config = uvicorn.Config(
        Starlette(routes=[WebSocketRoute("/ws/{seat}", relay)]),
        http="httptools",
        ws="websockets-sansio",
        loop="uvloop",
        ws_max_size=SOCKET_MAX_BYTES,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        ws_per_message_deflate=False,
        lifespan="off",
        interface="asgi3",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
    )
    with listen("127.0.0.1", port) as bound:
        bound.listen(BACKLOG)
        print("serves", flush=True)
        uvicorn.Server(config).run(sockets=[bound])


if __name__ == "__main__":
    main(int(sys.argv[1]))
