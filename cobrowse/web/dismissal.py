"""Taking an agent away: their sign-ins, and every session of theirs that is still open.

Run by a command beside the hubs, not in one: the sessions end in the store, where each hub looks every 2 s.
"""

from cobrowse.config import Settings
from cobrowse.core.audit import entry
from cobrowse.core.deadlines import due_at
from cobrowse.core.errors import StoreConflict
from cobrowse.core.events import Audit, EndAsked
from cobrowse.core.session import step
from cobrowse.core.states import Ended
from cobrowse.hub.trail import Book, subject_of
from cobrowse.store.base import SessionStore
from cobrowse.store.opening import Stores

STEP_TRIES = 5
# What the trail names instead of a hub.
WRITER = "command"


async def dismiss(stores: Stores, agent_id: str, settings: Settings, now: float) -> bool:
    """Remove the agent and end their sessions. False where there was no such agent."""
    # The agent first: whoever is gone opens no new session meanwhile.
    removed = await stores.accounts.remove_agent(agent_id)
    for found in await stores.sessions.list_for_agent(agent_id):
        await _end(stores.sessions, found.session.id, settings, now)
    return removed


async def _end(store: SessionStore, session_id: str, settings: Settings, now: float) -> None:
    for _ in range(STEP_TRIES):
        found = await store.read(session_id)
        if found is None or isinstance(found.session.state, Ended):
            return
        ended, effects = step(found.session, EndAsked("agent_ended"), now)
        if await store.replace(ended, found.version, due_at(ended)):
            book = Book(store, settings.audit_keys, WRITER, subject_of(ended), settings.by_id.get(ended.site))
            for effect in effects:
                if isinstance(effect, Audit):
                    book.add(entry(now, effect.kind, effect.detail))
            await book.write()
            return
    raise StoreConflict("The session changes too fast to be ended; try again.")
