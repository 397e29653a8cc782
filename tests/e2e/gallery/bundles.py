"""The gallery's pages as browsers load them, made from npm's packages: `python -m tests.e2e.gallery.bundles`.

They are made where something is missing or newer, with `npm ci` and esbuild, into a folder that git ignores.
"""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BUILT = HERE / ".build"
SOURCES = HERE / "pages"
MADE = BUILT / "made"
LOCK = HERE / "package-lock.json"
# npm writes it as the last thing of an installation.
INSTALLED = HERE / "node_modules" / ".package-lock.json"
# Where `.ci/node.sh` puts a Node.js, if the machine has none that is new enough.
NODE = HERE.parents[2] / ".setup" / "bin"
SECONDS = 600


def made() -> Path:
    """The folder with the pages, made now if it has to be. CalledProcessError where npm or esbuild fail."""
    if not _is_newer(INSTALLED, [LOCK]):
        _run("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
        INSTALLED.touch()
    sources = [path for path in SOURCES.rglob("*") if path.is_file()]
    if not _is_newer(MADE, [INSTALLED, HERE / "build.mjs", *sources]):
        _run("node", "build.mjs")
    return BUILT


def _is_newer(made: Path, sources: list[Path]) -> bool:
    return made.exists() and made.stat().st_mtime >= max(path.stat().st_mtime for path in sources)


def _run(*command: str) -> None:
    environ = {**os.environ, "PATH": f"{NODE}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(command, cwd=HERE, env=environ, check=True, timeout=SECONDS)


if __name__ == "__main__":
    made()
    sys.exit(0)
