"""`cobrowse audit`, as an operator types it: what it says, with which code it ends, and that no tampering gets past."""

import asyncio
import json
import secrets
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest
from redis import Redis

from cobrowse import cli
from cobrowse.config import from_mapping
from cobrowse.core.audit import AuditKeys, Entry, Head, created
from cobrowse.core.states import Session
from cobrowse.store.base import Trail
from cobrowse.store.opening import open_store
from cobrowse.store.redis.keys import Keys
from tests.live_hub import ANSWER_SECONDS, KEY, NO_TLS, PASSWORD, HubProcess, LiveHub, as_toml, settings_for, sqlite_url
from tests.store.making import CREATED_AT, ended, waiting

KEYS = AuditKeys([KEY])
OTHER_KEY = "another-key-" + "o" * 34
KINDS = ("claimed", "allowed", "confirmed", "live", "page", "paused", "ended", "closed")
# Long ago, so that whatever is missing is missing for good.
AT = CREATED_AT


class Operator:
    """Settings in a folder, a store, and the command."""

    def __init__(self, folder: Path, store: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.store = store
        self.folder = folder
        self._capsys = capsys
        self._file = folder / "hub.toml"
        self.settings(settings_for(8000, store))

    def settings(self, settings: dict[str, object]) -> None:
        self._file.write_text(as_toml(settings))

    def run(self, *words: str) -> tuple[int, str, str]:
        """The exit code, what was said, and what was complained of."""
        with pytest.raises(SystemExit) as caught:
            cli.main(["audit", *words, "--config", str(self._file)])
        said = self._capsys.readouterr()
        return int(caught.value.code or 0), said.out, said.err

    def assert_broken(self, session: str, line: int, *words: str) -> None:
        code, out, _ = self.run("verify", session)
        assert out.startswith(f"{session}: broken at line {line}: ")
        assert all(word in out for word in words), out
        assert code == 1

    def assert_whole(self, session: str) -> str:
        code, out, err = self.run("verify", session)
        assert (code, err) == (0, "")
        assert out.startswith(f"{session}: whole, ")
        return out

    def keep(
        self, session: str, *kinds: str, keys: AuditKeys = KEYS, site: str = "shop", at: float = AT, agent: str = "ana"
    ) -> None:
        """A trail in the store."""
        entries = [created(at, site, agent), *(Entry(at + n, kind, "") for n, kind in enumerate(kinds, start=1))]
        lines = keys.chain(session, Head(), entries, "hub-1")
        trail = Trail(
            session=session, site=site, begun_at=at, close_at=at, sweep_at=4e9, closed=lines[-1].kind == "closed"
        )

        async def work() -> None:
            async with open_store(self.store, exclusive=False) as stores:
                if not await stores.sessions.append_audit(trail, lines):
                    raise AssertionError("It is there already.")

        asyncio.run(work())

    def keep_session(self, session: Session) -> None:
        async def work() -> None:
            async with open_store(self.store, exclusive=False) as stores:
                await stores.sessions.create(session, f"code of {session.id}", AT + 300, AT)

        asyncio.run(work())

    def change(self, *statements: str) -> None:
        """Someone who can write the database does."""
        with sqlite3.connect(self.folder / "cobrowse.db") as connection:
            connection.create_function("changed", 1, lambda data: data.replace(b"paused", b"resume"))
            for statement in statements:
                connection.execute(statement)
        connection.close()


@pytest.fixture
def operator(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Operator:
    return Operator(tmp_path, sqlite_url(tmp_path), capsys)


# --- list


def test_trails_are_listed_oldest_first(operator: Operator) -> None:
    operator.keep("s2", "claimed", at=AT + 86_400)
    operator.keep("s1", *KINDS)
    operator.keep("s3", "claimed", site="bank", at=AT + 2 * 86_400)
    code, out, _ = operator.run("list")
    assert code == 0
    assert out.splitlines() == [
        "s1\tshop\t1970-01-12 13:46:40Z\t9 lines\tclosed",
        "s2\tshop\t1970-01-13 13:46:40Z\t2 lines\topen",
        "s3\tbank\t1970-01-14 13:46:40Z\t2 lines\topen",
    ]
    for words, listed in (
        (("--site", "shop"), ["s1", "s2"]),
        (("--since", "1970-01-13"), ["s2", "s3"]),
        (("--since", "1970-01-13T13:46:41"), ["s3"]),
        (("--since", "1970-01-13T15:46:40+02:00"), ["s2", "s3"]),
        (("--since", "1d"), []),
    ):
        _, out, _ = operator.run("list", *words)
        assert [line.split("\t")[0] for line in out.splitlines() if "\t" in line] == listed


def test_without_trails_that_is_said(operator: Operator) -> None:
    for words in (("list",), ("list", "--site", "bank"), ("verify", "--all")):
        assert operator.run(*words) == (0, "There are no audit trails.\n", "")


@pytest.mark.parametrize("since", ["yesterday", "2026-13-01", "d", "-3d", ""])
def test_a_date_that_is_none(operator: Operator, since: str) -> None:
    code, _, err = operator.run("list", "--since", since)
    assert code == 2
    assert "--since" in err


# --- show


def test_a_trail_is_shown_line_by_line(operator: Operator) -> None:
    operator.keep("s1", "claimed", "ended")
    code, out, _ = operator.run("show", "s1")
    assert code == 0
    assert out.splitlines() == [
        "   1  1970-01-12 13:46:40Z  created site=shop agent=ana",
        "   2  1970-01-12 13:46:41Z  claimed",
        "   3  1970-01-12 13:46:42Z  ended",
    ]


def test_a_trail_is_exported_whole(operator: Operator) -> None:
    operator.keep("s1", *KINDS)
    code, out, _ = operator.run("show", "s1", "--json")
    assert code == 0
    exported = json.loads(out)
    lines = exported["lines"]
    assert exported["session"] == "s1"
    assert exported["trail"]["head"] == lines[-1]["hash"]
    assert [line["kind"] for line in lines] == ["created", *KINDS]
    assert set(lines[0]) == {"v", "n", "at", "kind", "detail", "hub", "key", "hash"}
    assert operator.run("show", "s1", "--head") == (0, f"9 {lines[-1]['hash']}\n", "")
    assert lines[-1]["hash"] in operator.assert_whole("s1")


def test_an_unknown_session_is_a_sentence(operator: Operator) -> None:
    operator.keep("s1", "claimed")
    for words, code in ((("show", "s9"), 1), (("verify", "s9"), 2)):
        assert operator.run(*words) == (code, "", "cobrowse: There is no audit trail of a session s9.\n")


def test_nothing_in_the_store_moves_the_cursor(operator: Operator) -> None:
    """Who can write the store could hide what `show` prints, or have the terminal do something."""
    evil = "\x1b[2J\x1b[H\nall is well\x9b"
    operator.keep(evil, "claimed", agent=f"ana{evil}", site=f"shop{evil}")
    for words in (("list",), ("show", evil), ("show", evil, "--head"), ("verify", evil), ("verify", "--all")):
        _, out, err = operator.run(*words)
        assert not {"\x1b", "\x9b"} & set(out + err)
        assert "\nall is well" not in out + err


def test_instants_that_are_none_are_shown(operator: Operator) -> None:
    operator.keep("s1", at=1e300)
    assert "never" in operator.run("show", "s1")[1]
    assert "never" in operator.run("list")[1]


# --- verify: whole


def test_a_closed_trail_is_whole(operator: Operator) -> None:
    operator.keep("s1", *KINDS)
    assert "9 lines, closed, head " in operator.assert_whole("s1")
    assert operator.run("verify", "--all")[1].splitlines()[-1] == "1 of 1 audit trails are whole."


def test_a_session_that_goes_on_is_whole_so_far(operator: Operator) -> None:
    operator.keep_session(waiting())
    operator.keep("s1", "claimed", "allowed")
    assert "not closed yet" in operator.assert_whole("s1")


def test_all_are_checked_and_one_that_is_broken_is_enough(operator: Operator) -> None:
    operator.keep("s1", *KINDS)
    operator.keep("s2", *KINDS)
    operator.change("DELETE FROM audit WHERE session = 's2' AND n = 4")
    code, out, _ = operator.run("verify", "--all")
    assert code == 1
    assert out.splitlines()[1].startswith("s2: broken at line 4: a line is missing here")
    assert out.splitlines()[2] == "1 of 2 audit trails are whole."


def test_what_to_verify_must_be_said(operator: Operator) -> None:
    for words in ((), ("s1", "--all")):
        assert operator.run("verify", *words)[0] == 2


# --- verify: broken


@pytest.mark.parametrize(
    ("statements", "line", "words"),
    [
        (["UPDATE audit SET data = changed(data) WHERE session = 's1' AND n = 7"], 7, "was changed"),
        (["UPDATE audit SET data = x'c1' WHERE session = 's1' AND n = 3"], 3, "cannot be read"),
        (["DELETE FROM audit WHERE session = 's1' AND n = 5"], 5, "a line is missing here"),
        (["DELETE FROM audit WHERE session = 's1' AND n = 1"], 1, "a line is missing here"),
        (["UPDATE audit SET data = (SELECT data FROM audit WHERE n = 4) WHERE n = 6"], 6, "in a wrong place"),
        (["INSERT INTO audit SELECT session, 10, data FROM audit WHERE n = 9"], 10, "follows the closing line"),
        (["DELETE FROM audit WHERE session = 's1' AND n = 9"], 9, "no closing line"),
        (["DELETE FROM audit WHERE session = 's1' AND n > 7"], 8, "its end is not here"),
        (["DELETE FROM audit WHERE session = 's1'"], 1, "there are no lines"),
        (
            ["DELETE FROM audit WHERE session = 's1' AND n = 6", "UPDATE audit SET session = 's1' WHERE n = 6"],
            6,
            "taken from elsewhere",
        ),
        (
            ["DELETE FROM audit WHERE session = 's1'", "UPDATE audit SET session = 's1' WHERE session = 's2'"],
            1,
            "taken from elsewhere",
        ),
    ],
)
def test_whatever_is_done_to_a_trail_is_found(
    operator: Operator, statements: Sequence[str], line: int, words: str
) -> None:
    operator.keep("s1", *KINDS)
    operator.keep("s2", *KINDS)
    operator.assert_whole("s1")
    operator.change(*statements)
    operator.assert_broken("s1", line, words)


def test_a_chain_made_anew_without_the_secret_is_found(operator: Operator) -> None:
    operator.keep("s1", *KINDS, keys=AuditKeys(["what the forger has"]))
    operator.assert_broken("s1", 1, "not in the settings", "forged")


def test_a_session_that_has_no_trail_is_found_with_its_agent(operator: Operator) -> None:
    operator.keep_session(ended(waiting(), AT))
    operator.assert_broken("s1", 1, "there are no lines")


def test_a_session_is_there_a_moment_before_its_trail(operator: Operator) -> None:
    operator.keep_session(waiting(created_at=time.time() - 1))
    assert operator.run("verify", "s1") == (0, "s1: just begun.\n", "")


def test_a_store_that_cannot_be_read_ends_with_two(operator: Operator) -> None:
    (operator.folder / "cobrowse.db").write_bytes(b"no database at all, but longer than a header" * 30)
    code, out, err = operator.run("verify", "--all")
    assert (code, out) == (2, "")
    assert "not a database" in err


# --- keys


def test_an_old_key_may_be_retired(operator: Operator) -> None:
    operator.keep("s1", *KINDS)
    changed = settings_for(8000, operator.store, hub={"secret_keys": [OTHER_KEY]})
    operator.settings(changed)
    operator.assert_broken("s1", 1, "hub.retired_keys")
    changed["hub"]["retired_keys"] = [KEY]
    operator.settings(changed)
    operator.assert_whole("s1")
    # It seals nothing any more.
    assert from_mapping(changed).audit_keys._first == AuditKeys([OTHER_KEY])._first


# --- beside a running hub


NAMES = ["created site=shop agent=ana", "claimed", "ended agent_ended"]


def assert_seen_beside(operator: Operator, session: str) -> None:
    operator.assert_whole(session)
    _, out, _ = operator.run("show", session)
    assert [line.split("Z  ")[1] for line in out.splitlines()] == NAMES
    assert operator.run("list", "--site", "shop", "--since", "1d")[1].split("\t")[0] == session


async def walk(public_url: str) -> str:
    """A session that is claimed, and that its agent ends at once; its id."""
    async with httpx.AsyncClient(
        base_url=public_url, headers={"Origin": public_url}, verify=NO_TLS, timeout=ANSWER_SECONDS
    ) as agent:
        (await agent.post("/api/login", json={"name": "ana", "password": PASSWORD})).raise_for_status()
        new = (await agent.post("/api/sessions", json={"site": "shop"})).json()
        body = {"site": "shop", "code": new["code"], "nonce": secrets.token_hex(16)}
        shop = {"Origin": "http://127.0.0.1:9001"}
        (await agent.post("/api/codes/claim", json=body, headers=shop)).raise_for_status()
        (await agent.delete(f"/api/sessions/{new['id']}")).raise_for_status()
        return str(new["id"])


def test_it_works_beside_a_running_hub(operator: Operator, tmp_path: Path) -> None:
    with HubProcess.on_free_port(tmp_path, operator.store) as hub:
        hub.add_agent()
        operator.settings(hub.settings)
        session = asyncio.run(walk(hub.public_url))
        assert_seen_beside(operator, session)
        operator.change("DELETE FROM audit WHERE n = 2")
        operator.assert_broken(session, 2, "a line is missing here")


@pytest.mark.redis
async def test_it_works_beside_a_running_hub_on_redis(
    redis_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    operator = Operator(tmp_path, redis_url, capsys)
    async with LiveHub(store=redis_url) as hub:
        await hub.add_agent()
        session = await walk(hub.public_url)
        await asyncio.to_thread(assert_seen_beside, operator, session)
    with Redis.from_url(redis_url) as redis:
        lines = Keys("cobrowse").key("audit", session)
        first = redis.lindex(lines, 0)
        assert isinstance(first, bytes)
        redis.lset(lines, 1, first)
        await asyncio.to_thread(operator.assert_broken, session, 2, "in a wrong place")
        redis.hset(Keys("cobrowse").key("trail", session), "n", "many")
        code, _, err = await asyncio.to_thread(operator.run, "verify", session)
        assert code == 2
        assert f"audit trail of session {session} cannot be read" in err
