"""docker-compose.yml without containers: its very commands, settings and environment, as processes on loopback.

What a container engine would give each service of its own is given here by substitution, and nothing else is changed:
a service's name becomes 127.0.0.1, its ports become free ones, a fixed address of the network becomes 127.0.0.1, and
the https addresses get the port at which the proxy really is."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from tests.e2e.places import free_port

ROOT = Path(__file__).parent.parent
START_SECONDS = 60.0
STOP_SECONDS = 30.0
LOOPBACK = "127.0.0.1"
SECRETS = {
    "COBROWSE_HUB_SECRET_KEYS": "a-key-for-this-test-alone-0123456789",
    "COBROWSE_REDIS_PASSWORD": "a-word-for-this-test-alone",
}
# What the images bring along, and what stands for it here.
IMAGES = {"redis": "redis-server", "proxy": "caddy"}
Table = dict[str, Any]


def compose() -> Table:
    """The compose file."""
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text()))


def instructions(name: str, stage: str = "") -> list[str]:
    """What the Dockerfile says after this instruction, in the stage of that name or, without one, in the last."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    stages = re.split(r"^FROM ", text, flags=re.MULTILINE)[1:]
    own = next(one for one in stages if one.partition("\n")[0].endswith(f" AS {stage}")) if stage else stages[-1]
    return [line.partition(" ")[2].strip() for line in own.splitlines() if line.startswith(f"{name} ")]


def interpolated(text: str, environ: dict[str, str]) -> str:
    """As Compose does it; a variable that is needed and missing is a `KeyError`."""

    def value(found: re.Match[str]) -> str:
        return "$" if found[0] == "$$" else environ[found[1]]

    return re.sub(r"\$\$|\$\{(\w+)(?::\?[^}]*)?\}", value, text)


class PortTaken(AssertionError):
    """Somebody else was quicker to listen on a port that had been free."""


@contextmanager
def running(folder: Path) -> Iterator["Composition"]:
    """The whole composition; on other ports where one of the first was taken before it was used."""
    for last in (False, False, True):
        made = Composition(folder)
        try:
            with made:
                yield made
            return
        except PortTaken:
            if last or made.was_well:
                raise


class Composition:
    """Every service of the compose file, running while entered. `hub_url` and so on are what a browser opens."""

    def __init__(self, folder: Path) -> None:
        self.file = compose()
        self.services: Table = self.file["services"]
        self._folder = folder
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        # How much each had written when it was started last.
        self._said_before: dict[str, int] = {}
        self.was_well = False
        self._ports = {
            name: {port: free_port() for port in self._ports_of(name, service)}
            for name, service in self.services.items()
        }
        self._https = self._ports["proxy"]["8443"]
        self.hub_url, self.mirror_url, self.shop_url = (
            f"https://{name}.localhost:{self._https}" for name in ("cobrowse", "cobrowse-mirror", "shop")
        )

    @staticmethod
    def _ports_of(name: str, service: Table) -> list[str]:
        published = [port.rpartition(":")[2] for port in service.get("ports", [])]
        told = {"redis": ["6379"], "shop": ["8001"], "proxy": ["8081"]}
        return [*published, *told.get(name, instructions("EXPOSE"))]

    def port(self, service: str) -> int:
        """Where the one port of this service is."""
        (port,) = self._ports[service].values()
        return port

    # --- as it would be in containers

    def translated(self, text: str, service: str) -> str:
        """Names, ports and addresses of the network, as they are here."""
        for name, ports in self._ports.items():
            for inside, here in ports.items():
                text = text.replace(f"{name}:{inside}", f"{LOOPBACK}:{here}")
        for inside, here in self._ports[service].items():
            text = re.sub(rf"(?<![\w.])((?:{re.escape(LOOPBACK)}:)?){inside}\b", rf"\g<1>{here}", text)
        text = re.sub(r"(https://[\w-]+\.localhost)", rf"\1:{self._https}", text)
        return re.sub(r"\b(0\.0\.0\.0|172\.28\.0\.\d+)\b", LOOPBACK, text)

    def command(self, service: str) -> list[str]:
        """What its container runs."""
        told = self.services[service]
        entry = told.get("entrypoint", [] if service in IMAGES else json.loads(instructions("ENTRYPOINT")[0]))
        words = told.get("command") or json.loads(instructions("CMD")[0])
        run = [self.translated(interpolated(word, SECRETS), service) for word in [*entry, *words]]
        run = [self._mounted(word, service) for word in run]
        return [self._program(run[0]), *run[1:]]

    def environ(self, service: str) -> dict[str, str]:
        """What its container is told, besides what any process here has."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("COBROWSE_")}
        told = self.services[service].get("environment", {})
        made = {
            name: self._mounted(self.translated(interpolated(value, SECRETS), service), service)
            for name, value in told.items()
        }
        home = str(self._folder / service)
        return {**own, **made, "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home}

    def _mounted(self, text: str, service: str) -> str:
        """A path at which a setting is mounted, as the file that it is here."""
        for mount in self.services[service].get("configs", []):
            text = text.replace(mount["target"], str(self._folder / service / Path(mount["target"]).name))
        return text

    @staticmethod
    def _program(name: str) -> str:
        if name == "python":
            return sys.executable
        own = Path(sys.executable).with_name(name)
        found = str(own) if own.exists() else shutil.which(name)
        if found is None:
            raise FileNotFoundError(name)
        return found

    # --- running

    def start(self, service: str) -> None:
        """Start it; `wait` says when it is well."""
        folder = self._folder / service
        folder.mkdir(exist_ok=True)
        for mount in self.services[service].get("configs", []):
            content = self.translated(self.file["configs"][mount["source"]]["content"], service)
            if service == "proxy":
                # Where containers have a network of their own.
                content = content.replace("{\n", f"{{\n  default_bind {LOOPBACK}\n", 1)
            (folder / Path(mount["target"]).name).write_text(content)
        with (folder / "log").open("ab") as log:
            self._said_before[service] = log.tell()
            self._processes[service] = subprocess.Popen(
                self.command(service), env=self.environ(service), cwd=folder, stdout=log, stderr=log
            )

    def start_again(self, service: str) -> None:
        """Start it and wait. Its port may have been lent to somebody meanwhile."""
        until = time.monotonic() + START_SECONDS
        while True:
            self.start(service)
            try:
                self.wait(service)
            except PortTaken:
                if time.monotonic() > until:
                    raise
                time.sleep(0.5)
            else:
                return

    def stop(self, service: str) -> int:
        """SIGTERM; the exit code."""
        process = self._processes.pop(service)
        process.terminate()
        return process.wait(STOP_SECONDS)

    def wait(self, service: str) -> None:
        """Return once its own health check says that it is well."""
        until = time.monotonic() + START_SECONDS
        while not self._is_well(service):
            if self._processes[service].poll() is not None or time.monotonic() > until:
                said = self.log(service)[self._said_before[service] :]
                raise (PortTaken if "in use" in said else AssertionError)(f"{service} is not well: {said}")
            time.sleep(0.1)

    def _is_well(self, service: str) -> bool:
        words = [self.translated(interpolated(word, SECRETS), service) for word in self.health(service)]
        if words[0] == "wget":
            return answers(words[-1])
        asked = re.search(r"urlopen\('([^']+)'", words[-1])
        if asked and not answers(asked[1]):
            # A Python of its own for each try would take the processor from who is to come up.
            return False
        run = ["sh", "-c", words[0]] if len(words) == 1 else [self._program(words[0]), *words[1:]]
        return subprocess.run(run, env=self.environ(service), capture_output=True, timeout=30).returncode == 0

    def health(self, service: str) -> list[str]:
        """The words of its health check: one of the shell, or a command."""
        told = self.services[service].get("healthcheck")
        if told is not None:
            return list(told["test"][1:])
        return list(json.loads(instructions("HEALTHCHECK")[0].partition("CMD ")[2]))

    def log(self, service: str) -> str:
        """All it has written."""
        return (self._folder / service / "log").read_text()

    def run_in(self, service: str, *words: str, said: str = "") -> None:
        """`docker compose exec`."""
        subprocess.run(
            [self._program(words[0]), *words[1:]],
            env=self.environ(service),
            input=said,
            text=True,
            check=True,
            capture_output=True,
            timeout=60,
        )

    def __enter__(self) -> Self:
        try:
            for service in ("redis", "hub-1", "hub-2", "shop", "proxy"):
                self.start(service)
                # What they depend on.
                if service == "redis":
                    self.wait(service)
            for service in self.services:
                self.wait(service)
            self.was_well = True
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End everything."""
        for process in self._processes.values():
            process.kill()
        for process in self._processes.values():
            process.wait(STOP_SECONDS)
        self._processes.clear()


def answers(url: str) -> bool:
    """Whether a GET is answered with success."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  # our own services
            return bool(answer.status < 400)
    except OSError:
        return False
