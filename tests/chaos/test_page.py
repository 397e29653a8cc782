"""The operator's table."""

from pathlib import Path

import msgspec
import pytest

from tests.chaos import page
from tests.chaos.running import Outcome

TABLE = page.Table(
    seed=7,
    cores=2,
    faults=[
        Outcome(fault="storm", violations=[], runs=2, sessions=1000, worst_seconds=12.34),
        Outcome(fault="drain", violations=["P9: …"], runs=10, sessions=20, worst_seconds=1.0, bar_seconds=3.0),
    ],
)


def test_it_stands_between_its_marks(tmp_path: Path) -> None:
    target, source = tmp_path / "operating.md", tmp_path / "table.json"
    target.write_text(f"before\n{page.BEGIN}yesterday\n{page.END}after\n", encoding="utf-8")
    source.write_bytes(msgspec.json.encode(TABLE))
    page.main(source, target)
    written = target.read_text(encoding="utf-8")
    assert written.startswith("before\n") and written.endswith("after\n") and "yesterday" not in written
    assert "| all lines break in the same instant | 2 | 1,000 | 12.3 s |  | 0 |" in written
    assert "| a hub is told to end (SIGTERM) | 10 | 20 | 1.0 s | within 3 s | 1 |" in written
    assert "2 cores" in written
    page.main(source, target)
    assert target.read_text(encoding="utf-8") == written


def test_a_page_without_a_place_is_left_alone() -> None:
    with pytest.raises(ValueError, match="no place"):
        page.rewritten("nothing here", TABLE)


def test_the_real_page_has_one() -> None:
    assert page.BEGIN in page.rewritten(page.PAGE.read_text(encoding="utf-8"), TABLE)
