"""The shared vectors, which vitest reads too."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "vectors"


def load(name: str) -> Any:
    """The vectors in tests/vectors/{name}.json."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
