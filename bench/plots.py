"""Plots as SVG: bars and lines, readable in light and dark, to eyes and to screen readers. Text stays text.

A picture in a page cannot know the page's colours, so each has a ground of its own and follows the reader's scheme.
Colour alone never tells anything: bars are named, lines are named at their end and each is dashed in its own way."""

import math
from collections.abc import Callable, Sequence
from html import escape
from itertools import pairwise
from typing import Literal, NamedTuple

WIDTH = 720
PAD = 20
FONT = 13
# Of a character of such fonts, on the average; there is nothing here that could measure text.
CHARACTER = 7.6
BAR = 20
BAR_GAP = 8
GROUP_GAP = 18
LINES_HEIGHT = 300
LABEL_GAP = 16
STYLE = """
  svg { color-scheme: light dark; font: 13px system-ui, sans-serif }
  text { fill: #1f2328; stroke: #ffffff; stroke-width: 4px; paint-order: stroke }
  .ground { fill: #ffffff } .muted { fill: #59636e }
  .head { font-size: 15px; font-weight: 600 } .strong { font-weight: 600 }
  .grid { stroke: #d1d9e0 } .budget { stroke: #bc4c00; stroke-width: 2; stroke-dasharray: 6 4 }
  .ours { fill: #0969da } .peer { fill: #818b98 } .elsewhere { fill: none; stroke: #59636e; stroke-dasharray: 3 3 }
  .spread { stroke: #1f2328; stroke-width: 1.5 } .over { fill: #cf222e }
  .line { fill: none; stroke-width: 2 }
  .l0 { stroke: #0969da; stroke-width: 3 } .l1 { stroke: #8250df; stroke-dasharray: 7 3 }
  .l2 { stroke: #1a7f37; stroke-dasharray: 2 3 } .l3 { stroke: #bf3989; stroke-dasharray: 9 3 2 3 }
  .l4 { stroke: #57606a; stroke-dasharray: 4 4 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } text { fill: #f0f6fc; stroke: #0d1117 } .muted { fill: #9198a1 }
    .grid { stroke: #3d444d } .budget { stroke: #f0883e }
    .ours { fill: #4493f8 } .peer { fill: #7d8590 } .elsewhere { stroke: #9198a1 }
    .spread { stroke: #f0f6fc } .over { fill: #f85149 }
    .l0 { stroke: #4493f8 } .l1 { stroke: #ab7df8 }
    .l2 { stroke: #3fb950 } .l3 { stroke: #f778ba } .l4 { stroke: #9198a1 }
  }
"""


class Bar(NamedTuple):
    """One bar. `elsewhere`: not of this run. `spread` is where the middle half of the runs lies."""

    label: str
    value: float
    kind: Literal["ours", "peer", "elsewhere", "over"] = "peer"
    spread: tuple[float, float] | None = None


class Line(NamedTuple):
    """Points of one line, from left to right. The first line of a plot is ours."""

    label: str
    points: Sequence[tuple[float, float]]


class Words(NamedTuple):
    """What a plot is called, what is to be seen in it, for who cannot, and how its values are written."""

    title: str
    description: str
    written: Callable[[float], str] = str


def bars(
    words: Words,
    groups: Sequence[tuple[str, Sequence[Bar]]],
    *,
    budget: tuple[str, float] | None = None,
    longest: float = math.inf,
) -> str:
    """Horizontal bars from zero, in groups with a heading each (none where it is empty). What is more than `longest`
    is drawn as that, and its value stands beside it."""
    everyone = [bar for _, group in groups for bar in group]
    left = PAD + CHARACTER * max(len(bar.label) for bar in everyone) + 10
    right = WIDTH - PAD - CHARACTER * max(len(words.written(bar.value)) for bar in everyone) - 10
    ends = [bar.value if bar.spread is None else max(bar.value, bar.spread[1]) for bar in everyone]
    most = min(max([*ends, budget[1] if budget else 0.0]) or 1.0, longest)

    def across(value: float) -> float:
        return left + (right - left) * min(value, most) / most

    parts, y = [], 48.0
    top = y
    for heading, group in groups:
        if heading:
            y += FONT + 4
            parts.append(_text(PAD, y, heading, "strong"))
            y += BAR_GAP
        for bar in group:
            parts += _bar(bar, y, left, across, words.written)
            y += BAR + BAR_GAP
        y += GROUP_GAP - BAR_GAP
    if budget:
        x = across(budget[1])
        parts.append(f'<line class="budget" x1="{x:.1f}" y1="{top - 4:.1f}" x2="{x:.1f}" y2="{y - 6:.1f}"/>')
        # Where it would not fit to the right, to the left.
        room = x + CHARACTER * len(budget[0]) + 8 <= WIDTH
        parts.append(_text(x + 4 if room else x - 4, y + 6, budget[0], "muted", "start" if room else "end"))
        y += GROUP_GAP
    return _svg(words, y + 4, parts)


def lines(
    words: Words,
    series: Sequence[Line],
    *,
    x_ticks: Sequence[tuple[float, str]],
    x_name: str,
    budget: tuple[str, float] | None = None,
    logarithmic: bool = False,
) -> str:
    """Lines over named places of the x axis. `logarithmic`: each line of the grid is ten times the one below."""
    values = [y for line in series for _, y in line.points] + ([budget[1]] if budget else [])
    ticks = _decades(values) if logarithmic else _steps(max(values))
    left = PAD + CHARACTER * max(len(words.written(tick)) for tick in ticks) + 10
    right = WIDTH - PAD - CHARACTER * max(len(line.label) for line in series) - 12
    top, bottom = 56.0, 56.0 + LINES_HEIGHT
    first, last = x_ticks[0][0], x_ticks[-1][0]

    def across(value: float) -> float:
        return left + (right - left) * (value - first) / (last - first)

    def up(value: float) -> float:
        low, high = (math.log10(each) if logarithmic else each for each in (ticks[0], ticks[-1]))
        at = math.log10(max(value, ticks[0])) if logarithmic else value
        return bottom - (bottom - top) * (at - low) / (high - low)

    parts = [part for tick in ticks for part in _gridline(up(tick), left, right, words.written(tick))]
    parts += [_text(across(x), bottom + 20, name, "muted", "middle") for x, name in x_ticks]
    parts.append(_text((left + right) / 2, bottom + 40, x_name, "muted", "middle"))
    if budget:
        y = up(budget[1])
        parts.append(f'<line class="budget" x1="{left:.1f}" y1="{y:.1f}" x2="{right:.1f}" y2="{y:.1f}"/>')
        parts.append(_text(left + 6, y - 6, budget[0], "muted"))
    ends = _apart([up(line.points[-1][1]) for line in series])
    for number, (line, end) in enumerate(zip(series, ends, strict=True)):
        points = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in line.points)
        parts.append(f'<polyline class="line l{number % 5}" points="{points}"/>')
        parts.append(_text(right + 8, end + 4, line.label, "strong" if number == 0 else ""))
    return _svg(words, bottom + 54, parts)


def _bar(
    bar: Bar, y: float, left: float, across: Callable[[float], float], written: Callable[[float], str]
) -> list[str]:
    end = across(bar.value)
    middle = y + BAR / 2
    parts = [
        _text(left - 8, middle + 4.5, bar.label, "strong" if bar.kind in ("ours", "over") else "", "end"),
        f'<rect class="{bar.kind}" x="{left:.1f}" y="{y:.1f}" width="{max(end - left, 1):.1f}" height="{BAR}"/>',
    ]
    if bar.spread is not None:
        low, high = across(bar.spread[0]), across(bar.spread[1])
        parts.append(f'<line class="spread" x1="{low:.1f}" y1="{middle}" x2="{high:.1f}" y2="{middle}"/>')
        end = max(end, high)
    parts.append(_text(end + 6, middle + 4.5, written(bar.value)))
    return parts


def _gridline(y: float, left: float, right: float, name: str) -> list[str]:
    line = f'<line class="grid" x1="{left:.1f}" y1="{y:.1f}" x2="{right:.1f}" y2="{y:.1f}"/>'
    return [line, _text(left - 8, y + 4.5, name, "muted", "end")]


def _steps(most: float) -> list[float]:
    """From zero in some four to eight equal steps of 1, 2 or 5 times a power of ten, to at least so much."""
    rough = (most or 1.0) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(step * power for step in (1, 2, 5, 10) if step * power >= rough)
    return [number * step for number in range(math.ceil(most / step - 1e-9) + 1)]


def _decades(values: Sequence[float]) -> list[float]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return [10.0**power for power in range(low, max(high, low + 1) + 1)]


def _apart(wanted: Sequence[float]) -> list[float]:
    """Heights for labels: where they are wanted, but each with room for its line."""
    found = list(wanted)
    order = sorted(range(len(found)), key=lambda number: found[number])
    for above, below in pairwise(order):
        found[below] = max(found[below], found[above] + LABEL_GAP)
    return found


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    words = f' class="{kind}"' if kind else ""
    at = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y:.1f}"{words}{at}>{escape(text)}</text>'


def _svg(words: Words, height: float, parts: Sequence[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" '
        f'height="{height:.0f}" role="img" aria-labelledby="title description">\n'
        f'<title id="title">{escape(words.title)}</title>\n'
        f'<desc id="description">{escape(words.description)}</desc>\n<style>{STYLE}</style>\n'
        f'<rect class="ground" width="100%" height="100%" rx="6"/>\n'
    )
    # Text lies on top.
    ordered = sorted(parts, key=lambda part: part.startswith("<text"))
    return head + "\n".join([_text(PAD, 28, words.title, "head"), *ordered]) + "\n</svg>\n"
