"""A real redis-server of our own for tests: a free port, ended with the tests. It can be killed, started again on its
port, stopped in mid-air and let go on, emptied and given too little memory.

    with running_redis(tmp_path, "--appendonly", "yes") as server:
        server.kill(); server.start(); server.pause(); server.go_on()
        server.flush(); server.limit_memory(2_000_000)
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from tests.redis_servers.certificates import Certificates

STARTS_WITHIN_SECONDS = 30.0
ENDS_WITHIN_SECONDS = 30.0
# A node of a cluster talks to the others at its port and this: both must lie below the ephemeral range (32768 on).
BUS_OFFSET = 10_000
CLUSTER_PORTS = range(11_000, 22_000)


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


class RedisServer:
    """One redis-server process that can be ended and started again on its port.

    `options` are redis-server's own, such as `"--appendonly", "yes"`; without them nothing is written to a disk. With
    `tls` it answers TLS alone. `password` is the default user's."""

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
        scheme, user = ("rediss" if tls else "redis"), (f":{password}@" if password else "")
        self.url = f"{scheme}://{user}127.0.0.1:{self.port}/0" + (f"?ssl_ca_certs={tls.authority}" if tls else "")

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
        where = ["--tls-port", str(self.port), "--port", "0"] if self.tls else ["--port", str(self.port)]
        self._folder.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [
                self._program,
                *(*where, "--bind", "127.0.0.1", "--dir", str(self._folder), "--logfile", "redis.log"),
                *("--save", "", "--appendonly", "no", *(self.tls.options if self.tls else ())),
                *(("--requirepass", self.password, "--masterauth", self.password) if self.password else ()),
                *self._options,
            ],
            stdin=subprocess.DEVNULL,
        )
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

    # What the tests of one Redis call it.
    stop = kill

    def restart(self) -> None:
        """Kill it and start it again on its port."""
        self.kill()
        self.start()

    def pause(self) -> None:
        """Its process stands still (SIGSTOP): connections stay open, and the kernel still accepts new ones."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """The end of `pause`."""
        self._signal(signal.SIGCONT)

    def flush(self) -> None:
        """FLUSHALL."""
        with self.client() as client:
            client.flushall()

    def limit_memory(self, size: int) -> None:
        """Take no more than so many bytes, and throw nothing away for more (noeviction); 0 is no limit."""
        with self.client() as client:
            client.config_set("maxmemory-policy", "noeviction")
            client.config_set("maxmemory", size)

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


@contextmanager
def running_redis(
    folder: Path, *options: str, tls: Certificates | None = None, password: str = "", checks_name: bool = True
) -> Iterator[RedisServer]:
    """A server within the context; we ourselves check its name unless told not to. Skips where there is no
    redis-server, but fails in CI."""
    server = RedisServer(redis_program(), folder, *options, tls=tls, password=password, checks_name=checks_name)
    try:
        server.start()
        yield server
    finally:
        server.kill()


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


def free_cluster_port() -> int:
    """A port whose bus port is free, too, both below the ephemeral range."""
    for port in random.sample(CLUSTER_PORTS, 200):
        if _is_free(port) and _is_free(port + BUS_OFFSET):
            return port
    raise RuntimeError("there is no free port for a node of a cluster")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
