"""What relays more frames: our hub, or what one would build on instead? `python -m bench relay_peers`.

A hundred sessions send frames of 300 bytes through a real hub of ours, which decodes, checks and washes each, and
through the shortest relays there are on the same server (bare Starlette on uvicorn), on the `websockets` library, on
node's `ws` and on socket.io (`bench/peers`), which check nothing. Closed loop and bytes are the same for all, see
`bench.relay_load`; text frames without compression, both sides of a pair on one process. The servers wait beside each
other and are measured in turns, so that whatever else the machine does meets all.

Servers are on one core, the load on another. What both take of theirs is printed: where that of the load is well below
one and that of the server is one, the server is what was measured.

Delays are those of frames that come one by one, at random, at a rate that is a share of what the same server carried at
most: by fours, as the closed loop has it, and where each session has one frame under way. Frames that come alone cost
each a read and a write, so what a server carries of them is less, and three quarters of the former may be beyond it."""

import itertools
import statistics
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from statistics import median
from typing import NamedTuple

import uvloop

from bench.figures import Figure, compared
from bench.ground import Ground, RunningProcess, cores, pinned, running_ground
from bench.peers import NODE_WS, PEERS, SOCKETIO, STARLETTE, Peer, Server, running
from bench.relay_load import WINDOW, Rate, Stream, closed_loop, delays_ms
from bench.sessions import agents_for, all_on, make
from bench.shown import shown

SHARES = (25, 50, 75)
ONE_IN_FLIGHT = 1
# The windows of whose rates shares are taken, and what stands in the names of their delays.
WINDOWS = {WINDOW: "relay_at", ONE_IN_FLIGHT: "relay_alone_at"}
VS = {
    STARLETTE: {"budget": 0.9, "aim": 1.2},
    NODE_WS: {"aim": 0.7},
    SOCKETIO: {"budget": 2.0},
}
ONE_IN_FLIGHT_VS_STARLETTE = 0.65
FRAMES = "frames/s"
US = 1e6


class Size(NamedTuple):
    """How much is measured."""

    sessions: int = 100
    turns: int = 5
    seconds: float = 0.8
    warm_seconds: float = 0.3
    delay_turns: int = 3
    delay_seconds: float = 0.4


WHOLE = Size()


class Contender:
    """A server that runs, the streams through it, and what they showed."""

    def __init__(self, peer: Peer | None, process: RunningProcess, streams: list[Stream]) -> None:
        self.peer = peer
        self.process = process
        self.streams = streams
        self.full: list[Rate] = []
        self.one: list[Rate] = []
        # By how many frames of a session were under way where the rate was found of which so much is a share.
        self.delays: dict[tuple[int, int], list[list[float]]] = {
            (window, share): [] for window in WINDOWS for share in SHARES
        }

    @property
    def rates(self) -> list[float]:
        """Frames a second of each turn."""
        return [rate.frames_a_second for rate in self.full]

    @property
    def rates_one_in_flight(self) -> list[float]:
        """The same where each session has one frame under way."""
        return [rate.frames_a_second for rate in self.one]

    def p(self, hundredth: int, window: int, share: int) -> list[float]:
        """Below what so many of a hundred frames stayed, in each turn, at this share of the rate of this window."""
        return [statistics.quantiles(delays, n=100)[hundredth - 1] for delays in self.delays[window, share]]


def measure(peers: Sequence[Peer] = PEERS, size: Size = WHOLE) -> list[Figure]:
    """Frames a second and the ratios of them, and delays. `STARLETTE` has to be among the peers."""
    server, load = cores()
    with ExitStack() as started:
        with pinned(server):
            ground = started.enter_context(running_ground(agents=agents_for(size.sessions)))
            servers = [started.enter_context(running(peer)) for peer in peers]
        started.enter_context(pinned(load))
        ours, *theirs = uvloop.run(measured(ground, servers, size))
    return figures(ours, theirs)


def figures(ours: Contender, theirs: Sequence[Contender]) -> list[Figure]:
    """What was found, beside the peers."""
    starlette = next(one for one in theirs if one.peer is STARLETTE)
    return [
        Figure("relay_frames_per_s", median(ours.rates), FRAMES, runs=ours.rates),
        *(_against(ours, one) for one in theirs),
        _one_in_flight(ours, starlette),
        *_delays(ours, starlette),
        *_cores([ours, *theirs]),
    ]


async def measured(ground: Ground, servers: Sequence[Server], size: Size) -> list[Contender]:
    """Our hub and the servers, and what they showed."""
    lives = await make(ground, size.sessions, all_on(ground))
    contenders = [Contender(None, ground.hubs[0].process, [Stream(live) for live in lives])]
    for server in servers:
        streams = [await server.stream(str(number)) for number in range(size.sessions)]
        contenders.append(Contender(server.peer, server.process, streams))
    delayed = [one for one in contenders if one.peer in (None, STARLETTE)]
    for turn in range(size.turns):
        # There and back, so that nobody is always behind the same one.
        for one in contenders[:: -1 if turn % 2 else 1]:
            one.full.append(await _saturated(one, size))
        for one in delayed:
            one.one.append(await _saturated(one, size, window=ONE_IN_FLIGHT))
    for _ in range(size.delay_turns):
        for window, share in itertools.product(WINDOWS, SHARES):
            for one in delayed:
                one.delays[window, share].append(await _delayed(one, window, share, size))
    for one in contenders:
        for stream in one.streams:
            stream.close()
    return contenders


async def _saturated(one: Contender, size: Size, **window: int) -> Rate:
    return await closed_loop([one.process], one.streams, size.seconds, warm_seconds=size.warm_seconds, **window)


async def _delayed(one: Contender, window: int, share: int, size: Size) -> list[float]:
    rates = one.rates if window == WINDOW else one.rates_one_in_flight
    a_second = share / 100 * median(rates) / len(one.streams)
    return await delays_ms(one.streams, size.delay_seconds, a_second=a_second, spin=True)


def _against(ours: Contender, theirs: Contender) -> Figure:
    peer = theirs.peer or STARLETTE
    name = f"relay_frames_per_s_vs_{peer.name}"
    return compared(name, ours.rates, theirs.rates, peer=peer.title, unit=FRAMES, least=True, **VS.get(peer, {}))


def _one_in_flight(ours: Contender, starlette: Contender) -> Figure:
    return compared(
        "relay_one_in_flight_vs_bare_starlette",
        ours.rates_one_in_flight,
        starlette.rates_one_in_flight,
        peer=STARLETTE.title,
        unit=FRAMES,
        budget=ONE_IN_FLIGHT_VS_STARLETTE,
        least=True,
    )


def _delays(ours: Contender, starlette: Contender) -> list[Figure]:
    found = []
    for (window, begin), share, hundredth in itertools.product(WINDOWS.items(), SHARES, (50, 99)):
        name = f"{begin}_{share}_percent_p{hundredth}_ms"
        own, others = ours.p(hundredth, window, share), starlette.p(hundredth, window, share)
        peer_value = median(others)
        found.append(Figure(name, median(own), "ms", runs=own, peer=STARLETTE.title, peer_value=peer_value))
        found.append(Figure(f"{name}_{STARLETTE.name}", peer_value, "ms", runs=others))
    return found


def _cores(contenders: Sequence[Contender]) -> list[Figure]:
    """What a frame costs each, and whether it was the servers that were measured."""
    found = []
    for one in contenders:
        name = one.peer.name if one.peer else "hub"
        cost = [US * rate.servers_cpu[0] / rate.frames_a_second for rate in one.full]
        found.append(Figure(f"relay_{name}_us_a_frame", median(cost), "us", runs=cost))
        found.append(Figure(f"relay_{name}_cores", median(rate.servers_cpu[0] for rate in one.full), "cores"))
        found.append(Figure(f"relay_{name}_load_cores", median(rate.load_cpu for rate in one.full), "cores"))
    return found


if __name__ == "__main__":
    sys.exit(shown(measure))
