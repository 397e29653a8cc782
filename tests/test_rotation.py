"""The way to change `secret_keys` in docs/operating.md: hubs at one step and at the next understand each other."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from cobrowse.config import Settings, from_mapping
from cobrowse.core.audit import Head, created, verify
from cobrowse.core.errors import BadToken
from cobrowse.core.tokens import CustomerToken, Tokens
from tests.live_hub import settings_for

MANUAL = (Path(__file__).parent.parent / "docs/operating.md").read_text()
TOKEN = CustomerToken(session="s1", rotation=1)
NOW = 1_800_000_000.0


def keyed(names: list[str], retired: list[str]) -> Settings:
    keys = {"secret_keys": [name.ljust(40, "-") for name in names], "retired_keys": [n.ljust(40, "-") for n in retired]}
    return from_mapping(settings_for(8000, "sqlite:///x.db", hub=keys))


def steps() -> list[Settings]:
    """The settings of each step of the manual, the old ones first."""
    told = MANUAL.partition("\n## Secrets\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| \d \| `(\[.*?\])`(?:, and `retired_keys = (\[.*?\])`)? \|", told, re.MULTILINE)
    assert len(rows) == 3
    return [keyed(["old"], []), *(keyed(json.loads(keys), json.loads(retired or "[]")) for keys, retired in rows)]


def tokens(settings: Settings) -> Tokens:
    return Tokens([key.reveal() for key in settings.hub.secret_keys])


def test_hubs_at_two_steps_take_each_others_tokens_and_trails() -> None:
    for before, after in pairwise(steps()[:3]):
        for one, other in ((before, after), (after, before)):
            assert tokens(other).verify(CustomerToken, tokens(one).sign(TOKEN, NOW + 60), NOW) == TOKEN
            lines = one.audit_keys.chain("s1", Head(), [created(NOW, "shop", "ana")], "hub")
            assert verify("s1", lines, other.audit_keys) is None


def test_codes_that_wait_are_lost_at_the_last_step_alone() -> None:
    peppers = [one.pepper for one in steps()]
    assert [before == after for before, after in pairwise(peppers)] == [True, True, False]


def test_in_the_end_the_old_key_checks_trails_and_nothing_else() -> None:
    first, *_, last = steps()
    lines = first.audit_keys.chain("s1", Head(), [created(NOW, "shop", "ana")], "hub")
    assert verify("s1", lines, last.audit_keys) is None
    with pytest.raises(BadToken):
        tokens(last).verify(CustomerToken, tokens(first).sign(TOKEN, NOW + 60), NOW)
