"""The table of docs/fidelity.md."""

from collections.abc import Sequence
from pathlib import Path

from tests.e2e.gallery.figures import Moment
from tests.e2e.gallery.pages import Shown

DOCUMENT = Path(__file__).parents[3] / "docs" / "fidelity.md"
BEGIN, END = "<!-- figures -->\n", "<!-- /figures -->\n"
HEAD = "| page | made with | interaction | load | scroll | after the interaction |\n|---|---|---|---|---|---|\n"


def table(pages: Sequence[Shown], found: Sequence[Moment]) -> str:
    """Percent of the pixels that differ, a line for each page, and why some are above the bar."""
    lines = "".join(_line(shown, [one for one in found if one.page == shown.name]) for shown in pages)
    reasons = "".join(f"\n{one.name}, {moment}: {why}.\n" for one in pages for moment, why in one.above.items())
    return HEAD + lines + reasons


def with_table(document: str, text: str) -> str:
    """The document with this table in place of its own. ValueError where it has no place for one."""
    before, _, rest = document.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError("There is no place for the table in the document.")
    return f"{before}{BEGIN}{text}{END}{after}"


def _line(shown: Shown, moments: Sequence[Moment]) -> str:
    figures = " | ".join(f"{one.percent:.2f} %" for one in moments)
    return f"| {shown.name} | {shown.made_with} | {shown.interaction} | {figures} |\n"
