"""How long an act takes from the agent's hub to the first word about it: through the customer's hub, tab and back."""

from collections.abc import Callable

from cobrowse.hub.counters import Counters

# The console calls an act lost after 5 s; an answer after this is none.
ANSWER_SECONDS = 30.0
# Acts under way on one hub. Beyond it the oldest is given up.
ACTS_UNDER_WAY = 10_000


class ActTimes:
    """Acts that this hub passed on and that were not answered yet."""

    def __init__(self, counters: Counters, monotonic: Callable[[], float]) -> None:
        self._counters = counters
        self._monotonic = monotonic
        self._sent: dict[tuple[str, int], float] = {}

    def __len__(self) -> int:
        return len(self._sent)

    def sent(self, session_id: str, act: int) -> None:
        """The act is on its way to the customer."""
        now = self._monotonic()
        self._give_up(now)
        self._sent[(session_id, act)] = now

    def answered(self, session_id: str, act: int) -> None:
        """The first answer counts; how long a person then thinks about it does not."""
        sent_at = self._sent.pop((session_id, act), None)
        if sent_at is not None:
            self._counters.observe("act_seconds", self._monotonic() - sent_at)

    def _give_up(self, now: float) -> None:
        while self._sent:
            oldest = next(iter(self._sent))
            if len(self._sent) < ACTS_UNDER_WAY and now - self._sent[oldest] < ANSWER_SECONDS:
                return
            del self._sent[oldest]
            self._counters.add("acts_unanswered")
