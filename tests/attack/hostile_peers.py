"""What hostile peers do to a hub, for as long as they are let. Each goes on until `done`, whatever happens to it."""

import asyncio
import json
import secrets
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple

import httpx
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from cobrowse.core.protocol import PART_MAX_UNPACKED_BYTES, VERSION, Act, Point, Snapshot
from tests.attack.wire import Pair, bring, mirror_of, text_of
from tests.core.sketch import Sketch, page_sketch
from tests.live_hub import LiveHub

# What a flood writes before it lets others have the loop: hub, honest peers and attackers share it here.
BREATH_SECONDS = 0.001
GONE = (ConnectionClosed, InvalidHandshake, OSError, httpx.HTTPError, TimeoutError)


class Scene(NamedTuple):
    """Where an attack happens: a live session of the attacker's own, beside those of others."""

    hub: LiveHub
    pair: Pair
    done: asyncio.Event

    async def on(self) -> bool:
        """True while it goes on."""
        await asyncio.sleep(BREATH_SECONDS)
        return not self.done.is_set()


Attack = Callable[[Scene], Awaitable[None]]


def packed(data: bytes) -> bytes:
    stream = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


def customers_hello(pair: Pair) -> str:
    said = {"k": "hello", "version": VERSION, "token": pair.token, "page": secrets.token_hex(8)}
    return json.dumps({**said, "nonce": secrets.token_hex(8)})


async def sends(scene: Scene, frame: str | bytes, times: int = 8) -> None:
    """The attacker's tab says this again and again; closed, it comes again and says it anew."""
    socket = scene.pair.customer.socket
    while await scene.on():
        with suppress(*GONE):
            for _ in range(times):
                await socket.send(frame)
            continue
        with suppress(*GONE):
            socket = await scene.hub.socket("customer", close_timeout=0.1)
            await socket.send(customers_hello(scene.pair))


async def garbage(scene: Scene) -> None:
    """Frames that are none."""
    await sends(scene, "{" * 200_000)


async def deep_json(scene: Scene) -> None:
    """Brackets without end."""
    await sends(scene, "[" * 200_000)


async def bombs(scene: Scene) -> None:
    """A quarter of a megabyte that would be a quarter of a gigabyte."""
    await sends(scene, packed(b" " * 200 * PART_MAX_UNPACKED_BYTES))


async def large_pictures(scene: Scene) -> None:
    """Whole pictures as large as they may be, as fast as the line takes them."""
    scene.pair.epoch += 1
    text = "x" * 50_000
    words = page_sketch().element(4, 3, "p")
    for place in range(18):
        words.text(5 + place, 4, f"{place}{text}")
    while await scene.on():
        scene.pair.epoch += 1
        with suppress(*GONE):
            await scene.pair.customer.socket.send(packed(text_of(words.snapshot(scene.pair.epoch)).encode()))


async def slow_checks(scene: Scene) -> None:
    """What is short to say and long to look at."""
    style = "(" * 60 + "a " * 100_000
    while await scene.on():
        scene.pair.epoch += 1
        frame = Sketch().document().element(2, 1, "html").element(3, 2, "body", style=style)
        with suppress(*GONE):
            await scene.pair.customer.socket.send(packed(text_of(frame.snapshot(scene.pair.epoch)).encode()))


async def wrong_frames(scene: Scene) -> None:
    """A refused frame each, and a line in the log."""
    while await scene.on():
        scene.pair.epoch += 1
        frame: Snapshot = Sketch().record(1, 1, 1, 0, 99, 0).snapshot(scene.pair.epoch)
        with suppress(*GONE):
            await scene.pair.customer.socket.send(text_of(frame))


async def steps_without_end(scene: Scene) -> None:
    """Each makes the store work: 64 in a frame."""
    turns = [{"k": "pause"}, {"k": "resume"}] * 32
    await sends(scene, json.dumps(turns), times=4)


async def acts_without_end(scene: Scene) -> None:
    """An agent who points fifty thousand times a second."""
    while await scene.on():
        acts = []
        for _ in range(60):
            scene.pair.last_act += 1
            acts.append(Act(id=scene.pair.last_act, epoch=1, seq=0, do=Point(node=10, x=0.5, y=0.5)))
        with suppress(*GONE):
            await scene.pair.agent.socket.send(text_of(*acts))


async def reads_nothing(scene: Scene) -> None:
    """An agent who takes nothing, while the tab beside says all it can."""
    scene.pair.agent.socket.transport.pause_reading()
    await large_pictures(scene)


async def hello_flood(scene: Scene) -> None:
    """Strangers who come, say something, and come again."""

    async def stranger() -> None:
        while await scene.on():
            with suppress(*GONE):
                async with scene.hub.socket("customer", close_timeout=0.1) as socket:
                    await socket.send('{"k":"hello"}')
                    await socket.wait_closed()

    await asyncio.gather(*(stranger() for _ in range(20)))


async def silent_sockets(scene: Scene) -> None:
    """Strangers who come and say nothing."""

    async def stranger() -> None:
        while await scene.on():
            with suppress(*GONE):
                async with scene.hub.socket("customer", close_timeout=0.1) as socket:
                    await asyncio.wait_for(scene.done.wait(), 5)
                    await socket.close()

    await asyncio.gather(*(stranger() for _ in range(80)))


async def knocking(scene: Scene) -> None:
    """Copies of the own token that want the own seat, which is held."""

    async def copy() -> None:
        while await scene.on():
            with suppress(*GONE):
                async with scene.hub.socket("customer", close_timeout=0.1) as socket:
                    await socket.send(customers_hello(scene.pair))
                    await asyncio.wait_for(socket.wait_closed(), 2)

    await asyncio.gather(*(copy() for _ in range(20)))


async def guesses(scene: Scene) -> None:
    """Codes, wrong and mistyped, as fast as they are answered."""

    async def guesser(client: httpx.AsyncClient) -> None:
        while await scene.on():
            for code in ("000000000", "123456789"):
                with suppress(*GONE):
                    body = {"site": "shop", "code": code, "nonce": secrets.token_hex(16)}
                    await client.post("/api/codes/claim", json=body)

    async with scene.hub.client(scene.hub.origin) as client:
        await asyncio.gather(*(guesser(client) for _ in range(8)))


async def dripping_assets(scene: Scene) -> None:
    """A mirror that asks for everything, and a tab that brings it byte by byte."""

    async def drip() -> AsyncIterator[bytes]:
        while await scene.on():
            yield b"\x89PNG"

    async def bring_one(wanted: dict[str, object]) -> None:
        with suppress(*GONE):
            await bring(scene.hub, scene.pair, wanted, drip())

    async def ask(mirror: httpx.AsyncClient, n: int) -> None:
        with suppress(*GONE):
            await mirror.get(f"a/{n}", timeout=2)

    async with mirror_of(scene.pair) as mirror, asyncio.TaskGroup() as tasks:
        for n in range(1, 40):
            tasks.create_task(ask(mirror, n))
            with suppress(TimeoutError, AssertionError):
                wanted = await scene.pair.customer.hear("asset_wanted", n=n)
                tasks.create_task(bring_one(wanted))


# Each attack, and the count by which the hub shows that it was felt.
ATTACKS: dict[Attack, str] = {
    garbage: "cobrowse_bad_messages",
    deep_json: "cobrowse_bad_messages",
    bombs: "cobrowse_bad_messages",
    large_pictures: "cobrowse_paced",
    slow_checks: "cobrowse_refused_frame",
    wrong_frames: "cobrowse_refused_frame",
    steps_without_end: "cobrowse_paced",
    acts_without_end: 'cobrowse_refused_act_total{reason="too_fast"}',
    reads_nothing: "cobrowse_paced",
    hello_flood: 'cobrowse_turned_away_total{reason="bad_hello"}',
    silent_sockets: "cobrowse_sockets_refused",
    knocking: 'cobrowse_turned_away_total{reason="seat_held"}',
    guesses: "cobrowse_rate_limit_alarms",
    dripping_assets: "cobrowse_assets_asked",
}
