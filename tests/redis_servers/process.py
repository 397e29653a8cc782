"""A process of redis-server for tests, whatever it serves as: started on a free port, killed, paused, let go on."""

import os
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from tests.redis_servers.certificates import Certificates

STARTS_WITHIN_SECONDS = 30.0
ENDS_WITHIN_SECONDS = 30.0


class RedisProcess(ABC):
    """One process that can be ended and started again on its port. `options` are the program's own, such as
    `"--appendonly", "yes"`. With `tls` it answers TLS alone. `password` is the default user's."""

    def __init__(
        self,
        program: str,
        folder: Path,
        *options: str,
        port: int = 0,
        tls: Certificates | None = None,
        password: str = "",
        checks_name: bool = True,
    ) -> None:
        self._checks_name = checks_name
        self._program = program
        self._folder = folder
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self.tls = tls
        self.password = password
        self.port = port or free_port()

    @abstractmethod
    def _arguments(self) -> list[str]:
        """Of the program. It writes its log to `redis.log` in its folder."""

    @property
    def address(self) -> tuple[str, int]:
        return ("127.0.0.1", self.port)

    @property
    def runs(self) -> bool:
        """True while its process lives, paused or not."""
        return self._process is not None and self._process.poll() is None

    def client(self) -> "Redis":
        """A plain client, which waits for 5 s and tries nothing twice. Close it."""
        return Redis(
            port=self.port,
            password=self.password or None,
            socket_timeout=5.0,
            socket_connect_timeout=5.0,
            retry=Retry(NoBackoff(), 0),
            ssl=self.tls is not None,
            ssl_check_hostname=self._checks_name,
            ssl_ca_certs=str(self.tls.authority) if self.tls else None,
            ssl_certfile=str(self.tls.client) if self.tls else None,
            ssl_keyfile=str(self.tls.client_key) if self.tls else None,
        )

    def start(self) -> None:
        """Return once it answers, and is surely the one started here."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen([self._program, *self._arguments()], stdin=subprocess.DEVNULL)
        give_up_at = time.monotonic() + STARTS_WITHIN_SECONDS
        while self.process_id() != self._process.pid:
            if self._process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError(f"redis-server did not start:\n{(self._folder / 'redis.log').read_text()}")
            time.sleep(0.02)

    def kill(self) -> None:
        """End it at once, also while it is paused; what was on no disk is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(ENDS_WITHIN_SECONDS)
            self._process = None

    def pause(self) -> None:
        """Its process stands still (SIGSTOP): connections stay open, and the kernel still accepts new ones."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """The end of `pause`."""
        self._signal(signal.SIGCONT)

    def process_id(self) -> int:
        """Of the redis-server that listens at the port; 0 where none answers. Another may have been given it."""
        try:
            with self.client() as client:
                return int(client.info("server")["process_id"])
        except (RedisError, OSError):
            return 0

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None:
            raise RuntimeError("redis-server does not run")
        self._process.send_signal(number)


def within(seconds: float, is_so: Callable[[], bool], what: str) -> None:
    """Return once `is_so`; asked again and again, and an answer that cannot be had is no."""
    give_up_at = time.monotonic() + seconds
    while True:
        try:
            if is_so():
                return
        except (RedisError, OSError):
            pass  # Asked again.
        if time.monotonic() > give_up_at:
            raise RuntimeError(f"{what}: not within {seconds:g} s")
        time.sleep(0.05)


def redis_program(name: str = "redis-server") -> str:
    """The program's path. Skips the test where there is none, but fails in CI."""
    program = shutil.which(name)
    if program is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is not installed, and CI must not skip these tests.")
        pytest.skip(f"{name} is not installed")
    return program


def free_port() -> int:
    """A port that nobody listened at just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
