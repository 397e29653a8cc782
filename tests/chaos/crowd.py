"""Many sessions at once: how each begins (with a race for its code), lives, is waited for, and ends."""

import asyncio
import itertools
import random
import secrets
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple

from tests.chaos.asking import Answer, Door, ask
from tests.chaos.console import Console
from tests.chaos.ground import Ground
from tests.chaos.notes import CANARY, Notes, Race
from tests.chaos.peer import AWAY, Footing, Peer
from tests.chaos.tab import Tab
from tests.hub.model_page import ModelPage
from tests.hub.peers import ORIGIN
from tests.live_hub import PASSWORD

HANG_SECONDS = 60.0
# As the console waits.
REQUEST_SECONDS = 10.0
LOOK_SECONDS = 0.02
CHECK_SECONDS = 0.5
AGAIN_SECONDS = 0.3
JOINING_AT_ONCE = 8
CLAIM_TRIES = 200
_addresses = itertools.count(1)


class Pace(NamedTuple):
    """How busy the pages are, and how often each looks what there is to do."""

    changes_a_second: float
    acts_a_second: float
    tick_seconds: float


BUSY = Pace(4.0, 1.0, 0.05)
# For a thousand sessions in one process of ours.
QUIET = Pace(0.05, 0.02, 1.0)


def an_address() -> str:
    """An address that nobody else has."""
    number = next(_addresses)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


class Desk:
    """One agent with the cookie of a browser, who asks any hub that answers."""

    def __init__(self, doors: list[Door], agent: str) -> None:
        self.agent = agent
        self.doors = doors
        self.address = an_address()
        # Browsers know no ports: it is for all doors.
        self._cookie = ""

    async def ask(self, door: Door, path: str, body: object = None, method: str = "POST") -> Answer:
        """One request, as the console sends it. `OSError` where there is no answer."""
        headers = {"Origin": door.public_url, "X-Forwarded-For": self.address, "Cookie": self._cookie}
        answer = await ask(door, method, path, body or {}, seconds=REQUEST_SECONDS, headers=headers)
        if "set-cookie" in answer.headers:
            self._cookie = answer.headers["set-cookie"].partition(";")[0]
        return answer

    async def sign_in(self) -> None:
        """Until it worked."""
        await self.persist("/api/login", {"name": self.agent, "password": PASSWORD}, 200)

    async def persist(self, path: str, body: object, wanted: int) -> Answer:
        """Ask hub after hub until the answer is `wanted`."""
        said = ""
        for _ in range(CLAIM_TRIES):
            with suppress(*AWAY):
                answer = await self.ask(random.choice(self.doors), path, body)  # noqa: S311
                if answer.status == wanted:
                    return answer
                said = answer.text
            await asyncio.sleep(AGAIN_SECONDS)
        raise AssertionError(f"{path} is never answered with {wanted}, but with {said}")

    async def ticket(self, door: Door, session: str) -> str:
        """For one socket. `TimeoutError` where this hub gives none now."""
        answer = await self.ask(door, f"/api/sessions/{session}/ticket")
        if answer.status != 200:
            raise TimeoutError(answer.text)
        return str(answer.json()["ticket"])


async def claim(doors: list[Door], race: Race, code: str, address: str) -> dict[str, str] | None:
    """One customer types the code, and tries again with the same nonce until there is an answer that counts."""
    nonce = secrets.token_hex(16)
    body = {"site": race.site, "code": code, "nonce": nonce}
    headers = {"Origin": ORIGIN, "X-Forwarded-For": address}
    for _ in range(CLAIM_TRIES):
        door = random.choice(doors)  # noqa: S311
        with suppress(*AWAY):
            answer = await ask(door, "POST", "/api/codes/claim", body, seconds=REQUEST_SECONDS, headers=headers)
            said = answer.json()
            race.answers.append(f"{answer.status} {said.get('code', '')}")
            if answer.status == 200:
                race.winners.add(nonce)
                return said
            if answer.status in (404, 429):
                return None
        await asyncio.sleep(AGAIN_SECONDS)
    raise AssertionError(f"a claim is never answered: {race.answers}")


async def race_for(doors: list[Door], site: str, code: str) -> tuple[Race, dict[str, str] | None]:
    """Two tabs at the same moment, on any hubs. P1: one wins."""
    race = Race(site)
    joined = await asyncio.gather(*(claim(doors, race, code, an_address()) for _ in range(2)))
    race.finished = True
    return race, next((one for one in joined if one is not None), None)


@dataclass(eq=False)
class Pair:
    """One session."""

    id: str
    desk: Desk
    tab: Tab
    console: Console
    notes: Notes

    @property
    def live(self) -> bool:
        return self.tab.state == self.console.state == "live" and bool(self.tab.at and self.console.at)

    @property
    def converged(self) -> bool:
        return self.live and self.tab.shared.settled and self.console.mirror.place == self.tab.shared.place

    def sits_at(self, names: Iterable[str]) -> bool:
        """One of its sockets is at one of these hubs."""
        return not {self.tab.at, self.console.at}.isdisjoint(names)

    def home(self) -> None:
        """Both come to their own hubs again, as pages do that are loaded anew."""
        for peer in (self.tab, self.console):
            if peer.at and peer.at != peer.doors[peer.home].name:
                peer.cut()


class Crowd:
    """All the sessions of one fault, and the agents who have them. Made by `open_crowd`."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.pairs: list[Pair] = []
        # All who ever came, also where their session did not come about.
        self._peers: list[Peer] = []
        self.races: list[Race] = []
        self.desks: list[Desk] = []
        # The store may forget what it was told just now.
        self.forgetting = False

    async def begin(self, count: int, pace: Pace = BUSY) -> None:
        """So many sessions more, all live, their seats spread over the hubs in every way."""
        gate = asyncio.Semaphore(JOINING_AT_ONCE)
        first = len(self.desks)

        async def one(number: int) -> Pair:
            async with gate:
                return await self._begin_one(number, pace)

        numbers = range(first, first + count)
        await self.ground.put_agents([f"agent{number}" for number in numbers])
        self.desks += [Desk(self.ground.doors, f"agent{number}") for number in numbers]
        try:
            # Where one fails, all others stop.
            async with asyncio.TaskGroup() as group:
                beginning = [group.create_task(one(number)) for number in numbers]
        except ExceptionGroup as failed:
            raise AssertionError(f"a session did not come about: {failed.exceptions[0]}") from failed
        self.pairs += [begun.result() for begun in beginning]
        await self.until(lambda: all(pair.live for pair in self.pairs), "live at the beginning")

    async def _begin_one(self, number: int, pace: Pace) -> Pair:
        doors, desk = self.ground.doors, self.desks[number]
        names = self.ground.site_names
        site = names[number % len(names)]
        await desk.sign_in()
        new = (await desk.persist("/api/sessions", {"site": site}, 201)).json()
        race, joined = await race_for(doors, site, new["code"])
        self.races.append(race)
        if joined is None:
            raise AssertionError(f"nobody was let in: {race}")
        session, canary = str(new["id"]), f"{CANARY}{secrets.token_hex(6)}"
        notes = Notes(session=session, canary=canary)
        here, there = number % len(doors), number // len(doors) % len(doors)
        tab = Tab(
            Footing(doors, here, an_address(), notes, pace.tick_seconds),
            origin=ORIGIN,
            token=joined["token"],
            page=ModelPage(random.Random(number), canary),  # noqa: S311
            changes_a_second=pace.changes_a_second,
        )
        console = Console(
            Footing(doors, there, desk.address, notes, pace.tick_seconds),
            ticket=lambda door: desk.ticket(door, session),
            digits=joined["digits"],
            tab=tab,
            acts_a_second=pace.acts_a_second,
        )
        self._peers += [tab, console]
        pair = Pair(session, desk, tab, console, notes)
        await self.until(lambda: pair.live and pair.console.mirror.place != (0, 0), f"session {number} live")
        return pair

    async def sign_in_again(self) -> None:
        """The operator puts the agents back, and each signs in anew."""
        await self.ground.put_agents([desk.agent for desk in self.desks])
        await asyncio.gather(*(desk.sign_in() for desk in self.desks))

    async def newcomer(self) -> Race:
        """One more session as far as its code, begun and raced for at this moment; it is ended at once."""
        desk = random.choice(self.desks)  # noqa: S311
        # In turn: the budgets of wrong codes are a site's.
        site = self.ground.site_names[len(self.races) % len(self.ground.site_names)]
        new = (await desk.persist("/api/sessions", {"site": site}, 201)).json()
        race, _ = await race_for(self.ground.doors, site, new["code"])
        race.may_be_lost = self.forgetting
        self.races.append(race)
        with suppress(*AWAY):
            await desk.ask(random.choice(self.ground.doors), f"/api/sessions/{new['id']}", method="DELETE")  # noqa: S311
        return race

    async def until(self, is_so: Callable[[], bool], what: str, seconds: float = HANG_SECONDS) -> float:
        """Wait until it is so, and say how long that took; `AssertionError` after `seconds`."""
        loop = asyncio.get_running_loop()
        begun = checked_at = loop.time()
        while not is_so():
            if loop.time() - checked_at > CHECK_SECONDS:
                checked_at = loop.time()
                self._check()
            if loop.time() - begun > seconds:
                raise AssertionError(f"not within {seconds:g} s: {what}; {self.told()}")
            await asyncio.sleep(LOOK_SECONDS)
        return loop.time() - begun

    def _check(self) -> None:
        """`AssertionError` where a page ended that should not have."""
        for pair in self.pairs:
            failed = pair.tab.failed or pair.console.failed
            if failed is not None:
                raise AssertionError(f"a page of {pair.id} failed") from failed

    async def converge(self, seconds: float = HANG_SECONDS) -> None:
        """Let all pages hold still, and wait until every mirror shows what its page shows."""
        paces = [pair.tab.changes_a_second for pair in self.pairs]
        for pair in self.pairs:
            pair.tab.changes_a_second = 0.0
        try:
            await self.until(lambda: all(pair.converged for pair in self.pairs), "every mirror converged", seconds)
        finally:
            for pair, pace in zip(self.pairs, paces, strict=True):
                pair.tab.changes_a_second = pace

    async def leave(self) -> None:
        """Everybody is gone, without a word."""
        await asyncio.gather(*(peer.leave() for peer in self._peers))

    def told(self) -> str:
        """What is wrong with those that are not well, for a person to read."""
        told = [
            f"{pair.id}: tab {pair.tab.told()} {pair.tab.shared.place}, "
            f"console {pair.console.told()} {pair.console.mirror.place}"
            for pair in self.pairs
            if not pair.converged
        ]
        return f"{len(told)} of {len(self.pairs)}: " + "; ".join(told[:5])


@asynccontextmanager
async def open_crowd(ground: Ground) -> AsyncIterator[Crowd]:
    """Nobody yet; whoever comes is gone after the context."""
    crowd = Crowd(ground)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(crowd.leave)
        yield crowd
