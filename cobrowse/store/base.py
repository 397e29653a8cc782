"""SessionStore, AccountStore, Counts, Bus: what every backend promises. tests/store/test_contract_* hold each to it.

All instants are wall-clock Unix seconds and are passed in; no backend reads a clock to decide anything, but that an
asset's 30 s are over. Backends may use expiry (TTL) only to sweep what core would refuse anyway, and with a margin.

Any method may raise `StoreError` where the backend does not answer or holds what cannot be read; nothing else is
raised. A write that raised may or may not have happened. Every write is safe to repeat: a client library that resends
after a lost reply changes nothing twice and answers as the first time.

All text is Unicode and all bytes are any bytes; ids and keys may hold any character but NUL.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from msgspec import Struct

from cobrowse.core.audit import AuditLine
from cobrowse.core.states import Session

# How long an ended session stays readable, for the agent's list and for late questions.
ENDED_KEPT_SECONDS = 3600.0
# How long an asset stays on its way between two hubs (DESIGN section 10).
ASSET_SECONDS = 30.0
# Nonces of the newest writes of a session, by which a repeated `replace` is known.
WRITES_REMEMBERED = 8


class Versioned(Struct, frozen=True):
    """A session and the version it was read at. Versions start at 1 and rise by 1 with each write."""

    session: Session
    version: int


class Trail(Struct, frozen=True, kw_only=True):
    """What a store knows of an audit trail besides its lines. `n` and `head` are the number and the hash of the last.

    At `close_at` a hub closes it, if it is not `closed`; from `sweep_at` on it may be swept."""

    session: str
    site: str
    begun_at: float
    close_at: float
    sweep_at: float
    closed: bool = False
    n: int = 0
    head: str = ""


class Asset(Struct, frozen=True):
    """An asset in flight between two hubs. `media_type` was decided by magic bytes."""

    media_type: str
    data: bytes


class SessionStore(Protocol):
    """What outlives a hub. Never page content, but an asset in flight for 30 s."""

    async def create(self, session: Session, code_key: str, code_expires_at: float, due_at: float) -> bool:
        """Store a new session at version 1 with its code. Nobody can claim the code before the session is there.

        False, and nothing stored, where another session holds an entry for `code_key` that is unexpired at
        `session.created_at` (revoked and claimed ones count: someone may still hold the code), or the id exists with
        other content. Repeating the identical call answers True and changes nothing, also where the session has moved
        on since or its code was revoked."""
        ...

    async def claim(self, code_key: str, nonce: str, now: float) -> str | None:
        """The id of the session whose code this is, for exactly one `nonce`, in one atomic, idempotent step.

        The first nonce wins and gets the same answer each time it asks until the code expires or is revoked. None,
        for all others alike: unknown, expired (`now` at or after its expiry), claimed by another nonce, revoked. An
        empty nonce wins nothing."""
        ...

    async def revoke_code(self, code_key: str) -> None:
        """The code lets nobody in any more, not even who claimed it. Unknown codes are no error."""
        ...

    async def read(self, session_id: str) -> Versioned | None:
        """The session, or None where there is none (never was, or swept after its end)."""
        ...

    async def versions(self, session_ids: Sequence[str]) -> dict[str, int]:
        """The present version of each of these sessions that exists, in one round trip. Empty for empty."""
        ...

    async def replace(self, session: Session, expected_version: int, due_at: float, *, nonce: str = "") -> bool:
        """Compare-and-set: write at `expected_version` + 1 if the stored version is `expected_version`.

        `due_at` is when a Tick matters next; infinity takes the session off the due list and lets a sweeper drop it
        an hour after `session.state.since`. False where another write came first, or the session is gone.

        A write is known by its nonce: repeated with the same one it answers True and writes nothing, as long as it is
        among the session's last `WRITES_REMEMBERED` writes. Without a nonce each call is a write of its own (what the
        store's own client resends is still one call). Equal content is no proof of being the same write: two wrong
        entries of digits at once make equal sessions, and must count twice."""
        ...

    async def put_back(self, session: Session, expected_version: int, version: int, due_at: float) -> bool:
        """Compare-and-set of a session that the store has lost, or lost writes of: write it at `version`, if the stored
        version is `expected_version` (0: there is none). `version` is above `expected_version`; what a hub puts back is
        newer than what any of them knows, so that they all believe it.

        False where something else is there. Repeated it answers True and writes nothing, as long as nothing else was
        written. No code comes back with it: nobody can claim one for this session. `due_at` as in `replace`."""
        ...

    async def due(self, now: float, limit: int) -> list[str]:
        """Ids of at most `limit` sessions whose due time is at or before `now`, earliest first. Takes nothing off.

        Hubs call it every few seconds, so this is also where a backend sweeps what nobody asks for any more: sessions
        an hour after their end, audit trails at the end of their time, and expired codes, tickets and sign-ins."""
        ...

    async def list_for_agent(self, agent_id: str) -> list[Versioned]:
        """The agent's sessions, newest first: all that are not ended, and the ended ones until they are swept."""
        ...

    async def append_audit(self, trail: Trail, lines: Sequence[AuditLine]) -> bool:
        """Compare-and-append: write `lines` if the trail's last line is the one before them.

        `trail` is the trail as it will be, but for `n` and `head`, by which what stands there now is known: 0 and ""
        for a new one. Of `close_at` the earliest that was ever given counts, of the rest the last word. False, and
        nothing written, where other lines came first or the trail is closed. Where these very lines are there already,
        in this place, True: that makes it safe to repeat. Never more than one chain, whoever appends at once.

        A trail is no part of its session: it outlives it, until `sweep_at`."""
        ...

    async def trail(self, session_id: str) -> Trail | None:
        """The trail of the session, or None where there is none (never was, or swept)."""
        ...

    async def read_audit(self, session_id: str, start: int = 1) -> list[AuditLine]:
        """The lines in their order, from place `start` on; empty where there are none. `LineUnreadable` where one is
        not a line."""
        ...

    async def trails(self, site: str = "", since: float = 0.0) -> list[Trail]:
        """All trails that began at `since` or later, of one site or (empty) of all, oldest first."""
        ...

    async def audit_due(self, now: float, limit: int) -> list[str]:
        """Sessions of at most `limit` trails that are to be closed: `close_at` is at or before `now`."""
        ...

    async def put_asset(self, session_id: str, n: int, asset: Asset) -> None:
        """Keep an asset in flight for at most `ASSET_SECONDS`; no backend writes it to a disk by itself. The last put
        counts.

        Every hub that shares the store can take it. How many there may be is the hub's to bound."""
        ...

    async def take_asset(self, session_id: str, n: int) -> Asset | None:
        """The asset, if it is there; it may stay until its time is over."""
        ...

    async def forget_assets(self, session_id: str) -> None:
        """Drop every asset of the session that is there now."""
        ...

    async def lease(self, hub: str, until: float) -> None:
        """This hub says it lives until then. The last word counts, so an instant in the past gives the lease back.
        Swept at the earliest an hour after `until`."""
        ...

    async def dead_hubs(self, hubs: Sequence[str], now: float) -> set[str]:
        """Those of `hubs` that have no lease beyond `now`. Empty for empty."""
        ...

    async def ping(self) -> None:
        """Return if the backend answers, else raise `StoreError`."""
        ...

    async def clock(self) -> float | None:
        """The instant by the backend's own clock, by which hubs tell that theirs is off; None where the backend has no
        clock but this machine's. Nothing is decided by it in the store."""
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
        """Remove the agent and all their sign-ins. False where there was none.

        An agent with the same id added later starts without sign-ins."""
        ...

    async def put_sign_in(self, sign_in: SignIn) -> None:
        """Keep a sign-in until it expires. Kept, but of no use, where there is no such agent."""
        ...

    async def sign_in(self, sign_in_id: str, now: float) -> SignIn | None:
        """The sign-in, if it has not expired at `now` (at or after its expiry) and its agent still exists."""
        ...

    async def drop_sign_in(self, sign_in_id: str) -> None:
        """Sign out. An unknown id is no error."""
        ...

    async def put_ticket(self, ticket_key: str, value: str, expires_at: float) -> None:
        """Keep what a single-use ticket stands for. `ticket_key` is a hash of the ticket, never the ticket. The first
        put of a key counts, so that a repeat cannot make a used ticket new."""
        ...

    async def take_ticket(self, ticket_key: str, nonce: str, now: float) -> str | None:
        """What the ticket stands for, for exactly one `nonce`, in one atomic step; repeating with the same nonce
        answers alike until the ticket expires. None for all others alike, and for an empty nonce."""
        ...


class Counts(Protocol):
    """Counts that end by themselves, for rate limits. Shared by all hubs of a store; windows end by the store's clock.

    The one thing here that does not bear a repeat: what is sent again after a lost reply counts again, so that a count
    errs to the strict side."""

    async def add(self, key: str, amount: int, window_seconds: int) -> int:
        """Count, and say how many there are now. The first of a key begins its window."""
        ...

    async def amount(self, key: str) -> int:
        """How many there are now; 0 where no window is open."""
        ...

    async def seconds_left(self, key: str) -> float:
        """How long the window is still open; 0 where none is."""
        ...


Receive = Callable[[bytes], None]


class Bus(Protocol):
    """Messages from hub to hub: at most once, in order between one sender and one receiver, none kept.

    Bounded: each backend names how much may wait and what happens then; what is dropped shows as a loss."""

    async def send(self, hub: str, data: bytes) -> bool:
        """Put `data` into the inbox of `hub`, in the order of the calls. False where nobody listened, so that it is
        lost; True is no proof that it was heard: a line may be dead without anybody's knowing yet.

        Raises `StoreError` where the message may not have gone out; it is not sent again."""
        ...

    def listen(self, hub: str, receive: Receive) -> AbstractAsyncContextManager[None]:
        """While open, `receive` is called on the event loop with each message for `hub`, one after the other. Entered
        only once the inbox is really there; after a lost connection it comes back by itself, and what was sent
        meanwhile is lost. Where `receive` raises, the error is logged and the next message comes all the same."""
        ...

    async def absent(self, hubs: Sequence[str]) -> set[str]:
        """Those of `hubs` to whom nobody listens just now, empty for empty: a hub that was killed is known at once,
        long before its lease is over. A hub whose inbox is on its way back to another server is absent for a moment, so
        ask twice, some time apart, before anything is decided by it. Raises `StoreError`."""
        ...

    def losses(self) -> AsyncIterator[None]:
        """Yields each time messages may have been lost, so that the hub re-reads the sessions it shares.

        Yields after the inbox is back, losses from the call on; several unseen ones are one. Ends when the Bus
        closes."""
        ...

    async def close(self) -> None: ...
