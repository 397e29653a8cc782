"""What is left when all is over: who knocks is not let in, and nothing of a page is anywhere."""

import secrets
from contextlib import suppress

from redis import Redis
from redis.exceptions import RedisError
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin, Subprotocol

from cobrowse.core.protocol import SUBPROTOCOL, VERSION, Hello
from cobrowse.core.states import Who
from tests.chaos.asking import Door
from tests.chaos.crowd import Crowd, Pair, an_address
from tests.chaos.ground import Ground
from tests.chaos.peer import AWAY
from tests.chaos.stores import Stored
from tests.hub.peers import ORIGIN, text_of

KNOCKS = 6


async def knocks_after_the_end(crowd: Crowd) -> dict[str, str]:
    """What each try to come in again was answered with: with the tab's newest token at each hub, and for a ticket."""
    answers: dict[str, str] = {}
    for pair in crowd.pairs[:KNOCKS]:
        for door in crowd.ground.doors:
            answers[f"the tab of {pair.id} at {door.name}"] = await _knock(pair, door)
            answers[f"the agent of {pair.id} at {door.name}"] = await _ask_for_ticket(pair, door)
    return answers


async def _knock(pair: Pair, door: Door) -> str:
    hello = Hello(version=VERSION, token=pair.tab.newest, page=pair.tab.page, nonce=secrets.token_hex(8))
    return await _refused(door, "customer", ORIGIN, hello)


async def _ask_for_ticket(pair: Pair, door: Door) -> str:
    with suppress(*AWAY):
        answer = await pair.desk.ask(door, f"/api/sessions/{pair.id}/ticket")
        # A ticket alone lets nobody in; what it is for is said by the socket.
        if answer.status != 200:
            return str(answer.status)
        token = str(answer.json()["ticket"])
        hello = Hello(version=VERSION, token=token, page=secrets.token_hex(8), nonce=secrets.token_hex(8))
        return await _refused(door, "agent", door.public_url, hello)
    return "no answer"


async def _refused(door: Door, seat: Who, origin: str, hello: Hello) -> str:
    """Why this hello was given no seat; empty where it was given one."""
    try:
        async with connect(
            f"ws://localhost:{door.port}/ws/{seat}",
            host="127.0.0.1",
            port=door.port,
            origin=Origin(origin),
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            additional_headers={"X-Forwarded-For": an_address()},
            proxy=None,
        ) as socket:
            await socket.send(text_of(hello))
            while True:
                if "_welcome" in str(await socket.recv()):
                    return ""
    except ConnectionClosed as closed:
        return str(closed.rcvd.code if closed.rcvd else "broken")
    except (InvalidHandshake, OSError, TimeoutError) as error:
        return type(error).__name__


def places_of(stored: Stored, ground: Ground) -> dict[str, bytes]:
    """All keys and values of Redis, every file it wrote, and every log of a hub."""
    places = {}
    for server in stored.servers:
        with suppress(RedisError, OSError), server.client() as client:
            places[f"Redis at {server.port}"] = b"".join(_all_of(client))
    for path in sorted(ground.folder.rglob("*")):
        if path.is_file() and path.suffix != ".toml":
            places[path.name] = path.read_bytes()
    return places


def _all_of(client: "Redis") -> list[bytes]:
    found: list[bytes] = []
    for key in client.scan_iter("*", count=1000):
        found += [key, client.dump(key) or b""]
    return found
