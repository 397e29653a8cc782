"""An act's way to the customer's socket, and every reason to refuse it on the way."""

import logging

from cobrowse.core import addresses
from cobrowse.core.errors import BadAddress, CobrowseError
from cobrowse.core.events import Active
from cobrowse.core.policy import Site, acts_of, at_least, needed_scope
from cobrowse.core.protocol import Act, ActResult, FromAgent, Navigate, may_say
from cobrowse.hub.house import House
from cobrowse.hub.local import LocalSession
from cobrowse.hub.outbox import Item
from cobrowse.hub.peer import Peer
from cobrowse.hub.post import Post
from cobrowse.hub.steps import Steps
from cobrowse.hub.wire import Said, size_of

log = logging.getLogger("cobrowse.hub")

# How often at most it is written down that somebody does something.
ACTIVE_SECONDS = 10.0

_LEAVING = {"other_origin": "leaves_site", "other_path": "denied_path"}


class Acts:
    """Passes on an act at most once, or answers it with a reason of docs/protocol.md."""

    def __init__(self, house: House, post: Post, steps: Steps) -> None:
        self._house = house
        self._post = post
        self._steps = steps

    async def act(self, local: LocalSession, peer: Peer, act: Act, said: Said[FromAgent]) -> None:
        """Judge one act, pass it on as it came, and note the activity."""
        reason = self._refusal(local, act)
        if not reason and not await self._post.item(local.session, "customer", Item(said.data, size_of(said.data))):
            reason = "wrong_state"
        if reason:
            self._house.counters.add(f"refused_act.{reason}")
            peer.send(ActResult(id=act.id, status="refused", reason=reason))
            return
        self._house.counters.add("acts")
        self.active(local)

    def _refusal(self, local: LocalSession, act: Act) -> str:
        if act.id <= local.highest_act:
            return "stale"
        local.highest_act = act.id
        if local.owed or not may_say("agent", act, local.state):
            return "wrong_state"
        if not local.acts.try_draw(1):
            return "too_fast"
        return _not_permitted(local, act)

    def active(self, local: LocalSession) -> None:
        """Somebody did something: put off `idle`, at most once in 10 s."""
        now = self._house.clock.monotonic()
        if now - local.active_at < ACTIVE_SECONDS:
            return
        local.active_at = now
        self._house.spawn(self._note(local))

    async def _note(self, local: LocalSession) -> None:
        try:
            await self._steps.step(local.session.id, Active())
        except CobrowseError as error:
            # The next activity tries again.
            local.active_at = float("-inf")
            log.warning("activity_not_noted session=%s error=%s", local.session.id, error.code)


def _not_permitted(local: LocalSession, act: Act) -> str:
    name = str(act.do.__struct_config__.tag)
    needed = needed_scope(name)
    if not at_least(local.session.scope, needed):
        return "scope_too_low"
    if name not in acts_of(local.site):
        return "not_allowed"
    if needed == "control" and local.session.control != "on":
        return "no_control"
    return _bad_address(local.site, act.do.address) if isinstance(act.do, Navigate) else ""


def _bad_address(site: Site, typed: str) -> str:
    """A path is judged as one of the site's start origin; the snippet judges again where it really is."""
    try:
        address = addresses.parse(typed, site.start_url)
    except BadAddress:
        return "bad_address"
    return _LEAVING.get(addresses.judge(site, address.href), "")
