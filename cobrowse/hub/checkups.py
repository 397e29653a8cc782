"""How the picture is, as the agent asks: to the customer's tab and back, and what only the hub knows added.

Keeps no clock on anybody: the agent's console measures, by `heard` its own side and by `condition` both."""

import logging

from msgspec.structs import replace

from cobrowse.core.protocol import Checkup, Condition, Heard, Notice, Trouble
from cobrowse.core.states import Session
from cobrowse.hub.house import House
from cobrowse.hub.local import LocalSession
from cobrowse.hub.peer import Peer
from cobrowse.hub.post import Post

log = logging.getLogger("cobrowse.hub")


class Checkups:
    """Hands on the question and the answer."""

    def __init__(self, house: House, post: Post) -> None:
        self._house = house
        self._post = post

    async def asked(self, local: LocalSession, peer: Peer, checkup: Checkup) -> None:
        """The agent asks. What comes faster than a tab should be bothered is dropped, but heard."""
        peer.send(Heard(id=checkup.id))
        if local.checkups.try_draw(1):
            await self._post.message(local.session, "customer", checkup)
        else:
            self._house.counters.add("checkups_dropped")

    async def told(self, local: LocalSession, condition: Condition) -> None:
        """The tab says how it is. Its word for what the hub itself knows does not count."""
        self._count(local, frozenset(condition.troubles))
        view = local.view
        told = replace(
            condition,
            # Of the text before it was washed: with many guesses it would tell what was.
            digest="" if local.washed or local.state != "live" else condition.digest,
            washed=min(local.washed, 2**31 - 1),
            refused=view.refused if view else 0,
            refused_why=view.refused_why if view else "",
        )
        await self._post.message(local.session, "agent", told)

    def _count(self, local: LocalSession, troubles: frozenset[Trouble]) -> None:
        """Tell the operator, once for each time that one begins."""
        for trouble in sorted(troubles - local.troubles):
            self._house.counters.add(f"troubles.{local.site.id}.{trouble}")
            log.warning("trouble session=%s site=%s what=%s", local.session.id, local.site.id, trouble)
        local.troubles = troubles

    async def old_snippet(self, session: Session) -> None:
        """The customer's page was turned away because it speaks another version: the agent cannot see that."""
        self._house.counters.add(f"troubles.{session.site}.old_snippet")
        await self._post.message(session, "agent", Notice(what="old_snippet"))
