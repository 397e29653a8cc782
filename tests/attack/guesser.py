"""A guesser against the live limits: the whole app, in process, with an hour that passes in a second.

    python -m tests.attack.guesser

prints the figures of docs/threat-model.md. `test_p01_guesser.py` asserts the same bounds.

Chance is too rare to be measured by counting hits, so what is measured is what decides it: how many guesses a day
reach the codes. Hits are counted all the same, for a guesser who is told a short list that holds every live code: with
`LUCK` times the chance, hits divided by `LUCK` are the chance itself."""

import argparse
import asyncio
import json
import logging
import random
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from starlette.applications import Starlette

from cobrowse.config import from_mapping
from cobrowse.core import codes
from cobrowse.core.policy import Limits
from cobrowse.core.states import Session, Waiting
from cobrowse.store.base import Agent
from cobrowse.store.opening import open_store
from cobrowse.web.app import build_app
from cobrowse.web.limits import (
    ALARM_FAILURES_A_MINUTE,
    CLAIM_FAILURES_A_MINUTE,
    LONG_DIGITS,
    LONG_FAILURES_A_SECOND,
)
from tests.hub.clock import HandClock
from tests.hub.faults import MoodyStore
from tests.live_hub import CHEAP, PASSWORD, SHOP_ORIGIN, settings_for

DAY_SECONDS = 86_400
LIVE_CODES = 100
SHORT_DIGITS = 9
# How many candidates the guesser draws from, among them all that live. A code of d digits has d - 1 free ones.
CANDIDATES = 10_000
BANK = {"id": "bank", "name": "Bank", "origins": [SHOP_ORIGIN], "start_url": SHOP_ORIGIN + "/"}


class Answer(NamedTuple):
    """What the app answered: the status, the headers but the date, the body as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Target:
    """The app, its store whose calls are counted, and a clock that only the test moves."""

    def __init__(self, app: Starlette, store: MoodyStore, clock: HandClock, chance: random.Random) -> None:
        self.app = app
        self.store = store
        self.clock = clock
        self.random = chance
        self.base = "localhost"

    @property
    def pepper(self) -> bytes:
        pepper: bytes = self.app.state.parts.settings.pepper
        return pepper

    def reached(self) -> int:
        """How many claims have come to the store."""
        return self.store.calls.count("claim")

    async def ask(
        self, method: str, path: str, body: Any, *, client: str, headers: dict[str, str] | None = None
    ) -> Answer:
        """One request from this address, past no gate."""
        data = json.dumps(body).encode()
        sent: list[Any] = []
        fields = {"host": self.base, "content-type": "application/json", "origin": SHOP_ORIGIN, **(headers or {})}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "client": (client, 40_000),
            "server": ("localhost", 80),
            "headers": [(name.encode(), value.encode()) for name, value in fields.items()],
        }

        async def receive() -> Any:
            return {"type": "http.request", "body": data, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], answered, b"".join(part.get("body", b"") for part in sent[1:]))

    async def claim(self, code: str, *, client: str, site: str = "shop", headers: Any = None) -> Answer:
        """One guess, or an honest customer's claim."""
        nonce = f"{self.random.getrandbits(128):032x}"
        return await self.ask(
            "POST", "/api/codes/claim", {"site": site, "code": code, "nonce": nonce}, client=client, headers=headers
        )

    async def live_code(self, digits: int, number: int) -> str:
        """A code that lives longer than any attack here: what a guesser wishes for."""
        now = self.clock.now()
        until = now + 400 * DAY_SECONDS
        code = codes.make(self.random.randrange, digits)
        key = codes.key(self.pepper, "shop", code)
        session = Session(
            id=f"session{number}",
            site="shop",
            site_name="Example Shop",
            agent=f"agent{number}",
            agent_name="Ana",
            scope="control",
            limits=Limits(),
            created_at=now,
            state=Waiting(since=now, code_key=key, expires_at=until),
        )
        if not await self.store.create(session, key, until, until):
            raise AssertionError("This code lives already.")
        return code


class Console:
    """An agent who makes codes through the API, as the console does."""

    ADDRESS = "203.0.113.250"

    def __init__(self, target: Target) -> None:
        self._target = target
        self._cookie = ""
        self._until = 0.0
        self._session = ""

    async def new_code(self, site: str = "shop") -> str:
        """A new code of this site, with as many digits as codes have now. The session before it is over."""
        if self._target.clock.monotonic() >= self._until:
            await self._sign_in()
        if self._session:
            await self._ask(f"/api/sessions/{self._session}", None, "DELETE")
        answer = await self._ask("/api/sessions", {"site": site})
        if answer.status != 201:
            raise AssertionError(answer.body)
        code: str = answer.json["code"]
        self._session = answer.json["id"]
        return code

    async def _sign_in(self) -> None:
        answer = await self._ask("/api/login", {"name": "ana", "password": PASSWORD})
        self._cookie = answer.headers["set-cookie"].partition(";")[0]
        self._until = self._target.clock.monotonic() + 3600 * 11

    async def _ask(self, path: str, body: Any, method: str = "POST") -> Answer:
        headers = {"origin": "http://localhost", "cookie": self._cookie}
        return await self._target.ask(method, path, body, client=self.ADDRESS, headers=headers)


@asynccontextmanager
async def target(seed: int = 1, *, proxies: Sequence[str] = (), store: str = "") -> AsyncIterator[Target]:
    """The app on a database of its own, or on this store. Its rounds do not run: nothing here needs them."""
    with tempfile.TemporaryDirectory() as folder:
        url = store or f"sqlite://{folder}/cobrowse.db"
        table = settings_for(80, url, hub={"trusted_proxies": list(proxies)})
        table["sites"].append(BANK)
        async with open_store(url, exclusive=True) as stores:
            counted, clock = MoodyStore(stores.sessions), HandClock()
            app = build_app(
                from_mapping(table), counted, stores.accounts, stores.bus, clock, static=Path(folder), hasher=CHEAP
            )
            await stores.accounts.put_agent(Agent("ana", "Ana", CHEAP.hash(PASSWORD)))
            yield Target(app, counted, clock, random.Random(seed))  # noqa: S311 - a test repeats itself


# --- where guesses come from


def addresses_of_many_networks(chance: random.Random) -> Callable[[], str]:
    """A botnet without end: no address comes twice, some of IPv4, some from whole IPv6 /48, /56 and /64."""
    farms = [0x2001_0DB8_0000 + chance.randrange(2**16) for _ in range(4096)]

    def address() -> str:
        if chance.random() < 0.5:
            return f"198.{18 + chance.randrange(2)}.{chance.randrange(256)}.{chance.randrange(256)}"
        network = chance.choice(farms)
        groups = [network >> 32 & 0xFFFF, network >> 16 & 0xFFFF, network & 0xFFFF]
        groups += [chance.randrange(2**16) for _ in range(5)]
        return ":".join(f"{group:x}" for group in groups)

    return address


class Guesses:
    """Draws from a list that holds every live code. `LUCK` is how much better that is than guessing blindly."""

    def __init__(self, target: Target, digits: int) -> None:
        self._target = target
        self._digits = digits
        self.luck = 10 ** (digits - 1) / CANDIDATES
        self._made = 0
        self._candidates: list[str] = []

    async def prepare(self) -> None:
        for _ in range(LIVE_CODES):
            self._candidates.append(await self._another())
        while len(self._candidates) < CANDIDATES:
            self._candidates.append(codes.make(self._target.random.randrange, self._digits))

    def draw(self) -> str:
        return self._target.random.choice(self._candidates)

    async def hit(self, code: str) -> None:
        """This one is used; another lives in its place."""
        self._candidates[self._candidates.index(code)] = await self._another()

    async def _another(self) -> str:
        self._made += 1
        return await self._target.live_code(self._digits, self._digits * 1_000_000 + self._made)


class Attack(NamedTuple):
    """What an attack came to."""

    seconds: float
    sent: int
    reached: int
    hits: int
    luck: float
    honest_tries: int
    honest_in: int
    longest_code: int

    @property
    def failures(self) -> int:
        return self.reached - self.hits - self.honest_in

    @property
    def chance_a_day(self) -> float:
        """The chance to hit one of the live codes on a day like this, by the guesses that reached them."""
        free = self.luck * CANDIDATES
        return self.failures / self.seconds * DAY_SECONDS * LIVE_CODES / free

    @property
    def measured_a_day(self) -> float:
        """The same by the hits of the lucky guesser."""
        return self.hits / self.luck / self.seconds * DAY_SECONDS


async def attack(
    target: Target,
    *,
    digits: int,
    seconds: int,
    step_seconds: float,
    guesses_a_step: int,
    honest_every_steps: int = 0,
    address: Callable[[], str] | None = None,
) -> Attack:
    """Guess, all of a step at once, for so long; and let an honest customer join now and then, after the guesses of
    their step, having mistyped the code once."""
    guesses, console = Guesses(target, digits), Console(target)
    await guesses.prepare()
    address = address or addresses_of_many_networks(target.random)
    sent = hits = honest = honest_in = longest = 0
    reached = target.reached()
    for step in range(round(seconds / step_seconds)):
        tried = [guesses.draw() for _ in range(guesses_a_step)]
        answers = await asyncio.gather(*(target.claim(code, client=address()) for code in tried))
        sent += guesses_a_step
        for code in {code for code, answer in zip(tried, answers, strict=True) if answer.status == 200}:
            hits += 1
            await guesses.hit(code)
        if honest_every_steps and step % honest_every_steps == honest_every_steps - 1:
            honest += 1
            code = await console.new_code()
            longest = max(longest, len(code))
            honest_in += await honest_customer(target, code, honest)
        target.clock.pass_unseen(step_seconds)
    reached = target.reached() - reached
    return Attack(seconds, sent, reached, hits, guesses.luck, honest, honest_in, longest)


async def honest_customer(target: Target, code: str, number: int) -> bool:
    """Types the code wrong, then right, from an address of their own."""
    client = f"203.0.{number % 100}.{1 + number % 200}"
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    if (await target.claim(wrong, client=client)).json["code"] != "code_mistyped":
        raise AssertionError("A typing error was taken for a guess.")
    return (await target.claim(code, client=client)).status == 200


def failures_bound(seconds: float, amount: int, window_seconds: float) -> float:
    """No more failures than this in so long: a window begins at the first count, so one more may have begun."""
    return amount * (seconds / window_seconds + 1)


# --- the command


async def figures(days: float) -> AsyncIterator[tuple[str, Attack]]:
    """The attacks of docs/threat-model.md."""
    seconds = round(days * DAY_SECONDS)
    async with target() as one:
        yield (
            f"nine digits, the whole budget ({CLAIM_FAILURES_A_MINUTE} a minute)",
            await attack(
                one, digits=SHORT_DIGITS, seconds=seconds, step_seconds=20, guesses_a_step=4, honest_every_steps=15
            ),
        )
    async with target() as one:
        below = ALARM_FAILURES_A_MINUTE - 1
        yield (
            f"nine digits, just below the alarm ({below} a minute)",
            await attack(
                one, digits=SHORT_DIGITS, seconds=seconds, step_seconds=61, guesses_a_step=below, honest_every_steps=5
            ),
        )
    async with target() as one:
        yield (
            f"twelve digits, the whole budget ({LONG_FAILURES_A_SECOND} a second), {seconds // 480} s of it",
            await attack(
                one, digits=LONG_DIGITS, seconds=seconds // 480, step_seconds=0.5, guesses_a_step=LONG_FAILURES_A_SECOND
            ),
        )


async def show(days: float) -> None:
    async for name, done in figures(days):
        sys.stdout.write(
            f"{name}:\n"
            f"  {done.sent} guesses sent, {done.failures} reached the codes "
            f"({done.failures / done.seconds * DAY_SECONDS:.0f} a day)\n"
            f"  chance to hit one of {LIVE_CODES} live codes: {done.chance_a_day:.2%} of days; "
            f"measured by hits: {done.measured_a_day:.2%} ({done.hits} hits with {done.luck:.0f} times the chance)\n"
        )
        if done.honest_tries:
            sys.stdout.write(
                f"  honest customers: {done.honest_in} of {done.honest_tries} in at their first try, with codes of up "
                f"to {done.longest_code} digits\n"
            )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Guess codes against the live limits.")
    parser.add_argument("--days", type=float, default=1.0)
    logging.disable(logging.WARNING)
    asyncio.run(show(parser.parse_args().days))


if __name__ == "__main__":
    main()
