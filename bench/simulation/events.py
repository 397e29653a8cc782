"""Sessions and hubs, event by event: who starts, turns a page or ends when, and which rounds the hubs make meanwhile.

The same seed gives the same events, so that `replay` can have them happen for real. What they cost is `costs`'."""

import heapq
import random
from collections import Counter
from typing import Literal, NamedTuple

from bench.simulation.costs import NOTHING, REREAD_COMMAND, Cost, Costs, OfSession, scripts_of_a_round
from cobrowse.hub.deadlines import REREAD_SECONDS

Kind = Literal["start", "page", "end"]


class Happening(NamedTuple):
    """At this second of the run, this happens to the session of this number."""

    at: float
    kind: Kind
    session: int


class Plan(NamedTuple):
    """What is to happen: every happening in order, and on which hub the agent and the customer of each session are."""

    seconds: float
    happenings: tuple[Happening, ...]
    hubs: tuple[tuple[int, int], ...]


class Load(NamedTuple):
    """What sessions are like: all start within the first half; lengths and pages are random."""

    sessions: int
    seconds: float
    hubs: int
    mean_seconds: float
    page_every_seconds: float


class Outcome(NamedTuple):
    """What it cost in all, how often each kind happened, and the most sessions there were at a time."""

    cost: Cost
    counts: Counter[str]
    most: int


def plan(load: Load, seed: int) -> Plan:
    """Sessions that start at random in the first half, each on random hubs; what would be after the end is left out."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    found: list[Happening] = []
    hubs = []
    for session in range(load.sessions):
        hubs.append((chance.randrange(load.hubs), chance.randrange(load.hubs)))
        start = chance.uniform(0, load.seconds / 2)
        end = start + max(2.0, chance.expovariate(1 / load.mean_seconds))
        found.append(Happening(start, "start", session))
        at = start + 1.0 + chance.expovariate(1 / load.page_every_seconds)
        while at < min(end - 1.0, load.seconds):
            found.append(Happening(at, "page", session))
            at += 1.0 + chance.expovariate(1 / load.page_every_seconds)
        if end < load.seconds:
            found.append(Happening(end, "end", session))
    return Plan(load.seconds, tuple(sorted(found)), tuple(hubs))


class _Hub:
    """The sessions that have a seat here."""

    def __init__(self) -> None:
        self.same = 0
        self.cross = 0


def simulate(what: Plan, costs: Costs, seed: int, since: float = 0.0) -> Outcome:
    """Every happening and every round of every hub, in the order of time. Counted is what is from `since` on."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    hubs = [_Hub() for _ in range(1 + max((hub for pair in what.hubs for hub in pair), default=0))]
    total, counts = NOTHING, Counter[str]()
    now = most = 0
    queue: list[tuple[float, int, Happening | int]] = [
        (one.at, number, one) for number, one in enumerate(what.happenings)
    ]
    # A hub's rounds begin when it did.
    queue += [(chance.uniform(0, REREAD_SECONDS), -1 - number, number) for number in range(len(hubs))]
    heapq.heapify(queue)
    while queue:
        at, order, next_one = heapq.heappop(queue)
        if at > what.seconds:
            break
        if isinstance(next_one, int):
            total = total.plus(_round(hubs[next_one], costs)) if at >= since else total
            counts["rounds"] += at >= since
            heapq.heappush(queue, (at + REREAD_SECONDS, order, next_one))
            continue
        places = what.hubs[next_one.session]
        if at >= since:
            counts[next_one.kind] += 1
            total = total.plus(_cost(next_one.kind, costs.same if places[0] == places[1] else costs.cross))
        now += _move(next_one.kind, hubs, places)
        most = max(most, now)
    return Outcome(total, counts, most)


def _cost(kind: Kind, of: OfSession) -> Cost:
    return {"start": of.start, "page": of.page, "end": of.end}[kind]


def _round(hub: _Hub, costs: Costs) -> Cost:
    """What a hub does because time passes. A session on two hubs is in the rounds of both, by halves."""
    sessions = costs.same.second.times(hub.same).plus(costs.cross.second.times(hub.cross / 2))
    scripts = Cost({REREAD_COMMAND: scripts_of_a_round(hub.same + hub.cross)}, 0.0, 0.0)
    return costs.hub_second.plus(sessions).times(REREAD_SECONDS).plus(scripts)


def _move(kind: Kind, hubs: list[_Hub], places: tuple[int, int]) -> int:
    """One more or one less where its seats are; how many more there are."""
    step = {"start": 1, "page": 0, "end": -1}[kind]
    if places[0] == places[1]:
        hubs[places[0]].same += step
    else:
        for place in places:
            hubs[place].cross += step
    return step
