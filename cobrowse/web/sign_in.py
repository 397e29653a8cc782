"""Agents: passwords, the cookie, and who is signed in. The cookie holds a random id; the store knows its hash alone."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from cobrowse.core.errors import BadInput, NotAllowed, Refused, TooMany
from cobrowse.core.tokens import secret_hash
from cobrowse.hub.clock import Clock
from cobrowse.store.base import AccountStore, Agent, SignIn

SIGN_IN_SECONDS = 12 * 3600.0
PASSWORD_MIN_CHARACTERS = 10
PASSWORD_MAX_CHARACTERS = 200
AGENT_NAME_MAX_CHARACTERS = 64
# Each hash takes 64 MB and some 50 ms of a core; two at a time keep a flood of sign-ins off the hub.
HASHING_THREADS = 2
# How many more may wait for their turn: some two seconds. Beyond it all are asked to come again.
HASHES_WAITING = 64
HASHING_RETRY_SECONDS = 2.0
ID_BYTES = 32


class NotSignedIn(Refused):
    """The request carries no valid sign-in."""

    code = "not_signed_in"


class LoginFailed(Refused):
    """No such agent, or not this password: alike in text and time."""

    code = "login_failed"


class SignedIn(Struct, frozen=True):
    """A new sign-in: the value of its cookie and whom it stands for."""

    cookie: str
    agent: Agent


class Passwords:
    """argon2 in threads of its own, off the loop."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._threads = ThreadPoolExecutor(HASHING_THREADS, thread_name_prefix="argon2")
        self._waiting = 0
        # What an unknown name is compared with, so that it takes as long as a known one.
        self._nobody = self._hasher.hash(secrets.token_urlsafe(ID_BYTES))

    def hash(self, password: str) -> str:
        """argon2's own string for this password, made in the calling thread."""
        return self._hasher.hash(password)

    async def fits(self, agent: Agent | None, password: str) -> bool:
        """True where there is an agent and this is the password. Raises `TooMany` where too many others wait."""
        if self._waiting >= HASHES_WAITING:
            raise TooMany("Too many sign in at this moment.", retry_after_seconds=HASHING_RETRY_SECONDS)
        known = agent.password_hash if agent is not None else self._nobody
        loop = asyncio.get_running_loop()
        self._waiting += 1
        try:
            fitting = await loop.run_in_executor(self._threads, self._verify, known, password)
        finally:
            self._waiting -= 1
        return fitting and agent is not None

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, known: str, password: str) -> bool:
        try:
            return self._hasher.verify(known, password)
        except (VerificationError, InvalidHashError):
            return False


def agent_id(name: str) -> str:
    """The id an agent signs in with, from what was typed: trimmed, in lower case. May raise `BadInput`."""
    cleaned = name.strip().lower()
    if not 0 < len(cleaned) <= AGENT_NAME_MAX_CHARACTERS or not cleaned.isprintable() or " " in cleaned:
        raise BadInput(f"An agent's name has 1 to {AGENT_NAME_MAX_CHARACTERS} characters and no spaces.")
    return cleaned


def check_password(password: str) -> str:
    """The password, where it is long enough for a new one; else `BadInput`."""
    if not PASSWORD_MIN_CHARACTERS <= len(password) <= PASSWORD_MAX_CHARACTERS:
        raise BadInput(f"A password has {PASSWORD_MIN_CHARACTERS} to {PASSWORD_MAX_CHARACTERS} characters.")
    return password


class SignIns:
    """Signing in and out, and asking who is."""

    def __init__(self, accounts: AccountStore, passwords: Passwords, clock: Clock, *, https: bool) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._clock = clock
        self._https = https

    @property
    def cookie_name(self) -> str:
        """With the `__Host-` prefix, but on loopback http, where Safari stores no Secure cookie."""
        return "__Host-cobrowse" if self._https else "cobrowse"

    async def prove(self, name: str, password: str) -> Agent:
        """Whose name and password these are, or `LoginFailed`."""
        try:
            agent = await self._accounts.agent(agent_id(name))
        except BadInput:
            agent = None
        if not await self._passwords.fits(agent, password) or agent is None:
            raise LoginFailed("The name or the password is wrong.")
        return agent

    async def begin(self, agent: Agent) -> SignedIn:
        """A new sign-in of this agent."""
        value = secrets.token_urlsafe(ID_BYTES)
        expires_at = self._clock.now() + SIGN_IN_SECONDS
        await self._accounts.put_sign_in(SignIn(secret_hash(value), agent.id, expires_at))
        return SignedIn(value, agent)

    async def agent(self, request: Request) -> Agent:
        """Who is signed in, or `NotSignedIn`."""
        value = request.cookies.get(self.cookie_name)
        if not value:
            raise NotSignedIn("Please sign in.")
        sign_in = await self._accounts.sign_in(secret_hash(value), self._clock.now())
        agent = await self._accounts.agent(sign_in.agent) if sign_in else None
        if agent is None:
            raise NotSignedIn("Please sign in.")
        return agent

    async def sign_out(self, request: Request) -> None:
        """Forget the request's sign-in, if it has one."""
        value = request.cookies.get(self.cookie_name)
        if value:
            await self._accounts.drop_sign_in(secret_hash(value))

    def set_cookie(self, response: Response, value: str) -> None:
        """Put the sign-in into the browser."""
        response.set_cookie(
            self.cookie_name,
            value,
            max_age=int(SIGN_IN_SECONDS),
            path="/",
            secure=self._https,
            httponly=True,
            samesite="strict",
        )

    def drop_cookie(self, response: Response) -> None:
        """Take it out again."""
        response.delete_cookie(self.cookie_name, path="/", secure=self._https, httponly=True, samesite="strict")


def require_site(agent: Agent, site: str) -> None:
    """`NotAllowed` where this agent may not work for this site."""
    if agent.sites and site not in agent.sites:
        raise NotAllowed("You may not open sessions for this site.", code="site_not_allowed")
