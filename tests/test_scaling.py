"""docs/scaling.md says what was measured; the simulation is the same for the same seed, and agrees with what it is made
of; the model adds up."""

import json
from collections import Counter

import pytest

from bench import scaling_page
from bench.simulation.costs import REREAD_COMMAND, Cost, Costs, OfSession, scripts_of_a_round
from bench.simulation.events import Happening, Load, Plan, plan, simulate
from bench.simulation.model import Measured, breaks_at, reckoned
from bench.simulation.prices import RANDOM, STICKY
from cobrowse.hub.deadlines import REREAD_SECONDS
from cobrowse.store.redis.keys import SHARDS

LOAD = Load(sessions=50, seconds=60.0, hubs=3, mean_seconds=15.0, page_every_seconds=5.0)


def cost(**commands: float) -> Cost:
    return Cost(commands, 0.001 * sum(commands.values()), 0.0001 * sum(commands.values()))


def of_session(times: float) -> OfSession:
    return OfSession(cost(start=times), cost(page=times), cost(end=times), cost(second=0.5 * times))


COSTS = Costs(cost(hub=7.0), of_session(1.0), of_session(2.0), session_kb=1.5, trail_kb=2.5)
MEASURED = Measured(60.0, 200.0, 10.0, 60.0, 1e-5, 6.0)


def test_the_page_shows_the_figures_that_were_measured() -> None:
    figures = json.loads(scaling_page.FIGURES.read_text())
    assert sorted(figures) == scaling_page.needed()
    assert scaling_page.PAGE.read_text() == scaling_page.page(figures), "run python -m bench.scaling_page --page"


def test_a_figure_that_was_not_measured_is_missed() -> None:
    figures = json.loads(scaling_page.FIGURES.read_text())
    del figures["idle_session_kb"]
    with pytest.raises(KeyError, match="idle_session_kb"):
        scaling_page.page(figures)


def test_what_breaks_first_stands_first() -> None:
    figures = {name: 1_000.0 for name in scaling_page.needed()} | {"million_sticky_breaks_one_redis_memory": 3.0}
    shown = scaling_page.page(figures)
    assert shown.index("| one Redis' memory | 3 |") < shown.index("| one hub's core | 1,000 |")


def test_the_same_seed_gives_the_same_events() -> None:
    first, again, other = plan(LOAD, 1), plan(LOAD, 1), plan(LOAD, 2)
    assert first == again != other
    assert simulate(first, COSTS, 1) == simulate(again, COSTS, 1)
    assert {hub for pair in first.hubs for hub in pair} == {0, 1, 2}


def test_a_session_starts_once_and_ends_at_most_once_with_its_pages_between() -> None:
    what = plan(LOAD, 7)
    for session in range(LOAD.sessions):
        kinds = [one.kind for one in what.happenings if one.session == session]
        assert kinds[0] == "start"
        assert kinds.count("start") == 1
        assert "end" not in kinds[:-1]
    assert list(what.happenings) == sorted(what.happenings)
    assert all(0 <= one.at <= LOAD.seconds for one in what.happenings)


def test_what_happens_is_counted_by_where_it_happens() -> None:
    happenings = (Happening(1.0, "start", 0), Happening(2.0, "start", 1), Happening(5.0, "page", 1))
    outcome = simulate(Plan(6.0, happenings, ((0, 0), (0, 1))), COSTS, 1)
    # Three starts' worth: one session on one hub, one on two, which costs twice as much here.
    assert outcome.cost.commands["start"] == pytest.approx(3.0)
    assert outcome.cost.commands["page"] == pytest.approx(2.0)
    assert "end" not in outcome.cost.commands
    assert outcome.most == 2
    assert outcome.counts == Counter(start=2, page=1, rounds=6)


def test_idle_sessions_cost_what_their_seconds_cost() -> None:
    starts = tuple(Happening(0.0, "start", session) for session in range(10))
    seconds = 100 * REREAD_SECONDS
    outcome = simulate(Plan(seconds, starts, ((0, 0),) * 5 + ((0, 1),) * 5), COSTS, 1)
    assert outcome.cost.commands["second"] == pytest.approx((5 * 0.5 + 5 * 1.0) * seconds, rel=0.02)
    assert outcome.cost.commands["hub"] == pytest.approx(2 * 7.0 * seconds, rel=0.02)


def test_versions_are_read_by_shards_however_many_sessions_there_are() -> None:
    assert scripts_of_a_round(0) == 0
    assert scripts_of_a_round(1) == pytest.approx(1)
    assert scripts_of_a_round(10_000) == pytest.approx(SHARDS)
    starts = tuple(Happening(0.0, "start", session) for session in range(1_000))
    outcome = simulate(Plan(100 * REREAD_SECONDS, starts, ((0, 0),) * 1_000), COSTS, 1)
    assert outcome.cost.commands[REREAD_COMMAND] == pytest.approx(100 * SHARDS, rel=0.02)


def test_only_what_is_after_the_beginning_of_the_window_is_counted() -> None:
    happenings = (Happening(1.0, "start", 0), Happening(9.0, "end", 0))
    outcome = simulate(Plan(10.0, happenings, ((0, 0),)), COSTS, 1, since=5.0)
    assert "start" not in outcome.cost.commands
    assert outcome.cost.commands["end"] == pytest.approx(1.0)


def test_the_model_grows_with_the_sessions_and_with_what_goes_from_hub_to_hub() -> None:
    small, large = (reckoned(sessions, STICKY, COSTS, MEASURED) for sessions in (10_000, 1_000_000))
    # But for the rounding of hubs.
    assert large.commands_a_second == pytest.approx(100 * small.commands_a_second, rel=0.02)
    apart = reckoned(1_000_000, RANDOM, COSTS, MEASURED)
    assert apart.hubs > large.hubs
    assert apart.commands_a_second > large.commands_a_second
    assert apart.a_second["the Bus: frames"] == pytest.approx(4_000_000)
    assert apart.redis_gb == large.redis_gb
    assert large.zone_storm_seconds >= large.hub_storm_seconds >= 1.0


def test_one_hub_alone_never_comes_back_by_itself() -> None:
    assert reckoned(100, STICKY, COSTS, MEASURED).hubs == 1
    assert reckoned(100, STICKY, COSTS, MEASURED).hub_storm_seconds == float("inf")


def test_what_breaks_is_told_in_order() -> None:
    found = breaks_at(RANDOM, COSTS, MEASURED)
    assert list(found.values()) == sorted(found.values())
    assert all(sessions > 0 for sessions in found.values())
