"""`make bench-check` fails for a ratio that is more than 20 % worse, names it, and looks at nothing else."""

import json
from pathlib import Path

import pytest

from bench import check
from bench.figures import RATIO, Figure, as_json, compared
from bench.results import Results, Run

RUN = Run("2026-11-23 06:00 UTC", "0123456789ab", False, 1.0, 0.1, 0.0, False)


def results_of(folder: Path, figures: list[Figure], run: Run = RUN) -> Results:
    results = Results(folder / "results.json")
    results.put("planted", as_json(figures, by="planted"), run, {"cores": 2})
    results.save()
    return Results(folder / "results.json")


def planted(*, rate: float = 2.0, capture: float = 0.2, kb: float = 60.0, ms: float = 50.0) -> list[Figure]:
    return [
        compared("rate_vs_peer", [rate], [1.0], peer="the peer", unit="frames/s", least=True),
        compared("capture_vs_peer", [capture], [1.0], peer="the peer", unit="ms"),
        Figure("session_kb", kb, "KB", 80.0),
        Figure("paint_ms", ms, "ms", 80.0, peer="the peer", peer_value=1.0),
        Figure("packed_kb", kb, "KB"),
    ]


@pytest.fixture
def accepted(tmp_path: Path) -> Path:
    path = tmp_path / "accepted.json"
    assert check.main(["--accept"], results_of(tmp_path, planted()), path) == 0
    return path


def test_what_is_accepted_are_ratios_and_bytes_by_their_budget(accepted: Path) -> None:
    assert json.loads(accepted.read_text()) == {
        "capture_vs_peer": {"value": 0.2, "least": False, "to": "the peer"},
        "rate_vs_peer": {"value": 2.0, "least": True, "to": "the peer"},
        "session_kb": {"value": 0.75, "least": False, "to": "the budget"},
    }


@pytest.mark.parametrize(
    "found",
    [
        planted(),
        planted(rate=1.61, capture=0.239, kb=71.9),
        planted(rate=20.0, capture=0.01, kb=1.0),
        # A time may be as long as it likes.
        planted(ms=5_000.0),
    ],
)
def test_a_little_worse_or_better_passes(accepted: Path, tmp_path: Path, found: list[Figure]) -> None:
    assert check.main([], results_of(tmp_path, found), accepted) == 0


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            planted(rate=1.5),
            "rate_vs_peer is 25 % worse: 1.5 times the peer, and accepted were 2 (more is better).",
        ),
        (
            planted(capture=0.3),
            "capture_vs_peer is 50 % worse: 0.3 times the peer, and accepted were 0.2 (less is better).",
        ),
        (
            planted(kb=80.0),
            "session_kb is 33 % worse: 1 times the budget, and accepted were 0.75 (less is better).",
        ),
        (planted()[1:], "rate_vs_peer was not measured; 2 was accepted."),
    ],
)
def test_much_worse_fails_with_a_sentence(
    accepted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], found: list[Figure], sentence: str
) -> None:
    capsys.readouterr()
    assert check.main([], results_of(tmp_path, found), accepted) == 1
    assert capsys.readouterr().out.splitlines() == [sentence]


def test_a_new_figure_is_named_and_does_not_fail(
    accepted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check.main([], results_of(tmp_path, [*planted(), Figure("new_ratio", 9.0, RATIO)]), accepted) == 0
    assert "Not accepted yet: new_ratio." in capsys.readouterr().out


def test_a_benchmark_that_failed_fails_and_nothing_is_accepted(accepted: Path, tmp_path: Path) -> None:
    before = accepted.read_text()
    broken = results_of(tmp_path, planted(rate=9.0), RUN._replace(failed="It took longer than 1 s."))
    assert check.main([], broken, accepted) == 1
    assert check.main(["--accept"], broken, accepted) == 1
    assert accepted.read_text() == before


def test_without_figures_it_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main([], Results(tmp_path / "results.json"), tmp_path / "accepted.json") == 1
    assert "make bench" in capsys.readouterr().err


def test_what_others_took_of_the_machine_is_said(
    accepted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check.main([], results_of(tmp_path, planted(), RUN._replace(busy=True)), accepted) == 0
    assert "Measured beside others' work: planted." in capsys.readouterr().out
