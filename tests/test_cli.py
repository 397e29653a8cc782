"""The commands, as an operator types them: what they say, and with which code they end."""

import asyncio
import io
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cobrowse import cli
from cobrowse.store.base import Agent
from cobrowse.store.opening import open_store
from tests.live_hub import PASSWORD, as_toml, settings_for, sqlite_url


@pytest.fixture
def config(tmp_path: Path) -> str:
    path = tmp_path / "hub.toml"
    path.write_text(as_toml(settings_for(8000, sqlite_url(tmp_path))))
    return str(path)


def run(*words: str) -> int:
    with pytest.raises(SystemExit) as caught:
        cli.main(words)
    return int(caught.value.code or 0)


def agents(folder: Path) -> list[Agent]:
    async def read() -> list[Agent]:
        async with open_store(sqlite_url(folder), exclusive=False) as stores:
            return await stores.accounts.agents()

    return asyncio.run(read())


def assert_one_sentence(text: str, *words: str) -> None:
    assert text.startswith("cobrowse: ")
    assert text.count("\n") == 1
    assert "Traceback" not in text
    assert all(word in text for word in words), text


def test_a_secret_is_long_and_new_each_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("secret") == 0
    assert run("secret") == 0
    first, second = capsys.readouterr().out.split()
    assert len(first) == 43
    assert first != second


def test_good_settings_are_said_without_secrets(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check-config", "--config", config) == 0
    said = capsys.readouterr().out
    assert "The settings are good." in said
    assert "site shop: Example Shop, http://127.0.0.1:9001, up to control" in said
    assert "test-key" not in said


def test_wrong_settings_end_with_two(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(config)
    path.write_text(path.read_text().replace("public_url", "pubic_url"))
    for command in ("check-config", "serve"):
        assert run(command, "--config", config) == 2
        assert_one_sentence(capsys.readouterr().err, "hub.pubic_url is not a setting; did you mean public_url?")


def test_settings_come_from_the_environment(config: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COBROWSE_CONFIG", config)
    assert run("check-config") == 0
    monkeypatch.setenv("COBROWSE_HUB_PORT", "many")
    assert run("check-config") == 2


def test_agents_are_added_listed_and_removed(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    words = ("--config", config, "--name", "Ana Müller", "--sites", "shop", "--password-stdin")
    assert run("agent", "add", "Ana", *words) == 0
    monkeypatch.setattr("getpass.getpass", lambda _prompt: PASSWORD)
    assert run("agent", "add", "ben", "--config", config) == 0
    assert run("agent", "list", "--config", config) == 0
    assert capsys.readouterr().out.splitlines() == [
        "ana can sign in.",
        "ben can sign in.",
        "ana\tAna Müller\tshop",
        "ben\tben\tall sites",
    ]
    assert [agent.id for agent in agents(tmp_path)] == ["ana", "ben"]
    assert all(PASSWORD not in agent.password_hash for agent in agents(tmp_path))
    assert run("agent", "remove", "ANA", "--config", config) == 0
    assert [agent.id for agent in agents(tmp_path)] == ["ben"]
    assert run("agent", "remove", "ana", "--config", config) == 1
    assert_one_sentence(capsys.readouterr().err, "There is no agent ana.")


@pytest.mark.parametrize(
    ("words", "typed", "sentence"),
    [
        (("ana",), ["short", "short"], "10 to 200 characters"),
        (("ana",), ["long enough one", "long enough two"], "not the same"),
        (("a b",), [PASSWORD, PASSWORD], "no spaces"),
        (("ana", "--sites", "zoo"), [PASSWORD, PASSWORD], "There is no site zoo."),
    ],
)
def test_an_agent_that_cannot_be(
    config: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    typed: list[str],
    sentence: str,
) -> None:
    answers = iter(typed)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))
    assert run("agent", "add", *words, "--config", config) == 1
    assert_one_sentence(capsys.readouterr().err, sentence)
    assert agents(tmp_path) == []


def test_a_port_in_use_ends_with_one(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert run("serve", "--config", config, "--port", str(port)) == 1
    assert_one_sentence(capsys.readouterr().err, f"Port {port} on 127.0.0.1 is in use", "--port")


def test_workers_on_an_embedded_store_end_with_two(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("serve", "--config", config, "--workers", "2") == 2
    assert_one_sentence(capsys.readouterr().err, "an SQLite file has one server")


def test_serving_says_where(config: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    async def served(_settings: object, *, started: Callable[[int], None], **_: Any) -> None:
        started(8123)

    monkeypatch.setattr(cli, "serve", served)
    assert run("serve", "--config", config) == 0
    assert "http://localhost:8000 and http://127.0.0.1:8000 on port 8123" in capsys.readouterr().out


@pytest.mark.parametrize("words", [(), ("dance",), ("serve", "--port", "x"), ("serve", "--port", "70000"), ("agent",)])
def test_arguments_that_are_none_end_with_two(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*words) == 2
    assert "usage: cobrowse" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (PermissionError(13, "Permission denied", "/var/x"), 1, "Permission denied: /var/x."),
        (OSError("strange"), 1, "strange."),
    ],
)
def test_the_machines_errors_are_sentences_too(
    error: Exception, code: int, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise error

    monkeypatch.setattr(cli, "load", broken)
    assert run("check-config") == code
    assert_one_sentence(capsys.readouterr().err, words)


def test_an_interrupt_is_no_error(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "load", interrupted)
    assert run("check-config") == 130
    assert capsys.readouterr().err == ""


def test_the_demo_is_given_what_was_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given: list[object] = []

    async def run_demo(*arguments: object) -> None:
        given.extend(arguments)

    monkeypatch.setattr("cobrowse.demo.run.run_demo", run_demo)
    words = ("demo", "--port", "9000", "--shop-port", "9001", "--agent-password", PASSWORD)
    assert run(*words, "--config", str(tmp_path / "x.toml")) == 0
    assert given == [9000, 9001, PASSWORD, tmp_path / "x.toml"]
