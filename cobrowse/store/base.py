"""SessionStore, AccountStore, Bus: what every backend promises. tests/store/contract.py holds each one to it.

All instants are wall-clock Unix seconds and are passed in; no backend reads a clock to decide anything. Backends may
use expiry (TTL) only to sweep what core would refuse anyway. Any method may raise `StoreError` when the backend does
not answer; a write that raised may or may not have happened, and every write here is safe to repeat.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from msgspec import Struct

from cobrowse.core.states import Session


class Versioned(Struct, frozen=True):
    """A session and the version it was read at. Versions start at 1 and rise by 1 with each write."""

    session: Session
    version: int


class AuditLine(Struct, frozen=True):
    """A content-free line of the audit trail."""

    at: float
    kind: str
    detail: str


class Asset(Struct, frozen=True):
    """An asset in flight between two hubs. `media_type` was decided by magic bytes."""

    media_type: str
    data: bytes


class SessionStore(Protocol):
    """What outlives a hub. Never page content, but an asset in flight for 30 s."""

    async def create(self, session: Session, code_key: str, code_expires_at: float, due_at: float) -> bool:
        """Store a new session at version 1 with its code, in one atomic step.

        False, and nothing stored, where another session holds an unexpired entry for `code_key`, or the id exists with
        other content. Repeating the identical call answers True."""
        ...

    async def claim(self, code_key: str, nonce: str, now: float) -> str | None:
        """The id of the session whose code this is, for exactly one `nonce`, in one atomic, idempotent step.

        The first nonce wins and gets the same answer each time it asks until the code expires. None, for all others
        alike: unknown, expired, claimed by another nonce, revoked."""
        ...

    async def revoke_code(self, code_key: str) -> None:
        """The code lets nobody in any more. Unknown codes are no error."""
        ...

    async def read(self, session_id: str) -> Versioned | None:
        """The session, or None where there is none (never was, or swept after its end)."""
        ...

    async def versions(self, session_ids: Sequence[str]) -> dict[str, int]:
        """The present version of each of these sessions that exists, in one round trip."""
        ...

    async def replace(self, session: Session, expected_version: int, due_at: float) -> bool:
        """Compare-and-set: write at `expected_version` + 1 if the stored version is `expected_version`.

        `due_at` is when a Tick matters next; infinity takes the session off the due list and lets a sweeper drop it
        an hour later. False where another write came first, or the session is gone."""
        ...

    async def due(self, now: float, limit: int) -> list[str]:
        """Ids of at most `limit` sessions whose due time is at or before `now`, earliest first. Takes nothing off."""
        ...

    async def list_for_agent(self, agent_id: str) -> list[Versioned]:
        """The agent's sessions, newest first: all that are not ended, and those ended within the last hour."""
        ...

    async def append_audit(self, session_id: str, lines: Sequence[AuditLine]) -> None:
        """Append in order. At most 1,000 lines a session are kept; what is beyond is dropped at the old end."""
        ...

    async def read_audit(self, session_id: str) -> list[AuditLine]:
        """The trail, oldest first; empty where there is none."""
        ...

    async def put_asset(self, session_id: str, n: int, asset: Asset) -> None:
        """Keep an asset in flight for at most 30 s."""
        ...

    async def take_asset(self, session_id: str, n: int) -> Asset | None:
        """The asset, if it is there; it may stay until its 30 s are over."""
        ...

    async def forget_assets(self, session_id: str) -> None:
        """Drop every asset of the session."""
        ...

    async def lease(self, hub: str, until: float) -> None:
        """This hub says it lives until then."""
        ...

    async def dead_hubs(self, hubs: Sequence[str], now: float) -> set[str]:
        """Those of `hubs` that have no lease beyond `now`."""
        ...

    async def ping(self) -> None:
        """Return if the backend answers, else raise `StoreError`."""
        ...

    async def close(self) -> None: ...


class Agent(Struct, frozen=True):
    """A support person. `password_hash` is argon2's own string. `sites` empty means all."""

    id: str
    name: str
    password_hash: str
    sites: tuple[str, ...] = ()


class SignIn(Struct, frozen=True):
    """An agent's sign-in; the cookie holds only its id."""

    id: str
    agent: str
    expires_at: float


class AccountStore(Protocol):
    """Agents, their sign-ins, and single-use tickets."""

    async def put_agent(self, agent: Agent) -> None:
        """Add the agent or replace the one with the same id."""
        ...

    async def agent(self, agent_id: str) -> Agent | None: ...

    async def agents(self) -> list[Agent]:
        """All agents, by id."""
        ...

    async def remove_agent(self, agent_id: str) -> bool:
        """Remove the agent and all their sign-ins. False where there was none."""
        ...

    async def put_sign_in(self, sign_in: SignIn) -> None: ...

    async def sign_in(self, sign_in_id: str, now: float) -> SignIn | None:
        """The sign-in, if it has not expired at `now`."""
        ...

    async def drop_sign_in(self, sign_in_id: str) -> None:
        """Sign out. An unknown id is no error."""
        ...

    async def put_ticket(self, ticket_key: str, value: str, expires_at: float) -> None:
        """Keep what a single-use ticket stands for. `ticket_key` is a hash of the ticket, never the ticket."""
        ...

    async def take_ticket(self, ticket_key: str, nonce: str, now: float) -> str | None:
        """What the ticket stands for, for exactly one `nonce`; repeating with the same nonce answers alike."""
        ...


Receive = Callable[[bytes], None]


class Bus(Protocol):
    """Messages from hub to hub: at most once, in order between one sender and one receiver, none kept."""

    async def send(self, hub: str, data: bytes) -> None:
        """Put `data` into the inbox of `hub`. No error where nobody listens."""
        ...

    def listen(self, hub: str, receive: Receive) -> AbstractAsyncContextManager[None]:
        """While open, `receive` is called with each message for `hub`. Entered only once the inbox is really there;
        after a lost connection it comes back by itself, and what was sent meanwhile is lost."""
        ...

    def losses(self) -> AsyncIterator[None]:
        """Yields each time messages may have been lost, so that the hub re-reads the sessions it shares."""
        ...

    async def close(self) -> None: ...
