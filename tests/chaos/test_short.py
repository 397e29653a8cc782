"""The most telling faults with few sessions: nothing is violated, whatever time it takes. `python -m tests.chaos` has
all faults, more sessions, and the times."""

from dataclasses import replace

import pytest

from tests.chaos.faults import FAULTS
from tests.chaos.running import open_run

pytestmark = pytest.mark.redis

SESSIONS = 6
SHARE = 0.3
STRIKES = (
    "kill-customers-hub",
    "store-line-cut",
    "kill-both",
    "freeze",
    "store-replies-lost",
    "redis-restart",
    "drain",
)


async def test_sessions_survive() -> None:
    faults = [replace(FAULTS[name], bar_seconds=0.0) for name in STRIKES]
    told: list[str] = []
    async with open_run(FAULTS["store-line-cut"], SESSIONS, told.append, share=SHARE) as run:
        outcome = await run.run(faults)
    assert outcome.violations == [], told
    assert outcome.runs == len(STRIKES)
    assert outcome.acts > 0
    assert outcome.races > SESSIONS
