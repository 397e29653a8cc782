"""What one turn of the loop brings for several peers leaves at its end, and the loop is asked for that once."""

import asyncio
from collections.abc import Callable


class Turn:
    """What is to be done at the end of this turn."""

    __slots__ = ("_due",)

    def __init__(self) -> None:
        self._due: list[Callable[[], None]] = []

    def ends_with(self, work: Callable[[], None]) -> None:
        """Call `work` once all that this turn brings was heard. Who asks does so once a turn, so no more waits than
        there are peers."""
        if not self._due:
            asyncio.get_running_loop().call_soon(self._end)
        self._due.append(work)

    def _end(self) -> None:
        due, self._due = self._due, []
        due.reverse()
        try:
            while due:
                due.pop()()
        finally:
            # A mistake in one costs the others nothing.
            for work in reversed(due):
                self.ends_with(work)
