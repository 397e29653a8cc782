"""How what is kept in Redis is laid out, written down in Redis itself: hubs that lay it out otherwise would not find
each other's sessions, nor end them."""

import logging

from cobrowse.core.errors import StoreAway, StoreError
from cobrowse.store.redis.commands import Commands
from cobrowse.store.redis.keys import SHARDS, Keys

log = logging.getLogger(__name__)


async def check_layout(commands: Commands, keys: Keys) -> None:
    """Write the layout down where nobody has yet. Raises `StoreError` where it is another than ours.

    A store that takes no writes now, or a node of a cluster that is away, keeps no hub from starting: then this is not
    known."""
    ours = f"{SHARDS} shards"
    try:
        _, found = await commands.run_all([("SET", keys.layout(), ours, "NX"), ("GET", keys.layout())])
    except StoreAway as error:
        log.warning("store_layout_unknown error=%s", error)
        return
    # Emptied in between, it is anyone's.
    theirs = ours if found is None else found.decode(errors="replace")
    if theirs != ours:
        raise StoreError(
            f"Redis holds what another version of Cobrowse laid out in {theirs}; this one uses {ours}. Give `store`"
            " another Redis or another number, or stop all hubs and empty this one first.",
            code="store_other_layout",
        )
