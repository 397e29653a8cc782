"""docs/performance.md says what was measured, what is missed and why, and has the plots of these figures."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bench import performance_page
from bench.figures import RATIO, Figure, as_json, compared
from bench.performance_page import Page
from bench.results import MACHINE, RUNS, Results, Run

AGAIN = "run python -m bench.performance_page --page"
RUN = Run("2026-11-23 06:00 UTC", "0123456789ab", False, 12.0, 0.1, 0.0, False)
WORDS: Mapping[str, Any] = tomllib.loads(
    """
head = "# Performance"
how = "By a command."
[[section]]
title = "The relay"
text = "Through the hub."
plots = ["relay"]
[section.figures]
relay_frames_per_s = "frames a second"
relay_frames_per_s_vs_socketio = "against socket.io"
not_yet_ms = "something else"
[missed]
snippet_total_gzip_kb = "It was tried."
relay_frames_per_s_vs_socketio = "Never shown while it is reached."
"""
)
FIGURES = [
    Figure("relay_frames_per_s", 20_000.0, "frames/s", runs=[19_000.0, 20_000.0, 21_000.0]),
    compared(
        "relay_frames_per_s_vs_socketio",
        [20_000.0],
        [8_000.0],
        peer="socket.io",
        unit="frames/s",
        budget=2.0,
        least=True,
    ),
    Figure("snippet_total_gzip_kb", 45.0, "KB", 15.0),
    Figure("aimed_ratio", 0.5, RATIO, least=True, aim=0.7),
]


def results_of(folder: Path, run: Run = RUN) -> Results:
    results = Results(folder / "results.json")
    machine = {"cores": 2, "cpu": "A processor", "memory_gb": 8.0, "python": "3.11.7", "redis": None}
    results.put("relay", as_json(FIGURES, by="relay"), run, machine)
    return results


def page_of(folder: Path, run: Run = RUN) -> Page:
    return Page(performance_page.taken(results_of(folder, run)), WORDS)


def test_the_page_shows_the_figures_that_were_measured() -> None:
    page = performance_page.page()
    assert performance_page.PAGE.read_text() == page.text(), AGAIN
    shown = {file.stem: file.read_text() for file in performance_page.PLOTS.iterdir()}
    assert shown == {name: plot.svg for name, plot in page.plots.items()}, AGAIN


def test_whatever_is_missed_says_why() -> None:
    page, words = performance_page.page(), tomllib.loads(performance_page.WORDS.read_text())
    missed = {name for name, entry in page.missed().items() if not page.beside_others(entry)}
    assert missed <= set(words["missed"])


def test_whatever_has_a_budget_says_what_it_is() -> None:
    page = performance_page.page()
    bound = {name for name, entry in page.figures.items() if entry["budget"] is not None or entry["aim"] is not None}
    assert bound <= set(page.described())


def test_the_figures_in_docs_name_no_machine() -> None:
    kept = json.loads(performance_page.FIGURES.read_text())
    assert "/" not in json.dumps(kept[MACHINE])
    assert all(not (run["failed"] or "").startswith("/") for run in kept[RUNS].values())


def test_a_figure_stands_with_its_spread_its_budget_and_its_peer(tmp_path: Path) -> None:
    text = page_of(tmp_path).text()
    assert "| frames a second | `relay_frames_per_s` | 20,000 frames/s (19,500 to 20,500) |  |  |" in text
    beside = "socket.io 8,000 frames/s, ours 20,000"
    line = f"| against socket.io | `relay_frames_per_s_vs_socketio` | 2.5 times | ≥ 2 | {beside} |"
    assert line in text
    assert "![Frames relayed in a second" in text
    assert "(performance/relay.svg)" in text


def test_what_was_not_measured_is_said_so(tmp_path: Path) -> None:
    assert "| something else | `not_yet_ms` | not measured | | |" in page_of(tmp_path).text()


def test_what_is_missed_is_said_with_how_much_and_why(tmp_path: Path) -> None:
    text = page_of(tmp_path).text()
    assert "- `snippet_total_gzip_kb` is 45 KB, 200 % above its budget of 15. It was tried." in text
    assert "- `aimed_ratio` is 0.5, 29 % below its aim of 0.7." in text
    assert "Never shown" not in text
    busy = page_of(tmp_path, RUN._replace(busy=True)).text()
    assert "- `aimed_ratio` is 0.5, 29 % below its aim of 0.7. It was measured while the machine did other" in busy
    assert "its budget of 15. It was tried." in busy


def test_nothing_that_was_measured_is_left_out(tmp_path: Path) -> None:
    page = page_of(tmp_path)
    assert all(f"`{name}`" in page.text() for name in page.figures)


def test_under_what_it_was_measured_is_said(tmp_path: Path) -> None:
    text = page_of(tmp_path).text()
    assert "Measured 2026-11-23 at commit 0123456789ab, on 2 cores (A processor) with 8 GB" in text
    assert "| `relay` | 12 s | 2026-11-23 06:00 UTC | 0.0 |" in text
    assert "did other things" not in text
    busy = page_of(tmp_path, RUN._replace(busy=True, others_cores=1.5)).text()
    assert "**The machine did other things too**" in busy
    assert "**1.5**" in busy


def test_what_stands_on_pages_of_its_own_is_not_repeated(tmp_path: Path) -> None:
    results = results_of(tmp_path)
    results.put("million", as_json([Figure("million_hubs", 1_258.0, "")], by="million"), RUN, results.machine)
    assert "million_hubs" not in performance_page.taken(results)


def test_plots_that_are_no_more_are_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIGURES", "PAGE", "PLOTS"):
        monkeypatch.setattr(performance_page, name, tmp_path / name)
    (tmp_path / "PLOTS").mkdir()
    (tmp_path / "PLOTS" / "old.svg").write_text("")
    performance_page.write(results_of(tmp_path))
    assert {file.name for file in (tmp_path / "PLOTS").iterdir()} == {"relay.svg", "budgets.svg"}
    assert "# Performance" in (tmp_path / "PAGE").read_text()
