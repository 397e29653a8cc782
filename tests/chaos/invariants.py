"""What must hold whatever was broken, judged from notes. Each checker gives the violations it found, as sentences.

`test_invariants.py` plants a violation of each kind and sees it found."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from tests.chaos.notes import CANARY, Disturbance, Notes, Race

# DESIGN: the console says `lost` after so long.
LOST_SECONDS = 5.0
MEGABYTE = 1024 * 1024
# How much worse others may fare while something is broken, on a machine that does other things besides.
SLOWER_TIMES = 5.0
SLOWER_SECONDS = 1.0
FEW = 20
_RAISED = re.compile(r"^(?!Traceback)[\w.]+: .*$", re.MULTILINE)


def one_winner(races: Iterable[Race]) -> list[str]:
    """P1. A code lets in one, and is not burnt by a reply that got lost."""
    found = []
    for race in races:
        if len(race.winners) > 1:
            found.append(f"P1: {len(race.winners)} were let in by one code of {race.site}")
        elif race.finished and not race.winners and not race.may_be_lost:
            found.append(f"P1: a code of {race.site} let nobody in: {', '.join(race.answers)}")
    return found


def mirror_true(notes: Iterable[Notes]) -> list[str]:
    """P8. No mirror ever showed what its page had not shown at that very place."""
    return [
        f"P8: the mirror of {one.session} showed another page at {place}"
        for one in notes
        for _, place in one.wrong_pictures
    ]


def acts_at_most_once(notes: Notes) -> list[str]:
    """P9. Nothing comes or happens twice, nor what was refused by the hub; what is said to be done was done."""
    found = []
    if len(set(notes.came)) != len(notes.came):
        found.append(f"P9: an act came twice to the tab of {notes.session}")
    if notes.done != sorted(set(notes.done)):
        found.append(f"P9: acts happened twice or out of order in {notes.session}")
    if not set(notes.done) <= set(notes.asked):
        found.append(f"P9: an act happened in {notes.session} that nobody asked for")
    done = set(notes.done)
    for act, answers in notes.answers.items():
        said = {status for _, status, _ in answers}
        refused = any(status == "refused" and reason != "stale" for _, status, reason in answers)
        if "done" in said and act not in done:
            found.append(f"P9: act {act} of {notes.session} is said to be done and was not")
        if refused and act in done:
            found.append(f"P9: act {act} of {notes.session} was refused and happened")
    return found


def acts_answered(notes: Notes, disturbances: Sequence[Disturbance], until: float) -> list[str]:
    """P9. Asked while all was well, an act is answered in time. Meanwhile it may be lost, and the agent is told so."""
    found = []
    for act, asked_at in notes.asked.items():
        late_at = asked_at + LOST_SECONDS
        if late_at > until or any(one.begun <= late_at and asked_at <= one.over for one in disturbances):
            continue
        if not any(at <= late_at for at, _, _ in notes.answers.get(act, ())):
            found.append(f"P9: act {act} of {notes.session} had no answer though all was well")
    return found


def nothing_after_the_end(notes: Iterable[Notes]) -> list[str]:
    """P12. Once a side heard of the end, no frame and no act comes any more."""
    return [
        f"P12: the {seat} of {one.session} heard {kind} after the end"
        for one in notes
        for _, seat, kind in one.after_end
    ]


def tokens_dead(answers: Mapping[str, str]) -> list[str]:
    """What each thing that was tried after the end was answered with; empty: it was let in."""
    return [f"P12: {what} was let in after the end" for what, answer in answers.items() if not answer]


def nothing_of_the_page(canaries: Iterable[str], places: Mapping[str, bytes]) -> list[str]:
    """P12. No word of any page in the store, its files, or a log. `places` are their contents, by name."""
    words = [word.encode() for word in canaries]
    return [
        f"P12: {word.decode()} of a page stands in {name}"
        for name, content in places.items()
        # One look for all of a thousand: they begin alike.
        if CANARY.encode() in content
        for word in words
        if word in content
    ]


def bounded_memory(rss: Mapping[str, int], bound_bytes: int) -> list[str]:
    """P10. No hub ever held more."""
    return [
        f"P10: {name} held {size // MEGABYTE} MB, more than {bound_bytes // MEGABYTE}"
        for name, size in rss.items()
        if size > bound_bytes
    ]


def others_unharmed(before: Sequence[float], meanwhile: Sequence[float]) -> list[str]:
    """P10. The frames of sessions that were not hit came about as fast as before, at the 99th percentile."""
    if len(before) < FEW or len(meanwhile) < FEW:
        return []
    was, became = percentile(before, 0.99), percentile(meanwhile, 0.99)
    if became <= max(was * SLOWER_TIMES, was + SLOWER_SECONDS):
        return []
    return [f"P10: the p99 of sessions that were not hit went from {was * 1000:.0f} to {became * 1000:.0f} ms"]


def no_mistakes(failures: Mapping[str, int], logs: Mapping[str, str]) -> list[str]:
    """No hub counted a mistake of its own, or logged a traceback."""
    found = [f"{name} counted {count} mistakes of its own" for name, count in failures.items() if count]
    for name, text in logs.items():
        if "Traceback" in text:
            raised = _RAISED.search(text, text.index("Traceback"))
            found.append(f"{name} logged a traceback: {raised[0] if raised else ''}")
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of all does not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else 0.0
