"""Random changes until page and mirror differ: `python -m tests.e2e.converge --seed 7 --steps 10000`.

Customer's page and mirror stand side by side in one page, the very code of both, and in the place of the hub a way that
may lose, double and hold back (`--faults`). At a difference the run is made smaller and smaller, until leaving out any
more of its changes makes the difference go away; what is left is printed, with both sides."""

import argparse
import difflib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from cobrowse.core import whitelist
from tests.mirror.capture_page import ROOT, Tab, browser, bundle

HERE = Path(__file__).parent
POLICY = {"mask": [".secret", ".a + .b"], "hide": [".hidden"], "show": [".shown"], "no_control": [".still"]}
FIELD = """<div id=field><p class=a>One</p><ul><li>1</li><li>2</li><li class=secret>3</li></ul>
<form><input name=n value=v><input type=checkbox checked><textarea>x</textarea>
<select><option>A<option>B</select></form>
<details open><summary>S</summary>T</details><a href="/next">next</a><video controls></video>
<svg viewBox="0 0 9 9"><symbol id=s><path d="M0 0h9"/></symbol><use href="#s"/></svg></div>"""
PAGE = f"""<!doctype html><script src=/capture.js></script><script src=/mutate.js></script><script
src=/reading.js></script><title>t</title>
<style>.a {{ color: red }} @media print {{ p {{ color: blue }} }}</style><body>{FIELD}"""
FRAME = '<iframe src={} style="width:800px;height:400px"></iframe>'
HTML = "text/html; charset=utf-8"
SCRIPT = "text/javascript; charset=utf-8"
SHOWN_LINES = 80
SHRINK_SECONDS = 120.0

Difference = dict[str, Any]


def bundles(folder: Path) -> dict[str, bytes]:
    """The scripts of the pair's pages, by path."""
    mirror = folder / "mirror.js"
    script = ROOT / "client_js" / "tests" / "capture" / "bundle.mjs"
    subprocess.run(["node", str(script), str(mirror), "../mirror/probe.ts"], check=True, capture_output=True)
    return {
        "/capture.js": Path(bundle(folder / "capture.js")).read_bytes(),
        "/mirror.js": mirror.read_bytes(),
        "/mutate.js": (HERE / "mutate.js").read_bytes(),
        "/reading.js": (HERE / "reading.js").read_bytes(),
        "/pair.js": (HERE / "pair.js").read_bytes(),
    }


class Pair:
    """Page and mirror side by side; each `begin` has both anew."""

    def __init__(self, opened: Browser, scripts: dict[str, bytes]) -> None:
        # The pages bring their scripts themselves.
        self.tab = Tab(opened, os.devnull)
        self.errors: list[str] = []
        files = self.tab.files
        for path, source in scripts.items():
            files[path] = (SCRIPT, source, {})
        files["/page"] = (HTML, PAGE.encode(), {})
        files["/mirror"] = (HTML, b"<!doctype html><title>m</title><script src=/mirror.js></script><body>", {})
        both = FRAME.format("/page") + FRAME.format("/mirror")
        files["/"] = (HTML, f"<!doctype html><title>pair</title>{both}".encode(), {})
        self.tab.page.on("pageerror", lambda error: self.errors.append(str(error.stack)))

    def close(self) -> None:
        self.tab.close()

    def begin(
        self, seed: int, *, faults: bool = False, keep: bool = False, without: Sequence[str] = (), first: str = ""
    ) -> None:
        """A new page and a new mirror, with the first picture on its way. `without` are kinds of changes left out,
        `first` is a script that the page runs before; `keep` all frames, for `record`."""
        self.tab.page.goto(self.tab.origin + "/", wait_until="load")
        self.tab.page.add_script_tag(url="/pair.js")
        if first:
            self.tab.run("source => document.querySelector('iframe').contentWindow.eval(source)", first)
        given = {
            "seed": seed,
            "policy": POLICY,
            "names": sorted({name.split(" ")[0] for name in whitelist.names()}),
            "withFaults": faults,
            "keep": keep,
            "without": list(without),
        }
        self.tab.run("given => pair.begin(given)", given)

    def run(self, steps: Sequence[int], every: int) -> Difference | None:
        """Make these changes and compare after every so many: the first difference, or None."""
        found: Difference | None = self.tab.run("given => pair.run(given)", {"steps": list(steps), "every": every})
        return {**(found or {}), "errors": self.errors} if found or self.errors else None

    def told(self) -> dict[str, int]:
        """How many frames there were, how many were lost, and how much was compared."""
        told: dict[str, int] = self.tab.run("pair.told")
        return told

    def record(self) -> dict[str, Any]:
        """The frames that the mirror was given, as text, and the canonical form of the page."""
        record: dict[str, Any] = self.tab.run("pair.record()")
        return record

    def counts(self) -> dict[str, int]:
        """How often each kind of change was made."""
        counts: dict[str, int] = self.tab.run("pair.mutator.counts")
        return counts


def shrink(steps: list[int], differs: Callable[[list[int]], bool], seconds: float = SHRINK_SECONDS) -> list[int]:
    """As few of the steps as still differ: ever smaller pieces are left out for good where it differs without."""
    until = time.monotonic() + seconds
    size = len(steps) // 2
    while size:
        at = 0
        while at < len(steps):
            if time.monotonic() > until:
                return steps
            fewer = steps[:at] + steps[at + size :]
            if fewer and differs(fewer):
                steps = fewer
            else:
                at += size
        size //= 2
    return steps


def explain(difference: Difference) -> str:
    """What differs, as lines: of the page -, of the mirror +."""
    wanted, shown = difference.pop("wanted", ""), difference.pop("shown", "")
    page, mirror = (text.replace("<", "\n<").splitlines() for text in (wanted, shown))
    lines = list(difflib.unified_diff(page, mirror, "page", "mirror", lineterm="", n=5))[:SHOWN_LINES]
    # Halves of characters, which a page may hold, can be printed nowhere.
    return "\n".join([str(difference), *lines]).encode("utf-8", "backslashreplace").decode()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.converge", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1, help="so many seeds, from --seed on")
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--every", type=int, default=100, help="compare after so many steps")
    parser.add_argument("--faults", action="store_true", help="lose, double and hold back frames, and begin anew")
    parser.add_argument("--without", nargs="*", default=(), help="kinds of changes to leave out")
    parser.add_argument("--whole", action="store_true", help="do not make a difference smaller")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, browser() as opened:
        scripts = bundles(Path(folder))
        return max(_one(opened, scripts, seed, chosen) for seed in range(chosen.seed, chosen.seed + chosen.seeds))


def _one(opened: Browser, scripts: dict[str, bytes], seed: int, chosen: argparse.Namespace) -> int:
    pair = Pair(opened, scripts)
    try:
        began = time.monotonic()
        pair.begin(seed, faults=chosen.faults, without=chosen.without)
        difference = pair.run(range(chosen.steps), chosen.every)
        print(f"seed {seed}: {time.monotonic() - began:.1f} s, {pair.told()}")  # noqa: T201 (a command)
        if difference is None:
            return 0
        print(explain(difference))  # noqa: T201
        if not chosen.whole:
            print(_smaller(pair, seed, chosen, list(range(difference.get("after", chosen.steps)))))  # noqa: T201
        return 1
    finally:
        pair.close()


def _smaller(pair: Pair, seed: int, chosen: argparse.Namespace, steps: list[int]) -> str:
    """The same run again and again, with ever fewer changes."""
    last: list[Difference] = []

    def differs(fewer: list[int]) -> bool:
        pair.errors.clear()
        pair.begin(seed, faults=chosen.faults, without=chosen.without)
        found = pair.run(fewer, chosen.every)
        if found is not None:
            last.append({**found, "kinds": pair.counts()})
        return found is not None

    if not differs(steps):
        return "It does not differ again: a matter of time."
    steps = shrink(steps, differs)
    return f"steps {steps}\n{explain(last[-1])}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
