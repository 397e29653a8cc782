"""How often one may try. `limits` counts, in memory or in the store that hubs share.

Windows are fixed and begin at the first count. Failures count, after the fact and under a lock, so that customers
who join and agents who sign in at the same moment never meet a 429; hubs that share a store can exceed a budget by one
each. Nothing but time resets a count: not a success, not a new code (NIST SP 800-63B-4). What succeeds has budgets far
above any use, by whom it concerns, so that nobody can fill the store with sign-ins and tickets of their own.
"""

import asyncio
import ipaddress
import logging
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.aio.storage import Storage
from limits.aio.strategies import FixedWindowRateLimiter
from limits.errors import StorageError

from cobrowse.core.errors import CobrowseError, NotFound, Refused, StoreError, TooMany
from cobrowse.core.policy import Site
from cobrowse.hub.clock import Clock
from cobrowse.store.base import Counts
from cobrowse.web.counts import CountsInMemory
from cobrowse.web.shared_counts import CountsInStore

logger = logging.getLogger(__name__)

WINDOW_MINUTES = 10
CLAIM_FAILURES = 5
# An IPv6 customer owns a /64 and often a /56 or /48: budgets grow with the block, so that neighbours share fairly.
CLAIM_FAILURES_56 = 15
CLAIM_FAILURES_48 = 45
CLAIM_FAILURES_A_MINUTE = 6
LONG_DIGITS = 12
LONG_FAILURES_A_SECOND = 50
# At half the budget of short codes new codes get twelve digits for a day.
ALARM_FAILURES_A_MINUTE = CLAIM_FAILURES_A_MINUTE // 2
LOGIN_FAILURES_AN_ADDRESS = 20
LOGIN_FAILURES = 5
LOGIN_FAILURES_A_NAME = 100
NEW_SESSIONS_A_MINUTE = 30
REDEEM_FAILURES = 30
# What succeeds: a name's sign-ins, an agent's tickets (each reconnect takes one), and how often who claimed a code may
# ask for the same answer again (each makes a handoff, on the hosted page).
SIGN_INS_A_NAME = 60
TICKETS_A_MINUTE = 300
SAME_CLAIMS = 60
# What a tab may bring in assets: an asset may lie in Redis for half a minute, whoever asked for it.
ASSETS_MB_A_MINUTE = 100
LOCKS = 256

_CLAIMS = RateLimitItemPerMinute(CLAIM_FAILURES, WINDOW_MINUTES, namespace="claim")
_CLAIMS_56 = RateLimitItemPerMinute(CLAIM_FAILURES_56, WINDOW_MINUTES, namespace="claim")
_CLAIMS_48 = RateLimitItemPerMinute(CLAIM_FAILURES_48, WINDOW_MINUTES, namespace="claim")
_SITE = RateLimitItemPerMinute(CLAIM_FAILURES_A_MINUTE, namespace="site")
_SITE_ALARM = RateLimitItemPerMinute(ALARM_FAILURES_A_MINUTE, namespace="site-alarm")
_SITE_LONG = RateLimitItemPerSecond(LONG_FAILURES_A_SECOND, namespace="site")
_LONG_CODES = RateLimitItemPerDay(1, namespace="long-codes")
_LOGIN_ADDRESS = RateLimitItemPerMinute(LOGIN_FAILURES_AN_ADDRESS, WINDOW_MINUTES, namespace="login-address")
_LOGIN_PAIR = RateLimitItemPerMinute(LOGIN_FAILURES, WINDOW_MINUTES, namespace="login-pair")
_LOGIN_NAME = RateLimitItemPerMinute(LOGIN_FAILURES_A_NAME, WINDOW_MINUTES, namespace="login-name")
_NEW_SESSIONS = RateLimitItemPerMinute(NEW_SESSIONS_A_MINUTE, namespace="new-session")
_REDEEMS = RateLimitItemPerMinute(REDEEM_FAILURES, WINDOW_MINUTES, namespace="redeem")
_SIGN_INS = RateLimitItemPerMinute(SIGN_INS_A_NAME, WINDOW_MINUTES, namespace="sign-in")
_TICKETS = RateLimitItemPerMinute(TICKETS_A_MINUTE, namespace="ticket")
_SAME_CLAIMS = RateLimitItemPerMinute(SAME_CLAIMS, WINDOW_MINUTES, namespace="same-claim")
_ASSETS = RateLimitItemPerMinute(ASSETS_MB_A_MINUTE * 1024, namespace="asset-kb")


class Count(NamedTuple):
    """One limit and whom it counts."""

    item: RateLimitItem
    who: tuple[str, ...]


def blocks(address: str) -> list[tuple[RateLimitItem, str]]:
    """The address blocks that a failed claim from `address` counts against."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        # A peer without an address (a Unix socket) is one address.
        return [(_CLAIMS, "none")]
    mapped = parsed.ipv4_mapped if isinstance(parsed, ipaddress.IPv6Address) else parsed
    if mapped is not None:
        return [(_CLAIMS, str(mapped))]
    return [
        (item, str(ipaddress.ip_network((parsed, prefix), strict=False)))
        for item, prefix in ((_CLAIMS, 64), (_CLAIMS_56, 56), (_CLAIMS_48, 48))
    ]


def block_of(address: str) -> str:
    """The smallest block that stands for one person: an IPv4 address, the /64 of an IPv6 one."""
    return blocks(address)[0][1]


class RateLimits:
    """Every budget of the web floor. Each question raises `TooMany` with the seconds to wait."""

    def __init__(self, counts: Counts | None, clock: Clock) -> None:
        """`counts` are the store's, which hubs share; windows then end by its clock. Without, counts are kept here and
        windows end by `clock`."""
        self._storage: Storage = CountsInMemory(clock.monotonic)
        if counts is not None:
            self._storage = CountsInStore(counts, clock.monotonic)
        # The clock by which both say when a window ends.
        self._now = clock.monotonic
        self._limiter = FixedWindowRateLimiter(self._storage)
        # Who is counted together shares a lock, and now and then a stranger does too.
        self._locks = [asyncio.Lock() for _ in range(LOCKS)]
        self.alarms = 0
        # Requests refused, by the limit's name.
        self.hits: Counter[str] = Counter()

    @asynccontextmanager
    async def claiming(self, address: str, site: Site, digits: int) -> AsyncIterator[None]:
        """Around one claim with a well-formed code of so many digits: refused where a budget is used up, counted where
        the body raises `NotFound`."""
        counts = [Count(item, (block,)) for item, block in blocks(address)]
        counts.append(Count(_SITE_LONG if digits >= LONG_DIGITS else _SITE, (site.id, str(digits))))
        try:
            async with self._counting(counts, f"claim {site.id} {digits}", NotFound):
                yield
        except NotFound:
            await self._raise_alarm(site, digits)
            raise

    @asynccontextmanager
    async def signing_in(self, address: str, name: str) -> AsyncIterator[None]:
        """Around one try to sign in; counted where the body raises `Refused`."""
        one = block_of(address)
        counts = [Count(_LOGIN_PAIR, (name, one)), Count(_LOGIN_ADDRESS, (one,)), Count(_LOGIN_NAME, (name,))]
        async with self._counting(counts, f"login {one}", Refused):
            yield

    @asynccontextmanager
    async def redeeming(self, address: str) -> AsyncIterator[None]:
        """Around one try to redeem a handoff; counted where the body raises `Refused`."""
        one = block_of(address)
        async with self._counting([Count(_REDEEMS, (one,))], f"redeem {one}", Refused):
            yield

    async def digits_for(self, site: Site) -> int:
        """How many digits a new code of this site gets now."""
        long = not await self._test(Count(_LONG_CODES, (site.id,)))
        return max(site.code_digits, LONG_DIGITS) if long else site.code_digits

    async def new_session(self, agent: str) -> None:
        """Count one new session of this agent."""
        await self._take(Count(_NEW_SESSIONS, (agent,)))

    async def new_ticket(self, agent: str) -> None:
        """Count one ticket for a socket of this agent."""
        await self._take(Count(_TICKETS, (agent,)))

    async def signed_in(self, agent: str) -> None:
        """Count one sign-in of this agent, with the right password."""
        await self._take(Count(_SIGN_INS, (agent,)))

    async def claimed(self, session: str) -> None:
        """Count one answer to who claimed this session's code."""
        await self._take(Count(_SAME_CLAIMS, (session,)))

    @asynccontextmanager
    async def _counting(self, counts: Sequence[Count], key: str, failure: type[CobrowseError]) -> AsyncIterator[None]:
        # Asked twice: at once, so that a flood does not queue up, and again in turn.
        await self._ask(counts)
        async with self._locks[hash(key) % len(self._locks)]:
            await self._ask(counts)
            try:
                yield
            except TooMany:
                # There was no try: too many others had theirs.
                raise
            except failure:
                for count in counts:
                    await self._hit(count)
                raise

    async def _raise_alarm(self, site: Site, digits: int) -> None:
        if digits >= LONG_DIGITS:
            return
        alarm = Count(_SITE_ALARM, (site.id, str(digits)))
        await self._hit(alarm)
        if not await self._test(alarm) and await self._hit(Count(_LONG_CODES, (site.id,))):
            self.alarms += 1
            logger.warning("long_codes site=%s digits=%d", site.id, LONG_DIGITS)

    async def _ask(self, counts: Sequence[Count]) -> None:
        for count in counts:
            if not await self._test(count):
                self.alarms += 1
                logger.warning("too_many_failures limit=%s", count.item.namespace)
                raise await self._too_many(count)

    async def asset(self, session: str, size: int) -> None:
        """Count an asset of so many bytes that this session's tab brought."""
        await self._take(Count(_ASSETS, (session,)), max(1, size // 1024))

    async def _take(self, count: Count, cost: int = 1) -> None:
        if not await self._hit(count, cost):
            raise await self._too_many(count)

    async def _hit(self, count: Count, cost: int = 1) -> bool:
        try:
            return await self._limiter.hit(count.item, *count.who, cost=cost)
        except StorageError as error:
            raise StoreError("The store of the counts does not answer.") from error

    async def _test(self, count: Count) -> bool:
        try:
            return await self._limiter.test(count.item, *count.who)
        except StorageError as error:
            raise StoreError("The store of the counts does not answer.") from error

    async def _too_many(self, count: Count) -> TooMany:
        self.hits[count.item.namespace] += 1
        try:
            stats = await self._limiter.get_window_stats(count.item, *count.who)
        except StorageError as error:
            raise StoreError("The store of the counts does not answer.") from error
        wait_seconds = max(1.0, stats.reset_time - self._now())
        return TooMany("Too many tries. Please wait and try again.", retry_after_seconds=wait_seconds)
