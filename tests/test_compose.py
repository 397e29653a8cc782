"""docker-compose.yml and the Dockerfile, without containers: what they claim, and the walk through their very commands,
settings and environment as processes."""

import json
import os
import re
import ssl
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit
from urllib.request import urlopen

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect, sync_playwright
from prometheus_client.parser import text_string_to_metric_families

from tests import composition
from tests.chromium import ARGUMENTS, WHOLE
from tests.composition import LOOPBACK, ROOT, SECRETS, Composition, Table, instructions, interpolated
from tests.e2e.conftest import AGENT_SCREEN, CUSTOMER_SCREEN, PATIENCE_MS
from tests.e2e.places import AGENT, PASSWORD, Place
from tests.e2e.walk import Agent, Customer, join, take_control

HUBS = ("hub-1", "hub-2")
DEADLINE_SECONDS = 60.0


@pytest.fixture(scope="module")
def compose() -> Table:
    return composition.compose()


@pytest.fixture(scope="module")
def services(compose: Table) -> Table:
    return dict(compose["services"])


@pytest.fixture(scope="module")
def hub(compose: Table) -> Table:
    """The hub's settings as the compose file mounts them."""
    return tomllib.loads(compose["configs"]["hub"]["content"])


def run(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("COBROWSE_")}
    return subprocess.run(
        [sys.executable, "-m", *words], env={**own, **environ}, capture_output=True, text=True, timeout=60
    )


def flags(words: list[str]) -> list[str]:
    return [word for word in words if word.startswith("--")]


# --- what they claim


def test_the_hubs_settings_are_good(compose: Table, services: Table, tmp_path: Path) -> None:
    file = tmp_path / "cobrowse.toml"
    file.write_text(compose["configs"]["hub"]["content"])
    told = {name: interpolated(value, SECRETS) for name, value in services["hub-1"]["environment"].items()}
    checked = run("cobrowse", "check-config", **{**told, "COBROWSE_CONFIG": str(file)})
    assert checked.returncode == 0, checked.stderr
    assert "store: redis" in checked.stdout


def test_nothing_starts_without_its_secrets(services: Table) -> None:
    told = [value for service in services.values() for value in service.get("environment", {}).values()]
    asked = {name for value in told for name in re.findall(r"\$\{(\w+):\?", value)}
    assert asked == set(SECRETS)
    # A variable of another form would be empty where it is forgotten.
    assert not [value for value in told if re.search(r"\$\{\w+(?!:\?|\w)", value)]
    for name in SECRETS:
        assert f"{name}=$(openssl rand" in (ROOT / "docker-compose.yml").read_text()
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()
    assert ".env" in (ROOT / ".dockerignore").read_text().splitlines()


def test_the_images_command_is_one_of_ours() -> None:
    assert instructions("ENTRYPOINT") == ['["cobrowse"]']
    command = json.loads(instructions("CMD")[0])
    told = run("cobrowse", command[0], "--help")
    assert told.returncode == 0
    assert all(flag in told.stdout for flag in flags(command))
    assert instructions("EXPOSE") == [command[command.index("--port") + 1]]


def test_the_shops_command_is_one_of_ours(services: Table) -> None:
    shop = services["shop"]
    assert shop["entrypoint"] == ["python", "-m", "cobrowse.demo"]
    told = run("cobrowse.demo", "--help").stdout
    assert flags(shop["command"])
    assert all(flag in told for flag in flags(shop["command"]))


def test_the_command_in_the_head_is_one_of_ours(services: Table) -> None:
    head = (ROOT / "docker-compose.yml").read_text()
    found = re.search(r"exec (\S+) cobrowse (agent add) \w+ (--name)", head)
    assert found
    assert found[1] in services
    assert found[3] in run("cobrowse", *found[2].split(), "--help").stdout


def test_the_proxy_is_the_one_that_the_hub_trusts(compose: Table, services: Table, hub: Table) -> None:
    address = services["proxy"]["networks"]["front"]["ipv4_address"]
    assert hub["hub"]["trusted_proxies"] == [address]
    (subnet,) = compose["networks"]["front"]["ipam"]["config"]
    assert ip_address(address) in ip_network(subnet["subnet"])
    ways = [urlsplit(hub["hub"][name]).hostname for name in ("public_url", "mirror_url")]
    assert services["shop"]["command"][-1] == hub["hub"]["public_url"]
    for name in [*ways, urlsplit(hub["sites"][0]["origins"][0]).hostname]:
        assert str(name) in compose["configs"]["proxy"]["content"]


def test_only_hubs_reach_redis_and_only_the_proxy_is_public(compose: Table, services: Table) -> None:
    assert {name for name, one in services.items() if "ports" in one} == {"proxy"}
    on_back = {name for name, one in services.items() if "back" in one["networks"]}
    assert on_back == {"redis", *HUBS}
    assert compose["networks"]["back"]["internal"] is True


def test_mounted_settings_and_volumes_exist(compose: Table, services: Table) -> None:
    for service in services.values():
        assert all(mounted["source"] in compose["configs"] for mounted in service.get("configs", []))
        assert all(volume.partition(":")[0] in compose["volumes"] for volume in service.get("volumes", []))
    one = services["hub-1"]
    assert one["environment"]["COBROWSE_CONFIG"] == one["configs"][0]["target"]


def test_every_service_is_confined(services: Table) -> None:
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert "cap_add" not in service, name
        assert service["mem_limit"], name
        assert service["cpus"], name
        assert service["pids_limit"], name
        assert "privileged" not in service, name


def test_nobody_is_root() -> None:
    for stage in ("", "proxy"):
        assert instructions("USER", stage)[-1].split(":")[0] == "10001"
    assert composition.compose()["services"]["redis"]["user"].split(":")[0] != "0"


def test_every_service_has_a_health_check_that_the_image_can_run(services: Table) -> None:
    told = {name: one["healthcheck"]["test"] for name, one in services.items() if "healthcheck" in one}
    assert set(services) - set(told) == set(HUBS)
    (image,) = instructions("HEALTHCHECK")
    for words in (json.loads(image.partition("CMD ")[2]), told["shop"][1:]):
        assert words[:2] == ["python", "-c"]
        compile(words[2], "healthcheck", "exec")
    grace = {name: one.get("stop_grace_period") for name, one in services.items() if name in HUBS}
    assert set(grace.values()) == {"15s"}


def test_the_image_carries_no_compiler_and_no_node() -> None:
    froms = re.findall(r"^FROM (\S+)(?: AS (\w+))?$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert [stage for _, stage in froms] == ["proxy", "clients", "wheel", ""]
    assert froms[-1][0].endswith("-slim-bookworm")
    assert "apt-get" not in (ROOT / "Dockerfile").read_text()
    copied = instructions("COPY")
    assert copied == ["constraints.txt /tmp/constraints.txt", "--from=wheel /dist/*.whl /tmp/"]
    assert "--constraint /tmp/constraints.txt" in instructions("RUN")[0]


def test_what_the_image_is_built_of_is_there() -> None:
    for stage in ("clients", "wheel", ""):
        for words in [line.split() for line in instructions("COPY", stage)]:
            if not words[0].startswith("--from"):
                assert all((ROOT / source).exists() for source in words[:-1]), words


def test_redis_has_the_settings_of_the_manual(services: Table) -> None:
    told = (ROOT / "docs/operating.md").read_text().partition("\n## Redis\n")[2].partition("\n## ")[0]
    # The second is for replicas, of which there are none here.
    shown = re.findall(r"```conf\n(.*?)```", told, re.DOTALL)[0]
    recommended = {line for line in shown.splitlines() if line and not line.startswith("#")}
    assert recommended
    assert recommended <= {line.strip() for line in services["redis"]["command"][2].splitlines()}


# --- the walk


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composition]:
    with composition.running(tmp_path_factory.mktemp("compose")) as made:
        made.run_in("hub-2", "cobrowse", "agent", "add", AGENT, "--name", "Ana", "--password-stdin", said=PASSWORD)
        yield made


@pytest.fixture
def contexts(running: Composition) -> Iterator[tuple[BrowserContext, BrowserContext]]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=WHOLE, args=list(ARGUMENTS))
        made = [
            # The proxy's certificates are its own.
            browser.new_context(viewport=cast(Any, screen), locale="en-GB", ignore_https_errors=True)
            for screen in (AGENT_SCREEN, CUSTOMER_SCREEN)
        ]
        for context in made:
            context.set_default_timeout(PATIENCE_MS)
        yield made[0], made[1]
        browser.close()


def peers(running: Composition, service: str) -> dict[str, float]:
    """Who has a seat on this hub, by seat; nobody where it is gone."""
    with urlopen(f"http://{LOOPBACK}:{running.port(service)}/metrics", timeout=10) as answer:
        families = {family.name: family for family in text_string_to_metric_families(answer.read().decode())}
    return {sample.labels["seat"]: sample.value for sample in families["cobrowse_peers"].samples}


def where(running: Composition, seat: str) -> list[str]:
    """The hubs with this seat."""
    return [service for service in HUBS if peers(running, service)[seat]]


def part_them(running: Composition, agent: Agent, customer: Customer) -> tuple[str, str]:
    """Have the two on different hubs: the proxy gives a newcomer the hub with fewer, and a tie to either."""
    until = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < until:
        agents, customers = where(running, "agent"), where(running, "customer")
        if not agents or not customers:
            # On their way.
            time.sleep(0.1)
            continue
        if len(agents) == len(customers) == 1 and agents != customers:
            return agents[0], customers[0]
        customer.page.reload()
        customer.expect_banner()
        agent.expect_state("live")
    raise AssertionError("The proxy never used both hubs.")


def test_the_walk_over_both_hubs_and_an_upgrade(
    running: Composition, contexts: tuple[BrowserContext, BrowserContext]
) -> None:
    place = cast(
        Place, SimpleNamespace(hub_url=running.hub_url, mirror_url=running.mirror_url, shop_url=running.shop_url)
    )
    agent, customer = Agent(contexts[0], place), Customer(contexts[1], place)
    join(agent, customer)
    digits = customer.digits()
    customer.allow()
    agent.confirm(digits)
    agent.expect_state("live")
    agent.expect_heading("Help")
    _, with_customer = part_them(running, agent, customer)

    take_control(agent, customer)
    agent.press("#menu a")
    customer.expect_heading("Catalogue")
    agent.expect_heading("Catalogue")
    pictures = agent.mirror_frame()
    pictures.wait_for_function(
        """() => [...document.querySelector("iframe").contentDocument.images]
            .some(image => image.complete && image.naturalWidth > 0)"""
    )

    # An upgrade: one hub goes, its peers come again to the other, and nobody types a code.
    assert running.stop(with_customer) == 0
    (left,) = set(HUBS) - {with_customer}
    until = time.monotonic() + DEADLINE_SECONDS
    while not (peers(running, left)["customer"] and peers(running, left)["agent"]):
        assert time.monotonic() < until, "The customer did not come again."
        time.sleep(0.1)
    agent.expect_state("live")
    customer.expect_banner()
    customer.open("/product/5")
    agent.expect_heading("River teapot")
    running.start_again(with_customer)

    agent.end()
    expect(customer.see("receipt")).to_be_visible()
    assert agent.foreign_requests() == []
    customer.expect_no_error()
    assert agent.errors == []
    assert_logged(running)


def assert_logged(running: Composition) -> None:
    """Each hub writes JSON lines, with events and no page of the customer's."""
    events = set()
    for service in HUBS:
        text = running.log(service)
        lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
        events |= {line["event"] for line in lines}
        assert not [name for name in ("River teapot", "/product/", PASSWORD, *SECRETS.values()) if name in text]
    assert {"seat_taken", "live", "ended"} <= events


def test_the_counts_are_not_for_the_public(running: Composition) -> None:
    any_certificate = ssl.create_default_context()
    any_certificate.check_hostname = False
    any_certificate.verify_mode = ssl.CERT_NONE
    name = str(urlsplit(running.hub_url).hostname)
    port = urlsplit(running.hub_url).port
    with httpx.Client(verify=any_certificate, base_url=f"https://{LOOPBACK}:{port}", timeout=30) as client:

        def get(path: str) -> httpx.Response:
            return client.get(path, headers={"Host": f"{name}:{port}"}, extensions={"sni_hostname": name})

        assert get("/metrics").status_code == 404
        assert get("/healthz").text == "ok\n"
        ready = get("/readyz")
        assert (ready.status_code, ready.json()["problems"]) == (200, [])
