"""A figure keeps its budget, its aim, its peer and how its runs are spread; the table and the file say the same."""

import pytest

from bench.figures import RATIO, Figure, as_json, compared, line, number, table


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (Figure("a_ms", 80.0, "ms", 80.0), "ok"),
        (Figure("a_ms", 80.1, "ms", 80.0), "OVER"),
        (Figure("a_per_s", 799.0, "1/s", 800.0, least=True), "OVER"),
        (Figure("a_per_s", 800.0, "1/s", 800.0, least=True), "ok"),
        (Figure("a_ratio", 1.0, RATIO, 0.9, least=True, aim=1.2), "short of aim"),
        (Figure("a_ratio", 1.2, RATIO, 0.9, least=True, aim=1.2), "ok"),
        (Figure("a_ratio", 0.8, RATIO, 0.9, least=True, aim=0.7), "OVER"),
        (Figure("a_ratio", 0.6, RATIO, least=True, aim=0.7), "short of aim"),
        (Figure("a_ms", 5.0, "ms"), ""),
    ],
)
def test_the_verdict_is_of_the_budget_and_then_of_the_aim(figure: Figure, verdict: str) -> None:
    assert figure.verdict == verdict


def test_a_comparison_is_the_median_of_the_pairs_not_the_ratio_of_the_medians() -> None:
    figure = compared("x_vs_y", [10.0, 40.0, 90.0], [10.0, 10.0, 100.0], peer="y", unit="1/s", budget=0.95, least=True)
    entry = as_json([figure], by="x")["x_vs_y"]
    assert entry == {
        "value": 1.0,
        "unit": "ratio",
        "budget": 0.95,
        "least": True,
        "aim": None,
        "verdict": "ok",
        "spread": [0.95, 2.5],
        "peer": "y",
        "peer_value": 10.0,
        "ratio": 1.0,
        "own_value": 40.0,
        "peer_unit": "1/s",
        "by": "x",
    }


def test_pairs_are_pairs() -> None:
    with pytest.raises(ValueError, match="shorter"):
        compared("x_vs_y", [1.0, 2.0], [1.0], peer="y", unit="ms")


def test_a_figure_beside_a_peer_has_the_ratio_to_it() -> None:
    entry = as_json([Figure("a_ms", 5.0, "ms", peer="y", peer_value=4.0)])["a_ms"]
    assert (entry["ratio"], entry["peer_value"]) == (1.25, 4.0)
    assert as_json([Figure("a_ms", 5.0, "ms")])["a_ms"]["ratio"] is None
    assert as_json([Figure("a_ms", 5.0, "ms", peer="y", peer_value=0.0)])["a_ms"]["ratio"] is None


def test_many_runs_keep_their_shape_few_only_their_spread() -> None:
    many = as_json([Figure("a_ms", 50.0, "ms", runs=[float(each) for each in range(101)])])["a_ms"]
    assert many["shape"] == [5.0 * each for each in range(21)]
    assert many["spread"] == [25.0, 75.0]
    few = as_json([Figure("a_ms", 2.0, "ms", runs=[1.0, 2.0, 3.0])])["a_ms"]
    assert "shape" not in few
    assert few["spread"] == [1.5, 2.5]
    assert as_json([Figure("a_ms", 2.0, "ms", runs=[2.0])])["a_ms"]["spread"] is None


def test_the_table_says_what_the_file_says() -> None:
    figure = compared("x_vs_y", [10.0, 40.0], [10.0, 10.0], peer="y", unit="1/s", budget=3.0, least=True)
    shown = table([figure, Figure("z_kb", 2.0, "KB", 3.0), Figure("w_ratio", 0.5, RATIO, least=True, aim=0.7)])
    assert shown.splitlines()[1:] == [
        "x_vs_y                                                   2.5         1.75 - 3.25        >= 3  ratio       "
        "OVER          y: 10 1/s, ours: 25",
        "z_kb                                                       2                            <= 3  KB          ok",
        "w_ratio                                                  0.5                         aim 0.7  ratio       "
        "short of aim",
    ]
    assert line("x_vs_y", as_json([figure])["x_vs_y"]) == shown.splitlines()[1]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0"), (0.0584, "0.0584"), (2.2129, "2.21"), (100.0, "100"), (16645.7898, "16,646"), (1000.0, "1,000")],
)
def test_numbers_are_as_long_as_they_need_to_be(value: float, shown: str) -> None:
    assert number(value) == shown
