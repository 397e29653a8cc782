"""Redis under Sentinel for tests: one master, replicas, three sentinels, all real processes.

with running_sentinel(tmp_path) as sentinel:
    sentinel.url                    # redis+sentinel://127.0.0.1:…,127.0.0.1:…,127.0.0.1:…/main
    sentinel.fail_over()            # asked for: returns when all sentinels name another master
    old = sentinel.kill_master()    # or .pause(); the sentinels notice by themselves
    sentinel.wait_for_another_than(old)
    old.start()                     # comes back, and is made a replica
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from redis.exceptions import RedisError

from tests.redis_servers.certificates import Certificates
from tests.redis_servers.one import RedisServer
from tests.redis_servers.process import STARTS_WITHIN_SECONDS, RedisProcess, redis_program, within

MASTER_NAME = "main"
SENTINELS = 3
QUORUM = 2
# A master that nobody asked to go is not to go because the machine is busy.
NEVER_DOWN_MS = 120_000
FAILS_OVER_WITHIN_SECONDS = 60.0
# Sentinel looks at its fellows once in seconds, and stands still for 30 s when the machine did for 2: too slow here.
QUICKER = ("info-period 200", "publish-period 200", "ping-period 200", "ask-period 200", "tilt-period 500")


class SentinelProcess(RedisProcess):
    """One redis-server as a sentinel, which knows the master from its configuration."""

    def __init__(self, program: str, folder: Path, lines: list[str], tls: Certificates | None, password: str) -> None:
        super().__init__(program, folder, tls=tls, password=password)
        folder.mkdir(parents=True, exist_ok=True)
        where = [f"tls-port {self.port}", "port 0"] if tls else [f"port {self.port}"]
        # It writes what it learns into this file.
        text = "\n".join([*where, "bind 127.0.0.1", f'dir "{folder}"', 'logfile "redis.log"', *lines, ""])
        (folder / "sentinel.conf").write_text(text)

    def _arguments(self) -> list[str]:
        return [str(self._folder / "sentinel.conf"), "--sentinel"]


class SentinelSet:
    """A master, its replicas and the sentinels. Opened by `running_sentinel`."""

    def __init__(
        self,
        folder: Path,
        *options: str,
        replicas: int = 1,
        down_after_ms: int = NEVER_DOWN_MS,
        tls: Certificates | None = None,
        password: str = "",
        sentinel_password: str = "",
    ) -> None:
        program = redis_program()
        replicating = ("--repl-diskless-sync-delay", "0", *(("--tls-replication", "yes") if tls else ()))
        self.servers = [
            RedisServer(program, folder / f"redis-{n}", *options, *replicating, tls=tls, password=password)
            for n in range(1 + replicas)
        ]
        lines = [
            f"sentinel monitor {MASTER_NAME} 127.0.0.1 {self.servers[0].port} {QUORUM}",
            f"sentinel down-after-milliseconds {MASTER_NAME} {down_after_ms}",
            f"sentinel failover-timeout {MASTER_NAME} 5000",
            *([f"sentinel auth-pass {MASTER_NAME} {password}"] if password else []),
            *([f"requirepass {sentinel_password}"] if sentinel_password else []),
            *([f"sentinel sentinel-pass {sentinel_password}"] if sentinel_password else []),
            *(["tls-replication yes"] if tls else []),
            *(_lines(tls.options) if tls else []),
        ]
        self.sentinels = [
            SentinelProcess(program, folder / f"sentinel-{n}", lines, tls, sentinel_password) for n in range(SENTINELS)
        ]
        self.tls = tls
        self.password = password
        self.sentinel_password = sentinel_password

    @property
    def url(self) -> str:
        """For the setting `store`."""
        hosts = ",".join(f"127.0.0.1:{each.port}" for each in self.sentinels)
        user = f":{self.password}@" if self.password else ""
        return f"{'rediss' if self.tls else 'redis'}+sentinel://{user}{hosts}/{MASTER_NAME}"

    def start(self) -> None:
        """Return once every sentinel knows the others, the master and its replicas."""
        for server in self.servers:
            server.start()
        for replica in self.servers[1:]:
            with replica.client() as client:
                client.replicaof("127.0.0.1", str(self.servers[0].port))
        for each in self.sentinels:
            each.start()
            with each.client() as client:
                client.execute_command("SENTINEL", "DEBUG", *" ".join(QUICKER).split())
        within(STARTS_WITHIN_SECONDS, self._is_whole, "the sentinels know all")

    def kill(self) -> None:
        """End every process."""
        for sentinel in self.sentinels:
            sentinel.kill()
        for server in self.servers:
            server.kill()

    def master(self) -> RedisServer:
        """The server that most sentinels name."""
        ports = [self._named_by(each) for each in self.sentinels]
        port = max(ports, key=ports.count)
        return next(server for server in self.servers if server.port == port)

    def replicas(self) -> list[RedisServer]:
        """All servers but the master."""
        master = self.master()
        return [server for server in self.servers if server is not master]

    def fail_over(self) -> RedisServer:
        """Make a replica the master, as an operator would; the new master, once all agree and it has its replicas."""
        old = self.master()
        self._until_it_can_fail_over()
        return self.wait_for_another_than(old)

    def kill_master(self) -> RedisServer:
        """End the master at once. It is noticed after `down_after_ms`."""
        master = self.master()
        master.kill()
        return master

    def wait_for_another_than(self, old: RedisServer) -> RedisServer:
        """The new master, once every sentinel names it and it takes writes."""
        within(FAILS_OVER_WITHIN_SECONDS, lambda: self._has_another_than(old), "another master")
        return self.master()

    def flush(self) -> None:
        """FLUSHALL on the master."""
        self.master().flush()

    def _until_it_can_fail_over(self) -> None:
        def asked() -> bool:
            with self.sentinels[0].client() as client:
                return bool(client.execute_command("SENTINEL", "FAILOVER", MASTER_NAME))

        # Refused where the replica is not yet known to be good, or one failover is still going on.
        within(FAILS_OVER_WITHIN_SECONDS, asked, "a failover that was asked for")

    def _has_another_than(self, old: RedisServer) -> bool:
        ports = {self._named_by(each) for each in self.sentinels}
        if len(ports) > 1 or ports == {old.port}:
            return False
        with self.master().client() as client:
            if client.info("replication")["role"] != "master":
                return False
        return not old.runs or self._follows(old)

    def _follows(self, replica: RedisServer) -> bool:
        with replica.client() as client:
            replication = client.info("replication")
        return bool(replication["role"] == "slave" and replication["master_link_status"] == "up")

    def _named_by(self, sentinel: SentinelProcess) -> int:
        try:
            with sentinel.client() as client:
                return int(client.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER_NAME)[1])
        except (RedisError, OSError):
            return 0

    def _is_whole(self) -> bool:
        return all(self._follows(replica) for replica in self.servers[1:]) and all(map(self._knows_all, self.sentinels))

    def _knows_all(self, sentinel: SentinelProcess) -> bool:
        with sentinel.client() as client:
            fields = client.execute_command("SENTINEL", "MASTER", MASTER_NAME)
            replicas = client.execute_command("SENTINEL", "REPLICAS", MASTER_NAME)
        seen = fields if isinstance(fields, dict) else dict(zip(fields[::2], fields[1::2], strict=True))
        others = {str(key, "ascii") if isinstance(key, bytes) else key: value for key, value in seen.items()}
        return int(others["num-other-sentinels"]) == SENTINELS - 1 and len(replicas) == len(self.servers) - 1


def _lines(options: list[str]) -> list[str]:
    """Options of a command line as lines of a configuration file."""
    return [f'{name.removeprefix("--")} "{value}"' for name, value in zip(options[::2], options[1::2], strict=True)]


@contextmanager
def running_sentinel(
    folder: Path,
    *options: str,
    replicas: int = 1,
    down_after_ms: int = NEVER_DOWN_MS,
    tls: Certificates | None = None,
    password: str = "",
    sentinel_password: str = "",
) -> Iterator[SentinelSet]:
    """A master with replicas and three sentinels within the context. `options` are the redis-servers'.

    Sentinels fail over by themselves after `down_after_ms`, which by default never comes. Skips where the programs are
    missing, but fails in CI."""
    made = SentinelSet(
        folder,
        *options,
        replicas=replicas,
        down_after_ms=down_after_ms,
        tls=tls,
        password=password,
        sentinel_password=sentinel_password,
    )
    with ExitStack() as stack:
        stack.callback(made.kill)
        made.start()
        yield made
