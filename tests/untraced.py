"""Where a test does the same thing thousands of times, lines are counted the first time and not every time: tracing
costs more than what is traced."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def untraced() -> Iterator[None]:
    """In this thread, coverage is not measured meanwhile. A debugger's steps are not seen either."""
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        yield
    finally:
        sys.settrace(tracer)
