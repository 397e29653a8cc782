"""The asset relay: the mirror asks for a number, the hub asks the customer's tab, the tab PUTs the bytes.

The GET, the PUT, the customer's socket and the agent's may be on four different hubs. One asks the tab (`get`), the
one that gets the PUT hands over through the store for 30 s, and only a hub that has a peer of the session keeps
anything, since only such a hub hears when the page is gone."""

import asyncio
import re

from cobrowse.core.bus_protocol import AssetAsked, AssetHere
from cobrowse.core.errors import BadInput, BadToken, CobrowseError, NotAllowed, NotFound, TooMany
from cobrowse.core.protocol import AssetWanted
from cobrowse.core.session import state_name
from cobrowse.core.states import Session
from cobrowse.core.tokens import AssetTicket, CustomerToken
from cobrowse.hub.clock import within
from cobrowse.hub.house import House
from cobrowse.hub.media import fits, media_type
from cobrowse.hub.post import Post
from cobrowse.hub.shelf import Key, Shelf
from cobrowse.store.base import Asset

ASSET_MAX_BYTES = 5 * 1024 * 1024
# How long a mirror waits for a tab, and how long a tab may take to PUT.
ASSET_WAIT_SECONDS = 10.0
TICKET_SECONDS = 30.0
# How many assets of one session may be waited for at once.
WAITING_MAX = 256

_REASON = re.compile(r"[a-z_]{1,40}")


class Assets:
    """Gets assets for mirrors, takes them from tabs."""

    def __init__(self, house: House, post: Post, shelf: Shelf | None = None) -> None:
        self._house = house
        self._post = post
        self._shelf = shelf or Shelf()
        self._fetching: dict[Key, asyncio.Task[Asset]] = {}
        self._awaited: dict[Key, asyncio.Future[Asset]] = {}
        # On the customer's hub: which other hub wants to hear of a refusal. What is brought is not heard of here, so of
        # each session the newest `WAITING_MAX` stay; more no hub waits for.
        self._reply_to: dict[Key, str] = {}
        # A stylesheet of five megabytes takes seconds to check: beside the loop, and one at a time.
        self._checking = asyncio.Lock()

    @property
    def kept_bytes(self) -> int:
        """What is kept now."""
        return self._shelf.bytes

    # --- the mirror's side

    async def get(self, session_id: str, n: int, destination: str = "") -> Asset:
        """The asset, asked of the tab where need be. `destination` is the request's Sec-Fetch-Dest, or empty.

        Raises `NotFound` (code: why there is none), `TooMany`, `StoreError`."""
        asset = self._shelf.get(session_id, n) or await self._fetched(session_id, n)
        if not fits(asset.media_type, destination):
            raise NotFound("This asset is not what it was asked for as.", code="asset_type")
        return asset

    async def _fetched(self, session_id: str, n: int) -> Asset:
        key = (session_id, n)
        task = self._fetching.get(key)
        if task is None:
            if sum(1 for other in self._fetching if other[0] == session_id) >= WAITING_MAX:
                raise TooMany("Too many assets of this session are waited for.", retry_after_seconds=1.0)
            task = self._fetching[key] = asyncio.create_task(self._fetch(session_id, n))
            task.add_done_callback(lambda done: self._fetched_or_not(key, done))
        return await asyncio.shield(task)

    def _fetched_or_not(self, key: Key, task: asyncio.Task[Asset]) -> None:
        del self._fetching[key]
        # Look at the exception even where every mirror that waited has gone.
        if not task.cancelled() and isinstance(task.exception(), NotFound):
            self._house.counters.add("assets_missed")

    async def _fetch(self, session_id: str, n: int) -> Asset:
        session = await self._live_session(session_id)
        asset = await self._house.store.take_asset(session_id, n)
        if asset is None:
            asset = await self._asked(session, n)
        local = self._house.sessions.get(session_id)
        if local is not None and local.session.customer.page == session.customer.page:
            self._shelf.put(session_id, n, asset)
        return asset

    async def _live_session(self, session_id: str) -> Session:
        found = await self._house.store.read(session_id)
        if found is None or state_name(found.session) != "live":
            raise NotFound("Nothing is shared at the moment.", code="asset_not_shared")
        return found.session

    async def _asked(self, session: Session, n: int) -> Asset:
        key = (session.id, n)
        awaited = self._awaited[key] = asyncio.get_running_loop().create_future()
        try:
            await self._ask(session, n)
            return await within(self._house.clock, ASSET_WAIT_SECONDS, _result(awaited))
        except TimeoutError as error:
            raise NotFound("The tab did not answer in time.", code="asset_timeout") from error
        finally:
            del self._awaited[key]

    async def _ask(self, session: Session, n: int) -> None:
        self._house.counters.add("assets_asked")
        ticket = self._house.tokens.sign(
            AssetTicket(session=session.id, n=n, hub=self._house.id), self._house.clock.now() + TICKET_SECONDS
        )
        hub = session.customer.hub
        if hub == self._house.id:
            await self._post.message(session, "customer", AssetWanted(n=n, ticket=ticket))
        else:
            asked = AssetAsked(session=session.id, n=n, ticket=ticket, reply_to=self._house.id)
            await self._post.to_hub(hub, asked)

    # --- the tab's side

    async def put(self, token: str, ticket: str, n: int, body: bytes) -> None:
        """Take the bytes that were asked for with `ticket`. Raises `BadToken`, `NotAllowed`, `BadInput`."""
        now = self._house.clock.now()
        who = self._house.tokens.verify(CustomerToken, token, now)
        asked = self._house.tokens.verify(AssetTicket, ticket, now)
        if (asked.session, asked.n) != (who.session, n):
            raise NotAllowed("This ticket is for another asset.", code="wrong_ticket")
        session = await self._live_session(who.session)
        if who.rotation not in (session.customer.rotation, session.customer.rotation - 1):
            raise BadToken("This token was already used.", code="token_used")
        if asked.hub == self._house.id and (who.session, n) not in self._awaited:
            raise NotAllowed("Nobody waits for this asset.", code="not_asked")
        try:
            async with self._checking:
                asset = await asyncio.to_thread(_checked, body)
        except BadInput as error:
            self._house.ledger.count(who.session, "asset_refused", error.code)
            await self._tell_refused(who.session, n, asked.hub, error.code)
            raise
        await self._hand_over(who.session, n, asked.hub, asset)

    async def _hand_over(self, session_id: str, n: int, hub: str, asset: Asset) -> None:
        self._house.counters.add("assets_taken")
        if hub == self._house.id:
            self._settle((session_id, n), asset)
            return
        # It may have ended while the bytes were looked at, and what it left in the store is already forgotten.
        await self._live_session(session_id)
        await self._house.store.put_asset(session_id, n, asset)
        await self._post.to_hub(hub, AssetHere(session=session_id, n=n))

    async def refused(self, session_id: str, n: int, reason: str) -> None:
        """The tab on this hub has no such asset."""
        code = reason if _REASON.fullmatch(reason) else "refused"
        hub = self._reply_to.pop((session_id, n), "")
        self._settle((session_id, n), NotFound("The tab has no such asset.", code=code))
        if hub:
            await self._post.to_hub(hub, AssetHere(session=session_id, n=n, refused=code))

    async def _tell_refused(self, session_id: str, n: int, hub: str, code: str) -> None:
        if hub == self._house.id:
            self._settle((session_id, n), NotFound("The tab sent no asset.", code=code))
        else:
            await self._post.to_hub(hub, AssetHere(session=session_id, n=n, refused=code))

    # --- other hubs

    def wanted_elsewhere(self, message: AssetAsked) -> None:
        """Another hub wants an asset of the tab whose socket is here."""
        local = self._house.sessions.get(message.session)
        peer = local.holder("customer") if local is not None else None
        if peer is None:
            return
        of_session = [key for key in self._reply_to if key[0] == message.session]
        if len(of_session) >= WAITING_MAX:
            del self._reply_to[of_session[0]]
        self._reply_to[(message.session, message.n)] = message.reply_to
        peer.send(AssetWanted(n=message.n, ticket=message.ticket))

    async def here(self, message: AssetHere) -> None:
        """What this hub asked for is in the store, or was refused."""
        key = (message.session, message.n)
        if message.refused:
            self._settle(key, NotFound("The tab has no such asset.", code=message.refused))
            return
        if key not in self._awaited:
            return
        asset = await self._house.store.take_asset(message.session, message.n)
        if asset is not None:
            self._settle(key, asset)

    def _settle(self, key: Key, outcome: Asset | CobrowseError) -> None:
        awaited = self._awaited.get(key)
        if awaited is None or awaited.done():
            return
        if isinstance(outcome, Asset):
            awaited.set_result(outcome)
        else:
            awaited.set_exception(outcome)

    # --- the end

    async def forget(self, session_id: str) -> None:
        """The page is gone: nothing of it stays, here or in the store."""
        self.forget_here(session_id)
        with self._house.tolerating("forget_assets"):
            await self._house.store.forget_assets(session_id)

    def forget_here(self, session_id: str) -> None:
        """Nothing of this session stays in this hub's memory, and nobody waits for more."""
        self._shelf.forget(session_id)
        for key in [key for key in self._awaited if key[0] == session_id]:
            self._settle(key, NotFound("The page is gone.", code="asset_not_shared"))
        self._reply_to = {key: hub for key, hub in self._reply_to.items() if key[0] != session_id}


def _checked(body: bytes) -> Asset:
    if len(body) > ASSET_MAX_BYTES:
        raise BadInput("This asset is too large.", code="asset_too_large")
    name = media_type(body)
    if name is None:
        raise BadInput("This is none of the types an asset may have.", code="asset_type")
    return Asset(name, body)


async def _result(awaited: asyncio.Future[Asset]) -> Asset:
    return await awaited
