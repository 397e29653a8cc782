"""Where the chaos happens: hub processes on a real store, agents who can sign in, and what is measured of the hubs.

Each hub is reached at a door. The store is named by its URL; `fronts` puts a `Line` of ours before each hub."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from cobrowse.core.errors import StoreError
from cobrowse.store.base import Agent
from cobrowse.store.opening import open_store
from tests.chaos.asking import Door, ask
from tests.chaos.line import Line, line_to
from tests.hub.peers import ORIGIN
from tests.live_hub import CHEAP, PASSWORD, HubProcess, settings_for
from tests.redis_servers.process import free_port

SAMPLE_SECONDS = 0.5
ASK_SECONDS = 5.0
PUT_TRIES = 60
# One for each session: the budgets of wrong codes are a site's, and each race for a code has a loser.
SITES = 64
_RSS = re.compile(r"VmRSS:\s+(\d+) kB")


class Ground:
    """Hubs with doors. Made by `open_ground`."""

    def __init__(self, folder: Path, store: str, hubs: list[HubProcess], doors: list[Door]) -> None:
        self.folder = folder
        self.store = store
        self.hubs = hubs
        self.doors = doors
        # A line before each hub and one between each hub and Redis, where there are any.
        self.fronts: list[Line] = []
        self.store_lines: list[Line] = []
        # The most that any hub process held, in bytes, by its name.
        self.rss: dict[str, int] = {}

    @property
    def logs(self) -> list[Path]:
        """Where the hubs log."""
        return [hub.log for hub in self.hubs if hub.log is not None]

    @property
    def site_names(self) -> list[str]:
        return [f"shop{number}" for number in range(SITES)]

    def hub(self, name: str) -> HubProcess:
        """The process behind this door."""
        return self.hubs[[door.name for door in self.doors].index(name)]

    async def start(self, *names: str) -> None:
        """Start these hubs at once; return when all accept."""
        await asyncio.gather(*(asyncio.to_thread(self.hub(name).start) for name in names))

    def kill(self, *names: str) -> None:
        """SIGKILL, also where one has ended by itself."""
        for name in names:
            with suppress(ProcessLookupError):
                self.hub(name).kill()

    async def stop(self, *names: str) -> list[int]:
        """SIGTERM; the exit codes."""
        return list(await asyncio.gather(*(asyncio.to_thread(self.hub(name).stop) for name in names)))

    async def put_agents(self, names: Sequence[str]) -> None:
        """Agents with `PASSWORD`; again where the store did not answer in time."""
        hashed = CHEAP.hash(PASSWORD)
        missing = list(names)
        async with open_store(self.store, exclusive=False) as stores:
            for _ in range(PUT_TRIES):
                with suppress(StoreError):
                    while missing:
                        await stores.accounts.put_agent(Agent(missing[-1], missing[-1].capitalize(), hashed))
                        missing.pop()
                    return
                await asyncio.sleep(SAMPLE_SECONDS)
        raise AssertionError(f"the store takes no agents: {len(missing)} are missing")

    async def metrics(self, name: str) -> dict[str, int]:
        """The counts of this hub; none where it does not answer."""
        with suppress(OSError):
            answer = await ask(self._door(name), "GET", "/metrics", seconds=ASK_SECONDS)
            pairs = (line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
            return {series: int(float(value)) for series, value in pairs}
        return {}

    async def ready(self, name: str) -> bool:
        """What /readyz says."""
        with suppress(OSError):
            return (await ask(self._door(name), "GET", "/readyz", seconds=ASK_SECONDS)).status == 200
        return False

    def _door(self, name: str) -> Door:
        return next(door for door in self.doors if door.name == name)

    async def sample(self) -> None:
        """Look at the memory of the hubs for ever."""
        while True:
            for door, hub in zip(self.doors, self.hubs, strict=True):
                size = rss_of(hub.process_id)
                self.rss[door.name] = max(self.rss.get(door.name, 0), size)
            await asyncio.sleep(SAMPLE_SECONDS)


def rss_of(process_id: int | None) -> int:
    """The resident memory of a process in bytes; 0 where there is none."""
    if process_id is None:
        return 0
    try:
        status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    found = _RSS.search(status)
    return int(found[1]) * 1024 if found else 0


@asynccontextmanager
async def open_ground(
    folder: Path,
    store: str,
    *,
    hubs: int = 3,
    fronts: bool = False,
    store_port: int = 0,
    shifts: Sequence[float] = (),
) -> AsyncIterator[Ground]:
    """Hubs that accept, within the context. `fronts` puts a line before each, `store_port` one between each and the
    Redis at this port; `shifts` says by how many seconds each one's clock is off."""
    async with AsyncExitStack() as stack:
        ground = Ground(folder, store, [], [])
        for number in range(hubs):
            own_store, port = store, free_port()
            if store_port:
                line = await stack.enter_async_context(line_to(store_port))
                ground.store_lines.append(line)
                own_store = line.url
            front = port
            if fronts:
                line = await stack.enter_async_context(line_to(port))
                ground.fronts.append(line)
                front = line.port
            table = _settings(own_store, front, port)
            hub = HubProcess(folder, table, shift_seconds=shifts[number] if shifts else 0.0)
            hub.log = folder / f"hub-{number}.log"
            ground.hubs.append(hub)
            ground.doors.append(Door(f"hub{number}", front, table["hub"]["public_url"]))
        doors = ground.doors
        stack.callback(ground.kill, *(door.name for door in doors))
        await ground.start(*(door.name for door in doors))
        sampling = asyncio.create_task(ground.sample())
        stack.callback(sampling.cancel)
        yield ground


def _settings(store: str, front: int, port: int) -> dict[str, Any]:
    own = {
        "public_url": f"http://localhost:{front}",
        "mirror_url": f"http://127.0.0.1:{front}",
        "port": port,
        # Our clients say whose address they speak for, as a balancer does.
        "trusted_proxies": ["127.0.0.0/8"],
    }
    table = settings_for(front, store, [ORIGIN], own)
    [site] = table["sites"]
    table["sites"] = [{**site, "id": f"shop{number}"} for number in range(SITES)]
    return table
