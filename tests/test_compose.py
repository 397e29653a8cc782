"""docker-compose.yml and the Dockerfile, as far as they can be held without containers: the hub's settings are good,
the commands exist with the flags they are given, and names and addresses fit each other."""

import json
import os
import re
import subprocess
import sys
import tomllib
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

ROOT = Path(__file__).parent.parent
KEY = "a-key-for-this-test-alone-0123456789"
Table = dict[str, Any]


@pytest.fixture(scope="module")
def compose() -> Table:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text()))


@pytest.fixture(scope="module")
def hub(compose: Table) -> Table:
    """The hub's settings as the compose file mounts them."""
    return tomllib.loads(compose["configs"]["hub"]["content"])


def run(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *words], env={**os.environ, **environ}, capture_output=True, text=True, timeout=60
    )


def docker(instruction: str) -> list[list[str]]:
    """The exec forms of this instruction of the Dockerfile."""
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    return [json.loads(line.removeprefix(instruction)) for line in lines if line.startswith(f"{instruction} [")]


def flags(words: list[str]) -> list[str]:
    return [word for word in words if word.startswith("--")]


def test_the_hubs_settings_are_good(compose: Table, tmp_path: Path) -> None:
    file = tmp_path / "cobrowse.toml"
    file.write_text(compose["configs"]["hub"]["content"])
    checked = run("cobrowse", "check-config", COBROWSE_CONFIG=str(file), COBROWSE_HUB_SECRET_KEYS=KEY)
    assert checked.returncode == 0, checked.stderr
    assert "store: redis" in checked.stdout


def test_the_hub_refuses_to_start_without_a_key(compose: Table, tmp_path: Path) -> None:
    file = tmp_path / "cobrowse.toml"
    file.write_text(compose["configs"]["hub"]["content"])
    checked = run("cobrowse", "check-config", COBROWSE_CONFIG=str(file))
    assert checked.returncode == 2
    assert "secret_keys" in checked.stderr
    assert "COBROWSE_HUB_SECRET_KEYS:?" in compose["services"]["hub"]["environment"]["COBROWSE_HUB_SECRET_KEYS"]


def test_the_images_command_is_one_of_ours() -> None:
    assert docker("ENTRYPOINT") == [["cobrowse"]]
    (command,) = docker("CMD")
    assert run("cobrowse", *command[:1], "--help").returncode == 0
    for flag in flags(command):
        assert flag in run("cobrowse", command[0], "--help").stdout


def test_the_shops_command_is_one_of_ours(compose: Table) -> None:
    shop = compose["services"]["shop"]
    assert shop["entrypoint"] == ["python", "-m", "cobrowse.demo"]
    told = run("cobrowse.demo", "--help").stdout
    for flag in flags(shop["command"]):
        assert flag in told


def test_the_command_in_the_head_is_one_of_ours() -> None:
    head = (ROOT / "docker-compose.yml").read_text()
    found = re.search(r"exec hub cobrowse (agent add) \w+ (--name)", head)
    assert found
    assert found[2] in run("cobrowse", *found[1].split(), "--help").stdout


def test_the_proxy_is_the_one_that_the_hub_trusts(compose: Table, hub: Table) -> None:
    services = compose["services"]
    address = services["proxy"]["networks"]["default"]["ipv4_address"]
    assert hub["hub"]["trusted_proxies"] == [address]
    (subnet,) = compose["networks"]["default"]["ipam"]["config"]
    fixed = [one["networks"]["default"]["ipv4_address"] for one in services.values() if "networks" in one]
    assert len(set(fixed)) == len(fixed)
    assert all(ip_address(one) in ip_network(subnet["subnet"]) for one in fixed)


def test_the_proxy_leads_every_name_to_its_server(compose: Table, hub: Table) -> None:
    caddyfile = compose["configs"]["proxy"]["content"]
    targets: dict[str, str] = {}
    for names, target in re.findall(
        r"^(\S.*?) \{\n(?: +respond .*\n)? +reverse_proxy (\S+)\s+\}", caddyfile, re.MULTILINE
    ):
        targets |= {name.strip(): target for name in names.split(",")}
    (site,) = hub["sites"]
    (command,) = docker("CMD")
    port = command[command.index("--port") + 1]
    for url in (hub["hub"]["public_url"], hub["hub"]["mirror_url"]):
        assert targets.pop(str(urlsplit(url).hostname)) == f"hub:{port}"
    shop = compose["services"]["shop"]["command"]
    assert targets == {urlsplit(site["origins"][0]).hostname: f"shop:{shop[shop.index('--port') + 1]}"}
    assert shop[shop.index("--hub") + 1] == hub["hub"]["public_url"]
    assert hub["hub"]["store"].startswith("redis://redis:")


def test_mounted_settings_exist(compose: Table) -> None:
    for service in compose["services"].values():
        for mounted in service.get("configs", []):
            assert mounted["source"] in compose["configs"]
    assert (
        compose["services"]["hub"]["environment"]["COBROWSE_CONFIG"]
        == (compose["services"]["hub"]["configs"][0]["target"])
    )


def test_redis_never_evicts(compose: Table) -> None:
    command = compose["services"]["redis"]["command"]
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"


def test_health_checks_are_python_that_the_image_can_run(compose: Table) -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    check = re.search(r"^HEALTHCHECK .*\\\n +CMD (\[.*\])$", dockerfile, re.MULTILINE)
    assert check
    for words in (json.loads(check[1]), compose["services"]["shop"]["healthcheck"]["test"][1:]):
        assert words[:2] == ["python", "-c"]
        compile(words[2], "healthcheck", "exec")
