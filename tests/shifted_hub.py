"""`cobrowse` in a process whose wall clock is off: `python -m tests.shifted_hub SECONDS serve --config …`.

All that asks the time in the process is told the wrong one, as on a machine whose clock is off; durations are right.
Nothing in the package can be told to lie about the time, so this stands outside of it."""

import sys
import time


def shift_clock(seconds: float) -> None:
    """From now on the wall clock of this process is `seconds` ahead (below 0: behind). Before `cobrowse` is imported,
    since defaults of arguments keep the clock they were given."""
    right, right_ns = time.time, time.time_ns
    time.time = lambda: right() + seconds
    time.time_ns = lambda: right_ns() + round(seconds * 1e9)


def main() -> None:
    shift_clock(float(sys.argv[1]))
    from cobrowse.cli import main as cobrowse

    cobrowse(sys.argv[2:])


if __name__ == "__main__":
    main()
