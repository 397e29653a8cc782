"""A bound for the log: of each kind of line so many a minute, and then how many more there were.

A stranger can have lines written (a refused hello, a code too many), and so can a peer (a refused frame). A line's kind
is its format, of which there are few."""

import logging

LINES_A_MINUTE = 600
MINUTE_SECONDS = 60.0
# Libraries write a value into the format now and then. Beyond so many kinds all begin anew.
KINDS = 1000


class Flood:
    """What was written of one kind since `began`."""

    __slots__ = ("began", "left_out", "written")

    def __init__(self, began: float) -> None:
        self.began = began
        self.written = 0
        self.left_out = 0


class FloodFilter(logging.Filter):
    """For a handler. Time is the record's own."""

    def __init__(self, lines_a_minute: int = LINES_A_MINUTE) -> None:
        super().__init__()
        self._most = lines_a_minute
        self._floods: dict[str, Flood] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """False where this line is one too many. The first of the next minute says how many: `left_out`."""
        kind = f"{record.name} {record.msg}"
        flood = self._floods.get(kind)
        if flood is None or not 0 <= record.created - flood.began < MINUTE_SECONDS:
            if flood is not None and flood.left_out:
                record.left_out = flood.left_out
            if len(self._floods) >= KINDS:
                self._floods.clear()
            flood = self._floods[kind] = Flood(record.created)
        flood.written += 1
        if flood.written <= self._most:
            return True
        flood.left_out += 1
        return False
