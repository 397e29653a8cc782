"""`python -m tests.chaos.page TABLE.json`: the table of a whole run as an operator reads it, in docs/operating.md.

The run itself is `make chaos CHAOS='--json TABLE.json'`."""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from tests.chaos.faults import FAULTS
from tests.chaos.running import Outcome

PAGE = Path(__file__).parents[2] / "docs" / "operating.md"
BEGIN, END = "<!-- make chaos: begin -->\n", "<!-- make chaos: end -->\n"
HEADS = ("what happened", "times", "sessions at once", "all live again, at the worst", "must be", "violations")


class Table(Struct):
    """What a run wrote down."""

    seed: int
    cores: int
    faults: list[Outcome]


def lines_for(table: Table) -> list[str]:
    """Markdown, with a sentence that says what was measured where."""
    rows = [
        (
            FAULTS[one.fault].words,
            str(one.runs),
            f"{one.sessions:,}",
            f"{one.worst_seconds:.1f} s",
            f"within {one.bar_seconds:.0f} s" if one.bar_seconds else "",
            str(len(one.violations)),
        )
        for one in table.faults
    ]
    return [
        f"The last run, of {len(table.faults)} of the {len(FAULTS)} faults there are, on {table.cores} cores that",
        f"three hubs, Redis and all peers shared (seed {table.seed}).",
        "Counted from when it was possible: from the death of a hub, or from the return of what was away.",
        "",
        _row(HEADS),
        "|---|--:|--:|--:|---|--:|",
        *(_row(row) for row in rows),
    ]


def rewritten(page: str, table: Table) -> str:
    """The page with this table between its two marks. `ValueError` where a mark is missing."""
    before, _, rest = page.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"The page has no place for the table: {BEGIN.strip()} … {END.strip()}")
    return "".join((before, BEGIN, "\n", *(f"{line}\n" for line in lines_for(table)), "\n", END, after))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main(path: Path, page: Path = PAGE) -> None:
    """Write the table of this file into the page."""
    table = msgspec.json.decode(path.read_bytes(), type=Table)
    page.write_text(rewritten(page.read_text(encoding="utf-8"), table), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
