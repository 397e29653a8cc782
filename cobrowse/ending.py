"""Ending tasks that do not hear it the first time: those that wait inside a client library."""

import asyncio
from typing import Any

# How long a cancelled task may take before it is cancelled again.
AGAIN_SECONDS = 0.1


async def ended(*tasks: "asyncio.Task[Any] | None") -> None:
    """Cancel these tasks, and return once they have ended.

    Again and again: where a cancellation and redis-py's own time limit fall together, the limit is all that is heard
    (seen in one of some hundred closings), and whoever waits for the task would wait for ever."""
    pending = {task for task in tasks if task is not None and not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN_SECONDS)
    for each in tasks:
        if each is not None and not each.cancelled():
            # Or asyncio complains that nobody asked.
            each.exception()
