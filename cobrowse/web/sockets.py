"""/ws/customer and /ws/agent: who is refused before the upgrade, and the socket as the hub sees it.

An upgrade must carry a fitting Origin (a browser always sends one; missing, foreign, several or `null` are refused with
403), offer the subprotocol, and find a place (`web.turnstile`). Who it is, is said by the first message, never in the
address.
"""

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected, WebSocketState

from cobrowse.core.errors import CobrowseError, NotAllowed
from cobrowse.core.protocol import SUBPROTOCOL
from cobrowse.core.states import Who
from cobrowse.hub.peer import Listener, TransportClosed
from cobrowse.web.direct import taken_from
from cobrowse.web.gates import require_origin
from cobrowse.web.parts import Parts, address_of, parts_of
from cobrowse.web.problems import NotReady, of_error
from cobrowse.web.turnstile import Passage


class WrongVersion(NotAllowed):
    """The client does not offer this version of the protocol."""

    code = "wrong_version"


class SocketTransport:
    """`hub.peer.Transport` over Starlette's WebSocket. `passage` is told of the first frame."""

    def __init__(self, socket: WebSocket, passage: Passage) -> None:
        self._socket = socket
        self._passage = passage
        self._direct = taken_from(socket.scope)

    async def receive(self) -> str | bytes:
        try:
            message = await self._socket.receive()
        except (WebSocketDisconnected, WebSocketDisconnect) as error:
            raise TransportClosed from error
        if message["type"] == "websocket.disconnect":
            raise TransportClosed
        self._passage.said_hello()
        text: str | None = message.get("text")
        data: bytes | None = message.get("bytes")
        return text if text is not None else data or b""

    async def send(self, data: str | bytes) -> None:
        try:
            if isinstance(data, str):
                await self._socket.send_text(data)
            else:
                await self._socket.send_bytes(data)
        except (WebSocketDisconnect, WebSocketDisconnected) as error:
            raise TransportClosed from error

    def put(self, data: str | bytes) -> bool:
        return self._direct is not None and self._direct.put(data)

    def listen(self, listener: Listener) -> None:
        if self._direct is not None:
            self._direct.listen(listener)

    async def close(self, number: int, reason: str) -> None:
        if self._socket.application_state is not WebSocketState.CONNECTED:
            return
        try:
            await self._socket.close(number, reason)
        except (WebSocketDisconnect, WebSocketDisconnected):
            return


async def customer(socket: WebSocket) -> None:
    """The customer's socket: from any site's origin; the hub checks it against the very session's."""
    await _serve(socket, "customer", parts_of(socket).settings.site_origins)


async def agent(socket: WebSocket) -> None:
    """The agent's socket: from the console's own origin."""
    await _serve(socket, "agent", frozenset({parts_of(socket).settings.hub.public_url}))


async def _serve(socket: WebSocket, seat: Who, allowed: frozenset[str]) -> None:
    parts = parts_of(socket)
    try:
        origin = _admit(socket, allowed, parts)
        passage = parts.turnstile.enter(address_of(socket))
    except CobrowseError as error:
        await socket.send_denial_response(of_error(error))
        return
    try:
        await socket.accept(SUBPROTOCOL)
        await parts.hub.serve(seat, SocketTransport(socket, passage), origin)
    finally:
        passage.leave()


def _admit(socket: WebSocket, allowed: frozenset[str], parts: Parts) -> str:
    origin = require_origin(socket, allowed)
    if SUBPROTOCOL not in socket.scope.get("subprotocols", []):
        raise WrongVersion(f"The socket must offer the subprotocol {SUBPROTOCOL}.")
    if parts.hub.draining:
        raise NotReady("This hub is going away; connect again.")
    return origin


ROUTES = [WebSocketRoute("/ws/customer", customer), WebSocketRoute("/ws/agent", agent)]
