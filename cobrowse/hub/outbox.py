"""What waits for one peer: bounded, in order, with a rule for what goes first when there is too much."""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from cobrowse.core.protocol import Message
from cobrowse.hub.wire import Data, encode, size_of

OUTBOX_MAX_BYTES = 4 * 1024 * 1024
OUTBOX_MAX_FRAMES = 1024
# Waiting text frames are written as one array up to here.
JOINED_MAX_BYTES = 256 * 1024
JOINED_MAX_MESSAGES = 64

Overflow = Literal["", "view", "full"]


class CreditDue(Struct, frozen=True, gc=False):
    """What the customer gets back once this item has left: frames and bytes of an epoch, at the hub `origin`."""

    origin: str
    epoch: int
    frames: int
    bytes: int


class Item(Struct, frozen=True, gc=False):
    """One message on its way. `latest` names a kind of which only the newest counts; `view` marks the view;
    `answers` is the id of the act that it answers, or -1."""

    data: Data
    size: int
    latest: str = ""
    view: bool = False
    credit: CreditDue | None = None
    answers: int = -1


def item_of(message: Message) -> Item:
    """A message of the hub's own, to be sent in its turn."""
    data = encode(message)
    return Item(data, size_of(data))


class Outbox:
    """A queue with two limits. Who adds is told what had to go."""

    __slots__ = ("_items", "bytes")

    def __init__(self) -> None:
        # A list, which is a tenth of an empty deque; most outboxes are empty, and none is long.
        self._items: list[Item] = []
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._items)

    def add(self, item: Item) -> Overflow:
        """Append. Of a latest-wins kind the older goes. On overflow the latest-wins kinds go first, then the whole
        view (`view`: ask for a new picture); `full` where even that is not enough, and the peer must go."""
        if item.latest:
            self._keep(lambda old: old.latest != item.latest)
        self._items.append(item)
        self.bytes += item.size
        if self.bytes <= OUTBOX_MAX_BYTES and len(self._items) <= OUTBOX_MAX_FRAMES:
            return ""
        self._keep(lambda old: not old.latest)
        if not self._is_over():
            return ""
        had_view = self.drop_view()
        if self._is_over():
            return "full"
        return "view" if had_view else ""

    def drop_view(self) -> bool:
        """Forget every part of the view that has not left yet; True where there was any."""
        before = len(self._items)
        self._keep(lambda old: not old.view)
        return len(self._items) < before

    def clear(self) -> None:
        self._items.clear()
        self.bytes = 0

    def take(self) -> list[Item]:
        """The next items to be written as one frame: one packed item, or waiting text in a row. Empty: none."""
        if len(self._items) < 2:
            taken, self._items, self.bytes = self._items, [], 0
            return taken
        count, size = 1, self._items[0].size
        if isinstance(self._items[0].data, str):
            for following in self._items[1:JOINED_MAX_MESSAGES]:
                if isinstance(following.data, bytes) or size + following.size > JOINED_MAX_BYTES:
                    break
                size += following.size
                count += 1
        taken = self._items[:count]
        del self._items[:count]
        self.bytes -= size
        return taken

    def put_back(self, items: list[Item]) -> None:
        """What was taken could not be written: it stands first again."""
        self._items[:0] = items
        self.bytes += sum(item.size for item in items)

    def _is_over(self) -> bool:
        return self.bytes > OUTBOX_MAX_BYTES or len(self._items) > OUTBOX_MAX_FRAMES

    def _keep(self, wanted: Callable[[Item], bool]) -> None:
        self._items = [item for item in self._items if wanted(item)]
        self.bytes = sum(item.size for item in self._items)


def joined(items: list[Item]) -> Data:
    """The frame that carries these items: the item's own bytes, or an array of the texts."""
    if len(items) == 1:
        return items[0].data
    return "[" + ",".join(str(item.data) for item in items) + "]"
