"""How many sockets may be open, and how many of them may not have said hello yet. Asked before the upgrade.

Who has said hello holds a seat of a session that an agent began; who has not is anybody. So those are few, for an
address and for the hub, and the five seconds they have for their hello are all they can take from others.
"""

from collections import Counter

from cobrowse.core.errors import TooMany
from cobrowse.web.limits import block_of
from cobrowse.web.problems import NotReady

# Sockets without a hello. An office behind one address that reconnects after a restart says hello within
# milliseconds; a thousand of them hold some 40 MB.
WAITING_SOCKETS_PER_ADDRESS = 64
WAITING_SOCKETS = 1_000
# All sockets of a hub: 10,000 sessions with two each, at 40 KB a socket some 800 MB, and room for those that come again
# before the old one is found dead. Beyond it another hub must help.
SOCKETS = 24_000
RETRY_SECONDS = 5.0


class Turnstile:
    """Counts the sockets of one hub."""

    def __init__(
        self,
        *,
        waiting_per_address: int = WAITING_SOCKETS_PER_ADDRESS,
        waiting: int = WAITING_SOCKETS,
        sockets: int = SOCKETS,
    ) -> None:
        self._waiting_per_address_max = waiting_per_address
        self._waiting_max = waiting
        self._sockets_max = sockets
        self._waiting_by_block: Counter[str] = Counter()
        self.waiting = 0
        self.sockets = 0
        self.refused = 0

    def enter(self, address: str) -> "Passage":
        """A place for one more socket from this address; `leave` gives it back.

        Raises `TooMany` (this address has too many that wait) or `NotReady` (the hub has)."""
        block = block_of(address)
        if self._waiting_by_block[block] >= self._waiting_per_address_max:
            self.refused += 1
            raise TooMany("Too many sockets of this address have not said hello.", retry_after_seconds=RETRY_SECONDS)
        if self.waiting >= self._waiting_max or self.sockets >= self._sockets_max:
            self.refused += 1
            raise NotReady("This hub has as many sockets as it may have; connect again.")
        return Passage(self, block)

    def count(self, block: str, *, waiting: int, sockets: int) -> None:
        """More or fewer, for `Passage` alone."""
        self.waiting += waiting
        self.sockets += sockets
        self._waiting_by_block[block] += waiting
        if not self._waiting_by_block[block]:
            del self._waiting_by_block[block]


class Passage:
    """One socket's place: it waits until `said_hello`, and is open until `leave`. Both may be called again."""

    def __init__(self, turnstile: Turnstile, block: str) -> None:
        self._turnstile = turnstile
        self._block = block
        self._waits = True
        self._open = True
        turnstile.count(block, waiting=1, sockets=1)

    def said_hello(self) -> None:
        """Its first frame came; whether it is a hello the hub judges at once."""
        if self._waits:
            self._waits = False
            self._turnstile.count(self._block, waiting=-1, sockets=0)

    def leave(self) -> None:
        """The socket is gone."""
        self.said_hello()
        if self._open:
            self._open = False
            self._turnstile.count(self._block, waiting=0, sockets=-1)
