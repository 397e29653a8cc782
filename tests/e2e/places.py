"""Where the walks happen: hubs and shops on free ports, in threads of this process or as processes of their own."""

import asyncio
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
from argon2 import PasswordHasher

from cobrowse.config import Settings, from_mapping
from cobrowse.demo.run import Demo
from cobrowse.demo.serving import serve_shop
from cobrowse.demo.shop import build_shop
from cobrowse.store.base import Agent
from cobrowse.store.opening import open_store
from cobrowse.web.server import listen, serve
from cobrowse.web.sign_in import Passwords

HOST = "127.0.0.1"
AGENT = "ana"
PASSWORD = "only for this test"
START_SECONDS = 60.0
STOP_SECONDS = 30.0
# The cheapest argon2: signing in is not what is tested here.
FAST_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

Ready = Callable[[], None]


class ShiftedClock:
    """The machine's clocks, set ahead by hand. Sleeps take as long as they say."""

    def __init__(self) -> None:
        self.ahead_seconds = 0.0

    def now(self) -> float:
        return time.time() + self.ahead_seconds

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead_seconds

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class InThread:
    """A server in a thread with an event loop of its own."""

    def __init__(self, work: Callable[[asyncio.Event, Ready], Coroutine[Any, Any, None]]) -> None:
        self._work = work
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        if not self._ready.wait(START_SECONDS) or self._error is not None:
            raise RuntimeError("the server did not start") from self._error

    def stop(self) -> None:
        """End it as SIGTERM does, and wait until it has."""
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(STOP_SECONDS)
        if self._thread.is_alive():
            raise RuntimeError("the server did not stop")
        if self._error is not None:
            raise RuntimeError("the server failed") from self._error

    def call(self, work: Callable[[], None]) -> None:
        """Do this in its loop, soon."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(work)

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:
            self._error = error
        finally:
            self._ready.set()

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        await self._work(self._stop, self._ready.set)


def shop_in_thread(hub_url: str, site: str, bound: socket.socket) -> InThread:
    """The demo shop for this site of this hub."""

    async def work(stop: asyncio.Event, ready: Ready) -> None:
        bound.listen()
        ready()
        await serve_shop(build_shop(hub_url, site), bound, stop)

    return InThread(work)


def hub_in_thread(settings: Settings, port: int, clock: ShiftedClock) -> InThread:
    """A hub on this port."""

    async def work(stop: asyncio.Event, ready: Ready) -> None:
        await serve(
            settings,
            host=HOST,
            port=port,
            started=lambda _port: ready(),
            stop=stop,
            clock=clock,
            hasher=FAST_HASHER,
            signals=False,
        )

    return InThread(work)


class HubProcess:
    """A hub as an operator starts it: `cobrowse serve`."""

    def __init__(self, settings_file: Path, port: int, environ: dict[str, str]) -> None:
        command = [str(Path(sys.executable).with_name("cobrowse")), "serve"]
        self._process = subprocess.Popen(
            [*command, "--config", str(settings_file), "--host", HOST, "--port", str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environ,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.startswith("Cobrowse serves"):
            self.kill()
            raise RuntimeError(f"the hub did not start: {line!r}")

    def kill(self) -> None:
        """SIGKILL: no drain, no goodbye."""
        self._process.kill()
        self._end()

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        self._process.terminate()
        return self._end()

    def _end(self) -> int:
        code = self._process.wait(STOP_SECONDS)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code


def free_port() -> int:
    """A port that was free a moment ago."""
    with listen(HOST, 0) as bound:
        number: int = bound.getsockname()[1]
        return number


def table(value: object) -> str:
    """A TOML value."""
    return msgspec.json.encode(value).decode()


class Place:
    """A hub, its mirror and three shops: `shop`; `other`, another site of the same hub; and `lost`, whose pages name a
    site that the hub does not know."""

    def __init__(self, folder: Path, *, store: str = "", limits: dict[str, float] | None = None) -> None:
        self.hub_port = free_port()
        self._shop_sockets = {site: listen(HOST, 0) for site in ("shop", "other", "nowhere")}
        self.shop_url, self.other_url, self.lost_url = (
            f"http://{HOST}:{bound.getsockname()[1]}" for bound in self._shop_sockets.values()
        )
        self.hub_url = f"http://localhost:{self.hub_port}"
        self.mirror_url = f"http://{HOST}:{self.hub_port}"
        self.clock = ShiftedClock()
        self.mapping = self._mapping(store or f"sqlite://{folder / 'hub.db'}", limits or {})
        self.settings = from_mapping(self.mapping)
        self.folder = folder
        # In a thread: Playwright's own loop runs in this one.
        with ThreadPoolExecutor(1) as pool:
            pool.submit(asyncio.run, self._add_agent()).result()
        self._shops = [shop_in_thread(self.hub_url, site, bound) for site, bound in self._shop_sockets.items()]
        self.hub: InThread | None = None

    @property
    def demo(self) -> Demo:
        """The addresses as the demo command gives them."""
        return Demo(self.hub_url, self.mirror_url, self.shop_url, AGENT, PASSWORD)

    def start_hub(self) -> None:
        """Begin to serve on the hub's port."""
        self.hub = hub_in_thread(self.settings, self.hub_port, self.clock)

    def stop_hub(self) -> None:
        """End the hub as SIGTERM does; its sessions stay in the store."""
        if self.hub is not None:
            hub, self.hub = self.hub, None
            hub.stop()

    def hub_process(self, port: int | None = None) -> HubProcess:
        """The hub as a process of its own, on its port or another."""
        path = self.folder / "cobrowse.toml"
        lines = ["[hub]", *(f"{key} = {table(value)}" for key, value in self.mapping["hub"].items())]
        for site in self.mapping["sites"]:
            lines += ["[[sites]]", *(f"{key} = {table(value)}" for key, value in site.items() if key != "limits")]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return HubProcess(path, self.hub_port if port is None else port, {})

    def close(self) -> None:
        """End everything."""
        self.stop_hub()
        for shop in self._shops:
            shop.stop()

    def _mapping(self, store: str, limits: dict[str, float]) -> dict[str, Any]:
        return {
            "hub": {
                "public_url": self.hub_url,
                "mirror_url": self.mirror_url,
                "secret_keys": [secrets.token_urlsafe(32)],
                "store": store,
            },
            "sites": [
                _site("shop", "Example Shop", self.shop_url, limits),
                _site("other", "Other Shop", self.other_url, limits),
                _site("renamed", "Lost Shop", self.lost_url, limits),
            ],
        }

    async def _add_agent(self) -> None:
        hashed = Passwords(FAST_HASHER).hash(PASSWORD)
        async with open_store(self.settings.hub.store.reveal(), exclusive=False) as stores:
            await stores.accounts.put_agent(Agent(AGENT, "Ana", hashed))


def _site(site: str, name: str, url: str, limits: dict[str, float]) -> dict[str, Any]:
    return {
        "id": site,
        "name": name,
        "origins": [url],
        "start_url": f"{url}/",
        "deny_paths": ["/checkout/payment/*"],
        "query_params": ["q", "page", "category"],
        "mask": [".order-number"],
        "show": ["#search"],
        "limits": limits,
    }
