"""Find what the Bus lost: newer versions, sessions that are gone, holders whose hub is dead."""

import asyncio
from itertools import islice

from cobrowse.core.events import SeatLeft
from cobrowse.hub.house import House
from cobrowse.hub.roll_call import RollCall
from cobrowse.hub.steps import SEATS, Steps

# Sessions read at the same time: after the store lost its data it is all of them.
READ_AT_ONCE = 32


class Rereading:
    """Reads again what this hub shares with others."""

    def __init__(self, house: House, steps: Steps, roll_call: RollCall) -> None:
        self._house = house
        self._steps = steps
        self._roll_call = roll_call

    async def reread(self) -> None:
        """One round: what has another version than is known here. Raises `StoreError`."""
        known = {session_id: local.version for session_id, local in self._house.sessions.items()}
        if not known:
            return
        versions = await self._house.store.versions(list(known))
        now, changed = self._house.clock.now(), []
        for session_id, version in known.items():
            local = self._house.sessions.get(session_id)
            if versions.get(session_id) != version:
                changed.append(session_id)
            elif local is not None:
                local.seen_at = now
        await self._refresh(changed)
        await self._bury()

    async def reread_all(self) -> None:
        """Everything, whatever its version: the store may have lost some. Raises `StoreError`."""
        await self._refresh(list(self._house.sessions))
        await self._bury()

    async def _refresh(self, session_ids: list[str]) -> None:
        waiting = iter(session_ids)
        while some := list(islice(waiting, READ_AT_ONCE)):
            results = await asyncio.gather(*map(self._steps.refresh, some), return_exceptions=True)
            for result in results:
                if isinstance(result, BaseException):
                    # One record that cannot be read is no reason not to read those beside it.
                    raise result

    async def _bury(self) -> None:
        """A seat whose hub is dead is left."""
        others = [
            (local.session.id, SeatLeft(seat=seat, generation=hold.generation, why="offline"), hold.hub)
            for local in self._house.sessions.values()
            for seat in SEATS
            if (hold := local.session.hold(seat)).present and hold.hub != self._house.id
        ]
        dead = await self._roll_call.dead(hub for _, _, hub in others)
        for session_id, left, hub in others:
            if hub in dead:
                await self._steps.must(session_id, left)
