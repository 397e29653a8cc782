"""The table at the end of a run."""

from collections.abc import Sequence

from tests.chaos.running import Outcome

HEADS = (
    "fault",
    "runs",
    "sessions",
    "worst s",
    "bar s",
    "p99 before",
    "p99 others ms",
    "hub MB",
    "races",
    "acts",
    "lost",
    "violations",
    "",
)


def lines_of(outcomes: Sequence[Outcome]) -> list[str]:
    """Its lines, with a head."""
    rows = [HEADS, *(_row(outcome) for outcome in outcomes)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _row(outcome: Outcome) -> tuple[str, ...]:
    return (
        outcome.fault,
        str(outcome.runs),
        str(outcome.sessions),
        f"{outcome.worst_seconds:.2f}",
        f"{outcome.bar_seconds:.0f}" if outcome.bar_seconds else "-",
        f"{outcome.p99_before_ms:.1f}",
        f"{outcome.p99_others_ms:.1f}",
        str(outcome.hub_mb),
        str(outcome.races),
        str(outcome.acts),
        str(outcome.lost),
        str(len(outcome.violations)),
        "survived" if outcome.survived else "NOT SURVIVED",
    )
