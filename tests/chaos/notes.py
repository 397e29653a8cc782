"""What was seen of one session. Instants are seconds of one clock of this process; ids are those of acts."""

from dataclasses import dataclass, field

Place = tuple[int, int]
# How the word begins that stands in every text of a page.
CANARY = "Kanarie"


@dataclass
class Notes:
    """Filled by the peers, read by `invariants`."""

    session: str = ""
    # The word that stands in every text of this session's page.
    canary: str = ""
    # What was asked by the agent and when; what came to the tab, and what it did, in order; what the agent heard.
    asked: dict[int, float] = field(default_factory=dict)
    came: list[int] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    answers: dict[int, list[tuple[float, str, str]]] = field(default_factory=dict)
    # A mirror that showed what the page never showed at this place.
    wrong_pictures: list[tuple[float, Place]] = field(default_factory=list)
    # When a change was shown, and how long it had taken.
    latencies: list[tuple[float, float]] = field(default_factory=list)
    # What was heard after the end was: seat and kind.
    after_end: list[tuple[float, str, str]] = field(default_factory=list)
    states: list[tuple[float, str, str]] = field(default_factory=list)
    closes: list[tuple[float, str, int]] = field(default_factory=list)

    # What happened on the way to be live again, for a person to read.
    steps: list[tuple[float, str]] = field(default_factory=list)

    def closed(self, seat: str, code: int, now: float) -> None:
        """A socket was closed with this code; 0: it broke."""
        self.closes.append((now, seat, code))
        self.step(now, f"{seat} closed {code}")

    def step(self, now: float, what: str) -> None:
        """One more of the steps."""
        self.steps.append((now, what))


@dataclass
class Race:
    """Who was let in by one code."""

    site: str
    winners: set[str] = field(default_factory=set)
    # Answers by status and code, for whom it concerns.
    answers: list[str] = field(default_factory=list)
    # Every claimant got an answer; where the store lost everything, that nobody won is no fault.
    finished: bool = False
    may_be_lost: bool = False


@dataclass
class Disturbance:
    """From when to when something was broken, until all was said to be well again."""

    begun: float
    over: float
