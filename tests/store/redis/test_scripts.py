"""The scripts as they are sent."""

import re
from pathlib import Path

import pytest

from cobrowse.store.redis.commands import _script

LUA = Path(__file__).parents[3] / "cobrowse" / "store" / "redis" / "lua"
SCRIPTS = sorted(path.stem for path in LUA.glob("*.lua") if path.stem != "lists")


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_sent_with_all_that_it_calls(name: str) -> None:
    text, digest = _script(name)
    assert len(digest) == 40
    code = re.sub(r"--.*|'[^']*'", "", text)
    defined = set(re.findall(r"local function (\w+)\(", code))
    called = set(re.findall(r"(?<![\w.:])(\w+)\(", code)) - {"tonumber", "ipairs"}
    assert called == defined


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_says_what_it_is_given(name: str) -> None:
    """Every KEYS and ARGV that the code reads stands in the header."""
    text = (LUA / f"{name}.lua").read_text("utf-8")
    header = "\n".join(line for line in text.splitlines() if line.startswith("--"))
    code = re.sub(r"--.*", "", text)
    read = set(re.findall(r"(?:KEYS|ARGV)\[\d+\]", code))
    assert read <= set(re.findall(r"(?:KEYS|ARGV)\[\d+\]", header.replace("…]", "]")))
    assert "-- Returns  " in header
    assert "-- Again:   " in header
