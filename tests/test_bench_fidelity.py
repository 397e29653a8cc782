"""Where only some pages of the gallery are measured, they are those that docs/fidelity.md has as the worst."""

from bench.fidelity import WORST, worst
from tests.e2e.gallery.fidelity import DOCUMENT

TEXT = """
| page | made with | interaction | load | scroll | after the interaction |
|---|---|---|---|---|---|
| bootstrap | Bootstrap 5 | a dialog with tabs | 0.00 % | 0.00 % | 0.01 % |
| table | 10,000 rows | rows sorted | 0.00 % | 12.50 % | 0.00 % |
| chart | Chart.js | other years | 0.30 % | 0.00 % | 0.34 % |
| busy | 5,000 changes a second | sorted meanwhile | 0.02 % | 0.00 % | 0.00 % |
"""


def test_the_worst_moment_counts() -> None:
    assert [shown.name for shown in worst(TEXT)] == ["table", "chart", "busy"]


def test_the_page_in_docs_can_be_read() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert len(worst(document)) == WORST
    assert worst(document) != worst("")
