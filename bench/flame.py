"""Where a relayed frame's time goes: `python -m bench.flame docs/profiles/relay.svg`.

A hundred sessions send all they may through one worker, py-spy (`pip install py-spy`) looks at its stack 400 times a
second, and what it saw is drawn: a flame graph, wide where the time goes, each function on the one that called it. With
`--folded FILE` it draws what was recorded elsewhere, as `py-spy record --format raw` writes it."""

import argparse
import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape

import uvloop

from bench.ground import CannotMeasure, Ground, running_ground
from bench.relay_load import Stream, saturated
from bench.sessions import agents_for, all_on, make

SESSIONS = 100
SECONDS = 10
A_SECOND = 400
# What is narrower is not drawn.
LEAST_SHARE = 0.004
WIDTH, ROW, LETTER = 1200, 17, 6.3
# The frames that every stack begins with say nothing.
BEGIN = re.compile(r"^Runner\.run |^_run_once |^run_forever ")
_LINE = re.compile(r":\d+\)$")


class Node:
    """A function on the stack, how often it was seen there, and what it called."""

    def __init__(self) -> None:
        self.count = 0
        self.calls: dict[str, Node] = {}

    def add(self, stack: Iterable[str], count: int) -> None:
        """One stack from here on."""
        node = self
        node.count += count
        for name in stack:
            node = node.calls.setdefault(name, Node())
            node.count += count

    @property
    def depth(self) -> int:
        """How many functions stand on each other."""
        return 1 + max((call.depth for call in self.calls.values()), default=0)


def read(folded: str) -> Node:
    """The stacks of the loop's thread, from the loop on."""
    root = Node()
    for line in folded.splitlines():
        stack, _, count = line.rpartition(" ")
        names = [_LINE.sub(")", name) for name in stack.split(";")]
        begin = next((at for at, name in enumerate(names) if BEGIN.match(name)), None)
        if begin is not None:
            root.add(names[begin + 1 :], int(count))
    return root


def drawn(root: Node, title: str) -> str:
    """The flame graph as SVG; the title of each box says its share."""
    height = ROW * (root.depth + 2)
    boxes = "\n".join(_boxes(root, "the loop", root.count, 0.0, height - ROW))
    box = f'viewBox="0 0 {WIDTH} {height}" font-family="monospace" font-size="11"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {box}>\n'
        f'<rect width="100%" height="100%" fill="#fff"/><text x="4" y="13">{escape(title)}</text>\n{boxes}\n</svg>\n'
    )


def _boxes(node: Node, name: str, total: int, x: float, y: float) -> Iterator[str]:
    width = WIDTH * node.count / total
    if node.count < LEAST_SHARE * total:
        return
    shown = name.partition(" (")[0][: max(0, int(width / LETTER) - 1)]
    yield (
        f'<g><title>{escape(name)}: {100 * node.count / total:.1f} %</title><rect x="{x:.1f}" y="{y}" '
        f'width="{width:.1f}" height="{ROW - 1}" fill="{_colour(name)}"/>'
        f'<text x="{x + 3:.1f}" y="{y + 12}">{escape(shown)}</text></g>'
    )
    for call in sorted(node.calls):
        yield from _boxes(node.calls[call], call, total, x, y - ROW)
        x += WIDTH * node.calls[call].count / total


def _colour(name: str) -> str:
    for folder, colour in (("cobrowse/core", "#8fc7a4"), ("cobrowse/hub", "#f2c26b"), ("cobrowse/web", "#e99a7c")):
        if folder in name:
            return colour
    return "#c9cfdb"


def record() -> str:
    """Stacks of a saturated worker, folded. `CannotMeasure` without py-spy, or where it may not look."""
    program = shutil.which("py-spy") or shutil.which("py-spy", path=str(Path(sys.executable).parent))
    if program is None:
        raise CannotMeasure("py-spy is not installed: pip install py-spy.")
    with tempfile.TemporaryDirectory() as folder, running_ground(agents=agents_for(SESSIONS)) as ground:
        found = Path(folder) / "folded"
        command = [
            program,
            "record",
            "--nonblocking",
            "--pid",
            str(ground.hubs[0].process.pid),
            "--rate",
            str(A_SECOND),
        ]
        command += ["--duration", str(SECONDS), "--format", "raw", "--output", str(found)]
        said = uvloop.run(_loaded(ground, command))
        if not found.exists():
            raise CannotMeasure(
                "py-spy could not look at the hub; it needs the right to trace (root, or CAP_SYS_PTRACE). It said:\n"
                + said.strip()
            )
        return found.read_text()


async def _loaded(ground: Ground, command: list[str]) -> str:
    """What the command says of mistakes, while the hub works."""
    streams = [Stream(live) for live in await make(ground, SESSIONS, all_on(ground))]
    await saturated(ground, streams, 1.0)
    looking = asyncio.create_task(
        asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    )
    while not looking.done():
        await saturated(ground, streams, 1.0)
    for stream in streams:
        stream.close()
    return looking.result().stderr


def main() -> int:
    """Record, or read, and draw."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("picture", type=Path)
    arguments.add_argument("--folded", type=Path, help="draw this instead of recording")
    arguments.add_argument("--title", default="A relayed frame, 100 sessions, saturated")
    given = arguments.parse_args()
    folded = given.folded.read_text() if given.folded else record()
    given.picture.write_text(drawn(read(folded), given.title))
    return 0


if __name__ == "__main__":
    sys.exit(main())
