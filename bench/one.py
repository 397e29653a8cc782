"""One benchmark, in a process of its own: `python -m bench.one NAME FILE` writes its figures to FILE, as JSON.

Ends with 3 and a sentence where this machine does not let it measure."""

import importlib
import json
import signal
import sys
from pathlib import Path

from bench.figures import as_json
from bench.ground import CannotMeasure

CANNOT = 3


def main(name: str, file: Path) -> int:
    module, _, form = name.partition(".")
    try:
        found = getattr(importlib.import_module(f"bench.{module}"), form or "measure")()
    except CannotMeasure as error:
        sys.stderr.write(f"{error}\n")
        return CANNOT
    file.write_text(json.dumps(as_json(found, by=name)))
    return 0


if __name__ == "__main__":
    # As Ctrl-C: what it started is put away.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
