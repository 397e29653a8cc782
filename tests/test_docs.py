"""What README.md and docs/ show to copy works, and their tables of settings are those of the code."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import NODEFAULT
from msgspec.structs import fields

from cobrowse.config import HubSettings
from cobrowse.core.policy import DENIED_BY_DEFAULT, Limits, Site
from cobrowse.demo.shop import content_security_policy

ROOT = Path(__file__).parent.parent
PAGES = (
    "README.md",
    "docs/operating.md",
    "docs/integrating.md",
    "docs/checking-pages.md",
    "docs/protocol.md",
    "docs/decisions.md",
)
HUB = """
[hub]
public_url = "https://cobrowse.example.com"
mirror_url = "https://cobrowse-mirror.example.net"
secret_keys = ["a-key-for-this-test-alone-0123456789"]
store = "sqlite:///var/lib/cobrowse/cobrowse.db"
"""


def page(name: str) -> str:
    return (ROOT / name).read_text()


def blocks(name: str, language: str) -> list[str]:
    """The fenced blocks of this language."""
    # A fence is opened and closed in turn: every second piece is inside.
    inside = page(name).split("```")[1::2]
    return [block.partition("\n")[2] for block in inside if block.partition("\n")[0] == language]


def cobrowse(*words: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COBROWSE_")}
    return subprocess.run(
        [sys.executable, "-m", "cobrowse", *words], env=environ, capture_output=True, text=True, timeout=60
    )


def rows(name: str, head: str) -> dict[str, str]:
    """Second cells by what stands in ticks in the first, of the table that begins with this head."""
    found = re.search(rf"^\| {re.escape(head)}.*\n\|[-|]+\n((?:\|.*\n)+)", page(name), re.MULTILINE)
    assert found, f"{name} has no table {head}"
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in found[1].splitlines()]
    return {key: row[1] for row in cells for key in re.findall(r"`([^`]+)`", row[0])}


@pytest.mark.parametrize(("name", "head"), [("docs/operating.md", ""), ("docs/integrating.md", HUB)])
def test_settings_that_are_shown_are_good(name: str, head: str, tmp_path: Path) -> None:
    shown = blocks(name, "toml")
    assert shown
    for number, block in enumerate(shown):
        file = tmp_path / f"{number}.toml"
        file.write_text(head + block)
        checked = cobrowse("check-config", "--config", str(file))
        assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("name", PAGES)
def test_commands_that_are_shown_exist(name: str) -> None:
    for line in "".join(blocks(name, "sh") + blocks(name, "")).splitlines():
        words = line.partition("#")[0].split()
        if words[:1] == ["cobrowse"]:
            command = words[1:3] if words[1] in ("agent", "audit") else words[1:2]
            told = cobrowse(*command, "--help")
            assert told.returncode == 0, line
            assert all(word in told.stdout for word in words if word.startswith("--")), line
        elif words[:1] == ["make"]:
            assert re.search(rf"^{words[1]}:", page("Makefile"), re.MULTILINE), line


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page(name)):
        assert (ROOT / name).parent.joinpath(target).exists(), target


def test_every_setting_of_the_hub_is_told_with_its_default() -> None:
    told = rows("docs/operating.md", "`[hub]`")
    assert set(told) == {field.name for field in fields(HubSettings)}
    assert told["host"] == f"`{HubSettings.__struct_defaults__[-2]}`, `{HubSettings.__struct_defaults__[-1]}`"


def test_every_setting_of_a_site_is_told_with_its_default() -> None:
    told = rows("docs/operating.md", "`[[sites]]`")
    assert set(told) - {"limits.*"} == {field.name for field in fields(Site)} - {"limits"}
    for field in fields(Site):
        if field.default is NODEFAULT and field.name != "limits":
            assert told[field.name] == "needed"
        elif isinstance(field.default, str):
            assert told[field.name] == f"`{field.default}`"
        elif isinstance(field.default, int) and not isinstance(field.default, bool):
            assert told[field.name] == str(field.default)


def test_every_limit_is_told_with_its_default() -> None:
    told = {name: float(seconds) for name, seconds in rows("docs/operating.md", "`[sites.limits]`").items()}
    assert told == {field.name: field.default for field in fields(Limits)}


def test_the_policy_for_a_strict_site_is_the_one_the_shop_has() -> None:
    told = page("docs/integrating.md")
    hub = "https://cobrowse.example.com"
    policy = dict(part.split(" ", 1) for part in content_security_policy(hub).split("; "))
    assert f"| `script-src` | `{hub}` |" in told
    assert f"| `connect-src` | `{hub} wss://cobrowse.example.com` |" in told
    assert "| `connect-src` | `'self'` |" in told
    assert policy["script-src"] == f"'self' {hub}"
    assert policy["connect-src"] == f"'self' {hub} wss://cobrowse.example.com"


def test_denied_paths_are_where_the_page_says() -> None:
    assert {"/reset/*", "/verify/*"} <= set(DENIED_BY_DEFAULT)
    assert "`DENIED_BY_DEFAULT` in `cobrowse/core/policy.py`" in page("docs/integrating.md")
