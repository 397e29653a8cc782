"""`cobrowse demo`: hub, mirror and shop on this machine, in one process, to try everything on.

The hub is http://localhost, the mirror http://127.0.0.1 on the same port: two origins, and two hosts because cookies
know no ports. What happens is kept in a folder that goes when the demo ends.
"""

import asyncio
import os
import secrets
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from cobrowse.config import Settings, from_mapping, read
from cobrowse.demo.serving import serve_shop
from cobrowse.demo.shop import build_shop
from cobrowse.store.base import Agent
from cobrowse.store.opening import open_store
from cobrowse.web.server import CannotListen, listen, serve
from cobrowse.web.sign_in import Passwords, check_password

HOST = "127.0.0.1"
AGENT_ID = "ana"
AGENT_NAME = "Ana"
SITE = "shop"
PASSWORD_BYTES = 9
SECRET_BYTES = 32


class Demo(NamedTuple):
    """Where everything is, once it runs."""

    hub_url: str
    mirror_url: str
    shop_url: str
    agent: str
    password: str

    def lines(self) -> str:
        """What the person at the terminal is told."""
        return (
            "\nCobrowse is running. Open these in two browsers, or one of them in a private window:\n\n"
            f"  the agent     {self.hub_url}/   sign in as {self.agent} with {self.password}\n"
            f"  the customer  {self.shop_url}/help\n\n"
            "As the agent press New session and read the code out; as the customer type it. Ctrl-C ends the demo.\n\n"
        )


async def run_demo(
    port: int,
    shop_port: int,
    agent_password: str | None,
    config: Path | None,
    *,
    environ: Mapping[str, str] = os.environ,
    started: Callable[[Demo], None] | None = None,
    stop: asyncio.Event | None = None,
    signals: bool = True,
) -> None:
    """Run hub and shop until Ctrl-C, SIGTERM or `stop`. Port 0 takes a free one.

    `agent_password` is made up where it is None. The sites of `config` (or `COBROWSE_CONFIG`) are added. Raises
    `CannotListen` where a port is taken, `ConfigError` where that file is wrong, `BadInput` for a password too short.
    """
    password = check_password(agent_password or secrets.token_urlsafe(PASSWORD_BYTES))
    with listen(HOST, port) as bound, _listen_for_shop(shop_port) as shop_bound, TemporaryDirectory() as folder:
        hub_port, site_port = bound.getsockname()[1], shop_bound.getsockname()[1]
        demo = Demo(
            hub_url=f"http://localhost:{hub_port}",
            mirror_url=f"http://{HOST}:{hub_port}",
            shop_url=f"http://{HOST}:{site_port}",
            agent=AGENT_ID,
            password=password,
        )
        settings = demo_settings(demo, Path(folder) / "demo.db", read(config, environ).get("sites", []))
        await _add_agent(settings, password)
        over = asyncio.Event()
        shop = asyncio.create_task(serve_shop(build_shop(demo.hub_url, SITE), shop_bound, over))
        try:
            await serve(
                settings, bound=bound, started=lambda _port: (started or _announce)(demo), stop=stop, signals=signals
            )
        finally:
            over.set()
            await shop


def demo_settings(demo: Demo, database: Path, more_sites: list[dict[str, Any]]) -> Settings:
    """The demo's settings, with the sites of a settings file besides the shop."""
    shop = {
        "id": SITE,
        "name": "Example Shop",
        "origins": [demo.shop_url],
        "start_url": f"{demo.shop_url}/",
        "deny_paths": ["/checkout/payment/*"],
        "query_params": ["q", "page", "category"],
        "mask": [".order-number"],
        "show": ["#search"],
    }
    hub = {
        "public_url": demo.hub_url,
        "mirror_url": demo.mirror_url,
        "secret_keys": [secrets.token_urlsafe(SECRET_BYTES)],
        "store": f"sqlite://{database}",
    }
    return from_mapping({"hub": hub, "sites": [shop, *more_sites]})


def _listen_for_shop(port: int) -> socket.socket:
    try:
        return listen(HOST, port)
    except CannotListen as error:
        raise CannotListen(error.sentence.replace("--port", "--shop-port")) from error


async def _add_agent(settings: Settings, password: str) -> None:
    agent = Agent(AGENT_ID, AGENT_NAME, Passwords().hash(password))
    async with open_store(settings.hub.store.reveal(), exclusive=False) as stores:
        await stores.accounts.put_agent(agent)


def _announce(demo: Demo) -> None:
    sys.stdout.write(demo.lines())
    sys.stdout.flush()
