"""Plots are well-formed, carry their words, and fit."""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest

from bench.performance_plots import plots
from bench.plots import LABEL_GAP, WIDTH, Bar, Line, Words, bars, lines

SVG = "{http://www.w3.org/2000/svg}"
WORDS = Words("Frames <& frames", "Of one, 1; of the other, 2.", lambda value: f"{value:.0f} ms")
TICKS = [(25, "25 %"), (75, "75 %")]


def texts(svg: str) -> dict[str, ElementTree.Element]:
    return {str(each.text): each for each in ElementTree.fromstring(svg).iter(f"{SVG}text")}  # noqa: S314  # our own


def elements(svg: str, kind: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(svg)  # noqa: S314  # our own
    return [each for each in root.iter() if each.get("class") == kind]


def test_a_plot_says_what_it_shows_and_follows_the_readers_colours() -> None:
    svg = bars(WORDS, [("", [Bar("one", 1.0)])])
    root = ElementTree.fromstring(svg)  # noqa: S314  # our own
    assert root.get("role") == "img"
    named = root.get("aria-labelledby", "").split()
    assert [each.text for each in root if each.get("id") in named] == [WORDS.title, WORDS.description]
    assert "prefers-color-scheme: dark" in svg
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|@import|font-face", svg)


def test_bars_are_as_long_as_their_values_and_start_at_zero() -> None:
    svg = bars(WORDS, [("first", [Bar("one", 10.0, "ours", (8.0, 12.0))]), ("second", [Bar("two", 40.0)])])
    [ours], [peer] = elements(svg, "ours"), elements(svg, "peer")
    assert ours.get("x") == peer.get("x")
    assert 4 * float(ours.get("width", 0)) == pytest.approx(float(peer.get("width", 0)), abs=0.5)
    assert {"one", "two", "first", "second", "10 ms", "40 ms"} <= set(texts(svg))
    [spread] = elements(svg, "spread")
    middle = float(ours.get("x", 0)) + float(ours.get("width", 0))
    assert float(spread.get("x1", 0)) < middle < float(spread.get("x2", 0))
    assert all(0 <= float(each.get("x", 0)) <= WIDTH for each in texts(svg).values())


def test_a_budget_is_drawn_where_it_is() -> None:
    svg = bars(WORDS, [("", [Bar("one", 50.0, "over")])], budget=("budget", 25.0))
    [bar], [budget] = elements(svg, "over"), elements(svg, "budget")
    half = float(bar.get("x", 0)) + float(bar.get("width", 0)) / 2
    assert float(budget.get("x1", 0)) == pytest.approx(half, abs=0.2)


def test_what_is_far_too_long_is_drawn_shorter_and_says_how_much_it_is() -> None:
    svg = bars(WORDS, [("", [Bar("one", 150.0, "ours"), Bar("two", 9_000.0)])], longest=300.0)
    [one], [two] = elements(svg, "ours"), elements(svg, "peer")
    assert 2 * float(one.get("width", 0)) == pytest.approx(float(two.get("width", 0)), abs=0.5)
    assert "9000 ms" in texts(svg)


def test_nothing_but_zeros_can_be_drawn() -> None:
    assert elements(bars(WORDS, [("", [Bar("one", 0.0, "ours")])]), "ours")


def test_lines_rise_with_their_values_and_have_room_for_their_names() -> None:
    series = [
        Line("ours", [(25, 1.0), (75, 2.0)]),
        Line("theirs", [(25, 1.0), (75, 2.01)]),
        Line("a", [(25, 0), (75, 2)]),
    ]
    svg = lines(WORDS, series, x_ticks=TICKS, x_name="load", budget=("budget", 3.0))
    [first] = elements(svg, "line l0")
    (_, low), (_, high) = (tuple(map(float, point.split(","))) for point in str(first.get("points")).split())
    assert high < low
    heights = sorted(float(texts(svg)[line.label].get("y", 0)) for line in series)
    assert all(below - above >= LABEL_GAP - 0.1 for above, below in pairwise(heights))
    assert {"25 %", "75 %", "load", "budget", "0 ms", "3 ms"} <= set(texts(svg))


def test_each_line_of_a_logarithmic_grid_is_ten_times_the_one_below() -> None:
    svg = lines(WORDS, [Line("x", [(25, 2.0), (75, 700.0)])], x_ticks=TICKS, x_name="load", logarithmic=True)
    shown = [text for text in texts(svg) if text.endswith(" ms")]
    assert shown == ["1 ms", "10 ms", "100 ms", "1000 ms"]


def entry(value: float, **more: Any) -> Mapping[str, Any]:
    blank = {"unit": "ms", "budget": None, "least": False, "aim": None, "verdict": "", "spread": None}
    return {**blank, "peer": None, "peer_value": None, "ratio": None, "value": value, **more}


def test_what_was_not_measured_is_not_drawn() -> None:
    assert plots({}) == {}
    assert plots({"relay_frames_per_s": entry(20_000.0)}) == {}
    assert plots({"relay_at_25_percent_p99_ms": entry(1.0)}) == {}


def test_the_words_of_a_plot_carry_its_values() -> None:
    ratio = {"unit": "ratio", "peer_unit": "frames/s"}
    found = plots(
        {
            "relay_frames_per_s": entry(20_000.0),
            "relay_frames_per_s_vs_socketio": entry(2.5, peer="socket.io", peer_value=8_000.0, **ratio),
            "relay_hub_us_a_frame": entry(50.0),
            "relay_socketio_us_a_frame": entry(20.0),
            "mirror_build_vs_rrweb_10k_ratio": entry(0.5, peer="rrweb", peer_value=150.0, own_value=75.0, unit="ratio"),
            "capture_vs_rrweb_10k_ratio": entry(0.4, peer="rrweb", peer_value=150.0, own_value=60.0, unit="ratio"),
            "change_to_paint_p95_ms": entry(75.0, budget=80.0, shape=[4.0 * at for at in range(21)], verdict="ok"),
            **{f"relay_at_{load}_percent_p99_ms": entry(load / 10) for load in (25, 50, 75)},
            **{f"relay_at_{load}_percent_p99_ms_socketio": entry(float(load)) for load in (25, 50, 75)},
            "too_much_kb": entry(900.0, budget=15.0, verdict="OVER"),
        }
    )
    assert set(found) == {"relay", "relay-cost", "capture", "build", "paint", "delay-p99", "budgets"}
    assert "Cobrowse, all checked 20,000 /s, socket.io 8,000 /s" in found["relay"].alt
    assert "Cobrowse, all checked 50 µs, socket.io 20 µs" in found["relay-cost"].alt
    assert "10,000 elements: Cobrowse 60 ms, rrweb 150 ms" in found["capture"].alt
    assert "Half of the changes within 40 ms, 95 of 100 within 76 ms; the slowest 80 ms" in found["paint"].alt
    assert "Cobrowse 2.5, 5, 7.5 ms; socket.io 25, 50, 75 ms" in found["delay-p99"].alt
    assert "too_much_kb 6000" in found["budgets"].alt
    assert all(plot.alt.endswith(".") for plot in found.values())
