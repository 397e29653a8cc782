"""Numbers that grow in place: a page that echoes what is typed (a drawn card over its form) shows a card number digit
by digit, and is recognised by its form only when all of it has been seen.

So a text that holds nothing but digits, and that has grown from its own beginning a few times, is masked from where
more is shown than others may show of a card (PCI DSS 4.0, 3.4.1: the first eight at the most).
"""

from cobrowse.core.forms import begun

# So often it must have grown, by at most so many digits at a time (a group).
STEPS = 2
STEP_MAX_DIGITS = 4
SHOWN_DIGITS = 8
# Beyond so many places the oldest is forgotten.
MAX_PLACES = 200


class _Place:
    """What was last seen there. Of the digits a hash is kept, which differs from process to process, and no text."""

    __slots__ = ("counted", "hash", "length", "steps")

    def __init__(self) -> None:
        self.counted = False
        self.hash = 0
        self.length = 0
        self.steps = 0

    def see(self, digits: str) -> bool:
        """True where these are to be masked."""
        length = len(digits)
        if self.length and 0 < length - self.length <= STEP_MAX_DIGITS and hash(digits[: self.length]) == self.hash:
            self.steps += 1
        elif self.steps < STEPS:
            self.steps = 0
        self.hash, self.length = hash(digits), length
        return self.steps >= STEPS and length > SHOWN_DIGITS


class Typed:
    """The places of one page where numbers may be growing, by the ids of text nodes and of what holds them."""

    __slots__ = ("_places",)

    def __init__(self) -> None:
        self._places: dict[int, _Place] = {}

    def __bool__(self) -> bool:
        return bool(self._places)

    def see(self, text: str, node: int, parent: int = 0) -> tuple[bool, bool]:
        """This text is now in this node; of one that is new there `parent` holds it. Whether it is to be masked, and
        whether that is so for the first time."""
        digits = begun(text)
        if not digits:
            return False, False
        place = self._places.get(node) or self._places.get(parent) or _Place()
        masked = place.see(digits)
        for key in (node, parent):
            if key:
                self._places.pop(key, None)
                self._places[key] = place
        while len(self._places) > MAX_PLACES:
            del self._places[next(iter(self._places))]
        first = masked and not place.counted
        place.counted = place.counted or masked
        return masked, first
