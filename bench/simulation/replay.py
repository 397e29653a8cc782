"""The events of a plan, for real: on real hubs and a real Redis, at the times the plan says."""

import asyncio
import time
from collections.abc import Sequence

from bench.ground import Ground
from bench.sessions import Desk, Live
from bench.simulation.costs import Cost, Meter
from bench.simulation.events import Happening, Plan


class _Player:
    """One session of the plan, and its agent's desk."""

    def __init__(self, ground: Ground, number: int, hubs: tuple[int, int]) -> None:
        agent_at, customer_at = (ground.hubs[hub].place(number // 250) for hub in hubs)
        self._site = ground.sites[number % len(ground.sites)]
        self._desk = Desk(ground, ground.agents[number], agent_at)
        self._customer_at = customer_at
        self._live: Live | None = None

    async def sign_in(self) -> None:
        await self._desk.sign_in()

    async def play(self, happenings: Sequence[Happening], began: float) -> None:
        """All that happens to it, in turn."""
        for one in happenings:
            await asyncio.sleep(max(0.0, began + one.at - time.monotonic()))
            if one.kind == "start":
                self._live = await self._desk.live(self._site, self._customer_at)
            elif self._live is not None and one.kind == "page":
                await self._live.next_page()
            elif self._live is not None:
                await self._desk.end(self._live.id)

    def close(self) -> None:
        self._desk.close()
        if self._live is not None:
            self._live.close()


async def replayed(ground: Ground, what: Plan) -> Cost:
    """What it really cost. Each session has an agent of its own, signed in before."""
    players = [_Player(ground, number, hubs) for number, hubs in enumerate(what.hubs)]
    for player in players:
        await player.sign_in()
    parts: list[list[Happening]] = [[] for _ in players]
    for one in what.happenings:
        parts[one.session].append(one)
    meter = Meter(ground)
    try:
        before, began = meter.read(), time.monotonic()
        await asyncio.gather(*(player.play(part, began) for player, part in zip(players, parts, strict=True)))
        await asyncio.sleep(max(0.0, began + what.seconds - time.monotonic()))
        return meter.since(before)
    finally:
        meter.close()
        for player in players:
            player.close()
