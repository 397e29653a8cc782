"""A frame's way: socket → peer → view check → wash → the agent's outbox, here or on another hub.

Touches neither the session nor the store. What is clean goes on as the very bytes that came."""

import asyncio
import logging

from cobrowse.core.bus_protocol import CreditBack
from cobrowse.core.errors import BadFrame
from cobrowse.core.protocol import (
    Credit,
    FromCustomer,
    Message,
    Ops,
    Page,
    Pointer,
    Problem,
    Snapshot,
    Tip,
    may_say,
)
from cobrowse.hub.house import House
from cobrowse.hub.local import CreditAccount, LocalSession, View
from cobrowse.hub.outbox import CreditDue, Item
from cobrowse.hub.peer import Peer
from cobrowse.hub.pictures import Pictures
from cobrowse.hub.post import Post
from cobrowse.hub.wire import Data, Said, encode, size_of

log = logging.getLogger("cobrowse.hub")

# Credit is gathered up to here before it goes back, so that small frames do not cost a message each. Half the
# window and a quarter of it: the snippet can always go on sending until one of the two is reached.
CREDIT_BACK_FRAMES = 4
CREDIT_BACK_BYTES = 64 * 1024

# A page that shows a card number changes all the time; the log hears of its session only so often.
WASHED_TOLD_EVERY_SECONDS = 60.0

AnyView = Snapshot | Ops | Page | Pointer | Tip
# Tuples, since each frame is asked; see `core.wash`.
ANY_VIEW = (Snapshot, Ops, Page, Pointer, Tip)
WITH_PAGE = (Snapshot, Page)
LATEST: dict[type[Message], str] = {Page: "page", Pointer: "pointer", Tip: "tip"}


class Relay:
    """Passes the view and act results to the agent, and credit back to the customer."""

    def __init__(self, house: House, post: Post, pictures: Pictures) -> None:
        self._house = house
        self._post = post
        self._pictures = pictures

    async def view(self, local: LocalSession, peer: Peer, said: Said[FromCustomer], credit: CreditDue | None) -> None:
        """One message of the view. Outside `live` it is dropped without a reproach."""
        with peer.holding():
            item = self._passed(local, peer, said.message, said.data, size_of(said.data), credit)
        if item is not None and not await self._post.item(local.session, "agent", item):
            self._house.counters.add("view_undelivered")

    def agent_here(self, local: LocalSession) -> Peer | None:
        """The agent, where that socket is here, so that `view_now` will do."""
        return self._post.here(local.session, "agent")

    def view_now(
        self,
        local: LocalSession,
        peer: Peer,
        agent: Peer,
        message: AnyView,
        data: Data,
        size: int,
        credit: CreditDue | None,
    ) -> None:
        """The same for an agent who is here, so that nothing has to be waited for. `size`: that of `data`."""
        item = self._passed(local, peer, message, data, size, credit)
        if item is not None:
            agent.post(item)

    def _passed(
        self, local: LocalSession, peer: Peer, message: FromCustomer, data: Data, size: int, credit: CreditDue | None
    ) -> Item | None:
        """What is to be passed on of one message of the view, if it may be. `size`: that of `data`."""
        view = local.view
        if view is None or local.owed or not may_say("customer", message, local.state):
            self._house.counters.add("view_dropped")
            return None
        if not isinstance(message, ANY_VIEW) or message.epoch < view.skip_to:
            self._house.counters.add("view_skipped")
            return None
        if message.epoch > view.heard_epoch:
            view.heard_epoch = message.epoch
        try:
            passed = self._checked(local, view, message, data)
        except BadFrame as error:
            self._refuse(local, view, peer, message, error)
            return None
        if message.epoch > view.epoch:
            view.epoch = message.epoch
        if passed is not data:
            data, size = passed, size_of(passed)
        return Item(data, size, LATEST.get(type(message), ""), True, credit)

    def _checked(self, local: LocalSession, view: View, message: AnyView, data: Data) -> Data:
        if message.epoch < view.first_epoch:
            raise BadFrame("This epoch belongs to an earlier page.")
        view.check.check(message)
        washed, found = view.washer.frame(message)
        if washed is message and type(washed) is Ops:
            # Nearly all are.
            return data
        if isinstance(washed, WITH_PAGE) and washed.page is not None:
            # As it is after washing: an address may hold what a site's pattern finds.
            self._house.ledger.page(local.session.id, washed.page.address)
        if washed is message:
            return data
        self._count_washed(local, found)
        return encode(washed)

    def _count_washed(self, local: LocalSession, found: int) -> None:
        """Tell the operator: each one is something that the site's masking forgot."""
        if not found:
            # Masked as before.
            return
        self._house.counters.add(f"washed.{local.site.id}", found)
        self._house.ledger.count(local.session.id, "washed", by=found)
        local.washed += found
        now = self._house.clock.monotonic()
        if now >= local.washed_told_at + WASHED_TOLD_EVERY_SECONDS:
            local.washed_told_at = now
            log.warning("washed session=%s site=%s found=%d", local.session.id, local.site.id, local.washed)

    def _refuse(self, local: LocalSession, view: View, peer: Peer, message: AnyView, error: BadFrame) -> None:
        self._house.counters.add(f"refused_frame.{error.code}")
        self._house.ledger.count(local.session.id, "refused_frame", error.code)
        log.warning("refused_frame session=%s code=%s", local.session.id, error.code)
        view.refused += 1
        view.refused_why = error.code
        peer.send(Problem(code="bad_frame", message=f"A {type(message).__name__} was refused: {error.code}."))
        # The rest of this epoch could only be a gap.
        view.skip_to = max(view.skip_to, message.epoch + 1)
        self._pictures.ask_here(local.session.id)

    async def act_result(self, local: LocalSession, said: Said[FromCustomer], act: int) -> None:
        """What became of an act, to the agent."""
        self._house.act_times.answered(local.session.id, act)
        await self._post.item(local.session, "agent", Item(said.data, size_of(said.data), answers=act))

    # --- credit

    def sent(self, peer: Peer, items: list[Item]) -> "asyncio.Future[None] | None":
        """These items left the peer's outbox: count the credit they carry and give it back in lumps. What has to be
        waited for until more is sent, if anything has."""
        local = self._house.sessions.get(peer.session_id)
        if local is None:
            return None
        for item in items:
            if item.credit is not None:
                _count(local, item.credit)
        account = local.credit
        frames, size = account.frames - account.told_frames, account.bytes - account.told_bytes
        # A report may be lost between hubs, and with it the customer's last credit; each tip repeats it.
        repeated = account.origin != self._house.id and any(item.latest == LATEST[Tip] for item in items)
        if frames >= CREDIT_BACK_FRAMES or size >= CREDIT_BACK_BYTES or (repeated and account.frames):
            account.told_frames, account.told_bytes = account.frames, account.bytes
            return self._report(local)
        return None

    def _report(self, local: LocalSession) -> "asyncio.Future[None] | None":
        account = local.credit
        if account.origin == self._house.id:
            self.credit_here(local, account.epoch, account.frames, account.bytes)
            return None
        back = CreditBack(session=local.session.id, epoch=account.epoch, frames=account.frames, bytes=account.bytes)
        return self._house.spawn(self._post.to_hub(account.origin, back))

    async def tell_credit_again(self, local: LocalSession) -> None:
        """The customer's hub did not hear the last report."""
        if local.credit.origin != self._house.id:
            reporting = self._report(local)
            if reporting is not None:
                await reporting

    def credit_here(self, local: LocalSession, epoch: int, frames: int, size: int) -> None:
        """Give the customer on this hub what it has not got yet of so much in all."""
        peer, view = local.holder("customer"), local.view
        if peer is None or view is None or epoch < view.credit.epoch:
            return
        if epoch > view.credit.epoch:
            view.credit = CreditAccount(epoch=epoch)
        given = view.credit
        # Each by itself: where the agent's hub has died, the next one counts the rest of this epoch from nothing.
        more_frames, more_bytes = max(0, frames - given.frames), max(0, size - given.bytes)
        if more_frames or more_bytes:
            peer.send(Credit(epoch=epoch, frames=more_frames, bytes=more_bytes))
            given.frames, given.bytes = given.frames + more_frames, given.bytes + more_bytes

    def view_lost(self, peer: Peer) -> None:
        """The agent's outbox had to let the view go: the rest of the epoch is of no use, a new picture is."""
        self._house.counters.add("view_lost")
        local = self._house.sessions.get(peer.session_id)
        if local is None or peer.seat != "agent":
            return
        if local.view is not None:
            local.view.skip_to = local.view.epoch + 1
        self._house.spawn(self._pictures.ask(local.session))


def _count(local: LocalSession, credit: CreditDue) -> None:
    account = local.credit
    if (credit.origin, credit.epoch) != (account.origin, account.epoch):
        account = local.credit = CreditAccount(credit.origin, credit.epoch)
    account.frames += credit.frames
    account.bytes += credit.bytes
