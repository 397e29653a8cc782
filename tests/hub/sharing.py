"""What a page and a mirror do with the view, without a socket: for simulations and for clients of a real hub.

`SharedPage` sends pictures and changes within its credit, and remembers what a mirror must show at each (epoch, seq).
`FollowedMirror` is the reference model of the mirror: it notices gaps and asks again."""

from collections.abc import Callable, Iterator
from hashlib import sha256

from cobrowse.core.protocol import CREDIT_BYTES, CREDIT_FRAMES, Credit, Message, Ops, Resync, Snapshot, Tip
from tests.hub.model_page import ModelPage, as_dict, new_picture, washed
from tests.hub.peers import text_of
from tests.mirror.replay import Picture

ASK_AGAIN_SECONDS = 2.0
# After the last frame, and from then on.
TIP_AFTER_SECONDS = 1.0
TIP_EVERY_SECONDS = 5.0
# Of how many places it is known what was shown there.
PLACES_KEPT = 5_000

Place = tuple[int, int]


def digest_of(picture: Picture) -> str:
    """Of what is shown, as a whole."""
    return sha256(picture.canonical().encode()).hexdigest()


class SharedPage:
    """A `ModelPage` as the hub gets it. `encode` gives a message as it goes on the wire, whose length takes credit."""

    def __init__(self, page: ModelPage, encode: Callable[[Message], str | bytes] = text_of) -> None:
        self.page = page
        self.epoch = 0
        self.seq = 0
        self.sharing = False
        self.shown: dict[Place, str] = {}
        self._encode = encode
        # What may still be sent of this epoch; it may be overdrawn by the last frame.
        self._credit_frames = 0
        self._credit_bytes = 0
        self._parts: list[Snapshot] = []
        self._tip_at = 0.0
        self._sent = new_picture()

    @property
    def place(self) -> Place:
        """Of the last frame that was sent."""
        return self.epoch, self.seq

    @property
    def settled(self) -> bool:
        """True where all that changed was sent."""
        return self.sharing and not self._parts and not self.page.dirty

    def welcomed(self, first_epoch: int) -> None:
        """The seat is taken: the next picture has at least this epoch."""
        self.epoch = first_epoch - 1

    def begin(self) -> None:
        """The hub asks for a picture, with full credit."""
        self.epoch += 1
        self.seq = 0
        self.sharing = True
        self._credit_frames, self._credit_bytes = CREDIT_FRAMES, CREDIT_BYTES
        self._sent = new_picture()
        self._parts = self.page.snapshot(self.epoch)

    def stop(self) -> None:
        """The session is not live, or the socket is gone."""
        self.sharing = False

    def credited(self, credit: Credit) -> None:
        """So much more may be sent."""
        if credit.epoch == self.epoch:
            self._credit_frames += credit.frames
            self._credit_bytes += credit.bytes

    def due(self, now: float) -> Iterator[str | bytes]:
        """What is to be sent now, in order: parts of a picture, else one frame of changes, else now and then a tip."""
        if not self.sharing:
            return
        said = False
        while self._parts and self._may_send():
            yield self._sending(self._parts.pop(0))
            said = True
        if not self._parts and self.page.dirty and self._may_send():
            self.seq += 1
            yield self._sending(self.page.ops(self.epoch, self.seq))
            said = True
        if said:
            self._tip_at = now + TIP_AFTER_SECONDS
        elif not self._parts and now >= self._tip_at:
            self._tip_at = now + TIP_EVERY_SECONDS
            yield self._encode(Tip(epoch=self.epoch, seq=self.seq))

    def _sending(self, message: Snapshot | Ops) -> str | bytes:
        data = self._encode(message)
        self._credit_frames -= 1
        self._credit_bytes -= len(data.encode() if isinstance(data, str) else data)
        self._sent.apply(washed(message))
        if self._sent.whole:
            self.shown[self.place] = digest_of(self._sent)
            if len(self.shown) > PLACES_KEPT:
                del self.shown[next(iter(self.shown))]
        return data

    def _may_send(self) -> bool:
        return self._credit_frames > 0 and self._credit_bytes > 0


class FollowedMirror:
    """What the agent sees, and whether it is behind."""

    def __init__(self) -> None:
        self.picture = new_picture()
        self.behind = True
        self._asked_at = 0.0

    @property
    def place(self) -> Place:
        """Where the mirror stands; (0, 0) where it shows nothing whole."""
        return (self.picture.epoch, self.picture.seq) if self.picture.whole else (0, 0)

    def hear(self, message: Message) -> bool:
        """Apply one message of the view, or note that something is missing. True where it was applied."""
        if isinstance(message, Snapshot):
            return self._begin(message)
        return isinstance(message, Ops | Tip) and self._follow(message)

    def wants(self, now: float) -> Resync | None:
        """What is to be asked now; repeated as long as nothing newer came."""
        if not self.behind or now - self._asked_at < ASK_AGAIN_SECONDS:
            return None
        self._asked_at = now
        return Resync(epoch=self.picture.epoch)

    def _begin(self, part: Snapshot) -> bool:
        mirror = self.picture
        fits = part.epoch > mirror.epoch if part.part == 0 else part.epoch == mirror.epoch and not mirror.whole
        if fits and (part.part == 0 or part.part == mirror.part + 1):
            mirror.apply(as_dict(part))
            self.behind = False
            return True
        if part.epoch > mirror.epoch or (fits and part.part > mirror.part + 1):
            self.behind = True
        return False

    def _follow(self, message: Ops | Tip) -> bool:
        mirror = self.picture
        if message.epoch != mirror.epoch:
            self.behind = self.behind or message.epoch > mirror.epoch
        elif isinstance(message, Tip):
            self.behind = self.behind or not mirror.whole or message.seq > mirror.seq
        elif message.seq > mirror.seq:
            if self.behind or not mirror.whole or message.seq != mirror.seq + 1:
                self.behind = True
                return False
            mirror.apply(as_dict(message))
            return True
        return False
