"""An act's way to the customer's socket, and every reason to refuse it on the way."""

import logging

from cobrowse.core import addresses
from cobrowse.core.audit import ACT_REASONS, word
from cobrowse.core.errors import BadAddress, CobrowseError, NotFound, Refused, StoreError
from cobrowse.core.events import Active, NavigationAnswered, NavigationAskedFor
from cobrowse.core.policy import ACTS, Site, acts_of, at_least, needed_scope
from cobrowse.core.protocol import Act, ActResult, Navigate, may_say
from cobrowse.hub.house import House
from cobrowse.hub.local import LocalSession
from cobrowse.hub.outbox import Item
from cobrowse.hub.peer import Peer
from cobrowse.hub.post import Post
from cobrowse.hub.steps import Steps
from cobrowse.hub.wire import encode, size_of

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

    async def act(self, local: LocalSession, peer: Peer, act: Act) -> None:
        """Judge one act, pass it on, and note the activity."""
        reason = self._refusal(local, act) or await self._unasked(local, act)
        # Made anew from what was checked: no other reader of JSON can find something else in it.
        data = encode(act)
        if not reason and not await self._post.item(local.session, "customer", Item(data, size_of(data))):
            reason = "wrong_state"
        if reason:
            self._house.counters.add(f"refused_act.{reason}")
            self._house.ledger.count(local.session.id, "refused_act", f"{act.do.__struct_config__.tag}:{reason}")
            peer.send(ActResult(id=act.id, status="refused", reason=reason))
            return
        self._house.counters.add("acts")
        self._house.act_times.sent(local.session.id, act.id)
        self._house.ledger.count(local.session.id, "asked", str(act.do.__struct_config__.tag))
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

    async def _unasked(self, local: LocalSession, act: Act) -> str:
        """Why the customer is not to be asked about this typed address; empty where they may be, or need not."""
        if not isinstance(act.do, Navigate) or local.site.typed_navigation != "ask":
            return ""
        try:
            await self._steps.step(local.session.id, NavigationAskedFor(act.id))
        except Refused as error:
            return error.code
        except (NotFound, StoreError) as error:
            log.warning("not_asked session=%s error=%s", local.session.id, error.code)
            return "failed"
        return ""

    async def answered(self, local: LocalSession, result: ActResult) -> None:
        """Note what the customer said to a typed address; the answers to other acts change nothing."""
        allow = result.status == "started"
        if result.id != local.session.navigation_asks.act or not (allow or result.reason == "declined"):
            return
        try:
            await self._steps.step(local.session.id, NavigationAnswered(result.id, allow))
        except (NotFound, StoreError) as error:
            # The tab counts, too.
            log.warning("answer_not_noted session=%s error=%s", local.session.id, error.code)

    def note(self, local: LocalSession, result: ActResult) -> None:
        """Count in the audit trail what became of an act, by the tab's word."""
        if result.status != "asking":
            became = word(result.reason, ACT_REASONS) if result.status == "refused" else result.status
            act = word(result.act, ACTS)
            self._house.ledger.count(local.session.id, "act", f"{act}:{result.on or 'page'}:{became}")

    def active(self, local: LocalSession) -> None:
        """Somebody did something: put off `idle`, at most once in 10 s."""
        now = self._house.clock.monotonic()
        if now - local.active_at < ACTIVE_SECONDS:
            return
        local.active_at = now
        self._house.spawn(self._note(local, Active()))

    async def _note(self, local: LocalSession, active: Active) -> None:
        happened_at = active.at or self._house.clock.now()
        try:
            await self._steps.step(local.session.id, active)
            local.unnoted_at = 0.0
        except StoreError as error:
            # Noted when the store is back, before anybody finds the session idle.
            last = max(local.unnoted_at, local.session.active_at)
            if happened_at - last < local.session.limits.idle_seconds:
                local.unnoted_at = max(happened_at, last)
            if self._house.seldom.says("activity_not_noted"):
                log.warning("activity_not_noted session=%s error=%s", local.session.id, error.code)
        except CobrowseError as error:
            log.info("activity_not_noted session=%s error=%s", local.session.id, error.code)

    async def note_late(self) -> None:
        """Tell the store, which is back, who did something meanwhile."""
        for local in list(self._house.sessions.values()):
            if local.unnoted_at:
                await self._note(local, Active(local.unnoted_at))


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
