"""How often one session may ask its customer the same thing. Nobody is worn down: a decline stands."""

import math

from msgspec import Struct

from cobrowse.core.errors import NotAllowed, TooMany

# Between two questions of one kind, whatever became of the first and on however many hubs.
ASK_AGAIN_SECONDS = 60.0
# After so many times "no" the same is not asked again in this session.
DECLINES_FOR_GOOD = 2
NO_ACT = -1


class Asks(Struct, frozen=True):
    """What the customer was asked of one kind. `asked_at` is an instant, 0 where nothing stands against a question;
    `act` is the id of the act that waits for the answer, `NO_ACT` for none."""

    asked_at: float = 0.0
    declines: int = 0
    act: int = NO_ACT


def asked(asks: Asks, now: float, act: int = NO_ACT) -> Asks:
    """The question is asked at `now`. Raises `NotAllowed` (`declined_for_good`) or `TooMany` (`asked_too_soon`)."""
    if asks.declines >= DECLINES_FOR_GOOD:
        raise NotAllowed("The customer declined twice and is not asked again.", code="declined_for_good")
    wait = math.ceil(asks.asked_at + ASK_AGAIN_SECONDS - now)
    if wait > 0:
        sentence = f"The customer was asked a moment ago. Ask again in {wait} s."
        raise TooMany(sentence, code="asked_too_soon", retry_after_seconds=wait)
    return Asks(now, asks.declines, act)


def declined(asks: Asks) -> Asks:
    """The customer said no."""
    return Asks(asks.asked_at, asks.declines + 1)
