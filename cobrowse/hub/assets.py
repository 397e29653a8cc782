"""The asset relay: the mirror asks for a number, the hub asks the customer's tab, the tab PUTs the bytes, or, for an
asset of a listed origin, its address.

The GET, the PUT, the customer's socket and the agent's may be on four different hubs. One asks (`get`), the one that
gets the PUT hands over through the store for 30 s. Only a hub that has a peer of the session keeps anything, since only
such a hub hears when the session is over. A number names one thing for as long as the session lives; the agent's hub,
which lasts longest, keeps each, and is asked before the tab is."""

import asyncio
import re

from msgspec.structs import replace

from cobrowse.core.bus_protocol import AssetAsked, AssetHere
from cobrowse.core.errors import BadInput, BadToken, CobrowseError, NoAsset, NotAllowed, TooMany
from cobrowse.core.protocol import AssetKind, AssetMissed, AssetRefused, AssetWanted
from cobrowse.core.public_state import state_name
from cobrowse.core.states import Session
from cobrowse.core.tokens import AssetTicket, CustomerToken
from cobrowse.hub.clock import within
from cobrowse.hub.fetching import ASSET_MAX_BYTES as ASSET_MAX_BYTES
from cobrowse.hub.fetching import Fetched, Fetcher
from cobrowse.hub.house import House
from cobrowse.hub.media import fits, media_type
from cobrowse.hub.post import Post
from cobrowse.hub.shelf import Key, Shelf
from cobrowse.store.base import Asset

# How long a mirror waits for a tab, and how long a tab may take to PUT.
ASSET_WAIT_SECONDS = 10.0
TICKET_SECONDS = 30.0
# How many assets of one session may be waited for at once.
WAITING_MAX = 256

_REASON = re.compile(r"[a-z_]{1,40}")
# Sec-Fetch-Dest of the mirror's request: what is asked for, to the agent.
_KINDS: dict[str, AssetKind] = {"image": "image", "font": "font", "style": "style"}


class Assets:
    """Gets assets for mirrors, takes them from tabs and, with `fetcher`, from the origins that a site lists."""

    def __init__(self, house: House, post: Post, fetcher: Fetcher, shelf: Shelf | None = None) -> None:
        self._house = house
        self._post = post
        self._fetcher = fetcher
        self._shelf = shelf or Shelf()
        self._fetching: dict[Key, asyncio.Task[Asset]] = {}
        self._awaited: dict[Key, asyncio.Future[Asset]] = {}
        # What nobody waits for any more, and until when its ticket holds, oldest first: it is taken nevertheless, since
        # a mirror asks again for what it misses most.
        self._late: dict[Key, float] = {}
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

        Raises `NoAsset` (code: why there is none), of which the agent hears too, `TooMany`, `StoreError`."""
        try:
            asset = self._kept(session_id, n) or await self._fetched(session_id, n)
            if not fits(asset.media_type, destination):
                raise NoAsset("This asset is not what it was asked for as.", code="asset_type")
        except NoAsset as error:
            if error.code == "asset_not_shared":
                raise
            kind = _KINDS.get(destination, "image")
            missed = AssetMissed(
                n=n, kind=kind, reason=error.code, status=error.status, width=error.width, height=error.height
            )
            self._house.spawn(self._tell_agent(session_id, missed))
            raise
        return asset

    def _kept(self, session_id: str, n: int) -> Asset | None:
        local = self._house.sessions.get(session_id)
        return self._shelf.get(session_id, n) if local is not None and local.state == "live" else None

    async def _tell_agent(self, session_id: str, missed: AssetMissed) -> None:
        """The mirror cannot know why: a picture that does not come says nothing."""
        local = self._house.sessions.get(session_id)
        if local is None:
            with self._house.tolerating("read"):
                found = await self._house.store.read(session_id)
                if found is not None:
                    await self._post.message(found.session, "agent", missed)
        elif local.state == "live":
            await self._post.message(local.session, "agent", missed)

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
        if not task.cancelled() and isinstance(task.exception(), NoAsset):
            self._house.counters.add("assets_missed")

    async def _fetch(self, session_id: str, n: int) -> Asset:
        session = await self._live_session(session_id)
        asset = await self._house.store.take_asset(session_id, n)
        if asset is None:
            asset = await self._asked(session, n)
        self._keep(session_id, n, asset)
        return asset

    def _keep(self, session_id: str, n: int, asset: Asset) -> None:
        local = self._house.sessions.get(session_id)
        if local is not None and local.state != "ended":
            self._shelf.put(session_id, n, asset)

    async def _live_session(self, session_id: str) -> Session:
        found = await self._house.store.read(session_id)
        if found is None or state_name(found.session) != "live":
            raise NoAsset("Nothing is shared at the moment.", code="asset_not_shared")
        return found.session

    async def _asked(self, session: Session, n: int) -> Asset:
        key = (session.id, n)
        awaited = self._awaited[key] = asyncio.get_running_loop().create_future()
        try:
            await self._ask(session, n)
            return await within(self._house.clock, ASSET_WAIT_SECONDS, _result(awaited))
        except TimeoutError as error:
            self._too_late_for(key)
            raise NoAsset("The tab did not answer in time.", code="asset_timeout") from error
        finally:
            del self._awaited[key]

    def _too_late_for(self, key: Key) -> None:
        now = self._house.clock.now()
        while self._late:
            oldest, until = next(iter(self._late.items()))
            if until > now:
                break
            del self._late[oldest]
        self._late.pop(key, None)
        self._late[key] = now + TICKET_SECONDS - ASSET_WAIT_SECONDS

    async def _ask(self, session: Session, n: int) -> None:
        self._house.counters.add("assets_asked")
        ticket = self._house.tokens.sign(
            AssetTicket(session=session.id, n=n, hub=self._house.id), self._house.clock.now() + TICKET_SECONDS
        )
        asked = AssetAsked(session=session.id, n=n, ticket=ticket, reply_to=self._house.id)
        agent = session.hold("agent")
        if agent.present and agent.hub not in (self._house.id, ""):
            await self._post.to_hub(agent.hub, asked)
        else:
            await self._ask_tab(session, asked)

    async def _ask_tab(self, session: Session, asked: AssetAsked) -> None:
        hub = session.customer.hub
        if hub == self._house.id:
            await self._post.message(session, "customer", AssetWanted(n=asked.n, ticket=asked.ticket))
        else:
            await self._post.to_hub(hub, asked)

    # --- the tab's side

    async def put(self, token: str, ticket: str, n: int, body: bytes) -> None:
        """Take the bytes that were asked for with `ticket`. Raises `BadToken`, `NotAllowed`, `BadInput`, `NoAsset`."""
        session, asked = await self._entitled(token, ticket, n)
        await self._take(session, asked, body)

    async def fetch(
        self, token: str, ticket: str, n: int, address: str, kind: AssetKind, user_agent: str = ""
    ) -> Fetched | None:
        """Get what was asked for with `ticket` from its address, which must be on an origin that the site lists. A
        stylesheet goes to the tab, which gives its addresses numbers and PUTs it; of all else the answer is None.

        Raises what `put` raises, and `NoAsset` (code: why there is none)."""
        session, asked = await self._entitled(token, ticket, n)
        self._house.counters.add("assets_fetched")
        try:
            found = await self._fetcher.fetch(self._house.sites[session.site], address, kind, user_agent)
        except NoAsset as error:
            self._house.counters.add(f"assets_not_fetched.{error.code}")
            await self._refuse(session.id, n, asked.hub, error)
            raise
        if kind == "style":
            return found
        await self._take(session, asked, found.data)
        return None

    async def give_up(self, token: str, ticket: str, n: int, code: str) -> None:
        """What the tab brings for `ticket` was not taken: nobody shall wait for it. Raises `BadToken`, `NotAllowed`."""
        session, asked = await self._entitled(token, ticket, n)
        await self._refuse(session.id, n, asked.hub, NoAsset("This asset was not taken.", code=code))

    async def _entitled(self, token: str, ticket: str, n: int) -> tuple[Session, AssetTicket]:
        """The session whose tab this is, and what it was asked for."""
        now = self._house.clock.now()
        who = self._house.tokens.verify(CustomerToken, token, now)
        asked = self._house.tokens.verify(AssetTicket, ticket, now)
        if (asked.session, asked.n) != (who.session, n):
            raise NotAllowed("This ticket is for another asset.", code="wrong_ticket")
        session = await self._live_session(who.session)
        if who.rotation not in (session.customer.rotation, session.customer.rotation - 1):
            raise BadToken("This token was already used.", code="token_used")
        key = (who.session, n)
        if asked.hub == self._house.id and key not in self._awaited and self._late.get(key, 0.0) <= now:
            raise NotAllowed("Nobody waits for this asset.", code="not_asked")
        return session, asked

    async def _take(self, session: Session, asked: AssetTicket, body: bytes) -> None:
        try:
            async with self._checking:
                asset = await asyncio.to_thread(_checked, body)
        except BadInput as error:
            self._house.ledger.count(session.id, "asset_refused", error.code)
            await self._refuse(session.id, asked.n, asked.hub, NoAsset("The tab sent no asset.", code=error.code))
            raise
        await self._hand_over(session, asked, asset)

    async def _hand_over(self, session: Session, asked: AssetTicket, asset: Asset) -> None:
        self._house.counters.add("assets_taken")
        self._settle((session.id, asked.n), asset)
        self._late.pop((session.id, asked.n), None)
        self._keep(session.id, asked.n, asset)
        others = {asked.hub, session.hold("agent").hub} - {self._house.id, ""}
        if not others:
            return
        # It may have ended while the bytes were looked at, and what it left in the store is already forgotten.
        await self._live_session(session.id)
        await self._house.store.put_asset(session.id, asked.n, asset)
        for hub in sorted(others):
            await self._post.to_hub(hub, AssetHere(session=session.id, n=asked.n))

    async def refused(self, session_id: str, message: AssetRefused) -> None:
        """The tab on this hub has no such asset."""
        code = message.reason if _REASON.fullmatch(message.reason) else "refused"
        why = NoAsset(
            "The tab has no such asset.",
            code=code,
            status=message.status,
            width=message.width,
            height=message.height,
        )
        hub = self._reply_to.pop((session_id, message.n), self._house.id)
        await self._refuse(session_id, message.n, hub, why)

    async def _refuse(self, session_id: str, n: int, hub: str, why: NoAsset) -> None:
        self._settle((session_id, n), why)
        if hub != self._house.id:
            here = AssetHere(
                session=session_id, n=n, refused=why.code, status=why.status, width=why.width, height=why.height
            )
            await self._post.to_hub(hub, here)

    # --- other hubs

    def wanted_elsewhere(self, message: AssetAsked) -> None:
        """Another hub wants an asset that may be kept here, or of the tab whose socket is here."""
        local = self._house.sessions.get(message.session)
        if local is None:
            return
        kept = self._kept(message.session, message.n)
        if kept is not None:
            self._house.spawn(self._lend(message, kept))
            return
        peer = local.holder("customer")
        if peer is None:
            if local.session.customer.hub not in (self._house.id, "") and not message.passed_on:
                onward = replace(message, passed_on=True)
                self._house.spawn(self._post.to_hub(local.session.customer.hub, onward))
            return
        of_session = [key for key in self._reply_to if key[0] == message.session]
        if len(of_session) >= WAITING_MAX:
            del self._reply_to[of_session[0]]
        self._reply_to[(message.session, message.n)] = message.reply_to
        peer.send(AssetWanted(n=message.n, ticket=message.ticket))

    async def _lend(self, message: AssetAsked, asset: Asset) -> None:
        with self._house.tolerating("put_asset"):
            await self._house.store.put_asset(message.session, message.n, asset)
            await self._post.to_hub(message.reply_to, AssetHere(session=message.session, n=message.n))

    async def here(self, message: AssetHere) -> None:
        """What this hub asked for, or should keep, is in the store; or was refused."""
        key = (message.session, message.n)
        if message.refused:
            why = NoAsset(
                "The tab has no such asset.",
                code=message.refused,
                status=message.status,
                width=message.width,
                height=message.height,
            )
            self._settle(key, why)
            return
        if key not in self._awaited and message.session not in self._house.sessions:
            return
        asset = await self._house.store.take_asset(message.session, message.n)
        if asset is not None:
            self._keep(message.session, message.n, asset)
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

    def leave_page(self, session_id: str) -> None:
        """The page that was asked is gone, and with it what it still owed; what it brought stays."""
        for key in [key for key in self._awaited if key[0] == session_id]:
            self._settle(key, NoAsset("The page is gone.", code="asset_not_shared"))
        self._reply_to = {key: hub for key, hub in self._reply_to.items() if key[0] != session_id}
        self._late = {key: until for key, until in self._late.items() if key[0] != session_id}

    async def forget(self, session_id: str) -> None:
        """The session is over: nothing of it stays, here or in the store."""
        self.forget_here(session_id)
        with self._house.tolerating("forget_assets"):
            await self._house.store.forget_assets(session_id)

    def forget_here(self, session_id: str) -> None:
        """Nothing of this session stays in this hub's memory, and nobody waits for more."""
        self._shelf.forget(session_id)
        self.leave_page(session_id)


def _checked(body: bytes) -> Asset:
    if len(body) > ASSET_MAX_BYTES:
        raise BadInput("This asset is too large.", code="asset_too_large")
    name = media_type(body)
    if name is None:
        raise BadInput("This is none of the types an asset may have.", code="asset_type")
    return Asset(name, body)


async def _result(awaited: asyncio.Future[Asset]) -> Asset:
    return await awaited
