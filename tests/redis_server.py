"""A real redis-server of our own for tests: a free port, nothing on disk, ended with the tests."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

STARTS_WITHIN_SECONDS = 30.0
ENDS_WITHIN_SECONDS = 30.0


class RedisServer:
    """One redis-server process that can be stopped and started again on its port."""

    def __init__(self, program: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self.port = _free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Return once it answers, and is surely the one started here."""
        self._process = subprocess.Popen(
            [
                self._program,
                *("--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self._folder)),
                *("--save", "", "--appendonly", "no", "--logfile", "redis.log"),
            ],
            stdin=subprocess.DEVNULL,
        )
        give_up_at = time.monotonic() + STARTS_WITHIN_SECONDS
        while _process_id(self.port) != self._process.pid:
            if self._process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError(f"redis-server did not start:\n{(self._folder / 'redis.log').read_text()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it at once; what it held is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(ENDS_WITHIN_SECONDS)
            self._process = None


@contextmanager
def running_redis(folder: Path) -> Iterator[RedisServer]:
    """A server within the context. Skips where there is no redis-server, but fails in CI."""
    program = shutil.which("redis-server")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("redis-server is not installed, and CI must not skip these tests.")
        pytest.skip("redis-server is not installed")
    server = RedisServer(program, folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _process_id(port: int) -> int:
    """Of the redis-server that listens there; 0 where none answers. Another test may have been given the port."""
    try:
        with Redis(port=port, socket_timeout=1.0, retry=Retry(NoBackoff(), 0)) as client:
            return int(client.info("server")["process_id"])
    except (RedisError, OSError):
        return 0
