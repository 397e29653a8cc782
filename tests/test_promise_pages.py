"""docs/promises.md names every test of a promise, and docs/threat-model.md none that is not there."""

import re
from pathlib import Path

import pytest

from tests.promises import PROMISES

ROOT = Path(__file__).parent.parent
ATTACKS = ROOT / "tests" / "attack"


def told(number: int) -> list[str]:
    """The names in the last cell of a promise's row."""
    rows = re.findall(rf"^\| P{number} \| .*? \| (.*) \|$", (ROOT / "docs" / "promises.md").read_text(), re.MULTILINE)
    assert len(rows) == 1
    return [name for name in re.findall(r"`([^`]+)`", rows[0]) if not name.startswith("make ")]


@pytest.mark.parametrize("number", range(1, PROMISES + 1))
def test_the_tests_of_a_promise_are_those_the_page_names(number: int) -> None:
    prefix = f"test_p{number:02}_"
    assert sorted(told(number)) == sorted(file.stem.removeprefix(prefix) for file in ATTACKS.glob(f"{prefix}*.py"))


def test_the_threat_model_names_tests_that_are_there() -> None:
    names = re.findall(r"`(test_\w+)`", (ROOT / "docs" / "threat-model.md").read_text())
    files = {file.stem for file in (ROOT / "tests").rglob("test_*.py")}
    assert len(set(names)) > 20
    assert set(names) <= files
