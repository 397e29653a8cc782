"""Sessions to store, and the short ways to store them."""

from math import inf

from msgspec.structs import replace

from cobrowse.core.policy import Limits
from cobrowse.core.states import Ended, Session, Waiting
from cobrowse.store.base import SessionStore

CREATED_AT = 1_000_000.0
CODE_EXPIRES_AT = CREATED_AT + 300.0
BEFORE_EXPIRY = CODE_EXPIRES_AT - 1.0


def waiting(session_id: str = "s1", agent: str = "ana", created_at: float = CREATED_AT) -> Session:
    """A session that waits for its customer."""
    return Session(
        id=session_id,
        site="shop",
        site_name="Example Shop",
        agent=agent,
        agent_name="Ana",
        scope="control",
        limits=Limits(),
        created_at=created_at,
        state=Waiting(since=created_at, code_key=f"code of {session_id}", expires_at=created_at + 300.0),
    )


def ended(session: Session, at: float) -> Session:
    """The session after its end at `at`."""
    return replace(session, state=Ended(since=at, reason="agent_ended"))


async def stored(store: SessionStore, session: Session, due_at: float = CODE_EXPIRES_AT) -> Session:
    """The session, created with a code of its own."""
    assert await store.create(session, f"code of {session.id}", CODE_EXPIRES_AT, due_at)
    return session


async def end(store: SessionStore, session: Session, at: float) -> None:
    """End a session that is at version 1."""
    assert await store.replace(ended(session, at), 1, inf)
