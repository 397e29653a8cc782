"""Measure the gallery and write the table of docs/fidelity.md: `python -m tests.e2e.gallery [PAGE…]`.

Named pages alone are measured and printed, and nothing is written. `--keep` keeps the pictures of every moment, too.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.e2e.gallery.fidelity import DOCUMENT, table, with_table
from tests.e2e.gallery.figures import RESULTS, Moment, moments
from tests.e2e.gallery.pages import PAGES, Shown
from tests.e2e.gallery.stage import stage


def main(words: list[str]) -> int:
    """Print the table; 1 where a page could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.gallery", description=__doc__)
    parser.add_argument("pages", nargs="*", choices=[[], *(shown.name for shown in PAGES)])
    parser.add_argument("--keep", action="store_true", help=f"keep all pictures in {RESULTS}")
    said = parser.parse_args(words)
    wanted = [shown for shown in PAGES if shown.name in said.pages] or list(PAGES)
    found = measured(wanted, keep=said.keep)
    text = table(wanted, found)
    sys.stdout.write(text)
    if not said.pages:
        DOCUMENT.write_text(with_table(DOCUMENT.read_text(encoding="utf-8"), text), encoding="utf-8")
    return 1 if any(moment.why for moment in found) else 0


def measured(wanted: list[Shown], *, keep: bool = False) -> list[Moment]:
    """All moments of these pages, in one session."""
    found = []
    with tempfile.TemporaryDirectory() as folder, stage(Path(folder)) as both:
        for shown in wanted:
            for moment in moments(both, shown, keep=keep):
                sys.stderr.write(f"{moment.page}, {moment.name}: {moment.percent:.2f} %{moment.why}\n")
                found.append(moment)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
