"""Check the view: every table, every integer, the order of frames, and the page's address.

One `ViewCheck` stands behind one customer's socket. It keeps the epoch, the next seq or part, the totals of the epoch,
and the ids of nodes that have no inside or whose value is secret; never a text. A frame is refused whole.

Which node an id is, only the mirror's builder knows. So what depends on it (a name that belongs to another element, a
tree deeper than 512 over several frames, an id used twice in two frames) is refused there and not here. Nodes are
counted as they come and never back: an epoch that has inserted 200,000 nodes is refused, and the resync that follows
starts to count anew.
"""

from cobrowse.core.addresses import is_redacted, judge
from cobrowse.core.errors import BadFrame
from cobrowse.core.frames import Records, is_text_change
from cobrowse.core.policy import Site
from cobrowse.core.protocol import Ops, Page, PageInfo, Pointer, Snapshot, Tip
from cobrowse.core.tables import Memory, Tables

View = Snapshot | Ops | Page | Pointer | Tip


class ViewCheck:
    """Checks one customer's view, message by message, in the order they were sent."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.reset()

    def reset(self) -> None:
        """Forget the stream; the next message must begin a picture."""
        self._epoch = 0
        self._part = 0
        self._seq = 0
        # Whether every part of the epoch's snapshot and every op since was seen and found good.
        self._whole = False
        self._memory = Memory()

    def check(self, message: View) -> None:
        """Return if the message may be passed on.

        Raises `BadFrame` with code `gap` (something before it is missing or was refused), `other_origin` or
        `other_path` (the page's address may not share), `bad_style`, or `bad_frame`. After any of them but for a Page,
        a Pointer or a Tip, all ops are a `gap` until a new epoch begins."""
        if type(message) is Ops:
            # Nearly all are.
            self._ops(message)
            return
        # A Pointer is two bounded integers, and an epoch by which the mirror drops what is late.
        match message:
            case Snapshot():
                self._snapshot(message)
            case Page():
                self._page(message.page)
            case Tip():
                self._tip(message)

    def _snapshot(self, message: Snapshot) -> None:
        if message.part == 0:
            if message.epoch <= self._epoch:
                raise BadFrame("A new picture needs a new epoch.", code="gap")
            self.reset()
            self._epoch = message.epoch
        elif message.epoch != self._epoch or message.part != self._part:
            self._part = -1
            raise BadFrame("A part of the picture is missing.", code="gap")
        # Until this part is found good, nothing may follow it.
        self._part, self._whole = -1, False
        if (message.page is None) == (message.part == 0):
            raise BadFrame("The first part of a picture, and no other, names the page.")
        if message.page is not None:
            self._page(message.page)
        tables = Tables(message, bool(self._site.show))
        Records(message.nodes, tables, self._memory, snapshot=True, root=message.part == 0).walk()
        self._part, self._whole = (-1, True) if message.last else (message.part + 1, False)

    def _ops(self, message: Ops) -> None:
        if not self._whole or message.epoch != self._epoch or message.seq != self._seq + 1:
            self._whole = False
            raise BadFrame("A frame before this one is missing.", code="gap")
        if not is_text_change(message):
            self._whole = False
            tables = Tables(message, bool(self._site.show))
            Records(message.ops, tables, self._memory, snapshot=False, root=False).walk()
            self._whole = True
        self._seq = message.seq

    def _tip(self, message: Tip) -> None:
        if message.epoch < self._epoch:
            return
        if message.epoch > self._epoch or message.seq > self._seq or not self._whole:
            raise BadFrame("The last frame is missing.", code="gap")

    def _page(self, page: PageInfo) -> None:
        verdict = judge(self._site, page.address)
        if verdict != "ok":
            raise BadFrame("A page at this address shares nothing.", code=verdict)
        if not is_redacted(page.address, self._site.query_params):
            raise BadFrame("The page's address was not redacted.")
