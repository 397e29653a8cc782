"""`cobrowse demo`: one command, hub and shop up, and a clear sentence where a port is taken."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from cobrowse.core.errors import BadInput, ConfigError
from cobrowse.demo.run import Demo, run_demo
from cobrowse.web.server import CannotListen, listen

COBROWSE = str(Path(sys.executable).with_name("cobrowse"))
PASSWORD = "only for this test"


async def start(config: Path | None = None) -> tuple[Demo, asyncio.Event, asyncio.Task[None]]:
    ready: asyncio.Future[Demo] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()
    running = asyncio.create_task(
        run_demo(0, 0, PASSWORD, config, environ={}, started=ready.set_result, stop=stop, signals=False)
    )
    await asyncio.wait((ready, running), return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        running.result()
    return ready.result(), stop, running


async def test_hub_and_shop_are_up_and_ana_can_sign_in() -> None:
    demo, stop, running = await start()
    async with httpx.AsyncClient(timeout=30) as client:
        shop = await client.get(f"{demo.shop_url}/help")
        assert f'src="{demo.hub_url}/snippet.js"' in shop.text
        assert (await client.get(f"{demo.hub_url}/healthz")).status_code == 200
        assert (await client.get(f"{demo.mirror_url}/")).status_code == 421
        signed_in = await client.post(
            f"{demo.hub_url}/api/login",
            json={"name": demo.agent, "password": PASSWORD},
            headers={"Origin": demo.hub_url},
        )
        assert [site["id"] for site in signed_in.json()["sites"]] == ["shop"]
    assert PASSWORD in demo.lines() and demo.shop_url in demo.lines()
    stop.set()
    await running


async def test_the_sites_of_a_settings_file_are_added(tmp_path: Path) -> None:
    config = tmp_path / "cobrowse.toml"
    config.write_text(
        '[[sites]]\nid = "mine"\nname = "Mine"\norigins = ["http://localhost:9"]\nstart_url = "http://localhost:9/"\n',
        encoding="utf-8",
    )
    demo, stop, running = await start(config)
    async with httpx.AsyncClient(timeout=30) as client:
        assert (await client.get(f"{demo.hub_url}/join/mine")).status_code == 200
    stop.set()
    await running


async def test_a_second_shop_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "cobrowse.toml"
    config.write_text(
        '[[sites]]\nid = "shop"\nname = "Mine"\norigins = ["http://localhost:9"]\nstart_url = "http://localhost:9/"\n',
        encoding="utf-8",
    )
    with pytest.raises(ConfigError, match=r"sites\.shop is there twice"):
        await start(config)


async def test_a_taken_port_is_said_with_the_option_that_changes_it() -> None:
    with listen("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen, match=f"Port {port} .* --port"):
            await run_demo(port, 0, PASSWORD, None)
        with pytest.raises(CannotListen, match=f"Port {port} .* --shop-port"):
            await run_demo(0, port, PASSWORD, None)


async def test_a_short_password_is_refused() -> None:
    with pytest.raises(BadInput):
        await run_demo(0, 0, "short", None)


def test_the_command_prints_where_to_go_and_ends_on_sigterm() -> None:
    command = [COBROWSE, "demo", "--port", "0", "--shop-port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        said = ""
        while "Ctrl-C" not in said:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            said += line
        assert "sign in as ana with " in said and "http://localhost:" in said
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_the_command_says_that_a_port_is_taken() -> None:
    with listen("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        command = [COBROWSE, "demo", "--port", str(port), "--shop-port", "0"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"cobrowse: Port {port} on 127.0.0.1 is in use.")
    assert "Traceback" not in done.stderr


def test_the_shop_runs_by_itself() -> None:
    with listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "cobrowse.demo", "--port", str(port), "--hub", "https://hub.example"]
    with subprocess.Popen(command) as process:
        transport = httpx.HTTPTransport(retries=10)
        with httpx.Client(transport=transport) as client:
            assert 'src="https://hub.example/snippet.js"' in client.get(f"http://127.0.0.1:{port}/").text
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
