"""Charts of a sweep: a curve with its bands, bars of effects, the front of cost and leakage."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from opendome.campaign.effects import Effect, Point
from opendome.views.report.axes import Scale, round_ticks, round_top, x_axis, y_axis
from opendome.views.report.markup import Floats, Markup, line, path, rect, svg, tag, text
from opendome.views.report.words import dollars, mean, percent, significant

WIDTH: Final = 720.0
HEIGHT: Final = 360.0
LEFT: Final = 64.0
ROW: Final = 34.0
DASHES: Final = ("", "7 4", "2 3", "9 3 2 3", "4 4", "1 3")


def shown(value: Any) -> str:
    """A value of a factor in words; a third as its range."""
    if isinstance(value, tuple):
        return f"{shown(value[0])} to {shown(value[1])}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)[:24]
    return mean(value) if isinstance(value, int) else significant(value, 3)


def curve(
    axis: str, points: Sequence[Point], lines: Sequence[tuple[str, Sequence[Point]]]
) -> Markup:
    """Leakage over a factor: its mean, what is chance, what is not known, and lines of a second."""
    numbers = [p.value for p in points]
    is_number = all(isinstance(v, int | float) and not isinstance(v, bool) for v in numbers)
    x_of = [float(v) for v in numbers] if is_number else [float(i) for i in range(len(numbers))]
    right, bottom, top = WIDTH - 130.0, HEIGHT - 44.0, 26.0
    margin = 0.0 if len(points) > 1 else 1.0
    x = Scale(min(x_of) - margin, max(x_of) + margin, LEFT, right)
    values = [v for p in points for v in (p.estimate.high, p.estimate.value, p.chance[1])]
    values += [p.estimate.value for _, several in lines for p in several]
    high = max((v for v in values if math.isfinite(v)), default=1.0)
    y = Scale(0.0, min(round_top(100.0 * high), 100.0), bottom, top)
    at = x.all(x_of)
    parts = [y_axis(y, round_ticks(0.0, y.high, 5), lambda v: f"{v:g} %", (LEFT, right),
                    "share of the threatening that got through")]  # fmt: skip
    ticks = x_of if len(x_of) <= 12 else round_ticks(x.low, x.high, 8)
    words: Callable[[float], str] = (
        (lambda v: significant(v, 3)) if is_number else (lambda v: shown(numbers[round(v)]))
    )
    parts.append(x_axis(x, ticks, words, (bottom, bottom), axis))
    parts.append(_band(at, y, [p.chance for p in points], "fill-stream"))
    parts.append(_band(at, y, [p.unknown for p in points], "band"))
    ends: list[tuple[float, str]] = []
    for k, (name, several) in enumerate(lines):
        here = x.all([x_of[numbers.index(p.value)] for p in several])
        there = y.all([100.0 * p.estimate.value for p in several])
        parts.append(path(here, there, "step-truth", stroke_dasharray=DASHES[k % 6] or None))
        ends.append((float(there[-1]), name))
    middle = y.all([100.0 * p.estimate.value for p in points])
    parts.append(path(at, middle, "middle"))
    for a, m, p in zip(at, middle, points, strict=True):
        if math.isfinite(p.estimate.low):
            low, high_y = y.at(100.0 * p.estimate.low), y.at(100.0 * p.estimate.high)
            parts.append(line(a, low, a, high_y, "whisker"))
        parts.append(tag("circle", cx=float(a), cy=float(m), r=3.0, class_="strip-dot"))
    parts += [text(right + 8, h + 4, name, "tick") for h, name in _apart(ends)]
    said = "; ".join(f"{shown(p.value)}: {percent(p.estimate.value)}" for p in points[:12])
    return svg(WIDTH, HEIGHT, f"Leakage over {axis}: {said}.", *parts)


def tornado(effects: Sequence[Effect], base: float) -> Markup:
    """Bars from the outcome at the low end of each factor to that at its high end."""
    left, right, top = 190.0, WIDTH - 150.0, 8.0
    bottom = top + ROW * len(effects)
    ends = [v for e in effects for v in (e.at_low, e.at_high) if math.isfinite(v)]
    high = max([*ends, base if math.isfinite(base) else 0.0])
    x = Scale(0.0, min(round_top(100.0 * high), 100.0), left, right)
    parts = [x_axis(x, round_ticks(0.0, x.high, 5), lambda v: f"{v:g} %", (top, bottom),
                    "share of the threatening that got through")]  # fmt: skip
    for k, e in enumerate(effects):
        middle = top + ROW * (k + 0.5)
        a, b = x.at(100.0 * e.at_low), x.at(100.0 * e.at_high)
        style = "fill-leaked" if e.at_high >= e.at_low else "fill-intercepted"
        parts += [
            text(left - 10, middle - 1, e.column, "lane end"),
            text(left - 10, middle + 12, f"{shown(e.low)} to {shown(e.high)}", "tick end"),
            rect(min(a, b), middle - 9, abs(b - a), 18, class_=style),
            text(max(a, b) + 8, middle + 4, _moved(e), "tick"),
        ]
    if math.isfinite(base):
        parts.append(line(x.at(100.0 * base), top, x.at(100.0 * base), bottom, "cursor"))
    said = "; ".join(f"{e.column} {percent(e.at_low)} to {percent(e.at_high)}" for e in effects)
    return svg(WIDTH, bottom + 40, f"Effects: {said}.", *parts)


def pareto(costs: Floats, leaks: Floats, is_front: Any, names: Sequence[str]) -> Markup:
    """Every point of the design by cost of its rounds and leakage, its front joined."""
    right, bottom, top = WIDTH - 20.0, HEIGHT - 44.0, 26.0
    known = np.isfinite(costs) & np.isfinite(leaks)
    x = Scale(0.0, round_top(float(costs[known].max(initial=0.0))), LEFT, right)
    y = Scale(0.0, min(round_top(100.0 * float(leaks[known].max(initial=0.0))), 100.0), bottom, top)
    parts = [
        y_axis(y, round_ticks(0.0, y.high, 5), lambda v: f"{v:g} %", (LEFT, right),
               "share of the threatening that got through"),
        x_axis(x, round_ticks(0.0, x.high, 6), dollars, (bottom, bottom),
               "cost of the rounds spent in a raid"),
    ]  # fmt: skip
    for i in np.flatnonzero(known):
        parts.append(
            tag("circle", tag("title", names[int(i)]), cx=x.at(costs[i]), cy=y.at(100.0 * leaks[i]),
                r=4.5 if is_front[i] else 2.2,
                class_="more-dot" if is_front[i] else "fill-harmless")
        )  # fmt: skip
    chosen = np.flatnonzero(is_front)
    chosen = chosen[np.argsort(costs[chosen])]
    parts.append(path(x.all(costs[chosen]), y.all(100.0 * leaks[chosen]), "middle"))
    said = f"{len(chosen)} of {int(known.sum())} points are on the front."
    return svg(WIDTH, HEIGHT, said, *parts)


def _band(at: Floats, y: Scale, bands: Sequence[tuple[float, float]], style: str) -> Markup:
    both = np.array(bands, dtype=np.float64)
    is_known = np.isfinite(both).all(axis=1)
    if is_known.sum() < 2:
        return Markup("")
    low, high = y.all(100.0 * both[is_known, 0]), y.all(100.0 * both[is_known, 1])
    across, up = (
        np.concatenate([at[is_known], at[is_known][::-1]]),
        np.concatenate([low, high[::-1]]),
    )
    return path(across, up, style)


def _moved(effect: Effect) -> str:
    e = effect.difference.estimate
    if not math.isfinite(e.value):
        return ""
    interval = f" ({100 * e.low:+.1f} to {100 * e.high:+.1f})" if math.isfinite(e.low) else ""
    return f"{100 * e.value:+.1f}{interval}"


def _apart(labels: Sequence[tuple[float, str]], least: float = 13.0) -> list[tuple[float, str]]:
    """Labels at their heights, pushed down where they would cover each other."""
    found: list[tuple[float, str]] = []
    for height, name in sorted(labels):
        found.append((max(height, found[-1][0] + least) if found else height, name))
    return found
