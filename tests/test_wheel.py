"""The wheel carries everything: `cobrowse demo` runs from it in an empty virtual environment, without Node."""

import asyncio
import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from cobrowse.web.static import FOLDER

ROOT = Path(__file__).parent.parent
READY_SECONDS = 60


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("cobrowse-*.whl")
    return built


def test_the_wheel_holds_clients_scripts_and_vocabulary(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "cobrowse/core/whitelist.json" in names
    assert "cobrowse/web/static/manifest.json" in names
    manifest = json.loads((FOLDER / "manifest.json").read_text())
    assert {
        "snippet",
        "session-en",
        "session-de",
        "view",
        "acts",
        "preview",
        "receipt-en",
        "receipt-de",
        "entry",
        "join",
        "console",
        "mirror",
        "check",
    } <= set(manifest)
    assert {f"cobrowse/web/static/{part['file']}" for part in manifest.values()} <= names
    scripts = list((ROOT / "cobrowse" / "store" / "redis" / "lua").glob("*.lua"))
    assert scripts
    assert {f"cobrowse/store/redis/lua/{script.name}" for script in scripts} <= names
    assert "cobrowse/py.typed" in names
    assert any(name.startswith("cobrowse/demo/static/") for name in names)
    assert not any("node_modules" in name or name.endswith(".ts") for name in names)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `cobrowse` command of a virtual environment that holds the wheel, its dependencies and nothing else."""
    home = tmp_path_factory.mktemp("empty")
    venv.create(home, with_pip=True)
    pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--constraint", str(ROOT / "constraints.txt"), str(wheel)], check=True, cwd=home)
    return home / "bin" / "cobrowse"


async def test_the_demo_runs_from_the_wheel_without_node(installed: Path, tmp_path: Path) -> None:
    async with running_demo(installed, tmp_path) as (hub, shop), httpx.AsyncClient(timeout=30) as client:
        console = await client.get(hub)
        assert console.status_code == 200
        script = re.search(r'src="(/static/console-[^"]+\.js)"', console.text)
        assert script is not None
        assert (await client.get(hub + script[1])).status_code == 200
        assert f'src="{hub}/snippet.js"' in (await client.get(shop + "/help")).text


@asynccontextmanager
async def running_demo(command: Path, folder: Path) -> AsyncIterator[tuple[str, str]]:
    """`cobrowse demo` on free ports with nothing on the PATH; yields the addresses it printed for hub and shop."""
    environment = {"PATH": "/nonexistent", "HOME": str(folder), "LANG": os.environ.get("LANG", "C.UTF-8")}
    process = await asyncio.create_subprocess_exec(
        str(command),
        "demo",
        *("--port", "0", "--shop-port", "0"),
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        printed = ""
        async with asyncio.timeout(READY_SECONDS):
            while "127.0.0.1" not in printed or "http://localhost" not in printed:
                line = await process.stdout.readline()
                assert line, f"the demo ended early: {printed}"
                printed += line.decode()
        hub = re.search(r"http://localhost:\d+", printed)
        shop = re.search(r"http://127\.0\.0\.1:\d+", printed)
        assert hub and shop
        yield hub[0], shop[0]
    finally:
        process.terminate()
        async with asyncio.timeout(READY_SECONDS):
            assert await process.wait() == 0
