"""The benchmarks of the hub measure what they say: small forms of them, without a word on how fast anything is."""

import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import uvloop

import bench.peers
from bench import active, fanout, ground, idle_sessions, idle_ten_thousand, idling, relay_peers, stores
from bench.ground import CannotMeasure, Ground, running_ground
from bench.peers import EVENT, NODE_WS, STARLETTE, WEBSOCKETS, Server, running
from bench.raw import ONE_BYTE_LENGTHS, TWO_BYTE_LENGTHS, framed
from bench.relay_load import BARE, FRAME_BYTES, STAMP_LETTERS, Wrap, frame_parts, stamp, stamped_ns
from bench.relay_peers import SHARES, Size
from bench.sessions import picture
from cobrowse.core.forms import may_hold
from cobrowse.core.protocol import Ops
from cobrowse.core.wash import wash_frame
from cobrowse.hub import wire

# Of each test its own, since an agent may make only so many sessions in a minute.
AGENTS = 5
TESTS = 6
SMALL = Size(sessions=2, turns=1, seconds=0.1, warm_seconds=0.05, delay_turns=1, delay_seconds=0.1)
redis = pytest.mark.redis


@pytest.fixture(scope="module")
def one_hub() -> Iterator[tuple[Ground, Iterator[str]]]:
    with running_ground(agents=AGENTS * TESTS) as found:
        yield found, iter(found.agents)


@pytest.fixture
def hub(one_hub: tuple[Ground, Iterator[str]], monkeypatch: pytest.MonkeyPatch) -> Ground:
    found, names = one_hub
    monkeypatch.setattr(idling, "WARM_SESSIONS", 1)
    found.agents = list(itertools.islice(names, AGENTS))
    return found


@pytest.fixture(scope="module")
def bare() -> Iterator[Server]:
    with running(STARLETTE) as server:
        yield server


@redis
def test_what_goes_through_the_hub_and_its_peers_arrives_and_is_compared(hub: Ground, bare: Server) -> None:
    with running(WEBSOCKETS) as other:
        ours, *theirs = uvloop.run(relay_peers.measured(hub, [bare, other], SMALL))
    for stream in (stream for one in (ours, *theirs) for stream in one.streams):
        assert stream.sent == stream.got > 0
    found = {figure.name: figure for figure in relay_peers.figures(ours, theirs)}
    against = found["relay_frames_per_s_vs_bare_starlette"]
    assert (against.own_value, against.peer_value, against.budget) == (ours.rates[0], theirs[0].rates[0], 0.9)
    assert found["relay_frames_per_s_vs_websockets"].peer_value == theirs[1].rates[0]
    names = {f"relay_{kind}_{share}_percent_p99_ms" for kind in ("at", "alone_at") for share in SHARES}
    assert names <= set(found)


@redis
def test_pictures_arrive_whole_however_little_credit_there_is(hub: Ground, bare: Server) -> None:
    sizes = {"small": _parts(1), "beyond credit": _parts(20)}
    found = uvloop.run(fanout.measured(hub, bare, sizes, 2))
    assert {size: [len(times) for times in both] for size, both in found.items()} == {
        "small": [2, 2],
        "beyond credit": [2, 2],
    }


@redis
def test_sessions_and_claims_are_counted_by_their_turns(hub: Ground) -> None:
    found = uvloop.run(stores.measured({"redis": hub}, 2))
    assert [turn.sessions > 0 and turn.claims > 0 for turn in found["redis"]] == [True, True]


@redis
def test_sessions_in_use_are_tried(hub: Ground) -> None:
    borne, _, made = uvloop.run(active.most_borne(hub, 4, 0.1, 0.05))
    assert 0 <= borne <= made <= 4


@redis
def test_the_memory_of_sessions_is_told_idle_and_in_use(hub: Ground) -> None:
    idle_kb, active_kb = uvloop.run(idle_sessions.memory(hub, 4, 2, 0.1))
    assert active_kb >= idle_kb


async def test_the_largest_number_that_is_borne_is_found_though_a_try_has_a_hiccup() -> None:
    tried = []

    async def p99_of(count: int) -> float:
        tried.append(count)
        # Every other try is disturbed.
        return 100.0 if count > 700 or len(tried) % 2 else 20.0

    borne, p99 = await active.bisected(1000, p99_of)
    assert 700 - active.STEP <= borne <= 700
    assert p99 == 20.0
    assert await active.bisected(500, p99_of) == (500, 20.0)


@redis
def test_idle_sessions_are_held_by_other_processes(hub: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idling, "NEW_EVERY_SECONDS", 0.1)
    found = uvloop.run(idle_ten_thousand.watched(hub, 3, 1, 0.1))
    assert (found.sessions, found.lost.total(), found.late) == (3, 0, 0)
    assert len(found.started_ms) >= 2


@pytest.mark.parametrize("wrap", [BARE, EVENT])
def test_a_frame_has_the_size_that_is_told_and_nothing_in_it_to_wash(wrap: Wrap) -> None:
    head, tail = frame_parts(1, wrap)
    frame = head + b"1000" + tail
    assert len(frame) == FRAME_BYTES
    bare = frame.removeprefix(wrap.before).removesuffix(wrap.after).decode()
    [said] = wire.read(wire.CUSTOMER, bare, wire.CUSTOMER_FRAME_MAX_BYTES).said
    assert isinstance(said.message, Ops)
    assert wash_frame(said.message) == (said.message, 0)


def test_what_says_when_a_frame_was_due_costs_the_hub_no_second_look() -> None:
    now = time.perf_counter_ns()
    for due_ns in (0, now, 10 * now):
        assert stamped_ns(stamp(due_ns) + b" and more") == due_ns
        assert len(stamp(due_ns)) == STAMP_LETTERS
        assert not may_hold(stamp(due_ns).decode())
    # As it was, in digits.
    assert may_hold(f"{now:018d}")


@pytest.mark.parametrize("size", [0, ONE_BYTE_LENGTHS, TWO_BYTE_LENGTHS])
def test_what_is_masked_is_what_was_said(size: int) -> None:
    said = bytes(at % 251 for at in range(size))
    frame = framed(said)
    head = frame[: len(frame) - size]
    mask = head[-4:]
    assert mask != b"\0\0\0\0"
    assert bytes(byte ^ mask[at % 4] for at, byte in enumerate(frame[len(head) :])) == said


def test_it_is_said_what_is_not_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bench.peers, "MODULES", tmp_path)
    with pytest.raises(CannotMeasure, match="npm's ws is not installed"), running(NODE_WS):
        pass
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotMeasure, match=r"Node\.js is not installed"), running(NODE_WS):
        pass
    with pytest.raises(CannotMeasure, match="redis-server is not installed"), running_ground():
        pass


def test_one_core_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3})
    with pytest.raises(CannotMeasure, match="two cores"):
        ground.cores()


def _parts(count: int) -> list[dict[str, Any]]:
    """A picture in so many parts: each but the first one more text node."""
    first = msgspec.to_builtins(picture(1))
    more = [{**first, "page": None, "part": part, "nodes": []} for part in range(1, count)]
    parts = [first, *more]
    return [{**part, "last": number == count - 1} for number, part in enumerate(parts)]
