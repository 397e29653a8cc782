"""What agents and code entries ask of the hub over HTTP: make a session, claim its code, look at it, end it."""

from msgspec import Struct

from cobrowse.core import audit, codes
from cobrowse.core.deadlines import due_at
from cobrowse.core.errors import CobrowseError, NotAllowed, NotFound, StoreAway, StoreConflict, TooMany
from cobrowse.core.events import Claimed, EndAsked
from cobrowse.core.names import shown_name
from cobrowse.core.policy import Site, customer_policy
from cobrowse.core.protocol import CustomerPolicy, SessionState
from cobrowse.core.public_state import public_state
from cobrowse.core.states import Away, Ended, Joining, Session, Waiting
from cobrowse.hub.house import House
from cobrowse.hub.roll_call import RollCall
from cobrowse.hub.steps import Steps
from cobrowse.hub.welcomes import customer_token
from cobrowse.store.base import Versioned

# With 100 live codes of nine digits a clash is one in a million; twenty in a row is a broken store.
CODE_TRIES = 20
DIGITS_BELOW = 100
# An agent works on a few at once; a console that was taken over shall not fill the store.
OPEN_SESSIONS_PER_AGENT = 50
OPEN_SESSIONS_RETRY_SECONDS = 60.0


# `list` is a method's name below.
Sessions = list[Session]


class Created(Struct, frozen=True, kw_only=True):
    """A new session and the code to read out, bare digits."""

    id: str
    code: str
    expires_at: float


class Joined(Struct, frozen=True, kw_only=True):
    """What who claimed the code needs to ask the customer for consent and to say hello."""

    session: str
    token: str
    digits: str
    agent_name: str
    site_name: str
    policy: CustomerPolicy


class Desk:
    """Rates are the web floor's; here only what is true of the session counts."""

    def __init__(self, house: House, steps: Steps, roll_call: RollCall) -> None:
        self._house = house
        self._steps = steps
        self._roll_call = roll_call

    async def create(self, agent_id: str, agent_name: str, site_id: str, *, digits: int | None = None) -> Created:
        """A waiting session; its code has `digits`, or as many as the site says. Raises `NotFound` (`unknown_site`),
        `TooMany`, `StoreError`."""
        site = self._site(site_id)
        still_open = await self._open(agent_id)
        if len(still_open) >= OPEN_SESSIONS_PER_AGENT:
            raise TooMany(
                "You have too many open sessions. End some of them.", retry_after_seconds=OPEN_SESSIONS_RETRY_SECONDS
            )
        older = [session for session in still_open if isinstance(session.state, Waiting)]
        for _ in range(CODE_TRIES):
            code = codes.make(self._house.randbelow, digits or site.code_digits)
            session = self._new(site, agent_id, agent_name, code)
            expires_at = session.created_at + site.limits.code_seconds
            if await self._house.store.create(session, _code_key(session), expires_at, due_at(session)):
                beginning = audit.created(session.created_at, site.id, agent_id)
                await self._house.ledger.record(session, [beginning])
                await self._end_others(session, older)
                return Created(id=session.id, code=code, expires_at=expires_at)
        raise StoreConflict("No free code was found.")

    def _new(self, site: Site, agent_id: str, agent_name: str, code: str) -> Session:
        now = self._house.clock.now()
        key = codes.key(self._house.pepper, site.id, code)
        return Session(
            id=self._house.new_id(),
            site=site.id,
            site_name=site.name,
            agent=agent_id,
            agent_name=shown_name(agent_name),
            scope=site.max_scope,
            limits=site.limits,
            created_at=now,
            state=Waiting(since=now, code_key=key, expires_at=now + site.limits.code_seconds),
        )

    async def _end_others(self, newest: Session, older: Sessions) -> None:
        """An agent has one waiting code; a new one ends the old. Of several made in the same moment one stays."""
        known = {session.id for session in older}
        rivals = [session for session in await self._waiting(newest.agent) if session.id not in known]
        stays = max([newest, *rivals], key=lambda session: (session.created_at, session.id))
        for session in (*older, *rivals):
            if session.id != stays.id:
                await self._steps.must(session.id, EndAsked("agent_ended"))

    async def _waiting(self, agent_id: str) -> Sessions:
        return [session for session in await self._open(agent_id) if isinstance(session.state, Waiting)]

    async def _open(self, agent_id: str) -> Sessions:
        found = await self._house.store.list_for_agent(agent_id)
        return [one.session for one in found if not isinstance(one.session.state, Ended)]

    async def claim(self, site_id: str, code: str, nonce: str) -> Joined:
        """Redeem a code for exactly one nonce; the same nonce gets the same answer again.

        Raises `BadCode` (mistyped, uncounted), `NotFound` (`code_invalid` for unknown, expired and used alike)."""
        try:
            joined = await self._claim(site_id, code, nonce)
        except CobrowseError as error:
            self._house.counters.add(f"claims_failed.{error.code}")
            raise
        self._house.counters.add("claims")
        return joined

    async def _claim(self, site_id: str, code: str, nonce: str) -> Joined:
        bare = codes.normalise(code)
        site = self._site(site_id)
        key = codes.key(self._house.pepper, site.id, bare)
        session_id = await self._house.store.claim(key, nonce, self._house.clock.now())
        if session_id is None:
            raise _code_invalid()
        digits = f"{self._house.randbelow(DIGITS_BELOW):02d}"
        try:
            done = await self._steps.step(session_id, Claimed(nonce, digits))
        except (NotAllowed, NotFound) as error:
            raise _code_invalid() from error
        return self._joined(done.session, nonce)

    async def joined(self, session_id: str, nonce: str) -> Joined:
        """The same answer as the claim with this nonce got, for a handoff. Raises `NotFound` (`code_invalid`)."""
        return self._joined((await self._read(session_id)).session, nonce)

    def _joined(self, session: Session, nonce: str) -> Joined:
        phase = session.state.back_to if isinstance(session.state, Away) else session.state
        if not isinstance(phase, Joining) or phase.claim_nonce != nonce:
            raise _code_invalid()
        return Joined(
            session=session.id,
            token=customer_token(self._house, session),
            digits=phase.digits,
            agent_name=session.agent_name,
            site_name=session.site_name,
            policy=customer_policy(self._site(session.site)),
        )

    async def end(self, session_id: str, agent_id: str) -> None:
        """The agent ends their own session. Raises `NotFound`, `StoreError`."""
        await self._own(session_id, agent_id)
        await self._steps.step(session_id, EndAsked("agent_ended"))

    async def read(self, session_id: str, agent_id: str) -> SessionState:
        """One of the agent's own sessions. Raises `NotFound`."""
        found = await self._own(session_id, agent_id)
        return public_state(found.session, found.version)

    async def list(self, agent_id: str) -> list[SessionState]:
        """The agent's sessions, newest first."""
        found = await self._house.store.list_for_agent(agent_id)
        return [public_state(one.session, one.version) for one in found]

    async def _own(self, session_id: str, agent_id: str) -> Versioned:
        found = await self._read(session_id)
        if found.session.agent != agent_id:
            raise NotFound("There is no such session.", code="session_unknown")
        return found

    async def _read(self, session_id: str) -> Versioned:
        found = await self._house.store.read(session_id)
        if found is None and await self._roll_call.may_be_put_back():
            raise StoreAway("The store may have lost this session; another hub may put it back. Please try again.")
        if found is None:
            raise NotFound("There is no such session.", code="session_unknown")
        return found

    def _site(self, site_id: str) -> Site:
        site = self._house.sites.get(site_id)
        if site is None:
            raise NotFound("There is no such site.", code="unknown_site")
        return site


def _code_key(session: Session) -> str:
    return session.state.code_key if isinstance(session.state, Waiting) else ""


def _code_invalid() -> NotFound:
    return NotFound("This code is not valid.", code="code_invalid")
