"""What else one could relay frames with: each the shortest honest server of its kind.

All do the same: two sockets that name the same session in their address are a pair, and what one says the other gets.
They check nothing. The first argument is the port; the first line of output says `serves`.

    with running(NODE_WS) as server:
        stream = await server.stream("1")
"""

import asyncio
import functools
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.ground import ORIGIN, CannotMeasure, RunningProcess, free_port
from bench.raw import ANSWER_SECONDS, Place, Socket, seat_path
from bench.relay_load import Stream, Wrap

FOLDER = Path(__file__).parent
MODULES = FOLDER.parent / "node_modules"
# What engine.io and socket.io say around what is said: https://socket.io/docs/v4/socket-io-protocol/
OPENED, CONNECT, CONNECTED, PING, PONG = b"0", b"40", b"40", b"2", b"3"
EVENT = Wrap(b'42["frame",', b"]")


class Peer(NamedTuple):
    """A server to compare with. `name` is its name in figures; `needs` the npm package it is made with, or nothing."""

    name: str
    title: str
    program: str
    needs: str = ""


STARLETTE = Peer("bare_starlette", "bare Starlette", "bench.peers.starlette_relay")
WEBSOCKETS = Peer("websockets", "bare websockets", "bench.peers.websockets_relay")
NODE_WS = Peer("node_ws", "bare node ws", "ws_relay.mjs", "ws")
SOCKETIO = Peer("socketio", "socket.io", "socketio_relay.mjs", "socket.io")
PEERS = (STARLETTE, WEBSOCKETS, NODE_WS, SOCKETIO)


class Server:
    """A peer that runs."""

    def __init__(self, peer: Peer, process: RunningProcess, port: int) -> None:
        self.peer = peer
        self.process = process
        self._place = Place(port, f"localhost:{port}")

    async def pair(self, session: str) -> tuple[Socket, Socket]:
        """Both sides of a session: who sends and who gets."""
        if self.peer is SOCKETIO:
            return await self._in_room(session), await self._in_room(session)
        customer, agent = seat_path("customer", session), seat_path("agent", session)
        return await Socket.open(self._place, customer, ORIGIN), await Socket.open(self._place, agent, ORIGIN)

    async def stream(self, session: str) -> Stream:
        """Frames from one side to the other."""
        sender, receiver = await self.pair(session)
        if self.peer is not SOCKETIO:
            return Stream.between(sender, receiver)
        for socket in (sender, receiver):
            socket.on_frame = functools.partial(_answer_ping, socket)
        return Stream.between(sender, receiver, EVENT)

    async def _in_room(self, session: str) -> Socket:
        path = f"/socket.io/?EIO=4&transport=websocket&session={session}"
        heard: asyncio.Queue[bytes] = asyncio.Queue()
        # What it says first may come with the end of the handshake.
        socket = await Socket.open(self._place, path, ORIGIN, heard.put_nowait)
        await _hear(heard, OPENED)
        socket.send(CONNECT)
        await _hear(heard, CONNECTED)
        return socket


@contextmanager
def running(peer: Peer) -> Iterator[Server]:
    """The server, as a process of its own. `CannotMeasure` where what it is made with is not installed."""
    command = _command(peer)
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        process = RunningProcess([*command, str(port)], Path(folder) / "log", ready="serves")
        try:
            yield Server(peer, process, port)
        finally:
            process.stop()


def _command(peer: Peer) -> Sequence[str]:
    if not peer.needs:
        return sys.executable, "-m", peer.program
    node = shutil.which("node")
    if node is None:
        raise CannotMeasure(f"Node.js is not installed, and {peer.title} runs on it: run `make setup`.")
    if not (MODULES / peer.needs).is_dir():
        raise CannotMeasure(f"npm's {peer.needs} is not installed: run `npm ci` in bench/, as `make bench` does.")
    return node, str(FOLDER / peer.program)


async def _hear(heard: "asyncio.Queue[bytes]", wanted: bytes) -> None:
    async with asyncio.timeout(ANSWER_SECONDS):
        while not (await heard.get()).startswith(wanted):
            continue


def _answer_ping(socket: Socket, payload: bytes) -> None:
    if payload == PING:
        socket.send(PONG)
