"""A real redis-server of our own for tests: a free port, ended with the tests. It can be killed, started again on its
port, stopped in mid-air and let go on, emptied and given too little memory.

    with running_redis(tmp_path, "--appendonly", "yes") as server:
        server.kill(); server.start(); server.pause(); server.go_on()
        server.flush(); server.limit_memory(2_000_000)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.redis_servers.certificates import Certificates
from tests.redis_servers.process import RedisProcess, redis_program


class RedisServer(RedisProcess):
    """One redis-server that keeps data; without options nothing is written to a disk."""

    @property
    def url(self) -> str:
        scheme, user = ("rediss" if self.tls else "redis"), (f":{self.password}@" if self.password else "")
        authority = f"?ssl_ca_certs={self.tls.authority}" if self.tls else ""
        return f"{scheme}://{user}127.0.0.1:{self.port}/0{authority}"

    def restart(self) -> None:
        """Kill it and start it again on its port."""
        self.kill()
        self.start()

    def flush(self) -> None:
        """FLUSHALL."""
        with self.client() as client:
            client.flushall()

    def limit_memory(self, size: int) -> None:
        """Take no more than so many bytes, and throw nothing away for more (noeviction); 0 is no limit."""
        with self.client() as client:
            client.config_set("maxmemory-policy", "noeviction")
            client.config_set("maxmemory", size)

    def _arguments(self) -> list[str]:
        where = ["--tls-port", str(self.port), "--port", "0"] if self.tls else ["--port", str(self.port)]
        return [
            *(*where, "--bind", "127.0.0.1", "--dir", str(self._folder), "--logfile", "redis.log"),
            *("--save", "", "--appendonly", "no", *(self.tls.options if self.tls else ())),
            *(("--requirepass", self.password, "--masterauth", self.password) if self.password else ()),
            *self._options,
        ]


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
