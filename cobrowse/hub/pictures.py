"""Asking the customer for a new picture: requests merge, and at most one goes out in 2 s."""

from cobrowse.core.bus_protocol import PictureAsked
from cobrowse.core.protocol import Resync
from cobrowse.core.states import Session
from cobrowse.hub.house import House
from cobrowse.hub.local import LocalSession, View
from cobrowse.hub.post import Post

RESYNC_SECONDS = 2.0
# Once in so long a picture for who just took a seat is asked for at once, even where one was asked for just before:
# when a hub dies under both, the first one to come again gets a picture that the other cannot see yet.
SPARE_SECONDS = 10.0


class Pictures:
    """Sends `resync` to the customer, from the hub that has its socket."""

    def __init__(self, house: House, post: Post) -> None:
        self._house = house
        self._post = post

    async def ask(self, session: Session, epoch: int = -1, version: int = 0) -> None:
        """Ask wherever the customer is. `epoch` and `version` as in `PictureAsked`."""
        hold = session.customer
        if not hold.present:
            return
        if hold.hub != self._house.id:
            await self._post.to_hub(hold.hub, PictureAsked(session=session.id, epoch=epoch, version=version))
            return
        self.ask_here(session.id, epoch, version)

    async def ask_for(self, session: Session, version: int) -> None:
        """Ask because the session came to this version: it became live, or a seat was taken."""
        await self.ask(session, version=version)

    def ask_here(self, session_id: str, epoch: int = -1, version: int = 0) -> None:
        """Ask the customer on this hub: at once, or when the 2 s are over, or not where that was done already."""
        local = self._house.sessions.get(session_id)
        if local is None or local.view is None or local.state != "live":
            return
        view = local.view
        if 0 < version <= view.asked_version:
            return
        now = self._house.clock.monotonic()
        wait = view.asked_at + RESYNC_SECONDS - now
        if wait <= 0:
            self._send(local, view)
        elif version > 0 and now >= view.spared_at + SPARE_SECONDS:
            view.spared_at = now
            self._send(local, view)
        elif not view.pending and not _is_under_way(view, epoch):
            view.pending = True
            self._house.spawn(self._later(local, view, wait))

    async def _later(self, local: LocalSession, view: View, wait: float) -> None:
        await self._house.clock.sleep(wait)
        view.pending = False
        if local.view is view and local.state == "live":
            self._send(local, view)

    def _send(self, local: LocalSession, view: View) -> None:
        peer = local.holder("customer")
        if peer is None:
            return
        view.asked_at = self._house.clock.monotonic()
        view.asked_epoch = view.heard_epoch
        view.asked_version = local.version
        self._house.counters.add("resyncs")
        peer.send(Resync(epoch=view.epoch))


def _is_under_way(view: View, epoch: int) -> bool:
    """True where nothing came yet since the last request, so that what will come answers this one too; or where an
    agent, who repeats itself, has not seen yet what came."""
    return view.heard_epoch <= view.asked_epoch or 0 <= epoch < view.epoch
