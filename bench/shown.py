"""What `python -m bench.NAME` does with the figures of one benchmark."""

import sys
from collections.abc import Callable, Sequence

from bench.figures import Figure, table
from bench.ground import CannotMeasure


def shown(measure: Callable[[], Sequence[Figure]]) -> int:
    """Print them as a table, or the sentence that says why there are none; the exit code."""
    try:
        print(table(measure()))
    except CannotMeasure as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
