"""Which plots docs/performance.md has, and what of the figures is in them. One that lacks figures is left out."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from bench.figures import number
from bench.plots import Bar, Line, Words, bars, lines

Figures = Mapping[str, Mapping[str, Any]]
OURS = "Cobrowse"
# What ends the name of a peer's figure, and what the peer is called.
RELAY_PEERS = {
    "bare_starlette": "bare Starlette",
    "websockets": "websockets",
    "node_ws": "node ws",
    "socketio": "socket.io",
}
LOADS = (25, 50, 75)
# Which figures are drawn, and of what page each is.
CAPTURED = {
    "capture_vs_rrweb_ratio": "a shop's page with Bootstrap, 570 elements",
    "capture_vs_rrweb_1k_ratio": "1,000 elements",
    "capture_vs_rrweb_10k_ratio": "10,000 elements",
    "capture_vs_rrweb_50k_ratio": "50,000 elements",
}
BUILT = {
    "mirror_build_vs_rrweb_shop_ratio": "the demo shop's catalogue",
    "mirror_build_vs_rrweb_1k_ratio": "1,000 elements",
    "mirror_build_vs_rrweb_10k_ratio": "10,000 elements",
    "mirror_build_vs_rrweb_50k_ratio": "50,000 elements",
}
# Weighed once, in November 2026, as they are shipped; neither is part of a run. KB, gzip.
ELSEWHERE_KB = {
    "OpenReplay, tracker and assist": 92.0,
    "Cobrowse.io": 127.0,
}
# A budget that is missed by more than this is drawn so far and no farther; the number beside it is right.
DRAWN_PERCENT = 300.0


class Plot(NamedTuple):
    """A picture, and what is to be seen in it in words."""

    alt: str
    svg: str


def plots(figures: Figures) -> dict[str, Plot]:
    """By name. The descriptions carry the values."""
    made = {name: make(figures) for name, make in PLOTS.items()}
    return {name: plot for name, plot in made.items() if plot is not None}


def _relay(figures: Figures) -> Plot | None:
    ours = figures.get("relay_frames_per_s")
    ratios = {name: figures.get(f"relay_frames_per_s_vs_{peer}") for peer, name in RELAY_PEERS.items()}
    if ours is None or not any(ratios.values()):
        return None
    found = [_bar(f"{OURS}, all checked", ours, "ours")]
    found += [Bar(name, ratio["peer_value"]) for name, ratio in ratios.items() if ratio and ratio["peer_value"]]
    return _bars("Frames relayed in a second, one process on one core", "/s", {"": found})


def _cost(figures: Figures) -> Plot | None:
    named = {f"{OURS}, all checked": "hub", **{name: peer for peer, name in RELAY_PEERS.items()}}
    costs = {label: figures.get(f"relay_{name}_us_a_frame") for label, name in named.items()}
    found = [_bar(label, entry, "peer") for label, entry in costs.items() if entry]
    if len(found) < 2 or not figures.get("relay_hub_us_a_frame"):
        return None
    return _bars("CPU that a relayed frame costs", "µs", {"": [found[0]._replace(kind="ours"), *found[1:]]})


def _delays(percentile: str, title: str, figures: Figures) -> Plot | None:
    names = {OURS: "", **{name: f"_{peer}" for peer, name in RELAY_PEERS.items()}}
    series = []
    for name, ending in names.items():
        found = [figures.get(f"relay_at_{load}_percent_{percentile}_ms{ending}") for load in LOADS]
        points = [(load, entry["value"]) for load, entry in zip(LOADS, found, strict=True) if entry]
        if len(points) == len(LOADS):
            series.append(Line(name, points))
    if not series or series[0].label != OURS:
        return None
    values = [y for line in series for _, y in line.points]
    told = "; ".join(f"{line.label} {', '.join(number(y) for _, y in line.points)} ms" for line in series)
    words = Words(title, f"At 25, 50 and 75 percent of what each can relay: {told}.", _in("ms"))
    ticks = [(load, f"{load} %") for load in LOADS]
    svg = lines(
        words,
        series,
        x_ticks=ticks,
        x_name="load, of what each can relay",
        logarithmic=max(values) > 20 * min(values),
    )
    return Plot(f"{title}. {words.description}", svg)


def _against_rrweb(title: str, pages: Mapping[str, str], figures: Figures) -> Plot | None:
    groups = {}
    for name, page in pages.items():
        ratio = figures.get(name)
        if ratio and ratio["peer_value"] and ratio.get("own_value"):
            groups[page] = [Bar(OURS, ratio["own_value"], "ours"), Bar("rrweb", ratio["peer_value"])]
    return _bars(title, "ms", groups) if groups else None


def _weights(figures: Figures) -> Plot | None:
    own = {
        "loader, on every page": "loader_gzip_kb",
        "and the session part, before Allow": "snippet_before_consent_en_gzip_kb",
        "all that a session may load": "snippet_total_gzip_kb",
    }
    if any(name not in figures for name in own.values()):
        return None
    groups = {OURS: [_bar(label, figures[name], "ours") for label, name in own.items()]}
    rrweb = figures.get("part_view_gzip_kb", {}).get("peer_value")
    if rrweb:
        groups["rrweb, weighed in the same run"] = [Bar("the recorder alone", rrweb)]
    others = [Bar(label, value, "elsewhere") for label, value in ELSEWHERE_KB.items()]
    groups["Others, weighed in November 2026, not in this run"] = others
    return _bars("What a site's page loads, gzip", "KB", groups)


def _paint(figures: Figures) -> Plot | None:
    entry = figures.get("change_to_paint_p95_ms")
    if entry is None or "shape" not in entry:
        return None
    shape = entry["shape"]
    title = "From a change in the page to its paint in the mirror"
    told = f"Half of the changes within {number(shape[10])} ms, 95 of 100 within {number(shape[19])} ms"
    words = Words(title, f"{told}; the slowest {number(shape[20])} ms. The budget is for 95 of 100.", _in("ms"))
    svg = lines(
        words,
        [Line(OURS, [(5.0 * at, value) for at, value in enumerate(shape)])],
        x_ticks=[(share, f"{share} %") for share in (0, 25, 50, 75, 95)] + [(100, "")],
        x_name="of the changes are painted within",
        budget=(f"budget {number(entry['budget'])} ms for 95 %", entry["budget"]) if entry["budget"] else None,
    )
    return Plot(f"{title}. {words.description}", svg)


def _budgets(figures: Figures) -> Plot | None:
    found = []
    for name, entry in figures.items():
        if used := _used(entry):
            found.append(Bar(name, used, "over" if entry["verdict"] == "OVER" else "ours"))
    if not found:
        return None
    title = "How much of its budget each figure takes"
    told = ", ".join(f"{bar.label} {bar.value:.0f}" for bar in found)
    more = (
        f"; more than {DRAWN_PERCENT:.0f} is drawn as that" if any(bar.value >= DRAWN_PERCENT for bar in found) else ""
    )
    words = Words(
        title, f"In percent: {told}{more}. Where the budget is a least, it is the budget by the figure.", _percent
    )
    return Plot(
        f"{title}. {words.description}", bars(words, [("", found)], budget=("budget", 100.0), longest=DRAWN_PERCENT)
    )


def _used(entry: Mapping[str, Any]) -> float | None:
    """Percent of the budget; None where there is none, or none that can be divided by."""
    budget, value = entry["budget"], entry["value"]
    if not budget or (entry["least"] and not value):
        return None
    return float(100 * (budget / value if entry["least"] else value / budget))


def _bar(label: str, entry: Mapping[str, Any], kind: Any) -> Bar:
    between = entry["spread"]
    return Bar(label, entry["value"], kind, None if between is None else (between[0], between[1]))


def _bars(title: str, unit: str, groups: Mapping[str, list[Bar]]) -> Plot:
    said = []
    for heading, group in groups.items():
        values = ", ".join(f"{bar.label} {number(bar.value)} {unit}" for bar in group)
        said.append(f"{heading}: {values}" if heading else values)
    words = Words(title, f"{'; '.join(said)}.", _in(unit))
    return Plot(f"{title}. {words.description}", bars(words, list(groups.items())))


def _in(unit: str) -> Callable[[float], str]:
    return lambda value: f"{number(value)} {unit}"


def _percent(value: float) -> str:
    return f"{value:.0f} %"


PLOTS: Mapping[str, Callable[[Figures], Plot | None]] = {
    "budgets": _budgets,
    "relay": _relay,
    "relay-cost": _cost,
    "delay-p50": partial(_delays, "p50", "How long a frame takes through the relay, half of them"),
    "delay-p99": partial(_delays, "p99", "How long a frame takes through the relay, 99 of 100"),
    "capture": partial(_against_rrweb, "The walk over a page that was just loaded, and rrweb's snapshot", CAPTURED),
    "build": partial(_against_rrweb, "From a picture that came to its paint in the mirror, and rrweb's rebuild", BUILT),
    "weights": _weights,
    "paint": _paint,
}
