"""From what was measured to a million concurrent sessions: `python -m bench million`, after `workers`, `cross_hub` and
`idle_sessions`, whose figures it reads from `bench/results.json`.

First it measures on two real hubs and a Redis what each event of a session costs. Then the same random but seeded hour
of a small shop is simulated event by event and had for real, and the Redis commands of both are printed side by side.
Then the model is held against a simulation of ten thousand sessions, and only then it reckons with a million."""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import uvloop

from bench.figures import Figure
from bench.ground import CannotMeasure, Ground, running_ground
from bench.shown import shown
from bench.simulation import costs as measuring
from bench.simulation import prices
from bench.simulation.costs import REREAD_COMMAND, Cost, Costs, OfSession, measured, names_of, scripts_of_a_round
from bench.simulation.events import Load, Outcome, Plan, plan, simulate
from bench.simulation.model import Measured, Reckoned, breaks_at, reckoned
from bench.simulation.prices import RANDOM, STICKY
from bench.simulation.replay import replayed
from cobrowse.hub.deadlines import REREAD_SECONDS

RESULTS = Path(__file__).with_name("results.json")
SEED = 20261123
CHECKED = Load(sessions=300, seconds=60.0, hubs=2, mean_seconds=20.0, page_every_seconds=8.0)
LARGE = Load(sessions=10_000, seconds=600.0, hubs=8, mean_seconds=60.0, page_every_seconds=prices.PAGE_EVERY_SECONDS)
# From here on about as many end as start, until none start any more.
STEADY_FROM_SECONDS, STEADY_TO_SECONDS = 200.0, 300.0
SESSIONS = 1_000_000
SIZES = (1_000, 10_000, 100_000)
ERROR_PERCENT = 10.0
# Commands that are less than this share of all are rounds more or less; they are printed, but no bar is set for them.
COUNTED_SHARE = 0.02


def measure() -> list[Figure]:
    """The check, and the million."""
    others = _others()
    what = plan(CHECKED, SEED)
    agents = max(CHECKED.sessions, measuring.SESSIONS)
    with running_ground(hubs=CHECKED.hubs, agents=agents) as ground:
        costs, real = uvloop.run(_measured_and_replayed(ground, what))
    simulated = simulate(what, costs, SEED)
    print(_side_by_side(simulated, real))
    found = [*_check_figures(simulated, real), *_model_figure(costs), *_cost_figures(costs)]
    for way in (STICKY, RANDOM):
        reckoning = reckoned(SESSIONS, way, costs, others)
        print(f"\n{way.name}: {way.same_hub:.0%} of the sessions have both seats on one hub")
        print(_told(reckoning, breaks_at(way, costs, others)))
        found += _million_figures(way.name, reckoning, breaks_at(way, costs, others))
    return [*found, *_size_figures(costs, others)]


def _others() -> Measured:
    try:
        return Measured.of(json.loads(RESULTS.read_text()))
    except (FileNotFoundError, KeyError) as error:
        raise CannotMeasure(
            f"bench/results.json lacks {error}: run `python -m bench workers cross_hub idle_sessions` first."
        ) from error


async def _measured_and_replayed(ground: Ground, what: Plan) -> tuple[Costs, Cost]:
    return await measured(ground), await replayed(ground, what)


# --- the check


def _side_by_side(simulated: Outcome, real: Cost) -> str:
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(simulated.counts.items()))
    lines = [f"{counts}; at most {simulated.most} sessions at a time; seed {SEED}"]
    lines.append(f"{'Redis command':24}{'simulated':>12}{'measured':>12}{'error':>10}")
    for name in names_of([real, simulated.cost]):
        ours, theirs = simulated.cost.commands.get(name, 0.0), real.commands.get(name, 0.0)
        lines.append(f"{name:24}{ours:>12,.0f}{theirs:>12,.0f}{_percent(ours, theirs):>9.1f}%")
    ours, theirs = simulated.cost.commands_in_all, real.commands_in_all
    lines.append(f"{'in all':24}{ours:>12,.0f}{theirs:>12,.0f}{_percent(ours, theirs):>9.1f}%")
    return "\n".join(lines)


def _percent(ours: float, theirs: float) -> float:
    return 100.0 * (ours - theirs) / theirs if theirs else 100.0 * bool(ours)


def _check_figures(simulated: Outcome, real: Cost) -> list[Figure]:
    in_all = _percent(simulated.cost.commands_in_all, real.commands_in_all)
    counted = [name for name, count in real.commands.items() if count >= COUNTED_SHARE * real.commands_in_all]
    errors = [abs(_percent(simulated.cost.commands.get(name, 0.0), real.commands[name])) for name in counted]
    return [
        Figure("simulated_redis_commands", simulated.cost.commands_in_all, ""),
        Figure("replayed_redis_commands", real.commands_in_all, ""),
        Figure("simulation_error_percent", abs(in_all), "%", ERROR_PERCENT),
        Figure("simulation_worst_command_error_percent", max(errors, default=0.0), "%"),
    ]


def _model_figure(costs: Costs) -> list[Figure]:
    """The closed form against the simulation, of the same load while it is steady."""
    what = plan(LARGE, SEED)
    until = Plan(STEADY_TO_SECONDS, what.happenings, what.hubs)
    seconds = STEADY_TO_SECONDS - STEADY_FROM_SECONDS
    outcome = simulate(until, costs, SEED, since=STEADY_FROM_SECONDS)
    simulated = outcome.cost.commands_in_all / seconds
    modelled = _steady(LARGE, costs).commands_in_all
    return [
        Figure("simulated_10k_redis_commands_a_second", simulated, "1/s"),
        Figure("modelled_10k_redis_commands_a_second", modelled, "1/s"),
        Figure("model_error_percent", abs(_percent(modelled, simulated)), "%", ERROR_PERCENT),
    ]


def _steady(load: Load, costs: Costs) -> Cost:
    """A second of this load, by the formula of `model`: what starts, what is there, what the hubs do anyway."""
    starts = load.sessions / (load.seconds / 2)
    there = starts * load.mean_seconds
    same = 1 / load.hubs

    def of(kind: OfSession) -> Cost:
        return (
            kind.start.plus(kind.end)
            .times(starts)
            .plus(kind.page.times(there / load.page_every_seconds))
            .plus(kind.second.times(there))
        )

    mixed = of(costs.same).times(same).plus(of(costs.cross).times(1 - same))
    scripts = {REREAD_COMMAND: load.hubs * scripts_of_a_round(there * (2 - same) / load.hubs) / REREAD_SECONDS}
    return mixed.plus(costs.hub_second.times(load.hubs)).plus(Cost(scripts, 0.0, 0.0))


# --- what came out


def _cost_figures(costs: Costs) -> list[Figure]:
    found = [Figure("hub_second_redis_commands", costs.hub_second.commands_in_all, "1/s")]
    for where, of in (("same", costs.same), ("cross", costs.cross)):
        for event, cost in zip(("start", "page", "end"), of[:3], strict=True):
            found.append(Figure(f"{where}_hub_{event}_redis_commands", cost.commands_in_all, ""))
            found.append(Figure(f"{where}_hub_{event}_hub_cpu_ms", 1000 * cost.hub_seconds, "ms"))
        found.append(Figure(f"{where}_hub_second_redis_commands", of.second.commands_in_all, "1/s"))
    found.append(Figure("ended_session_redis_kb", costs.session_kb, "KB"))
    found.append(Figure("audit_trail_redis_kb", costs.trail_kb, "KB"))
    return found


def _told(one: Reckoned, breaks: Mapping[str, float]) -> str:
    lines = [f"{one.hubs:,} hubs of one core, {one.hub_gb:,.0f} GB; {one.shards:,} Redis shards, each with a replica"]
    lines += _rows("Redis commands a second", one.a_second, "")
    lines += _rows("Redis memory", one.redis_gb, "GB")
    lines.append(f"out: {one.out_gb_a_second:,.2f} GB/s; between zones: {one.zone_gb_a_second:,.2f} GB/s")
    lines.append(
        f"all live again after {one.hub_storm_seconds:,.1f} s where one hub is lost, after "
        f"{one.zone_storm_seconds:,.1f} s where one of {prices.ZONES} zones is"
    )
    lines += _rows("dollars a month", one.dollars_a_month, "")
    lines.append(f"an hour of a session: {100 * one.dollars_an_hour_of_a_session:.3f} cents")
    lines += _rows("used up at so many sessions, the first first", breaks, "")
    return "\n".join(lines)


def _rows(title: str, values: Mapping[str, float], unit: str) -> list[str]:
    return [f"{title}:", *(f"  {name:40}{value:>16,.0f} {unit}".rstrip() for name, value in values.items())]


def _million_figures(way: str, one: Reckoned, breaks: Mapping[str, float]) -> list[Figure]:
    found: dict[str, float] = {
        "hubs": one.hubs,
        "hubs_gb": one.hub_gb,
        "redis_shards": one.shards,
        "redis_cores": one.redis_cores,
        "redis_commands_a_second": one.commands_a_second,
        "out_gb_a_second": one.out_gb_a_second,
        "hub_storm_seconds": one.hub_storm_seconds,
        "zone_storm_seconds": one.zone_storm_seconds,
        "cents_an_hour_of_a_session": 100 * one.dollars_an_hour_of_a_session,
        **{f"redis_{name}_a_second": value for name, value in one.a_second.items()},
        **{f"redis_{name}_gb": value for name, value in one.redis_gb.items()},
        **{f"dollars_a_month_{name}": value for name, value in one.dollars_a_month.items()},
        **{f"breaks_{name}": value for name, value in breaks.items()},
    }
    return [Figure(f"million_{way}_{_word(name)}", value, "") for name, value in found.items()]


def _size_figures(costs: Costs, others: Measured) -> list[Figure]:
    """What smaller ones need, with a balancer that keeps both seats on one hub."""
    found = []
    for sessions in SIZES:
        one = reckoned(sessions, STICKY, costs, others)
        values = {
            "hubs": one.hubs,
            "redis_commands_a_second": one.commands_a_second,
            "redis_gb": sum(one.redis_gb.values()),
            "redis_shards": one.shards,
            "dollars_a_month": sum(one.dollars_a_month.values()),
        }
        found += [Figure(f"size_{sessions}_{name}", value, "") for name, value in values.items()]
    return found


def _word(name: str) -> str:
    return re.sub("[^a-z0-9]+", "_", name.lower().replace("'", ""))


if __name__ == "__main__":
    sys.exit(shown(measure))
