"""A whole hub for tests: `LiveHub` in the test's own loop, `HubProcess` as a process that can be killed.

Public and mirror host share a port: `http://localhost:PORT` and `http://127.0.0.1:PORT`. Two hubs on one Redis URL
share sessions, sign-ins and keys. `restart` brings a hub back on the same port and the same store.

    async with LiveHub(store=sqlite_url(tmp_path), origins=["http://127.0.0.1:9001"]) as hub:
        await hub.add_agent()
        async with hub.signed_in() as agent:
            code = await hub.new_code(agent)
        joined = await hub.claim(code.code)
"""

import asyncio
import os
import secrets
import signal
import ssl
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from argon2 import PasswordHasher
from msgspec import Struct
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect

from cobrowse.config import Settings, from_mapping
from cobrowse.core.protocol import SUBPROTOCOL
from cobrowse.hub.clock import Clock
from cobrowse.hub.hub import Hub
from cobrowse.store.base import Agent
from cobrowse.web.parts import Parts
from cobrowse.web.server import listen, serve
from cobrowse.web.static import FOLDER

KEY = "test-key-" + "k" * 34
SHOP_ORIGIN = "http://127.0.0.1:9001"
PASSWORD = "correct horse battery"
START_SECONDS = 60
# How long a busy machine may take to answer; httpx itself waits for 5 s.
ANSWER_SECONDS = 30.0
# The hub closes what is idle for longer; a client that sends into that very moment hears nothing.
REUSED_FOR = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=1.0)
# Making httpx's own takes longer than a request; hubs of tests speak http.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
# Hashes of tests alone: argon2 as cheap as it goes.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def sqlite_url(folder: Path) -> str:
    """A store in this folder."""
    return f"sqlite://{folder.resolve()}/cobrowse.db"


def settings_for(
    port: int, store: str, origins: Sequence[str] = (SHOP_ORIGIN,), hub: dict[str, Any] | None = None, **site: Any
) -> dict[str, Any]:
    """Settings as cobrowse.toml has them: a hub on this port, and one site `shop` with a denied path and a mask."""
    shop = {
        "id": "shop",
        "name": "Example Shop",
        "origins": list(origins),
        "start_url": origins[0] + "/",
        "deny_paths": ["/checkout/payment/*"],
        "query_params": ["q", "page"],
        **site,
    }
    plain = {
        "public_url": f"http://localhost:{port}",
        "mirror_url": f"http://127.0.0.1:{port}",
        "secret_keys": [KEY],
        "store": store,
        "port": port,
    }
    return {"hub": {**plain, **(hub or {})}, "sites": [shop]}


class Code(Struct, frozen=True):
    """What the agent got for a new session."""

    id: str
    code: str
    expires_at: float


class LiveHub:
    """A hub in this loop. `site` holds more keys of the site's table, `hub` of the hub's, `more_sites` whole tables."""

    def __init__(
        self,
        *,
        store: str,
        origins: Sequence[str] = (SHOP_ORIGIN,),
        site: dict[str, Any] | None = None,
        hub: dict[str, Any] | None = None,
        more_sites: Sequence[dict[str, Any]] = (),
        clock: Clock | None = None,
        static: Path = FOLDER,
    ) -> None:
        self._bound = listen("127.0.0.1", 0)
        self.port: int = self._bound.getsockname()[1]
        table = settings_for(self.port, store, origins, hub, **(site or {}))
        table["sites"] += more_sites
        self.settings: Settings = from_mapping(table)
        self.public_url = self.settings.hub.public_url
        self.mirror_url = self.settings.hub.mirror_url
        # Where the hub really is, whatever its URLs say.
        self.base = f"http://localhost:{self.port}"
        self.origin = origins[0]
        self._clock = clock
        self._static = static
        self._stop = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        self.app: Starlette

    @property
    def parts(self) -> Parts:
        """What the app works with."""
        parts: Parts = self.app.state.parts
        return parts

    @property
    def hub(self) -> Hub:
        """The hub of the app that runs now."""
        return self.parts.hub

    async def start(self) -> None:
        """Return once it accepts; what goes wrong before is raised here."""
        loop = asyncio.get_running_loop()
        started: asyncio.Future[int] = loop.create_future()
        self._stop = asyncio.Event()
        bound = self._bound if self._bound.fileno() >= 0 else listen("127.0.0.1", self.port)
        self._serving = asyncio.create_task(
            serve(
                self.settings,
                bound=bound,
                started=started.set_result,
                stop=self._stop,
                clock=self._clock,
                static=self._static,
                hasher=CHEAP,
                signals=False,
                on_app=self._keep,
            )
        )
        await asyncio.wait((started, self._serving), return_when=asyncio.FIRST_COMPLETED, timeout=START_SECONDS)
        if self._serving.done():
            started.cancel()
            await self._serving
        if not started.done():
            raise TimeoutError("The hub did not start.")

    async def stop(self) -> None:
        """End as on SIGTERM: drain, then close."""
        self._stop.set()
        if self._serving is not None:
            await self._serving
            self._serving = None
        self._bound.close()

    async def restart(self) -> None:
        """Stop and come back on the same port and store."""
        await self.stop()
        await self.start()

    def _keep(self, app: Starlette) -> None:
        self.app = app

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    # --- what tests do with it

    async def add_agent(self, agent: str = "ana", name: str = "Ana", sites: tuple[str, ...] = ()) -> None:
        """An agent with `PASSWORD`."""
        await self.parts.accounts.put_agent(Agent(agent, name, CHEAP.hash(PASSWORD), sites))

    def client(self, origin: str | None = None, **options: Any) -> httpx.AsyncClient:
        """A client of the hub; requests carry `origin` where one is given."""
        headers = {"Origin": origin} if origin else {}
        chosen = {"timeout": ANSWER_SECONDS, "limits": REUSED_FOR, **options}
        return httpx.AsyncClient(base_url=self.base, headers=headers, verify=NO_TLS, **chosen)

    @asynccontextmanager
    async def signed_in(self, agent: str = "ana") -> AsyncIterator[httpx.AsyncClient]:
        """A signed-in agent's client, with the console's Origin."""
        async with self.client(self.public_url) as client:
            answer = await client.post("/api/login", json={"name": agent, "password": PASSWORD})
            if answer.status_code != 200:
                raise AssertionError(answer.text)
            yield client

    async def new_code(self, agent: httpx.AsyncClient, site: str = "shop") -> Code:
        """A new session of this agent."""
        answer = await agent.post("/api/sessions", json={"site": site})
        if answer.status_code != 201:
            raise AssertionError(answer.text)
        return Code(**answer.json())

    async def claim(self, code: str, *, nonce: str | None = None, site: str = "shop") -> httpx.Response:
        """A customer on the site's page types this code."""
        body = {"site": site, "code": code, "nonce": nonce or secrets.token_hex(16)}
        async with self.client(self.origin) as client:
            return await client.post("/api/codes/claim", json=body)

    def socket(self, seat: str, **options: Any) -> connect:
        """A WebSocket of this seat, to be awaited or entered."""
        origin = self.public_url if seat == "agent" else self.origin
        chosen = {"origin": origin, "subprotocols": [SUBPROTOCOL], "compression": None, "proxy": None, **options}
        return connect(f"ws://localhost:{self.port}/ws/{seat}", **chosen)


async def close_number(socket: ClientConnection) -> int:
    """The number with which the hub closed, once it has."""
    await socket.wait_closed()
    return socket.close_code or 0


class HubProcess:
    """`cobrowse serve` as a process of its own. `kill` is SIGKILL: nothing is said to anybody.

    `shift_seconds` is by how much its wall clock is ahead (below 0: behind); `workers` how many processes share the
    port. Both hold from the next `start` on. `kill`, `freeze` and `thaw` are for all its processes at once, and
    `worker_pids` are there to do it to one."""

    def __init__(self, folder: Path, settings: dict[str, Any], *, shift_seconds: float = 0.0, workers: int = 1) -> None:
        self.settings = settings
        self.shift_seconds = shift_seconds
        self.workers = workers
        self.port: int = settings["hub"]["port"]
        self.public_url: str = settings["hub"]["public_url"]
        self.mirror_url: str = settings["hub"]["mirror_url"]
        self._file = folder / f"hub-{self.port}.toml"
        self._file.write_text(as_toml(settings))
        self._process: subprocess.Popen[str] | None = None
        # Where to keep what it logs, all its lives together; None: with the test's own.
        self.log: Path | None = None

    @property
    def process_id(self) -> int | None:
        """Of the process that was started, while it was not ended by us."""
        return self._process.pid if self._process is not None else None

    @classmethod
    def on_free_port(cls, folder: Path, store: str, origins: Sequence[str] = (SHOP_ORIGIN,), **site: Any) -> Self:
        """A hub on a port that was free a moment ago."""
        with listen("127.0.0.1", 0) as bound:
            port = bound.getsockname()[1]
        return cls(folder, settings_for(port, store, origins, **site))

    def start(self) -> None:
        """Return once it accepts."""
        many = ["--workers", str(self.workers)] if self.workers > 1 else []
        with ExitStack() as stack:
            self._process = subprocess.Popen(
                [*self._command("serve"), *many],
                stdout=subprocess.PIPE,
                stderr=stack.enter_context(self.log.open("ab")) if self.log is not None else None,
                text=True,
                env={**self._environ(), "PYTHONUNBUFFERED": "1"},
                # A group of its own, so that a signal can reach all workers at once.
                process_group=0,
            )
        line = self._process.stdout.readline() if self._process.stdout else ""
        if "serves" not in line:
            self._process.wait(START_SECONDS)
            raise AssertionError(f"The hub did not start: exit code {self._process.returncode}")

    def _environ(self) -> dict[str, str]:
        """Without coverage, unless there are workers, which only processes can show: tracing takes a hub half as long
        again, and one that is killed keeps nothing of it."""
        traced = self.workers > 1
        return {name: value for name, value in os.environ.items() if traced or not name.startswith("COVERAGE_")}

    def add_agent(self, agent: str = "ana", name: str = "Ana", password: str = PASSWORD) -> None:
        """An agent, by the command an operator uses."""
        command = self._command("agent", "add", agent, "--name", name, "--password-stdin")
        subprocess.run(
            command, input=password + "\n", text=True, check=True, capture_output=True, timeout=START_SECONDS
        )

    def kill(self) -> None:
        """SIGKILL."""
        self._signal(signal.SIGKILL)
        self._ended()

    def freeze(self) -> None:
        """SIGSTOP: its sockets stay open and nothing is answered."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on after `freeze`."""
        self._signal(signal.SIGCONT)

    def roll(self) -> None:
        """SIGHUP: one worker after the other is replaced."""
        if self._process is not None:
            self._process.send_signal(signal.SIGHUP)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
        return self._ended()

    def worker_pids(self) -> list[int]:
        """The processes that serve, oldest first, where there are several."""
        if self._process is None:
            return []
        pid = self._process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def restart(self) -> None:
        """Come back on the same port and store, after `kill` or `stop`."""
        if self._process is not None:
            self.kill()
        self.start()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def _command(self, *words: str) -> list[str]:
        program = ["tests.shifted_hub", str(self.shift_seconds)] if self.shift_seconds else ["cobrowse"]
        return [sys.executable, "-m", *program, *words, "--config", str(self._file)]

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, number)

    def _ended(self) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        code = process.wait(START_SECONDS)
        if process.stdout:
            process.stdout.close()
        return code


def as_toml(settings: dict[str, Any]) -> str:
    """The settings as cobrowse.toml; strings, numbers, booleans, and lists and tables of them."""
    lines = ["[hub]", *_pairs(settings["hub"])]
    for site in settings["sites"]:
        limits = site.get("limits", {})
        lines += ["[[sites]]", *_pairs({key: value for key, value in site.items() if key != "limits"})]
        lines += ["[sites.limits]", *_pairs(limits)] if limits else []
    text = "\n".join(lines) + "\n"
    if tomllib.loads(text) != settings:
        raise AssertionError("These settings cannot be written as TOML.")
    return text


def _pairs(table: dict[str, Any]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in table.items()]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(one) for one in value)}]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return str(value)
