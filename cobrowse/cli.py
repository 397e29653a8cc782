"""The commands: `cobrowse demo | serve | agent | audit | check-config | check-page | secret`.

What goes wrong is one sentence on stderr: exit code 2 for settings and arguments, 1 for everything else, and never a
traceback.
"""

import argparse
import asyncio
import getpass
import os
import secrets
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import uvloop

from cobrowse.commands.audit import add_audit
from cobrowse.commands.check_page import add_check_page, wanted
from cobrowse.config import Settings, load
from cobrowse.core.errors import BadInput, CobrowseError, ConfigError, NotFound, StoreError
from cobrowse.core.names import check_name
from cobrowse.log_lines import configure
from cobrowse.page_check.browser import CannotCheck
from cobrowse.page_check.command import check_pages
from cobrowse.store.base import Agent
from cobrowse.store.opening import Stores, open_store
from cobrowse.web.dismissal import dismiss
from cobrowse.web.server import allow_many_files, listen, serve
from cobrowse.web.sign_in import Passwords, agent_id, check_password
from cobrowse.web.workers import Leash, Workers, check_workers, worker_command

EXIT_CONFIG = 2
EXIT_FAILED = 1
EXIT_INTERRUPTED = 130
SECRET_BYTES = 32
DEMO_PORT = 8000
DEMO_SHOP_PORT = 8001

Result = TypeVar("Result")


def say(line: str) -> None:
    """One line for the person at the terminal."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit with its code."""
    options = _parser().parse_args(arguments)
    configure("text", "info")
    sys.exit(_run(options))


def _run(options: argparse.Namespace) -> int:
    command: Callable[[argparse.Namespace], int | None] = options.command
    try:
        return command(options) or 0
    except ConfigError as error:
        return _fail(error.sentence, EXIT_CONFIG)
    except CobrowseError as error:
        return _fail(error.sentence, EXIT_FAILED)
    except OSError as error:
        return _fail(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}.", EXIT_FAILED)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def _fail(sentence: str, code: int) -> int:
    sys.stderr.write(f"cobrowse: {sentence}\n")
    return code


def _in_loop(work: Coroutine[Any, Any, Result]) -> Result:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


# --- commands


def _demo(options: argparse.Namespace) -> None:
    # The demo brings a whole shop; no other command needs it.
    from cobrowse.demo.run import run_demo

    _in_loop(run_demo(options.port, options.shop_port, options.agent_password, options.config))


def _serve(options: argparse.Namespace) -> int:
    settings = _settings(options)
    configure(settings.hub.log, settings.hub.log_level)
    check_workers(settings, options.workers)
    allow_many_files()

    def started(port: int) -> None:
        say(f"Cobrowse serves {settings.hub.public_url} and {settings.hub.mirror_url} on port {port}.")

    if options.worker is not None:
        _in_loop(_work(settings, *options.worker))
        return 0
    if options.workers == 1:
        _in_loop(serve(settings, host=options.host, port=options.port, started=started))
        return 0
    with listen(
        options.host or settings.hub.host, settings.hub.port if options.port is None else options.port
    ) as bound:
        return _in_loop(_supervise(options, bound, started))


async def _supervise(options: argparse.Namespace, bound: socket.socket, started: Callable[[int], None]) -> int:
    port: int = bound.getsockname()[1]
    return await Workers(worker_command(options.config), bound, options.workers).run(lambda: started(port))


async def _work(settings: Settings, listening: int, leash_fileno: int) -> None:
    """One of several workers, started by `_supervise`."""
    stop = asyncio.Event()
    leash = Leash(leash_fileno, stop)
    try:
        await serve(settings, bound=socket.socket(fileno=listening), started=lambda _port: leash.ready(), stop=stop)
    finally:
        await leash.close()


def _check_config(options: argparse.Namespace) -> None:
    settings = _settings(options)
    say("The settings are good.")
    say(f"hub: {settings.hub.public_url}, mirror: {settings.hub.mirror_url}, store: {settings.store_scheme}")
    for site in settings.sites:
        say(f"site {site.id}: {site.name}, {', '.join(site.origins)}, up to {site.max_scope}")


def _check_page(options: argparse.Namespace) -> int:
    try:
        return check_pages(wanted(options), os.environ)
    except (CannotCheck, BadInput) as error:
        # 1 says that there is something to mask.
        return _fail(error.sentence, EXIT_CONFIG)


def _secret(_options: argparse.Namespace) -> None:
    say(secrets.token_urlsafe(SECRET_BYTES))


def _agent_add(options: argparse.Namespace) -> None:
    settings = _settings(options)
    sites = tuple(site.strip() for site in options.sites.split(",") if site.strip())
    for site in sites:
        if site not in settings.by_id:
            raise NotFound(f"There is no site {site}.")
    chosen = agent_id(options.id)
    name = check_name(options.name or options.id)
    hashed = Passwords().hash(check_password(_read_password(stdin=options.password_stdin)))
    agent = Agent(chosen, name, hashed, sites)

    async def add(stores: Stores) -> None:
        await stores.accounts.put_agent(agent)
        say(f"{agent.id} can sign in.")

    _with_stores(settings, add)


def _agent_list(options: argparse.Namespace) -> None:
    async def show(stores: Stores) -> None:
        for agent in await stores.accounts.agents():
            say(f"{agent.id}\t{agent.name}\t{', '.join(agent.sites) or 'all sites'}")

    _with_stores(_settings(options), show)


def _agent_remove(options: argparse.Namespace) -> None:
    chosen = agent_id(options.id)
    settings = _settings(options)

    async def remove(stores: Stores) -> None:
        if not await dismiss(stores, chosen, settings, time.time()):
            raise NotFound(f"There is no agent {chosen}.")
        say(f"{chosen} is removed and signed out; their sessions have ended.")

    _with_stores(settings, remove)


def _audit(options: argparse.Namespace) -> int:
    settings, action = _settings(options), options.action

    async def run(stores: Stores) -> int:
        code: int = await action(stores, settings, options, say)
        return code

    return _with_stores(settings, run)


def _audit_verify(options: argparse.Namespace) -> int:
    try:
        return _audit(options)
    except (StoreError, NotFound) as error:
        # 1 says that a trail is broken.
        return _fail(error.sentence, EXIT_CONFIG)


def _settings(options: argparse.Namespace) -> Settings:
    return load(options.config, os.environ)


def _read_password(*, stdin: bool) -> str:
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise BadInput("The two are not the same.")
    return first


def _with_stores(settings: Settings, work: Callable[[Stores], Awaitable[Result]]) -> Result:
    async def run() -> Result:
        async with open_store(settings.hub.store.reveal(), exclusive=False) as stores:
            return await work(stores)

    return _in_loop(run())


# --- arguments


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cobrowse", description="The open, self-hosted co-browsing session broker.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    demo = _command(commands, "demo", "try it: hub, mirror and a small shop on this machine", _demo)
    demo.add_argument("--port", type=_port, default=DEMO_PORT, help="the hub's port (%(default)s)")
    demo.add_argument("--shop-port", type=_port, default=DEMO_SHOP_PORT, help="the shop's port (%(default)s)")
    demo.add_argument("--agent-password", help="the password of the agent ana; made up if left out")
    server = _command(commands, "serve", "run the hub", _serve)
    server.add_argument("--host", help="the address to listen on (hub.host)")
    server.add_argument("--port", type=_port, help="the port to listen on (hub.port)")
    server.add_argument("--workers", type=int, default=1, help="processes on this port, each a hub; needs Redis")
    # How `--workers` starts each of them.
    server.add_argument("--worker", type=_file_numbers, help=argparse.SUPPRESS)
    _command(commands, "check-config", "check the settings and say what they are", _check_config)
    text = "list what agents would see of pages that should be masked: 0 if nothing, 1 if something, 2 if unknown"
    add_check_page(_command(commands, "check-page", text, _check_page))
    _command(commands, "secret", "make a secret key for hub.secret_keys", _secret, config=False)
    agents = commands.add_parser("agent", help="add, list and remove agents").add_subparsers(
        required=True, metavar="ACTION"
    )
    add = _command(agents, "add", "add an agent, or replace the password and sites of one", _agent_add)
    add.add_argument("id", help="what the agent signs in with")
    add.add_argument("--name", help="what customers are shown; the id if left out")
    add.add_argument("--sites", default="", help="site ids with commas between; all if left out")
    add.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
    _command(agents, "list", "list the agents", _agent_list)
    _command(agents, "remove", "remove an agent and sign them out", _agent_remove).add_argument("id")
    trails = commands.add_parser("audit", help="list, print and check audit trails").add_subparsers(
        required=True, metavar="ACTION"
    )
    add_audit(
        _command(trails, "list", "list the audit trails", _audit),
        _command(trails, "show", "print one audit trail", _audit),
        _command(
            trails, "verify", "check whether audit trails are whole: 0 if so, 1 if not, 2 if unknown", _audit_verify
        ),
    )
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    text: str,
    run: Callable[[argparse.Namespace], int | None],
    *,
    config: bool = True,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=run)
    if config:
        parser.add_argument("--config", type=Path, help="the settings file (COBROWSE_CONFIG, or cobrowse.toml here)")
    return parser


def _file_numbers(text: str) -> tuple[int, int]:
    listening, _, leash = text.partition(",")
    return int(listening), int(leash)


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return int(text)
