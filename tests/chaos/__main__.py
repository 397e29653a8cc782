"""`python -m tests.chaos [--fault NAME …] [--runs N] [--sessions N] [--seed N] [--json FILE]`

Breaks what hubs and stores can suffer, with real processes, and says for each fault what became of the sessions. Exit
code 1 where an invariant was violated or a time bar missed."""

import argparse
import asyncio
import os
import random
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from tests.chaos.faults import FAULTS
from tests.chaos.running import Outcome, run_fault
from tests.chaos.table import lines_of

# Of each fault; the rest is in the JSON.
TOLD = 12


def say(line: str) -> None:
    """A line for whoever watches."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def _unless_ended(run: Coroutine[Any, Any, Outcome]) -> Outcome:
    """The outcome; SIGTERM cancels it, so that hubs and stores end with it."""
    running = asyncio.ensure_future(run)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    return await running


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--fault", nargs="+", choices=list(FAULTS), default=list(FAULTS), metavar="NAME")
    parser.add_argument("--runs", type=int, default=0, help="how often each strikes; 0: as often as it says itself")
    parser.add_argument("--sessions", type=int, default=0, help="sessions at once; 0: as many as it says itself")
    parser.add_argument("--seed", type=int, default=0, help="0: a new one, which is printed")
    parser.add_argument("--keep", type=Path, help="a folder where the logs stay")
    parser.add_argument("--json", type=Path, help="also write the table there")
    options = parser.parse_args()
    seed = options.seed or random.SystemRandom().randrange(1, 2**31)
    random.seed(seed)
    say(f"seed {seed}")
    outcomes: list[Outcome] = []
    for name in options.fault:
        fault = FAULTS[name]
        runs, sessions = options.runs or fault.runs, options.sessions or fault.sessions
        try:
            outcomes.append(uvloop.run(_unless_ended(run_fault(fault, runs, sessions, say, options.keep))))
        except asyncio.CancelledError:
            say("ended by SIGTERM")
            return 128 + signal.SIGTERM
        for violation in outcomes[-1].violations[:TOLD]:
            say(f"  {violation}")
        if len(outcomes[-1].violations) > TOLD:
            say(f"  … and {len(outcomes[-1].violations) - TOLD} more")
        if options.json:
            # After each: who ends a run of half an hour has what it found so far.
            table = {"seed": seed, "cores": os.cpu_count(), "faults": outcomes}
            options.json.write_bytes(msgspec.json.format(msgspec.json.encode(table), indent=2))
    for line in lines_of(outcomes):
        say(line)
    survived = all(outcome.survived for outcome in outcomes)
    say("survived" if survived else "NOT survived")
    return 0 if survived else 1


if __name__ == "__main__":
    sys.exit(main())
