"""What the clients weigh over the wire, gzip at level 9: `python -m bench.weights`. They must have been built.

Beside the view part, which captures the page, stands rrweb's recorder as it is shipped, where it is installed."""

import gzip
import json
import sys
from pathlib import Path

from bench.figures import Figure, table
from cobrowse.web.static import FOLDER

KB = 1024
RRWEB = Path(__file__).parent / "node_modules" / "@rrweb" / "record" / "dist" / "record.umd.min.cjs"
LANGUAGES = ("en", "de")
ALONE = {"snippet": 3.0, "entry": 8.0, "join": None, "console": None, "mirror": None}
WHOLE_KB = 15.0
# But the outline of a page that is too much, and the preview, which only the customer can ask for.
AFTER_ALLOW = ("view", "assets", "shrink", "acts")


def measure() -> list[Figure]:
    """Each part, and what a customer loads before and after consent."""
    manifest = json.loads((FOLDER / "manifest.json").read_text())
    sizes = {name: _kb(FOLDER / part["file"]) for name, part in manifest.items()}
    found = [Figure(f"{_named(name)}_gzip_kb", sizes[name], "KB", bar) for name, bar in ALONE.items()]
    wholes = []
    for language in LANGUAGES:
        before = sizes["snippet"] + sizes[f"session-{language}"]
        found.append(Figure(f"snippet_before_consent_{language}_gzip_kb", before, "KB", WHOLE_KB))
        wholes.append(before + sum(sizes[part] for part in AFTER_ALLOW) + sizes[f"receipt-{language}"])
    # Meant for all of it, and missed; docs/decisions.md says so. The build holds each part to what it weighs now.
    found.append(Figure("snippet_total_gzip_kb", max(wholes), "KB", WHOLE_KB))
    for name in sorted(set(sizes) - set(ALONE)):
        rrweb = _kb(RRWEB) if name == "view" and RRWEB.exists() else None
        peer = None if rrweb is None else "rrweb's recorder"
        found.append(Figure(f"part_{_named(name)}_gzip_kb", sizes[name], "KB", peer=peer, peer_value=rrweb))
    return found


def _kb(file: Path) -> float:
    return len(gzip.compress(file.read_bytes(), 9)) / KB


def _named(part: str) -> str:
    return {"snippet": "loader"}.get(part, part).replace("-", "_")


if __name__ == "__main__":
    print(table(measure()))
    sys.exit(0)
