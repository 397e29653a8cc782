"""The model of a million sessions reads what the benchmarks wrote."""

import pytest

from bench.simulation.model import Measured

FIGURES = {
    "relay_cpu_us_a_frame": 16.0,
    "cross_hub_cpu_us_a_frame": 98.0,
    "cross_hub_redis_cpu_us_a_frame": 5.0,
    "idle_session_kb": 59.0,
    "idle_hub_cores": 0.25,
    "idle_sessions": 10_000.0,
    "idle_session_redis_kb": 4.7,
}


def test_it_passes_over_what_results_say_of_the_machine_and_the_runs() -> None:
    results = {"_machine": {"cores": 2.0}} | {name: {"value": value} for name, value in FIGURES.items()}
    assert Measured.of(results)[0] == 16.0


def test_it_names_what_was_not_measured() -> None:
    with pytest.raises(KeyError, match="idle_session_kb"):
        Measured.of({name: {"value": value} for name, value in FIGURES.items() if name != "idle_session_kb"})
